"""What PyVRP is told costs there what it costs here, and means the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyvrp
from pyvrp.stop import MaxIterations

from optimize.routing.nodes.first import first_routes
from optimize.routing.nodes.fleet import least_trucks
from optimize.routing.nodes.problem import NEVER, NodeProblem, TruckKind
from optimize.routing.nodes.pyvrp_model import NodeModel
from optimize.routing.nodes.solution import timetable, value_of


def _ring(stops=12, **truck):
    """Stops and two facilities on a ring that is shorter clockwise; the yard is in the middle."""
    places = stops + 3
    at = np.arange(places)
    steps = (at[None, :] - at[:, None]) % places
    table = 60 * np.minimum(steps, 2 * (places - steps))
    table[0], table[:, 0] = 200, 230
    np.fill_diagonal(table, 0)
    plain = {"capacity": np.array([5]), "empty_home": True, "cost_m": 3, "cost_s": 2, "count": 6}
    return NodeProblem(
        "ring",
        (table,),
        (table * 7,),
        np.arange(1, stops + 1),
        np.ones((stops, 1), np.int64),
        np.full(stops, 30),
        np.tile([0, 20_000], (stops, 1)),
        np.zeros(stops, np.int64),
        np.full(stops, -1),
        (TruckKind("truck", 0, 0, **(plain | truck)),),
        np.array([stops + 1, stops + 2]),
        np.array([100, 300]),
        np.tile([0, NEVER], (2, 1)),
    )


def _solved(problem):
    model = NodeModel(problem)
    result = pyvrp.solve(model.data, MaxIterations(200), seed=1, collect_stats=False)
    assert result.is_feasible()
    return result.cost(), model.routes_of(result.best)


def test_a_plan_costs_the_same_in_both_words():
    problem = _ring()
    cost, made = _solved(problem)
    routes = [timetable(problem, kind, visits) for kind, visits in made]
    assert value_of(problem, routes) == cost
    assert all(visits[-1] < 0 for _, visits in made)


def test_a_day_of_so_much_load_is_a_day_of_so_long_a_way():
    _, made = _solved(_ring(max_load=np.array([4])))
    assert all(sum(v >= 0 for v in visits) <= 4 for _, visits in made)
    _, made = _solved(_ring(max_stops=3))
    assert all(sum(v >= 0 for v in visits) <= 3 for _, visits in made)


def test_an_hour_is_cut_out_of_the_clock_for_lunch():
    problem = _ring(lunch=(1000, 2000, 3600), leave=(0, 0), home_by=9000, count=2)
    model = NodeModel(problem)
    (truck,) = model.data.vehicle_types()
    assert truck.tw_late == 9000 - 3600
    assert model.data.client(0).tw_late == 20_000 - 3600


def test_who_may_not_serve_a_stop_has_no_way_to_it():
    problem = _ring()
    first = np.arange(problem.n_stops) < 6
    kind = problem.kinds[0]
    problem = replace(problem, kinds=(replace(kind, stops=first), replace(kind, stops=~first)))
    _, made = _solved(problem)
    for number, visits in made:
        assert all(first[v] == (number == 0) for v in visits if v >= 0)


def test_the_first_routes_take_as_few_trucks_as_loads_allow():
    problem = _ring(max_load=np.array([4]), count=None)
    assert least_trucks(problem) == 3
    made = first_routes(
        problem, np.ones(12, np.bool_), until=1e18, iterations=400, seed=0, fewest=True, stop=None
    )
    assert len(made) == 3


def test_hours_of_service_and_trips_need_trucks():
    assert least_trucks(_ring(home_by=100)) == 4  # 360 s of service
    assert least_trucks(_ring(max_trips=1)) == 3  # 12 stops, 5 a trip
    assert least_trucks(_ring(max_stops=5)) == 3
