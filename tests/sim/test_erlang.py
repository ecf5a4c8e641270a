"""Closed forms give the values that others have published."""

import math

import pytest
from scipy import stats

from networks.errors import InputError
from sim.erlang import erlang_b, erlang_c, mmc, mmck


@pytest.mark.parametrize(
    ("servers", "load", "lost", "tolerance"),
    [
        (4, 2, 2 / 21, 1e-12),  # Wolfram Language, ErlangB: modem pool
        (5, 3, 0.110054, 5e-7),  # the same page: five lines
        (1, 5, 0.8333333333333334, 1e-12),  # ErlangBTester, a public unit test
        (10, 20, 0.5379631686320729, 1e-12),  # the same
        (190, 200, 0.08869684386923561, 1e-12),  # the same
        (30, 25, 0.0526032, 5e-8),
        (3, 1.5, 0.134328, 5e-7),
        (10, 4.461, 0.01, 1e-5),  # classic trunk table, 1 % blocking
        (20, 12.03, 0.01, 1e-5),
        (50, 37.90, 0.01, 1e-5),
        (100, 84.06, 0.01, 1e-5),
    ],
)
def test_erlang_loss(servers, load, lost, tolerance):
    assert erlang_b(servers, load) == pytest.approx(lost, abs=tolerance)


@pytest.mark.parametrize(
    ("servers", "load", "log_lost"),
    [  # Mathematica's, quoted in the tests of capacity_planning.queueing.erlang_queues
        (100, 120, -1.62826407041),
        (10000, 12000, -1.78927734649),
        (100, 20, -84.1661482002),
        (100, 10000, -0.01004931575),
    ],
)
def test_erlang_loss_of_many_servers(servers, load, log_lost):
    assert math.log(erlang_b(servers, load)) == pytest.approx(log_lost, rel=1e-9)


@pytest.mark.parametrize(
    ("servers", "p_wait", "within_20_s", "occupancy"),
    [  # pyworkforce README: 100 arrivals in 30 minutes, 3 minutes of service
        (13, 0.285270453036493, 0.7955947884177831, 0.7692307692),
        (14, 0.1741319335950498, 0.8883500191794669, 0.7142857143),
        (15, 0.10204236700798798, 0.9414528428690223, 0.6666666667),
    ],
)
def test_erlang_wait_of_a_call_centre(servers, p_wait, within_20_s, occupancy):
    assert erlang_c(servers, 10.0) == pytest.approx(p_wait, rel=1e-12)
    state = mmc(100 / 30, 1 / 3, servers)
    assert state.p_wait == pytest.approx(p_wait, rel=1e-12)
    decay = servers / 3 - 100 / 30
    assert 1 - state.p_wait * math.exp(-decay / 3) == pytest.approx(within_20_s, rel=1e-12)
    assert state.busy / servers == pytest.approx(occupancy, abs=1e-10)


def test_a_loss_too_rare_for_a_number_is_none():
    assert erlang_b(10_000, 200) == 0.0  # its logarithm is -29,326


def test_octave_queueing_mmc():
    # Octave package queueing, test blocks of qsmmm.m
    assert mmc(9, 5, 2).waiting == pytest.approx(7.674, abs=5e-4)
    assert mmc(9, 5, 2).stay == pytest.approx(1.053, abs=5e-4)
    assert mmc(9, 5, 4).waiting == pytest.approx(0.105, abs=5e-4)
    assert mmc(9, 5, 4).stay == pytest.approx(0.212, abs=5e-4)


def test_octave_queueing_mmck():
    # Octave package queueing, test blocks of qsmmmk.m
    assert mmck(40, 30, 3, 7).p_empty == pytest.approx(0.255037, abs=5e-7)
    assert mmck(40, 30, 3, 7).stay == pytest.approx(0.036517, abs=5e-7)
    assert mmck(50, 10, 4, 6).p_lost == pytest.approx(0.293543, abs=5e-7)
    state = mmck(3, 2, 2, 5)
    assert state.p_empty == pytest.approx(0.179334, abs=1e-6)  # printed cut off, not rounded
    assert state.p_lost == pytest.approx(0.085113, abs=1e-6)
    assert state.present == pytest.approx(2.00595, abs=5e-6)
    assert state.wait == pytest.approx(0.230857, abs=1e-6)


def test_simmer_mm23():
    # The formula of the simmer vignette on queueing systems, M/M/2/3 with rates 3 and 4.
    assert mmck(3, 4, 2, 3).p_lost == pytest.approx(0.0493601, abs=5e-8)
    assert mmck(3, 4, 2, 3).present == pytest.approx(0.762340, abs=5e-7)


def test_a_lectures_mmck():
    # slideshare 28144510: M/M/2/7
    state = mmck(50, 37, 2, 7)
    assert state.p_empty == pytest.approx(0.204133, abs=5e-7)
    assert state.present == pytest.approx(2.0711, abs=5e-5)
    assert state.stay == pytest.approx(0.0425, abs=5e-5)
    assert 50 * (1 - state.p_lost) == pytest.approx(48.6876, abs=5e-5)
    assert 50 * state.p_lost == pytest.approx(1.3124, abs=5e-5)


def test_a_queue_without_room_to_wait_is_a_loss_system():
    state = mmck(18, 2, 10, 10)
    assert state.p_lost == pytest.approx(erlang_b(10, 9))
    assert state.waiting == pytest.approx(0, abs=1e-12)
    assert state.p_wait == 0


def test_a_queue_with_much_room_is_one_without_bound():
    bounded, unbounded = mmck(9, 1, 10, 2000), mmc(9, 1, 10)
    for name in ("p_empty", "p_wait", "busy", "waiting", "present", "wait", "stay"):
        assert getattr(bounded, name) == pytest.approx(getattr(unbounded, name))
    assert unbounded.wait == pytest.approx(0.668732, abs=5e-7)


def test_ten_thousand_servers_are_no_trouble():
    assert mmc(9900, 1, 10_000).p_empty == 0.0
    assert mmck(9900, 1, 10_000, 10_000).p_lost == pytest.approx(
        stats.poisson(9900).pmf(10_000) / stats.poisson(9900).cdf(10_000)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: erlang_c(10, 10),
        lambda: erlang_b(2, -1),
        lambda: mmc(3, 1, 3),
        lambda: mmck(3, 1, 3, 2),
        lambda: mmck(0, 1, 3, 5),
    ],
)
def test_a_queue_without_a_long_run_is_refused(wrong):
    with pytest.raises(InputError):
        wrong()
