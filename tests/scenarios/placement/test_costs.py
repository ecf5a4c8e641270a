"""Costs of a plan: sites with their sizes, and parts that add up to the value."""

from __future__ import annotations

import pytest

from cityops.placement_tables import cost_said
from scenarios.placement.answer import answer
from scenarios.placement.costs import cost_parts, rounded_parts, site_costs
from scenarios.placement.plan_file import plan_table

SHARED = """
demand = { source = "all.csv", weight_column = "weight" }
candidates = { source = "all.csv", name_column = "name", cost = 7 }
"""
SIZED = """
[placement.stores]
model = "capacitated"
travel_cost = 0.5
farthest_m = 2000
size = [{ name = "s", capacity = 10, cost = 20 }, { name = "l", capacity = 25, cost = 30 }]
"""
QUEUED = """
[placement.piles]
model = "capacitated"
travel_cost = 0.5
farthest_m = 2000
queue = { arrivals_per_h = 0.2, service_min = 30, wait_min = 30, most = 6, cost_each = 3 }
"""
MEDIAN = """
[placement.shops]
model = "p-median"
travel_cost = 20
farthest_m = 2000
"""
COVER = """
[placement.posts]
model = "set-cover"
preset = "toilets"
within_m = 200
"""


def made(ask, place, name, text):
    if name == "tips":
        lon, lat = place(25)
        text += f"""
[[placement.tips.plant]]
name = "works"
lon = {lon}
lat = {lat}
capacity = 100
cost = 11
"""
    return answer(ask(name, text), sensitivity_s=0)


TWO = SIZED.replace("stores", "tips").replace('"capacitated"', '"two-echelon"')
TWO = TWO.replace("travel_cost = 0.5", "travel_cost = 40\nonward_cost = 9\ndirect = true")


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("stores", SIZED, ["opening", "sizes", "travel"]),
        ("piles", QUEUED, ["opening", "sizes", "travel"]),
        ("shops", MEDIAN, ["opening", "travel"]),
        ("tips", TWO, ["opening", "sizes", "travel", "onward", "plants"]),
        ("posts", COVER, ["opening"]),
    ],
)
def test_parts_add_up_to_the_value(ask, place, everywhere, name, text, parts):
    found = made(ask, place, name, text + SHARED)
    reckoned = cost_parts(found.question, found.solution)
    assert list(reckoned) == parts
    assert sum(reckoned.values()) == pytest.approx(found.solution.value, rel=1e-9)
    assert reckoned["opening"] == 7.0 * len(found.solution.open_sites)
    built = reckoned["opening"] + reckoned.get("sizes", 0.0)
    assert found.tables["sites"]["cost"].sum() == pytest.approx(built)


def test_a_site_costs_what_its_size_costs_too(ask, place, everywhere):
    found = made(ask, place, "stores", SIZED + SHARED)
    sites = found.tables["sites"]
    assert sites["cost"].tolist() == [{"s": 27.0, "l": 37.0}[size] for size in sites["size"]]
    plan = plan_table(found)
    assert plan.loc[plan["open"] == 1, "cost"].tolist() == sites["cost"].tolist()
    assert set(plan.loc[plan["open"] == 0, "cost"]) == {7.0}


def test_piles_are_part_of_what_a_site_costs(ask, place, everywhere):
    sites = made(ask, place, "piles", QUEUED + SHARED).tables["sites"]
    assert sites["cost"].tolist() == [7.0 + 3.0 * int(size) for size in sites["size"]]


def test_a_value_that_is_no_cost_has_no_parts(ask, everywhere):
    text = MEDIAN.replace("travel_cost = 20", "p = 2") + SHARED.replace(", cost = 7", "")
    found = answer(ask("shops", text), sensitivity_s=0)
    assert cost_parts(found.question, found.solution) == {}
    assert site_costs(found.question, found.solution).tolist() == pytest.approx(
        [float("nan")] * 2, nan_ok=True
    )


def test_rounded_parts_add_up_to_the_rounded_value():
    assert rounded_parts({"sizes": 15000.0, "travel": 20832.4, "onward": 10832.3}) == (
        {"sizes": 15000.0, "travel": 20833.0, "onward": 10832.0},
        0,
    )
    assert rounded_parts({"opening": 1.25, "travel": 0.006}) == (
        {"opening": 1.25, "travel": 0.01},
        2,
    )
    rounded, _ = rounded_parts({"opening": 2000.6, "preference": -0.7})
    assert sum(rounded.values()) == 2000.0


def test_costs_are_written_in_full():
    assert [cost_said(value) for value in (6856640.2, 3000.0, 12.5)] == [
        "6,856,640",
        "3,000",
        "12.50",
    ]


def test_terminal_and_report_say_what_a_cost_adds_up_from(tmp_path):
    from cityops.placement_tables import _parts
    from cityops.report.placement_contents import cost_line
    from cityops.report.placement_reading import PlacementFolder
    from cityops.report.words import Words

    manifest = {
        "cost_parts": {"opening": 0.0, "sizes": 3000.0, "travel": 1250.4},
        "cost_unit": "yuan a day",
        "cost_unit_zh": "元/日",
    }
    run = PlacementFolder(tmp_path, manifest)
    assert _parts(manifest) == ["cost: opening sites 0 + their sizes 3,000 + travel to them 1,250"]
    assert cost_line(run, Words("en")).startswith("Cost (yuan a day): 4,250 = opening sites 0 + ")
    assert "（元/日）" in cost_line(run, Words("zh"))
    assert cost_line(PlacementFolder(tmp_path, {"cost_parts": {}}), Words("en")) == ""
