"""GMNS tables: the specification's fields, units and directions."""

from __future__ import annotations

import pytest

from networks import InputError, read_gmns, read_network
from networks.network import MODES

NODE = "node_id,x_coord,y_coord\n1,-83.0,40.0\n2,-83.01,40.0\n3,-83.01,40.01\n"
LINK = (
    "link_id,name,from_node_id,to_node_id,directed,geometry,length,facility_type,free_speed,lanes,"
    "allowed_uses\n"
    '11,High St,1,2,0,"LINESTRING (-83.0 40.0, -83.005 40.001, -83.01 40.0)",0.55,arterial,25,2,'
    '"auto,bike,walk"\n'
    "12,,2,3,1,,0.7,local,30,1,auto\n"
    "13,,3,2,1,,0.7,local,30,1,auto\n"
    "14,,3,1,0,,0.9,path,,,walk\n"
)
MILES = "dataset_name,long_length,speed,crs\ntoy,mile,mph,EPSG:4326\n"


def folder(place, node=NODE, link=LINK, config=MILES, **more):
    for name, text in {"node": node, "link": link, "config": config, **more}.items():
        if text:
            (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def by_street(network, link_id):
    return (network.source_id == link_id).nonzero()[0]


def test_units_come_from_the_configuration(tmp_path):
    network = read_gmns(folder(tmp_path))
    edge = by_street(network, 11)[0]
    assert network.length_m[edge] == pytest.approx(0.55 * 1609.344)
    assert network.speed_kmh[edge] == pytest.approx(25 * 1.609344)
    plain = read_gmns(folder(tmp_path), length_unit="km", speed_unit="km/h")
    assert plain.length_m[edge] == pytest.approx(550)
    assert plain.speed_kmh[edge] == pytest.approx(25)


def test_undirected_links_and_pairs_of_directed_links_are_two_way(tmp_path):
    network = read_gmns(folder(tmp_path))
    assert network.n_edges == 4
    assert (network.reverse >= 0).all()
    assert network.reverse[by_street(network, 12)[0]] == by_street(network, 13)[0]


def test_uses_decide_who_travels(tmp_path):
    walk = read_gmns(folder(tmp_path), mode="walk")
    assert set(walk.source_id.tolist()) == {11, 14}
    car = read_gmns(folder(tmp_path))
    assert car.modes[by_street(car, 12)[0]] == MODES["car"]
    assert [(part.reason, part.edges) for part in car.dropped.parts] == [("no_access", 2)]


def test_polylines_are_read_from_either_place_in_either_direction(tmp_path):
    network = read_gmns(folder(tmp_path))
    edge = by_street(network, 11)[0]
    points = slice(network.shape_ptr[edge], network.shape_ptr[edge + 1])
    assert network.shape_lon[points].tolist() == [-83.0, -83.005, -83.01]
    link = "link_id,from_node_id,to_node_id,directed,geometry_id\n1,1,2,0,g7\n"
    geometry = 'geometry_id,geometry\ng7,"LINESTRING (-83.01 40.0, -83.004 40.001, -83.0 40.0)"\n'
    (tmp_path / "other").mkdir()
    other = read_gmns(folder(tmp_path / "other", link=link, geometry=geometry))
    assert other.shape_lon[:3].tolist() == [-83.0, -83.004, -83.01]


def test_the_folder_either_table_and_the_pair_read_the_same(tmp_path):
    place = folder(tmp_path)
    hashes = {
        read_gmns(place).content_hash(),
        read_gmns(place / "node.csv").content_hash(),
        read_gmns(place / "node.csv", place / "link.csv").content_hash(),
        read_network(place).content_hash(),
        read_network(place / "link.csv").content_hash(),
    }
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"link": ""}, r"there is no link.csv in this folder"),
        ({"config": MILES.replace("mile", "miel")}, r"length unit 'miel'.*did you mean 'mile'"),
        ({"config": MILES.replace("mph", "warp")}, r"speed unit 'warp' is not known"),
        ({"link": LINK.replace("LINESTRING", "LINESTR")}, r"line 2, column 'geometry'.*LINESTRING"),
        ({"link": LINK.replace("to_node_id", "to_nod_id")}, r"no column for 'to', did you mean"),
        ({"link": LINK.replace("2,3,1,,0.7", "2,7,1,,0.7")}, r"line 3, column 'to_node_id': node"),
        ({"link": LINK.replace(",0.9,", ",-0.9,")}, r"line 5, column 'length': -0.9 cannot be"),
        ({"link": LINK.replace(",3,1,0,", ",3,1,maybe,")}, r"'maybe' is neither yes nor no"),
        ({"node": NODE.replace("40.0\n", "nan\n")}, r"coordinates are missing"),
        ({"config": MILES.replace("4326", "99999")}, r"coordinate system 'EPSG:99999'"),
    ],
)
def test_faults_are_named_with_their_place(tmp_path, tables, message):
    with pytest.raises(InputError, match=message):
        read_gmns(folder(tmp_path, **tables))


def test_a_free_speed_of_zero_is_unknown(tmp_path):
    network = read_gmns(folder(tmp_path, link=LINK.replace("local,30", "residential,0")))
    assert (network.speed_kmh[by_street(network, 12)] == 30).all()
