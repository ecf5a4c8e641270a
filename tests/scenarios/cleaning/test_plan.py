"""Routes of a run: who drives what on which day."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InputError
from scenarios import load_scenario
from scenarios.cleaning.build import build_cleaning
from scenarios.cleaning.plan import BREAK, DUMP, SWEEP, make_routes


def _plan(path):
    built = build_cleaning(load_scenario(path))
    return built, make_routes(built)


def test_every_piece_is_swept_once_on_each_service_day(write):
    built, plan = _plan(write())
    routes = plan.routes
    assert set(routes.day) == {0, 2}  # Monday and Wednesday
    whose = np.repeat(np.arange(len(routes)), np.diff(routes.first))
    for day in (0, 2):
        steps = (routes.day[whose] == day) & (routes.kind == SWEEP)
        assert sorted(routes.target[steps]) == list(range(len(built.pieces)))
    assert plan.origin["source"] == "made"
    assert len(plan.vehicles) == plan.origin["routes"]


def test_steps_connect_and_last_as_long_as_planned(write):
    built, plan = _plan(write())
    routes, network = plan.routes, built.network
    depot = built.question.depots[0].node
    dumps = {1: built.question.dumps[0].node}
    at = depot
    first, last = routes.first[0], routes.first[1]
    for step in range(first, last):
        edges = routes.leg_edge[routes.leg_first[step] : routes.leg_first[step + 1]]
        if routes.kind[step] == SWEEP:
            edges = built.pieces.edge[[routes.target[step]]]
        for edge in edges:
            assert network.tail[edge] == at
            at = network.head[edge]
        if routes.kind[step] == DUMP:
            assert dumps[routes.target[step]] == at
    assert at == depot
    begin, end = routes.planned_begin_s[first:last], routes.planned_end_s[first:last]
    np.testing.assert_array_equal(begin[1:], end[:-1])


def test_the_same_effort_gives_the_same_routes(write):
    path = write()
    one, other = (_plan(path)[1].routes for _ in range(2))
    np.testing.assert_array_equal(one.target, other.target)
    np.testing.assert_array_equal(one.leg_edge, other.leg_edge)


def test_no_service_day_in_the_run_is_said(write):
    path = write(('days = ["monday", "wednesday"]', 'days = ["sunday"]'))
    with pytest.raises(InputError, match="no route leaves within the 4 days"):
        _plan(path)


def test_a_plan_that_was_written_is_driven_as_it_stands(write, tmp_path):
    from scenarios.routing.output import routes_scenario

    path = write()
    made = routes_scenario(load_scenario(path), "cleaning", tmp_path / "plan", time_limit_s=0.5)
    named = write(('routes = "cleaning"', 'routes = "cleaning"\nplan = "plan"'))
    built, plan = _plan(named)
    assert plan.origin["source"] == "read"
    swept = made.plan.legs.query("kind == 'sweep'")
    ours = plan.routes.kind == SWEEP
    one_day = plan.routes.target[ours][: len(swept)]
    np.testing.assert_array_equal(built.pieces.edge[one_day], swept["edge"])


def test_an_edited_plan_is_driven_as_it_was_edited(write, tmp_path):
    from scenarios.routing.output import routes_scenario

    routes_scenario(load_scenario(write()), "cleaning", tmp_path / "plan", time_limit_s=0.5)
    file = tmp_path / "plan" / "plan" / "cleaning.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(k for k, line in enumerate(lines) if ",sweep," in line)
    (tmp_path / "edited").mkdir()
    edited = tmp_path / "edited" / "cleaning.csv"
    edited.write_text("".join(lines[:first] + lines[first + 1 :]), encoding="utf-8")
    named = 'routes = "cleaning"\nplan = "edited/cleaning.csv"'
    built, plan = _plan(write(('routes = "cleaning"', named)))
    swept = set(plan.routes.target[plan.routes.kind == SWEEP])
    assert 0 < len(built.pieces) - len(swept) < 20  # the row that was deleted


@pytest.fixture
def folder(write, tmp_path):
    """Write the folder of a plan with waits, breaks and dumps; edits are those of its scenario."""
    from scenarios.routing.output import routes_scenario

    def written(*edits):
        routes_scenario(
            load_scenario(write(*edits)), "cleaning", tmp_path / "plan", time_limit_s=0.5
        )
        named = ('routes = "cleaning"', 'routes = "cleaning"\nplan = "plan"')
        return tmp_path / "plan" / "plan" / "cleaning.csv", lambda *more: _plan(write(named, *more))

    return written


def _rows(file, edit):
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(edit(lines)), encoding="utf-8")


def test_a_dump_that_is_deleted_in_the_folder_is_left_out(folder):
    file, planned = folder()
    before = planned()[1].routes
    _rows(file, lambda lines: _without(lines, ",dump,"))
    after = planned()[1].routes
    assert (before.kind == DUMP).sum() - (after.kind == DUMP).sum() == 2  # on two days
    np.testing.assert_array_equal(
        before.target[before.kind == SWEEP], after.target[after.kind == SWEEP]
    )


def _without(lines, word):
    first = next(k for k, line in enumerate(lines) if word in line)
    return lines[:first] + lines[first + 1 :]


def test_a_plan_is_driven_to_the_dump_where_it_is_now(folder):
    _, planned = folder()
    moved = ("lon = 112.8260\nlat = 28.3540", "lon = 112.8220\nlat = 28.3520")
    built, plan = planned(moved)
    routes, network = plan.routes, built.network
    at = int(np.flatnonzero(routes.kind == DUMP)[0])
    before = at - 1
    edges = routes.leg_edge[routes.leg_first[before] : routes.leg_first[at]]
    last = edges[-1] if len(edges) else built.pieces.edge[routes.target[before]]
    assert network.head[last] == built.question.dumps[0].node


def test_a_folder_that_nobody_edited_keeps_its_waits_and_breaks(folder):
    keys = ("shift_h = 4", "shift_h = 4\nbreak_min = 20\nbreak_after_h = [0.55, 0.6]")
    window = '[[routes.cleaning.window]]\nfrom = "05:30"\nuntil = "12:00"\n\n[cleaning]\n'
    edits = (
        ("dirt_kg_per_km = 60", 'dirt_kg_per_km = 60\nclasses = ["primary"]'),
        keys,
        ("[cleaning]\n", window),
        ('streets = ["Column 2"]', 'streets = ["Row 3"]'),
    )
    _, planned = folder(*edits)
    routes = planned(*edits)[1].routes
    assert (routes.earliest_s > 0).any()
    assert (routes.kind == BREAK).any()


def test_a_plan_over_a_week_is_made_beforehand(write):
    path = write(
        ("dirt_kg_per_km = 60", 'dirt_kg_per_km = 60\ndays = ["monday", "tuesday"]'),
        ('days = ["monday", "wednesday"]', "days = []"),
    )
    with pytest.raises(InputError, match="name its folder in"):
        _plan(path)


def test_too_few_hours_for_any_route_are_said(write):
    with pytest.raises(InputError, match="no routes were found that keep its rules"):
        _plan(write(("shift_h = 4", "shift_h = 0.02")))


def test_a_vehicle_waits_for_a_window_and_takes_its_break(write):
    from scenarios.services import build_service

    keys = "shift_h = 4\nbreak_min = 20\nbreak_after_h = [0.55, 0.6]"
    market = ('streets = ["Column 2"]', 'streets = ["Row 3"]')
    window = '[[routes.cleaning.window]]\nfrom = "05:30"\nuntil = "12:00"\n\n[cleaning]\n'
    few = ("dirt_kg_per_km = 60", 'dirt_kg_per_km = 60\nclasses = ["primary"]')
    path = write(few, ("shift_h = 4", keys), ("[cleaning]\n", window), market)
    service = build_service(load_scenario(path))
    routes = service.plan.routes
    first = int(np.flatnonzero(routes.kind == SWEEP)[0])
    assert routes.earliest_s[first] == 1800.0  # it leaves at 05:00
    assert (routes.length_s[routes.kind == BREAK] == 1200.0).all()
    assert (routes.kind == BREAK).any()
    steps = service.log(0, "kernel").steps()
    swept = steps[(steps["kind"] == SWEEP) & ~steps["missed"]]
    assert (swept["begin_s"] + swept["wait_s"]).mod(86_400).min() >= 5.5 * 3600
