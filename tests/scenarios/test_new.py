"""The template for a city of one's own."""

from __future__ import annotations

import pytest

from networks.errors import InputError
from scenarios import build_district, load_scenario, write_new


def test_the_template_and_its_variant_are_sound(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenario, variant = write_new("my-city")
    assert load_scenario(scenario).name == "my-city"
    built = build_district(load_scenario(variant))
    assert built.scenario.name == "my-city-night"
    late = next(unit for unit in built.district.units if unit.name == "A-south")
    assert late.shifts == ()
    assert "cityops compare my-city/scenario.toml my-city/night.toml" in variant.read_text("utf-8")


def test_what_exists_is_not_overwritten_unasked(tmp_path):
    write_new(tmp_path / "x")
    with pytest.raises(InputError, match="this file exists"):
        write_new(tmp_path / "x")
    write_new(tmp_path / "x", replace=True)
    with pytest.raises(InputError, match="this is a file"):
        write_new(tmp_path / "x" / "scenario.toml")
