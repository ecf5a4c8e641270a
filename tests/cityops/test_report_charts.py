"""The charts: Plotly accepts them, and they show the summary's numbers."""

from __future__ import annotations

import pytest

from cityops.report.charts import (
    MAX_UNIT_BARS,
    by_hour,
    grouped_units,
    response_cdf,
    response_histogram,
    status_shares,
    unit_bars,
    within_curve,
)
from cityops.report.map_charts import area_map, area_values, few_calls, map_layers
from cityops.report.maps import district_map
from cityops.report.reading import RunFolder
from cityops.report.words import Words

EN = Words("en")


@pytest.fixture(scope="module")
def run(run_folder):
    return RunFolder.load(run_folder)


def figures(run, words):
    layers = map_layers([run], words)
    return {
        "cdf": response_cdf(run, words),
        "histogram": response_histogram(run, words),
        "hours": by_hour(run, words),
        "units": unit_bars(run, words),
        "map": area_map(run, district_map(run, Words("en")), layers, words),
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_plotly_knows_every_property_of_every_chart(run, lang):
    import plotly.graph_objects as go

    for name, figure in figures(run, Words(lang)).items():
        assert len(go.Figure(figure).data) > 0, name


def test_the_curve_is_the_summarys(run):
    curve = within_curve(run).set_index("minutes")
    assert curve["mean"].is_monotonic_increasing
    eight = run.estimate("response_within", "within", "8")
    assert curve.loc[8.0, "mean"] == eight.mean
    assert curve.loc[8.0, "low"] <= eight.mean <= curve.loc[8.0, "high"]
    assert curve.loc[0.0, "mean"] == 0.0


def test_the_histogram_counts_every_measured_call_once(run):
    counts = response_histogram(run, EN)["data"][0]["y"]
    responses = run.responses
    measured = responses.loc[responses["time_s"] >= run.warmup_s, "incident"]
    assert sum(counts) == measured.nunique()


def test_a_units_time_on_duty_adds_up(run):
    shares = status_shares(run, EN)
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert set(shares.columns) <= set(range(1, 9))
    assert set(shares.index) == set(run.units["name"])


def test_a_large_fleet_is_drawn_by_station(run):
    import pandas as pd

    number = MAX_UNIT_BARS + 12
    units = pd.DataFrame(
        {
            "unit": range(number),
            "name": [f"U{k}" for k in range(number)],
            "type": ["ambulance"] * number,
            "station": [k % 4 for k in range(number)],
        }
    )
    shares = pd.DataFrame({1: [0.6] * number, 4: [0.4] * number}, index=units["name"])
    large = RunFolder(run.folder, run.manifest)
    large.__dict__["units"] = units
    bars = grouped_units(large, shares, "en")
    assert sorted(bars.index) == [f"Station {k} · ambulance" for k in (1, 2, 3, 4)]
    assert bars[4].to_list() == pytest.approx([0.4] * 4)


def test_the_map_carries_its_attribution_and_that_it_is_made_up(run):
    layers = map_layers([run], EN)
    figure = area_map(run, district_map(run, Words("en")), layers, EN)
    texts = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert "generated streets" in texts
    assert "Synthetic district" in texts


def test_metres_are_equal_in_both_directions(run):
    figure = figures(run, EN)["map"]
    assert figure["layout"]["yaxis"]["scaleanchor"] == "x"


def test_one_layer_of_the_map_is_visible_at_first(run):
    traces = [t for t in figures(run, EN)["map"]["data"] if "layer" in t.get("meta", {})]
    visible = {t["meta"]["layer"] for t in traces if t["visible"]}
    assert visible == {"response_mean_min"}
    assert len({t["meta"]["layer"] for t in traces}) == 4


def test_areas_with_few_calls_are_not_coloured(run):
    few = few_calls(run)
    assert few
    assert not few & set(area_values(run, "response_mean_min"))
    assert few <= set(area_values(run, "incidents"))
