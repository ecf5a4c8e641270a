"""Public toilets: the twins agree, nobody is lost, and the laws of queues hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import InputError
from sim import Exponential, Fixed, mmc
from sim.toilets import Toilet, Visitors, draw_visitors, measures, simulate

HOUR_S = 3600.0


@pytest.fixture(scope="session")
def engine(pytestconfig):
    """Name of the twin under test; one for the whole session, so that hypothesis may use it."""
    return pytestconfig.getoption("--engine")


def rows(log):
    return np.column_stack([log.start_s, log.end_s, log.fixture])


@st.composite
def days(draw):
    """A few toilets and visitors; whole numbers of seconds, so that instants coincide often."""
    toilets = []
    for i in range(draw(st.integers(1, 3))):
        counts = draw(st.lists(st.integers(0, 2), min_size=4, max_size=4).filter(any))
        hours = np.array(draw(st.lists(st.booleans(), min_size=24, max_size=24)) * 7)
        toilets.append(Toilet(f"T{i}", *counts, open_hours=hours if draw(st.booleans()) else None))
    n = draw(st.integers(0, 40))
    whole = st.integers(0, 12)
    time = np.sort(draw(st.lists(st.integers(0, 60), min_size=n, max_size=n)))
    patience = [draw(st.one_of(whole.map(float), st.just(float("inf")))) for _ in range(n)]
    return toilets, Visitors(
        np.array(time, dtype=float) * draw(st.sampled_from([1.0, 400.0])),
        np.array(draw(st.lists(st.integers(0, len(toilets) - 1), min_size=n, max_size=n)), int),
        np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)), int),
        np.array(draw(st.lists(whole, min_size=n, max_size=n)), float),
        np.array(patience, float),
    )


@settings(deadline=None, max_examples=150)
@given(days())
def test_kernel_and_simpy_twin_give_equal_rows(day):
    toilets, visitors = day
    fast = simulate(toilets, visitors, engine="kernel")
    plain = simulate(toilets, visitors, engine="simpy")
    assert np.array_equal(rows(fast), rows(plain), equal_nan=True)


@settings(deadline=None, max_examples=100)
@given(day=days())
def test_everyone_has_one_outcome_and_no_fixture_serves_two(day, engine):
    toilets, visitors = day
    log = simulate(toilets, visitors, engine=engine)
    table = log.table()
    assert len(table) == len(visitors)
    served = table[table["outcome"] == 0]
    assert (
        served["end_s"] - served["start_s"] - served["service_s"]
    ).abs().max() < 1e-9 or not len(served)
    assert (served["wait_s"] <= served["patience_s"] + 1e-9).all()
    left = table[table["outcome"] == 1]
    assert ((left["wait_s"] - left["patience_s"]).abs() <= 1e-9).all()
    for _, uses in log.intervals().groupby(["toilet", "fixture"]):
        assert (uses["start_s"].to_numpy()[1:] >= uses["end_s"].to_numpy()[:-1]).all()
    for toilet, fixture, kind in served[["toilet", "fixture", "kind"]].to_numpy(int):
        place = int(np.searchsorted(np.cumsum(toilets[toilet].counts), fixture, side="right"))
        assert place in {0: (0, 3), 1: (1, 3), 2: (2, 1, 3)}[kind]


@settings(deadline=None, max_examples=100)
@given(day=days())
def test_nobody_waits_while_a_fixture_that_serves_them_is_free(day, engine):
    toilets, visitors = day
    log = simulate(toilets, visitors, engine=engine)
    table = log.table()
    able = {0: (0, 3), 1: (1, 3), 2: (2, 1, 3)}
    for i, toilet in enumerate(toilets):
        here = table[table["toilet"] == i]
        kinds = np.repeat(np.arange(4), toilet.counts)
        for who in here[here["wait_s"] > 0].itertuples():
            for fixture in np.flatnonzero(np.isin(kinds, able[who.kind])):
                uses = here[here["fixture"] == fixture]
                middle = who.time_s + who.wait_s / 2
                assert ((uses["start_s"] <= middle) & (uses["end_s"] >= middle)).any()


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.7), (3, 2.4), (6, 5.0)])
def test_one_kind_of_stall_is_the_queue_mmc(servers, rate, engine):
    reps, horizon = (12, 4000.0) if engine == "kernel" else (12, 1500.0)
    waits = []
    for seed in range(reps):
        visitors = draw_visitors(
            np.full((1, 168), rate * HOUR_S / 60.0),
            horizon_s=horizon * 60.0,
            seed=seed,
            women_share=1.0,
            urinal_share=0.0,
            service_s=[Exponential(60.0)] * 3,
        )
        log = simulate([Toilet("T", women_stalls=servers)], visitors, engine=engine)
        late = visitors.time_s > horizon * 60.0 / 5
        waits.append(log.wait_s[late].mean() / 60.0)
    mean, error = np.mean(waits), np.std(waits, ddof=1) / np.sqrt(reps)
    assert abs(mean - mmc(rate, 1.0, servers).wait) < 4.4 * error  # t, 11 degrees, 99.9 %


def test_a_pooled_toilet_waits_less_than_two_separate_lines(engine):
    visitors = draw_visitors(
        np.full((1, 168), 150.0),
        horizon_s=50 * HOUR_S,
        seed=3,
        women_share=0.5,
        urinal_share=0.0,
        service_s=[Exponential(80.0)] * 3,
    )
    apart = simulate([Toilet("T", women_stalls=2, men_stalls=2)], visitors, engine=engine)
    pooled = simulate([Toilet("T", shared_stalls=4)], visitors, engine=engine)
    assert pooled.wait_s.mean() < apart.wait_s.mean()


def test_who_comes_at_night_to_a_closed_toilet_is_turned_away(engine):
    hours = np.zeros(168, bool)
    hours[6:22] = True
    visitors = Visitors([HOUR_S, 7 * HOUR_S], [0, 0], [0, 0], [60.0, 60.0])
    log = simulate([Toilet("T", women_stalls=1, open_hours=hours)], visitors, engine=engine)
    assert log.outcome.tolist() == [2, 0]


def test_the_same_visitors_come_whatever_else_there_is():
    def drawn(names):
        return draw_visitors(
            np.full((len(names), 168), 20.0), horizon_s=HOUR_S * 5, seed=1, women_share=0.5,
            urinal_share=0.7, service_s=[Fixed(90.0), Fixed(60.0), Fixed(40.0)], names=names,
        )  # fmt: skip

    alone, both = drawn(["park"]), drawn(["square", "park"])
    here = both.toilet == 1
    assert np.array_equal(alone.time_s, both.time_s[here])
    assert np.array_equal(alone.kind, both.kind[here])


def test_measures_count_what_the_log_says(engine):
    visitors = Visitors(
        [0.0, 10.0, 20.0], [0, 0, 0], [0, 0, 0], [60.0, 60.0, 60.0], [9e9, 9e9, 5.0]
    )
    toilets = [Toilet("T", women_stalls=1)]
    log = simulate(toilets, visitors, engine=engine)
    table = measures(log, toilets, horizon_s=120.0).set_index(["measure", "by", "group"])["value"]
    assert table["visitors", "all", ""] == 3
    assert table["left_share", "toilet", "T"] == pytest.approx(1 / 3)
    assert table["wait_mean_min", "all", ""] == pytest.approx((0 + 50 + 5) / 3 / 60)
    assert table["utilisation", "fixture", "women's stall"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Toilet("T"), "no fixture"),
        (lambda: Toilet("T", women_stalls=-1, men_stalls=2), "negative"),
        (lambda: Visitors([2.0, 1.0], [0, 0], [0, 0], [1.0, 1.0]), "out of order"),
        (lambda: Visitors([1.0], [0], [3], [1.0]), "no kind 3"),
        (lambda: Visitors([1.0], [0], [0], [-1.0]), "negative"),
        (lambda: simulate([Toilet("T", 1)], Visitors([1.0], [4], [0], [1.0])), "toilet 4"),
    ],
)
def test_wrong_input_is_one_clear_error(make, said):
    with pytest.raises(InputError, match=said):
        make()
