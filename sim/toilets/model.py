"""Public toilets at work: visitors come, wait for a fixture that serves them, use it, and leave.

A toilet has fixtures of four kinds: stalls for women, stalls for men, urinals, and stalls shared
by all. Visitors are of three kinds: women, men who need a stall, men who need a urinal.

1. Who comes outside the opening hours, or where no fixture can serve them, is turned away.
2. A visitor takes a free fixture: women a women's stall, else a shared one; men who need a stall a
   men's one, else a shared one; men who need a urinal a urinal, else a men's stall, else a shared
   one. Of several free ones of a kind the lowest number is taken.
3. If none is free, the visitor waits. A fixture that falls free goes to the visitor who has waited
   longest of all whom its kind can serve.
4. Who has waited for as long as their patience leaves unserved.
5. Who is there when the toilet closes is still served.
6. At the same instant fixtures fall free first (in the order in which they were taken), then those
   out of patience leave, then visitors come.

`sim.toilets.reference` is the same model in SimPy, and the specification; the kernel gives equal
rows. With one kind of fixture, exponential times and endless patience this is the queue M/M/c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.toilets.demand import Visitors
    from sim.toilets.log import Log

__all__ = ["FIXTURES", "HOURS_OF_WEEK", "KINDS", "SERVES", "Toilet", "simulate"]

Engine = Literal["kernel", "simpy"]

HOURS_OF_WEEK: Final = 168
KINDS: Final = ("woman", "man, stall", "man, urinal")
"""Kinds of visitors, by code."""
FIXTURES: Final = ("women's stall", "men's stall", "urinal", "shared stall")
"""Kinds of fixtures, by code."""
SERVES: Final = ((0, 3, -1), (1, 3, -1), (2, 1, 3))
"""Fixtures that each kind of visitor takes, first choice first; -1 is none."""


@dataclass(frozen=True)
class Toilet:
    """A toilet and its fixtures.

    Parameters
    ----------
    name
        As reports show it.
    women_stalls, men_stalls, urinals, shared_stalls
        Numbers of fixtures.
    open_hours : bool[168], optional
        Hours of the week in which it is open, the first from Monday 00:00; always if not given.

    Raises
    ------
    InputError
        If a number is negative or there is no fixture.
    """

    name: str
    women_stalls: int = 0
    men_stalls: int = 0
    urinals: int = 0
    shared_stalls: int = 0
    open_hours: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        if min(self.counts) < 0:
            raise InputError("a number of fixtures is negative", place=f"toilet {self.name}")
        if sum(self.counts) == 0:
            raise InputError(
                "it has no fixture", place=f"toilet {self.name}", mend="give it a stall"
            )
        if self.open_hours is not None and np.asarray(self.open_hours).shape != (HOURS_OF_WEEK,):
            raise InputError(
                "opening hours are not 168 hours of the week", place=f"toilet {self.name}"
            )

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Numbers of fixtures by kind, in the order of `FIXTURES`."""
        return (self.women_stalls, self.men_stalls, self.urinals, self.shared_stalls)


def simulate(
    toilets: Sequence[Toilet],
    visitors: Visitors,
    *,
    week_start_s: float = 0.0,
    engine: Engine = "kernel",
) -> Log:
    """Simulate until the last visitor has left.

    Parameters
    ----------
    toilets
        Where visitors go; ``visitors`` names them by their place in this sequence.
    visitors
        Who comes where, when, and for how long.
    week_start_s
        Second of the week at which time 0 lies (Monday 00:00 is 0).
    engine
        ``"kernel"``, or ``"simpy"`` for the reference.

    Raises
    ------
    InputError
        If a visitor goes to a toilet that is not there.
    """
    from sim.toilets.log import Log

    if len(visitors) and (visitors.toilet.min() < 0 or visitors.toilet.max() >= len(toilets)):
        raise InputError(
            f"a visitor goes to toilet {int(visitors.toilet.max())}; there are {len(toilets)}"
        )
    counts = np.array([toilet.counts for toilet in toilets], dtype=np.int64).reshape(-1, 4)
    is_open = np.ones((len(toilets), HOURS_OF_WEEK), dtype=np.bool_)
    for row, toilet in enumerate(toilets):
        if toilet.open_hours is not None:
            is_open[row] = toilet.open_hours
    hour = ((visitors.time_s + week_start_s) // 3600.0).astype(np.int64) % HOURS_OF_WEEK
    admitted = is_open[visitors.toilet, hour] if len(visitors) else np.zeros(0, np.bool_)
    if engine == "simpy":
        from sim.toilets.reference import serve_all

        return Log(visitors, *serve_all(counts, visitors, admitted))
    from sim.toilets.kernel import serve

    n = len(visitors)
    start, end = np.full(n, np.nan), np.full(n, np.nan)
    fixture = np.full(n, -1, dtype=np.int64)
    order = np.argsort(visitors.toilet, kind="stable").astype(np.int64)
    first = np.searchsorted(visitors.toilet[order], np.arange(len(toilets) + 1)).astype(np.int64)
    serve(
        counts,
        np.array(SERVES, dtype=np.int64),
        order,
        first,
        visitors.time_s,
        visitors.kind,
        visitors.service_s,
        visitors.patience_s,
        admitted,
        start,
        end,
        fixture,
    )
    return Log(visitors, start, end, fixture)
