"""Make the generated pages of docs/ anew: `make docs`, or `python docs/make.py bad-input`.

``bad-input``: wrong inputs and their messages. ``toronto``: a fitted record judged on later years
(needs the record beside the checkout). ``benchmarks``: the figures of the suites on this machine,
which takes some minutes and wants the machine to itself.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.suite import Row

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SUITES = ("des", "paths")
_HEAD = """\
# Benchmarks

Made by `python docs/make.py benchmarks`, which runs `cityops bench des` and `cityops bench paths`
on one thread of ours.

{machine}, Python {python}, {today}. Peers are timed in the same run on the same work; a ratio above
1 says how many times better we are; a peer that is not installed is shown as absent."""


def run(*arguments: str) -> None:
    """Run Python in the project's folder; a failure ends the whole."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)  # noqa: S603 - ours


def bad_input() -> None:
    """Write docs/bad-input.md."""
    run("tests/bad_input/make_page.py")


def toronto() -> None:
    """Write docs/toronto.md, where the record is at hand."""
    run("docs/toronto.py")


def benchmarks() -> None:
    """Write docs/benchmarks.md from the suites' own rows."""
    from benchmarks.suite import run_suite

    write_benchmarks({suite: run_suite(suite, seed=1, threads=1) for suite in SUITES})


def write_benchmarks(rows: dict[str, list[Row]]) -> None:
    """Write the rows of each suite as a table."""
    today = datetime.now(tz=UTC).date().isoformat()
    lines = [_HEAD.format(machine=_machine(), python=platform.python_version(), today=today)]
    for suite, found in rows.items():
        lines += [
            "",
            f"## {suite}",
            "",
            "| case | metric | value | unit | beside | value | ratio |",
        ]
        lines += ["|---|---|---|---|---|---|---|", *(_line(row) for row in found)]
    (DOCS / "benchmarks.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(row: Row) -> str:
    cells = [
        row.case, row.metric, _number(row.value), row.unit,
        row.reference_source, _number(row.reference), _number(row.ratio),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores"


PAGES = {"bad-input": bad_input, "toronto": toronto, "benchmarks": benchmarks}

if __name__ == "__main__":
    for name in sys.argv[1:] or PAGES:
        PAGES[name]()
