"""What a comparison tells of each service: which figures, over what time, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cityops.report import cleaning, cleaning_assumptions, contents
from cityops.report.assumptions import assumptions
from scenarios.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityops.report.assumptions import Assumed
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = ["UNITS", "Compared", "compared"]

DAY_S = 86_400
UNITS = ("min", "share", "count", "km")


class Compared(NamedTuple):
    """How runs of one service are set side by side.

    Parameters
    ----------
    key
        Measures of all together, in their order.
    by_class
        Measures by class; the first of them by area, too.
    totals, per_s
        Measures that grow with the length of the run, and the seconds for which they are told.
    units
        Which figures come first, by their units.
    words
        Keys of the words that differ from service to service, by what they are for.
    inputs, assumed
        What was put in, and what was assumed, of one run.
    class_name
        Name of a class as people read it.
    """

    key: tuple[str, ...]
    by_class: tuple[str, ...]
    totals: frozenset[str]
    per_s: float
    units: tuple[str, ...]
    words: dict[str, str]
    inputs: Callable[[RunFolder, Words], list[tuple[str, str]]]
    assumed: Callable[[RunFolder, Words], list[Assumed]]
    class_name: Callable[[RunFolder, str, Words], str]


def _incident_class(run: RunFolder, group: str, words: Words) -> str:
    return run.title_of("incident_class", group, words.lang)


def _road_class(run: RunFolder, group: str, words: Words) -> str:  # noqa: ARG001 - as the others
    return words.road_class(group)


_DISPATCH = Compared(
    key=contents.KEY_MEASURES,
    by_class=("response_mean_min", "within_target"),
    totals=frozenset(contents.PER_DAY),
    per_s=DAY_S,
    units=UNITS,
    words={
        "groups": "cmp.groups",
        "areas": "cmp.areas",
        "paired": "cmp.paired",
        "demand": "cmp.demand",
        "block.count": "cmp.block.count",
        "block.km": "cmp.block.km",
    },
    inputs=contents.inputs,
    assumed=assumptions,
    class_name=_incident_class,
)
_CLEANING = Compared(
    key=SERVICES["cleaning"].key_measures,
    by_class=SERVICES["cleaning"].by_class,
    totals=frozenset(cleaning.PER_WEEK),
    per_s=7 * DAY_S,
    units=("share", "km", "h", "min"),
    words={
        "groups": "cl.by_class",
        "areas": "cl.cmp.areas",
        "paired": "cl.cmp.paired",
        "demand": "cl.cmp.demand",
        "block.count": "cl.block.count",
        "block.km": "cl.block.km",
    },
    inputs=cleaning.inputs,
    assumed=cleaning_assumptions.assumed,
    class_name=_road_class,
)


def compared(service: str) -> Compared:
    """Look up how runs of a service are set side by side; a run that does not say is dispatch."""
    return _CLEANING if service == "cleaning" else _DISPATCH
