"""Streets as those use them who are served, and how far everybody has to every site.

Who walks or rides is slowed neither by rush hours nor by closures, which are the vehicles'. Walking
is at one speed (5 km/h as in OSRM's foot profile, or `walk_kmh`); nobody rides a bicycle faster
than the 15 km/h of Road Traffic Safety Law, article 58. Metres are those of the shortest way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from scenarios.hours import moment_s
from scenarios.streets import read_streets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from networks import Positions, RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.placement.schema import PlacementSpec
    from scenarios.schema import NetworkSpec

__all__ = [
    "Measure",
    "placement_network",
    "positions_of",
    "row_blocks",
    "travel_blocks",
    "travel_table",
]

Measure = Literal["min", "m"]
"""What travel is counted in: minutes, or metres along the way."""

WALK_KMH = 5.0
BIKE_KMH = 15.0
_DIGITS = 6  # a place that lies at the radius to a micrometre lies within it
_BLOCK_CELLS = 8_000_000  # numbers of one block of rows: 64 MB


def placement_network(
    streets: NetworkSpec, spec: PlacementSpec, vehicles: RoadNetwork | None, faults: FaultList
) -> RoadNetwork:
    """Read the streets in the mode of a placement.

    Parameters
    ----------
    streets
        The scenario's [network]; its `mode` is the vehicles'.
    spec
        The placement, its preset's defaults filled in.
    vehicles
        The vehicles' network, where it was read before.
    faults
        Takes what is wrong with the source.

    Raises
    ------
    ScenarioError
        If the streets cannot be read.
    """
    mode = spec.mode or streets.mode
    if mode == streets.mode and vehicles is not None:
        network = vehicles
    elif mode in {"walk", "bike"}:
        speeds = "default" if isinstance(streets.speeds, dict) else streets.speeds
        plain: dict[str, object] = {"mode": mode, "period": [], "closure": []}
        plain |= {"factor": 1.0, "speeds": speeds}
        network = read_streets(streets.model_copy(update=plain), faults)
    else:
        network = read_streets(streets.model_copy(update={"mode": mode}), faults)
    if mode == "walk":
        walked_s = network.length_m * (3.6 / (spec.walk_kmh or WALK_KMH))
        return network.with_times(np.where(np.isfinite(network.time_s), walked_s, np.inf))
    if mode == "bike":
        return network.with_times(np.maximum(network.time_s, network.length_m * (3.6 / BIKE_KMH)))
    return network


def measured(network: RoadNetwork, measure: Measure) -> RoadNetwork:
    """Network whose times are what is counted: seconds, or metres of the shortest way."""
    if measure == "min":
        return network
    from networks import SpeedProfile

    metres = network.with_times(np.where(np.isfinite(network.time_s), network.length_m, np.inf))
    return metres.with_profile(SpeedProfile.flat(network.n_edges))


def row_blocks(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Cut the rows of a table into blocks of some million numbers."""
    step = max(1, _BLOCK_CELLS // max(1, n_columns))
    for start in range(0, n_rows, step):
        yield slice(start, min(n_rows, start + step))


def travel_blocks(
    network: RoadNetwork,
    points: Positions,
    sites: Positions,
    *,
    measure: Measure,
    from_site: bool,
    at: str | None = None,
    threads: int | None = None,
) -> Iterator[NDArray[np.float64]]:
    """Travel between demand points and sites, row block by row block.

    Parameters
    ----------
    network
        In the placement's mode.
    points, sites
        Positions on it, n and m.
    measure
        "min" for minutes, "m" for metres.
    from_site
        Whether a crew comes from the site; else people go to it.
    at
        A moment of the week at which all set out, as "mon 08:00"; free flow where not given.
    threads
        Processors; the result does not depend on it.

    Yields
    ------
    float64[k, m]
        Rows of the next k points; inf where there is no way.
    """
    net = measured(network, measure)
    depart = None if at is None or measure == "m" else float(moment_s(at))
    scale = 1.0 / 60.0 if measure == "min" else 1.0
    for rows in row_blocks(len(points), len(sites)):
        part = points.take(rows)
        if from_site:
            table = net.matrix(sites, part, depart_week_s=depart, threads=threads).T
        else:
            table = net.matrix(part, sites, depart_week_s=depart, threads=threads)
        yield np.round(np.ascontiguousarray(table) * scale, _DIGITS)


def travel_table(
    network: RoadNetwork,
    points: Positions,
    sites: Positions,
    *,
    measure: Measure,
    from_site: bool,
    at: str | None = None,
    threads: int | None = None,
) -> NDArray[np.float64]:
    """Travel between all demand points and sites, float64[n, m]; see `travel_blocks`."""
    blocks = list(
        travel_blocks(
            network, points, sites, measure=measure, from_site=from_site, at=at, threads=threads
        )
    )
    return np.concatenate(blocks) if blocks else np.zeros((0, len(sites)))


def positions_of(table: pd.DataFrame) -> Positions:
    """Positions of points or sites whose table has edge, fraction, lon and lat."""
    from networks import Positions

    columns = {key: table[key].to_numpy() for key in ("edge", "fraction", "lon", "lat")}
    return Positions(
        columns["edge"].astype(np.int64),
        columns["fraction"].astype(np.float64),
        np.zeros(len(table)),
        columns["lon"].astype(np.float64),
        columns["lat"].astype(np.float64),
    )
