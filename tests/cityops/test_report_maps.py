"""The district on paper: projection, coding, colour classes."""

from __future__ import annotations

import base64
import json
import math
import shutil

import numpy as np
import pytest

from cityops.report import palette
from cityops.report.maps import (
    BREAK,
    Frame,
    colour_classes,
    district_map,
    page_map,
    scale_bar_m,
)
from cityops.report.reading import RunFolder
from cityops.report.words import Words


@pytest.fixture(scope="module")
def district(run_folder):
    return district_map(RunFolder.load(run_folder), Words("en"))


def test_streets_are_in_the_tracks_own_metres(run_folder, district):
    run = RunFolder.load(run_folder)
    corners = np.concatenate([layer[~np.isnan(layer[:, 0])] for layer in district.streets])
    for x, y in run.tracks[["x", "y"]].drop_duplicates().to_numpy()[:200]:
        assert np.hypot(corners[:, 0] - x, corners[:, 1] - y).min() < 0.2


def test_without_a_stated_centre_the_streets_ends_give_it(run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stated = manifest["network"].pop("projection")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    plane = RunFolder.load(folder).plane
    assert plane.lon0 == pytest.approx(stated["lon0"], abs=2e-3)
    assert plane.lat0 == pytest.approx(stated["lat0"], abs=2e-3)


def test_coded_streets_come_back_within_a_step(district):
    packed = page_map(district)
    for layer, text in zip(district.streets, packed["streets"], strict=True):
        coded = np.frombuffer(base64.b64decode(text), dtype="<u2").reshape(-1, 2)
        gaps = (coded == BREAK).all(axis=1)
        assert (gaps == np.isnan(layer[:, 0])).all()
        frame = district.frame
        back = coded[~gaps] * frame.step + (frame.x0, frame.y0)
        assert np.abs(back - layer[~gaps]).max() <= frame.step


def test_a_point_outside_the_frame_is_drawn_on_its_edge():
    coded = Frame(0.0, 0.0, 1.0, 65_000.0, 65_000.0).coded(np.array([[-5.0, 1e6]]))
    assert coded.tolist() == [[0, 65_000]]


def test_major_streets_are_in_the_widest_layer(district):
    assert all(len(layer) for layer in district.streets)


def test_areas_without_polygons_are_points(maker, tmp_path):
    folder = maker.make_run(tmp_path / "points", reps=2, polygons=False)
    areas = district_map(RunFolder.load(folder), Words("en")).areas
    assert len(areas) == 12
    assert not any(area.rings for area in areas)


def test_classes_are_round_and_cover_the_bulk():
    values = np.random.default_rng(1).normal(6.0, 1.2, 500).tolist()
    classes = colour_classes(values, palette.ORDERED, worse_high=True)
    edges = np.array(classes.edges)
    assert np.allclose(edges, np.round(edges, 1))
    assert edges[0] <= np.percentile(values, 3)
    assert edges[-1] >= np.percentile(values, 97)
    assert len(classes.colours) == len(edges) - 1


def test_the_darkest_colour_is_the_worst():
    slow = colour_classes([1, 2, 3, 9], palette.ORDERED, worse_high=True)
    good = colour_classes([0.1, 0.5, 0.9], palette.ORDERED, worse_high=False)
    assert slow.colour(9) == palette.ORDERED[-1] == good.colour(0.1)


def test_equal_values_share_one_class():
    classes = colour_classes([4.2, 4.2, 4.2], palette.ORDERED, worse_high=True)
    assert len(classes.colours) == 1
    assert classes.edges[0] <= 4.2 <= classes.edges[1]


def test_no_value_is_grey():
    classes = colour_classes([math.nan], palette.ORDERED, worse_high=True)
    assert classes.colour(math.nan) == palette.FEW


@pytest.mark.parametrize(("width", "bar"), [(3_700, 500), (41_000, 5_000), (900, 100)])
def test_scale_bars_have_round_lengths(width, bar):
    assert scale_bar_m(width) == bar
