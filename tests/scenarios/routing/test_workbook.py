"""The workbook of routes opens, holds numbers and times, and prints on A4."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from scenarios.routing.workbook import COLUMNS, write_workbook


@pytest.fixture(params=["en", "zh"])
def book(request, plan, tmp_path):
    path = tmp_path / "cleaning.xlsx"
    write_workbook(path, plan, title="Sweeping & more", lang=request.param)
    with path.open("rb") as file:
        opened = openpyxl.load_workbook(file)
    return opened, request.param == "zh", path


def test_there_is_a_summary_and_a_sheet_for_each_route(book, plan):
    opened, chinese, _ = book
    names = [f"{'路线' if chinese else 'Route'} {n}" for n in plan.summary["route"]]
    assert opened.sheetnames == ["汇总" if chinese else "Summary", *names]
    summary = opened.worksheets[0]
    assert summary.max_row == len(plan.summary) + 2
    assert summary.freeze_panes == "B2"
    assert str(summary.cell(summary.max_row, 4).value).startswith("=SUM(")


def test_rows_of_a_route_are_those_of_the_plan_with_numbers_and_times(book, plan):
    opened, chinese, _ = book
    steps = plan.steps[plan.steps["route"] == 1]
    head, *rows = opened.worksheets[1].iter_rows(values_only=True)
    shown = [
        column
        for column in COLUMNS
        if column not in {"day", "vehicle", "water_l", "bins", "load_m3"}
    ]
    assert list(head) == [COLUMNS[column][chinese] for column in shown]
    assert len(rows) == len(steps)
    for row, step in zip(rows, steps.to_dict("records"), strict=True):
        said = dict(zip(shown, row, strict=True))
        assert said["order"] == step["order"]
        assert said["km"] == pytest.approx(step["km"])
        assert said["load_kg"] == pytest.approx(step["load_kg"])
        assert isinstance(said["clock"], dt.time)
        assert f"{said['clock']:%H:%M}" == step["clock"]
        assert bool(said["pieces"]) == (step["kind"] == "sweep")


def test_a_sheet_prints_on_a4_with_its_header_on_every_page(book):
    opened, _, _ = book
    for sheet in opened.worksheets[1:]:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes == "B2"


def test_equal_plans_give_equal_bytes(plan, tmp_path):
    for name in ("one", "two"):
        write_workbook(tmp_path / name, plan, title="Sweeping")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
