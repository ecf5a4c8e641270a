"""Where something could stand: corners, squares, streets, a file of points or parcels, and zones.

Candidates of our own making are thinned to a least spacing in straight metres, in an order that
depends on the streets alone. What lies in an exclusion or flood zone is taken out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.placement.demand import street_points
from scenarios.placement.places import read_places, read_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.placement.places import PlaceTable
    from scenarios.placement.schema import CandidatesSpec, ExistingSpec, SiteSpec
    from scenarios.toml_lines import KeyPath

__all__ = [
    "CANDIDATE_WORDS",
    "EXISTING_WORDS",
    "SiteRow",
    "candidate_rows",
    "existing_rows",
    "given_rows",
    "in_each_slot",
    "without_zones",
]

CANDIDATE_WORDS = ("corners", "grid", "streets", "stations", "hospitals", "none")
EXISTING_WORDS = ("stations", "hospitals")
STATES = ("free", "fixed", "forbidden")
_STATE_WORDS = {"": "free", "open": "fixed", "closed": "forbidden"} | {s: s for s in STATES}


@dataclass(frozen=True)
class SiteRow:
    """One site before it is placed on the streets.

    Parameters
    ----------
    name, lon, lat
        Degrees of WGS-84.
    kind
        "existing" or "candidate".
    state
        "free", "fixed" (must be open) or "forbidden".
    cost, capacity, grid_kw
        None where not given.
    size
        Name of the largest size class that fits, None for any.
    preference
        What it is worth that it is open, in the unit of the objective.
    slot
        The time slot in which it opens, "" where there are none.
    key
        Of a site that the scenario itself gives, within the placement.
    where
        File and line, for messages.
    """

    name: str
    lon: float
    lat: float
    kind: str = "candidate"
    state: str = "free"
    cost: float | None = None
    capacity: float | None = None
    size: str | None = None
    grid_kw: float | None = None
    preference: float = 0.0
    slot: str = ""
    key: KeyPath = ()
    where: str = field(default="", compare=False)


def candidate_rows(
    network: RoadNetwork, spec: CandidatesSpec, places: dict[str, list[tuple[str, float, float]]]
) -> list[SiteRow]:
    """Make or read the candidates.

    Parameters
    ----------
    network
        The streets of the placement's mode.
    spec
        Its [placement.NAME.candidates].
    places
        The scenario's "stations" and "hospitals" as (name, lon, lat).

    Raises
    ------
    InputError
        If a file or column cannot be read, or there are too many candidates.
    """
    if spec.source == "none":
        return []
    if spec.source in places:
        rows = [SiteRow(*place) for place in places[spec.source]]
    elif spec.source in {"corners", "grid", "streets"}:
        rows = _of_streets(network, spec)
    else:
        rows = _of_file(Path(spec.source), spec)
    if len(rows) > spec.most:
        raise InputError(
            f"there are {len(rows):,} candidates",
            place="spacing_m" if spec.source in {"corners", "grid", "streets"} else "source",
            mend=f"most = {spec.most:,} is the limit; give a larger spacing_m, or a larger most",
        )
    return rows


# ---- from the streets


def _of_streets(network: RoadNetwork, spec: CandidatesSpec) -> list[SiteRow]:
    wanted = _classes(network, spec)
    if spec.source == "corners":
        x, y, names = _corners(network, wanted)
    elif spec.source == "streets":
        points = street_points(network, spec.spacing_m)
        kept = wanted[points.edge]
        x, y = points.x[kept], points.y[kept]
        own = [network.names[network.name[e]] for e in points.edge[kept].tolist()]
        names = _named(network, own, x, y)
    else:
        x, y, names = _squares(network, wanted, spec.spacing_m)
    if not len(x):
        raise InputError(
            f"the streets give no {spec.source}", place="source", mend="mend street_classes"
        )
    kept_rows = thinned(x, y, spec.spacing_m) if spec.source != "grid" else np.arange(len(x))
    lon, lat = network.projection.to_lonlat(x[kept_rows], y[kept_rows])
    distinct = _distinct([names[k] for k in kept_rows.tolist()])
    return [
        SiteRow(name, float(a), float(b), cost=spec.cost, capacity=spec.capacity)
        for name, a, b in zip(distinct, lon, lat, strict=True)
    ]


def _classes(network: RoadNetwork, spec: CandidatesSpec) -> NDArray[np.bool_]:
    """Edges on which a candidate may lie; bool[m]."""
    allowed = np.ones(len(network.class_names), dtype=np.bool_)
    for code, name in enumerate(network.class_names):
        if spec.street_classes:
            allowed[code] = name in spec.street_classes
        allowed[code] &= name not in spec.not_street_classes
    fits: NDArray[np.bool_] = allowed[network.road_class] & network.usable
    return fits


def _corners(
    network: RoadNetwork, wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Junctions of three streets or more, the busiest first, named by two streets that meet."""
    street = np.flatnonzero((network.street == np.arange(network.n_edges)) & network.usable)
    ends = np.concatenate([network.tail[street], network.head[street]])
    degree = np.bincount(ends, minlength=network.n_nodes)
    mine = street[wanted[street]]
    fits = np.zeros(network.n_nodes, dtype=np.bool_)
    fits[network.tail[mine]] = True
    fits[network.head[mine]] = True
    node = np.flatnonzero(fits & (degree >= 3))
    node = node[np.argsort(-degree[node], kind="stable")]
    named: dict[int, list[str]] = {}
    for e in street.tolist():
        name = network.names[network.name[e]]
        if name:
            for v in (int(network.tail[e]), int(network.head[e])):
                here = named.setdefault(v, [])
                if name not in here:
                    here.append(name)
    own = [" / ".join(sorted(named.get(v, []))[:2]) for v in node.tolist()]
    x, y = network.x[node], network.y[node]
    return x, y, _named(network, own, x, y)


def _named(
    network: RoadNetwork, own: list[str], x: NDArray[np.float64], y: NDArray[np.float64]
) -> list[str]:
    """Names of places; one whose own street bears none is named by the nearest that does."""
    from scipy.spatial import cKDTree

    bare = [k for k, name in enumerate(own) if not name]
    points = street_points(network, 25.0)
    named = np.flatnonzero(network.name[points.edge] > 0)
    if not bare or not len(named):
        return [name or "site" for name in own]
    tree = cKDTree(np.column_stack([points.x[named], points.y[named]]))
    near = tree.query(np.column_stack([x[bare], y[bare]]))[1]
    words = list(own)
    for k, at in zip(bare, np.atleast_1d(near).tolist(), strict=True):
        words[k] = f"near {network.names[network.name[points.edge[named[at]]]]}"
    return words


def _squares(
    network: RoadNetwork, wanted: NDArray[np.bool_], side_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """One point a square that holds streets: the street point nearest to its middle."""
    points = street_points(network, side_m / 5.0)
    kept = np.flatnonzero(wanted[points.edge])
    if not len(kept):
        return np.zeros(0), np.zeros(0), []
    x, y = points.x[kept], points.y[kept]
    west, north = float(x.min()), float(y.max())
    column = np.floor((x - west) / side_m).astype(np.int64)
    row = np.floor((north - y) / side_m).astype(np.int64)
    off = np.hypot(x - west - (column + 0.5) * side_m, north - y - (row + 0.5) * side_m)
    order = np.lexsort((np.arange(len(x)), off, column, row))
    cell = row[order] * (int(column.max()) + 1) + column[order]
    first = order[np.unique(cell, return_index=True)[1]]
    own = [network.names[network.name[e]] for e in points.edge[kept[first]].tolist()]
    return x[first], y[first], _named(network, own, x[first], y[first])


def thinned(x: NDArray[np.float64], y: NDArray[np.float64], spacing_m: float) -> NDArray[np.int64]:
    """Keep points in their order, leaving out each that is nearer than a spacing to a kept one.

    Returns
    -------
    int64[k]
        Indices of the kept ones, ascending.
    """
    from scipy.spatial import cKDTree

    if not len(x):
        return np.zeros(0, dtype=np.int64)
    plane = np.column_stack([x, y])
    tree = cKDTree(plane)
    gone = np.zeros(len(x), dtype=np.bool_)
    kept = []
    for k in range(len(x)):
        if gone[k]:
            continue
        kept.append(k)
        near = np.array(tree.query_ball_point(plane[k], spacing_m), dtype=np.int64)
        close = near[np.hypot(*(plane[near] - plane[k]).T) < spacing_m]
        gone[close] = True
    return np.array(kept, dtype=np.int64)


def _distinct(names: list[str]) -> list[str]:
    """Names of which no two are equal: each but the first of its name gets a number."""
    taken: set[str] = set()
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        shown = name if seen[name] == 1 else f"{name} {seen[name]}"
        while shown in taken:
            seen[name] += 1
            shown = f"{name} {seen[name]}"
        taken.add(shown)
        out.append(shown)
    return out


# ---- from files and tables


def _of_file(path: Path, spec: CandidatesSpec) -> list[SiteRow]:
    table = read_places(path, layer=spec.layer, crs=spec.crs)
    names = _names(table, spec.name_column, path.stem)
    cost = _optional(table, spec.cost_column, spec.cost)
    capacity = _optional(table, spec.capacity_column, spec.capacity)
    grid_kw = _optional(table, spec.grid_column, spec.grid_kw)
    preference = _optional(table, spec.preference_column, 0.0, least=None)
    size = table.texts(spec.size_column) if spec.size_column else [""] * len(table)
    state = _states(table, spec.state_column)
    _one_state(table, state, spec.state_column)
    return [
        SiteRow(
            names[k],
            float(table.lon[k]),
            float(table.lat[k]),
            state=state[k],
            cost=cost[k],
            capacity=capacity[k],
            grid_kw=grid_kw[k],
            preference=preference[k] or 0.0,
            size=size[k] or None,
            where=table.where(k),
        )
        for k in range(len(table))
    ]


def _names(table: PlaceTable, column: str | None, stem: str) -> list[str]:
    if column is None:
        known = [str(c) for c in table.columns.columns]
        column = next((c for word in ("name", "名称") for c in known if c.lower() == word), None)
    if column is None:
        return [f"{stem} {k + 1}" for k in range(len(table))]
    texts = table.texts(column)
    return _distinct([text or f"{stem} {k + 1}" for k, text in enumerate(texts)])


def _optional(
    table: PlaceTable, column: str | None, default: float | None, *, least: float | None = 0.0
) -> list[float | None]:
    if column is None:
        return [default] * len(table)
    values = table.numbers(column, least=least, may_be_empty=True)
    return [float(v) if np.isfinite(v) else default for v in values]


def _states(table: PlaceTable, column: str | None) -> list[str]:
    if column is None:
        return ["free"] * len(table)
    found = []
    for row, text in enumerate(table.texts(column)):
        state = _STATE_WORDS.get(text.lower())
        if state is None:
            raise InputError(
                f'is "{text}"',
                file=table.where(row),
                place=column,
                mend=did_you_mean(text, STATES, what="give one of"),
            )
        found.append(state)
    return found


def _one_state(table: PlaceTable, state: list[str], column: str | None) -> None:
    """Refuse two rows of one place of which one must be open and the other must not."""
    first: dict[tuple[float, float], dict[str, int]] = {}
    for row, word in enumerate(state):
        if word not in {"fixed", "forbidden"}:
            continue
        here = first.setdefault((float(table.lon[row]), float(table.lat[row])), {})
        here.setdefault(word, row)
        if len(here) > 1:
            other = "forbidden" if word == "fixed" else "fixed"
            raise InputError(
                f"is {word}, and {other} in {table.where(here[other])}, which is the same place",
                file=table.where(row),
                place=column,
                mend="keep one of the two rows",
            )


def existing_rows(
    spec: ExistingSpec, places: dict[str, list[tuple[str, float, float]]]
) -> tuple[list[SiteRow], list[str]]:
    """Read what is there already.

    Returns
    -------
    tuple
        The sites, and a warning where some are closed at the hour that counts.

    Raises
    ------
    InputError
        If the file or a column cannot be read.
    """
    state = "free" if spec.may_close else "fixed"
    if spec.file in places:
        return [
            SiteRow(*place, kind="existing", state=state, cost=spec.cost, capacity=spec.capacity)
            for place in places[spec.file]
        ], []
    path = Path(spec.file)
    table = read_places(path, layer=spec.layer, crs=spec.crs)
    capacity = _optional(table, spec.capacity_column, spec.capacity)
    size = table.texts(spec.size_column) if spec.size_column else [""] * len(table)
    names = _names(table, spec.name_column, path.stem)
    is_open, warnings = _open_rows(table, spec)
    return [
        SiteRow(
            names[k],
            float(table.lon[k]),
            float(table.lat[k]),
            kind="existing",
            state=state,
            cost=spec.cost,
            capacity=capacity[k],
            size=size[k] or None,
            where=table.where(k),
        )
        for k in range(len(table))
        if is_open[k]
    ], warnings


def _open_rows(table: PlaceTable, spec: ExistingSpec) -> tuple[list[bool], list[str]]:
    """Tell which facilities are open at the moment that counts."""
    if spec.hours_column is None:
        return [True] * len(table), []
    from scenarios.hours import HoursError, moment_s, shift_intervals

    column = spec.hours_column
    moment = moment_s(spec.open_at or "monday 12:00")
    found = []
    for row, text in enumerate(table.texts(column)):
        try:
            spans = shift_intervals(text or "always")
        except HoursError as error:
            message, _, mend = str(error).partition("; ")
            raise InputError(
                message, file=table.where(row), place=column, mend=mend or None
            ) from None
        found.append(
            not spans or any(a <= moment < b or a <= moment + 604_800 < b for a, b in spans)
        )
    shut = found.count(False)
    if not shut:
        return found, []
    return found, [
        f"{shut} of {len(found)} existing facilities are closed at {spec.open_at} and do not count"
    ]


def given_rows(sites: Sequence[SiteSpec]) -> list[SiteRow]:
    """Sites that the scenario gives one by one."""
    return [
        SiteRow(
            s.name,
            s.lon,
            s.lat,
            kind="existing" if s.existing else "candidate",
            state=s.state or ("fixed" if s.existing else "free"),
            cost=s.cost,
            capacity=s.capacity,
            size=s.largest_size,
            grid_kw=s.grid_kw,
            preference=s.preference,
            key=("site", number),
        )
        for number, s in enumerate(sites)
    ]


def in_each_slot(rows: list[SiteRow], slots: Sequence[str]) -> list[SiteRow]:
    """Sites by time slot: each of them once a slot, called "name · slot"."""
    if not slots:
        return rows
    return [replace(row, name=f"{row.name} · {slot}", slot=slot) for slot in slots for row in rows]


# ---- zones


def without_zones(rows: list[SiteRow], spec: CandidatesSpec) -> tuple[list[SiteRow], list[str]]:
    """Take out candidates that lie in an exclusion or flood zone, or outside the planned area.

    What exists stays: a zone is for what is new.

    Returns
    -------
    tuple
        The candidates that are left, and what was taken out, in words.

    Raises
    ------
    InputError
        If a file of zones cannot be read, or nothing is left.
    """
    exclude = [spec.exclude] if isinstance(spec.exclude, str) else list(spec.exclude)
    steps = [(file, "exclude", False) for file in exclude]
    steps += [(spec.flood, "flood", False)] if spec.flood else []
    steps += [(spec.within, "within", True)] if spec.within else []
    words: list[str] = []
    for file, key, inside in steps:
        zones = read_zones(Path(file), crs=spec.zones_crs)
        held = _held(rows, zones)
        kept = [
            row
            for row, is_in in zip(rows, held.tolist(), strict=True)
            if is_in == inside or row.kind == "existing"
        ]
        taken = len(rows) - len(kept)
        if taken:
            what = {"exclude": "an exclusion zone", "flood": "a flood zone"}.get(key)
            place = f"in {what}" if what else "outside the planned area"
            words.append(f"{taken} of {len(rows)} candidates lie {place} and were taken out")
        if rows and not kept:
            raise InputError(
                f"all {len(rows)} candidates are taken out by {Path(file).name}",
                place=key,
                mend="give other candidates or smaller zones",
            )
        rows = kept
    return rows, words


def _held(rows: list[SiteRow], zones: NDArray[Any]) -> NDArray[np.bool_]:
    import shapely

    held = np.zeros(len(rows), dtype=np.bool_)
    points = shapely.points([row.lon for row in rows], [row.lat for row in rows])
    inside = shapely.STRtree(zones).query(points, predicate="intersects")[0]
    held[inside] = True
    return held
