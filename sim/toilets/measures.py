"""Measures of one replication: a tidy table, one row a number.

Columns: ``measure``, ``by`` ("all", "toilet", "kind", "hour"), ``group``, ``value``, ``unit``.
Counted are visitors who come in [warm-up, horizon). Waits are of all who were let in, those too who
left unserved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.toilets.log import LEFT, TURNED_AWAY
from sim.toilets.model import FIXTURES, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sim.toilets.log import Log
    from sim.toilets.model import Toilet

__all__ = ["MEASURES", "label", "measures"]

MEASURES: Final[dict[str, tuple[str, bool | None, str, str]]] = {
    "visitors": ("count", None, "Visitors", "如厕人次"),
    "wait_mean_min": ("min", False, "Mean wait", "平均等候时间"),
    "wait_p90_min": ("min", False, "90th percentile of wait", "等候时间第90百分位"),
    "waited_share": ("share", False, "Had to wait", "需排队占比"),
    "left_share": ("share", False, "Left unserved", "排队放弃占比"),
    "turned_away_share": ("share", False, "Found it closed or without a fixture", "未能入厕占比"),
    "utilisation": ("share", None, "Fixtures in use", "厕位使用率"),
}
"""Unit, whether more is better, and labels in English and Chinese."""


def label(measure: str, lang: str = "en") -> str:
    """Name of a measure for people, in English or Chinese."""
    words = MEASURES[measure]
    return words[3] if lang == "zh" else words[2]


def measures(
    log: Log,
    toilets: Sequence[Toilet],
    *,
    horizon_s: float,
    warmup_s: float = 0.0,
    week_start_s: float = 0.0,
) -> pd.DataFrame:
    """Measure a run.

    Parameters
    ----------
    log, toilets
        What happened, and where.
    horizon_s
        End of the time in which visitors came; use of fixtures is counted until then.
    warmup_s
        Start of what is counted.
    week_start_s
        Second of the week at which time 0 lies.
    """
    import pandas as pd

    rows = [
        (measure, by, group, float(value), MEASURES[measure][0])
        for measure, by, group, value in (
            *_of_visitors(log, toilets, warmup_s, horizon_s, week_start_s),
            *_of_fixtures(log, toilets, warmup_s, horizon_s),
        )
        if np.isfinite(value)
    ]
    return pd.DataFrame(rows, columns=["measure", "by", "group", "value", "unit"])


def _of_visitors(
    log: Log, toilets: Sequence[Toilet], warmup_s: float, horizon_s: float, week_start_s: float
) -> Iterator[tuple[str, str, str, float]]:
    came = log.visitors
    counted = (came.time_s >= warmup_s) & (came.time_s < horizon_s)
    hour = ((came.time_s + week_start_s) // 3600.0).astype(np.int64) % 24
    groups: list[tuple[str, str, NDArray[np.bool_]]] = [("all", "", counted)]
    groups += [("toilet", t.name, counted & (came.toilet == i)) for i, t in enumerate(toilets)]
    groups += [("kind", name, counted & (came.kind == code)) for code, name in enumerate(KINDS)]
    groups += [("hour", str(h), counted & (hour == h)) for h in range(24)]
    wait, outcome = log.wait_s / 60.0, log.outcome
    for by, group, mask in groups:
        yield "visitors", by, group, int(mask.sum())
        if not mask.any():
            continue
        yield "turned_away_share", by, group, (outcome[mask] == TURNED_AWAY).mean()
        let_in = mask & (outcome != TURNED_AWAY)
        if let_in.any():
            yield "wait_mean_min", by, group, wait[let_in].mean()
            yield "wait_p90_min", by, group, np.quantile(wait[let_in], 0.9)
            yield "waited_share", by, group, (wait[let_in] > 0).mean()
            yield "left_share", by, group, (outcome[let_in] == LEFT).mean()


def _of_fixtures(
    log: Log, toilets: Sequence[Toilet], warmup_s: float, horizon_s: float
) -> Iterator[tuple[str, str, str, float]]:
    span = horizon_s - warmup_s
    if span <= 0 or not len(toilets):
        return
    used = log.fixture >= 0
    start = np.clip(log.start_s[used], warmup_s, horizon_s)
    busy_s = np.clip(log.end_s[used], warmup_s, horizon_s) - start
    where, fixture = log.visitors.toilet[used], log.fixture[used]
    counts = np.array([toilet.counts for toilet in toilets], dtype=np.int64)
    kind = (fixture[:, None] >= np.cumsum(counts, axis=1)[where]).sum(axis=1)
    for code, name in enumerate(FIXTURES):
        if counts[:, code].any():
            share = busy_s[kind == code].sum() / counts[:, code].sum() / span
            yield "utilisation", "fixture", name, share
    for i, toilet in enumerate(toilets):
        yield (
            "utilisation",
            "toilet",
            toilet.name,
            busy_s[where == i].sum() / sum(toilet.counts) / span,
        )
    yield "utilisation", "all", "", busy_s.sum() / counts.sum() / span
