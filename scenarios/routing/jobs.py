"""What is said of a plan by its job: sweepers that take up dirt, or trucks that spread water.

Inside there is one problem: something adds up along the streets until a stop at a facility takes
it away. Of a sweeper that is dirt in kg, and a dump site; of a watering truck water that was
spread, in litres (a litre counts as a kilogram), and a fill point. What people read and edit speaks
of water, and of what is left of it in the tank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.routing.build import RouteQuestion
    from scenarios.routing.schema import RoutesSpec

__all__ = ["INNER_KINDS", "JobTerms", "named", "spoken", "terms_of"]

_KINDS: Final = {"sweep": "water", "dump": "fill"}
INNER_KINDS: Final = {said: inner for inner, said in _KINDS.items()}
"""Kinds of rows of a watering plan, and what they are inside."""

_NAMES: Final = {
    "km_swept": "km_watered",
    "dirt_kg": "water_l",
    "dumps": "fills",
    "dump_sites": "fill_points",
    "load_kg": "water_l",
}


class JobTerms:
    """Words of messages, by job.

    Parameters
    ----------
    is_water
        Whether trucks spread water.

    Examples
    --------
    >>> JobTerms(False).done, JobTerms(True).done
    ('swept', 'watered')
    """

    def __init__(self, is_water: bool) -> None:  # noqa: FBT001
        self.do, self.does = ("water", "waters") if is_water else ("sweep", "sweeps")
        self.done = "watered" if is_water else "swept"
        self.served = "filled" if is_water else "emptied"
        self.row, self.place = ("fill", "fill point") if is_water else ("dump", "dump site")
        self.rows = "kind water" if is_water else "sweeps"


def terms_of(spec: RoutesSpec) -> JobTerms:
    """Words of messages of a table."""
    return JobTerms(spec.is_water)


def named(key: str, is_water: bool) -> str:  # noqa: FBT001
    """Name of a column or of a figure of the manifest, as the job has it."""
    return _NAMES.get(key, key) if is_water else key


def spoken(table: pd.DataFrame, question: RouteQuestion) -> pd.DataFrame:
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
        "fill", and ``water_l`` left in place of ``load_kg``.
    """
    if not question.spec.is_water:
        return table
    table = table.copy()
    if "kind" in table:
        table["kind"] = table["kind"].replace(_KINDS)
    if "load_kg" in table:
        tank_l = {kind.name: 1000.0 * kind.capacity_t for kind in question.kinds}
        left = table["vehicle"].map(tank_l).astype(float) - table["load_kg"]
        table["load_kg"] = left.clip(lower=0.0).round(3)
    return table.rename(columns=_NAMES)
