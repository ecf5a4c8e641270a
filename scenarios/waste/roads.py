"""Ways of trucks between places by the hour: speeds, closures by the hour, and bans of trucks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scenarios.closing_times import is_timed
from scenarios.faults import did_you_mean
from scenarios.hours import WEEK_S, hours_of_week, week_intervals
from scenarios.streets import check_class, closure_edges, closure_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.faults import FaultList
    from scenarios.schema import NetworkSpec
    from scenarios.toml_lines import KeyPath
    from scenarios.waste.schema import BanSpec, WasteSpec
    from sim.waste import Roads

__all__ = ["Places", "Shut", "build_roads", "shut_streets"]

HOURS = 168
FAR = 1_000_000_000


@dataclass
class Places:
    """Where vehicles go: junctions, and how far beyond the border of the streets each lies."""

    node: list[int] = field(default_factory=list)
    beyond_s: list[float] = field(default_factory=list)
    beyond_m: list[float] = field(default_factory=list)
    _known: dict[tuple[int, float, float], int] = field(default_factory=dict)

    def add(self, node: int, beyond_s: float = 0.0, beyond_m: float = 0.0) -> int:
        """Take a place up, and number it; equal ones are one."""
        key = (node, beyond_s, beyond_m)
        if key not in self._known:
            self._known[key] = len(self.node)
            self.node.append(node)
            self.beyond_s.append(beyond_s)
            self.beyond_m.append(beyond_m)
        return self._known[key]

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, eq=False)
class Shut:
    """Streets that are shut at some hours of the week: bool[168] and bool[m]."""

    hours: NDArray[np.bool_]
    edges: NDArray[np.bool_]


def shut_streets(
    network: RoadNetwork, streets: NetworkSpec, spec: WasteSpec, faults: FaultList
) -> tuple[list[Shut], list[str]]:
    """Find streets that are shut at hours of the week, and closures that no week can hold.

    Parameters
    ----------
    network, streets
        The streets and their table, with its closures.
    spec
        Has bans of trucks.
    faults
        Takes what is wrong with bans.

    Returns
    -------
    list of Shut, list of str
        Those, and warnings.
    """
    found, warnings = [], []
    for number, closure in enumerate(streets.closure):
        if not is_timed(closure.model_dump(by_alias=True)):
            continue  # shut in the network itself
        edges = closure_edges(network, closure, number, faults)
        if closure.from_ is not None or closure.until is not None or closure.hours is None:
            warnings.append(
                f'closure "{closure_name(closure)}" holds for a part of the run only: trucks are '
                "driven as if it were open; closures by hours of the week are kept"
            )
            continue
        found.append(Shut(_touched(closure.hours), edges))
    for number, ban in enumerate(spec.ban):
        edges = _banned(network, ban, ("waste", "ban", number), faults)
        found.append(Shut(np.array(hours_of_week(ban.hours), dtype=np.bool_), edges))
    return found, warnings


def _touched(text: str) -> NDArray[np.bool_]:
    """Hours of the week that a text touches, whole or in part."""
    hours = np.zeros(HOURS, dtype=np.bool_)
    for begin, end in week_intervals(text):
        hours[begin // 3600 : min(-(-end // 3600), WEEK_S // 3600)] = True
    return hours


def _banned(
    network: RoadNetwork, ban: BanSpec, path: KeyPath, faults: FaultList
) -> NDArray[np.bool_]:
    shut = np.zeros(network.n_edges, dtype=np.bool_)
    known = {name.lower(): code for code, name in enumerate(network.names) if name}
    for place, street in enumerate(ban.streets):
        code = known.get(street.strip().lower())
        if code is None:
            near = [n for n in network.names if n]
            mend = did_you_mean(street, near, quote='"')
            faults.add(
                (*path, "streets", place),
                f'no street is named "{street}"',
                mend if mend.startswith("did") else "write it as the map does",
            )
            continue
        shut |= network.name == code
    for place, word in enumerate(ban.classes):
        check_class(word, network, (*path, "classes", place), faults)
        if word in network.class_names:
            shut |= network.road_class == network.class_names.index(word)
    if ban.bbox is not None:
        west, south, east, north = ban.bbox
        x = 0.5 * (network.lon[network.tail] + network.lon[network.head])
        y = 0.5 * (network.lat[network.tail] + network.lat[network.head])
        shut |= (west <= x) & (x <= east) & (south <= y) & (y <= north)
        if not shut.any():
            faults.add((*path, "bbox"), "no street lies in it", "west, south, east, north")
    return shut


def build_roads(
    network: RoadNetwork, places: Places, shut: list[Shut], drive_kmh: float | None = None
) -> Roads:
    """Reckon ways between all places, for each kind of hour that a week has.

    Parameters
    ----------
    network
        The streets.
    places
        Each can be reached from each other in some hour.
    shut
        What is shut when.
    drive_kmh
        Fastest that trucks drive; as fast as the streets allow where not given.
    """
    from sim.waste import Roads

    period, seconds, metres = way_tables(network, places, shut, drive_kmh)
    return Roads(seconds, metres, period)


def way_tables(
    network: RoadNetwork, places: Places, shut: list[Shut], drive_kmh: float | None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Period of each hour of the week, and its seconds and metres, [k, n, n]; inf for no way."""
    from scenarios.collection.ways import Ways

    speeds = np.array([network.period_at(3600.0 * hour) for hour in range(HOURS)])
    signs = np.stack([speeds, *(one.hours.astype(np.int64) for one in shut)], axis=1)
    rows, period = np.unique(signs, axis=0, return_inverse=True)
    beyond_s, beyond_m = np.array(places.beyond_s), np.array(places.beyond_m)
    nodes, back = np.unique(np.array(places.node, dtype=np.int64), return_inverse=True)
    tables = []
    for row in rows.tolist():
        closed = [one.edges for is_shut, one in zip(row[1:], shut, strict=True) if is_shut]
        streets = network.closed(np.logical_or.reduce(closed)) if closed else network
        tables.append(Ways(streets, row[0], drive_kmh).tables(nodes, FAR))
    both = np.ix_(back, back)
    out = []
    for column, extra in ((0, beyond_s), (1, beyond_m)):
        table = np.stack([pair[column][both] for pair in tables]).astype(np.float64)
        table[table >= FAR] = np.inf
        table += extra[:, None] + extra[None, :]
        table[:, np.arange(len(places)), np.arange(len(places))] = 0.0
        out.append(table)
    return period.ravel().astype(np.int64), out[0], out[1]
