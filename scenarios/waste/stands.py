"""Stands of bins: the rows of the points that routes collect, and what their bins hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.waste.document import collected_streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.collection.points import Points
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from sim.waste import Stands

__all__ = ["StandRows", "stand_rows", "stands"]

_DAYS_HELD = 2.0
"""Days that the bins hold where it is not said how many there are; assumed."""


@dataclass(frozen=True, eq=False)
class StandRows:
    """Stands, as rows of the points.

    Parameters
    ----------
    row : int64[b]
        Of the points.
    litres_day, density_kg_l, bin_l, bin_kg : float64[b]
        What comes a day, what a litre weighs, and what a bin holds; NaN kg for no limit.
    bins : int64[b]
        Number of bins.
    stop_s, bin_s : float64[b]
        Seconds of a stop, and of each bin.
    warnings
        What looks odd.
    """

    row: NDArray[np.int64]
    litres_day: NDArray[np.float64]
    density_kg_l: NDArray[np.float64]
    bin_l: NDArray[np.float64]
    bin_kg: NDArray[np.float64]
    bins: NDArray[np.int64]
    stop_s: NDArray[np.float64]
    bin_s: NDArray[np.float64]
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row)

    def take(self, kept: NDArray[np.bool_]) -> StandRows:
        """Keep some of the stands."""
        columns = {
            name: getattr(self, name)[kept]
            for name in (
                "row", "litres_day", "density_kg_l", "bin_l", "bin_kg", "bins", "stop_s", "bin_s",
            )
        }  # fmt: skip
        return replace(self, **columns)


def stand_rows(scenario: Scenario, points: Points, faults: FaultList) -> StandRows:
    """Choose the rows that routes collect, and find what their bins hold.

    Parameters
    ----------
    scenario
        With [collection], [waste] and its routes.
    points
        All of them.
    faults
        Takes streams whose litres or kilograms cannot be told, and such as two routes collect.
    """
    whose = _whose(scenario, faults)
    stream = np.array(points.stream, dtype=object)
    row = np.flatnonzero(np.isin(stream, list(whose)))
    warnings = []
    for name in sorted(set(points.stream) - set(whose)):
        n = int((stream == name).sum())
        warnings.append(f'no routes of [waste] collect "{name}": {n} rows of points are left out')
    if not len(row):
        faults.add(
            ("waste", "routes"),
            "collect nothing: no point has their stream",
            f"points have the streams {', '.join(sorted(set(points.stream)))}",
        )
    litres, kg = points.litres[row], points.kg[row]
    density = _densities(scenario, points, row, faults)
    litres = np.where(np.isnan(litres), kg / density, litres)
    bin_l = np.asarray(points.bin_l, dtype=np.float64)[row]
    bins = points.bins[row].copy()
    unsaid = bins == 0
    if unsaid.any():
        bins[unsaid] = np.maximum(1, np.ceil(_DAYS_HELD * litres[unsaid] / bin_l[unsaid]))
        warnings.append(
            f"{int(unsaid.sum())} rows of points do not say how many bins there are: as many are "
            f"assumed as hold {_DAYS_HELD:g} days"
        )
    own = points.service_s[row]
    spent: dict[str, Any] = {s: scenario.spec.routes[name] for s, name in whose.items()}
    stop_s = np.array([spent[s].stop_s for s in stream[row]], dtype=np.float64)
    bin_s = np.array([spent[s].bin_s for s in stream[row]], dtype=np.float64)
    return StandRows(
        row=row,
        litres_day=litres,
        density_kg_l=density,
        bin_l=bin_l,
        bin_kg=np.asarray(points.bin_kg, dtype=np.float64)[row],
        bins=bins.astype(np.int64),
        stop_s=np.where(np.isnan(own), stop_s, own).astype(np.float64),
        bin_s=np.where(np.isnan(own), bin_s, 0.0).astype(np.float64),
        warnings=tuple(warnings),
    )


def _whose(scenario: Scenario, faults: FaultList) -> dict[str, str]:
    """Routes that collect each stream."""
    from scenarios.collection.points import streams_of

    spec = scenario.spec
    assert spec.collection is not None  # noqa: S101 - refused by the rules
    assert spec.waste is not None  # noqa: S101 - refused by the rules
    known = list(streams_of(spec.collection))
    whose: dict[str, str] = {}
    for number, name in enumerate(spec.waste.routes):
        for stream in collected_streams(spec.routes[name].model_dump(), known):
            if stream in whose:
                faults.add(
                    ("waste", "routes", number),
                    f'[routes.{name}] and [routes.{whose[stream]}] both collect "{stream}"',
                    "let one table of routes collect a stream",
                )
            whose.setdefault(stream, name)
    return whose


def _densities(
    scenario: Scenario, points: Points, row: NDArray[np.int64], faults: FaultList
) -> NDArray[np.float64]:
    """Kg of a litre of each stand."""
    spec = scenario.spec.collection
    assert spec is not None  # noqa: S101 - refused by the rules
    found = np.asarray(points.density, dtype=np.float64)[row]
    kg, litres = points.kg[row], points.litres[row]
    with np.errstate(divide="ignore", invalid="ignore"):
        reckoned = np.where(litres > 0, kg / litres, np.nan)
    found = np.where(np.isnan(found), reckoned, found)
    for name in sorted({points.stream[k] for k in row[np.isnan(found)].tolist()}):
        number = next((k for k, one in enumerate(spec.stream) if one.name == name), 0)
        faults.add(
            ("collection", "stream", number, "density_kg_l"),
            f'it cannot be told what a litre of "{name}" weighs',
            "give density_kg_l of the stream, as 0.15",
        )
    return np.where(np.isnan(found), 1.0, found)


def stands(
    scenario: Scenario,
    points: Points,
    rows: StandRows,
    streams: tuple[str, ...],
    areas: tuple[Any, ...],
    place: NDArray[np.int64],
) -> tuple[Stands, tuple[str, ...], tuple[Any, ...]]:
    """Lay out the stands; hand back what their kinds and areas mean.

    Parameters
    ----------
    scenario
        With [waste].
    points, rows
        The points, and which of them are stands.
    streams
        Names by code.
    areas
        Of the scenario.
    place : int64[b]
        Of the roads.
    """
    from scenarios.areas import area_codes
    from sim.waste import Stands

    spec = scenario.spec.waste
    assert spec is not None  # noqa: S101 - refused by the rules
    words = [points.kind[k] for k in rows.row.tolist()]
    kinds = tuple(dict.fromkeys(words))
    code, known = area_codes(areas, points.lon[rows.row], points.lat[rows.row])
    holds = rows.bins * np.fmin(rows.bin_l * rows.density_kg_l, rows.bin_kg)
    table = Stands(
        place=place,
        stream=np.array([streams.index(points.stream[k]) for k in rows.row.tolist()]),
        bins=rows.bins,
        bin_l=rows.bin_l,
        bin_kg=rows.bin_kg,
        density_kg_l=rows.density_kg_l,
        stop_s=rows.stop_s,
        bin_s=rows.bin_s,
        start_kg=np.array(spec.filling.start_share * holds, dtype=np.float64),
        ground_s_l=spec.ground_s_l,
        kind=np.array([kinds.index(word) for word in words]),
        area=code,
        names=[f"{points.name[k]} {points.stream[k]}" for k in rows.row.tolist()],
    )
    return table, kinds, known
