"""Two runs beside each other: paired differences under common random numbers.

Both runs drew the same replications of the city (same seed), so replication k of one is compared
with replication k of the other and what the luck of the draw did to both cancels out (Law 2015,
Simulation Modeling and Analysis, sections 10.2.1 and 11.2). Runs that cannot be compared so are
refused; what differs between them on purpose (streets, demand) is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.merge import shown_path
from scenarios.services import higher_is_better, service_kind
from scenarios.summary import KEYS

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.folder import Run

__all__ = ["Comparison", "compare_runs"]

_MUST_AGREE = {
    "service": "service",
    "seed": "seed",
    "horizon_s": "horizon",
    "warmup_s": "warm-up",
    "week_start_s": "start",
}
_FOLLOWS = ("all", "class", "stream", "area", "hour", "type")


@dataclass(frozen=True)
class Comparison:
    """What changes from one run to another.

    Parameters
    ----------
    base, other
        The runs; a difference is other minus base.
    table
        measure, by, group, unit, n, base, other, difference, low, high, half_width, clear (whether
        the interval leaves out 0), better ("better", "worse" or "unclear", seen from the other
        run; None for a figure of which neither more nor less is better), run (the other's name).
    level
        Confidence level of each interval.
    notes
        What else differs between the runs.
    """

    base: Run
    other: Run
    table: pd.DataFrame
    level: float
    notes: tuple[str, ...]

    @property
    def key_figures(self) -> pd.DataFrame:
        """Rows of the table that a planner looks at first."""
        table, kind = self.table, service_kind(self.base.service)
        chosen = [
            table[(table["measure"] == measure) & (table["by"] == by)]
            for by, measures in (("all", kind.key_measures), (kind.classes, kind.by_class))
            for measure in measures
        ]
        import pandas as pd

        return pd.concat(chosen, ignore_index=True)


def compare_runs(base: Run, other: Run, *, level: float | None = None) -> Comparison:
    """Compare two runs, replication by replication.

    Parameters
    ----------
    base, other
        Finished runs.
    level
        Confidence level of each interval; that of the base by default.

    Raises
    ------
    InputError
        If the runs asked different things of different cities: another seed, horizon, warm-up or
        start, or no replication in common.
    """
    _refuse_unlike(base, other)
    level = base.level if level is None else level
    table = _differences(base, other, level)
    return Comparison(base, other, table, level, _notes(base, other))


def _refuse_unlike(base: Run, other: Run) -> None:
    for key, word in _MUST_AGREE.items():
        ours, theirs = base.manifest.get(key), other.manifest.get(key)
        if ours != theirs:
            raise InputError(
                f"the runs differ in {word}: {_said(key, ours)} and {_said(key, theirs)}",
                file=shown_path(other.folder),
                mend=f"run both with the same {word}",
            )


def _said(key: str, value: object) -> str:
    if key.endswith("_s") and isinstance(value, int | float):
        return f"{value / 3600:g} h"
    return str(value)


def _notes(base: Run, other: Run) -> tuple[str, ...]:
    notes = []
    ours, theirs = base.manifest, other.manifest
    if ours.get("network", {}).get("hash") != theirs.get("network", {}).get("hash"):
        notes.append("the runs drive on different streets or at different speeds")
    same, common = _same_demand(base, other)
    if same < common:
        notes.append(
            f"{common - same} of {common} replications met different "
            f"{service_kind(base.service).met}: the intervals hold, but pairing narrows them less"
        )
    if len(base.table("replications")) != len(other.table("replications")):
        notes.append(f"only the {common} replications that both have are compared")
    versions = [m.get("versions", {}).get("cityops") for m in (ours, theirs)]
    if versions[0] != versions[1]:
        notes.append(
            f"the runs are of different versions of cityops: {' and '.join(map(str, versions))}"
        )
    notes += [
        f"{run.name} was interrupted" for run in (base, other) if run.manifest.get("interrupted")
    ]
    return tuple(notes)


def _same_demand(base: Run, other: Run) -> tuple[int, int]:
    """Replications that met the same incidents, and those that both have."""
    ours, theirs = (run.table("replications")["demand_hash"].to_numpy() for run in (base, other))
    common = min(len(ours), len(theirs))
    return int((ours[:common] == theirs[:common]).sum()), common


def _differences(base: Run, other: Run, level: float) -> pd.DataFrame:
    import pandas as pd

    from sim.statistics import half_width

    keys = [*KEYS, "replication"]
    ours, theirs = (
        run.measures[run.measures["by"].isin(_FOLLOWS)].set_index(keys)["value"]
        for run in (base, other)
    )
    pairs = pd.concat({"base": ours, "other": theirs}, axis=1, join="inner").dropna()
    if pairs.empty:
        raise InputError(
            "the runs have no figure of a replication in common",
            file=shown_path(other.folder),
            mend="compare runs of one service",
        )
    pairs["difference"] = pairs["other"] - pairs["base"]
    groups = pairs.groupby(level=KEYS, sort=False)
    table = groups.mean().reset_index()
    table["n"] = groups.size().to_numpy()
    width = half_width(groups["difference"].std().fillna(0.0), table["n"], level)
    width = np.where(table["n"] >= 2, width, np.nan)
    table["low"], table["high"] = table["difference"] - width, table["difference"] + width
    table["half_width"] = width
    table["clear"] = (table["low"] > 0) | (table["high"] < 0)
    judged = [_better(row) for row in table.to_dict("records")]
    table["better"] = pd.Series(judged, index=table.index, dtype=object)
    order = [*KEYS, "n", "base", "other", "difference", "low", "high", "half_width"]
    return table[[*order, "clear", "better"]].assign(run=other.name)


def _better(row: dict[Any, Any]) -> str | None:
    higher = higher_is_better(row["measure"])
    if higher is None:
        return None
    if not row["clear"]:
        return "unclear"
    return "better" if (row["difference"] > 0) == higher else "worse"
