"""Measures are what the Log says, reckoned here by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.dispatch import higher_is_better, label, simulate
from sim.dispatch.log import STATUS_NAMES
from sim.dispatch.measures import KEY_MEASURES, MEASURES, measures

WARMUP_S = 4 * 3600.0


@pytest.fixture(params=[1, 3, 14, 21, 31])
def run(random_case, engine, request):
    district, policy, demand, horizon_s = random_case(request.param)
    log = simulate(district, policy, demand, horizon_s=horizon_s, engine=engine)
    table = measures(log, district, warmup_s=WARMUP_S)
    return district, log, table.set_index(["measure", "by", "group"])["value"].sort_index()


def first_responses(log):
    """Incident, minutes to its first unit, whether wholly referred; after warm-up."""
    r = log.responses[log.responses["time_s"] >= WARMUP_S]
    for _, needs in r.groupby("incident"):
        yield needs, needs["response_s"].min() / 60.0, bool(needs["referred"].all())


def test_response_times_are_those_of_the_first_units(run):
    _, log, value = run
    answered = [minutes for _, minutes, away in first_responses(log) if not away]
    assert value["response_mean_min", "all", "all"] == pytest.approx(np.mean(answered))
    assert value["response_median_min", "all", "all"] == pytest.approx(np.median(answered))
    assert value["response_p90_min", "all", "all"] == pytest.approx(np.quantile(answered, 0.9))
    within = [
        minutes * 60.0 <= needs["target_s"].iloc[0]
        for needs, minutes, away in first_responses(log)
        if not away
    ]
    assert value["within_target", "all", "all"] == pytest.approx(np.mean(within))


def test_groups_add_up_to_the_whole(run):
    district, log, value = run
    n = value["incidents", "all", "all"]
    assert n == len(list(first_responses(log)))
    for by in ("class", "hour", "area"):
        assert value["incidents", by].sum() == n
    for by in ("type", "unit"):
        assert value["km", by].sum() == pytest.approx(value["km", "all", "all"])
        assert value["dispatches", by].sum() == value["dispatches", "all", "all"]
    for unit in district.units:
        shares = [
            value.get(("status_share", "unit_status", f"{unit.name}|{name}"), 0.0)
            for name in STATUS_NAMES
        ]
        assert sum(shares) == pytest.approx(1.0)


def test_a_class_has_the_measures_of_its_incidents(run):
    district, log, value = run
    for code, kind in enumerate(district.classes):
        mine = [
            minutes
            for needs, minutes, away in first_responses(log)
            if needs["class_code"].iloc[0] == code and not away
        ]
        if mine:
            assert value["response_p90_min", "class", kind.name] == pytest.approx(
                np.quantile(mine, 0.9)
            )


def test_utilisation_by_hour_weighs_to_the_whole(run):
    _, _, value = run
    hours = value["utilisation", "hour"]
    assert hours.between(0, 1).all()
    assert hours.min() <= value["utilisation", "all", "all"] <= hours.max()


def test_the_distribution_of_responses_never_falls(run):
    _, _, value = run
    within = value["response_within", "within"]
    within = within.loc[sorted(within.index, key=float)]
    assert (np.diff(within.to_numpy()) >= 0).all()


def test_every_measure_has_words_in_both_languages():
    for name in MEASURES:
        assert label(name, "en") != label(name, "zh")
    assert set(KEY_MEASURES) <= set(MEASURES)
    assert higher_is_better("within_target") is True
    assert higher_is_better("response_mean_min") is False
