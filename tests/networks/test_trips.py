"""Single trips, nearest places and trees of a network, before and after changes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from networks import (
    Positions,
    RawNodes,
    RawStreets,
    build_network,
    read_network,
    synthetic_district,
)
from networks.cch import cache
from networks.errors import InputError


def positions(network, k, seed):
    draw = np.random.default_rng(seed)
    nothing = np.zeros(k)
    edge = draw.integers(0, network.n_edges, k)
    edge[: k // 4] = edge[0]
    return Positions(edge, draw.random(k), nothing, nothing, nothing)


def near(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


def agrees(network, seed=0):
    """Whether the hierarchy and Dijkstra's searches give the same, in every kind of question."""
    draw = np.random.default_rng(seed)
    origins, goals = draw.integers(0, network.n_nodes, (2, 20))
    expected = network.node_matrix(origins, goals, method="search")
    assert network.node_matrix(origins, goals, method="elimination") == near(expected)
    assert network.node_matrix(origins, goals[:3], method="elimination") == near(expected[:, :3])
    assert network.distances(origins, goals) == near(np.diag(expected))
    assert network.distance(int(origins[0]), int(goals[0])) == near(expected[0, 0])
    to_all = network.times_from_many(origins)
    assert to_all[0] == near(network.times_from(int(origins[0])))
    assert to_all[:, goals] == near(expected)
    back = network.times_from_many(goals, reverse=True)
    assert near(expected) == back[:, origins].T
    found = network.nearest(origins, np.unique(goals), 3)
    assert found.time_s == near(np.sort(to_all[:, np.unique(goals)], axis=1)[:, :3])
    start, end = positions(network, 12, seed), positions(network, 12, seed)
    matrix = network.matrix(start, end)
    assert network.distances(start, end) == near(np.diag(matrix))
    assert network.nearest(start, end, 2).time_s == near(np.sort(matrix, axis=1)[:, :2])
    ready = network.prepared()
    assert ready.matrix(start, end) == near(matrix)
    assert ready.times_from(start[0]) == near(network.times_from(start[0]))
    assert ready.times_from(3, reverse=True) == near(network.times_from(3, reverse=True))
    for k in range(1, 12):
        one, other = network.path(start[k], end[k - 1]), ready.path(start[k], end[k - 1])
        assert other.time_s == near(one.time_s)
        assert network.distance(start[k], end[k - 1]) == near(one.time_s)
        if other.found:
            steps = other.leave - other.enter
            assert float((steps * network.edge_times_s()[other.edges]).sum()) == near(one.time_s)
            assert np.array_equal(network.head[other.edges[:-1]], network.tail[other.edges[1:]])


@pytest.mark.parametrize("seed", range(4))
def test_all_questions_agree_with_searches_after_closures_and_changes(town, seed):
    network = town(seed)
    draw = np.random.default_rng(seed)
    agrees(network, seed)
    agrees(network.closed(draw.random(network.n_edges) < 0.3), seed)
    agrees(network.with_speeds(draw.uniform(0.0, 50.0, network.n_edges)), seed)
    agrees(network.with_times(draw.choice([0.0, 5.0, 9.0], network.n_edges)), seed)


READERS_NETWORKS = [
    *("monaco.osm.pbf", "andorra.osm.pbf", "saopaulo_centre.osm.pbf", "manhattan"),
    *("auckland", "jinan/road_network.zip", "changsha/yuelu_roads.geojson"),
]


@pytest.mark.parametrize("name", READERS_NETWORKS)
def test_all_questions_agree_on_every_readers_network(shared_data, name):
    place = shared_data / "networks" / name
    if not place.exists():
        pytest.skip(f"{name} is absent")
    try:
        network = read_network(place)
    except InputError:
        network = read_network(place, crs="wgs84")
    agrees(network)
    agrees(network.closed(np.arange(0, network.n_edges, 50)))


def test_periods_share_one_order_and_have_their_own_times(town, profile):
    network = town(1).with_profile(profile(1, town(1).n_edges))
    for period in range(network.n_periods):
        expected = network.node_matrix([0, 5], [7, 9], period=period, method="search")
        assert network.distance(5, 9, period=period) == near(expected[1, 1])
    assert network.topology is town(1).topology


def test_threads_change_no_bit():
    network = synthetic_district(1500, 2)
    nodes = np.arange(0, 1500, 9)
    for ask in (
        lambda threads: network.times_from_many(nodes, threads=threads),
        lambda threads: network.distances(nodes, nodes[::-1], threads=threads),
        lambda threads: network.nearest(nodes, nodes[::7], 3, threads=threads).time_s,
    ):
        assert np.array_equal(ask(1), ask(4))


def test_no_way_is_infinite_and_the_two_components_are_named():
    both_ways = np.ones(3, dtype=np.bool_)
    streets = RawStreets(np.arange(3), np.arange(1, 4), backward=both_ways)
    network = build_network(RawNodes(np.arange(4), np.arange(4) / 100, np.zeros(4)), streets)
    middle = (network.tail == 1) & (network.head == 2)
    cut = network.closed(middle | ((network.tail == 2) & (network.head == 1)))
    assert np.isinf(cut.distance(0, 3))
    assert np.isinf(cut.node_matrix([0], [3], method="elimination")).all()
    assert not cut.prepared().path((0, 0.5), (int(np.flatnonzero(cut.tail == 3)[0]), 0.5)).found
    first, second = cut.components(0, 3)
    assert (first.number, second.number) == (1, 2)
    assert first.words().startswith("component 1 (2 nodes around")
    assert "第2片" in second.words("zh")
    assert network.components(0, 3)[0] == network.components(0, 3)[1]


def test_an_order_is_kept_and_a_damaged_one_is_made_again(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("CITYOPS_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "WORTH_KEEPING", 100)
    network = synthetic_district(500, 1)
    first = network.topology
    (file,) = tmp_path.iterdir()
    assert np.array_equal(synthetic_district(500, 1).topology.rank, first.rank)
    for content in (b"", b"nonsense", file.read_bytes()[:-9]):
        file.write_bytes(content)
        caplog.clear()
        assert np.array_equal(synthetic_district(500, 1).topology.rank, first.rank)
        assert "made again" in caplog.text
    np.save(file, np.zeros(network.n_nodes, dtype=np.int32))
    assert np.array_equal(synthetic_district(500, 1).topology.rank, first.rank)
    assert "damaged" in caplog.text
    assert [kept.name for kept in tmp_path.iterdir()] == [file.name]


WRITER = """
import hashlib, os, sys
from networks import synthetic_district
from networks.cch import cache

cache.WORTH_KEEPING = 100
for seed, folder in enumerate(sys.argv[1:]):
    os.environ["CITYOPS_CACHE"] = folder
    network = synthetic_district(500, seed)
    print("ready", flush=True)
    sys.stdin.readline()
    print(hashlib.sha256(network.topology.rank.tobytes()).hexdigest(), flush=True)
"""


def test_two_processes_that_keep_an_order_at_once_both_have_it_whole(tmp_path, monkeypatch, caplog):
    folders = [tmp_path / str(seed) for seed in range(4)]
    packages = str(Path(cache.__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", packages)
    writers = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and text
            [sys.executable, "-c", WRITER, *map(str, folders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    found = []
    for _ in folders:
        assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * 2
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        found.append([writer.stdout.readline().strip() for writer in writers])
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    monkeypatch.setattr(cache, "WORTH_KEEPING", 100)
    for seed, folder in enumerate(folders):
        monkeypatch.setenv("CITYOPS_CACHE", str(folder))
        assert len(list(folder.iterdir())) == 1
        kept = synthetic_district(500, seed).topology.rank
        monkeypatch.setenv("CITYOPS_CACHE", str(tmp_path / "other"))
        assert np.array_equal(synthetic_district(500, seed).topology.rank, kept)
        assert found[seed] == [hashlib.sha256(kept.tobytes()).hexdigest()] * 2
    assert not caplog.text


def test_a_cache_that_cannot_be_written_is_not_missed(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("CITYOPS_CACHE", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(cache, "WORTH_KEEPING", 100)
    assert len(synthetic_district(500, 1).topology.rank)
    assert "not kept" in caplog.text


def test_small_networks_keep_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CITYOPS_CACHE", str(tmp_path))
    assert len(synthetic_district(500, 1).topology.rank)
    assert not list(tmp_path.iterdir())


def test_more_nearest_places_than_there_are_end_in_none(town):
    network = town(7)
    draw = np.random.default_rng(3)
    origins = draw.integers(0, network.n_nodes, 40)
    targets = draw.choice(network.n_nodes, 6, replace=False)
    found = network.nearest(origins, targets, 9)
    rows = np.sort(network.node_matrix(origins, targets), axis=1)
    assert found.time_s[:, :6] == pytest.approx(rows, rel=1e-9, abs=1e-9)
    assert (found.target[:, 6:] == -1).all()
    assert np.isinf(found.time_s[:, 6:]).all()
