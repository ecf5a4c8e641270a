"""The tables of an answer as one XLSX workbook: a sheet a table, headers in two languages.

Equal tables give equal bytes: the workbook names no moment at which it was made.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

__all__ = ["SHEETS", "header_words", "write_workbook"]

SHEETS: dict[str, tuple[str, str]] = {
    "before_after": ("Before and after", "前后对比"),
    "sites": ("Open sites", "选定站点"),
    "areas": ("By area", "分区域"),
    "circles": ("Within reach", "可达人口"),
    "cabins": ("Queues at the peak", "高峰排队"),
    "curve": ("Curve", "规模曲线"),
    "closing": ("Closing one", "关停影响"),
    "candidates": ("Candidates", "全部候选点"),
    "points": ("Demand points", "需求点"),
    "flow": ("Shares", "分配比例"),
    "onward": ("Onward", "二级转运"),
    "plants": ("Plants", "末端设施"),
    "left_out": ("Left out", "未纳入"),
}
_HEADERS: dict[str, tuple[str, str]] = {
    "site": ("Site", "编号"),
    "name": ("Name", "名称"),
    "kind": ("Kind", "类型"),
    "state": ("State", "状态"),
    "open": ("Open", "启用"),
    "lon": ("Longitude", "经度"),
    "lat": ("Latitude", "纬度"),
    "area": ("Area", "区域"),
    "size": ("Size", "规模"),
    "capacity": ("Capacity", "容量"),
    "cost": ("Cost", "成本"),
    "phase": ("Phase", "分期"),
    "weight": ("Demand", "需求量"),
    "served_weight": ("Demand served", "服务需求量"),
    "served_share": ("Share of demand", "需求占比"),
    "mean_min": ("Mean way, min", "平均行程（分钟）"),
    "max_min": ("Longest way, min", "最远行程（分钟）"),
    "mean_m": ("Mean way, m", "平均距离（米）"),
    "max_m": ("Longest way, m", "最远距离（米）"),
    "mean_min_before": ("Mean way before, min", "现状平均行程（分钟）"),
    "mean_min_after": ("Mean way after, min", "规划后平均行程（分钟）"),
    "mean_m_before": ("Mean way before, m", "现状平均距离（米）"),
    "mean_m_after": ("Mean way after, m", "规划后平均距离（米）"),
    "covered_before": ("Covered before", "现状覆盖率"),
    "covered_after": ("Covered after", "规划后覆盖率"),
    "nearer_weight": ("Demand with a shorter way", "行程缩短的需求量"),
    "farther_weight": ("Demand with a longer way", "行程变长的需求量"),
    "gain_weight": ("Demand newly covered", "新增覆盖需求量"),
    "loss_weight": ("Demand no longer covered", "失去覆盖需求量"),
    "out_weight": ("Demand left out", "仍未覆盖需求量"),
    "limit": ("Limit", "限值"),
    "unit": ("Unit", "单位"),
    "within_before": ("Within before", "现状可达"),
    "within_after": ("Within after", "规划后可达"),
    "share_before": ("Share before", "现状占比"),
    "share_after": ("Share after", "规划后占比"),
    "measure": ("Figure", "指标"),
    "before": ("Before", "现状"),
    "after": ("After", "规划后"),
    "point": ("Point", "需求点编号"),
    "site_before": ("Nearest site before", "现状最近站点"),
    "min_before": ("Way before, min", "现状行程（分钟）"),
    "min_after": ("Way after, min", "规划后行程（分钟）"),
    "m_before": ("Way before, m", "现状距离（米）"),
    "m_after": ("Way after, m", "规划后距离（米）"),
    "share": ("Share", "比例"),
    "amount": ("Amount", "数量"),
    "plant": ("Plant", "末端设施编号"),
    "plant_name": ("Plant", "末端设施"),
    "x": ("East, m", "东向（米）"),
    "y": ("North, m", "北向（米）"),
    "reason": ("Reason", "原因"),
    "parameter": ("Parameter", "参数"),
    "at": ("At", "取值"),
    "value": ("Value", "目标值"),
    "bound": ("Bound", "界"),
    "gap": ("Gap", "差距"),
    "proven": ("Proven", "已证明最优"),
    "loss": ("Loss", "损失"),
    "is_plan": ("This plan", "本方案"),
    "unserved": ("Points without a site", "无站点可用的需求点"),
    "street_class": ("Street", "街道等级"),
    "slot": ("Time slot", "时段"),
    "visitors_per_h": ("Visitors an hour", "每小时人次"),
    "women_wait_min": ("Women wait, min", "女性平均等候（分钟）"),
    "men_wait_min": ("Men wait, min", "男性平均等候（分钟）"),
    "wait_p90_min": ("90th percentile of wait, min", "等候第90百分位（分钟）"),
    "left_share": ("Left unserved (share)", "排队放弃占比"),
    "turned_away_share": ("Found no fixture (share)", "未能入厕占比"),
    "women_stalls_needed": ("Women's stalls needed", "所需女厕位"),
    "men_stalls_needed": ("Men's stalls needed", "所需男厕位"),
}
_WITHIN = re.compile(r"within_([\d.]+)_(min|m)_(before|after)")
_CELLS: dict[str, tuple[str, str]] = {
    "existing": ("existing", "现有"),
    "candidate": ("candidate", "候选"),
    "free": ("free", "可选"),
    "fixed": ("fixed", "保留"),
    "forbidden": ("forbidden", "禁用"),
    "facilities": ("Facilities", "设施数量"),
    "covered_weight": ("Demand covered", "覆盖需求量"),
    "covered_share": ("Share covered", "覆盖率"),
    "out_weight": ("Demand left out", "未覆盖需求量"),
    "within_share": ("Share within the limit", "限值内占比"),
    "mean_travel": ("Mean way", "平均行程"),
    "max_travel": ("Longest way", "最远行程"),
    "unreached_weight": ("Demand that reaches none", "无法到达的需求量"),
    "count": ("count", "个"),
    "share": ("share", "比例"),
    "weight": ("demand", "需求量"),
    "min": ("min", "分钟"),
    "m": ("m", "米"),
}
_WORDED = frozenset({"kind", "state", "measure", "unit"})
_MOST_ROWS = 200_000
_SHARES = re.compile(r"(^|_)(share|covered)(_|$)|^within_[\d.]+_|^gap$")


def header_words(column: str, lang: str) -> str:
    """Return the header of a column in a language; an unknown one is shown by its name.

    Examples
    --------
    >>> header_words("within_5_min_after", "en"), header_words("served_weight", "zh")
    ('Within 5 min after', '服务需求量')
    """
    chinese = lang == "zh"
    within = _WITHIN.fullmatch(column)
    if within is not None:
        limit, unit, word = within.groups()
        if chinese:
            when = "现状" if word == "before" else "规划后"
            return f"{when} {limit} {'分钟' if unit == 'min' else '米'}内占比"
        return f"Within {limit} {unit} {word}"
    return _HEADERS.get(column, (column, column))[chinese]


def write_workbook(
    path: Path, tables: Mapping[str, pd.DataFrame], *, title: str, lang: str = "en"
) -> None:
    """Write tables as sheets, the telling ones first.

    Parameters
    ----------
    path
        The file.
    tables
        By name.
    title
        Of the workbook.
    lang
        "en" or "zh": of headers, sheets and words in cells.
    """
    import xlsxwriter

    options = {"nan_inf_to_errors": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = {
            "share": book.add_format({"num_format": "0.0%"}),
            "number": book.add_format({"num_format": "#,##0.##"}),
            "degrees": book.add_format({"num_format": "0.000000"}),
        }
        for name in [*SHEETS, *(name for name in tables if name not in SHEETS)]:
            if name in tables:
                sheet = book.add_worksheet(SHEETS.get(name, (name, name))[lang == "zh"][:31])
                _fill(sheet, tables[name].head(_MOST_ROWS), head, formats, lang)


def _fill(
    sheet: Any,  # noqa: ANN401 - xlsxwriter is untyped
    table: pd.DataFrame,
    head: object,
    formats: dict[str, object],
    lang: str,
) -> None:
    sheet.freeze_panes(1, 1)
    is_share = table["unit"].eq("share") if "measure" in table else None
    for k, column in enumerate(table.columns):
        words = header_words(str(column), lang)
        sheet.write_string(0, k, words, head)
        kind = _kind_of(str(column))
        sheet.set_column(k, k, _width(words, table[column], kind))
        for row, value in enumerate(table[column].tolist(), start=1):
            share = is_share is not None and column in {"before", "after"} and is_share[row - 1]
            _write(sheet, row, k, value, formats["share" if share else kind], str(column), lang)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _kind_of(column: str) -> str:
    if column in {"lon", "lat"}:
        return "degrees"
    return "share" if _SHARES.search(column) else "number"


def _write(
    sheet: Any,  # noqa: ANN401
    row: int,
    column: int,
    value: object,
    shape: object,
    name: str,
    lang: str,
) -> None:
    if isinstance(value, str):
        said = _CELLS.get(value, (value, value))[lang == "zh"] if name in _WORDED else value
        sheet.write_string(row, column, said)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif isinstance(value, float) and np.isfinite(value):
        sheet.write_number(row, column, value, shape)


def _width(words: str, cells: pd.Series, kind: str) -> float:
    """Width of a column in characters; Chinese ones count double."""
    if cells.dtype == object or str(cells.dtype).startswith("str"):
        longest = max((_length(str(value)) for value in cells.head(200)), default=0)
    else:
        longest = 11 if kind == "degrees" else 9
    return float(min(max(longest, 0.6 * _length(words), 6) + 2, 48))


def _length(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)
