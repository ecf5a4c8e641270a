"""Questions of collection: what is asked for, and what cannot be."""

from __future__ import annotations

import pytest

from scenarios import load_scenario
from scenarios.faults import ScenarioError
from scenarios.routing.build import build_routes


@pytest.fixture
def ask(laid_out, tmp_path, tables):
    """Build the question of the tables with one change."""

    def built(old, new, points=None):
        assert old in tables
        path = laid_out(tmp_path, tables.replace(old, new, 1))
        if points is not None:
            (tmp_path / "points.csv").write_text(points, encoding="utf-8")
        return build_routes(load_scenario(path), "waste")

    return built


def test_a_table_that_asks_for_no_point_is_named(ask):
    points = "lon,lat,kind,stream,kg_day\n112.82,28.35,market,kitchen,9\n"
    points += "112.82,28.35,office,other,9\n"
    with pytest.raises(ScenarioError, match="no point is asked for; look at stream, kinds and"):
        ask("stop_s", 'stream = "kitchen"\nkinds = ["office"]\nstop_s', points)
    nothing = 'every_m = 100\nclasses = ["residential"]\nkg_day_per_km = 0'
    with pytest.raises(ScenarioError, match="no point is asked for; look at stream, kinds and"):
        ask('points = "points.csv"', nothing)


def test_a_word_of_the_frequency_that_is_nothing_here_is_named(ask):
    words = "frequency = { markets = 3, kitchen = 2, other = 1, office = 2 }\nstop_s"
    said = 'no kind of point or stream "markets"; did you mean "market"'
    with pytest.raises(ScenarioError, match=said) as caught:
        ask("stop_s", words)
    assert "[routes.waste] frequency.markets" in str(caught.value)
    assert "office" not in str(caught.value)  # usual, though none is here
