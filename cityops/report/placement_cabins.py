"""The queues of a plan of public toilets, as the report tells them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cityops.report.contents import Row, Sheet
from cityops.report.formats import plain
from cityops.report.placement_contents import share

if TYPE_CHECKING:
    import pandas as pd

    from cityops.report.placement_reading import PlacementFolder
    from cityops.report.words import Words

__all__ = ["cabin_context"]


_HEADS = (
    "pl.cabins.visitors",
    "pl.cabins.women",
    "pl.cabins.men",
    "pl.cabins.p90",
    "pl.cabins.left",
)
_NEEDED = ("pl.cabins.women_needed", "pl.cabins.men_needed")


def cabin_context(run: PlacementFolder, words: Words) -> dict[str, Any]:
    """Lay out what the template shows of queues; no sheet where there are none.

    Parameters
    ----------
    run
        A placement.
    words
        Of the report.
    """
    table = run.table("cabins")
    if table is None or not len(table):
        return {"cabins": None, "cabins_takeaway": "", "cabins_note": ""}
    fixtures = run.asked["cabins"]
    note = words(
        "pl.cabins.note",
        women=fixtures["women_stalls"],
        men=fixtures["men_stalls"],
        urinals=fixtures["urinals"],
        shared=fixtures["shared_stalls"],
    )
    return {
        "cabins": _sheet(table, words),
        "cabins_takeaway": _takeaway(table, fixtures.get("wait_target_min"), words),
        "cabins_note": note,
    }


def _minutes(words: Words, value: float) -> str:
    return "\u2013" if not math.isfinite(value) else words("unit.min", value=f"{value:.1f}")


def _stalls(words: Words, value: float) -> str:
    return words("pl.cabins.none") if value < 0 else str(int(value))


def _sheet(table: pd.DataFrame, words: Words) -> Sheet:
    needed = "women_stalls_needed" in table
    heads = [words(key) for key in ("pl.col.site", *_HEADS, *(_NEEDED if needed else ()))]
    rows = []
    for row in table.to_dict("records"):
        cells = [plain(row["visitors_per_h"], 0)]
        cells += [
            _minutes(words, row[key]) for key in ("women_wait_min", "men_wait_min", "wait_p90_min")
        ]
        cells.append("\u2013" if not math.isfinite(row["left_share"]) else share(row["left_share"]))
        if needed:
            cells += [_stalls(words, row[f"{who}_stalls_needed"]) for who in ("women", "men")]
        rows.append(Row(str(row["name"]), cells, None))
    return Sheet(heads, rows, None)


def _takeaway(table: pd.DataFrame, target: float | None, words: Words) -> str:
    waits = table["women_wait_min"].fillna(-1.0)
    worst = table.iloc[int(waits.to_numpy().argmax())]
    if float(waits.max()) < 0:
        return ""
    wait = _minutes(words, float(worst["women_wait_min"]))
    pieces = [words("pl.cabins.worst", name=worst["name"], wait=wait)]
    if target is not None:
        pieces.append(
            words(
                "pl.cabins.needed",
                women=_stalls(words, worst["women_stalls_needed"]),
                men=_stalls(words, worst["men_stalls_needed"]),
                target=_minutes(words, target),
            )
        )
    return words("stop_list").join(pieces) + words("stop")
