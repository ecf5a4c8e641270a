"""The words of the report: both languages say the same things."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from cityops.report import palette
from cityops.report.words import TEXTS, RouteWords, Words
from networks.errors import InputError

# Families of a placement's words: the rest of the key is a preset, a model, a way to travel.
PLACED = ("pl.one.", "pl.many.", "pl.model.", "pl.mode.", "pl.say.", "pl.source.", "pl.kind.")
PLACED += ("pl.key.", "pl.layer.", "pl.confidence.", "pl.curve.", "pl.closing.", "pl.unit.")
PLACED += ("pl.in.number_", "pl.cdf.axis_", "pl.as.", "pl.card.bound", "pl.pair.", "pl.cost.")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REPORT = Path(__file__).resolve().parents[2] / "cityops" / "report"

# Signs and abbreviations that are the same in both languages.
SAME_IN_BOTH = {
    "html_lang",
    "n",
    "join",
    "comma",
    "list",
    "colon",
    "space",
    "stop",
    "stop_list",
    "paren",
}
SAME_IN_BOTH |= {"under", "over", "hover.cdf", "hover.hour", "hover.status", "pl.glue"}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_the_same_blanks_in_both_languages():
    assert {key for key, (en, zh) in TEXTS.items() if blanks(en) != blanks(zh)} == set()


def test_every_chinese_text_is_chinese_and_every_english_one_is_not():
    untranslated = {key for key, (_, zh) in TEXTS.items() if not CHINESE.search(zh)}
    assert untranslated <= SAME_IN_BOTH
    assert {key for key, (en, _) in TEXTS.items() if CHINESE.search(en)} == set()


def test_every_status_has_a_name_and_a_colour_of_its_own():
    names = {Words("en").status(code) for code in range(9)}
    assert len(names) == len(set(palette.STATUS)) == 9


def test_every_text_that_the_templates_ask_for_exists():
    asked = set()
    for template in (REPORT / "templates").glob("*.j2"):
        asked |= set(re.findall(r"words\('([\w.]+)'[,)]", template.read_text(encoding="utf-8")))
    assert asked
    assert asked - set(TEXTS) == set()


def test_every_text_is_used_somewhere():
    sources = [*REPORT.glob("*.py"), *(REPORT / "templates").iterdir()]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = ("status.", "day.", "phrase.", "unit.", "plotly.", "dist.", "service.")
    families += (
        "cmp.sentence_",
        "cmp.block.",
        "rt.reason.",
        "road.",
        "wt.",
        "ct.",
        "cl.col.",
        "cl.carry.",
        *("ws.col.", "ws.kind.", "ws.part.", "ws.route.", "ws.carry.", "ws.as.select."),
        *PLACED,
    )
    unused = {
        key
        for key in TEXTS
        if not key.startswith(families)
        and len(re.findall(rf"[\"']{re.escape(key)}[\"']", text)) < 2
    }
    # Verdicts are looked up by their own word; one of a thing by the word for many.
    verdicts = {"cmp.better", "cmp.worse", "cmp.unclear"}
    ones = {"days_one", "replications_one", "rt.routes_one"}
    assert unused <= verdicts | ones | {"ws.loaded", "ws.empty"}


def test_every_text_of_watering_stands_for_one_of_sweeping_and_is_another():
    own = {key for key in TEXTS if key.startswith("wt.")}
    assert {key for key in own if f"rt.{key[3:]}" not in TEXTS} == set()
    for key in own:
        english, chinese = TEXTS[key]
        before = TEXTS[f"rt.{key[3:]}"]
        assert chinese != before[1]
        assert not re.search("sweep|swept|dump|dirt", english, re.IGNORECASE)
        assert not re.search("清扫|倾倒|尘土|载重", chinese)
        assert blanks(english) == blanks(before[0])
    words = RouteWords("zh", job="water")
    assert (words("rt.dump"), words("rt.depot")) == ("加水点", "车场")


def test_every_text_of_collection_stands_for_one_of_sweeping_and_is_another():
    own = {key for key in TEXTS if key.startswith("ct.")}
    assert {key for key in own if f"rt.{key[3:]}" not in TEXTS} == set()
    for key in own:
        english, chinese = TEXTS[key]
        assert chinese != TEXTS[f"rt.{key[3:]}"][1]
        assert not re.search("sweep|swept|dump|dirt|water", english, re.IGNORECASE)
        assert not re.search("清扫|倾倒|尘土|洒水", chinese)
    assert RouteWords("en", job="collect")("rt.dump") == "Facility"


def test_an_unknown_measure_is_shown_by_its_name():
    assert Words("zh").measure("share_of_joy") == "share of joy"


def test_an_unknown_language_is_the_users_fault():
    with pytest.raises(InputError, match='choose "en" or "zh"'):
        Words("fi")
