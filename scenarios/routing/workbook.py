"""Routes as one XLSX workbook: a summary, and a sheet a route that can be printed and edited.

Numbers are numbers and times are times. What `scenarios.routing.edited` reads back are the columns
of `COLUMNS`; which route a row belongs to is said by its sheet. Equal plans give equal bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from scenarios.hours import DAYS
from scenarios.routing.jobs import INNER_KINDS, SERVED, spoken
from scenarios.routing.sheet import side_words

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from scenarios.routing.answer import Plan

__all__ = ["COLUMNS", "ROUTE_SHEET", "write_workbook"]

COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "order": ("No.", "序号"),
    "kind": ("Kind", "类型"),
    "street": ("Street or place", "道路或地点"),
    "side": ("Side", "路侧"),
    "clock": ("Time", "时间"),
    "km": ("km", "公里"),
    "minutes": ("Minutes", "分钟"),
    "load_kg": ("Load, kg", "载重（千克）"),
    "water_l": ("Water left, l", "余水（升）"),
    "bins": ("Bins", "桶数"),
    "load_m3": ("Load, m³", "载荷（立方米）"),
    "lock": ("Lock", "锁定"),
    "day": ("Day", "星期"),
    "vehicle": ("Vehicle", "车型"),
    "pieces": ("Pieces", "路段"),
}
"""Columns of a route's sheet, and how they are headed in English and Chinese.

Day and vehicle are left out where a plan has one of them; water is left in watering trucks only,
and bins stand at points that are collected, whose load takes room where volumes are known.
"""

KINDS: Final[dict[str, tuple[str, str]]] = {
    "depot": ("depot", "车场"),
    "sweep": ("sweep", "清扫"),
    "drive": ("drive", "空驶"),
    "dump": ("dump", "倾倒"),
    "water": ("water", "洒水"),
    "fill": ("fill", "加水"),
    "collect": ("collect", "收运"),
    "unload": ("unload", "卸料"),
    "break": ("break", "休息"),
    "wait": ("wait", "等候"),
}
ROUTE_SHEET: Final = ("Route {n}", "路线 {n}")
_SUMMARY: Final[dict[str, tuple[str, str, int]]] = {
    "route": ("Route", "路线", 9),
    "day": ("Day", "星期", 9),
    "vehicle": ("Vehicle", "车型", 16),
    "depot": ("Depot", "车场", 22),
    "start": ("Leaves", "出发", 9),
    "end": ("Back", "返回", 9),
    "hours": ("Hours", "小时", 9),
    "km_swept": ("km swept", "清扫公里", 11),
    "km_deadhead": ("km deadhead", "空驶公里", 12),
    "dumps": ("Dumps", "倾倒次数", 10),
    "dirt_kg": ("Dirt, kg", "尘土（千克）", 13),
    "km_watered": ("km watered", "洒水公里", 11),
    "fills": ("Fills", "加水次数", 10),
    "water_l": ("Water, l", "用水（升）", 13),
    "streets": ("Streets", "道路数", 9),
    "points": ("Points", "点位数", 9),
    "km": ("km", "公里", 9),
    "unloads": ("Unloads", "卸料次数", 10),
    "waste_kg": ("Waste, kg", "垃圾（千克）", 13),
}
_SUMMED = frozenset(
    {"hours", "km_swept", "km_deadhead", "dumps", "dirt_kg", "streets"}
    | {"km_watered", "fills", "water_l", "points", "km", "unloads", "waste_kg"}
)
_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "summary": ("Summary", "汇总"),
    "all": ("All", "合计"),
    "page": ("page &P of &N", "第 &P 页，共 &N 页"),
}
_WIDTHS = {
    "order": 6, "kind": 8, "street": 34, "side": 15, "clock": 8, "km": 8, "minutes": 9,
    "load_kg": 11, "water_l": 11, "bins": 6, "load_m3": 10, "lock": 8, "day": 8, "vehicle": 16,
    "pieces": 26,
}  # fmt: skip
_SHAPES = {
    "km": "km",
    "minutes": "minutes",
    "load_kg": "whole",
    "water_l": "whole",
    "bins": "whole",
    "load_m3": "km",
    "clock": "time",
}
_A4 = 9


def write_workbook(path: Path, plan: Plan, *, title: str, lang: str = "en") -> None:
    """Write a summary and a sheet for each route.

    Parameters
    ----------
    path
        The file.
    plan
        The routes; steps with `pieces` (`scenarios.routing.exchange.plan_table`).
    title
        Of the question.
    lang
        "en" or "zh": of sheets, headers and words in cells.
    """
    import xlsxwriter

    from scenarios.routing.exchange import plan_table

    chinese = lang == "zh"
    options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
    routes = spoken(plan.summary, plan.question)
    steps, routes = _worded(plan_table(plan), plan, lang), _worded(routes, plan, lang)
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        formats = _formats(book)
        summary = book.add_worksheet(_WORDS["summary"][chinese])
        _fill_summary(summary, routes, formats, chinese)
        _print_setup(summary, title, chinese)
        for number in plan.summary["route"].tolist():
            name = ROUTE_SHEET[chinese].format(n=number)
            sheet = book.add_worksheet(name)
            _fill_route(sheet, steps[steps["route"] == number], formats, lang)
            _print_setup(sheet, f"{title} – {name}", chinese)


def _worded(table: pd.DataFrame, plan: Plan, lang: str) -> pd.DataFrame:
    """Name days and vehicles as people do."""
    words = {kind.name: kind.label(lang) for kind in plan.question.kinds}
    days = {day[:3]: _DAYS_ZH[k] if lang == "zh" else day[:3] for k, day in enumerate(DAYS)}
    return table.assign(
        day=[days.get(day, day) for day in table["day"]],
        vehicle=[words.get(name, name) for name in table["vehicle"]],
    )


def _formats(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter is untyped
    shapes: dict[str, dict[str, Any]] = {
        "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top",
                 "bg_color": "#E4E8EC"},
        "text": {},
        "whole": {"num_format": "#,##0"},
        "km": {"num_format": "0.000"},
        "minutes": {"num_format": "0.0"},
        "hours": {"num_format": "0.00"},
        "time": {"num_format": "hh:mm", "align": "center"},
        "lock": {"bg_color": "#FFF7D6", "align": "center", "border": 1, "border_color": "#D5DBE1"},
        "faint": {"font_color": "#8B96A1"},
    }  # fmt: skip
    found = {name: book.add_format(shape) for name, shape in shapes.items()}
    for name in ("text", "whole", "km", "minutes", "time"):
        found[f"{name} stop"] = book.add_format({**shapes[name], "bg_color": "#FFF1D6"})
        found[f"{name} sweep"] = book.add_format({**shapes[name], "bold": name == "text"})
        found[f"{name} drive"] = book.add_format({**shapes[name], "font_color": "#5B6875"})
    found["sum"] = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"})
    return found


def _fill_summary(sheet: Any, table: pd.DataFrame, formats: dict[str, Any], chinese: bool) -> None:  # noqa: ANN401, FBT001
    shown = [c for c in _SUMMARY if c in table and not (table[c] == "").all()]
    last = len(table)
    sheet.freeze_panes(1, 1)
    for k, column in enumerate(shown):
        sheet.set_column(k, k, _SUMMARY[column][2])
        sheet.write_string(0, k, _SUMMARY[column][chinese], formats["head"])
        for row, value in enumerate(table[column].tolist(), start=1):
            if column in {"start", "end"}:
                sheet.write_number(row, k, _day_share(str(value)), formats["time"])
            elif isinstance(value, str):
                sheet.write_string(row, k, value)
            else:
                shape = "hours" if isinstance(value, float) else "whole"
                sheet.write_number(row, k, value, formats[shape])
        if column in _SUMMED and last:
            letter = chr(ord("A") + k)
            formula = f"=SUM({letter}2:{letter}{last + 1})"
            sheet.write_formula(last + 1, k, formula, formats["sum"], float(table[column].sum()))
        elif last:
            sheet.write_string(
                last + 1, k, _WORDS["all"][chinese] if k == 0 else "", formats["sum"]
            )


def _fill_route(sheet: Any, steps: pd.DataFrame, formats: dict[str, Any], lang: str) -> None:  # noqa: ANN401
    chinese = lang == "zh"
    shown = [c for c in COLUMNS if c in steps]
    shown = [c for c in shown if c not in {"day", "vehicle"} or (steps[c] != "").any()]
    shown = [c for c in shown if c != "load_m3" or steps[c].any()]
    sheet.freeze_panes(1, 1)
    for k, column in enumerate(shown):
        sheet.set_column(k, k, _WIDTHS[column])
        sheet.write_string(0, k, COLUMNS[column][chinese], formats["head"])
    for number, row in enumerate(steps.to_dict("records"), start=1):
        kind = INNER_KINDS.get(row["kind"], row["kind"])
        look = "sweep" if kind in SERVED else kind if kind == "drive" else "stop"
        for k, column in enumerate(shown):
            value, shape = row[column], f"{_SHAPES.get(column, 'text')} {look}"
            if column == "clock":
                sheet.write_number(number, k, _day_share(str(value)), formats[shape])
            elif column == "lock":
                sheet.write_string(number, k, str(value), formats["lock"])
            elif column in {"day", "vehicle", "pieces"}:
                sheet.write_string(number, k, str(value), formats["faint"])
            elif isinstance(value, str):
                sheet.write_string(number, k, _said(column, value, lang), formats[shape])
            else:
                sheet.write_number(number, k, value, formats[shape])
    sheet.autofilter(0, 0, len(steps), len(shown) - 1)
    sheet.print_area(0, 0, len(steps), shown.index("lock"))


def _said(column: str, value: str, lang: str) -> str:
    if column == "kind":
        return KINDS.get(value, (value, value))[lang == "zh"]
    return side_words(value, lang) if column == "side" else value


def _day_share(clock: str) -> float:
    """Time of day as spreadsheets count it: a share of the day."""
    hours, minutes = clock.split(":")
    return (60 * int(hours) + int(minutes)) / 1440


def _print_setup(sheet: Any, title: str, chinese: bool) -> None:  # noqa: ANN401, FBT001
    sheet.set_paper(_A4)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    sheet.set_header(f"&L{title.replace('&', '&&')}")
    sheet.set_footer(f"&R{_WORDS['page'][chinese]}")
