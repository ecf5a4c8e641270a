"""Presets fill in what was confirmed, and ask for the rest by the key's name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios import load_scenario
from scenarios.placement import build_question, question_names
from scenarios.placement.presets import PRESETS, resolved, used_standards
from scenarios.placement.schema import PRESET_NAMES, PlacementSpec
from scenarios.placement.standards import STANDARDS, default_standards

DOCS = Path(__file__).resolve().parents[3] / "docs"
SURE = {"seen": "seen", "reported": "second-hand", "unconfirmed": "not confirmed"}


def test_only_what_was_seen_is_a_default():
    defaults = [s for name in PRESETS for s in default_standards(name)]
    assert defaults
    assert {s.confidence for s in defaults} == {"seen"}
    assert all(s.values == {} for s in STANDARDS if s.confidence == "unconfirmed")


def test_every_standard_names_its_source_and_stands_in_the_docs():
    page = (DOCS / "placement.md").read_text(encoding="utf-8")
    for s in STANDARDS:
        row = f"| `{s.name}` | {s.title} | {s.says} | {SURE[s.confidence]}: {s.source} |"
        assert row in page
        assert all(f"`{key}` = {value:g}" in page for key, value in s.values.items())


def test_standards_agree_with_what_was_found_out(shared_data):
    table = (shared_data / "placement" / "standards.csv").read_text(encoding="utf-8")
    rows = [line for line in table.splitlines() if line]
    gb = next(s for s in STANDARDS if s.name == "gb-55013-2021")
    row = next(line for line in rows if "GB 55013-2021" in line)
    assert "<=300,m,seen" in row
    assert gb.values == {"within_m": 300.0}
    unsure = [line for line in rows if "UNCONFIRMED" in line or "CONFLICTING" in line]
    assert any("living street" in line for line in unsure)
    assert any("traffic street" in line for line in unsure)


def test_toilets_are_within_300_metres_of_everybody_by_default():
    spec = resolved("toilets", PlacementSpec())
    assert (spec.model, spec.mode, spec.within_m) == ("set-cover", "walk", 300.0)
    assert [s.name for s in used_standards("toilets", PlacementSpec())] == ["gb-55013-2021"]


def numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:\.\d+)?", text.replace(",", "").replace("km2", "")))


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
def test_a_provision_is_said_in_chinese_with_the_same_numbers(standard):
    assert re.search("[\u4e00-\u9fff]", standard.says_zh)
    assert numbers(standard.says_zh) == numbers(standard.says)


def test_a_radius_of_ones_own_replaces_the_standard():
    given = PlacementSpec(within_min=5.0, p=3)
    spec = resolved("toilets", given)
    assert (spec.model, spec.within_m, spec.within_min) == ("max-cover", None, 5.0)
    assert used_standards("toilets", given) == []


def test_a_named_standard_replaces_the_default():
    spec = resolved("toilets", PlacementSpec(standard="life-circle-10"))
    assert spec.within_m == 500.0


def test_a_standard_in_metres_leaves_travel_in_minutes_alone():
    spec = resolved("toilets", PlacementSpec(model="p-median", p=2, farthest_min=10.0))
    assert spec.within_m is None
    motor = PlacementSpec(model="max-cover", p=2, standard="cjj-47-2006-motor")
    assert (resolved("x", motor).within_m, resolved("x", motor).farthest_m) == (3000.0, None)


def test_transfer_stations_of_known_classes_get_their_sizes():
    spec = PlacementSpec.model_validate(
        {"size": [{"name": "small", "cost": 1.0}, {"name": "medium", "cost": 2.0}]}
    )
    sizes = resolved("stations", spec).size
    assert [(s.capacity, s.clear_m) for s in sizes] == [(150.0, 10.0), (450.0, 15.0)]


def test_a_second_hand_standard_is_warned_of(ask, everywhere):
    question = ask("toilets", '[placement.toilets]\nstandard = "life-circle-10"\n')
    assert any("second-hand" in warning for warning in question.warnings)


def test_commercial_streets_have_half_their_spacing_as_radius(ask, grid):
    text = '[placement.toilets]\nstreet_kinds = { commercial = ["primary"] }\nwithin_m = 250\n'
    question = ask("toilets", text)
    assert question.spec.kind_spacing_m == {"commercial": 400.0}
    first = question.points.index[question.points["street_class"] == "primary"][0]
    other = question.points.index[question.points["street_class"] == "residential"][0]
    for point, radius in ((first, 200.0), (other, 250.0)):
        covering = question.coverage.sites_of(point)
        assert question.travel[point][covering].max() <= radius
        assert len(covering) == (question.travel[point] <= radius).sum()


@pytest.mark.parametrize(
    ("kind", "says"), [("living", "CJJ 27-2012"), ("traffic", "no source could be found")]
)
def test_an_unconfirmed_spacing_is_asked_for_by_its_key(faults, kind, says):
    text = f'[placement.toilets]\nstreet_kinds = {{ {kind} = ["residential"] }}\n'
    said = faults("toilets", text)
    assert len(said) == 1
    assert says in said[0]
    assert f"kind_spacing_m = {{ {kind} = metres }}" in said[0]


@pytest.mark.parametrize("name", [n for n in PRESET_NAMES if not PRESETS[n].alone])
def test_a_preset_says_what_it_needs(faults, name):
    said = faults(name, f'[placement.{name}]\n[[station]]\nname = "S"\nlon = 112.82\nlat = 28.35\n')
    assert said
    assert all(f"scenario.toml:8: [placement.{name}" in line for line in said)
    assert all("is missing" in line or "incident classes" in line for line in said)


def test_a_scenario_with_streets_always_has_toilets(ask, grid):
    question = ask("toilets", "[placement.clinics]\nmodel = 'p-median'\np = 1\n")
    assert question.preset == "toilets"
    assert question_names(question.scenario) == ("clinics", "toilets")


def test_an_unknown_question_is_named_with_the_nearest(faults):
    said = faults("toilet", "[placement.clinics]\nmodel = 'p-median'\np = 1\n")
    assert 'there is no placement "toilet"; did you mean toilets?' in said[0]
    assert (
        "there is no [placement.posts]"
        in faults("posts", "[placement.a]\nmodel='p-center'\np=1")[0]
    )


LIBRARY = [
    ("helsinki-centre", "toilets", "MaxCover"),
    ("helsinki-centre", "posts", "ExpectedCover"),
    ("helsinki-centre", "stands", "MaxCover"),
    ("helsinki-centre", "vendors", "MaxCover"),
    ("wangcheng-synthetic", "stations", "TwoEchelon"),
    ("wangcheng-synthetic", "charging", "FacilityLocation"),
    ("wangcheng-synthetic", "shelters", "FacilityLocation"),
    ("wangcheng-synthetic", "depots", "ReliableMedian"),
]


def test_every_preset_has_a_scenario_in_the_library():
    assert {name for _, name, _ in LIBRARY} == set(PRESET_NAMES)


@pytest.mark.parametrize(("library", "name", "problem"), LIBRARY)
def test_the_librarys_placements_are_made_ready(library, name, problem):
    question = build_question(load_scenario(library), name)
    assert type(question.problem).__name__ == problem
    assert question.spec.title
    assert question.spec.title_zh
    assert len(question.spec.assumed) == len(question.spec.assumed_zh) > 0
    total = question.points["weight"].sum() + question.left_out["weight"].sum()
    assert question.points["weight"].sum() > 0.95 * total
