"""Plain node and arc tables: three published cities, and every fault a table can have."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from networks import InputError, read_arcs

NODES = "node,lon,lat\n1,112.90,28.20\n2,112.91,28.20\n3,112.91,28.21\n"
ARCS = (
    "from,to,length_m,time_s,name,class\n1,2,980,60,人民路,primary\n2,3,1108,80,,\n3,1,1500,90,,\n"
)


def tables(folder, nodes=NODES, arcs=ARCS):
    (folder / "nodes.csv").write_text(nodes, encoding="utf-8")
    (folder / "arcs.csv").write_text(arcs, encoding="utf-8")
    return folder / "nodes.csv", folder / "arcs.csv"


def test_arcs_are_directed_and_keep_their_times(tmp_path):
    network = read_arcs(*tables(tmp_path))
    assert network.time_s.tolist() == [60, 80, 90]
    assert network.speed_kmh[0] == pytest.approx(3.6 * 980 / 60)
    assert network.names == ("", "人民路")
    assert (network.reverse == -1).all()


def test_rows_may_hold_both_directions(tmp_path):
    assert read_arcs(*tables(tmp_path), two_way=True).n_edges == 6
    arcs = "from,to,two_way\n1,2,1\n2,3,yes\n3,1,no\n"
    assert read_arcs(*tables(tmp_path, arcs=arcs)).n_edges == 5


def test_columns_may_have_any_name(tmp_path):
    nodes = NODES.replace("node,lon,lat", "Knoten,Laenge,Breite")
    arcs = ARCS.replace("from,to", "von,nach").replace("time_s", "lights")
    columns = {"node": "Knoten", "lon": "Laenge", "lat": "Breite"}
    columns |= {"from": "von", "to": "nach", "time_s": "lights"}
    assert read_arcs(*tables(tmp_path, nodes, arcs), columns).time_s.tolist() == [60, 80, 90]


def test_limits_and_lengths_are_used_where_there_are_no_times(tmp_path):
    arcs = "from,to,maxspeed,class\n1,2,36,\n2,3,,primary\n3,1,30 mph,\n"
    network = read_arcs(*tables(tmp_path, arcs=arcs), speeds="china-urban")
    assert network.speed_kmh == pytest.approx([36, 50, 48.28032])
    assert network.length_m[0] == pytest.approx(982, abs=1)


def test_ids_may_be_words(tmp_path):
    nodes = NODES.replace("\n1,", "\na,").replace("\n2,", "\nb,").replace("\n3,", "\nc,")
    arcs = "from,to\na,b\nb,c\nc,a\n"
    assert read_arcs(*tables(tmp_path, nodes, arcs)).n_edges == 3


def test_tables_may_be_gb18030_and_compressed(tmp_path):
    nodes, arcs = tables(tmp_path)
    packed = tmp_path / "arcs.csv.gz"
    packed.write_bytes(gzip.compress(arcs.read_text(encoding="utf-8").encode("gb18030")))
    assert read_arcs(nodes, packed).names == ("", "人民路")


@pytest.mark.parametrize(
    ("city", "n_nodes", "n_edges"), [("auckland", 54370, 90638), ("manhattan", 16811, 24437)]
)
def test_jemss_cities_are_kept_whole(shared_data, city, n_nodes, n_edges):
    # SOURCES.md: 54,370 nodes and 90,638 arcs; 16,811 and 24,437.
    folder = shared_data / "networks" / city
    network = read_arcs(folder / "node.csv.gz", folder / "link.csv.gz")
    assert (network.n_nodes, network.n_edges) == (n_nodes, n_edges)
    assert network.dropped.edges == 0
    lights = read_arcs(
        folder / "node.csv.gz", folder / "link.csv.gz", columns={"time_s": "lights_s"}
    )
    assert (lights.time_s <= network.time_s).all()


def test_yuelu_arcs_keep_the_largest_strongly_connected_part(shared_data):
    folder = shared_data / "networks" / "changsha"
    network = read_arcs(folder / "yuelu_nodes.csv", folder / "yuelu_arcs.csv")
    assert network.n_nodes == 2537  # SOURCES.md
    assert network.dropped.nodes == 2821 - 2537


@pytest.mark.parametrize(
    ("nodes", "arcs", "message"),
    [
        ("", ARCS, r"nodes.csv: the table is empty"),
        ("node,lon,lat\n", ARCS, r"nodes.csv: the table is empty"),
        (NODES, "from,to\n", r"arcs.csv: the table is empty"),
        (
            NODES.replace("lon", "long"),
            ARCS,
            r"no column for 'lon', did you mean 'long'.*columns =",
        ),
        (NODES, ARCS.replace("to,", "too,"), r"arcs.csv: columns: there is no column for 'to'"),
        (NODES.replace("112.91,28.20", "east,28.20"), ARCS, r"line 3, column 'lon': 'east' is not"),
        (NODES.replace("112.91,28.20", ",28.20"), ARCS, r"coordinates are missing.*row 2"),
        ("node,lon,lat\n1,28.2,112.9\n2,28.2,112.8\n3,28.3,112.9\n", ARCS, r"look swapped"),
        (NODES.replace("3,112", "2,112"), ARCS, r"line 4, column 'node': node 2 occurs more than"),
        (NODES, ARCS.replace("2,3", "2,9"), r"line 3, column 'to': node '9' is not among"),
        (NODES, ARCS.replace("1108", "-1108"), r"line 3, column 'length_m': -1108 cannot be"),
        (NODES, ARCS.replace(",80,", ",-80,"), r"line 3, column 'time_s': -80 cannot be"),
        (NODES, ARCS.replace(",80,", ",fast,"), r"line 3, column 'time_s': 'fast' is not a number"),
        (NODES, "from,to,speed_kmh\n1,2,0\n", r"line 2, column 'speed_kmh': 0 cannot be"),
        (NODES, "from,to,two_way\n1,2,perhaps\n", r"'perhaps' is neither yes nor no"),
        (NODES, "from,to\n1,2\n", r"can go out and come back"),
    ],
)
def test_faults_are_named_with_file_line_and_mend(tmp_path, nodes, arcs, message):
    with pytest.raises(InputError, match=message):
        read_arcs(*tables(tmp_path, nodes, arcs))


def test_faults_of_the_call_are_named(tmp_path):
    paths = tables(tmp_path)
    with pytest.raises(InputError, match=r"'lenght_m' is no meaning.*did you mean 'length_m'"):
        read_arcs(*paths, {"lenght_m": "length_m"})
    with pytest.raises(InputError, match=r"column 'tims_s' is missing, did you mean 'time_s'"):
        read_arcs(*paths, {"time_s": "tims_s"})
    with pytest.raises(InputError, match=r"there is no such file, did you mean 'arcs.csv'"):
        read_arcs(paths[0], tmp_path / "arc.csv")
    with pytest.raises(InputError, match="coordinate system 'mars' is not known"):
        read_arcs(*paths, crs="mars")
    with pytest.raises(InputError, match="speed table 'fast' is not known"):
        read_arcs(*paths, speeds="fast")
    damaged = tmp_path / "damaged.csv.gz"
    damaged.write_bytes(b"no gzip")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_arcs(paths[0], damaged)


def test_projected_tables_are_read_with_their_code(tmp_path):
    nodes = "node,x,y\n1,400000,3100000\n2,400900,3100000\n3,400900,3101000\n"
    network = read_arcs(*tables(tmp_path, nodes), crs="EPSG:4547")
    assert np.allclose(network.lon, 112.98, atol=0.05)
