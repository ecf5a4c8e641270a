"""A [cleaning] table on its streets: pieces, facilities, vehicles and roads for the simulation.

A piece is one task of [routes.NAME]: a side of an edge (or, with ``sides = "both"``, the edge), as
the routes serve it. Streets that no route can serve are no pieces; `RouteQuestion.left_out` has
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.durations import duration_s
from scenarios.faults import did_you_mean
from scenarios.hours import hours_of_week
from scenarios.merge import shown_path
from scenarios.planned import WholeDays
from scenarios.profiles import week_shares
from scenarios.routing.build import RouteQuestion, build_routes
from scenarios.routing.schema import OTHER, of_class
from scenarios.streets import check_class

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.cleaning.schema import CleaningSpec
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.routing.edited import EditedPlan
    from scenarios.toml_lines import KeyPath
    from sim.cleaning import Facilities, Pieces, Roads, Rules, Vehicles, Ways, Weather

__all__ = ["BuiltCleaning", "build_cleaning"]

HOURS = 168
_NEVER_S = 1e6  # along a closed edge: no route and no way goes there
_PATH: KeyPath = ("cleaning",)


@dataclass(frozen=True, eq=False)
class BuiltCleaning(WholeDays):
    """A scenario of street cleaning made ready, all but its routes.

    Parameters
    ----------
    scenario, spec
        Where it comes from: [cleaning].
    question
        The streets to sweep, and what the routes are made of: [routes.NAME].
    pieces, facilities, roads, weather, rules
        As the simulation takes them; facilities are the depots, then the dump sites.
    classes, areas
        What the codes of the pieces mean.
    given
        Routes that were read; None where they are made on the spot.
    warnings
        What looks odd.
    """

    scenario: Scenario
    spec: CleaningSpec
    question: RouteQuestion
    pieces: Pieces
    facilities: Facilities
    roads: Roads
    weather: Weather
    rules: Rules
    classes: tuple[str, ...]
    areas: tuple[Any, ...]
    given: EditedPlan | None
    warnings: tuple[str, ...]

    @property
    def network(self) -> RoadNetwork:
        """The streets."""
        return self.question.network

    def vehicles(self, kinds: NDArray[np.int64], names: list[str]) -> Vehicles:
        """Vehicles of given kinds, one each.

        Parameters
        ----------
        kinds : int64[v]
            Places in ``question.kinds``.
        names
            As reports show them.
        """
        from sim.cleaning import Vehicles

        spec, known = self.spec, self.question.kinds
        (slow_kmh, slow), (fast_kmh, fast) = spec.removal
        chosen = [known[kind] for kind in kinds.tolist()]
        n = len(chosen)
        return Vehicles(
            depot=np.array([kind.depot for kind in chosen], dtype=np.int64),
            hopper_kg=np.array([1000.0 * kind.capacity_t for kind in chosen]),
            slow_kmh=np.full(n, slow_kmh),
            slow_removes=np.full(n, slow),
            fast_kmh=np.full(n, fast_kmh),
            fast_removes=np.full(n, fast),
            up_h=np.full(n, np.inf if spec.breakdown_h is None else spec.breakdown_h),
            repair_s=duration_s(spec.repair_min),
            names=names,
        )


def build_cleaning(scenario: Scenario) -> BuiltCleaning:
    """Read the streets and lay out what is to be kept clean.

    Parameters
    ----------
    scenario
        Read and checked; its service is "cleaning".

    Raises
    ------
    ScenarioError
        With every fault that the streets, files and places show.
    """
    from sim.cleaning import Rules, Weather

    spec = scenario.spec.cleaning
    assert spec is not None  # noqa: S101 - refused by the rules
    question = build_routes(scenario, spec.routes)
    assert isinstance(question, RouteQuestion)  # noqa: S101 - refused by the rules
    faults = scenario.faults()
    builder = _Builder(scenario, spec, question, faults)
    pieces, areas = builder.pieces()
    given = builder.given()
    faults.stop()
    assert pieces is not None  # noqa: S101 - a fault stops above
    facilities = builder.facilities()
    roads = _roads(question)
    weather = spec.weather
    rows = len(pieces.hour_factor)
    return BuiltCleaning(
        scenario,
        spec,
        question,
        pieces,
        facilities,
        roads,
        Weather(
            rain=weather.rain,
            storm=weather.storm,
            season=builder.seasons(rows),
            rain_growth=weather.rain_growth,
            rain_washes=weather.rain_washes,
            rain_hour=weather.rain_hour,
            storm_growth=weather.storm_growth,
        ),
        Rules(overtime_s=60.0 * spec.overtime_min, carry=spec.carry_over),
        tuple(question.network.class_names),
        areas,
        given,
        tuple(question.warnings),
    )


class _Builder:
    """Steps from the table to the columns of the pieces; faults are gathered."""

    def __init__(
        self, scenario: Scenario, spec: CleaningSpec, question: RouteQuestion, faults: FaultList
    ) -> None:
        self.scenario = scenario
        self.spec = spec
        self.question = question
        self.network = question.network
        self.edge = question.streets.task_edge[:, 0]
        self.faults = faults
        self.leafy: list[bool] = []

    def pieces(self) -> tuple[Pieces | None, tuple[Any, ...]]:
        """Lay out the pieces, and hand back the areas that their codes mean."""
        from scenarios.areas import build_areas
        from sim.cleaning import Pieces

        spec, network, edge = self.spec, self.network, self.edge
        growth = self._by_class("growth_g_m_h") * self._luck()
        standard = self._by_class("standard_g_m")
        start = self._by_class("start_g_m")
        parked = self._by_class("parked")
        profile, factors = self._profiles()
        areas = build_areas(self.scenario.spec, network, self.faults) or ()
        if self.faults.faults:
            return None, ()
        levels, row = np.unique(parked, return_inverse=True)
        named = self.scenario.spec.hour_profile
        hours = HOURS * week_shares(spec.parked_hours, named)
        code, known = self._areas(areas)
        pieces = Pieces(
            length_m=network.length_m[edge],
            growth_g_m_h=growth,
            standard_g_m=standard,
            start_g_m=start,
            edge=edge,
            street_class=network.road_class[edge].astype(np.int64),
            area=code,
            profile=profile,
            hour_factor=factors,
            parked=row.ravel(),
            parked_share=np.minimum(np.outer(levels, hours), 1.0),
            parked_spread=spec.parked_spread,
        )
        return pieces, known

    def _by_class(self, key: str) -> NDArray[np.float64]:
        """Figure of each piece by the class of its street."""
        figure = getattr(self.spec, key)
        network = self.network
        if isinstance(figure, dict):
            for word in figure:
                if word != OTHER:
                    check_class(word, network, (*_PATH, key, word), self.faults)
        by_class = np.zeros(len(network.class_names))
        for code in np.unique(network.road_class[self.edge]).tolist():
            found = of_class(figure, network.class_names[code])
            if found is None:
                self.faults.add(
                    (*_PATH, key),
                    f'has no figure for class "{network.class_names[code]}"',
                    f"add it, or {OTHER} = ... for all the rest",
                )
            else:
                by_class[code] = found
        return by_class[network.road_class[self.edge]]

    def _luck(self) -> NDArray[np.float64]:
        """Factor of growth of each piece: streets differ, both sides and all pieces of one alike.

        Lognormal with mean 1, drawn by the scenario's seed once for all replications: it is what
        the district is like, not what happens in it.
        """
        from sim.distributions import Lognormal
        from sim.draws import stream_id

        spread = self.spec.growth_spread
        if spread == 0:
            return np.ones(len(self.edge))
        name = self.network.name[self.edge].astype(np.int64)
        unnamed = np.array([not word for word in self.network.names])[name]
        street = np.where(unnamed, len(self.network.names) + self.edge, name)
        seed = self.scenario.spec.scenario.seed
        return Lognormal(1.0, spread).sample(seed, stream_id("cleaning/growth"), street)

    def _profiles(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Row of each piece, and factors of growth by row and hour of the week.

        A row stands for the markets that a piece lies on and whether leaves fall on it.
        """
        spec = self.spec
        base = HOURS * week_shares(spec.hours, self.scenario.spec.hour_profile)
        signs = [self._on(m.streets, ("market", k)) for k, m in enumerate(spec.market)]
        signs.append(self._under_leaves())
        patterns, row = np.unique(np.stack(signs, axis=1), axis=0, return_inverse=True)
        factors = np.tile(base, (len(patterns), 1))
        for number, market in enumerate(spec.market):
            at = np.array(hours_of_week(market.hours), dtype=np.bool_)
            factors[np.ix_(patterns[:, number], at)] *= market.factor
        self.leafy = patterns[:, -1].tolist()
        return row.ravel().astype(np.int64), factors

    def _under_leaves(self) -> NDArray[np.bool_]:
        leaves = self.spec.leaves
        if leaves is None:
            return np.zeros(len(self.edge), dtype=np.bool_)
        if not leaves.streets and not leaves.classes:
            return np.ones(len(self.edge), dtype=np.bool_)
        under = self._on(leaves.streets, ("leaves",))
        for number, word in enumerate(leaves.classes):
            check_class(word, self.network, (*_PATH, "leaves", "classes", number), self.faults)
            if word in self.network.class_names:
                code = self.network.class_names.index(word)
                under |= self.network.road_class[self.edge] == code
        return under

    def _on(self, streets: list[str], keys: KeyPath) -> NDArray[np.bool_]:
        """Whether each piece lies on one of some streets by name."""
        network = self.network
        known = {name.strip().lower(): code for code, name in enumerate(network.names) if name}
        there = network.name[self.edge]
        on = np.zeros(len(self.edge), dtype=np.bool_)
        for number, name in enumerate(streets):
            code = known.get(name.strip().lower())
            own = there == (-1 if code is None else code)
            if not own.any():
                swept = [network.names[c] for c in np.unique(there).tolist() if network.names[c]]
                mend = did_you_mean(name, swept, quote='"')
                self.faults.add(
                    (*_PATH, *keys, "streets", number),
                    f'no street that is swept is named "{name}"',
                    mend if mend.startswith("did") else "write it as the map does",
                )
                continue
            on |= own
        return on

    def given(self) -> EditedPlan | None:
        """Read the plan that is named."""
        from scenarios.routing.edited import read_edited

        if self.spec.plan is None:
            return None
        path = Path(self.spec.plan)
        try:
            plan = read_edited(self.question, path, shown_path(path))
            plan.stop()
        except InputError as error:
            self.faults.include(error, (*_PATH, "plan"))
            return None
        if not plan.routes:
            self.faults.add((*_PATH, "plan"), "has no route", "name a plan with rows that sweep")
        return plan

    def seasons(self, rows: int) -> NDArray[np.float64] | None:
        """Factor of growth by row and day, where leaves fall."""
        leaves = self.spec.leaves
        if leaves is None:
            return None
        days = round(self.scenario.spec.scenario.horizon_h / 24.0)
        weeks = leaves.factor if isinstance(leaves.factor, list) else [leaves.factor]
        by_day = np.array([weeks[min(day // 7, len(weeks) - 1)] for day in range(days)])
        season = np.ones((rows, days))
        season[np.array(self.leafy, dtype=np.bool_)] = by_day
        return season

    def _areas(self, areas: tuple[Any, ...]) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
        """Code of each piece, and the areas with pieces; the last is of what lies in none."""
        from scenarios.areas import area_codes

        network, edge = self.network, self.edge
        lon = 0.5 * (network.lon[network.tail[edge]] + network.lon[network.head[edge]])
        lat = 0.5 * (network.lat[network.tail[edge]] + network.lat[network.head[edge]])
        return area_codes(areas, lon, lat)

    def facilities(self) -> Facilities:
        """Depots, then dump sites; without these the hopper is emptied at the depot, at no time."""
        from sim.cleaning import Facilities
        from sim.distributions import Fixed

        question, spec = self.question, self.spec
        depots, dumps = len(question.depots), len(question.dumps)
        minutes = question.spec.visit_min if spec.dump_min is None else spec.dump_min
        at_dump = duration_s(minutes) if dumps else Fixed(0.0)
        return Facilities(
            bays=np.array([0 if dumps else 1000] * depots + [spec.dump_bays] * dumps),
            dumps=np.array([not dumps] * depots + [True] * dumps),
            water=np.zeros(depots + dumps, dtype=np.bool_),
            dump_s=[at_dump] * (depots + dumps),
            names=[place.name for place in (*question.depots, *question.dumps)],
        )


# ---- the streets as they are driven


def _roads(question: RouteQuestion) -> Roads:
    """Lay out times along edges by period, and ways between pieces and facilities."""
    from sim.cleaning import Roads

    network = question.network
    edge = question.streets.task_edge[:, 0]
    nodes = np.array([place.node for place in (*question.depots, *question.dumps)])
    periods = sorted({network.period_at(3600.0 * hour) for hour in range(HOURS)})
    place = {period: k for k, period in enumerate(periods)}
    times = np.stack([_edge_s(question, period) for period in periods])
    there, back = zip(
        *(_ways(network, row, nodes, lengths=k == 0) for k, row in enumerate(times)), strict=True
    )
    ends, begins = (side[edge].astype(np.int64) for side in (network.head, network.tail))
    return Roads(
        edge_s=np.where(np.isfinite(times), times, _NEVER_S),
        edge_m=network.length_m,
        to_facility=_picked(there, ends, axis=0),
        from_facility=_picked(back, begins, axis=1),
        between=_picked(there, nodes, axis=0),
        period=np.array([place[network.period_at(3600.0 * hour)] for hour in range(HOURS)]),
    )


def _edge_s(question: RouteQuestion, period: int) -> NDArray[np.float64]:
    """Seconds along each edge, no faster than a sweeper drives."""
    network, fastest = question.network, question.spec.drive_kmh
    time_s = network.edge_times_s(period)
    if fastest is not None:
        time_s = np.maximum(time_s, 3.6 * network.length_m / fastest)
    return np.asarray(time_s, dtype=np.float64)


_Table = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


def _ways(
    network: RoadNetwork, time_s: NDArray[np.float64], nodes: NDArray[np.int64], *, lengths: bool
) -> tuple[_Table, _Table]:
    """Quickest ways of one period: from all nodes to some, and from these to all.

    Returns
    -------
    tuple
        Seconds and metres to them, [n, f], and from them, [f, n]; no metres unless asked for.
    """
    to_s, to_m = _trees(network, time_s, nodes, forward=False, lengths=lengths)
    from_s, from_m = _trees(network, time_s, nodes, forward=True, lengths=lengths)
    return (to_s.T, to_m.T), (from_s, from_m)


def _trees(
    network: RoadNetwork,
    time_s: NDArray[np.float64],
    nodes: NDArray[np.int64],
    *,
    forward: bool,
    lengths: bool,
) -> _Table:
    """Seconds and metres of the quickest ways between nodes and all others, [f, n] each."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    is_open = np.isfinite(time_s)
    ends = (network.tail, network.head) if forward else (network.head, network.tail)
    start, end = (side[is_open].astype(np.int64) for side in ends)
    order = np.lexsort((network.length_m[is_open], time_s[is_open], end, start))
    start, end = start[order], end[order]
    first = np.r_[True, (np.diff(start) | np.diff(end)) != 0]  # of parallel edges the quickest
    n = network.n_nodes
    index = (start[first], end[first])
    seconds = csr_array((np.maximum(time_s[is_open][order][first], 1e-6), index), shape=(n, n))
    if not lengths:
        return dijkstra(seconds, indices=nodes), np.zeros((0, 0))
    metres = csr_array((network.length_m[is_open][order][first], index), shape=(n, n))
    away, before = dijkstra(seconds, indices=nodes, return_predecessors=True)
    far = np.zeros_like(away)
    for row in range(len(nodes)):
        by_distance = np.argsort(away[row], kind="stable")
        reached = by_distance[before[row][by_distance] >= 0]
        step = np.asarray(metres[before[row][reached], reached]).ravel()
        for node, back, length in zip(
            reached.tolist(), before[row][reached].tolist(), step.tolist(), strict=True
        ):
            far[row, node] = far[row, back] + length
    return away, far


def _picked(tables: tuple[_Table, ...], nodes: NDArray[np.int64], axis: int) -> Ways:
    """Ways of all periods at some nodes; their lengths are those of the first period."""
    from sim.cleaning import Ways

    seconds = np.stack([np.take(table[0], nodes, axis=axis) for table in tables])
    metres = np.take(tables[0][1], nodes, axis=axis)
    return Ways(seconds, metres)
