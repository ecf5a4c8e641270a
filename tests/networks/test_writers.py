"""What is written reads back equal, in every format."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from networks import (
    InputError,
    SpeedProfile,
    helsinki_extract,
    read_network,
    read_osm,
    synthetic_district,
    write_network,
)

FORMATS = ["streets.gpkg", "streets.parquet", "streets"]


@pytest.fixture(scope="module")
def helsinki():
    return read_osm(helsinki_extract())


@pytest.fixture(scope="module")
def busy(helsinki):
    """Closed streets and a slower morning."""
    factor = np.ones((2, helsinki.n_edges))
    factor[1] = np.linspace(0.3, 1.0, helsinki.n_edges)
    hours = np.zeros(168, dtype=np.int64)
    hours[7:9] = 1
    return helsinki.closed([3, 4]).with_profile(SpeedProfile(hours, factor, ("free", "peak")))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["helsinki", "busy"])
def test_a_network_reads_back_equal(tmp_path, request, name, kind):
    network = request.getfixturevalue(kind)
    again = read_network(write_network(network, tmp_path / name))
    assert again.content_hash() == network.content_hash()
    assert again.dropped == network.dropped
    for key in ("x", "time_s", "speed_kmh", "reverse", "shape_lat", "modes", "source_id"):
        assert (getattr(again, key) == getattr(network, key)).all()
    for key in ("mode", "source", "attribution", "names", "class_names"):
        assert getattr(again, key) == getattr(network, key)
    assert again.profile.names == network.profile.names


@pytest.mark.parametrize("name", FORMATS)
def test_a_walking_network_keeps_its_mode(tmp_path, name):
    walk = read_osm(helsinki_extract(), "walk")
    path = write_network(walk, tmp_path / name)
    assert read_network(path).content_hash() == walk.content_hash()
    with pytest.raises(InputError, match="holds the streets for mode 'walk', not 'car'"):
        read_network(path, mode="car")


def test_other_programs_find_layers_and_tables(tmp_path, helsinki):
    write_network(helsinki, tmp_path / "s.gpkg")
    edges = gpd.read_file(tmp_path / "s.gpkg", layer="edges")
    assert len(edges) == helsinki.n_edges
    assert edges.crs.to_epsg() == 4326
    write_network(helsinki, tmp_path / "s.parquet")
    assert len(gpd.read_parquet(tmp_path / "s.parquet")) == helsinki.n_edges
    write_network(helsinki, tmp_path / "gmns")
    link = pd.read_csv(tmp_path / "gmns" / "link.csv")
    spec = ["link_id", "from_node_id", "to_node_id", "directed", "geometry", "length", "free_speed"]
    assert set(spec) <= set(link.columns)
    assert pd.read_csv(tmp_path / "gmns" / "config.csv")["long_length"].tolist() == ["m"]


def test_rows_deleted_in_a_gis_stay_deleted(tmp_path):
    network = synthetic_district(1000)
    path = write_network(network, tmp_path / "gmns")
    link = pd.read_csv(path / "link.csv", keep_default_na=False)
    busy = (np.diff(network.indptr) > 3) & (np.diff(network.in_indptr) > 3)
    gone = np.flatnonzero((network.reverse >= 0) & busy[network.tail] & busy[network.head])[0]
    link[link["link_id"] != gone].to_csv(path / "link.csv", index=False)
    again = read_network(path)
    assert again.n_edges == network.n_edges - 1
    assert (again.reverse >= 0).sum() == (network.reverse >= 0).sum() - 2


def test_writing_again_replaces_and_leaves_nothing_half_done(tmp_path, helsinki):
    for name in FORMATS:
        write_network(helsinki, tmp_path / name)
        write_network(helsinki, tmp_path / name)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(FORMATS)


def test_faults_are_named(tmp_path, helsinki):
    with pytest.raises(InputError, match=r"not written as '.shp'"):
        write_network(helsinki, tmp_path / "s.shp")
    with pytest.raises(InputError, match="its folder does not exist"):
        write_network(helsinki, tmp_path / "absent" / "s.gpkg")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("x")
    with pytest.raises(InputError, match="this folder holds other files"):
        write_network(helsinki, tmp_path / "letters")
    (tmp_path / "plain").write_text("x")
    with pytest.raises(InputError, match="a file of this name is there"):
        write_network(helsinki, tmp_path / "plain")


def test_a_damaged_record_is_told(tmp_path, helsinki):
    path = write_network(helsinki, tmp_path / "gmns")
    (path / "cityops.json").write_text("{}")
    with pytest.raises(InputError, match="the record of the network in it is damaged"):
        read_network(path)
