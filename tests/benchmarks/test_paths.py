"""The suite ``paths`` on small networks: the rows' form, the comparison, what is absent."""

from __future__ import annotations

import io
from importlib.util import find_spec

import numpy as np
import pytest
from rich.console import Console

from benchmarks import Options, paths, paths_queries, run_suite
from benchmarks.paths import Work, matrix_rows
from benchmarks.paths_peers import NOT_RUN, PEERS, Peer
from networks import synthetic_district, write_network

SIZE = 40


@pytest.fixture(scope="module")
def network():
    return synthetic_district(500, 1)


def test_every_peer_stands_beside_ours_the_fastest_first(network):
    rows = list(matrix_rows("toy", network, SIZE, Options(time_limit=3.0)))
    theirs = {f"us_per_pair_{peer.package}": peer.package for peer in PEERS}
    present = [row for row in rows if row.metric in theirs and row.value is not None]
    assert present == sorted(present, key=lambda row: row.value)
    assert rows[0].metric == "us_per_pair"
    assert rows[0].reference == present[0].value
    assert rows[0].ratio == pytest.approx(rows[0].reference / rows[0].value)
    assert len({row.metric for row in rows}) == len(rows)
    assert {row.metric for row in rows} == {
        "us_per_pair",
        *theirs,
        *(f"us_per_pair_{package}" for package in NOT_RUN),
        "us_per_pair_prepared",
        "us_per_pair_search",
        "largest_difference",
    }
    (difference,) = [row.value for row in rows if row.metric == "largest_difference"]
    assert difference < 1e-9


def test_all_do_the_same_work(network):
    work = Work.on(network, SIZE, 3)
    ours = network.node_matrix(work.origins, work.destinations)
    for peer in PEERS:
        if find_spec(peer.package) is None:
            continue
        assert peer.prepare(work)(SIZE) == pytest.approx(ours, rel=peer.agree)


def test_the_work_has_no_parallel_and_no_closed_edges(network):
    work = Work.on(network.closed([0, 1]), SIZE, 3)
    pairs = np.column_stack([work.tail, work.head])
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert np.isfinite(work.time_s).all()
    assert len(set(work.origins)) == len(set(work.destinations)) == SIZE


def test_a_peer_that_is_not_installed_is_shown_as_absent(network):
    nobody = Peer("no-such-package", "call", PEERS[0].prepare)
    rows = list(matrix_rows("toy", network, SIZE, Options(time_limit=1.0), (nobody,)))
    first, absent = rows[:2]
    assert first.value is not None
    assert first.reference is None
    assert first.ratio is None
    assert absent.metric == "us_per_pair_no-such-package"
    assert absent.reference_source == "no-such-package: absent"
    assert absent.value is None


def test_a_tool_that_is_left_out_says_why(network):
    rows = list(matrix_rows("toy", network, SIZE, Options(time_limit=1.0), ()))
    (osrm,) = [row for row in rows if row.metric == "us_per_pair_osrm-bindings"]
    assert osrm.value is None
    assert osrm.reference_source.startswith("osrm-bindings: not run, it reads OpenStreetMap")


def test_a_peer_that_is_wrong_stops_the_suite(network):
    pytest.importorskip("scipy")

    def wrong(_work):
        return lambda count: np.ones((count, SIZE))

    liar = Peer("scipy", "wrong", wrong)
    with pytest.raises(RuntimeError, match="scipy and we differ"):
        list(matrix_rows("toy", network, SIZE, Options(time_limit=1.0), (liar,)))


def test_a_slow_peer_answers_the_first_origins_and_says_so(network):
    pytest.importorskip("networkx")
    slow = [peer for peer in PEERS if peer.package == "networkx"]
    rows = list(matrix_rows("toy", network, SIZE, Options(time_limit=1e-6), slow))
    assert rows[0].reference_source.endswith(f"first 4 of {SIZE} origins")


def test_more_threads_stand_beside_one(network):
    rows = list(matrix_rows("toy", network, SIZE, Options(time_limit=1.0, threads=2), ()))
    (row,) = [row for row in rows if row.metric == "us_per_pair_2_threads"]
    assert row.reference_source == "one thread"


def test_a_folder_of_networks_is_a_case_each(network, tmp_path):
    write_network(network, tmp_path / "small.gpkg")
    (tmp_path / "notes.txt").write_text("not a network", encoding="utf-8")
    rows = run_suite(
        "paths", instances=tmp_path, time_limit=1.0, console=Console(file=io.StringIO())
    )
    size = min(500, network.n_nodes)
    assert {row.case for row in rows} == {"notes-matrix-500", f"small-matrix-{size}"}
    (notes,) = [row for row in rows if row.case == "notes-matrix-500"]
    assert notes.value is None
    assert notes.reference_source.startswith("not run: ")


def test_without_its_data_the_suite_runs_on_what_it_carries(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "a" / "b" / "paths.py"))
    monkeypatch.setattr(paths, "SYNTHETIC_NODES", 500)
    rows = list(paths.cases(Options(time_limit=1.0), size=20))
    ran = {row.case for row in rows if row.value is not None}
    assert ran == {"helsinki-matrix-20", "synthetic-500-matrix-20"}
    main = [row for row in rows if row.metric == "us_per_pair"]
    assert [row.case for row in main if row.value is None] == [
        *("auckland-matrix-20", "jinan-matrix-20")
    ]


def test_trees_pairs_and_preparation_are_rows_of_their_own(network):
    rows = [
        *paths_queries.preparation_rows("toy", network),
        *paths_queries.tree_rows("toy", network, 1),
        *paths_queries.pair_rows("toy", network, 1),
    ]
    assert [row.metric for row in rows] == [
        *("seconds_order", "seconds_customise", "gigabytes", "ms_per_source", "us_per_query")
    ]
    assert all(row.value > 0.0 for row in rows)
