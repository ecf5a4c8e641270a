"""One door to all readers."""

from __future__ import annotations

import shutil

import pytest

from networks import InputError, helsinki_extract, read_network, read_osm


def test_helsinki_is_a_name():
    assert read_network("helsinki").content_hash() == read_osm(helsinki_extract()).content_hash()


def test_options_reach_the_reader(shared_data):
    path = shared_data / "networks" / "changsha" / "yuelu_roads.geojson"
    network = read_network(
        path,
        columns={"oneway": "lanespec"},
        oneway_values={"lanespec(1)": "forward", "lanespec([1 1])": "both"},
        attribution="© OpenStreetMap contributors",
    )
    assert network.n_nodes == 2537
    assert network.attribution.startswith("©")


def test_folders_of_tables_are_recognised(shared_data, tmp_path):
    assert read_network(shared_data / "networks" / "manhattan").n_nodes == 16811
    for name in ("yuelu_nodes.csv", "yuelu_arcs.csv"):
        shutil.copy(shared_data / "networks" / "changsha" / name, tmp_path / name)
    assert read_network(tmp_path).n_nodes == 2537
    assert read_network(tmp_path / "yuelu_arcs.csv").n_nodes == 2537


def test_faults_are_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_network(tmp_path / "absent.osm.pbf")
    with pytest.raises(InputError, match="its folder does not exist"):
        read_network(tmp_path / "absent" / "streets.gpkg")
    (tmp_path / "streets.docx").write_text("x")
    with pytest.raises(InputError, match=r"not read from this kind of file \(.docx\).*\.osm\.pbf"):
        read_network(tmp_path / "streets.docx")
    with pytest.raises(InputError, match="no pair of a node table and a link table"):
        read_network(tmp_path)
    with pytest.raises(InputError, match=r"option 'privat' does not fit.*did you mean 'private'"):
        read_network("helsinki", privat=True)
    with pytest.raises(InputError, match="mode 'cat' is not known, did you mean 'car'"):
        read_network("helsinki", mode="cat")
    with pytest.raises(InputError, match="speed table 'china' is not known"):
        read_network("helsinki", speeds="china")
