"""Speed limits as mapped, and tables where none is mapped."""

from __future__ import annotations

import math

import numpy as np
import pytest

from networks import SPEED_PRESETS, InputError, SpeedTable, parse_maxspeed
from networks.speeds import speed_table


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        (" 50 km/h", 50),
        ("50kmh", 50),
        ("30 mph", 30 * 1.609344),
        ("30mph", 30 * 1.609344),
        ("10 knots", 18.52),
        ("none", math.inf),
        ("walk", 5),
        ("DE:urban", 50),
        ("DE:rural", 100),
        ("DE:motorway", math.inf),
        ("CN:urban", 50),
        ("RU:urban", 60),
        ("GB:nsl_single", 60 * 1.609344),
        ("DE:zone:30", 30),
        ("DE:zone30", 30),
        ("zone:20", 20),
        ("FI:urban", 50),
        ("ZZ:urban", 50),
        ("50;30", 40),
        ("60|80", 70),
        ("50 @ (07:00-19:00)", 50),
        ("none;130", 130),
        (50, 50),
        (50.0, 50),
        (["50", "30"], 40),
        ("['50', '30']", 40),
    ],
)
def test_a_mapped_limit_is_read(text, kmh):
    assert parse_maxspeed(text) == pytest.approx(kmh)


@pytest.mark.parametrize(
    "text", ["", "signals", "variable", "fast", "0", "-50", "900", None, float("nan"), [], "urban"]
)
def test_what_says_nothing_is_unknown(text):
    assert parse_maxspeed(text) is None


def test_a_mapped_limit_comes_before_the_class():
    table = SPEED_PRESETS["default"]
    assert table.kmh("residential", 50) == 50
    assert table.kmh("residential") == 30
    assert table.kmh("motorway", math.inf) == table.unlimited_kmh


def test_links_fall_back_on_their_road_and_unknown_classes_on_the_fallback():
    table = SpeedTable(class_kmh={"primary": 55}, fallback_kmh=25)
    assert table.kmh("primary_link") == 55
    assert table.kmh("Hauptstrasse") == 25


def test_trucks_are_capped_cyclists_and_walkers_have_their_own_pace():
    table = SPEED_PRESETS["default"]
    assert table.kmh("motorway", 120, mode="truck") == 80
    assert table.kmh("primary", 50, mode="bike") == 15
    assert table.kmh("living_street", 7, mode="bike") == 7
    assert table.kmh("steps", mode="bike") == 2
    assert table.kmh("primary", 50, mode="walk") == 5


def test_chinese_branch_roads_are_slower_than_arterials():
    table = SPEED_PRESETS["china-urban"]
    speeds = [table.kmh(name) for name in ("trunk", "primary", "secondary", "tertiary")]
    assert speeds == [80, 50, 40, 30]


@pytest.mark.parametrize("preset", SPEED_PRESETS)
def test_every_class_of_every_preset_can_be_driven(preset):
    table = SPEED_PRESETS[preset]
    names = (*table.class_kmh, "unheard-of")
    for mode in ("car", "truck", "bike", "walk"):
        kmh = table.speeds(np.arange(len(names)), names, np.full(len(names), np.nan), mode)
        assert (kmh > 0).all()
        assert np.isfinite(kmh).all()


def test_a_mapping_replaces_classes_of_the_default_table():
    table = speed_table({"residential": 20})
    assert table.kmh("residential") == 20
    assert table.kmh("primary") == SPEED_PRESETS["default"].kmh("primary")


def test_limits_may_be_driven_at_a_share():
    assert SpeedTable(class_kmh={}, limit_factor=0.9).kmh("primary", 50) == pytest.approx(45)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(InputError, match="'china_urban' is not known, did you mean 'china-urban'"):
        speed_table("china_urban")


@pytest.mark.parametrize("kmh", [0, -5, float("nan"), "fast"])
def test_a_speed_that_cannot_be_is_refused(kmh):
    with pytest.raises(InputError, match="residential"):
        speed_table({"residential": kmh})
