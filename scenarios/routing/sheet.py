"""Run sheets: a route as lines that a crew can follow, in words.

A line begins where the driver turns, meets another street's name, begins or stops sweeping, or
halts. Turns are found by `networks.directions` along the whole way between two halts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from networks.direction_texts import compass, street_words
from scenarios.routing.tables import clock_text

if TYPE_CHECKING:
    import pandas as pd

    from networks import RoadNetwork
    from scenarios.routing.answer import Plan

__all__ = ["SheetLine", "run_sheet", "side_words"]

_TEXTS = {
    "en": {
        "begin": "Begin sweeping {street}",
        "stop": "Stop sweeping, go on along {street}",
        "dump": "Empty the hopper: {place}",
        "leave": "Leave {place}",
        "home": "Home: {place}",
        "wait": "Wait until {until}",
        "break": "Break until {until}",
        "both": "whole width",
        "left": "left side",
        "right": "right side",
        "side": "{compass} side",
    },
    "zh": {
        "begin": "开始清扫{street}",
        "stop": "停止清扫，沿{street}继续行驶",
        "dump": "倾倒：{place}",
        "leave": "从{place}出发",
        "home": "返回{place}",
        "wait": "等候至 {until}",
        "break": "休息至 {until}",
        "both": "全幅",
        "left": "左侧",
        "right": "右侧",
        "side": "{compass}侧",
    },
}
_WATER_TEXTS = {
    "en": {
        "begin": "Begin watering {street}",
        "stop": "Stop watering, go on along {street}",
        "dump": "Fill the tank: {place}",
    },
    "zh": {
        "begin": "开始洒水：{street}",
        "stop": "停止洒水，沿{street}继续行驶",
        "dump": "加水：{place}",
    },
}
_POINT_TEXTS = {
    "en": {
        "collect": "Collect {place}{bins}",
        "bin": ", 1 bin",
        "bins": ", {n} bins",
        "dump": "Unload: {place}",
    },
    "zh": {
        "collect": "收运：{place}{bins}",
        "bin": "，1 桶",
        "bins": "，{n} 桶",
        "dump": "卸料：{place}",
    },
}
_JOB_TEXTS = {"water": _WATER_TEXTS, "collect": _POINT_TEXTS}
_COURSES = {
    "east": 0, "north-east": 45, "north": 90, "north-west": 135,
    "west": 180, "south-west": 225, "south": 270, "south-east": 315,
}  # fmt: skip


@dataclass(frozen=True)
class SheetLine:
    """A line of a run sheet.

    Parameters
    ----------
    kind
        "sweep", "collect", "drive", "dump", "depot", "wait" or "break".
    step
        `order` of the step of the plan that the line belongs to.
    text
        What to do.
    side
        Of the street that is swept, or on which the point lies, in words; "" otherwise.
    km, minutes
        Of the stretch, or of the halt.
    clock
        Time of day at its begin.
    load
        Kg in the hopper at its end; of a watering truck, litres left in the tank.
    """

    kind: str
    step: int
    text: str
    side: str
    km: float
    minutes: float
    clock: str
    load: float


def side_words(side: str, lang: str = "en") -> str:
    """Side of a street in words.

    Examples
    --------
    >>> side_words("north"), side_words("north-east", "zh"), side_words("both")
    ('north side', '东北侧', 'whole width')
    """
    texts = _TEXTS[lang]
    if side in _COURSES:
        return texts["side"].format(compass=compass(float(_COURSES[side]), lang))
    return texts.get(side, "")


def run_sheet(plan: Plan, route: int, lang: str = "en") -> list[SheetLine]:
    """Lines of one route.

    Parameters
    ----------
    plan
        The routes.
    route
        Its number, from 1.
    lang
        "en" or "zh".
    """
    steps = plan.steps[plan.steps["route"] == route].set_index("order")
    legs = plan.legs[plan.legs["route"] == route]
    own = plan.summary[plan.summary["route"] == route]
    leaves_s = float(own["leaves_s"].iloc[0])
    texts = _texts(plan, lang)
    vehicle = str(own["vehicle"].iloc[0])
    tank_l = next(1e3 * k.capacity_t for k in plan.question.kinds if k.name == vehicle)
    lines: list[SheetLine] = []
    trip: list[dict[str, Any]] = []
    last = len(legs) - 1
    for number, row in enumerate(legs.itertuples(index=False)):
        leg = dict(zip(map(str, legs), row, strict=True))
        if leg["edge"] >= 0:
            trip.append(leg)
            continue
        lines += _trip(plan, trip, steps, lang, leaves_s)
        trip = []
        key = leg["kind"]
        if key == "depot":
            key = "home" if number == last else "leave"
        begin = leaves_s + leg["start_s"]
        place, side = (str(steps.loc[leg["step"], key]) for key in ("street", "side"))
        bins = ""
        if leg["kind"] == "collect":
            many = int(steps.loc[leg["step"], "bins"])
            bins = "" if many == 0 else texts["bin" if many == 1 else "bins"].format(n=many)
        until = clock_text(begin + leg["seconds"])
        lines.append(
            SheetLine(
                leg["kind"],
                int(leg["step"]),
                texts[key].format(place=place, until=until, bins=bins),
                side_words(side, lang),
                0.0,
                leg["seconds"] / 60,
                clock_text(begin),
                leg["load_kg"],
            )
        )
    if plan.question.job != "water":
        return lines
    return [replace(line, load=max(0.0, tank_l - line.load)) for line in lines]


def _texts(plan: Plan, lang: str) -> dict[str, str]:
    """Words of a language, those of its job where there are others."""
    own = _JOB_TEXTS.get(plan.question.job)
    return _TEXTS[lang] if own is None else _TEXTS[lang] | own[lang]


def _trip(
    plan: Plan, legs: list[dict[str, Any]], steps: pd.DataFrame, lang: str, leaves_s: float
) -> list[SheetLine]:
    """Lines between two halts."""
    if not legs:
        return []
    from networks.directions import directions_along
    from networks.paths import describe

    network, texts = plan.question.network, _texts(plan, lang)
    edges = [int(leg["edge"]) for leg in legs]
    whole = describe(
        network, float(sum(leg["seconds"] for leg in legs)), [(e, 0.0, 1.0) for e in edges]
    )
    turns = {step.first: step for step in directions_along(network, whole)[:-1]}
    starts = [
        k
        for k in range(len(legs))
        if k in turns or (k > 0 and legs[k]["step"] != legs[k - 1]["step"])
    ]
    lines = []
    for k, end in zip(starts, [*starts[1:], len(legs)], strict=True):
        part, kind = legs[k:end], legs[k]["kind"]
        street = _street(network, edges[k], lang)
        if k in turns:
            text = turns[k].text(lang)
        else:
            text = texts["begin" if kind == "sweep" else "stop"].format(street=street)
        side = str(steps.loc[part[0]["step"], "side"])
        lines.append(
            SheetLine(
                kind,
                int(part[0]["step"]),
                text,
                side_words(side, lang) if kind == "sweep" else "",
                sum(float(network.length_m[leg["edge"]]) for leg in part) / 1000,
                sum(leg["seconds"] for leg in part) / 60,
                clock_text(leaves_s + part[0]["start_s"]),
                part[-1]["load_kg"],
            )
        )
    return lines


def _street(network: RoadNetwork, edge: int, lang: str) -> str:
    from networks.direction_texts import plain_name

    name = plain_name(network.names[network.name[edge]])
    return street_words(name, network.class_names[network.road_class[edge]], lang)
