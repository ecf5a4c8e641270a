"""Queues at the public toilets of a plan in the busiest hours, simulated fixture by fixture.

The visitors of the busiest hours are shared out by the demand that each toilet serves; demand that
no toilet serves does not come. `sim.toilets` says what happens then. Each run starts empty, and its
first half hour is not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from scenarios.placement.schema import CabinsSpec
    from sim.toilets import Toilet

__all__ = ["MOST_STALLS", "cabin_table"]

MOST_STALLS = 60
"""Most stalls of a kind that are tried for a target of waiting."""

_WARMUP_S = 1800.0
_HOUR_S = 3600.0


def cabin_table(
    cabins: CabinsSpec, names: list[str], served: NDArray[np.float64], total: float, *, seed: int
) -> pd.DataFrame:
    """Simulate the busiest hours at every toilet.

    Parameters
    ----------
    cabins
        Fixtures and visitors.
    names
        Of the toilets.
    served : float64[k]
        Demand that each of them serves.
    total
        Demand of the whole district, in the same unit.
    seed
        Of the scenario; the same visitors come whatever the fixtures are.

    Returns
    -------
    DataFrame
        name, visitors_per_h, women_wait_min, men_wait_min (means), wait_p90_min (of all),
        left_share, turned_away_share and, where there is a target, women_stalls_needed and
        men_stalls_needed: the fewest with which the mean wait keeps it, the other fixtures as they
        are; -1 where `MOST_STALLS` do not.
    """
    import pandas as pd

    per_h = cabins.visitors_per_h * served / total if total > 0 else np.zeros(len(served))
    given = [_toilet(cabins, name) for name in names]
    waits = _Peak(cabins, names, per_h, seed)
    table = pd.DataFrame({"name": names, "visitors_per_h": per_h})
    figures = waits.figures(given)
    for column, values in figures.items():
        table[column] = values
    if cabins.wait_target_min is not None:
        table["women_stalls_needed"] = waits.needed(given, "women", cabins.wait_target_min)
        table["men_stalls_needed"] = waits.needed(given, "men", cabins.wait_target_min)
    return table


def _toilet(cabins: CabinsSpec, name: str) -> Toilet:
    from sim.toilets import Toilet

    return Toilet(
        name, cabins.women_stalls, cabins.men_stalls, cabins.urinals, cabins.shared_stalls
    )


class _Peak:
    """The same visitors in every replication, whatever the fixtures are."""

    def __init__(
        self, cabins: CabinsSpec, names: list[str], per_h: NDArray[np.float64], seed: int
    ) -> None:
        from scenarios.district import replication_seed
        from scenarios.durations import duration_s
        from sim.toilets import draw_visitors

        self.horizon_s = _WARMUP_S + cabins.peak_h * _HOUR_S
        service = [
            duration_s(x) for x in (cabins.women_min, cabins.men_stall_min, cabins.urinal_min)
        ]
        patience = None if cabins.patience_min is None else duration_s(cabins.patience_min)
        rates = np.repeat(per_h[:, None], 168, axis=1)
        self.crowds = [
            draw_visitors(
                rates,
                horizon_s=self.horizon_s,
                seed=replication_seed(seed, k),
                women_share=cabins.women_share,
                urinal_share=cabins.urinal_share,
                service_s=service,
                patience_s=patience,
                names=names,
            )
            for k in range(cabins.reps)
        ]
        self.count = len(names)

    def figures(self, toilets: list[Toilet]) -> dict[str, NDArray[np.float64]]:
        """Work out waits and losses of each toilet over all replications."""
        from sim.toilets import simulate
        from sim.toilets.log import LEFT, TURNED_AWAY

        toilet, woman, wait, outcome = [], [], [], []
        for crowd in self.crowds:
            log = simulate(toilets, crowd)
            counted = crowd.time_s >= _WARMUP_S
            toilet.append(crowd.toilet[counted])
            woman.append(crowd.kind[counted] == 0)
            wait.append(log.wait_s[counted] / 60.0)
            outcome.append(log.outcome[counted])
        where, women = np.concatenate(toilet), np.concatenate(woman)
        waits, ends = np.concatenate(wait), np.concatenate(outcome)
        let_in = ends != TURNED_AWAY
        found: dict[str, NDArray[np.float64]] = {}
        for name, who in (("women_wait_min", women), ("men_wait_min", ~women)):
            found[name] = self._by_toilet(where, let_in & who, waits, np.mean)
        found["wait_p90_min"] = self._by_toilet(where, let_in, waits, _ninety)
        found["left_share"] = self._by_toilet(where, let_in, (ends == LEFT) * 1.0, np.mean)
        everyone = np.ones(len(ends), dtype=np.bool_)
        away = (ends == TURNED_AWAY) * 1.0
        found["turned_away_share"] = self._by_toilet(where, everyone, away, np.mean)
        return found

    def _by_toilet(
        self,
        where: NDArray[np.int64],
        mask: NDArray[np.bool_],
        values: NDArray[np.float64],
        figure: Callable[[NDArray[np.float64]], float],
    ) -> NDArray[np.float64]:
        groups = [values[mask & (where == k)] for k in range(self.count)]
        return np.array([figure(group) if len(group) else np.nan for group in groups])

    def needed(
        self, given: list[Toilet], who: Literal["women", "men"], target_min: float
    ) -> NDArray[np.int64]:
        """Fewest stalls of the women or the men that keep the target, toilet by toilet."""
        from dataclasses import replace

        column = f"{who}_wait_min"
        needed = np.full(self.count, -1, dtype=np.int64)
        for stalls in range(1, MOST_STALLS + 1):
            if who == "women":
                tried = [replace(toilet, women_stalls=stalls) for toilet in given]
            else:
                tried = [replace(toilet, men_stalls=stalls) for toilet in given]
            waits = self.figures(tried)[column]
            kept = (needed < 0) & ~(waits > target_min)
            needed[kept] = stalls
            if (needed > 0).all():
                break
        return needed


def _ninety(values: NDArray[np.float64]) -> float:
    return float(np.quantile(values, 0.9))
