"""The pictures for slides."""

from __future__ import annotations

import logging
import shutil

import pytest

from cityops.report import figures, write_figures


@pytest.fixture
def folder(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "run")


def test_four_pictures_in_the_shape_of_a_screen(folder):
    from PIL import Image

    written = write_figures(folder, "en")
    names = {"response_times.png", "by_hour.png", "area_map.png", "utilisation.png"}
    assert {path.name for path in written} == names
    for path in written:
        with Image.open(path) as picture:
            assert picture.width / picture.height == pytest.approx(16 / 9, rel=0.01)
            assert picture.width >= 1600


def test_without_a_chinese_font_the_labels_are_english_and_the_log_says_so(
    folder, monkeypatch, caplog
):
    monkeypatch.setattr(figures, "chinese_font", lambda: None)
    slides = []
    monkeypatch.setattr(figures, "_response", lambda slide: bool(slides.append(slide)))
    with caplog.at_level(logging.WARNING, logger="cityops.report"):
        write_figures(folder, "zh")
    assert "No Chinese font" in caplog.text
    assert slides[0].words.lang == "en"
    assert slides[0].plain("长沙 A1") == " A1"


def test_a_name_with_a_dollar_is_not_taken_for_mathematics(folder):
    import pandas as pd

    path = folder / "tables" / "units.parquet"
    units = pd.read_parquet(path)
    summary = pd.read_parquet(folder / "tables" / "summary.parquet")
    old, new = str(units["name"].iloc[0]), "$x_1^{"
    units["name"] = units["name"].replace(old, new)
    units.to_parquet(path)
    summary["group"] = summary["group"].str.replace(old + "|", new + "|", regex=False)
    summary.to_parquet(folder / "tables" / "summary.parquet")
    assert len(write_figures(folder, "en")) == 4


def test_the_same_run_gives_the_same_bytes(folder):
    first = {path.name: path.read_bytes() for path in write_figures(folder, "en")}
    assert {path.name: path.read_bytes() for path in write_figures(folder, "en")} == first
