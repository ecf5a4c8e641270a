"""What happened to each visitor, and what each fixture did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.toilets.demand import Visitors

__all__ = ["OUTCOMES", "Log"]

SERVED, LEFT, TURNED_AWAY = 0, 1, 2
OUTCOMES: Final = ("served", "left", "turned away")
"""What became of a visitor, by code."""


@dataclass(frozen=True, eq=False)
class Log:
    """One row a visitor, in their order.

    Parameters
    ----------
    visitors
        Who came.
    start_s : float64[n]
        When the fixture was taken; NaN for who got none.
    end_s : float64[n]
        When the visitor left the fixture, or left unserved; NaN for who was turned away.
    fixture : int64[n]
        Number of the fixture within its toilet, women's stalls first, then men's, urinals, shared
        ones; -1 for who got none.
    """

    visitors: Visitors
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    fixture: NDArray[np.int64]

    @property
    def outcome(self) -> NDArray[np.int64]:
        """Code of what became of each visitor; see `OUTCOMES`."""
        left = np.where(np.isnan(self.end_s), TURNED_AWAY, LEFT)
        return np.where(self.fixture >= 0, SERVED, left).astype(np.int64)

    @property
    def wait_s(self) -> NDArray[np.float64]:
        """Wait of each visitor, of those too who left unserved; NaN for who was turned away."""
        until = np.where(self.fixture >= 0, self.start_s, self.end_s)
        return until - self.visitors.time_s

    def table(self) -> pd.DataFrame:
        """Columns of the visitors, and start_s, end_s, wait_s, fixture, outcome."""
        return self.visitors.table().assign(
            start_s=self.start_s,
            end_s=self.end_s,
            wait_s=self.wait_s,
            fixture=self.fixture,
            outcome=self.outcome,
        )

    def intervals(self) -> pd.DataFrame:
        """One row for each use of a fixture: toilet, fixture, start_s, end_s, visitor."""
        table = self.table()
        used = table[table["fixture"] >= 0]
        columns = ["toilet", "fixture", "start_s", "end_s", "visitor"]
        return used.sort_values(["toilet", "fixture", "start_s"])[columns].reset_index(drop=True)
