"""Line layers: Jinan's shapefile, Changsha's streets, and what such files lack."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiLineString, Point

from networks import InputError, read_lines

A, B, C, D = (112.90, 28.20), (112.91, 28.20), (112.92, 28.20), (112.91, 28.21)


def layer(place, lines, crs="EPSG:4326", **columns):
    frame = gpd.GeoDataFrame(columns, geometry=lines, crs=crs)
    frame.to_file(place, engine="pyogrio")
    return place


def test_ends_within_a_decimetre_are_one_junction(tmp_path):
    near = (B[0] + 2e-7, B[1])
    network = read_lines(layer(tmp_path / "s.geojson", [LineString([A, B]), LineString([near, C])]))
    assert network.n_nodes == 3
    assert network.n_edges == 4


def test_columns_mean_what_the_user_says(tmp_path):
    path = layer(
        tmp_path / "s.gpkg",
        [LineString([A, B]), LineString([B, C])],
        kind=["primary", "residential"],
        label=["Ren Min Lu", None],
        limit=["50", "none"],
        tracks=["3", None],
    )
    columns = {"class": "kind", "name": "label", "maxspeed": "limit", "lanes": "tracks"}
    network = read_lines(path, columns)
    assert network.class_names == ("primary", "residential")
    assert network.names == ("", "Ren Min Lu")
    assert network.speed_kmh[network.road_class == 0].tolist() == [50, 50]
    assert network.lanes[network.road_class == 0].tolist() == [3, 3]


@pytest.mark.parametrize(
    ("value", "there", "back"),
    [
        ("yes", 1, 0),
        ("F", 1, 0),
        ("-1", 0, 1),
        ("T", 0, 1),
        ("B", 1, 1),
        ("no", 1, 1),
        (None, 1, 1),
    ],
)
def test_one_way_words_of_openstreetmap_and_geofabrik_are_known(tmp_path, value, there, back):
    lines = [LineString([A, B]), LineString([A, D, B])]
    network = read_lines(layer(tmp_path / "s.gpkg", lines, oneway=[value, "no"]))
    first = network.source_id == 0
    at_a = network.lon[network.tail] == A[0]
    assert ((first & at_a).sum(), (first & ~at_a).sum()) == (there, back)


def test_one_way_words_of_a_source_can_be_explained(tmp_path):
    lines = [LineString([A, B]), LineString([A, D, B])]
    path = layer(tmp_path / "s.gpkg", lines, oneway=["einbahn", "beide"])
    with pytest.raises(InputError, match=r"row 1, column 'oneway'.*one-way value 'einbahn'"):
        read_lines(path)
    network = read_lines(path, oneway_values={"einbahn": "forward", "beide": "both"})
    assert network.n_edges == 3


def test_lines_can_be_cut_at_shared_vertices(tmp_path):
    lines = [LineString([A, B, C]), LineString([B, D])]
    path = layer(tmp_path / "s.gpkg", lines, time_s=[100.0, 60.0])
    assert read_lines(path).n_nodes == 2
    network = read_lines(path, split=True)
    assert network.n_nodes == 4
    assert sorted(network.time_s.tolist()) == pytest.approx([50, 50, 50, 50, 60, 60])


def test_node_columns_come_before_places(tmp_path):
    lines = [LineString([A, B]), LineString([C, D])]
    network = read_lines(layer(tmp_path / "s.gpkg", lines, u=[1, 2], v=[2, 3]))
    assert network.node_id.tolist() == [1, 2, 3]


def test_multilines_are_taken_apart_and_heights_forgotten(tmp_path):
    lines = [MultiLineString([[(*A, 5.0), (*B, 6.0)], [(*B, 6.0), (*C, 7.0)]])]
    assert read_lines(layer(tmp_path / "s.gpkg", lines)).n_nodes == 3


def test_projected_and_shifted_layers_become_degrees(tmp_path):
    frame = gpd.GeoDataFrame(geometry=[LineString([A, B])], crs="EPSG:4326")
    frame.to_crs("EPSG:4547").to_file(tmp_path / "cgcs.gpkg")
    network = read_lines(tmp_path / "cgcs.gpkg")
    assert network.lon == pytest.approx([A[0], B[0]], abs=1e-7)
    shifted = read_lines(layer(tmp_path / "gcj.geojson", [LineString([A, B])]), crs="gcj02")
    assert shifted.lon == pytest.approx([A[0] - 0.0054, B[0] - 0.0054], abs=3e-4)


def test_parquet_layers_are_read(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["x"]}, geometry=[LineString([A, B])], crs="EPSG:4326")
    frame.to_parquet(tmp_path / "s.parquet")
    assert read_lines(tmp_path / "s.parquet").names == ("", "x")


def test_jinan_is_directed_and_needs_its_system_named(shared_data):
    # SOURCES.md: strongly connected without parallels 11,850 nodes and 27,391 edges.
    path = shared_data / "networks" / "jinan" / "road_network.zip"
    with pytest.raises(InputError, match=r'without .prj.*crs = "wgs84"'):
        read_lines(path)
    network = read_lines(path, crs="wgs84")
    assert network.n_nodes == 11850
    pairs = network.tail.astype(np.int64) * network.n_nodes + network.head
    assert len(np.unique(pairs[network.tail != network.head])) == 27391
    assert "motorway" in network.class_names


def test_yuelu_streets_are_one_way_by_carriageway(shared_data):
    # SOURCES.md: 2,821 nodes, 4,581 arcs, largest strongly connected part 2,537.
    network = read_lines(
        shared_data / "networks" / "changsha" / "yuelu_roads.geojson",
        {"oneway": "lanespec"},
        oneway_values={"lanespec(1)": "forward", "lanespec([1 1])": "both"},
    )
    assert network.n_nodes == 2537
    assert network.n_edges + network.dropped.edges == 4581
    assert network.dropped.kept_km + network.dropped.km == pytest.approx(870, abs=1)


def test_faults_are_named(tmp_path):
    path = layer(tmp_path / "s.gpkg", [LineString([A, B])], highway=["primary"], time_s=[-1.0])
    with pytest.raises(InputError, match=r"row 1, column 'time_s'|line .*time_s.*-1 cannot be"):
        read_lines(path)
    with pytest.raises(InputError, match=r"column 'higway' is missing, did you mean 'highway'"):
        read_lines(path, {"class": "higway"})
    with pytest.raises(InputError, match=r"layer 'roads' is missing.*it has s"):
        read_lines(path, layer="roads")
    points = layer(tmp_path / "p.gpkg", [Point(A)])
    with pytest.raises(InputError, match="0 layers of lines"):
        read_lines(points)
    with pytest.raises(InputError, match="Point, not lines"):
        read_lines(points, layer="p")
    swapped = layer(tmp_path / "w.geojson", [LineString([A[::-1], B[::-1]])])
    with pytest.raises(InputError, match="exchange the two columns"):
        read_lines(swapped)
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"not a database")
    with pytest.raises(InputError, match="cannot be read as a layer of lines"):
        read_lines(broken)
    with pytest.raises(InputError, match="no such file"):
        read_lines(tmp_path / "absent.gpkg")
