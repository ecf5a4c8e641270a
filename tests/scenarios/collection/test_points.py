"""Points are read from tables, or laid along the streets; amounts follow from densities."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import load_scenario
from scenarios.collection.points import read_points
from scenarios.collection.schema import CollectionSpec
from scenarios.faults import ScenarioError
from scenarios.streets import read_streets


@pytest.fixture(scope="module")
def streets(grid):
    scenario = load_scenario(grid)
    return read_streets(scenario.spec.network, scenario.faults()), scenario


@pytest.fixture
def read(streets, tmp_path):
    """Read a table of points."""

    def points(text, **keys):
        network, scenario = streets
        path = tmp_path / "points.csv"
        path.write_text(text, encoding="utf-8")
        keys = {"stream": [{"name": "kitchen", "density_kg_l": 0.5}, {"name": "other"}]} | keys
        spec = CollectionSpec.model_validate({"points": str(path), **keys})
        return read_points(spec, network, scenario.faults())

    return points


def test_kilograms_and_litres_follow_from_each_other_and_from_bins(read):
    found = read(
        "lon,lat,stream,kg_day,l_day,density,bins,bin_l,bin_kg\n"
        "112.82,28.35,kitchen,10,,,,,\n"
        "112.82,28.35,kitchen,,10,,,,\n"
        "112.82,28.35,kitchen,,10,0.8,,,\n"
        "112.82,28.35,kitchen,,,,2,240,\n"
        "112.82,28.35,other,,,,2,240,60\n"
        "112.82,28.35,other,7,,,,,\n"
    )
    assert found.kg.tolist() == [10, 5, 8, 240, 120, 7]
    assert found.litres[:5].tolist() == [20, 10, 10, 480, 480]
    assert np.isnan(found.litres[5])
    assert found.name[0] == "Point 1"
    assert found.kind == ("household",) * 6


def test_hours_may_run_over_midnight_and_are_any_where_none_are_said(read):
    found = read(
        "lon,lat,stream,kg_day,from,until,frequency,prize,service_s\n"
        "112.82,28.35,other,1,22:00,05:00,3,,\n112.82,28.35,other,1,,,,2.5,90\n"
    )
    assert found.window.tolist() == [[79200, 104400], [0, -1]]
    assert found.frequency.tolist() == [3, 0]
    assert np.isnan(found.prize[0])
    assert found.prize[1] == 2.5
    assert found.service_s[1] == 90


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,lat,stream,kg_day\n112.82,28.35,kitchen,-4\n", 'csv:2: kg_day: is "-4"'),
        ("lon,lat,stream,kg_day\n112.82,28.35,kichen,4\n", 'did you mean "kitchen"?'),
        ("lon,lat,kg_day\n112.82,28.35,4\n", "csv:2: stream: is empty; say which of kitchen"),
        ("lon,lat,stream\n112.82,28.35,other\n", "cannot be told how many kg lie there a day"),
        ("lon,lat,stream,kg_day\n112.82,28.35,other,900000\n", "900,000 kg a day at one point"),
        ("lon,lat,stream,kg_day,from\n112.82,28.35,other,9,25:00\n", "csv:2: from: "),
        ("lon,lat,stream,l_day,density\n112.82,28.35,other,9,200\n", "density: is 200"),
        ("lon,lat,stream,kg_day,bins\n112.82,28.35,other,9,1.5\n", "bins: is 1.5"),
        ("lon,lat,stream,kg_day\n", "there are no rows"),
        ("", "the file is empty"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_its_line(read, text, said):
    with pytest.raises(ScenarioError) as caught:
        read(text)
    assert said in str(caught.value)


def test_points_are_laid_evenly_along_the_streets_and_marked_as_assumed(streets):
    network, scenario = streets
    spec = CollectionSpec.model_validate(
        {
            "every_m": 100, "classes": ["residential"],
            "kg_day_per_km": {"kitchen": 50, "other": 100},
            "stream": [{"name": "kitchen", "density_kg_l": 0.5}, {"name": "other"}],
        }
    )  # fmt: skip
    found = read_points(spec, network, scenario.faults())
    assert found.is_assumed
    chosen = (network.road_class == network.class_names.index("residential")) & (
        network.street == np.arange(network.n_edges)
    )
    km = float(network.length_m[chosen].sum()) / 1000
    assert len(found) == 2 * int(10 * km)
    assert found.kg.sum() == pytest.approx(150 * km, abs=15)
    again = read_points(spec, network, scenario.faults())
    assert found.name == again.name
    assert (found.lon == again.lon).all()
    assert network.snap(found.lon, found.lat).distance_m.max() < 0.1
