"""networkx graphs there and back, and graphs as OSMnx makes them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from shapely import LineString

from networks import (
    InputError,
    from_networkx,
    helsinki_extract,
    read_osm,
    synthetic_district,
    to_networkx,
)
from networks.network import MODES


def osmnx_like():
    """Two junctions, a two-way street of joined ways and a one-way return, as OSMnx keeps them."""
    graph = nx.MultiDiGraph(crs="epsg:4326", created_with="OSMnx 2.0.1")
    graph.add_node(10, x=24.94, y=60.17, street_count=3)
    graph.add_node(20, x=24.95, y=60.17, street_count=3)
    bend = LineString([(24.94, 60.17), (24.945, 60.172), (24.95, 60.17)])
    values = {
        "osmid": [100, 101],
        "highway": ["residential", "tertiary"],
        "name": ["Annankatu", "Uudenmaankatu"],
        "maxspeed": ["30", "50"],
        "lanes": ["2", "1"],
        "length": 600.0,
    }
    graph.add_edge(10, 20, **values, oneway=False, reversed=False, geometry=bend)
    graph.add_edge(20, 10, **values, oneway=False, reversed=True, geometry=bend.reverse())
    graph.add_edge(10, 20, osmid=102, highway="motorway", length=560.0, oneway=True)
    return graph


def test_lists_of_joined_ways_are_understood():
    network = from_networkx(osmnx_like())
    joined = network.source_id == 100
    assert network.speed_kmh[joined].tolist() == [40, 40]
    assert network.lanes[joined].tolist() == [1, 1]
    assert network.names == ("", "Annankatu")
    assert network.class_names == ("residential", "motorway")
    assert network.node_id.tolist() == [10, 20]


def test_mirrored_edges_are_one_street_and_the_motorway_is_not():
    network = from_networkx(osmnx_like())
    joined = (network.source_id == 100).nonzero()[0]
    assert network.reverse[joined[0]] == joined[1]
    assert network.reverse[network.source_id == 102].tolist() == [-1]
    assert not network.modes[network.source_id == 102][0] & MODES["walk"]


def test_polylines_follow_the_geometry_or_are_straight():
    network = from_networkx(osmnx_like())
    sizes = network.shape_ptr[1:] - network.shape_ptr[:-1]
    assert sorted(sizes.tolist()) == [2, 3, 3]


def test_a_network_comes_back_equal():
    network = read_osm(helsinki_extract())
    graph = to_networkx(network)
    assert graph.number_of_edges() == network.n_edges
    assert graph.graph["crs"] == "epsg:4326"
    again = from_networkx(graph)
    assert again.content_hash() == network.content_hash()
    assert again.dropped == network.dropped
    assert (again.mode, again.attribution) == (network.mode, network.attribution)


def test_edges_taken_out_of_a_graph_stay_out():
    network = synthetic_district(1000)
    graph = to_networkx(network)
    busy = (np.diff(network.indptr) > 3) & (np.diff(network.in_indptr) > 3)
    two_way = (network.reverse >= 0) & busy[network.tail] & busy[network.head]
    edge = int(np.flatnonzero(two_way)[0])
    ends = int(network.node_id[network.tail[edge]]), int(network.node_id[network.head[edge]])
    key = next(k for k, v in graph[ends[0]][ends[1]].items() if v["edge"] == edge)
    graph.remove_edge(*ends, key)
    again = from_networkx(graph)
    assert again.n_edges == network.n_edges - 1
    assert (again.reverse >= 0).sum() == (network.reverse >= 0).sum() - 2


def test_shortest_times_agree_with_networkx():
    network = read_osm(helsinki_extract())
    graph = to_networkx(network)
    source = int(network.node_id[0])
    theirs = nx.single_source_dijkstra_path_length(graph, source, weight="travel_time")
    ours = network.times_from(0)
    assert ours == pytest.approx([theirs[int(node)] for node in network.node_id], abs=1e-9)


def test_undirected_graphs_are_two_way_and_ids_may_be_words():
    graph = nx.Graph()
    graph.add_node("a", lon=24.94, lat=60.17)
    graph.add_node("b", lon=24.95, lat=60.17)
    bend = "LINESTRING (24.95 60.17, 24.945 60.172, 24.94 60.17)"
    graph.add_edge("a", "b", geometry=bend, travel_time=50)
    network = from_networkx(graph)
    assert network.n_edges == 2
    assert network.time_s.tolist() == [50, 50]
    assert network.shape_lon[:3].tolist() == [24.94, 24.945, 24.95]


def test_faults_are_named():
    with pytest.raises(InputError, match="the graph has no edges"):
        from_networkx(nx.MultiDiGraph())
    graph = osmnx_like()
    graph.add_edge(10, 30)
    with pytest.raises(InputError, match="node 30 has no coordinates"):
        from_networkx(graph)
    graph = osmnx_like()
    graph.edges[10, 20, 0]["length"] = "long"
    with pytest.raises(InputError, match=r"edge 1, 'length': 'long' is not a number"):
        from_networkx(graph)
    graph = osmnx_like()
    graph.edges[10, 20, 0]["geometry"] = "a line"
    with pytest.raises(InputError, match="geometry is not WKT"):
        from_networkx(graph)
    with pytest.raises(InputError, match="holds the streets for mode 'walk', not 'car'"):
        from_networkx(to_networkx(read_osm(helsinki_extract(), "walk")), mode="car")
