"""From the measures of all replications to means with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KEYS", "summarise"]

KEYS = ["measure", "by", "group", "unit"]


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
        measures first came. With one replication the interval is unknown: NaN.
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
    table["low"] = table["mean"] - width
    table["high"] = table["mean"] + width
    table["half_width"] = width
    return table.drop(columns="deviation")
