"""What a merged document says of waste, before its values are known to be sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.collection.points import WASTE
from scenarios.hours import HoursError, hours_of_week, moment_s

if TYPE_CHECKING:
    from scenarios.toml_lines import KeyPath

__all__ = [
    "collected_streams",
    "days_of",
    "head_of",
    "hours_of_run",
    "job_of",
    "no_intake",
    "stream_names",
    "tables_of",
    "waste_boxes",
    "waste_files",
    "waste_orders",
    "waste_places",
]


def waste_files(document: dict[str, Any]) -> list[tuple[KeyPath, dict[str, Any], str]]:
    """List files that a [waste] table names: key, the table that holds it, its key in there."""
    table = document.get("waste")
    if not isinstance(table, dict):
        return []
    found: list[tuple[KeyPath, dict[str, Any], str]] = []
    if isinstance(table.get("plan"), dict):
        found += [(("waste", "plan", name), table["plan"], name) for name in table["plan"]]
    else:
        found.append((("waste", "plan"), table, "plan"))
    for inner, key in (("filling", "record"), ("orders", "file")):
        if isinstance(table.get(inner), dict):
            found.append((("waste", inner, key), table[inner], key))
    return [(path, holder, key) for path, holder, key in found if isinstance(holder.get(key), str)]


def stream_names(document: dict[str, Any]) -> list[str]:
    """Names of the streams that a scenario knows: those collected, and those ordered."""
    collection, waste = document.get("collection"), document.get("waste")
    streams = collection.get("stream") if isinstance(collection, dict) else None
    tables = [table for table in streams or () if isinstance(table, dict)]
    found = [str(table.get("name")) for table in tables] or [WASTE]
    orders = waste.get("orders") if isinstance(waste, dict) else None
    if isinstance(orders, dict):
        found.append(str(orders.get("stream", "construction")))
    return list(dict.fromkeys(found))


def collected_streams(table: object, known: list[str]) -> list[str]:
    """Streams that a [routes.NAME] table collects."""
    if not isinstance(table, dict):
        return []
    named = table.get("stream")
    words = [named] if isinstance(named, str) else named or known
    return [word for word in words if word in known] if isinstance(words, list) else []


def tables_of(table: object, key: str) -> list[dict[str, Any]]:
    """Tables in a list of a table."""
    items = table.get(key) if isinstance(table, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def job_of(table: dict[str, Any]) -> object:
    """Job of a [routes.NAME] table."""
    return table.get("job", "sweep")


def head_of(document: dict[str, Any]) -> dict[str, Any]:
    """Table [scenario], empty if it is none."""
    head = document.get("scenario")
    return head if isinstance(head, dict) else {}


def days_of(document: dict[str, Any]) -> int:
    """Days of the run."""
    hours = head_of(document).get("horizon_h", 168.0)
    return max(1, round(hours / 24.0)) if isinstance(hours, (int, float)) else 7


def hours_of_run(document: dict[str, Any], text: str) -> list[bool]:
    """Say which hours of the run's first week, or of the whole run if shorter, a text names."""
    start = head_of(document).get("start", "monday 00:00")
    try:
        first = moment_s(start) // 3600 if isinstance(start, str) else 0
    except HoursError:
        first = 0
    named = hours_of_week(text)
    return [named[(first + hour) % 168] for hour in range(min(168, 24 * days_of(document)))]


def no_intake(intake: object) -> bool:
    """Whether nothing at all is taken in."""
    if isinstance(intake, dict):
        return bool(intake) and not any(intake.values())
    return intake == 0


def waste_places(document: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Find the places in the table, for [scenario] crs to convert."""
    table = document.get("waste")
    lists = [table.get(key) for key in ("facility", "site")] if isinstance(table, dict) else []
    return [[item for item in items if isinstance(item, dict)] for items in lists if items]


def waste_boxes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Find the bans with a box of four numbers, for [scenario] crs to convert."""
    return [
        ban
        for ban in tables_of(document.get("waste"), "ban")
        if isinstance(ban.get("bbox"), list)
        and [type(side) in {int, float} for side in ban["bbox"]] == [True] * 4
    ]


def waste_orders(document: dict[str, Any]) -> dict[str, Any] | None:
    """Table of orders with a file, whose coordinates are read later."""
    table = document.get("waste")
    orders = table.get("orders") if isinstance(table, dict) else None
    return orders if isinstance(orders, dict) and "file" in orders else None
