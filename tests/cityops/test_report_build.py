"""The page: complete, offline, in both languages, safe with any name."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import pandas as pd
import pytest

from cityops.report import write_figures, write_report
from cityops.report.reading import RunFolder
from networks.errors import InputError

LOADING = {"src", "href", "srcset", "data", "poster", "action", "background", "xlink:href"}


class Page(HTMLParser):
    """Collects what a browser would load, the scripts, and the text that is read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.blobs: dict[str, object] = {}
        self.words: list[str] = []
        self.lang = ""
        self._inside: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "html":
            self.lang = found["lang"]
        self.loads += [found[key] for key in LOADING & set(found) if found[key]]
        if tag in ("script", "style"):
            self._inside = (tag, found)

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._inside = ("", {})

    def handle_data(self, data):
        tag, attrs = self._inside
        if tag == "script" and attrs.get("type") == "application/json":
            self.blobs[attrs["id"]] = json.loads(data)
        elif tag == "script":
            self.scripts.append(data)
        elif tag == "style":
            self.styles.append(data)
        elif data.strip():
            self.words.append(data.strip())


@pytest.fixture(scope="module")
def pages(run_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("pages")
    return {
        lang: write_report(run_folder, lang=lang, out=out / f"{lang}.html").read_text("utf-8")
        for lang in ("en", "zh")
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_loads_nothing(pages, lang):
    page = Page(pages[lang])
    assert [load for load in page.loads if not load.startswith("data:")] == []
    styles = "".join(page.styles)
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:)", styles)
    ours = [script for script in page.scripts if "plotly.js v" not in script[:200]]
    assert len(page.scripts) - len(ours) == 1, "Plotly's script stands in the page once"
    assert not re.search(r"https?:|//[a-z]+\.|fetch\(|XMLHttpRequest|import\(", "".join(ours))


def test_the_page_is_small_enough_to_send(pages):
    assert len(pages["en"].encode()) < 6_000_000


@pytest.mark.parametrize(("lang", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_the_page_says_its_language(pages, lang, tag):
    assert Page(pages[lang]).lang == tag


def test_the_chinese_page_has_no_english_words_left(pages, run_folder):
    scenario = (run_folder / "scenario.toml").read_text("utf-8")
    manifest = (run_folder / "manifest.json").read_text("utf-8")
    allowed = {"n", "SHA-", "t", "cityops", "figures", "JavaScript", "km", "m", "min", "DMEXCLP"}
    found = set()
    for text in Page(pages["zh"]).words:
        for word in re.findall(r"[A-Za-z][A-Za-z-]+", text):
            if word not in allowed and word not in scenario and word not in manifest:
                found.add(word)
    assert found <= _units(run_folder)


def _units(folder):
    return set(pd.read_parquet(folder / "tables" / "units.parquet")["name"])


def test_every_chart_on_the_page_has_its_figure(pages):
    page = Page(pages["en"])
    charts = set(re.findall(r'data-chart="([\w-]+)"', pages["en"]))
    assert charts == {"chart-cdf", "chart-histogram", "chart-hours", "chart-map", "chart-units"}
    assert charts | {"streets", "page", "playback"} == set(page.blobs)


def test_a_made_up_district_says_so_at_the_top_and_on_both_maps(pages):
    head = pages["en"].split("<main>")[0]
    assert "No result here describes a real place" in head
    assert pages["en"].count("Synthetic district") >= 4


def test_a_real_district_is_not_called_synthetic(maker, tmp_path):
    folder = maker.make_run(tmp_path / "real", reps=2, synthetic=False)
    text = write_report(folder).read_text("utf-8")
    assert "Synthetic" not in text
    assert text.count("© OpenStreetMap contributors") >= 3


def test_figures_carry_their_interval_and_number_of_replications(pages, run_folder):
    mean = RunFolder.load(run_folder).estimate("response_mean_min")
    assert f"95% interval {mean.low:.1f}–{mean.high:.1f}" in pages["en"]
    assert "(n = 4)" in pages["en"]
    assert f"95% 置信区间 {mean.low:.1f}–{mean.high:.1f}" in pages["zh"]


def test_intervals_of_shares_stay_between_nought_and_one(run_folder):
    run = RunFolder.load(run_folder)
    estimate = run.estimate("queued_share")
    assert 0.0 <= estimate.low <= estimate.high <= 1.0


def test_the_page_says_how_to_get_the_numbers_again(pages):
    assert "cityops run made-up.toml --seed 0 --reps 4" in pages["en"]
    assert "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" in pages["en"]
    assert "2.1 km of 94.5 km were left out" in pages["en"]


def test_the_same_run_gives_the_same_page(run_folder, pages, tmp_path):
    again = write_report(run_folder, lang="en", out=tmp_path / "again.html")
    assert again.read_text("utf-8") == pages["en"]


def test_the_page_lies_in_the_run_folder_unless_told_otherwise(maker, tmp_path):
    folder = maker.make_run(tmp_path / "run", reps=2)
    assert write_report(folder) == folder / "report.html"


def test_no_name_can_break_out_of_the_page(maker, tmp_path):
    evil = "</script><img src=x onerror=alert(1)>"
    folder = maker.make_run(tmp_path / "evil", reps=2, title=evil)
    for table, key in (("stations", "name"), ("units", "name"), ("areas", "name")):
        path = folder / "tables" / f"{table}.parquet"
        pd.read_parquet(path).assign(**{key: evil}).to_parquet(path)
    text = write_report(folder).read_text("utf-8")
    page = Page(text)
    assert "x" not in page.loads
    assert "<img" not in text
    assert page.blobs["playback"]["stations"][0][0] == evil


def test_a_run_of_one_replication_has_no_intervals(maker, tmp_path):
    folder = maker.make_run(tmp_path / "one", reps=1)
    text = write_report(folder).read_text("utf-8")
    assert "one replication, no interval" in text
    assert ">nan" not in text.lower()
    assert ">1 replication<" in text


def test_a_bare_run_still_has_its_key_figures(run_folder, tmp_path):
    folder = tmp_path / "bare"
    (folder / "tables").mkdir(parents=True)
    for name in ("manifest.json", "tables/summary.parquet"):
        shutil.copy(run_folder / name, folder / name)
    page = Page(write_report(folder).read_text("utf-8"))
    assert "Mean response" in page.words
    assert "playback" not in page.blobs
    assert "chart-map" not in page.blobs


def test_a_run_without_streets_is_told_without_them(run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "plane")
    for name in ("maps/streets.geojson", "tables/tracks.parquet", "maps/areas.geojson"):
        (folder / name).unlink()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["network"] = {}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    page = Page(write_report(folder).read_text("utf-8"))
    assert "chart-map" in page.blobs, "areas and stations are drawn all the same"
    assert "playback" not in page.blobs
    assert not any("junctions" in word for word in page.words)
    assert len(write_figures(folder)) == 4


def test_a_folder_that_is_no_run_is_the_users_fault(tmp_path):
    with pytest.raises(InputError, match="there is no such run folder"):
        write_report(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"manifest\.json is missing"):
        write_report(tmp_path)


def test_a_broken_manifest_is_the_users_fault(run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "broken")
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not readable as JSON"):
        write_report(folder)
