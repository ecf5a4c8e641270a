"""Points, trucks and facilities as a problem of node routing, and which points no truck can serve.

Whole numbers inside: grams, millilitres of loose waste, seconds after midnight of the day on which
trucks leave (Kim, Kim and Sahoo 2006 for trucks that unload several times a day and have a lunch).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenarios.hours import DAY_S, DAYS, clock_s
from scenarios.routing.fleet import plan_days

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from optimize.routing.nodes.problem import NodeProblem, TruckKind
    from scenarios.collection.fleet import Truck
    from scenarios.collection.points import Points
    from scenarios.collection.schema import CollectSpec
    from scenarios.collection.ways import Ways
    from scenarios.routing.question import Place

__all__ = [
    "LEFT_COLUMNS",
    "LEFT_REASONS",
    "Served",
    "node_problem",
    "service_seconds",
    "unit_of_cost",
    "unserved",
    "visit_seconds",
]

LEFT_COLUMNS = ["point", "stream", "kg", "reason", "row", "lon", "lat", "day"]
LEFT_REASONS = (
    "no truck for its stream",
    "larger than a truck",
    "no way there from the depot",
    "no way back to the depot",
    "its hours are shorter than the stop",
    "outside all shifts",
)
_OUTSIDE = LEFT_REASONS.index("outside all shifts")
_GRAMS, _MILLILITRES = 1000.0, 1000.0
_INTAKE_HOURS = 72
_NO_LIMIT = 1 << 50
_FINE = 1000  # units of cost in a second, where kilometres cost something


@dataclass(frozen=True, eq=False)
class Served:
    """All that says whether a point can be served.

    Parameters
    ----------
    spec, trucks, points
        The table, its kinds of trucks, and the points of the scenario.
    asked : int64[a]
        Rows of the points that the table asks for.
    node : int64[k]
        Junction of each point, -1 for none.
    depots, dumps
        Depots and facilities.
    ways
        Between junctions.
    times : int64[k]
        How often each point is collected in the days of the plan.
    """

    spec: CollectSpec
    trucks: tuple[Truck, ...]
    points: Points
    asked: NDArray[np.int64]
    node: NDArray[np.int64]
    depots: tuple[Place, ...]
    dumps: tuple[Place, ...]
    ways: Ways
    times: NDArray[np.int64]

    @cached_property
    def most_days(self) -> NDArray[np.int64]:
        """Most days of waste at each point that is asked for, on its best days; int64[a]."""
        if not self.spec.is_week:
            return np.ones(len(self.asked), dtype=np.int64)
        from optimize.routing.patterns import pattern_tables

        often = self.times[self.asked]
        days = np.array(plan_days(self.spec))
        found = np.ones(len(often), dtype=np.int64)
        tables = pattern_tables(tuple(days.tolist()), np.unique(often).tolist(), self.spec.spacing)
        for count, table in tables.items():
            gaps = [np.diff([*days[row], days[row][0] + len(DAYS)]).max() for row in table]
            found[often == count] = min(gaps)
        return found

    @cached_property
    def nodes(self) -> NDArray[np.int64]:
        """Junctions of all places, each once."""
        fixed = [place.node for place in (*self.depots, *self.dumps)]
        return np.unique(np.concatenate([np.array(fixed, dtype=np.int64), self.node[self.asked]]))

    @cached_property
    def tables(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Seconds and metres between them."""
        from optimize.routing.nodes.problem import FAR

        return self.ways.tables(self.nodes, FAR)

    def place(self, node: int) -> int:
        """Place of a junction in the tables."""
        return int(np.searchsorted(self.nodes, node))

    def reach(self, node: int) -> tuple[bool, bool]:
        """Whether there is a way from some depot to a junction, and one back to some depot."""
        from optimize.routing.nodes.problem import FAR

        homes, here = [self.place(one.node) for one in self.depots], self.place(node)
        seconds = self.tables[0]
        return bool((seconds[homes, here] < FAR).any()), bool((seconds[here, homes] < FAR).any())

    def streams_of(self, truck: Truck) -> tuple[str, ...]:
        """Streams that a kind of truck collects here."""
        found = sorted({self.points.stream[row] for row in self.asked.tolist()})
        return tuple(stream for stream in found if truck.may_collect(stream))

    def facilities_of(self, truck: Truck) -> NDArray[np.bool_]:
        """Facilities that take all that a kind of truck may collect, bool[f]."""
        own = self.streams_of(truck)
        return np.array(
            [not one.streams or set(own) <= set(one.streams) for one in self.spec.facility],
            dtype=np.bool_,
        )

    @cached_property
    def first_s(self) -> int:
        """Second of the day at which the first truck may leave."""
        return min(truck.leaves_s for truck in self.trucks)

    @cached_property
    def has_volume(self) -> bool:
        """Whether volumes count."""
        return any(truck.volume_m3 is not None for truck in self.trucks)

    @cached_property
    def amounts(self) -> NDArray[np.int64]:
        """Grams of each point that is asked for, and millilitres where they count; int64[a, d]."""
        rows = self.asked
        kg, litres = (self.spec.days_of_waste * part[rows] for part in
                      (self.points.kg, self.points.litres))  # fmt: skip
        measures = [np.rint(_GRAMS * kg)]
        if self.has_volume:
            measures.append(np.rint(_MILLILITRES * litres))
        return np.stack(measures, axis=1).astype(np.int64)

    def capacity(self, truck: Truck) -> NDArray[np.int64]:
        """Grams, and millilitres of loose waste where they count, that a truck holds; int64[d]."""
        holds = [int(np.floor(1e6 * truck.capacity_t + 1e-6))]
        if self.has_volume:
            volume = truck.volume_m3
            room = None if volume is None else np.floor(1e6 * volume * truck.compaction + 1e-6)
            holds.append(_NO_LIMIT if room is None else int(room))
        return np.array(holds, dtype=np.int64)

    @cached_property
    def service_s(self) -> NDArray[np.int64]:
        """Seconds of each stop that is asked for."""
        return service_seconds(self.spec, self.points)[self.asked]

    @cached_property
    def last_s(self) -> int:
        """Second of the day until which the last truck may be out."""
        return max(truck.until_s + truck.shift_s for truck in self.trucks)

    @cached_property
    def window(self) -> NDArray[np.int64]:
        """When each stop may be begun, int64[a, 2]; the end before the begin where it never may.

        Of hours over midnight of which the trucks meet the end as they leave, and the begin at the
        end of their day, the later ones are taken where a truck can keep them.
        """
        from optimize.routing.nodes.problem import NEVER

        window = self.points.window[self.asked].copy()
        free = window[:, 1] < 0
        late = ~free & (window[:, 1] <= self.first_s)
        window[late] += DAY_S
        over = ~free & (window[:, 1] - DAY_S > self.first_s)
        window[:, 1] -= self.service_s
        window[free] = 0, NEVER
        if over.any():
            stage = np.max([_stage(self, truck, window) for truck in self.trucks], axis=0)
            earlier = np.stack([np.maximum(window[:, 0] - DAY_S, 0), window[:, 1] - DAY_S], axis=1)
            over &= (stage == _OUTSIDE) & (earlier[:, 1] >= earlier[:, 0])
            window[over] = earlier[over]
        return window


def service_seconds(spec: CollectSpec, points: Points) -> NDArray[np.int64]:
    """Whole seconds of a stop at each point: its own, or those of the stop and of its bins."""
    by_bins = spec.stop_s + spec.bin_s * points.bins
    own = np.where(np.isnan(points.service_s), by_bins, points.service_s)
    return np.rint(own).astype(np.int64)


def visit_seconds(spec: CollectSpec) -> NDArray[np.int64]:
    """Whole seconds of a visit at each facility."""
    minutes = [spec.visit_min if f.visit_min is None else f.visit_min for f in spec.facility]
    return np.rint(60.0 * np.array(minutes, dtype=np.float64)).astype(np.int64)


def unserved(served: Served) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Part the points that are asked for into those that can be served, and those left out.

    Parameters
    ----------
    served
        All that says so.

    Returns
    -------
    tuple of int64[t] and DataFrame
        Rows that can be served, and `LEFT_COLUMNS`.
    """
    import pandas as pd

    stage = np.zeros(len(served.asked), dtype=np.int64)
    for truck in served.trucks:
        np.maximum(stage, _stage(served, truck, served.window), out=stage)
    able = stage == len(LEFT_REASONS)
    points = served.points
    rows = [
        (
            points.name[row], points.stream[row],
            float(served.spec.days_of_waste * points.kg[row]), LEFT_REASONS[stage[k]], row,
            float(points.lon[row]), float(points.lat[row]), "",
        )
        for k, row in enumerate(served.asked.tolist())
        if not able[k]
    ]  # fmt: skip
    return served.asked[able], pd.DataFrame(rows, columns=LEFT_COLUMNS)


def _stage(served: Served, truck: Truck, window: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far each point gets with a kind of truck: the first reason that keeps it out."""
    from optimize.routing.nodes.problem import FAR

    seconds = served.tables[0]
    here = np.searchsorted(served.nodes, served.node[served.asked])
    home = served.place(served.depots[truck.depot].node)
    own = [stream in served.streams_of(truck) for stream in served.points.stream]
    most = served.amounts * served.most_days[:, None]
    fits = (most <= served.capacity(truck)).all(axis=1)
    if truck.max_t_day is not None:
        fits &= most[:, 0] <= round(1e6 * truck.max_t_day)
    there, back = seconds[home, here], seconds[here, home]
    allowed = served.facilities_of(truck)
    if len(allowed):
        ways = [np.full(len(here), FAR)]
        for f, visit in enumerate(visit_seconds(served.spec).tolist()):
            if allowed[f]:
                at = served.place(served.dumps[f].node)
                ways.append(seconds[here, at] + visit + seconds[at, home])
        back = np.min(ways, axis=0)
    service = served.service_s
    begin = np.maximum(truck.leaves_s + there, window[:, 0])
    leave = np.minimum(np.maximum(truck.leaves_s, begin - there), truck.until_s)
    good = [
        np.array([own[row] for row in served.asked.tolist()], dtype=np.bool_),
        fits,
        there < FAR,
        back < FAR,
        window[:, 1] >= window[:, 0],
        (begin <= window[:, 1]) & (begin + service + back - leave <= truck.shift_s),
    ]
    stage = np.full(len(here), len(good), dtype=np.int64)
    for number in range(len(good) - 1, -1, -1):
        stage[~good[number]] = number
    return stage


def unit_of_cost(spec: CollectSpec, trucks: tuple[Truck, ...]) -> int:
    """Units of cost in a second: 1, or finer where a second is not the only thing that costs."""
    plain = all(truck.cost_km == 0 and truck.cost_h == spec.cost_h for truck in trucks)
    return 1 if plain else _FINE


def node_problem(
    served: Served, rows: NDArray[np.int64], name: str
) -> tuple[NodeProblem, NDArray[np.int64]]:
    """Put the problem together.

    Parameters
    ----------
    served
        Points, trucks, facilities and ways.
    rows : int64[t]
        Points that can be served.
    name
        As messages show it.

    Returns
    -------
    tuple of NodeProblem and int64[n]
        And the junctions of its places.
    """
    from optimize.routing.nodes.problem import NodeProblem

    chosen = np.searchsorted(served.asked, rows)
    spec = served.spec
    prize = served.points.prize[rows]
    unit = unit_of_cost(spec, served.trucks)
    worth = np.rint(np.nan_to_num(prize) * unit * 3600.0 / _money(spec, served.trucks))
    problem = NodeProblem(
        name=name,
        seconds=(served.tables[0],),
        metres=(served.tables[1],),
        stop_place=np.searchsorted(served.nodes, served.node[rows]),
        amount=served.amounts[chosen],
        service_s=served.service_s[chosen],
        window=served.window[chosen],
        release_s=np.zeros(len(rows), dtype=np.int64),
        prize=np.where(np.isnan(prize), -1, worth).astype(np.int64),
        kinds=tuple(_kind(served, truck, rows, unit) for truck in served.trucks),
        facility_place=np.searchsorted(served.nodes, [place.node for place in served.dumps]),
        facility_s=visit_seconds(spec),
        facility_window=_openings(served),
        intake=_intake(spec),
    )
    return problem, served.nodes


def _kind(served: Served, truck: Truck, rows: NDArray[np.int64], unit: int) -> TruckKind:
    from optimize.routing.nodes.problem import TruckKind

    home = served.place(served.depots[truck.depot].node)
    base = _money(served.spec, served.trucks)
    own = served.streams_of(truck)
    capacity = served.capacity(truck)
    most = None
    if truck.max_t_day is not None:
        most = np.full(len(capacity), _NO_LIMIT, dtype=np.int64)
        most[0] = round(1e6 * truck.max_t_day)
    facilities = served.facilities_of(truck)
    an_hour = truck.cost_h or base
    return TruckKind(
        name=truck.name or served.spec.job,
        start=home,
        end=home,
        capacity=capacity,
        count=truck.count,
        leave=(truck.leaves_s, truck.until_s),
        shift_s=truck.shift_s,
        lunch=truck.pause,
        max_stops=truck.max_stops,
        max_load=most,
        max_trips=truck.max_trips,
        empty_home=bool(facilities.any()),
        fixed_cost=round(unit * truck.cost_s * an_hour / base),
        cost_s=round(unit * an_hour / base),
        cost_m=round(unit * 3.6 * truck.cost_km / base),
        stops=np.array([served.points.stream[row] in own for row in rows.tolist()]),
        facilities=facilities,
    )


def _money(spec: CollectSpec, trucks: tuple[Truck, ...]) -> float:
    """Take what an hour costs, by which costs become seconds."""
    return spec.cost_h or max((truck.cost_h or 0.0 for truck in trucks), default=0.0) or 1.0


def _openings(served: Served) -> NDArray[np.int64]:
    """When a visit at each facility may be begun: it is over when the facility closes."""
    from optimize.routing.nodes.problem import NEVER

    window = np.tile(np.array([0, NEVER], dtype=np.int64), (len(served.spec.facility), 1))
    visits = visit_seconds(served.spec).tolist()
    for f, site in enumerate(served.spec.facility):
        if site.opens is None and site.closes is None:
            continue
        first = clock_s(site.opens or "00:00")
        last = DAY_S if site.closes is None else clock_s(site.closes)
        last += DAY_S if last <= first else 0
        if last <= served.first_s:
            first, last = first + DAY_S, last + DAY_S
        elif last - DAY_S > served.first_s and first + visits[f] > served.last_s:
            first, last = max(0, first - DAY_S), last - DAY_S
        window[f] = first, last - visits[f]
    return window


def _intake(spec: CollectSpec) -> NDArray[np.int64] | None:
    """Grams that each facility takes in an hour; None where none of them has a limit."""
    limits = [site.intake_t_h for site in spec.facility]
    if not any(limits):
        return None
    grams = [_NO_LIMIT if limit is None else round(1e6 * limit) for limit in limits]
    return np.repeat(np.array(grams, dtype=np.int64)[:, None], _INTAKE_HOURS, axis=1)
