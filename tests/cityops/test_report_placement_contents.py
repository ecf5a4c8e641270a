"""What a placement's page says beside its charts."""

from __future__ import annotations

import pandas as pd
import pytest

from cityops.report.placement_contents import assumed
from cityops.report.placement_reading import PlacementFolder
from cityops.report.words import Words
from scenarios.placement.standards import STANDARDS


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_standards_are_said_in_the_language_of_the_page(tmp_path, lang):
    standard = STANDARDS[0]
    said = {key: getattr(standard, key) for key in ("title", "says", "says_zh", "source")}
    question = {"mode": "walk", "unit": "m", "given": False, "from_site": False}
    manifest = {
        "question": question,
        "n_existing": 0,
        "method": "moves",
        "standards": [{**said, "confidence": standard.confidence}],
    }
    (tmp_path / "tables").mkdir()
    pd.DataFrame({"kind": ["candidate"]}).to_parquet(tmp_path / "tables" / "sites.parquet")
    text = str(assumed(PlacementFolder(tmp_path, manifest), Words(lang)))
    assert standard.title in text
    assert (standard.says_zh in text, standard.says in text) == (lang == "zh", lang == "en")
