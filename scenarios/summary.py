"""From the measures of all replications to means with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from sim.dispatch.model import District

__all__ = ["KEYS", "completed", "in_order", "sorted_measures", "summarise"]

KEYS = ["measure", "by", "group", "unit"]
_ZERO_IF_ABSENT = ("incidents", "dispatches", "km", "status_share", "preemptions", "relocations")


def completed(measures: pd.DataFrame, reps: int) -> pd.DataFrame:
    """Add the zeros that replications leave out: no incident in an area is a count of 0.

    Without them the mean count of a quiet area would be that of its busy replications only. A mean
    response time of no response stays absent.

    Parameters
    ----------
    measures
        measure, by, group, unit, value and replication.
    reps
        Replications 0 to reps - 1 were run.

    Returns
    -------
    DataFrame
        The same with the missing rows at the end.
    """
    import pandas as pd

    counted = measures[measures["measure"].isin(_ZERO_IF_ABSENT)]
    groups = counted[KEYS].drop_duplicates()
    wanted = groups.merge(pd.DataFrame({"replication": range(reps)}), how="cross")
    both = wanted.merge(counted, on=[*KEYS, "replication"], how="left")
    zeros = both[both["value"].isna()].assign(value=0.0)
    if zeros.empty:
        return measures
    return pd.concat([measures, zeros[list(measures.columns)]], ignore_index=True)


def in_order(measures: pd.DataFrame, district: District) -> pd.DataFrame:
    """Sort by replication, measure and group, the same however the rows came together.

    Parameters
    ----------
    measures
        measure, by, group, unit, value and replication.
    district
        Groups stand in its order: classes, areas, units as the scenario names them; hours and
        minutes as numbers.
    """
    from sim.dispatch.log import STATUS_NAMES
    from sim.dispatch.measures import MEASURES

    units = [unit.name for unit in district.units]
    names = {
        "class": [kind.name for kind in district.classes],
        "area": [area.name for area in district.areas],
        "type": [kind.name for kind in district.unit_types],
        "unit": units,
        "unit_status": [f"{unit}|{status}" for unit in units for status in STATUS_NAMES],
        "hour": [str(hour) for hour in range(24)],
    }
    return sorted_measures(measures, MEASURES, names)


def sorted_measures(
    measures: pd.DataFrame, order: Iterable[str], names: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Sort by replication, measure and group.

    Parameters
    ----------
    measures
        measure, by, group, unit, value and replication.
    order
        Measures in the order in which they shall stand.
    names
        Kinds of groups in their order, each with its groups in theirs; all together come first,
        "within" last, by its number.
    """
    group_rank = {(by, name): k for by, known in names.items() for k, name in enumerate(known)}
    measure_rank = {measure: k for k, measure in enumerate(order)}
    kinds = ("all", *names, "within")

    def rank(by: str, group: str) -> float:
        known = group_rank.get((by, group))
        if known is not None:
            return float(known)
        return float(group) if by == "within" else float(len(group_rank))

    keys = list(zip(measures["by"], measures["group"], strict=True))
    ranks = {key: rank(*key) for key in set(keys)}
    order = np.lexsort(
        (
            np.array([ranks[key] for key in keys]),
            np.array([kinds.index(by) for by, _ in keys]),
            measures["measure"].map(measure_rank).to_numpy(),
            measures["replication"].to_numpy(),
        )
    )
    return measures.iloc[order].reset_index(drop=True)


def summarise(measures: pd.DataFrame, level: float) -> pd.DataFrame:
    """Mean and t interval of each measure over the replications (Law 2015, equation 4.12).

    Parameters
    ----------
    measures
        measure, by, group, unit, value and replication; a value that is NaN (an area without a
        call) does not count.
    level
        Confidence level.

    Returns
    -------
    DataFrame
        measure, by, group, unit, n, mean, low, high, half_width, in the order in which the
        measures first came. With one replication the interval is unknown: NaN. Intervals are cut
        at what a measure can be: nothing is below 0 whose mean is not, no share above 1.
    """
    from sim.statistics import half_width

    table = (
        measures.groupby(KEYS, sort=False, dropna=False)["value"]
        .agg(n="count", mean="mean", deviation="std")
        .reset_index()
    )
    n = table["n"].to_numpy()
    width = np.full(len(table), np.nan)
    enough = n >= 2
    width[enough] = half_width(table.loc[enough, "deviation"], n[enough], level)
    most = np.where(table["unit"] == "share", 1.0, np.inf)
    least = np.where(table["mean"] < 0.0, -np.inf, 0.0)  # a delay may be none at all, and less
    table["low"] = np.maximum(table["mean"] - width, least)
    table["high"] = np.minimum(table["mean"] + width, most)
    table["half_width"] = width
    return table.drop(columns="deviation")
