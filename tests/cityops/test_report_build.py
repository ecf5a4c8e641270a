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


def changed(run_folder, target, *, scenario="", rows=(), **facts):
    """Copy of a run whose manifest says more, with other rows in its summary."""
    folder = shutil.copytree(run_folder, target)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | facts), encoding="utf-8")
    if scenario:
        text = (folder / "scenario.toml").read_text("utf-8")
        (folder / "scenario.toml").write_text(f"{text}\n{scenario}\n", encoding="utf-8")
    path = folder / "tables" / "summary.parquet"
    table = pd.read_parquet(path)
    names = ["measure", "by", "group", "unit", "n", "mean", "low", "high", "half_width"]
    more = pd.DataFrame(rows, columns=names)
    kept = ~table["measure"].isin([row[0] for row in rows if row[1] == "all"])
    kept |= table["by"] != "all"
    pd.concat([table[kept], more] if len(more) else [table]).to_parquet(path)
    return folder


def read(folder, lang="en"):
    return " ".join(Page(write_report(folder, lang=lang).read_text("utf-8")).words)


def test_incidents_that_nobody_reached_are_said_first(run_folder, tmp_path):
    rows = [("unanswered_share", "all", "all", "share", 4, 0.6, 0.5, 0.7, 0.1)]
    folder = changed(run_folder, tmp_path / "run", rows=rows)
    text = read(folder)
    assert text.index("of incidents are never reached by any unit") < text.index("What was put in")
    assert "Of the incidents that are reached, half are reached within" in text
    assert "60.0% of all are never reached" in text
    assert "Response times are those of the incidents that are reached." in text
    assert "Half of all incidents" not in text
    assert "另有 60.0% 的事件始终无车组到场" in read(folder, "zh")


def test_a_run_that_reached_everybody_does_not_speak_of_others(pages):
    assert "never reached" not in pages["en"]


def test_closed_streets_are_part_of_what_was_put_in(run_folder, tmp_path):
    folder = changed(run_folder, tmp_path / "run", closures=["Long (Main) Street (8.4 km)"])
    inputs = read(folder).split("What was put in")[1].split("How long until")[0]
    assert "Closed streets Long (Main) Street (8.4 km, each direction counted)" in inputs
    assert "全程封闭：Long (Main) Street（双向分别计 8.4 公里）" in read(folder, "zh")


def test_streets_that_close_and_reopen_are_told_with_their_times(run_folder, tmp_path):
    folder = changed(
        run_folder,
        tmp_path / "run",
        scenario='[[network.closure]]\nfrom = "tuesday 08:00"\nuntil = "周三 12:00"',
        closures=["Ring (8.4 km)"],
    )
    text = read(folder)
    assert "Closed from Tue 08:00 until Wed 12:00: Ring (8.4 km, each direction counted)" in text
    assert "周二 08:00 至周三 12:00 封闭：Ring（双向分别计 8.4 公里）" in read(folder, "zh")


def test_a_record_is_told_as_what_it_is(run_folder, tmp_path):
    folder = changed(
        run_folder,
        tmp_path / "run",
        scenario='[record]\nfile = "/home/someone/private/calls.csv"',
        recorded=True,
        measured={"on_scene_s": [152, 190], "transport": [190, 190]},
    )
    text = read(folder)
    assert "every replication has its own incidents" not in text
    assert "all of them replay the recorded incidents" in text
    assert "covers only what the record leaves open" in text
    assert "Time on the scene is as recorded for 152 of 190 incidents, drawn for the others" in text
    assert "Transport to hospital is as recorded for 190 of 190 incidents" in text
    assert "taken from the record calls.csv" in text
    assert "someone" not in text
    assert "190 起事件中 152 起按记录，其余随机抽取" in read(folder, "zh")


def test_durations_that_a_record_states_throughout_are_not_said_to_be_drawn(run_folder, tmp_path):
    whole = {key: [190, 190] for key in ("on_scene_s", "handover_s", "transport")}
    record = '[record]\nfile = "calls.csv"'
    folder = changed(run_folder, tmp_path / "run", scenario=record, recorded=True, measured=whole)
    text = read(folder)
    assert "drawn as the classes say" not in text
    assert "on average (" not in text
    assert "Hand-over at hospital is as recorded for 190 of 190 incidents" in text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("given times", "are those given with the network"),
        ("flat", "one speed is taken for all"),
        ("table", "the network states no limits"),
        ("limits", "Speeds are the signposted limits"),
    ],
)
def test_speeds_are_said_to_come_from_where_they_come_from(run_folder, tmp_path, source, words):
    text = read(changed(run_folder, tmp_path / "run", speed_source=source))
    assert words in text
    assert ("signposted" in text) == (source == "limits")


def test_the_input_is_what_was_expected_not_what_came(run_folder, tmp_path):
    text = read(changed(run_folder, tmp_path / "run", expected_incidents_per_day=42.0))
    assert "Incidents 42.0 a day expected, " in text
    assert re.search(r"\d a day in the simulation", text)


def test_nothing_that_is_printed_says_where_files_lie_on_a_machine(run_folder, tmp_path):
    hashes = {"/home/ada/a/roads.csv": "1" * 64, "../b/roads.csv": "2" * 64, "x/one.toml": "3" * 64}
    command = "cityops run /home/ada/plans/east.toml --seed 7"
    folder = changed(run_folder, tmp_path / "run", command=command, input_hashes=hashes)
    text = read(folder)
    assert "cityops run east.toml --seed 7" in text
    assert "a/roads.csv" in text
    assert "b/roads.csv" in text
    assert " one.toml" in text
    assert "ada" not in text.split("How to get")[1]


def test_shifts_say_whose_they_are(run_folder, tmp_path):
    folder = changed(run_folder, tmp_path / "run")
    path = folder / "scenario.toml"
    text = re.sub(r"(?s)\[\[unit\]\].*?(?=\n\[(?!\[unit\]\])|\Z)", "", path.read_text("utf-8"))
    units = """
[[unit]]
name = "A1"
type = "ambulance"
[[unit]]
type = "ambulance"
station = "North"
count = 2
shifts = "mon-fri 07:00-19:00"
"""
    path.write_text(text + units, encoding="utf-8")
    assert "On duty Mon–Fri 07:00–19:00: 2 × ambulance (North)" in read(folder)
    assert "On duty all the time: A1" in read(folder)
    assert "周一至周五 07:00–19:00 在岗：2 × ambulance（North）" in read(folder, "zh")


def test_one_unit_that_answers_several_needs_is_said(run_folder, pages, tmp_path):
    more = "[incident_class.siege]\nneeds = { city = 5 }"
    text = read(changed(run_folder, tmp_path / "run", scenario=more))
    assert "may be served by one unit several times" in text
    assert "may be served by one unit several times" not in pages["en"]


def test_what_counts_as_busy_is_said_beside_the_chart(pages):
    assert "do not count as busy" in pages["en"]
    assert "不计入忙碌" in pages["zh"]


def test_an_interval_that_was_cut_is_said(run_folder, tmp_path):
    rows = [("within_target", "all", "all", "share", 4, 0.95, 0.85, 1.0, 0.1)]
    assert "would reach below 0 or above 100%" in read(
        changed(run_folder, tmp_path / "a", rows=rows)
    )


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
