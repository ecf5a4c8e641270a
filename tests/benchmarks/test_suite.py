"""Running a suite: what is printed, what is kept, what is refused."""

from __future__ import annotations

import io
import json
import sys
from types import ModuleType

import pytest
from rich.console import Console

from benchmarks import SUITES, Options, Row, run_suite
from benchmarks.suite import read_references, show
from networks import InputError

ROWS = [
    Row("toy", "a", "speed", 20_000.0, "1/s", 5_000.0, "peer 1.2, same run", 4.0),
    Row("toy", "a", "speed", 20_000.0, "1/s", reference_source="other: absent"),
    Row("toy", "b", "gap", float("inf"), "%"),
]


@pytest.fixture
def toy(monkeypatch):
    """A suite of three rows, which notes the options it was given."""
    module = ModuleType("toy_suite")
    module.seen = []

    def cases(options):
        module.seen.append(options)
        yield from ROWS

    module.cases = cases
    monkeypatch.setitem(sys.modules, "toy_suite", module)
    monkeypatch.setitem(SUITES, "toy", "toy_suite")
    return module


def printed(action):
    text = io.StringIO()
    action(Console(file=text, width=160))
    return text.getvalue()


def test_a_suite_gets_its_options_and_gives_its_rows(toy, tmp_path):
    known = tmp_path / "known.csv"
    known.write_text("set,instance,value,source\ngdb,gdb1,316,x\ngdb,gdb2,,x\n", encoding="utf-8")
    rows = run_suite(
        "toy",
        instances=tmp_path,
        references=known,
        time_limit=3.0,
        threads=2,
        seed=7,
        console=Console(file=io.StringIO()),
    )
    assert rows == ROWS
    assert toy.seen == [Options(tmp_path, {("gdb", "gdb1"): 316.0}, 3.0, 2, 7)]


@pytest.mark.usefixtures("toy")
def test_the_json_file_has_a_list_of_rows_without_numbers_that_are_none(tmp_path):
    file = tmp_path / "rows.json"
    run_suite("toy", json_path=file, console=Console(file=io.StringIO()))
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [list(row) for row in rows] == [
        ["suite", "case", "metric", "value", "unit", "reference", "reference_source", "ratio"]
    ] * 3
    assert rows[0]["ratio"] == 4.0
    assert rows[1]["reference"] is None
    assert rows[2]["value"] is None


def test_the_table_shows_an_absent_peer_as_absent():
    text = printed(lambda console: show(ROWS, console))
    assert "20,000" in text
    assert "4.00" in text
    assert "other: absent" in text


def test_interrupted_a_suite_keeps_what_is_done(toy, tmp_path):
    def cases(_options):
        yield ROWS[0]
        raise KeyboardInterrupt

    toy.cases = cases
    file = tmp_path / "rows.json"
    rows = run_suite("toy", json_path=file, console=Console(file=io.StringIO()))
    assert rows == ROWS[:1]
    assert len(json.loads(file.read_text(encoding="utf-8"))) == 1


def test_an_unknown_suite_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="no suite 'path', did you mean 'paths'"):
        run_suite("path")


@pytest.mark.usefixtures("toy")
def test_folders_and_files_must_exist(tmp_path):
    for given in ({"instances": tmp_path / "no"}, {"references": tmp_path / "no.csv"}):
        with pytest.raises(InputError, match="there is no such"):
            run_suite("toy", **given)
    with pytest.raises(InputError, match="folder of this file does not exist"):
        run_suite("toy", json_path=tmp_path / "no" / "rows.json")


@pytest.mark.parametrize("column", ["value", "best", "bks"])
def test_known_values_may_be_told_apart_by_a_parameter(tmp_path, column):
    file = tmp_path / "known.csv"
    rows = "A,x,p=5,10,yes\nA,x,p=10,7,no\nA,y,p=5,3,\nB,x,,4,\n"
    file.write_text(f"set,instance,param,{column},proven?\n{rows}", encoding="utf-8")
    assert read_references(file) == {
        ("A", "x-p5"): 10.0,
        ("A", "x-p10"): 7.0,
        ("A", "y"): 3.0,
        ("A", "y-p5"): 3.0,
        ("B", "x"): 4.0,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("set,instance\na,b\n", "column 'value' is missing"),
        ("set,instance,value\na,b,many\n", "line 2: value 'many' is not a number"),
        ("", "column 'set' is missing"),
    ],
)
def test_faulty_references_are_refused_with_their_place(tmp_path, text, words):
    file = tmp_path / "known.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_references(file)
