"""Runs side by side: what is said is what the differences say."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape

import numpy as np
import pandas as pd
import pytest

from cityops.report import write_comparison
from cityops.report.comparison import sentence, signed, verdicts
from cityops.report.words import Words
from networks.errors import InputError

EN, ZH = Words("en"), Words("zh")
COLUMNS = ["measure", "by", "group", "unit", "base", "other", "difference", "low", "high", "better"]
ROWS = [
    ("response_mean_min", "all", "all", "min", 5.5, 4.1, -1.4, -1.9, -0.9, "better"),
    ("within_target", "all", "all", "share", 0.86, 0.97, 0.11, 0.02, 0.20, "better"),
    ("km", "all", "all", "km", 800.0, 1000.0, 200.0, 100.0, 300.0, "worse"),
    ("queued_share", "all", "all", "share", 0.02, 0.01, -0.01, -0.06, 0.04, "unclear"),
    ("referred_share", "all", "all", "share", 0.0, 0.0, 0.0, 0.0, 0.0, "unclear"),
    ("utilisation", "all", "all", "share", 0.24, 0.15, -0.09, -0.11, -0.07, None),
    ("response_mean_min", "class", "cardiac", "min", 4.9, 3.8, -1.1, -1.4, -0.8, "better"),
    ("response_mean_min", "area", "C2", "min", 6.6, 3.9, -2.7, -3.5, -2.0, "better"),
]


@pytest.fixture
def table():
    return pd.DataFrame(ROWS, columns=COLUMNS).assign(n=4, run="six-stations")


def markup(page):
    return re.sub(r"(?s)<(script|style)\b.*?</\1>", "", page)


def text_of(page):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup(page))))


@pytest.fixture
def written(run_folder, other_run_folder, table, tmp_path):
    def write(lang="en", comparison=table):
        out = tmp_path / "comparison.html"
        runs = [run_folder, other_run_folder]
        return write_comparison(runs, comparison, out, lang).read_text("utf-8")

    return write


def test_the_sentence_says_better_worse_and_unclear(written):
    text = text_of(written())
    assert (
        "better in mean response time (−1.40 min), the share reached within target (+11.0 points)"
        in text
    )
    assert "worse in distance driven a day (+100 km)" in text
    assert "no clear difference in the share that has to wait for at least one of its units" in text
    assert "referred" not in text


def test_the_sentence_is_whole_in_chinese(table):
    pieces = sentence(table[table["by"] == "all"].iloc[:3], "甲", "乙", ZH)
    assert [piece for _, piece in pieces] == [
        "与甲相比，乙",
        "在平均响应时间（−1.40 分钟）、达标率（+11.0 个百分点）上更好",
        "；",
        "在每日行驶里程（+200 公里）上更差",
        "。",
    ]


def test_a_page_with_both_maps_and_one_colour_scale(written):
    page = written()
    assert page.count('data-chart="chart-map-') == 2
    assert page.count('data-legend="response_mean_min"') == 1
    assert page.count('id="streets-') == 1, "equal streets stand in the page once"


def test_the_page_loads_nothing_and_says_that_it_is_made_up(written):
    page = written("zh")
    links = re.findall(r"<[^>]+\b(?:src|href)\s*=\s*[\"']([^\"']+)", markup(page))
    assert links == ["data:,"]
    assert '<html lang="zh-CN">' in page
    assert "合成城区" in page


def test_every_difference_stands_with_its_interval(written):
    text = text_of(written())
    assert "−1.40 −1.90 to −0.90" in text
    assert "+11.0 +2.0 to +20.0" in text
    assert "cardiac 4.9 3.8 −1.10" in text
    assert "C2 6.6 3.9 −2.70" in text


def test_what_differs_between_the_scenarios_is_listed(written):
    text = text_of(written())
    assert "8 × ambulance, 4 × fire 12 × ambulance, 6 × fire" in text


def test_verdicts_may_come_as_truths(table):
    truths = table.assign(
        better=[True, True, False, None, None, None, True, True],
        clear=[True, True, True, False, False, True, True, True],
    )
    assert verdicts(truths) == [
        "better", "better", "worse", "unclear", "unclear", "", "better", "better",
    ]  # fmt: skip


def test_the_note_says_what_looking_at_many_figures_does(written, table):
    assert "of the 7 figures on this page that differ at all, about 1 may look" in text_of(
        written()
    )
    joint = table.assign(family_level=0.9)
    assert "hold together at the 90% level" in text_of(written(comparison=joint))


def test_what_did_not_change_at_all_is_called_unchanged(written, table):
    alike = table.assign(difference=0.0, low=0.0, high=0.0, better="unclear")
    text = text_of(written(comparison=alike))
    assert text.count("unchanged") == 6, "an area without a change is not listed"
    assert "no clear difference" not in text
    assert "Six stations: no change at all in mean response time, the share" in text


def test_an_area_that_did_not_change_is_no_large_change(written, table):
    alike = {"difference": 0.0, "low": 0.0, "high": 0.0, "group": "D3"}
    more = pd.concat([table, table.iloc[[7]].assign(**alike)], ignore_index=True)
    areas = text_of(written(comparison=more)).split("largest changes")[1].split("How long")[0]
    assert "C2" in areas
    assert "D3" not in areas


def test_the_keys_that_differ_are_listed(run_folder, table, tmp_path):
    other = shutil.copytree(run_folder, tmp_path / "six-stations")
    path = other / "scenario.toml"
    more = '[[network.closure]]\nname = "fair"\nstreet = "Main Street"\n'
    text = path.read_text("utf-8")
    path.write_text(f"{text}\n{more}", encoding="utf-8")
    page = text_of(write_comparison([run_folder, other], table, tmp_path / "o").read_text("utf-8"))
    assert 'network.closure "fair".street – Main Street' in page


def test_every_scenario_asks_its_own_question(run_folder, table, tmp_path):
    other = shutil.copytree(run_folder, tmp_path / "six-stations")
    path = other / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["scenario"]["question"] = "What do two more crews change?"
    manifest["unit_hours_per_week"] = 1344.0
    path.write_text(json.dumps(manifest), encoding="utf-8")
    page = text_of(write_comparison([run_folder, other], table, tmp_path / "o").read_text("utf-8"))
    assert "What do two more crews change?" in page.split("Compared with")[0]
    assert "1,344 h a week, all units together" in page


def test_a_run_beside_itself_says_so(run_folder, table, tmp_path):
    alike = table.assign(difference=0.0, low=0.0, high=0.0, better="unclear", run="four-stations")
    runs = [run_folder, run_folder]
    text = text_of(write_comparison(runs, alike, tmp_path / "o").read_text("utf-8"))
    assert "A run stands beside itself" in text
    assert "by chance alone" not in text


def test_long_titles_make_way_for_names(maker, run_folder, table, tmp_path):
    title = "The same district with two more stations in the east"
    long = maker.make_run(tmp_path / "long", reps=2, stations=6, name="east", title=title)
    runs = [run_folder, long]
    text = text_of(write_comparison(runs, table, tmp_path / "out").read_text("utf-8"))
    assert "made-up and east" in text
    assert f"east {title}" in text


def test_several_runs_are_told_one_after_another(
    run_folder, other_run_folder, maker, table, tmp_path
):
    third = maker.make_run(tmp_path / "five", reps=2, stations=5, name="five", title="Five")
    both = pd.concat([table, table.assign(run="five", other=table["base"])])
    runs = [run_folder, other_run_folder, third]
    text = text_of(write_comparison(runs, both, tmp_path / "out", "en").read_text("utf-8"))
    assert "Six stations: Key figures side by side" in text
    assert "Five: Key figures side by side" in text
    assert (tmp_path / "out" / "comparison.html").is_file()


def test_a_difference_without_an_interval_is_still_shown(written, table):
    alone = table.assign(low=np.nan, high=np.nan, better=None, n=1)
    text = text_of(written(comparison=alone))
    assert "−1.4" in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.021, "share", "+2.1"), (-0.8, "min", "−0.80"), (0.0, "min", "0.00"), (140, "km", "+140")],
)
def test_differences_carry_their_sign(value, unit, text):
    assert signed(value, unit) == text


def test_one_run_is_no_comparison(run_folder, table, tmp_path):
    with pytest.raises(InputError, match="needs two runs"):
        write_comparison([run_folder], table, tmp_path, "en")
