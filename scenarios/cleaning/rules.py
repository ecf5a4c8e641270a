"""What must fit together in a scenario of street cleaning, before any street is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scenarios.cleaning.schema import CleaningSpec
from scenarios.faults import did_you_mean
from scenarios.profiles import BUILT_IN
from scenarios.whole_days import check_whole_days

if TYPE_CHECKING:
    from scenarios.faults import FaultList
    from scenarios.toml_lines import KeyPath

__all__ = ["check_cleaning"]


def check_cleaning(document: dict[str, Any], faults: FaultList) -> None:
    """Note all that does not fit together.

    Parameters
    ----------
    document
        The merged scenario.
    faults
        Takes what is found.
    """
    head = document.get("scenario")
    is_service = isinstance(head, dict) and head.get("service") == "cleaning"
    table = document.get("cleaning")
    if is_service and not isinstance(table, dict):
        faults.add(
            ("scenario", "service"),
            'is "cleaning", and there is no [cleaning]',
            "add one with routes, growth_g_m_h, standard_g_m",
        )
    if is_service and isinstance(head, dict):
        check_whole_days(head, "street cleaning", faults)
    if not isinstance(table, dict):
        return
    try:
        spec = CleaningSpec.model_validate(table)
    except ValidationError:
        return  # each wrong value is noted where the whole scenario is read
    _routes(document, spec, faults)
    _profiles(document, spec, faults)
    _weather(spec, faults)
    _leaves(head, spec, faults)


def _routes(document: dict[str, Any], spec: CleaningSpec, faults: FaultList) -> None:
    tables = document.get("routes")
    names = list(tables) if isinstance(tables, dict) else []
    if spec.routes not in names:
        mend = did_you_mean(spec.routes, names, what="there are", quote='"')
        if not names:
            mend = f"add a [routes.{spec.routes}] table (docs/cleaning.md)"
        faults.add(("cleaning", "routes"), f'there are no routes "{spec.routes}"', mend)
        return
    own = tables[spec.routes] if isinstance(tables, dict) else None
    if isinstance(own, dict) and own.get("job") == "water":
        faults.add(
            ("cleaning", "routes"),
            f"names [routes.{spec.routes}], which waters streets and takes no dirt away",
            'name a table with job = "sweep"',
        )
        return
    if isinstance(own, dict) and own.get("job") == "collect":
        faults.add(
            ("cleaning", "routes"),
            f"names [routes.{spec.routes}], which collects waste and takes no dirt away",
            'name a table with job = "sweep"',
        )
        return
    of_week = isinstance(own, dict) and bool(own.get("frequency") or own.get("days"))
    if of_week and spec.days:
        faults.add(
            ("cleaning", "days"),
            f"is given, and [routes.{spec.routes}] is a plan over a week with days of its own",
            "keep the days there, and write days = [] here",
        )


def _profiles(document: dict[str, Any], spec: CleaningSpec, faults: FaultList) -> None:
    own = document.get("hour_profile")
    known = [*(own if isinstance(own, dict) else ()), *BUILT_IN]
    for key in ("hours", "parked_hours"):
        word = getattr(spec, key)
        if isinstance(word, str) and word not in known:
            path: KeyPath = ("cleaning", key)
            mend = did_you_mean(word, known, what="profiles are", quote='"')
            faults.add(path, f'there is no hour profile "{word}"', mend)


def _weather(spec: CleaningSpec, faults: FaultList) -> None:
    both = spec.weather.rain + spec.weather.storm
    if both > 1:
        faults.add(
            ("cleaning", "weather", "storm"),
            f"is together with rain {both:g}: a day either rains, or storms, or is dry",
            "give shares of days that are at most 1 together",
        )


def _leaves(head: object, spec: CleaningSpec, faults: FaultList) -> None:
    if spec.leaves is None or not isinstance(spec.leaves.factor, list):
        return
    hours = head.get("horizon_h", 168.0) if isinstance(head, dict) else 168.0
    weeks = -(-float(hours) // 168.0) if isinstance(hours, (int, float)) else 1
    if len(spec.leaves.factor) > weeks:
        faults.add(
            ("cleaning", "leaves", "factor"),
            f"has {len(spec.leaves.factor)} weeks, and the run has {weeks:g}",
            "give one factor a week, the warm-up's too, or one for all",
        )
