"""Services that are simulated day by day, from midnight on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.hours import HoursError, moment_s

if TYPE_CHECKING:
    from scenarios.faults import FaultList

__all__ = ["check_whole_days"]

_DAY_S = 86_400
_MOST_DAYS = 400


def check_whole_days(head: dict[str, Any], what: str, faults: FaultList) -> None:
    """Note a run that is not of whole days, from midnight on.

    Parameters
    ----------
    head
        The table [scenario].
    what
        Is simulated, in words.
    faults
        Takes what is found.
    """
    for key, default, least in (("horizon_h", 168.0, 24.0), ("warmup_h", 0.0, 0.0)):
        hours = head.get(key, default)
        if isinstance(hours, (int, float)) and (hours % 24.0 or hours < least):
            faults.add(
                ("scenario", key),
                f"is {hours:g}: {what} is simulated in whole days",
                "give a multiple of 24",
            )
    hours = head.get("horizon_h", 168.0)
    if isinstance(hours, (int, float)) and hours > 24.0 * _MOST_DAYS:
        faults.add(
            ("scenario", "horizon_h"),
            f"is {hours / 24:,.0f} days",
            f"{24 * _MOST_DAYS} h, {_MOST_DAYS} days, are the most",
        )
    start = head.get("start", "monday 00:00")
    try:
        second = moment_s(start) if isinstance(start, str) else 0
    except HoursError:
        return  # noted with the value
    if second % _DAY_S:
        faults.add(
            ("scenario", "start"),
            f'is "{start}": {what} is simulated from midnight on',
            f'write "{start.split()[0]} 00:00"',
        )
