"""Suite `des`: every tool simulates the same queue, and rows say what was compared with what."""

import pytest

from benchmarks import des
from benchmarks.des_dispatch import city_rows, closure_rows, million_rows
from benchmarks.des_peers import PEERS, Peer
from benchmarks.suite import Options
from sim.erlang import mmc

OPTIONS = Options(time_limit=0.2, threads=1, seed=3)
WAIT = mmc(8.0, 1.0, 10).wait


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_waits_as_erlang_c_says(peer):
    if peer.version is None:
        pytest.skip(f"{peer.package} is not installed")
    # Eight runs of 15,000 customers: the mean wait has a standard error of about 4 %.
    waits = [peer.mean_wait(15_000, 8.0, 10, seed) for seed in range(8)]
    assert sum(waits) / len(waits) == pytest.approx(WAIT, rel=0.16)
    assert peer.mean_wait(500, 8.0, 10, 5) == peer.mean_wait(500, 8.0, 10, 5)


def test_our_queue_waits_as_erlang_c_says():
    assert des._ours(1_000_000, seed=1) == pytest.approx(WAIT, rel=0.06)


def test_rows_set_ours_beside_every_peer():
    rows = list(des.mmc_rows(OPTIONS, customers=5000, runs=1))
    assert {(row.suite, row.case) for row in rows} == {("des", "mmc-10")}
    assert len({row.metric for row in rows}) == len(rows)
    events = [row for row in rows if row.metric.startswith("events_per_s")]
    assert events[0].metric == "events_per_s"
    assert [row.reference_source.split()[0].rstrip(":") for row in events] == [
        peer.package for peer in PEERS
    ]
    assert len({row.value for row in events}) == 1
    for row in events:
        assert row.unit == "1/s"
        if row.reference is not None:
            assert row.ratio == pytest.approx(row.value / row.reference)
            assert row.reference_source.endswith("same run")


def test_an_absent_peer_is_shown_as_absent(monkeypatch):
    absent = Peer("no-such-simulator", lambda *_: 0.0)
    monkeypatch.setattr(des, "PEERS", (absent,))
    rows = list(des.mmc_rows(OPTIONS, customers=1000, runs=1))
    events = [row for row in rows if row.metric.startswith("events_per_s")]
    assert len(events) == 1
    assert events[0].reference is None
    assert events[0].ratio is None
    assert events[0].reference_source == "no-such-simulator: absent"
    assert events[0].value > 0


def test_the_cases_of_services_join_the_suite(monkeypatch):
    monkeypatch.setattr(des, "mmc_rows", lambda _: iter(["bare"]))
    monkeypatch.setattr(des, "PARTS", ("benchmarks.no_such_part",))
    assert list(des.cases(OPTIONS)) == ["bare"]


def test_city_dispatch_answers_alike_on_both_engines():
    rows = {(r.case, r.metric): r for r in city_rows(OPTIONS, days=0.5)}
    assert rows["city-dispatch", "log_differences"].value == 0
    assert rows["city-dispatch", "events_per_s"].ratio > 0


def test_fifty_streets_close_at_once_and_one_by_one():
    rows = {(r.case, r.metric): r for r in closure_rows(OPTIONS, days=0.2)}
    assert rows["city-dispatch-closures", "changes"].value == 2
    assert rows["city-dispatch-closures-singly", "changes"].value == 100
    slowdown = rows["city-dispatch-closures", "slowdown"]
    assert slowdown.reference == 10.0
    assert slowdown.ratio == pytest.approx(1.1 / (1.0 + slowdown.value / 100.0))


def test_a_long_run_is_measured_in_a_process_of_its_own():
    rows = {r.metric: r for r in million_rows(OPTIONS, incidents=5000)}
    assert rows["incidents"].value == pytest.approx(5000, rel=0.1)
    assert rows["peak_memory_gb"].value > 0.05
