"""Routes for other programs hold what the plan says, and keep to the formats' own rules."""

from __future__ import annotations

import itertools
import json
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from scenarios.routing.exchange import plan_table, write_exchange

SPACE = "{http://www.topografix.com/GPX/1/1}"
# Children of an element in the order of the schema (http://www.topografix.com/GPX/1/1/gpx.xsd).
CHILDREN = {
    "gpx": ["metadata", "wpt", "rte", "trk", "extensions"],
    "metadata": ["name", "desc", "author", "copyright", "link", "time", "keywords", "bounds"],
    "wpt": [
        *("ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link"),
        *("sym", "type", "fix", "sat", "hdop", "vdop", "pdop"),
    ],
    "trk": ["name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"],
    "trkseg": ["trkpt", "extensions"],
    "trkpt": ["ele", "time", "name"],
}
MANY = {"wpt", "rte", "trk", "trkseg", "trkpt", "link"}


@pytest.fixture(scope="module")
def written(plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    write_exchange(folder, plan)
    return folder


def _check(element: ET.Element) -> None:
    name = element.tag.removeprefix(SPACE)
    assert element.tag == SPACE + name
    allowed = CHILDREN.get(name, [])
    found = [child.tag.removeprefix(SPACE) for child in element]
    assert found == sorted(found, key=allowed.index)
    for tag in set(found) - MANY:
        assert found.count(tag) == 1
    if name in {"wpt", "trkpt"}:
        assert -90 <= float(element.attrib["lat"]) <= 90
        assert -180 <= float(element.attrib["lon"]) < 180
        assert set(element.attrib) == {"lat", "lon"}
    for child in element:
        _check(child)


def test_gpx_files_keep_the_order_and_the_types_of_the_schema(written, plan):
    for number in plan.summary["route"]:
        root = ET.parse(written / "routes" / f"route-{number:02d}.gpx").getroot()  # noqa: S314
        assert root.attrib == {"version": "1.1", "creator": "cityops"}
        _check(root)
        steps = plan.steps[plan.steps["route"] == number]
        stops = steps[~steps["kind"].isin(["sweep", "drive"])]
        names = [point.findtext(f"{SPACE}name") for point in root.findall(f"{SPACE}wpt")]
        assert names == [
            f"{row['order']} {row['clock']} {row['street']}" for row in stops.to_dict("records")
        ]


def test_a_track_is_one_line_without_gaps(written, plan):
    root = ET.parse(written / "routes" / "route-01.gpx").getroot()  # noqa: S314
    segments = [
        [(point.attrib["lat"], point.attrib["lon"]) for point in segment]
        for segment in root.iter(f"{SPACE}trkseg")
    ]
    assert len(segments) > 3
    for before, after in itertools.pairwise(segments):
        assert before[-1] == after[0]


def test_the_csv_opens_in_spreadsheets_and_names_the_pieces_of_each_row(written, plan):
    path = written / "plan" / "cleaning.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path, keep_default_na=False)
    assert list(table.columns[-2:]) == ["pieces", "lock"]
    swept = table[table["kind"] == "sweep"]["pieces"].str.split().explode()
    edges = plan.legs[plan.legs["kind"] == "sweep"]["edge"]
    assert swept.tolist() == [f"e{edge}" for edge in edges]
    assert (table[table["kind"] != "sweep"]["pieces"] == "").all()


def test_geojson_has_every_row_with_all_that_the_csv_says(written, plan):
    text = (written / "maps" / "routes.geojson").read_text(encoding="utf-8")
    features = json.loads(text)["features"]
    table = plan_table(plan)
    assert len(features) == len(table)
    for one, row in zip(features, table.to_dict("records"), strict=True):
        for key, value in one["properties"].items():
            assert row[key] == value
        assert {"lock", "pieces"} <= set(one["properties"])
