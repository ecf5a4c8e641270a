"""What every network promises, whichever reader made it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from networks import InputError, build_network
from networks.network import MODES
from networks.raw import RawNodes, RawStreets, Shapes, Words, leg_lengths_m

CAR, WALK = MODES["car"], MODES["walk"]


def nodes(n, step=0.001):
    i = np.arange(n)
    return RawNodes(i.astype(np.int64) * 10, 112.9 + step * (i % 4), 28.2 + step * (i // 4))


def streets(pairs, **values):
    pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2) * 10
    given = {"backward": np.ones(len(pairs), np.bool_), **values}
    return RawStreets(pairs[:, 0], pairs[:, 1], **given)


def test_lengths_agree_with_the_geodesic():
    from pyproj import Geod

    lon, lat = np.array([112.9, 24.9, -43.2]), np.array([28.2, 60.1, -22.9])
    ours = leg_lengths_m(lon, lat, lon + 0.003, lat + 0.002)
    _, _, true = Geod(ellps="WGS84").inv(lon, lat, lon + 0.003, lat + 0.002)
    assert ours == pytest.approx(true, rel=1e-7)


def test_edges_are_sorted_and_both_adjacencies_agree():
    network = build_network(nodes(6), streets([(4, 5), (0, 1), (1, 5), (4, 0), (0, 5)]))
    assert (np.diff(network.tail) >= 0).all()
    for v in range(network.n_nodes):
        out = np.arange(network.indptr[v], network.indptr[v + 1])
        assert (network.tail[out] == v).all()
        entering = network.in_edge[network.in_indptr[v] : network.in_indptr[v + 1]]
        assert sorted(entering) == np.flatnonzero(network.head == v).tolist()


def test_a_two_way_street_links_its_directions():
    network = build_network(nodes(3), streets([(0, 1), (1, 2)]))
    back = network.reverse
    assert (back[back] == np.arange(4)).all()
    assert (network.head[back] == network.tail).all()


def test_the_unconnected_part_is_left_out_and_reported_in_km():
    network = build_network(nodes(8), streets([(0, 1), (1, 4), (2, 3)]))
    assert network.node_id.tolist() == [0, 10, 40]
    (part,) = network.dropped.parts
    assert (part.reason, part.nodes, part.edges) == ("not_connected", 2, 2)
    assert part.km == pytest.approx(2 * 0.098, rel=0.01)
    assert "not in the largest part" in network.dropped.words("en")
    assert "连通" in network.dropped.words("zh")


def test_a_one_way_street_into_a_dead_end_is_left_out():
    one_way = np.array([True, True, False])
    network = build_network(nodes(3), streets([(0, 1), (0, 1), (1, 2)], backward=one_way))
    assert network.n_nodes == 2


def test_parallel_streets_are_kept_in_source_order():
    given = streets([(0, 1), (0, 1)], length_m=np.array([300.0, 200.0]))
    network = build_network(nodes(2), given)
    assert network.length_m[network.tail == 0].tolist() == [300.0, 200.0]


def test_a_loop_counts_only_if_it_leads_along_something():
    shapes = Shapes(
        np.array([0, 2, 6, 8]),
        np.array([112.9, 112.901, 112.9, 112.9005, 112.9, 112.9, 112.9, 112.9]),
        np.array([28.2, 28.2, 28.2, 28.2, 28.2005, 28.2, 28.2, 28.2]),
    )
    network = build_network(nodes(2), streets([(0, 1), (0, 0), (0, 0)], shapes=shapes))
    assert network.n_edges == 4
    assert [part.reason for part in network.dropped.parts] == ["loop"]


def test_streets_closed_to_the_mode_are_reported_and_one_way_backs_are_not():
    modes = np.array([CAR | WALK, WALK, CAR | WALK, CAR | WALK])
    back = {"modes": np.array([WALK, WALK, CAR | WALK, CAR])}
    given = streets([(0, 1), (1, 2), (0, 1), (1, 2)], modes=modes, back=back)
    network = build_network(nodes(3), given)
    assert network.n_edges == 5
    (part,) = network.dropped.parts
    assert (part.reason, part.edges) == ("no_access", 2)
    assert build_network(nodes(3), given, mode="walk").n_edges == 7


def test_rows_of_opposite_arcs_become_one_street():
    given = RawStreets(
        np.array([0, 10, 0, 10]),
        np.array([10, 0, 10, 0]),
        length_m=np.array([100.0, 100.2, 150.0, 400.0]),
    )
    network = build_network(nodes(2), given)
    at = {float(length): e for e, length in enumerate(network.length_m)}
    assert network.reverse[at[100.0]] == at[100.2]
    assert network.reverse[at[150.0]] == -1


def test_a_given_time_holds_then_a_speed_then_a_limit_then_the_class():
    nan = np.nan
    given = streets(
        [(0, 1), (1, 2), (2, 3), (3, 0)],
        length_m=np.full(4, 100.0),
        time_s=np.array([9.0, nan, nan, nan]),
        speed_kmh=np.array([nan, 36.0, nan, nan]),
        limit_kmh=np.array([50.0, 50.0, 72.0, nan]),
        road_class=Words.of(["residential"] * 4),
    )
    network = build_network(nodes(4), given, speeds={"residential": 18})
    assert network.time_s[network.tail == 0].tolist() == [9.0, 20.0]
    assert network.speed_kmh[network.tail == 0].tolist() == [40.0, 18.0]
    assert set(network.time_s.tolist()) == {9.0, 10.0, 5.0, 20.0}


def test_values_may_differ_by_direction():
    given = streets(
        [(0, 1)],
        limit_kmh=np.array([50.0]),
        lanes=np.array([2]),
        back={"limit_kmh": np.array([30.0]), "lanes": np.array([1])},
    )
    network = build_network(nodes(2), given)
    assert network.speed_kmh.tolist() == [50.0, 30.0]
    assert network.lanes.tolist() == [2, 1]


def test_polylines_begin_and_end_at_their_nodes_also_when_drawn_backwards():
    lon, lat = np.array([112.901, 112.9005, 112.9]), np.array([28.2, 28.2003, 28.2])
    given = streets([(0, 1)], shapes=Shapes(np.array([0, 3]), lon, lat))
    network = build_network(nodes(2), given)
    for e in range(2):
        first, last = network.shape_ptr[e], network.shape_ptr[e + 1] - 1
        assert network.shape_lon[first] == network.lon[network.tail[e]]
        assert network.shape_lon[last] == network.lon[network.head[e]]
    assert network.length_m == pytest.approx([118.5, 118.5], abs=0.3)


def test_only_names_and_classes_in_use_are_kept_in_order_of_use():
    name = Words(np.array([2, 0]), ("A", "unused", "B"))
    given = streets([(0, 1), (1, 2)], name=name, road_class=Words.of(["x", "y"]))
    network = build_network(nodes(3), given)
    assert network.names == ("", "B", "A")
    assert network.class_names == ("x", "y")


def test_every_edge_takes_time():
    given = streets([(0, 1)], length_m=np.zeros(1), time_s=np.zeros(1))
    network = build_network(nodes(2), given)
    assert (network.length_m > 0).all()
    assert (network.time_s > 0).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 11), st.booleans()), min_size=1, max_size=40
    )
)
def test_every_place_reaches_every_other_and_no_larger_part_is_left_out(rows):
    pairs = [(a, b) for a, b, _ in rows]
    both = np.array([two_way for _, _, two_way in rows])
    tail = np.array([a for a, b, _ in rows] + [b for a, b, w in rows if w])
    head = np.array([b for a, b, _ in rows] + [a for a, b, w in rows if w])
    proper = tail != head
    graph = coo_array((np.ones(proper.sum()), (tail[proper], head[proper])), shape=(12, 12))
    _, label = connected_components(graph.tocsr(), directed=True, connection="strong")
    largest = np.bincount(label).max()
    if largest == 1:
        with pytest.raises(InputError, match="go out and come back"):
            build_network(nodes(12), streets(pairs, backward=both))
        return
    network = build_network(nodes(12), streets(pairs, backward=both))
    assert network.n_nodes == largest
    total = network.dropped.edges + network.n_edges
    assert total == len(tail)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length_m": np.array([-1.0])}, "length -1"),
        ({"time_s": np.array([-1.0])}, "travel time -1"),
        ({"speed_kmh": np.array([0.0])}, "speed 0"),
        ({"limit_kmh": np.array([-50.0])}, "speed limit -50"),
    ],
)
def test_negative_values_are_refused_with_their_place(change, message):
    with pytest.raises(InputError, match=f"f.csv: street 1 of 1: {message}"):
        build_network(nodes(2), streets([(0, 1)], **change), file="f.csv")


def test_faults_of_the_graph_are_named():
    with pytest.raises(InputError, match="no streets"):
        build_network(nodes(2), streets([]))
    with pytest.raises(InputError, match="node 70, which is not among the nodes"):
        build_network(nodes(2), streets([(0, 7)]))
    with pytest.raises(InputError, match="node 0 occurs more than once"):
        build_network(RawNodes(np.zeros(2, np.int64), np.zeros(2), np.zeros(2)), streets([(0, 0)]))
    with pytest.raises(InputError, match="mode 'cra' is not known, did you mean 'car'"):
        build_network(nodes(2), streets([(0, 1)]), mode="cra")
    with pytest.raises(InputError, match="'truck' can go out and come back"):
        build_network(nodes(2), streets([(0, 1)], modes=np.array([CAR])), mode="truck")
