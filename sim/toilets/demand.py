"""Who comes to which toilet, drawn from a seed or given as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from sim.distributions import Distribution

__all__ = ["Visitors", "draw_visitors"]


@dataclass(frozen=True, eq=False)
class Visitors:
    """Visitors in order of time.

    Parameters
    ----------
    time_s : float64[n]
        When they come, ascending.
    toilet : int64[n]
        Where.
    kind : int64[n]
        0 women, 1 men who need a stall, 2 men who need a urinal.
    service_s : float64[n]
        How long they use a fixture.
    patience_s : float64[n], optional
        How long they wait at most; for ever if not given.

    Raises
    ------
    InputError
        If times are out of order, a number is missing or negative, or a kind is none of the three.
    """

    time_s: NDArray[np.float64]
    toilet: NDArray[np.int64]
    kind: NDArray[np.int64]
    service_s: NDArray[np.float64]
    patience_s: NDArray[np.float64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = len(self.time_s)
        patience = np.full(n, np.inf) if self.patience_s is None else self.patience_s
        for name, values, kind in (
            ("time_s", self.time_s, np.float64),
            ("toilet", self.toilet, np.int64),
            ("kind", self.kind, np.int64),
            ("service_s", self.service_s, np.float64),
            ("patience_s", patience, np.float64),
        ):
            column = np.array(values, dtype=kind)
            if column.shape != (n,):
                raise InputError(f"{name} has {column.size} numbers, not {n}", place="visitors")
            if np.isnan(column).any() or (column < 0).any():
                raise InputError(f"{name} is missing or negative", place="visitors")
            object.__setattr__(self, name, column)
        if (np.diff(self.time_s) < 0).any() or not np.isfinite(self.time_s).all():
            raise InputError("times are out of order", place="visitors", mend="sort by time_s")
        if not np.isfinite(self.service_s).all():
            raise InputError("a service takes for ever", place="visitors")
        if n and self.kind.max() > 2:
            raise InputError(f"there is no kind {self.kind.max()}", place="visitors")

    def __len__(self) -> int:
        return len(self.time_s)

    def table(self) -> pd.DataFrame:
        """Columns visitor, time_s, toilet, kind, service_s, patience_s."""
        import pandas as pd

        return pd.DataFrame(
            {
                "visitor": np.arange(len(self), dtype=np.int64),
                "time_s": self.time_s,
                "toilet": self.toilet,
                "kind": self.kind,
                "service_s": self.service_s,
                "patience_s": self.patience_s,
            }
        )


def draw_visitors(
    rate_per_h: ArrayLike,
    *,
    horizon_s: float,
    seed: int,
    women_share: float,
    urinal_share: float,
    service_s: Sequence[Distribution],
    patience_s: Distribution | None = None,
    week_start_s: float = 0.0,
    names: Sequence[str] | None = None,
) -> Visitors:
    """Draw who comes.

    Parameters
    ----------
    rate_per_h : float64[k, 168]
        Visitors an hour to each toilet in each hour of the week, the first from Monday 00:00.
    horizon_s
        Visitors come in [0, horizon_s).
    seed
        Names the replication: the same visitors come to a toilet whatever its fixtures are.
    women_share
        Share of visitors who are women.
    urinal_share
        Share of men who need a urinal.
    service_s
        Distributions of the time at a fixture for the three kinds of visitors.
    patience_s
        Distribution of the longest wait; nobody leaves if not given.
    week_start_s
        Second of the week at which time 0 lies.
    names
        Of the toilets: the draws of one hang on its name, so that others may come and go.

    Raises
    ------
    InputError
        If a share is not from 0 to 1, or there are not three distributions.
    """
    from sim.arrivals import poisson_arrivals
    from sim.draws import stream_id, uniforms

    rates = np.asarray(rate_per_h, dtype=np.float64)
    if rates.ndim != 2:
        raise InputError("rates must be a table of toilets by hours of the week")
    for name, share in (("women_share", women_share), ("urinal_share", urinal_share)):
        if not 0 <= share <= 1:
            raise InputError(f"{name} must be from 0 to 1, is {share}")
    if len(service_s) != 3:
        raise InputError("service_s needs three distributions: women, men's stall, urinal")
    columns: list[tuple[NDArray[np.float64], ...]] = []
    for toilet, rate in enumerate(rates):
        name = str(toilet) if names is None else names[toilet]
        stream = f"toilets/{name}"
        time = poisson_arrivals(rate, horizon_s, week_start_s, seed, stream_id(f"{stream}/time"))
        item = np.arange(len(time), dtype=np.int64)
        woman = uniforms(seed, stream_id(f"{stream}/woman"), item) < women_share
        urinal = uniforms(seed, stream_id(f"{stream}/urinal"), item) < urinal_share
        kind = np.where(woman, 0, np.where(urinal, 2, 1))
        stay = np.zeros(len(time))
        for code, distribution in enumerate(service_s):
            drawn = distribution.sample(seed, stream_id(f"{stream}/service"), item)
            stay = np.where(kind == code, drawn, stay)
        patience = np.full(len(time), np.inf)
        if patience_s is not None:
            patience = patience_s.sample(seed, stream_id(f"{stream}/patience"), item)
        columns.append(
            (time, np.full(len(time), float(toilet)), kind.astype(float), stay, patience)
        )
    if not columns:
        empty = np.zeros(0)
        return Visitors(empty, empty.astype(np.int64), empty.astype(np.int64), empty)
    time, where, kind_f, stay, patience = (
        np.concatenate(parts) for parts in zip(*columns, strict=True)
    )
    order = np.lexsort((where, time))
    return Visitors(
        time[order],
        where[order].astype(np.int64),
        kind_f[order].astype(np.int64),
        stay[order],
        patience[order],
    )
