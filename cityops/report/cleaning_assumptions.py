"""What a run of street cleaning took for granted, in plain sentences, from its scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cityops.report.assumptions import Assumed
from cityops.report.formats import digits, hours_said, plain

if TYPE_CHECKING:
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = ["assumed"]


def assumed(run: RunFolder, words: Words) -> list[Assumed]:
    """Say what was assumed, under headings.

    Parameters
    ----------
    run
        A run of street cleaning.
    words
        The language.
    """
    table = run.scenario.get("cleaning") or {}
    head = run.scenario.get("scenario") or {}
    stated = head.get("assumed_zh") if words.lang == "zh" else head.get("assumed")
    groups = [
        Assumed(words("cl.as.stated"), [str(text) for text in stated or head.get("assumed") or []]),
        Assumed(words("cl.as.dirt"), _dirt(table, words)),
        Assumed(words("cl.as.sweeping"), _sweeping(table, words)),
        Assumed(words("cl.as.cost"), _costs(table, words)),
    ]
    return [group for group in groups if group.sentences]


def _dirt(table: dict[str, Any], words: Words) -> list[str]:
    found = [
        words("cl.as.growth", list=_figures(table.get("growth_g_m_h"), words)),
        words("cl.as.standard", list=_figures(table.get("standard_g_m"), words)),
    ]
    if table.get("growth_spread"):
        found.insert(1, words("cl.as.spread", share=digits(table["growth_spread"], "share")))
    found += [
        words(
            "cl.as.market",
            streets=words.listed([str(name) for name in market["streets"]]),
            factor=f"{market['factor']:g}",
            hours=hours_said(words, str(market["hours"])),
        )
        for market in table.get("market") or []
    ]
    leaves = table.get("leaves")
    if leaves:
        factors = leaves["factor"] if isinstance(leaves["factor"], list) else [leaves["factor"]]
        found.append(words("cl.as.leaves", factor=words.listed([f"{f:g}" for f in factors])))
    weather = table.get("weather") or {}
    if weather.get("rain") or weather.get("storm"):
        found.append(
            words(
                "cl.as.weather",
                rain=digits(weather["rain"], "share"),
                washes=digits(weather["rain_washes"], "share"),
                storm=digits(weather["storm"], "share"),
                growth=f"{weather['storm_growth']:g}",
            )
        )
    return found


def _sweeping(table: dict[str, Any], words: Words) -> list[str]:
    (slow_kmh, slow), (fast_kmh, fast) = table["removal"]
    found = [
        words(
            "cl.as.removal",
            slow=digits(slow, "share"),
            slow_kmh=f"{slow_kmh:g}",
            fast=digits(fast, "share"),
            fast_kmh=f"{fast_kmh:g}",
        ),
        words("cl.as.parked", list=_figures(table.get("parked"), words, share=True)),
    ]
    every = table.get("breakdown_h")
    found.append(
        words("cl.as.breakdown", hours=f"{every:g}") if every else words("cl.as.no_breakdown")
    )
    minutes = words("unit.min", value=f"{table['overtime_min']:g}")
    then = words(f"cl.carry.{table['carry_over']}")
    found.append(words("cl.as.overtime", minutes=minutes, then=then))
    found.append(words("cl.as.bays", n=table["dump_bays"]))
    return found


def _costs(table: dict[str, Any], words: Words) -> list[str]:
    energy, cost = table["energy"], table["cost"]
    currency = str(cost["currency"])
    return [
        words(
            "cl.as.energy",
            unit=energy["unit"],
            swept=f"{energy['swept_km']:g}",
            driven=f"{energy['driven_km']:g}",
            standing=f"{energy['standing_h']:g}",
            price=f"{energy['price']:g}",
            currency=currency,
        ),
        words(
            "cl.as.rates",
            crew=f"{cost['crew_h']:g}",
            overtime=f"{cost['overtime_h']:g}",
            km=f"{cost['km']:g}",
            dump=f"{cost['dump_t']:g}",
            currency=currency,
        ),
    ]


def _figures(figure: Any, words: Words, *, share: bool = False) -> str:  # noqa: ANN401 - or a table
    """Say a figure by class, or one for all."""

    def said(value: float) -> str:
        return digits(value, "share") if share else plain(value, 1 if value % 1 else 0)

    if not isinstance(figure, dict):
        return said(float(figure or 0.0))
    return words.listed(
        [f"{words.road_class(name)} {said(float(value))}" for name, value in figure.items()]
    )
