"""Stations that a record does not name are found where they were."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from networks import InputError
from sim.dispatch import PlaneTravel
from sim.dispatch.inferred_stations import fit_stations

TRUTH = np.array([(2000.0, 2000.0), (8000.0, 1500.0), (5000.0, 7000.0), (1000.0, 8500.0)])
LAW = PlaneTravel(0.8, 14.0)


def record(n=1500, seed=0, sigma=0.1):
    draw = np.random.default_rng(seed)
    # More incidents in one corner: medians of places are then not where the stations are.
    places = draw.uniform(0, 10_000, (n, 2)) * np.where(draw.random((n, 1)) < 0.4, 0.5, 1.0)
    night = (draw.random(n) < 0.3).astype(float)
    distance = cKDTree(TRUTH).query(places)[0]
    time = (60.0 + 40.0 * night + LAW.time_s(distance)) * np.exp(sigma * draw.standard_normal(n))
    return places[:, 0], places[:, 1], time, night


def test_stations_are_found_from_times_alone():
    x, y, time, night = record()
    found = fit_stations(x, y, time, 4, night=night)
    away = cKDTree(np.column_stack([found.x_m, found.y_m])).query(TRUTH)[0]
    assert away.max() < 250
    assert found.law.start_up_s == pytest.approx(60.0, abs=8.0)
    assert found.law.night_extra_s == pytest.approx(40.0, abs=5.0)
    assert found.law.time_s(2500.0) == pytest.approx(60.0 + LAW.time_s(2500.0), rel=0.04)


def test_points_from_times_predict_other_incidents_better_than_medians_do():
    x, y, time, night = record()
    asked = record(seed=9)
    errors = {}
    for from_times in (True, False):
        found = fit_stations(x, y, time, 4, night=night, from_times=from_times)
        errors[from_times] = np.abs(found.log_error(asked[0], asked[1], asked[2], asked[3])).mean()
    noise = 0.1 * np.sqrt(2 / np.pi)  # nobody can do better
    assert errors[True] == pytest.approx(noise, rel=0.06)
    assert errors[False] > 1.3 * errors[True]


def test_the_same_record_gives_the_same_stations():
    x, y, time, night = record(400)
    first, again = (fit_stations(x, y, time, 3, night=night, seed=5) for _ in range(2))
    assert (first.x_m == again.x_m).all()
    assert (first.y_m == again.y_m).all()


def test_one_station_stands_at_the_median_without_times():
    x, y, time, _ = record(300)
    found = fit_stations(x, y, time, 1, from_times=False)
    total = np.hypot(x - found.x_m, y - found.y_m).sum()
    for dx, dy in ((50, 0), (-50, 0), (0, 50), (0, -50)):
        assert np.hypot(x - found.x_m - dx, y - found.y_m - dy).sum() >= total


def test_more_stations_than_the_record_can_show_are_refused():
    x, y, time, _ = record(100)
    with pytest.raises(InputError, match="11 stations cannot be found from 100 incidents"):
        fit_stations(x, y, time, 11)
    with pytest.raises(InputError, match="0 stations"):
        fit_stations(x, y, time, 0)
