"""Plans of collection add up, and every rule that they break is named by their check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios import load_scenario
from scenarios.collection.problem import LEFT_REASONS
from scenarios.collection.work import check_points
from scenarios.faults import ScenarioError
from scenarios.routing.build import build_routes
from scenarios.routing.sheet import run_sheet


def test_what_is_made_passes_the_check_that_knows_nothing_of_it(plan):
    found = check_points(plan)
    assert found.faults == ()
    assert found.sides == plan.question.n_tasks == 80
    assert found.seconds == plan.seconds == int(plan.legs["seconds"].sum())
    assert plan.summary["break_min"].tolist() == [30.0, 30.0]


def test_tables_of_a_route_add_up(plan):
    points = plan.question.points
    assert plan.summary["waste_kg"].sum() == pytest.approx(points.kg.sum())
    moving = plan.steps[plan.steps["kind"] == "drive"]
    assert moving["km"].sum() == pytest.approx(plan.summary["km"].sum(), abs=0.02)
    served = plan.legs[plan.legs["kind"] == "collect"]
    assert sorted(served["point"]) == list(range(len(points)))
    assert plan.steps["load_m3"].max() <= 4.0


def test_ways_and_seconds_are_those_of_the_problem(plan):
    question, problem = plan.question, plan.question.problem
    rng = np.random.default_rng(1)
    for a, b in rng.integers(0, problem.n_places, (30, 2)).tolist():
        edges = question.ways.between(int(question.nodes[a]), int(question.nodes[b]))
        assert question.ways.drive_s[edges].sum() == problem.seconds[0][a, b]
        length = question.network.length_m[edges].sum()
        assert length == pytest.approx(problem.metres[0][a, b], abs=2.0)
        assert (question.network.tail[edges[1:]] == question.network.head[edges[:-1]]).all()


def _leg(plan, first, changes):
    """Change the first leg of a kind."""
    legs = plan.legs.copy()
    row = legs.index[legs["kind"] == first][0]
    for key, value in changes.items():
        legs.loc[row, key] = value
    return replace(plan, legs=legs)


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("collect", {"point": 1}, "collected 2 times, not once"),
        ("collect", {"point": 99_999}, "collects a point that is none"),
        ("collect", {"seconds": 1}, "takes 60 s, not 1 s"),
        ("collect", {"kind": "stroll"}, "has a stop that is none: 'stroll'"),
        ("drive", {"edge": 7}, "begins where the last one did not end"),
        ("drive", {"seconds": 999}, "s, not 999 s"),
        ("dump", {"node": 3}, "is not where the truck is"),
        ("dump", {"kind": "wait"}, "kg after"),
        ("break", {"seconds": 60}, "the first of 1 min"),
        ("break", {"kind": "wait"}, "has no break, and is out at 07:00"),
    ],
)
def test_a_leg_that_was_tampered_with_is_found(plan, kind, changes, said):
    assert any(said in fault for fault in check_points(_leg(plan, kind, changes)).faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shift_h": 1.0}, "more than 1 h"),
        ({"max_stops": 10}, "has 40 points, more than 10"),
        ({"capacity_t": 0.5}, "kg after"),
        ({"volume_m3": 0.5}, "l of loose waste after"),
        ({"max_t_day": 1.0}, "more than 1,000 kg"),
        ({"streams": ["other"]}, "which is kitchen"),
        ({"leaves": "04:00"}, "leaves at 05:00"),
        ({"lunch": ["05:05", "05:10"]}, "breaks, the first of 30 min"),
        ({"count": 1, "name": "lorry"}, "there is no vehicle 'kitchen truck'"),
        ({"max_trips": 1}, "is filled 4 times, more than 1"),
    ],
)
def test_rules_of_trucks_that_a_plan_does_not_keep_are_named(plan, changes, said):
    spec = plan.question.spec
    trucks = [spec.vehicle[0].model_copy(update=changes), *spec.vehicle[1:]]
    question = replace(plan.question, spec=spec.model_copy(update={"vehicle": trucks}))
    assert any(said in fault for fault in check_points(replace(plan, question=question)).faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"closes": "06:00"}, "when it is closed"),
        ({"streams": ["other"]}, "no facility is for its streams"),
        ({"intake_t_h": 0.5}, "is brought"),
    ],
)
def test_rules_of_facilities_that_a_plan_does_not_keep_are_named(plan, changes, said):
    spec = plan.question.spec
    sites = [spec.facility[0].model_copy(update=changes), *spec.facility[1:]]
    question = replace(plan.question, spec=spec.model_copy(update={"facility": sites}))
    assert any(said in fault for fault in check_points(replace(plan, question=question)).faults)


def test_hours_of_points_and_closed_streets_are_checked(plan):
    window = plan.question.points.window.copy()
    window[:] = 3600, 7200
    points = replace(plan.question.points, window=window)
    found = check_points(replace(plan, question=replace(plan.question, points=points)))
    assert any("outside its hours" in fault for fault in found.faults)
    edge = int(plan.legs["edge"].max())
    network = plan.question.network.closed([edge])
    found = check_points(replace(plan, question=replace(plan.question, network=network)))
    assert any("goes along a closed street" in fault for fault in found.faults)


def test_a_run_sheet_tells_points_with_bins_side_and_where_to_unload(plan):
    lines = run_sheet(plan, 1)
    collected = [line for line in lines if line.kind == "collect"]
    assert len(collected) == 40
    assert collected[0].text == "Collect Yard 3, 3 bins"
    assert {line.side for line in collected} <= {"left side", "right side", ""}
    assert [line.text for line in lines if line.kind == "dump"] == ["Unload: Plant"] * 4
    assert lines[-1].text == "Home: Yard"
    assert "收运：Yard 3，3 桶" in {line.text for line in run_sheet(plan, 1, "zh")}


# ---- what cannot be served


def _asked(laid_out, tmp_path, tables, old, new):
    assert old in tables
    path = laid_out(tmp_path, tables.replace(old, new, 1))
    return build_routes(load_scenario(path), "waste")


@pytest.mark.parametrize(
    ("old", "new", "reason", "many"),
    [
        ("capacity_t = 1.2", "capacity_t = 0.1", "larger than a truck", 40),
        ("volume_m3 = 3", "volume_m3 = 0.1", "larger than a truck", 40),
        ('streams = ["kitchen"]\ncapacity', 'streams = ["other"]\ncapacity',
         "no truck for its stream", 40),
        ("shift_h = 6", "shift_h = 0.9", "outside all shifts", 12),
    ],
)  # fmt: skip
def test_points_that_cannot_be_served_are_left_out_with_the_reason(
    laid_out, tmp_path, tables, old, new, reason, many
):
    tables = tables.replace('break_min = 30\nlunch = ["06:10", "07:00"]\n', "")
    question = _asked(laid_out, tmp_path, tables, old, new)
    assert reason in LEFT_REASONS
    assert question.left_out["reason"].tolist() == [reason] * many
    assert question.n_tasks == 80 - many
    assert f"{many} points of " in question.warnings[0]


def test_a_point_with_a_kerb_is_met_from_its_own_side_only(laid_out, tmp_path, tables):
    text = tables.replace("stop_s = 30", 'stop_s = 30\nkerb = ["residential", "primary"]')
    question = build_routes(load_scenario(laid_out(tmp_path, text)), "waste")
    network, points = question.network, question.points
    x, y = network.projection.to_xy(points.lon, points.lat)
    into = np.bincount(network.head, minlength=network.n_nodes)
    sides = 0
    for row in question.rows.tolist():
        node = int(question.node[row])
        if into[node] != 1:
            continue  # at a junction
        edge = int(np.flatnonzero(network.head == node)[0])
        last = int(network.shape_ptr[edge + 1]) - 1
        px, py = network.shape_xy
        dx, dy = px[last] - px[last - 1], py[last] - py[last - 1]
        off = dx * (y[row] - py[last]) - dy * (x[row] - px[last])
        assert off <= 1.0
        sides += 1
    assert sides > 40


def test_points_of_another_map_system_are_far_from_the_streets(laid_out, tmp_path, tables):
    path = laid_out(tmp_path, tables)
    rows = (tmp_path / "points.csv").read_text(encoding="utf-8").splitlines()
    from networks.crs import wgs84_to_gcj02

    moved = [rows[0]]
    for line in rows[1:]:
        name, lon, lat, *rest = line.split(",")
        x, y = wgs84_to_gcj02([float(lon)], [float(lat)])
        moved.append(",".join([name, f"{x[0]:.6f}", f"{y[0]:.6f}", *rest]))
    (tmp_path / "points.csv").write_text("\n".join(moved), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r'it looks like a GCJ02 coordinate; set crs = "gcj02"'):
        build_routes(load_scenario(path), "waste")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('points = "points.csv"', 'points = "points.csv"\ncrs = "gcj02"'))
    question = build_routes(load_scenario(path), "waste")
    assert question.n_tasks == 80
