"""The Python in the documentation runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def run_page(name: str) -> dict[str, object]:
    """Run the blocks of a page one after the other."""
    text = (DOCS / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - our own page
    return names


def test_the_dispatch_page_runs():
    assert run_page("dispatch.md")["log"].responses["unit"].ge(0).any()


def test_the_page_of_the_toilets_runs(capsys):
    assert run_page("toilets.md")["log"].outcome.size > 0
    assert "wait_mean_min" in capsys.readouterr().out


def test_the_page_of_the_placement_models_runs(capsys):
    found = run_page("placement-models.md")
    assert found["judged"].sound
    assert found["curve"]["value"].is_monotonic_decreasing
    assert "replacement" in capsys.readouterr().out


def test_every_page_that_a_page_names_is_there():
    for page in [*DOCS.glob("*.md"), DOCS.parent / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} names {target}"
