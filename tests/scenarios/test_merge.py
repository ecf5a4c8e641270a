"""Scenario files on top of each other."""

from __future__ import annotations

import pytest

from networks.errors import InputError
from scenarios.faults import ScenarioError
from scenarios.merge import find_scenario, library_names, merged_files

BASE = """\
[scenario]
name = "base"
seed = 1
[network]
source = "helsinki"
[[network.period]]
name = "peak"
hours = "mon-fri 07:00-09:00"
factor = 0.5
[[unit]]
name = "A1"
type = "ambulance"
count = 2
[[unit]]
name = "A2"
type = "ambulance"
[[unit]]
name = "A3"
type = "ambulance"
[incident_class.x]
needs = { ambulance = 1, fire = 1 }
on_scene_min = { kind = "gamma", mean = 3, cv = 1 }
rate_per_day = 1
[incident_class.y]
rate_per_day = 2
"""


def _merged(folder, variant):
    (folder / "base.toml").write_text(BASE, encoding="utf-8")
    (folder / "variant.toml").write_text('extends = "base.toml"\n' + variant, encoding="utf-8")
    return merged_files(folder / "variant.toml")


def test_a_variant_says_only_what_differs(tmp_path):
    document = _merged(tmp_path, "[scenario]\nseed = 2\n").document
    assert document["scenario"] == {"name": "base", "seed": 2}
    assert len(document["unit"]) == 3


def test_items_with_names_are_merged_by_name(tmp_path):
    variant = '[[unit]]\nname = "A1"\ncount = 3\n[[unit]]\nname = "A9"\ntype = "fire"\n'
    units = _merged(tmp_path, variant).document["unit"]
    assert units[0] == {"name": "A1", "type": "ambulance", "count": 3}
    assert [unit["name"] for unit in units] == ["A1", "A2", "A3", "A9"]


def test_items_and_classes_are_dropped_by_name(tmp_path):
    variant = '[[unit]]\nname = "A2"\ndrop = true\n[incident_class.y]\ndrop = true\n'
    merged = _merged(tmp_path, variant)
    assert [unit["name"] for unit in merged.document["unit"]] == ["A1", "A3"]
    assert list(merged.document["incident_class"]) == ["x"]
    assert merged.origins[("unit", 1, "name")].line == 18  # A3 moved up and kept its line
    assert ("unit", 2) not in merged.origins


def test_needs_and_distributions_are_replaced_whole(tmp_path):
    variant = "[incident_class.x]\nneeds = { ambulance = 1 }\non_scene_min = 5\n"
    kind = _merged(tmp_path, variant).document["incident_class"]["x"]
    assert kind == {"needs": {"ambulance": 1}, "on_scene_min": 5, "rate_per_day": 1}


def test_every_key_remembers_the_file_and_line_that_it_is_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    merged = _merged(tmp_path, '[[unit]]\nname = "A1"\ncount = 3\n')
    count, kind = merged.origins[("unit", 0, "count")], merged.origins[("unit", 0, "type")]
    assert (count.file, count.line) == ("variant.toml", 4)
    assert (kind.file, kind.line) == ("base.toml", 12)
    assert [file.name for file in merged.files] == ["variant.toml", "base.toml"]


def test_chains_of_extends_are_followed(tmp_path):
    (tmp_path / "third.toml").write_text('extends = "variant.toml"\n[scenario]\nname = "third"\n')
    _merged(tmp_path, "[scenario]\nseed = 7\n")
    document = merged_files(tmp_path / "third.toml").document
    assert document["scenario"] == {"name": "third", "seed": 7}


def test_a_library_scenario_can_be_extended(tmp_path):
    (tmp_path / "mine.toml").write_text('extends = "helsinki-centre"\n')
    assert merged_files(tmp_path / "mine.toml").document["scenario"]["name"] == "helsinki-centre"


def test_a_text_in_another_encoding_is_named_with_its_line(tmp_path):
    path = tmp_path / "gbk.toml"
    path.write_bytes('[scenario]\nname = "望城"\n'.encode("gb18030"))
    with pytest.raises(ScenarioError, match=r"gbk\.toml:2: not UTF-8 text; save the file as UTF-8"):
        merged_files(path)


def test_a_text_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf[scenario]\n")
    assert merged_files(path).document == {"scenario": {}}


def test_a_scenario_is_found_by_path_folder_or_library_name(tmp_path):
    (tmp_path / "scenario.toml").write_text("")
    assert find_scenario(tmp_path) == tmp_path / "scenario.toml"
    assert find_scenario("helsinki-centre").name == "helsinki-centre.toml"
    with pytest.raises(InputError, match=r"without scenario\.toml"):
        find_scenario(tmp_path.parent)


def test_the_library_holds_the_promised_scenarios():
    wanted = {"helsinki-centre", "helsinki-night", "wangcheng-synthetic", "own-city"}
    assert wanted <= set(library_names())
