"""Points at which waste stands: read from a table, or laid along the streets of some classes.

A row is one stream at one place. What lies there a day is said in kilograms or in litres; the other
follows from the density of the row or of its stream. A row that says how many bins stand there and
nothing else has them full once a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.hours import DAY_S, clock_s
from scenarios.placement.places import read_places
from scenarios.streets import check_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.collection.schema import CollectionSpec
    from scenarios.faults import FaultList
    from scenarios.placement.places import PlaceTable

__all__ = ["KINDS", "Points", "read_points", "streams_of"]

KINDS = ("household", "market", "office")
"""Kinds that are usual; a table may have others. The first is that of rows that name none."""
WASTE = "waste"
"""Stream of rows where the scenario names none."""
_MOST_KG_DAY = 100_000.0


@dataclass(frozen=True, eq=False)
class Points:
    """Points of collection.

    Parameters
    ----------
    where
        File and line of each row, or the table that laid it.
    name, kind, stream
        Of each row.
    lon, lat : float64[k]
        WGS-84 degrees.
    kg, litres : float64[k]
        Waste of a day; litres are NaN where no density is known.
    bins : int64[k]
        That stand there; 0 where nothing is said.
    window : int64[k, 2]
        Seconds after midnight from and until which it may be collected; the end may lie in the next
        day, and is -1 where any time does.
    frequency : int64[k]
        Times a week; 0 where nothing is said.
    prize : float64[k]
        What collecting it is worth; NaN where it must be collected.
    service_s : float64[k]
        Of a stop; NaN where it follows from the bins.
    bin_l, bin_kg : float64[k]
        What a bin takes, by volume and by mass; NaN kg for no limit.
    density : float64[k]
        Kilograms of a litre; NaN where it is not known.
    is_assumed
        Whether the points were laid along streets.
    """

    where: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    stream: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    kg: NDArray[np.float64]
    litres: NDArray[np.float64]
    bins: NDArray[np.int64]
    window: NDArray[np.int64]
    frequency: NDArray[np.int64]
    prize: NDArray[np.float64]
    service_s: NDArray[np.float64]
    bin_l: NDArray[np.float64]
    bin_kg: NDArray[np.float64]
    density: NDArray[np.float64]
    is_assumed: bool = False

    def __len__(self) -> int:
        return len(self.name)


def streams_of(spec: CollectionSpec) -> tuple[str, ...]:
    """Names of the streams of a table; one without a name of its own where it lists none."""
    return tuple(stream.name for stream in spec.stream) or (WASTE,)


def read_points(spec: CollectionSpec, network: RoadNetwork, faults: FaultList) -> Points:
    """Read the points of a table, or lay them along the streets.

    Parameters
    ----------
    spec
        The scenario's [collection].
    network
        The streets.
    faults
        Takes what is wrong with the file.

    Raises
    ------
    ScenarioError
        If the file cannot be used.
    """
    if spec.points is None:
        found = _laid(spec, network, faults)
        faults.stop()
        return found
    try:
        table = read_places(Path(spec.points), layer=spec.layer, crs=spec.crs)
        return _Rows(spec, table).points()
    except InputError as error:
        faults.include(error, ("collection", "points"))
        faults.stop()
        raise


class _Rows:
    """Columns of a table of points, one after the other."""

    def __init__(self, spec: CollectionSpec, table: PlaceTable) -> None:
        self.spec, self.table, self.size = spec, table, len(table)
        columns = [str(name) for name in table.columns.columns]
        self.column = {name.strip().lower(): name for name in columns}

    def points(self) -> Points:
        """Read all columns.

        Raises
        ------
        InputError
            With the first cell that cannot be used.
        """
        stream = self._streams()
        kg, litres = self._amounts(stream)
        return Points(
            tuple(self.table.where(row) for row in range(self.size)),
            self._names(),
            tuple(word or KINDS[0] for word in self._texts("kind")),
            stream,
            self.table.lon,
            self.table.lat,
            kg,
            litres,
            np.nan_to_num(self._whole("bins", 10_000)).astype(np.int64),
            self._windows(),
            np.nan_to_num(self._whole("frequency", 7)).astype(np.int64),
            self._numbers("prize"),
            self._numbers("service_s"),
            np.where(np.isnan(self._numbers("bin_l")), self.spec.bin_l, self._numbers("bin_l")),
            self._numbers("bin_kg"),
            self._density(stream),
        )

    def _texts(self, key: str) -> list[str]:
        if key not in self.column:
            return [""] * self.size
        return self.table.texts(self.column[key])

    def _numbers(self, key: str) -> NDArray[np.float64]:
        if key not in self.column:
            return np.full(self.size, np.nan)
        return self.table.numbers(self.column[key], may_be_empty=True)

    def _whole(self, key: str, most: int) -> NDArray[np.float64]:
        values = self._numbers(key)
        wrong = np.isfinite(values) & ((values != np.rint(values)) | (values > most))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f"is {values[row]:g}", file=self.table.where(row), place=key,
                mend=f"give a whole number, {most:,} at most",
            )  # fmt: skip
        return values

    def _names(self) -> tuple[str, ...]:
        return tuple(name or f"Point {row}" for row, name in enumerate(self._texts("name"), 1))

    def _streams(self) -> tuple[str, ...]:
        """Stream of each row; the only one there is where a row names none."""
        known = streams_of(self.spec)
        said = self._texts("stream")
        for row, name in enumerate(said):
            if not name and len(known) > 1:
                raise InputError(
                    "is empty", file=self.table.where(row), place="stream",
                    mend=f"say which of {', '.join(known)}",
                )  # fmt: skip
            if name and name not in known:
                raise InputError(
                    f'there is no stream "{name}"', file=self.table.where(row), place="stream",
                    mend=did_you_mean(name, known, what="there are", quote='"'),
                )  # fmt: skip
        return tuple(name or known[0] for name in said)

    def _amounts(self, stream: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Kilograms and litres of a day."""
        bins, bin_l, bin_kg = (self._numbers(key) for key in ("bins", "bin_l", "bin_kg"))
        density = self._density(stream)
        kg, litres = self._numbers("kg_day"), self._numbers("l_day")
        full_kg, full_l = bins * bin_kg, bins * bin_l
        nothing = np.isnan(kg) & np.isnan(litres)
        kg = np.where(nothing, full_kg, kg)
        litres = np.where(nothing, full_l, litres)
        kg = np.where(np.isnan(kg), litres * density, kg)
        litres = np.where(np.isnan(litres), kg / density, litres)
        if np.isnan(kg).any():
            row = int(np.argmax(np.isnan(kg)))
            raise InputError(
                "it cannot be told how many kg lie there a day", file=self.table.where(row),
                mend="give kg_day, or l_day with a density (density_kg_l of its stream), "
                "or bins with bin_kg",
            )  # fmt: skip
        if kg.max(initial=0.0) > _MOST_KG_DAY:
            row = int(np.argmax(kg))
            raise InputError(
                f"{kg[row]:,.0f} kg a day at one point cannot be", file=self.table.where(row),
                mend="give kilograms and litres, not grams or millilitres",
            )  # fmt: skip
        return kg, litres

    def _density(self, stream: Sequence[str]) -> NDArray[np.float64]:
        """Kilograms of a litre: a row's own, or its stream's."""
        of_stream = {one.name: one.density_kg_l for one in self.spec.stream}
        known = np.array(
            [np.nan if of_stream.get(s) is None else of_stream[s] for s in stream],
            dtype=np.float64,
        )
        own = self._numbers("density")
        wrong = (own <= 0.0) | (own > 20.0)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f"is {own[row]:g}", file=self.table.where(row), place="density",
                mend="give kg of a litre, as 0.2 (200 kg of a cubic metre)",
            )  # fmt: skip
        return np.where(np.isnan(own), known, own)

    def _windows(self) -> NDArray[np.int64]:
        window = np.tile(np.array([0, -1], dtype=np.int64), (self.size, 1))
        both = zip(self._texts("from"), self._texts("until"), strict=True)
        for row, (start, end) in enumerate(both):
            if not start and not end:
                continue
            first = self._clock(row, "from", start or "00:00")
            last = self._clock(row, "until", end or "24:00")
            window[row] = first, last if last > first else last + DAY_S
        return window

    def _clock(self, row: int, key: str, text: str) -> int:
        try:
            return clock_s(text)
        except ValueError as error:
            raise InputError(str(error), file=self.table.where(row), place=key) from None


def _laid(spec: CollectionSpec, network: RoadNetwork, faults: FaultList) -> Points:
    """Lay points along the streets of some classes, one every so many metres of all of them."""
    for number, word in enumerate(spec.classes):
        check_class(word, network, ("collection", "classes", number), faults)
    lon, lat, edge = _every(spec, network)
    if not len(edge):
        faults.add(
            ("collection", "classes"),
            "no street of these classes is there to lay points along",
            f"these streets have the classes {', '.join(c for c in network.class_names if c)}",
        )
        faults.stop()
    every_m = float(spec.every_m or 0.0)
    streams = streams_of(spec)
    density = {one.name: one.density_kg_l for one in spec.stream}
    kg = {s: _figure(spec.kg_day_per_km, s) * every_m / 1000.0 for s in streams}
    rows = [(k, s) for k in range(len(edge)) for s in streams if kg[s] > 0.0]
    litres = np.array([kg[s] / (density.get(s) or np.nan) for _, s in rows])
    bins = np.where(np.isnan(litres), 1.0, np.ceil(np.nan_to_num(litres) / spec.bin_l))
    names = _names_along(network, edge)
    at = np.array([k for k, _ in rows], dtype=np.int64)
    size = len(rows)
    return Points(
        ("[collection] every_m",) * size,
        tuple(names[k] for k, _ in rows),
        (KINDS[0],) * size,
        tuple(s for _, s in rows),
        lon[at],
        lat[at],
        np.array([kg[s] for _, s in rows]),
        litres,
        np.maximum(bins, 1.0).astype(np.int64),
        np.tile(np.array([0, -1], dtype=np.int64), (size, 1)),
        np.zeros(size, dtype=np.int64),
        np.full(size, np.nan),
        np.full(size, np.nan),
        np.full(size, spec.bin_l),
        np.full(size, np.nan),
        np.array([density.get(s) or np.nan for _, s in rows], dtype=np.float64),
        is_assumed=True,
    )


def _figure(figure: Any, stream: str) -> float:  # noqa: ANN401 - a number or a table
    return float(figure.get(stream, 0.0) if isinstance(figure, dict) else figure)


def _every(
    spec: CollectionSpec, network: RoadNetwork
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Places in the middle of every stretch of so many metres, and the edge of each."""
    wanted = [network.class_names.index(w) for w in spec.classes if w in network.class_names]
    chosen = np.flatnonzero(
        np.isin(network.road_class, wanted)
        & network.usable
        & (network.street == np.arange(network.n_edges))
    )
    ends = np.cumsum(network.length_m[chosen])
    every_m = float(spec.every_m or 0.0)
    whole = float(ends[-1]) if len(ends) else 0.0
    along = every_m * (np.arange(int(whole / every_m)) + 0.5)
    number = np.searchsorted(ends, along, side="right")
    edge = chosen[number]
    share = 1.0 - (ends[number] - along) / network.length_m[edge]
    lon, lat = np.zeros(len(edge)), np.zeros(len(edge))
    for k, (one, part) in enumerate(zip(edge.tolist(), share.tolist(), strict=True)):
        span = slice(int(network.shape_ptr[one]), int(network.shape_ptr[one + 1]))
        x, y = network.shape_xy[0][span], network.shape_xy[1][span]
        metres = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        lon[k] = np.interp(part * metres[-1], metres, network.shape_lon[span])
        lat[k] = np.interp(part * metres[-1], metres, network.shape_lat[span])
    return lon, lat, edge


def _names_along(network: RoadNetwork, edge: NDArray[np.int64]) -> list[str]:
    """Name points by their street, numbered along it."""
    from networks.direction_texts import plain_name

    counts: dict[str, int] = {}
    names = []
    for one in edge.tolist():
        street = plain_name(network.names[network.name[one]]) or "Point"
        counts[street] = counts.get(street, 0) + 1
        names.append(f"{street} {counts[street]}")
    return names
