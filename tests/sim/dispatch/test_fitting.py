"""The law of distance: what was made by a known law is found again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError
from sim.dispatch import (
    District,
    IncidentClass,
    PlaneTravel,
    PointPlaces,
    Policy,
    Station,
    Unit,
    UnitType,
    draw_demand,
    simulate,
)
from sim.dispatch.fitting import fit_travel_law, with_residuals
from sim.distributions import Empirical, Fixed, Lognormal


def trips(law, n, seed, *, start_up=0.0, extra=0.0, sigma=0.0, farthest=5000.0):
    draw = np.random.default_rng(seed)
    distance = draw.uniform(0, farthest, n)
    night = (draw.random(n) < 0.3).astype(float)
    spread = np.exp(sigma * draw.standard_normal(n))
    return distance, night, (start_up + extra * night + law.time_s(distance)) * spread


@given(st.floats(0.2, 3.0), st.floats(8.0, 20.0), st.floats(20.0, 200.0), st.floats(5.0, 80.0))
@settings(max_examples=25, deadline=None)
def test_without_residuals_the_law_is_found_exactly(acceleration, cruising, start_up, extra):
    law = PlaneTravel(acceleration, cruising)
    both_parts = 3 * cruising**2 / acceleration
    d, night, t = trips(law, 300, 1, start_up=start_up, extra=extra, farthest=both_parts)
    found = fit_travel_law(d, t, night=night)
    assert found.start_up_s == pytest.approx(start_up, rel=1e-3)
    assert found.night_extra_s == pytest.approx(extra, rel=1e-3)
    assert found.travel.acceleration_ms2 == pytest.approx(acceleration, rel=1e-3)
    assert found.travel.cruising_ms == pytest.approx(cruising, rel=1e-3)
    assert found.cruising_reached


def test_the_truth_lies_within_the_standard_errors():
    names = ("start_up_s", "night_extra_s", "acceleration_ms2", "cruising_ms")
    truth = (60.0, 40.0, 0.2, 14.0)
    inside = np.zeros(4)
    for seed in range(60):
        law = PlaneTravel(*truth[2:])
        d, night, t = trips(law, 1500, seed, start_up=60.0, extra=40.0, sigma=0.2)
        found = fit_travel_law(d, t, night=night)
        got = [found.start_up_s, found.night_extra_s]
        got += [found.travel.acceleration_ms2, found.travel.cruising_ms]
        errors = [found.standard_errors[name] for name in names]
        inside += np.abs(np.subtract(got, truth)) <= 1.96 * np.array(errors)
    # 57 of 60 expected; 51 would be four binomial deviations below.
    assert (inside >= 51).all()


def test_a_few_slips_of_the_pen_do_not_move_the_law():
    law = PlaneTravel(0.8, 14.0)
    d, _, t = trips(law, 2000, 3, start_up=60.0, sigma=0.1)
    t[::50] *= 20.0
    found = fit_travel_law(d, t)
    assert found.time_s(1500.0) == pytest.approx(60.0 + law.time_s(1500.0), rel=0.03)


def test_pure_travel_times_give_the_published_two_parameters():
    law = PlaneTravel(0.6, 12.0)
    d, _, t = trips(law, 300, 4)
    found = fit_travel_law(d, t, start_up=False)
    assert found.start_up_s == found.night_extra_s == 0.0
    assert set(found.standard_errors) == {"acceleration_ms2", "cruising_ms"}
    assert found.travel.acceleration_ms2 == pytest.approx(0.6, rel=1e-3)
    assert found.travel.cruising_ms == pytest.approx(12.0, rel=1e-3)


def test_short_trips_show_no_cruising_speed():
    d, _, t = trips(PlaneTravel(0.1, 30.0), 500, 5, start_up=50.0, sigma=0.05, farthest=4000.0)
    found = fit_travel_law(d, t, form="root")
    assert not found.cruising_reached
    assert "cruising_ms" not in found.standard_errors
    assert found.travel.time_s(d) == pytest.approx(2 * np.sqrt(d / found.travel.acceleration_ms2))


def test_one_speed_is_a_straight_line():
    d = np.linspace(100, 5000, 60)
    found = fit_travel_law(d, 90.0 + d / 11.0, form="linear")
    assert found.start_up_s == pytest.approx(90.0, rel=1e-3)
    assert found.travel.time_s([0.0, 1100.0])[1] == pytest.approx(100.0, rel=1e-3)


def test_residuals_are_the_ratios_of_recorded_to_fitted():
    d, night, t = trips(PlaneTravel(0.8, 14.0), 500, 6, start_up=60.0, extra=30.0, sigma=0.2)
    found = fit_travel_law(d, t, night=night)
    assert isinstance(found.residual, Empirical)
    assert found.residual.values == pytest.approx(np.sort(t / found.time_s(d, night)), rel=1e-9)
    assert found.log_error == pytest.approx(0.2 * np.sqrt(2 / np.pi), rel=0.1)


@pytest.mark.parametrize(
    ("distance", "time", "said"),
    [
        (np.ones(5), np.ones(5), "5 trips do not show a law"),
        (np.ones(20), np.ones(19), "19 times, 20 distances"),
        (np.ones(20), np.r_[np.ones(19), 0.0], "trip 19: 0.0 s"),
        (np.r_[-1.0, np.ones(19)], np.ones(20), "trip 0"),
        (np.r_[np.nan, np.ones(19)], np.ones(20), "trip 0"),
    ],
)
def test_trips_without_sense_are_refused(distance, time, said):
    with pytest.raises(InputError, match=said):
        fit_travel_law(distance, time)


def one_station(engine):
    kind = IncidentClass(
        "fire", 1, 480.0, {"engine": 1}, Fixed(600.0),
        rate_per_h=np.full(168, 0.5), places=PointPlaces(np.array([1500.0]), np.array([0.0])),
    )  # fmt: skip
    district = District(
        PlaneTravel(0.8, 14.0), (Station("one", 0.0, 0.0),), (UnitType("engine", 60.0, 60.0),),
        (Unit("engine 1", "engine", "one"),), (kind,),
    )  # fmt: skip
    horizon_s = 14 * 86_400.0
    demand = draw_demand(district, horizon_s=horizon_s, seed=1)
    return simulate(district, Policy(), demand, horizon_s=horizon_s, engine=engine)


def test_residuals_stretch_response_times_and_nothing_else(engine):
    log = one_station(engine)
    spread = with_residuals(log, Lognormal(1.0, 0.3), seed=7)
    ratio = spread.responses["response_s"] / log.responses["response_s"]
    assert ratio.std() == pytest.approx(0.3, rel=0.3)
    assert (ratio > 0).all()
    assert spread.interval_columns is log.interval_columns
    same = with_residuals(log, Lognormal(1.0, 0.3), seed=7)
    assert (same.responses["response_s"] == spread.responses["response_s"]).all()
    assert with_residuals(log, Fixed(1.0), 1).responses["response_s"].to_numpy() == pytest.approx(
        log.responses["response_s"].to_numpy()
    )
