"""GraphML as OSMnx saves it: all attributes are text, lists too."""

from __future__ import annotations

import pytest

from networks import InputError, read_graphml, read_network

OSMNX = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d11" for="edge" attr.name="geometry" attr.type="string" />
  <key id="d10" for="edge" attr.name="length" attr.type="string" />
  <key id="d9" for="edge" attr.name="maxspeed" attr.type="string" />
  <key id="d8" for="edge" attr.name="name" attr.type="string" />
  <key id="d7" for="edge" attr.name="highway" attr.type="string" />
  <key id="d6" for="edge" attr.name="oneway" attr.type="string" />
  <key id="d5" for="edge" attr.name="osmid" attr.type="string" />
  <key id="d4" for="node" attr.name="x" attr.type="string" />
  <key id="d3" for="node" attr.name="y" attr.type="string" />
  <key id="d0" for="graph" attr.name="crs" attr.type="string" />
  <key id="d1" for="graph" attr.name="created_with" attr.type="string" />
  <graph edgedefault="directed">
    <data key="d0">epsg:4326</data>
    <data key="d1">OSMnx 2.0.1</data>
    <node id="25216594"><data key="d3">60.1648</data><data key="d4">24.9210</data></node>
    <node id="25238874"><data key="d3">60.1637</data><data key="d4">24.9213</data></node>
    <edge source="25216594" target="25238874" id="0">
      <data key="d5">[4229487, 54049652]</data><data key="d6">False</data>
      <data key="d7">['secondary', 'primary']</data><data key="d8">Porkkalankatu</data>
      <data key="d9">['40', '50']</data><data key="d10">130.5</data>
      <data key="d11">LINESTRING (24.9210 60.1648, 24.9215 60.1641, 24.9213 60.1637)</data>
    </edge>
    <edge source="25238874" target="25216594" id="0">
      <data key="d5">[4229487, 54049652]</data><data key="d6">False</data>
      <data key="d7">['secondary', 'primary']</data><data key="d8">Porkkalankatu</data>
      <data key="d9">['40', '50']</data><data key="d10">130.5</data>
      <data key="d11">LINESTRING (24.9213 60.1637, 24.9215 60.1641, 24.9210 60.1648)</data>
    </edge>
  </graph>
</graphml>
"""


def test_an_osmnx_file_is_read_without_osmnx(tmp_path):
    path = tmp_path / "streets.graphml"
    path.write_text(OSMNX, encoding="utf-8")
    network = read_graphml(path)
    assert network.node_id.tolist() == [25216594, 25238874]
    assert network.speed_kmh.tolist() == [45, 45]
    assert network.length_m.tolist() == [130.5, 130.5]
    assert network.class_names == ("secondary",)
    assert network.source_id.tolist() == [4229487, 4229487]
    assert network.reverse.tolist() == [1, 0]
    assert network.shape_lon[:3].tolist() == [24.9210, 24.9215, 24.9213]
    assert network.attribution == "© OpenStreetMap contributors"
    assert read_network(path).content_hash() == network.content_hash()


def test_faults_are_named(tmp_path):
    path = tmp_path / "streets.graphml"
    path.write_text("<graphml", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as GraphML"):
        read_graphml(path)
    path.write_text(OSMNX.replace("130.5", "far"), encoding="utf-8")
    with pytest.raises(InputError, match=r"edge 1, 'length': 'far' is not a number"):
        read_graphml(path)
    path.write_text(OSMNX.replace('key="d4"', 'key="d5"'), encoding="utf-8")
    with pytest.raises(InputError, match="has no coordinates"):
        read_graphml(path)
    with pytest.raises(InputError, match="no such file"):
        read_graphml(tmp_path / "absent.graphml")
