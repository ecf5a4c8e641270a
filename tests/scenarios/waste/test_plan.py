"""Routes of a run: which truck empties what on which day."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from scenarios import load_scenario
from scenarios.services import build_service
from scenarios.waste.build import build_waste
from scenarios.waste.made import beyond_border, driven_routes
from scenarios.waste.plan import COLLECT, UNLOAD, make_routes


def _plan(path):
    built = build_waste(load_scenario(path))
    return built, make_routes(built)


def test_every_stand_is_served_once_on_each_of_its_days(write):
    built, plan = _plan(write())
    routes, stream = plan.routes, built.stands.stream
    whose = np.repeat(np.arange(len(routes)), np.diff(routes.first))
    for day in range(4):
        steps = (routes.day[whose] == day) & (routes.kind == COLLECT)
        wanted = np.flatnonzero(stream == 0) if day in (1, 3) else np.arange(len(stream))
        assert sorted(routes.target[steps]) == wanted.tolist()
    assert set(routes.target[routes.kind == UNLOAD]) == {0}  # the station
    assert plan.origin["kitchen"]["routes"] == plan.of.count("kitchen")


def test_trucks_carry_what_their_kind_says(write):
    _, plan = _plan(write())
    trucks = plan.trucks
    assert set(trucks.stream) == {0, 1}
    assert set(trucks.litres[trucks.stream == 1]) == {3000.0}
    assert set(trucks.compaction[trucks.stream == 1]) == {3.0}
    assert set(trucks.depot) == {2}


def test_the_same_effort_gives_the_same_routes(write):
    path = write()
    one, other = (_plan(path)[1].routes for _ in range(2))
    np.testing.assert_array_equal(one.target, other.target)
    np.testing.assert_array_equal(one.planned_begin_s, other.planned_begin_s)


def test_the_way_beyond_the_border_is_planned(write):
    direct = (
        '[[routes.kitchen.facility]]\nname = "Station"\nlon = 112.8260\nlat = 28.3540',
        '[[routes.kitchen.facility]]\nname = "Plant"\nlon = 112.8220\nlat = 28.3520',
    )
    _, plan = _plan(write(direct))
    routes = plan.routes
    tips = np.flatnonzero((routes.kind == UNLOAD) & (routes.target == 1))
    assert len(tips)
    gaps = routes.planned_begin_s[tips] - routes.planned_end_s[tips - 1]
    assert (gaps >= 15 * 60).all()


def test_a_depot_at_the_gate_of_a_plant_beyond_the_border_stays_where_it_is(write):
    direct = (
        '[[routes.kitchen.facility]]\nname = "Station"\nlon = 112.8260\nlat = 28.3540',
        '[[routes.kitchen.facility]]\nname = "Plant"\nlon = 112.8200\nlat = 28.3500',
    )
    built = build_waste(load_scenario(write(direct, ("lon = 112.8220\nlat = 28.3520\n", ""))))
    question = driven_routes(built, "kitchen")[0]
    near, far = question.problem, beyond_border(built, question)
    depot, plant = near.kinds[0].start, far.facility_place[0]
    assert near.facility_place[0] == depot
    for ways, more, extra in ((near.seconds, far.seconds, 900), (near.metres, far.metres, 10_000)):
        np.testing.assert_array_equal(more[0][: near.n_places, : near.n_places], ways[0])
        np.testing.assert_array_equal(more[0][: near.n_places, plant], ways[0][:, depot] + extra)
        np.testing.assert_array_equal(more[0][plant, : near.n_places], ways[0][depot] + extra)
        assert more[0][plant, plant] == 0


def test_selection_is_by_routes(write):
    _, plan = _plan(write(("effort = 1", 'effort = 1\nselect = { other = "predicted" }')))
    select = {plan.of[n]: code for n, code in zip(plan.number, plan.routes.select, strict=True)}
    assert select == {"kitchen": 0, "other": 2}


def test_a_window_of_a_point_is_kept_in_the_plan_and_measured(write, tmp_path):
    path = write()
    file = tmp_path / "points.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    ends = [",from,until", ",06:00,12:00", *[",,"] * (len(lines) - 2)]
    file.write_text("\n".join(map("".join, zip(lines, ends, strict=True))), encoding="utf-8")
    service = build_service(load_scenario(path))
    routes, names = service.plan.routes, list(service.built.stands.names)
    mine = routes.target == names.index("P1 kitchen")
    steps = np.flatnonzero((routes.kind == COLLECT) & mine)
    whose = np.searchsorted(routes.first, steps, side="right") - 1
    opens = routes.leave_s[whose] + routes.earliest_s[steps]
    closes = routes.leave_s[whose] + routes.latest_s[steps]
    assert len(steps) == 4
    assert set(opens) == {6 * 3600.0}
    assert set(closes) == {12 * 3600.0 - 70.0}  # a stop of 30 s and two bins of 20 s
    assert np.isinf(routes.latest_s[(routes.kind == COLLECT) & ~mine]).all()
    table = service.replicate(0, "kernel").measures
    rows = table[(table["measure"] == "in_window_share") & (table["by"] == "all")]
    assert rows["value"].tolist() == [1.0]


def test_no_service_day_in_the_run_is_said(write):
    days = 'days = { kitchen = ["sunday"], other = ["saturday"] }'
    path = write(('days = { other = ["monday", "wednesday"] }', days))
    with pytest.raises(InputError, match="no route leaves within the 4 days"):
        _plan(path)


def test_a_plan_that_was_written_is_driven_and_an_edit_of_it_too(write, tmp_path):
    from scenarios.routing.output import routes_scenario

    path = write()
    routes_scenario(load_scenario(path), "kitchen", tmp_path / "plan", time_limit_s=0.5)
    named = ("effort = 1", 'effort = 1\nplan = { kitchen = "plan" }')
    built, plan = _plan(write(named))
    assert plan.origin["kitchen"]["source"] == "read"
    assert plan.origin["other"]["source"] == "made"
    kitchen = np.flatnonzero(built.stands.stream == 0)
    first = plan.routes.target[: plan.routes.first[1]][
        plan.routes.kind[: plan.routes.first[1]] == 0
    ]
    assert sorted(first) == kitchen.tolist()
    file = tmp_path / "plan" / "plan" / "kitchen.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = next(k for k, line in enumerate(lines) if ",collect," in line)
    file.write_text("".join(lines[:gone] + lines[gone + 1 :]), encoding="utf-8")
    edited = _plan(write(named))[1]
    assert (edited.routes.kind == COLLECT).sum() < (plan.routes.kind == COLLECT).sum()
    assert not plan.warnings
    assert len(edited.warnings) == 1
    assert "[routes.kitchen]: no route serves 1 of 5 points, whose bins" in edited.warnings[0]


def test_points_that_no_route_may_serve_are_told(write, tmp_path):
    path, file = write(), tmp_path / "points.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(",kitchen,60,") == 5
    file.write_text(text.replace(",kitchen,60,", ",kitchen,1600,", 1), encoding="utf-8")
    _, plan = _plan(path)
    assert len(plan.warnings) == 1
    assert "[routes.kitchen]: 1 points of 1,600 kg cannot be served" in plan.warnings[0]
