"""The district on paper: streets, areas and places in local metres, and their colour classes.

Coordinates travel to the page as pairs of unsigned 16-bit numbers over the map's frame (some
65,000 steps across, far finer than a pixel), base64 coded: four bytes a point. The pair
(65535, 65535) ends a line.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cityops.report import palette
from cityops.report.reading import lines_of, rings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

    Floats = NDArray[np.float64]

STEPS = 65_000
BREAK = 65_535
FEW_CALLS = 5.0

_MAJOR = {"motorway", "trunk", "primary", "expressway"}
_MIDDLE = {"secondary", "tertiary", "arterial", "collector"}


class Frame(NamedTuple):
    """The rectangle that everything on a map is coded in: its corner, a step, its size (m)."""

    x0: float
    y0: float
    step: float
    width: float
    height: float

    def coded(self, xy: Floats) -> NDArray[np.uint16]:
        """Points (k, 2) in steps, rows of NaN as breaks."""
        steps = np.rint((xy - (self.x0, self.y0)) / self.step)
        broken = np.isnan(steps)
        return np.where(broken, BREAK, np.clip(np.nan_to_num(steps), 0, STEPS)).astype("<u2")


class Place(NamedTuple):
    """A named point in local metres."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Area:
    """A named part of the district; rings are (k, 2) arrays, none where it is only a point."""

    name: str
    x: float
    y: float
    rings: tuple[Floats, ...] = ()


@dataclass(frozen=True, eq=False)
class DistrictMap:
    """What maps and playback draw, in local metres.

    Parameters
    ----------
    frame
        The rectangle around everything.
    streets
        Three layers, widest streets first: points (k, 2) with rows of NaN between the lines.
    areas, stations, hospitals
        What lies on them.
    attribution
        Whose map data it is.
    """

    frame: Frame
    streets: tuple[Floats, ...]
    areas: tuple[Area, ...]
    stations: tuple[Place, ...]
    hospitals: tuple[Place, ...]
    attribution: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (any(len(layer) for layer in self.streets) or self.areas or self.stations)


def district_map(run: RunFolder, words: Words) -> DistrictMap:
    """Read the maps of a run and lay them out in local metres."""
    layers = _streets(run)
    areas = tuple(_areas(run))
    stations, hospitals = _places(run, "stations"), _places(run, "hospitals")
    points = [layer for layer in layers if len(layer)]
    points += [ring for area in areas for ring in area.rings]
    places = [*stations, *hospitals, *(Place(area.name, area.x, area.y) for area in areas)]
    points += [np.array([[place.x, place.y] for place in places], dtype=np.float64)]
    return DistrictMap(_frame(points), layers, areas, stations, hospitals, run.credit(words))


def _frame(points: Sequence[Floats]) -> Frame:
    """Rectangle around points, with a margin of two per cent."""
    filled = [p.reshape(-1, 2) for p in points if p.size]
    if not filled:
        return Frame(0.0, 0.0, 1.0, 1.0, 1.0)
    low = np.min([np.nanmin(p, axis=0) for p in filled], axis=0)
    high = np.max([np.nanmax(p, axis=0) for p in filled], axis=0)
    margin = max(float((high - low).max()) * 0.02, 50.0)
    width, height = (float(v) for v in high - low + 2 * margin)
    return Frame(
        float(low[0]) - margin, float(low[1]) - margin, max(width, height) / STEPS, width, height
    )


def _rank(kind: str) -> int:
    """Width layer of a street's class: 0 major, 1 middle, 2 all others."""
    kind = kind.removesuffix("_link")
    return 0 if kind in _MAJOR else 1 if kind in _MIDDLE else 2


def _streets(run: RunFolder) -> tuple[Floats, Floats, Floats]:
    """Streets in three layers, both directions of a street drawn once."""
    import shapely

    lines: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for feature in run.features("streets"):
        rank = _rank(str((feature.get("properties") or {}).get("class", "")))
        lines[rank].extend(line for line in lines_of(feature["geometry"]) if len(line) > 1)
    out = []
    for layer in lines:
        seen: set[tuple[tuple[float, ...], ...]] = set()
        kept = []
        for line in layer:
            key = tuple((point[0], point[1]) for point in line)
            key = min(key, key[::-1])
            if key not in seen:
                seen.add(key)
                kept.append(key)
        if not kept:
            out.append(np.empty((0, 2)))
            continue
        sizes = np.array([len(line) for line in kept])
        lonlat = np.array([point for line in kept for point in line], dtype=np.float64)
        xy = np.stack(run.plane.to_xy(lonlat[:, 0], lonlat[:, 1]), axis=-1)
        shapes = shapely.linestrings(xy, indices=np.repeat(np.arange(len(kept)), sizes))
        tolerance = float(np.ptp(xy, axis=0).max()) / 8000
        thin = shapely.simplify(shapes, tolerance, preserve_topology=False)
        points, owner = shapely.get_coordinates(thin, return_index=True)
        ends = np.flatnonzero(np.diff(owner)) + 1
        out.append(np.insert(points, ends, np.nan, axis=0))
    return out[0], out[1], out[2]


def _places(run: RunFolder, table: str) -> tuple[Place, ...]:
    """Named points of a table with lon and lat."""
    places = run.table(table)
    if places is None or places.empty or "lon" not in places:
        return ()
    places = places[places["lon"].notna() & places["lat"].notna()]
    x, y = run.plane.to_xy(places["lon"].to_numpy(), places["lat"].to_numpy())
    return tuple(
        Place(str(name), float(a), float(b))
        for name, a, b in zip(places["name"], x, y, strict=True)
    )


def _areas(run: RunFolder) -> list[Area]:
    """Areas as polygons where the run has them, else as points."""
    import shapely

    centres = {place.name: place for place in _places(run, "areas")}
    found: dict[str, Area] = {}
    for feature in run.features("areas"):
        name = str((feature.get("properties") or {}).get("name", ""))
        rings = []
        for ring in rings_of(feature.get("geometry")):
            lonlat = np.array([point[:2] for point in ring], dtype=np.float64)
            rings.append(np.stack(run.plane.to_xy(lonlat[:, 0], lonlat[:, 1]), axis=-1))
        if not rings:
            continue
        outer = max(rings, key=lambda ring: float(np.ptp(ring[:, 0]) * np.ptp(ring[:, 1])))
        inside = shapely.point_on_surface(shapely.Polygon(outer))
        x, y = float(shapely.get_x(inside)), float(shapely.get_y(inside))
        found[name] = Area(name, x, y, tuple(rings))
    for name, place in centres.items():
        found.setdefault(name, Area(name, place.x, place.y))
    return list(found.values())


def base64_of(values: NDArray[Any]) -> str:
    """Bytes of an array, little-endian, base64 coded."""
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return base64.b64encode(np.ascontiguousarray(little).tobytes()).decode("ascii")


def page_map(district: DistrictMap) -> dict[str, Any]:
    """Return the map as the page's scripts read it."""
    frame = district.frame
    return {
        "frame": {key: round(value, 6) for key, value in frame._asdict().items()},
        "streets": [base64_of(frame.coded(layer)) for layer in district.streets],
        "colours": list(palette.STREETS),
        "widths": list(palette.STREET_WIDTHS),
    }


# Colour classes -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Classes:
    """Edges of colour classes and their colours, lowest values first.

    Parameters
    ----------
    edges
        Ascending, one more than there are colours; the outer ones are open.
    colours
        One a class.
    """

    edges: tuple[float, ...]
    colours: tuple[str, ...]

    def index(self, value: float) -> int:
        """Class of a value."""
        inner = self.edges[1:-1]
        return int(np.searchsorted(inner, value, side="right"))

    def colour(self, value: float) -> str:
        """Colour of a value, grey if it is not a number."""
        return self.colours[self.index(value)] if math.isfinite(value) else palette.FEW


def colour_classes(values: Sequence[float], ramp: Sequence[str], *, worse_high: bool) -> Classes:
    """Round classes over the bulk of some values; the darkest colour is the worst.

    Values beyond the 3rd and the 97th percentile fall into the outer classes, so that one odd
    area does not bleach the rest.
    """
    finite = np.array([value for value in values if math.isfinite(value)], dtype=np.float64)
    if not finite.size:
        return Classes((0.0, 1.0), (ramp[len(ramp) // 2],))
    low, high = (float(v) for v in np.percentile(finite, (3, 97)))
    step = _round_step((high - low) / (len(ramp) - 1))
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    edges = tuple(round(k * step, 10) for k in range(first, last + 1))
    number = len(edges) - 1
    picks = np.linspace(0, len(ramp) - 1, number) if number > 1 else np.array([len(ramp) // 2])
    colours = [ramp[round(float(pick))] for pick in picks]
    return Classes(edges, tuple(colours if worse_high else colours[::-1]))


def _round_step(rough: float) -> float:
    """Smallest of 1, 2, 2.5, 5 times a power of ten that is not below a rough step."""
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= rough * (1 - 1e-9))


def scale_bar_m(width_m: float) -> float:
    """Round length, about a fifth of a map's width, for its scale bar."""
    target = max(width_m / 5, 1.0)
    power = 10.0 ** math.floor(math.log10(target))
    return max(power * m for m in (1.0, 2.0, 5.0) if power * m <= target)
