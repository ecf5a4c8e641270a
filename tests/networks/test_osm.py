"""OpenStreetMap extracts: tags by the wiki's examples, and four real towns."""

from __future__ import annotations

import math
from collections import Counter
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from networks import InputError, helsinki_extract, read_osm
from networks.network import MODES
from networks.readers.osm_rules import class_modes, node_blocks, way_rules

SQUARE = {1: (24.940, 60.170), 2: (24.942, 60.170), 3: (24.942, 60.171), 4: (24.940, 60.171)}


def write_osm(folder, ways, nodes=SQUARE, node_tags=None):
    """Write a small extract; ways are (tags, refs)."""
    lines = ['<osm version="0.6">']
    for ref, (lon, lat) in nodes.items():
        tags = _tags((node_tags or {}).get(ref, {}))
        lines.append(f'<node id="{ref}" version="1" lon="{lon}" lat="{lat}">{tags}</node>')
    for i, (tags, refs) in enumerate(ways):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{100 + i}" version="1">{inner}{_tags(tags)}</way>')
    path = folder / "town.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags):
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def street(**tags):
    return {"highway": "residential", **tags}


def edges_between(network, a, b):
    ids = network.node_id
    return np.flatnonzero((ids[network.tail] == a) & (ids[network.head] == b))


def open_ways(mode, **tags):
    """Directions in which a mode may use a way: forward, backward."""
    rules = way_rules(street(**tags), mode=mode)
    return tuple(bool(bits & MODES[mode]) for bits in rules.modes)


def test_ways_are_cut_at_shared_nodes_and_keep_their_polylines(tmp_path):
    path = write_osm(tmp_path, [(street(), [1, 2, 3, 4, 1]), (street(), [2, 4])])
    network = read_osm(path)
    # Node 3 is only a bend; node 1 closes the way.
    assert network.node_id.tolist() == [1, 2, 4]
    (bend,) = edges_between(network, 2, 4)[network.length_m[edges_between(network, 2, 4)] > 200]
    points = slice(network.shape_ptr[bend], network.shape_ptr[bend + 1])
    assert network.shape_lon[points].tolist() == [24.942, 24.942, 24.940]
    assert network.attribution == "© OpenStreetMap contributors"
    assert set(network.source_id.tolist()) == {100, 101}


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "reversible"}, (False, False)),
        ({"oneway": "alternating"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "circular"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway_link"}, (True, True)),
        ({"motor_vehicle:backward": "no"}, (True, False)),
    ],
)
def test_cars_keep_to_one_way_streets(tags, directions):
    assert open_ways("car", **tags) == directions


@pytest.mark.parametrize(
    ("mode", "tags", "directions"),
    [
        ("bike", {"oneway": "yes"}, (True, False)),
        ("bike", {"oneway": "yes", "oneway:bicycle": "no"}, (True, True)),
        ("bike", {"oneway": "yes", "cycleway": "opposite_lane"}, (True, True)),
        ("bike", {"oneway:bicycle": "-1"}, (False, True)),
        ("walk", {"oneway": "yes"}, (True, True)),
        ("walk", {"junction": "roundabout"}, (True, True)),
        ("walk", {"oneway:foot": "yes"}, (True, False)),
    ],
)
def test_cyclists_and_walkers_have_rules_of_their_own(mode, tags, directions):
    assert open_ways(mode, **tags) == directions


@pytest.mark.parametrize(
    ("mode", "tags", "allowed"),
    [
        ("car", {"access": "no"}, False),
        ("car", {"access": "private"}, False),
        ("car", {"access": "no", "motor_vehicle": "yes"}, True),
        ("car", {"access": "no", "vehicle": "yes", "motor_vehicle": "no"}, False),
        ("car", {"motor_vehicle": "no", "motorcar": "yes"}, True),
        ("car", {"access": "destination"}, True),
        ("car", {"motor_vehicle": "delivery"}, True),
        ("car", {"motor_vehicle": "agricultural;forestry"}, False),
        ("car", {"hgv": "no"}, True),
        ("truck", {"hgv": "no"}, False),
        ("truck", {"hgv": "destination"}, True),
        ("truck", {"motor_vehicle": "no", "hgv": "yes"}, True),
        ("bike", {"vehicle": "no"}, False),
        ("bike", {"vehicle": "no", "bicycle": "yes"}, True),
        ("walk", {"vehicle": "no"}, True),
        ("walk", {"foot": "no"}, False),
        ("walk", {"motorroad": "yes"}, False),
        ("car", {"highway": "footway"}, False),
        ("walk", {"highway": "footway"}, True),
        ("car", {"highway": "pedestrian"}, False),
        ("car", {"highway": "pedestrian", "motor_vehicle": "yes"}, True),
        ("car", {"highway": "pedestrian", "access": "yes"}, False),
        ("walk", {"highway": "cycleway"}, False),
        ("walk", {"highway": "cycleway", "foot": "yes"}, True),
        ("walk", {"highway": "motorway"}, False),
        ("car", {"highway": "service"}, True),
        ("car", {"highway": "service", "service": "parking_aisle"}, False),
        ("car", {"highway": "construction"}, False),
        ("car", {"area": "yes"}, False),
    ],
)
def test_the_most_specific_access_key_decides(mode, tags, allowed):
    assert any(open_ways(mode, **tags)) is allowed


def test_private_ways_open_for_those_who_hold_the_key():
    rules = way_rules(street(access="private"), private=True)
    assert rules.modes[0] & MODES["car"]


def test_limits_are_read_by_direction_and_by_kind_of_vehicle():
    tags = street(**{"maxspeed:forward": "50", "maxspeed": "30", "maxspeed:hgv": "20 mph"})
    assert way_rules(tags).limit_kmh == (50, 30)
    assert way_rules(tags, mode="truck").limit_kmh == pytest.approx((32.18688, 32.18688))
    assert math.isnan(way_rules(street()).limit_kmh[0])
    assert way_rules(street(**{"maxspeed:type": "DE:urban"})).limit_kmh == (50, 50)


def test_lanes_are_those_of_the_direction():
    assert way_rules(street(lanes="4")).lanes == (2, 2)
    assert way_rules(street(lanes="3", oneway="yes")).lanes[0] == 3
    assert way_rules(street(lanes="3", **{"lanes:backward": "1"})).lanes == (2, 1)
    assert way_rules(street()).lanes == (0, 0)


def test_classes_tell_modes_where_a_source_has_nothing_else():
    assert class_modes("footway") == MODES["walk"] | MODES["bike"]
    assert class_modes("Hauptstrasse") == sum(MODES.values())
    assert class_modes("construction") == 0


def test_direction_limits_reach_the_edges(tmp_path):
    tags = street(**{"maxspeed:forward": "50", "maxspeed:backward": "20"})
    network = read_osm(write_osm(tmp_path, [(tags, [1, 2])]))
    assert network.speed_kmh[edges_between(network, 1, 2)].tolist() == [50]
    assert network.speed_kmh[edges_between(network, 2, 1)].tolist() == [20]


def test_names_come_in_the_language_asked_for(tmp_path):
    tags = street(name="黄桥大道", **{"name:en": "Huangqiao Avenue"})
    path = write_osm(tmp_path, [(tags, [1, 2]), (street(ref="G319"), [2, 3])])
    assert set(read_osm(path).names) == {"", "黄桥大道", "G319"}
    assert set(read_osm(path, lang="en").names) == {"", "Huangqiao Avenue", "G319"}


def test_a_way_that_lacks_a_node_is_cut_there_and_the_loss_estimated(tmp_path):
    nodes = {1: (24.940, 60.17), 2: (24.942, 60.17), 4: (24.946, 60.17), 5: (24.948, 60.17)}
    ways = [(street(), [1, 2, 3, 4, 5]), (street(), [1, 9])]
    network = read_osm(write_osm(tmp_path, ways, nodes))
    assert network.n_nodes == 2
    part = network.dropped.parts[0]
    # Two pieces in both directions: legs 2-3-4 and 1-9, each leg about 111 m.
    assert (part.reason, part.nodes, part.edges) == ("missing_nodes", 2, 4)
    assert part.km == pytest.approx(6 * 0.111, rel=0.01)
    assert "border" in network.dropped.words()


def test_a_bollard_stops_cars_on_both_sides_and_lets_walkers_through(tmp_path):
    ways = [(street(), [1, 2, 3]), (street(), [3, 4])]
    path = write_osm(tmp_path, ways, node_tags={2: {"barrier": "bollard"}})
    assert not len(edges_between(read_osm(path), 1, 3))
    assert read_osm(path).n_nodes == 3
    assert read_osm(path, "walk").n_nodes == read_osm(path, barriers=False).n_nodes == 3
    assert len(edges_between(read_osm(path, "walk"), 1, 3)) == 1


def test_gates_stop_whom_their_access_says():
    assert not node_blocks({"barrier": "gate"}, "car")
    assert node_blocks({"barrier": "gate", "access": "private"}, "car")
    assert not node_blocks({"barrier": "gate", "access": "private"}, "car", private=True)
    assert not node_blocks({"barrier": "bollard", "motor_vehicle": "yes"}, "car")
    assert node_blocks({"barrier": "fence"}, "walk")
    assert not node_blocks({"highway": "crossing"}, "car")


def test_a_closed_street_is_reported(tmp_path):
    path = write_osm(tmp_path, [(street(), [1, 2]), (street(access="no"), [2, 3])])
    (part,) = read_osm(path).dropped.parts
    assert (part.reason, part.edges) == ("no_access", 2)


def test_shifted_extracts_are_moved(tmp_path):
    nodes = {1: (112.94, 28.22), 2: (112.942, 28.22)}
    path = write_osm(tmp_path, [(street(), [1, 2])], nodes)
    plain, moved = read_osm(path), read_osm(path, crs="gcj02")
    assert moved.lon == pytest.approx(plain.lon - 0.0054, abs=2e-4)
    assert moved.shape_lon[0] == moved.lon[moved.tail[0]]


def test_helsinki_is_read_with_its_border_cut_off():
    network = read_osm(helsinki_extract())
    assert 700 < network.n_nodes < 1400
    reasons = {part.reason: part for part in network.dropped.parts}
    assert reasons["missing_nodes"].km > 1
    assert "Mannerheimintie" in network.names
    lengths = network.length_m[network.reverse >= 0]
    assert lengths == pytest.approx(network.length_m[network.reverse[network.reverse >= 0]])
    walk = read_osm(helsinki_extract(), "walk")
    assert walk.n_nodes > 2 * network.n_nodes
    assert (walk.speed_kmh == 5).all()


@pytest.mark.parametrize(
    ("town", "junctions"), [("monaco", 1124), ("andorra", 1739), ("saopaulo_centre", 5339)]
)
def test_real_towns_keep_most_of_the_junctions_that_others_counted(shared_data, town, junctions):
    # SOURCES.md counts way ends and shared nodes of all drivable classes, whatever their access.
    path = shared_data / "networks" / f"{town}.osm.pbf"
    assert _raw_junctions(path) == junctions
    network = read_osm(path)
    unconnected = sum(p.nodes for p in network.dropped.parts if p.reason == "not_connected")
    # Private ways, parking aisles, and what no car can leave again are not kept.
    assert 0.75 * junctions < network.n_nodes <= network.n_nodes + unconnected <= junctions


def _raw_junctions(path):
    import osmium

    drivable = {
        f"{name}{link}"
        for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
        for link in ("", "_link")
    } | {"unclassified", "residential", "living_street", "road", "service"}
    passes, ends = Counter(), set()
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if way.tags.get("highway") in drivable:
            refs = [node.ref for node in way.nodes]
            passes.update(refs)
            ends |= {refs[0], refs[-1]}
    return len(ends | {ref for ref, times in passes.items() if times > 1})


def test_faults_of_the_file_are_named(tmp_path):
    write_osm(tmp_path, [(street(), [1, 2])])
    with pytest.raises(InputError, match=r"there is no such file, did you mean 'town.osm'"):
        read_osm(tmp_path / "twon.osm")
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"this is no extract")
    with pytest.raises(InputError, match=r"cannot be read as OpenStreetMap data"):
        read_osm(broken)
    wrong = tmp_path / "streets.txt"
    wrong.write_text("x")
    with pytest.raises(InputError, match="this kind of file is not read here"):
        read_osm(wrong)
    with pytest.raises(InputError, match="this is a folder"):
        read_osm(tmp_path)
    with pytest.raises(InputError, match="no ways with a highway tag"):
        read_osm(write_osm(tmp_path, [({"building": "yes"}, [1, 2])]))
    with pytest.raises(InputError, match="'car' can go out and come back"):
        read_osm(write_osm(tmp_path, [(street(access="no"), [1, 2])]))
    with pytest.raises(InputError, match="mode 'boat' is not known"):
        read_osm(write_osm(tmp_path, [(street(), [1, 2])]), "boat")
