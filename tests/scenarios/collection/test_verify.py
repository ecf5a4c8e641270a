"""The check of a plan of collection counts anew where points lie, and why they were left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scenarios import load_scenario
from scenarios.collection.plan import plan_collection, solve_collection
from scenarios.collection.work import check_points
from scenarios.routing.build import build_routes


def test_a_point_that_is_collected_at_a_neighbouring_junction_is_found(plan):
    legs, points = plan.legs.copy(), plan.question.points
    network = plan.question.network
    x, y = network.projection.to_xy(points.lon, points.lat)
    said = []
    for row in legs.index[legs["kind"] == "collect"]:
        point = int(legs.loc[row, "point"])
        before = legs.loc[row - 1]
        if before["kind"] != "drive":
            continue
        node = int(network.tail[before["edge"]])  # one junction too early
        far = np.hypot(network.x[node] - x[point], network.y[node] - y[point])
        if far < 100.0:  # the limit of snapping is 500 m
            said.append(f"is {far:.0f} m from {points.name[point]} at")
            moved = legs.copy()
            moved.loc[[row - 1, row], ["kind", "edge", "node", "point"]] = moved.loc[
                [row, row - 1], ["kind", "edge", "node", "point"]
            ].to_numpy()
            moved.loc[row - 1, "node"] = node
            faults = check_points(replace(plan, legs=moved)).faults
            assert any(said[-1] in fault for fault in faults)
        if len(said) == 3:
            break
    assert len(said) == 3


def test_a_point_with_a_kerb_that_is_met_from_the_other_side_is_found(laid_out, tmp_path, tables):
    text = tables.replace("stop_s = 30", 'stop_s = 30\nkerb = ["residential", "primary"]')
    question = build_routes(load_scenario(laid_out(tmp_path, text)), "waste")
    plan = plan_collection(question, solve_collection(question, time_limit_s=2.0, seed=1))
    assert check_points(plan).faults == ()
    spec = question.spec.model_copy(update={"traffic": "left"})
    found = check_points(replace(plan, question=replace(plan.question, spec=spec)))
    wrong = [fault for fault in found.faults if "on the other side of the street" in fault]
    assert len(wrong) > 40


def test_without_a_kerb_any_side_is_right(plan):
    spec = plan.question.spec.model_copy(update={"traffic": "left"})
    found = check_points(replace(plan, question=replace(plan.question, spec=spec)))
    assert found.faults == ()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("its hours are shorter than the stop", "and they are long enough"),
        ("outside all shifts", "and vehicle 'kitchen truck' has the time"),
    ],
)
def test_a_reason_that_is_none_is_doubted(plan, reason, said):
    points = plan.question.points
    row = {"point": points.name[0], "stream": points.stream[0], "kg": 120.0, "reason": reason,
           "row": 0, "lon": points.lon[0], "lat": points.lat[0], "day": ""}  # fmt: skip
    question = replace(plan.question, left_out=pd.DataFrame([row]))
    found = check_points(replace(plan, question=question))
    assert any(said in fault for fault in found.faults)


def test_reasons_that_hold_are_not_doubted(laid_out, tmp_path, tables):
    text = tables.replace('break_min = 30\nlunch = ["06:10", "07:00"]\n', "")
    text = text.replace("shift_h = 6", "shift_h = 0.9")
    question = build_routes(load_scenario(laid_out(tmp_path, text)), "waste")
    assert set(question.left_out["reason"]) == {"outside all shifts"}
    plan = plan_collection(question, solve_collection(question, time_limit_s=1.0, seed=1))
    assert [f for f in check_points(plan).faults if "left out" in f] == []


def test_a_first_point_without_waste_begins_no_trip_of_its_own(plan):
    kg, litres = plan.question.points.kg.copy(), plan.question.points.litres.copy()
    served = plan.legs[(plan.legs["kind"] == "collect") & (plan.legs["route"] == 1)]
    first = int(served["point"].iloc[0])
    kg[first] = litres[first] = 0.0
    trips = int(((plan.legs["kind"] == "dump") & (plan.legs["route"] == 1)).sum())
    spec = plan.question.spec
    trucks = [spec.vehicle[0].model_copy(update={"max_trips": trips}), *spec.vehicle[1:]]
    question = replace(
        plan.question,
        points=replace(plan.question.points, kg=kg, litres=litres),
        spec=spec.model_copy(update={"vehicle": trucks}),
    )
    found = check_points(replace(plan, question=question))
    assert not any("is filled" in fault for fault in found.faults)
