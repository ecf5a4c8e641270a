"""Other solvers of collection routing on the same instance, in the same time: PyVRP and OR-Tools.

Each is given the model that its own means allow, and says in a note which rules it has no words
for; what they answer is timed by ours and judged by the same checker as ours.

PyVRP (Wouda, Lan and Kool 2024) as its documentation has it: reload depots, windows, releases,
capacity, shifts. Its routes end at a place of their own to which every way leads over the cheapest
facility, as it cannot ask for a last visit. A limit of what is loaded in a day is put where its
limit of distance is, and the way is then paid by its time. It knows no lunch: trucks are home as
much earlier. Where fewest vehicles come first, half of its time is for `pyvrp.minimise_fleet`.

OR-Tools' routing library, the model of its example of reloads: each facility is there several
times, optional, and takes off what is loaded, and home is over the cheapest, as above; loads, what
a day may have and the number of stops are dimensions, lunch is a break (which it may take under
way). It starts from cheapest insertion or cheapest arcs, with many vehicles where few give it no
first solution, and goes on by guided local search. It has no words for when a trip may leave a
facility.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyvrp
    from numpy.typing import NDArray
    from ortools.constraint_solver import pywrapcp
    from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters

    from optimize.routing.nodes.problem import NodeProblem, TruckKind

__all__ = ["PeerAnswer", "solve_with_ortools", "solve_with_pyvrp"]

_LATEST = 10_000_000
"""A time after every window and shift."""

_NO_WAY = 20_000_000

FIRST = ("PARALLEL_CHEAPEST_INSERTION", "PATH_CHEAPEST_ARC", "PATH_CHEAPEST_ARC")
FIRST_SHARE = (0.3, 0.2, 1.0)
"""How OR-Tools looks for a first solution, and how long: few vehicles, few again, then many."""

SPARE = 1.3
"""Vehicles a trip, where there are many."""


@dataclass(frozen=True)
class PeerAnswer:
    """What a peer found.

    Parameters
    ----------
    routes
        What each truck visits, as in `NodeRoute.visit`; None where it found nothing.
    note
        What it could not be told, or why it was not asked.
    """

    routes: tuple[tuple[int, ...], ...] | None
    note: str = ""


def solve_with_pyvrp(
    problem: NodeProblem,
    time_limit_s: float,
    *,
    seed: int = 1,
    per_vehicle: int = 0,
    vehicles: int | None = None,
) -> PeerAnswer:
    """Ask PyVRP.

    Parameters
    ----------
    problem
        Of one kind of truck.
    time_limit_s
        Of its search.
    seed
        Of its search.
    per_vehicle
        Cost of each route beside the kind's own; with it, fewest vehicles come first.
    vehicles
        Most that it may use; the kind's own number where not given.
    """
    import pyvrp

    if len(problem.kinds) != 1:
        return PeerAnswer(None, "PyVRP: not asked about several kinds of trucks")
    (kind,) = problem.kinds
    limited = _limited(problem, kind)
    stops, many = problem.n_stops, problem.n_facilities
    seconds, metres, over = _tables(problem, kind)
    if limited:
        metres = _counted(problem, limited, len(metres))
    words = _vehicle(problem, kind, limited)
    words["fixed_cost"] = kind.fixed_cost + per_vehicle
    if vehicles is not None:
        words["num_available"] = vehicles
    model: dict[str, Any] = {
        "locations": [pyvrp.Location(0, 0)] * (stops + many + 2),
        "clients": [_client(problem, stop) for stop in range(stops)],
        "depots": [
            pyvrp.Depot(stops),
            *(_depot(problem, f) for f in range(many)),
            pyvrp.Depot(stops + 1 + many),
        ],
        "vehicle_types": [pyvrp.VehicleType(**words)],
        "distance_matrices": [metres],
        "duration_matrices": [seconds],
    }
    result = _searched(
        pyvrp.ProblemData(**model),
        time_limit_s,
        seed,
        fewest=per_vehicle > 0 and bool((problem.prize < 0).all()),
    )
    note = _note(problem, kind, limited)
    if not result.is_feasible():
        return PeerAnswer(None, "; ".join(filter(None, ["nothing feasible", note])))
    routes = []
    for route in result.best.routes():
        done = list(route.schedule())[1:-1]
        visits = [one.idx if one.is_client() else -one.idx for one in done]
        if kind.empty_home and visits[-1] >= 0:
            visits.append(-1 - int(over[visits[-1]]))
        routes.append(tuple(visits))
    return PeerAnswer(tuple(routes), note)


def _searched(
    data: pyvrp.ProblemData, time_limit_s: float, seed: int, *, fewest: bool
) -> pyvrp.Result:
    """Search; where fewest vehicles come first, for a smaller fleet in the first half of it."""
    import pyvrp
    from pyvrp.exceptions import PenaltyBoundWarning
    from pyvrp.stop import MaxRuntime

    until = perf_counter() + time_limit_s
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)  # fleets that are too small
        if fewest:
            fleet = pyvrp.minimise_fleet(data, MaxRuntime(time_limit_s / 2), seed=seed)
            data = data.replace(vehicle_types=[fleet])
        left = MaxRuntime(max(0.1, until - perf_counter()))
        return pyvrp.solve(data, stop=left, seed=seed, display=False)


def _note(problem: NodeProblem, kind: TruckKind, limited: str) -> str:
    """Say what is not as the rules have it."""
    notes = []
    if kind.lunch is not None:
        notes.append("lunch: home as much earlier")
    if limited:
        notes.append(f"{limited} a day: as distance")
    if kind.max_load is not None:
        total = problem.amount.sum(axis=0)
        if (kind.max_load < total)[1:].any():
            notes.append("not told of further measures a day")
    if limited == "load" and kind.max_stops is not None and kind.max_stops < problem.n_stops:
        notes.append("not told of stops a day")
    return "; ".join([*notes, *_untold(problem, kind)])


def _untold(problem: NodeProblem, kind: TruckKind) -> list[str]:
    """Rules about facilities for which neither has words."""
    notes = []
    windows = problem.facility_window[problem.facilities_of(kind)]
    late = _LATEST if kind.home_by is None else kind.home_by
    if kind.empty_home and ((windows[:, 0] > kind.leave[0]) | (windows[:, 1] < late)).any():
        notes.append("not told of facilities' hours on the way home")
    if problem.intake is not None:
        notes.append("not told of facilities' intake by the hour")
    return notes


def _limited(problem: NodeProblem, kind: TruckKind) -> str:
    """Say what of a day is limited: "load" (its first measure), "stops" or nothing."""
    if kind.max_load is not None and int(kind.max_load[0]) < int(problem.amount[:, 0].sum()):
        return "load"
    if kind.max_stops is not None and kind.max_stops < problem.n_stops:
        return "stops"
    return ""


def _counted(problem: NodeProblem, limited: str, size: int) -> NDArray[np.int64]:
    """Ways to each stop that are as long as what it counts."""
    ways = np.zeros((size, size), dtype=np.int64)
    ways[:, : problem.n_stops] = problem.amount[:, 0] if limited == "load" else 1
    np.fill_diagonal(ways, 0)
    return ways


def _vehicle(problem: NodeProblem, kind: TruckKind, limited: str) -> dict[str, Any]:
    """Give a kind of truck in PyVRP's words; its limits where it has them."""
    pause = 0 if kind.lunch is None else kind.lunch[2]
    late = min(_LATEST, _LATEST if kind.home_by is None else kind.home_by) - pause
    words: dict[str, Any] = {
        "num_available": problem.n_stops if kind.count is None else kind.count,
        "capacity": kind.capacity.tolist(),
        "start_depot": 0,
        "end_depot": problem.n_facilities + 1,
        "tw_early": kind.leave[0],
        "tw_late": late,
        "start_late": min(kind.leave[1], late),
        "unit_distance_cost": 0 if limited else kind.cost_m,
        "unit_duration_cost": max(kind.cost_s, 1) if limited else kind.cost_s,
        "reload_depots": [1 + f for f in np.flatnonzero(problem.facilities_of(kind)).tolist()],
    }
    if limited == "load" and kind.max_load is not None:
        words["max_distance"] = int(kind.max_load[0])
    elif limited == "stops" and kind.max_stops is not None:
        words["max_distance"] = kind.max_stops
    if kind.shift_s is not None:
        words["shift_duration"] = max(0, kind.shift_s - pause)
    if kind.max_trips is not None:
        words["max_reloads"] = kind.max_trips - 1
    return words


def _client(problem: NodeProblem, stop: int) -> pyvrp.Client:
    from pyvrp import Client

    prize = int(problem.prize[stop])
    return Client(
        stop,
        pickup=problem.amount[stop].tolist(),
        service_duration=int(problem.service_s[stop]),
        tw_early=int(problem.window[stop, 0]),
        tw_late=min(int(problem.window[stop, 1]), _LATEST),
        release_time=int(problem.release_s[stop]),
        prize=max(0, prize),
        required=prize < 0,
    )


def _depot(problem: NodeProblem, facility: int) -> pyvrp.Depot:
    from pyvrp import Depot

    opens, closes = problem.facility_window[facility].tolist()
    lasts = int(problem.facility_s[facility])
    return Depot(problem.n_stops + 1 + facility, opens, min(closes, _LATEST), lasts)


def _tables(
    problem: NodeProblem, kind: TruckKind
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Seconds, metres and the facility on the way home: stops, the start, facilities, the end."""
    stops, many = problem.n_stops, problem.n_facilities
    seconds, metres = problem.seconds[kind.profile], problem.metres[kind.profile]
    place = np.concatenate([problem.stop_place, [kind.start], problem.facility_place, [kind.end]])
    ways = np.minimum(seconds[np.ix_(place, place)], _NO_WAY)
    lengths = np.minimum(metres[np.ix_(place, place)], _NO_WAY)
    over = np.zeros(stops, dtype=np.int64)
    if kind.empty_home:
        allowed = np.flatnonzero(problem.facilities_of(kind))
        there = problem.facility_place[allowed]
        row = problem.stop_place
        by_s = seconds[np.ix_(row, there)] + problem.facility_s[allowed] + seconds[there, kind.end]
        by_m = metres[np.ix_(row, there)] + metres[there, kind.end]
        price = kind.cost_m * by_m + kind.cost_s * by_s
        best = np.argmin(price, axis=1)
        over = allowed[best]
        rows = np.arange(stops)
        ways[:stops, -1] = np.minimum(by_s[rows, best], _NO_WAY)
        lengths[:stops, -1] = np.minimum(by_m[rows, best], _NO_WAY)
    ways[:, :stops][:, ~problem.stops_of(kind)] = _NO_WAY
    for table in (ways, lengths):
        np.fill_diagonal(table, 0)
        table[stops, stops + 1 + many] = 0  # a truck that stays
    return ways, lengths, over


# ---- OR-Tools


def solve_with_ortools(
    problem: NodeProblem,
    time_limit_s: float,
    *,
    per_vehicle: int = 0,
    vehicles: int | None = None,
) -> PeerAnswer:
    """Ask OR-Tools' routing library.

    Parameters
    ----------
    problem
        Of one kind of truck.
    time_limit_s
        Of its search.
    per_vehicle
        Cost of each route beside the kind's own.
    vehicles
        Most that it may use; the kind's own number where not given.
    """
    if len(problem.kinds) != 1:
        return PeerAnswer(None, "OR-Tools: not asked about several kinds of trucks")
    if problem.release_s.any() and problem.n_facilities:
        return PeerAnswer(None, "OR-Tools: cannot say when a trip may leave a facility")
    (kind,) = problem.kinds
    count = problem.n_stops if kind.count is None else kind.count
    few = min(count, count if vehicles is None else vehicles)
    trips = int(np.ceil(problem.amount.sum(axis=0) / np.maximum(1, kind.capacity)).max())
    many = min(count, max(few, int(SPARE * trips) + 2))  # one trip each is easily found
    until = perf_counter() + time_limit_s
    for fleet, first, share in zip((few, few, many), FIRST, FIRST_SHARE, strict=True):
        model = _OrTools(problem, fleet, trips)
        answer = model.solve(first, share * time_limit_s, until, per_vehicle)
        if answer.routes is not None:
            break
    return answer


def _parameters(time_limit_s: float, first: str) -> RoutingSearchParameters:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    strategies = routing_enums_pb2.FirstSolutionStrategy
    parameters.first_solution_strategy = getattr(strategies, first)
    searches = routing_enums_pb2.LocalSearchMetaheuristic
    parameters.local_search_metaheuristic = searches.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, round(1000 * time_limit_s)))
    return parameters


class _OrTools:
    """A problem in the words of OR-Tools: start, end, stops, then copies of facilities."""

    def __init__(self, problem: NodeProblem, vehicles: int, trips: int) -> None:
        from ortools.constraint_solver import pywrapcp

        (self.kind,) = problem.kinds
        self.problem = problem
        kind = self.kind
        self.vehicles = vehicles
        allowed = np.flatnonzero(problem.facilities_of(kind))
        visits = min(trips + vehicles, -(-2 * (trips + vehicles) // max(1, len(allowed))) + 2)
        self.copies = np.repeat(allowed, visits)
        self.first_copy = 2 + problem.n_stops
        seconds, metres, self.over = _tables(problem, kind)
        stops, many = problem.n_stops, problem.n_facilities
        order = [stops, stops + 1 + many, *range(stops), *(stops + 1 + self.copies).tolist()]
        self.seconds, self.metres = (table[np.ix_(order, order)] for table in (seconds, metres))
        self.lasts = np.concatenate(
            [[0, 0], problem.service_s, problem.facility_s[self.copies]]
        ).astype(np.int64)
        self.manager = pywrapcp.RoutingIndexManager(
            len(self.lasts), self.vehicles, [0] * self.vehicles, [1] * self.vehicles
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._note = "; ".join(_untold(problem, kind))

    def solve(self, first: str, first_s: float, until: float, per_vehicle: int) -> PeerAnswer:
        """Build the model and search: for a first solution no longer than so many seconds."""
        kind, routing = self.kind, self.routing
        cost = routing.RegisterTransitMatrix((kind.cost_m * self.metres).tolist())
        routing.SetArcCostEvaluatorOfAllVehicles(cost)
        routing.SetFixedCostOfAllVehicles(kind.fixed_cost + per_vehicle)
        self._optional()
        self._loads()
        self._times()
        left = min(first_s, until - perf_counter())
        found = routing.SolveWithParameters(_parameters(left, first))
        if found is None:
            return PeerAnswer(None, "; ".join(filter(None, ["nothing feasible", self._note])))
        if until - perf_counter() > 0:
            parameters = _parameters(until - perf_counter(), first)
            better = routing.SolveFromAssignmentWithParameters(found, parameters)
            found = found if better is None else better
        return PeerAnswer(tuple(self._routes(found)), self._note)

    def _routes(self, found: pywrapcp.Assignment) -> list[tuple[int, ...]]:
        routes = []
        for vehicle in range(self.vehicles):
            visits: list[int] = []
            index = found.Value(self.routing.NextVar(self.routing.Start(vehicle)))
            while not self.routing.IsEnd(index):
                node = self.manager.IndexToNode(index)
                if node >= self.first_copy:
                    facility = int(self.copies[node - self.first_copy])
                    if visits and visits[-1] != -1 - facility:
                        visits.append(-1 - facility)
                else:
                    visits.append(node - 2)
                index = found.Value(self.routing.NextVar(index))
            if visits:
                if self.kind.empty_home and visits[-1] >= 0:
                    visits.append(-1 - int(self.over[visits[-1]]))
                routes.append(tuple(visits))
        return routes

    def _optional(self) -> None:
        """Leave out copies for nothing, and optional stops for their prize."""
        for node in range(self.first_copy, len(self.lasts)):
            self.routing.AddDisjunction([self.manager.NodeToIndex(node)], 0)
        for stop in np.flatnonzero(self.problem.prize >= 0).tolist():
            prize = int(self.problem.prize[stop])
            self.routing.AddDisjunction([self.manager.NodeToIndex(stop + 2)], prize)

    def _dimension(
        self, name: str, demand: Sequence[int], slack: int, most: int
    ) -> pywrapcp.RoutingDimension:
        # transit of a node, on the way out of it
        index = self.routing.RegisterUnaryTransitVector(list(demand))
        self.routing.AddDimension(index, slack, most, True, name)
        return self.routing.GetDimensionOrDie(name)

    def _loads(self) -> None:
        problem, kind, routing = self.problem, self.kind, self.routing
        copies = len(self.copies)
        for one in range(problem.n_measures):
            amount = problem.amount[:, one].tolist()
            most = int(kind.capacity[one])
            if copies:
                dimension = self._dimension(
                    f"load {one}", [0, 0, *amount, *[-most] * copies], most, most
                )
                for node in range(2, self.first_copy):
                    dimension.SlackVar(self.manager.NodeToIndex(node)).SetValue(0)
                for vehicle in range(self.vehicles):
                    dimension.SlackVar(routing.Start(vehicle)).SetValue(0)
            else:
                self._dimension(f"load {one}", [0, 0, *amount], 0, most)
            if kind.max_load is not None:
                self._dimension(
                    f"day {one}", [0, 0, *amount, *[0] * copies], 0, int(kind.max_load[one])
                )
        if kind.max_stops is not None and kind.max_stops < problem.n_stops:
            ones = [0, 0, *[1] * problem.n_stops, *[0] * copies]
            self._dimension("stops", ones, 0, kind.max_stops)

    def _times(self) -> None:
        problem, kind, routing = self.problem, self.kind, self.routing
        index = routing.RegisterTransitMatrix((self.seconds + self.lasts[:, None]).tolist())
        horizon = _LATEST if kind.home_by is None else min(_LATEST, kind.home_by)
        routing.AddDimension(index, horizon, horizon, False, "time")
        time = routing.GetDimensionOrDie("time")
        opens = np.concatenate([problem.window, problem.facility_window[self.copies]])
        for at, (early, late) in enumerate(opens.tolist()):
            if early > horizon:
                continue  # what cannot be served; it says so itself
            time.CumulVar(self.manager.NodeToIndex(at + 2)).SetRange(early, min(late, horizon))
        for vehicle in range(self.vehicles):
            leave = (kind.leave[0], min(kind.leave[1], horizon))
            time.CumulVar(routing.Start(vehicle)).SetRange(*leave)
            routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(vehicle)))
        if kind.cost_s:
            time.SetSpanCostCoefficientForAllVehicles(kind.cost_s)
        if kind.shift_s is not None:
            for vehicle in range(self.vehicles):
                time.SetSpanUpperBoundForVehicle(kind.shift_s, vehicle)
        if kind.lunch is not None:
            self._breaks(time, kind.lunch)

    def _breaks(self, time: pywrapcp.RoutingDimension, lunch: tuple[int, int, int]) -> None:
        lunch_note = "lunch: a break that may be under way"
        self._note = "; ".join(filter(None, [lunch_note, self._note]))
        begin, until, length = lunch
        service = [
            int(self.lasts[self.manager.IndexToNode(index)]) for index in range(self.routing.Size())
        ]
        solver = self.routing.solver()
        for vehicle in range(self.vehicles):
            pause = solver.FixedDurationIntervalVar(begin, until, length, False, f"lunch {vehicle}")
            time.SetBreakIntervalsOfVehicle([pause], vehicle, service)
