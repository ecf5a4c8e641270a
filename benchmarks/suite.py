"""What a benchmark suite is, how one is run, and how its rows are shown and kept.

A suite is a function that yields rows, one number a row, beside its reference: a published value
or what another tool does in the same run on the same work. A peer that is not installed is shown
as absent, never guessed.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from networks import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from rich.console import Console

__all__ = ["SUITES", "Options", "Row", "Suite", "read_references", "run_suite", "show"]

SUITES: dict[str, str] = {
    "arcs": "benchmarks.arcs",
    "des": "benchmarks.des",
    "location": "benchmarks.location",
    "paths": "benchmarks.paths",
    "records": "benchmarks.records",
    "waste": "benchmarks.waste",
}
"""Module of each suite; it has a function ``cases(options)`` that yields rows."""

_REFERENCE_COLUMNS = ("set", "instance", "value")
_VALUE_COLUMNS = ("value", "best", "bks")
_WIDTH = 180
"""Of a table that goes into a file."""


@dataclass(frozen=True)
class Options:
    """How a suite is run.

    Parameters
    ----------
    instances
        Folder of instances in the suite's formats; the suite's own when not given.
    references
        Known values by (set, instance); see :func:`read_references`.
    time_limit
        Seconds for each case; the suite's own limit when not given.
    threads
        Threads of ours.
    seed
        Of whatever the suite draws.
    """

    instances: Path | None = None
    references: Mapping[tuple[str, str], float] = field(default_factory=dict)
    time_limit: float | None = None
    threads: int | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Row:
    """One number of a suite.

    Parameters
    ----------
    suite, case
        ``case`` is the instance's file stem or a stable short name.
    metric, value, unit
        Ours; no value where the case could not be run.
    reference, reference_source
        What it stands beside, and where that is from; no value where that is absent.
    ratio
        How many times better than the reference we are: above 1 is better.
    """

    suite: str
    case: str
    metric: str
    value: float | None
    unit: str
    reference: float | None = None
    reference_source: str = ""
    ratio: float | None = None


class Suite(Protocol):
    """A module that is a suite."""

    def cases(self, options: Options) -> Iterable[Row]:
        """Run the suite case by case."""


def run_suite(
    name: str,
    *,
    instances: Path | None = None,
    references: Path | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int | None = None,
    json_path: Path | None = None,
    console: Console | None = None,
) -> list[Row]:
    """Run a suite, print its table, and write its rows.

    Parameters
    ----------
    name
        One of :data:`SUITES`.
    instances
        Folder of instances.
    references
        CSV of known values; see :func:`read_references`.
    time_limit
        Seconds for each case.
    threads
        Threads of ours.
    seed
        Of whatever the suite draws.
    json_path
        File to write the rows to, as a list of objects.
    console
        Where the table is printed; standard output when not given.

    Returns
    -------
    list of Row
        Interrupted by Ctrl-C, the rows that were finished.

    Raises
    ------
    InputError
        If there is no such suite, folder or file, or a file is not of the form described.
    """
    suite = _suite(name)
    if instances is not None and not Path(instances).is_dir():
        raise InputError("there is no such folder", file=instances)
    if json_path is not None and not Path(json_path).absolute().parent.is_dir():
        raise InputError("the folder of this file does not exist", file=json_path)
    options = Options(
        instances=None if instances is None else Path(instances),
        references={} if references is None else read_references(references),
        time_limit=time_limit,
        threads=threads,
        seed=seed,
    )
    rows: list[Row] = []
    try:
        rows.extend(suite.cases(options))
    except KeyboardInterrupt:
        if not rows:
            raise
    if json_path is not None:
        text = json.dumps([_plain(row) for row in rows], indent=1, ensure_ascii=False)
        Path(json_path).write_text(text + "\n", encoding="utf-8")
    show(rows, console)
    return rows


def _suite(name: str) -> Suite:
    from networks.suggest import did_you_mean

    if name not in SUITES:
        raise InputError(
            f"there is no suite {name!r}{did_you_mean(name, SUITES)}",
            mend=f"use one of {', '.join(sorted(SUITES))}",
        )
    suite: Suite = import_module(SUITES[name])
    return suite


def read_references(path: Path) -> dict[tuple[str, str], float]:
    """Read known values.

    Parameters
    ----------
    path
        CSV with the columns set, instance and value; ``best`` or ``bks`` serves as ``value``. Where
        a column ``param`` tells the values of an instance apart (``p=100``), the instance is also
        known as ``NAME-p100``, and as ``NAME`` only if it has no other value.

    Raises
    ------
    InputError
        If the file is absent, a column is missing, or a value is no number.
    """
    if not Path(path).is_file():
        raise InputError("there is no such file", file=path)
    known: dict[tuple[str, str], float] = {}
    params: dict[tuple[str, str], set[str]] = {}
    with Path(path).open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        column = _value_column(rows.fieldnames or (), path)
        for row in rows:
            value = (row[column] or "").strip()
            if not value:
                continue
            key = row["set"].strip(), row["instance"].strip()
            param = (row.get("param") or "").strip().replace("=", "")
            params.setdefault(key, set()).add(param)
            try:
                known[key] = float(value)
            except ValueError:
                place = f"line {rows.line_num}"
                raise InputError(
                    f"value {value!r} is not a number", file=path, place=place
                ) from None
            if param:
                known[key[0], f"{key[1]}-{param}"] = known[key]
    for key, several in params.items():
        if len(several) > 1:
            del known[key]
    return known


def _value_column(columns: Collection[str], path: Path) -> str:
    value = next((column for column in _VALUE_COLUMNS if column in columns), None)
    missing = [column for column in _REFERENCE_COLUMNS[:2] if column not in columns]
    if value is None:
        missing.append(_REFERENCE_COLUMNS[2])
    if missing or value is None:
        raise InputError(
            f"column {missing[0]!r} is missing",
            file=path,
            place="line 1",
            mend=f"known values need the columns {', '.join(_REFERENCE_COLUMNS)}",
        )
    return value


def _plain(row: Row) -> dict[str, object]:
    """As JSON has it: what is not a finite number is null."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in asdict(row).items()
    }


def show(rows: Iterable[Row], console: Console | None = None) -> None:
    """Print rows as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("case", "metric"):
        table.add_column(heading, no_wrap=True)
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("reference", justify="right")
    table.add_column("times better", justify="right")
    table.add_column("reference source", overflow="fold")
    for row in rows:
        table.add_row(
            row.case,
            row.metric,
            _number(row.value),
            row.unit,
            _number(row.reference),
            "-" if row.ratio is None else f"{row.ratio:.2f}",
            row.reference_source,
        )
    if console is None:
        console = Console()
        if not console.is_terminal:
            console = Console(width=_WIDTH)
    console.print(table)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
