"""What is said of a plan by its job: sweepers, watering trucks, or trucks that collect waste.

Inside there is one problem: something adds up along the way until a stop at a facility takes it
away. Of a sweeper that is dirt in kg, and a dump site; of a watering truck water that was spread,
in litres (a litre counts as a kilogram), and a fill point; of a collecting truck waste in kg, and a
facility. What people read and edit speaks of water, and of what is left of it in the tank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.collection.schema import CollectSpec
    from scenarios.routing.question import Question
    from scenarios.routing.schema import RoutesSpec

__all__ = ["INNER_KINDS", "SERVED", "JobTerms", "named", "spoken", "terms_by_job", "terms_of"]

_KINDS: Final = {
    "sweep": {},
    "water": {"sweep": "water", "dump": "fill"},
    "collect": {"dump": "unload"},
}
INNER_KINDS: Final = {"water": "sweep", "fill": "dump", "unload": "dump"}
"""Kinds of rows as people read them, and what they are inside, where these are two things."""
SERVED: Final = frozenset({"sweep", "collect"})
"""Kinds of rows, as they are inside, that do what was asked for."""

_NAMES: Final = {
    "water": {
        "km_swept": "km_watered",
        "dirt_kg": "water_l",
        "dumps": "fills",
        "dump_sites": "fill_points",
        "load_kg": "water_l",
    },
    "collect": {"dump_sites": "facilities"},
}


class JobTerms(NamedTuple):
    """Words of messages, by job.

    Examples
    --------
    >>> terms_by_job("sweep").done, terms_by_job("water").done
    ('swept', 'watered')
    """

    do: str
    does: str
    done: str
    served: str
    row: str
    place: str
    rows: str


_TERMS: Final = {
    "sweep": JobTerms("sweep", "sweeps", "swept", "emptied", "dump", "dump site", "sweeps"),
    "water": JobTerms("water", "waters", "watered", "filled", "fill", "fill point", "kind water"),
    "collect": JobTerms(
        "collect", "collects", "collected", "emptied", "unload", "facility", "kind collect"
    ),
}


def terms_by_job(job: str) -> JobTerms:
    """Words of messages of a job."""
    return _TERMS[job]


def terms_of(spec: RoutesSpec | CollectSpec) -> JobTerms:
    """Words of messages of a table."""
    return _TERMS[spec.job]


def named(key: str, job: str) -> str:
    """Name of a column or of a figure of the manifest, as the job has it."""
    return _NAMES.get(job, {}).get(key, key)


def spoken(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Put steps or routes as people read them.

    Parameters
    ----------
    table
        `steps` or `summary` of a plan.
    question
        That it answers.

    Returns
    -------
    pandas.DataFrame
        The table itself where sweepers are at work; of watering trucks with kinds "water" and
        "fill", and ``water_l`` left in place of ``load_kg``; of collecting ones with kind "unload".
    """
    job = question.job
    if job == "sweep":
        return table
    table = table.copy()
    if "kind" in table:
        table["kind"] = table["kind"].replace(_KINDS[job])
    if job == "water" and "load_kg" in table:
        tank_l = {kind.name: 1000.0 * kind.capacity_t for kind in question.kinds}
        left = table["vehicle"].map(tank_l).astype(float) - table["load_kg"]
        table["load_kg"] = left.clip(lower=0.0).round(3)
    return table.rename(columns=_NAMES.get(job, {}))
