"""The rules of `sim.toilets.model` in SimPy, written to be read: this is the specification.

What happens at one instant is put in order by SimPy's priorities: fixtures fall free, then those
out of patience leave, then visitors come.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import simpy
from simpy.events import EventPriority

from sim.toilets.model import FIXTURES, SERVES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.toilets.demand import Visitors

__all__ = ["serve_all"]

FALLS_FREE, LEAVES, COMES = 0, 1, 2
"""Order within one instant."""


def serve_all(
    counts: NDArray[np.int64], visitors: Visitors, admitted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Serve all visitors of all toilets.

    Parameters
    ----------
    counts : int64[t, 4]
        Fixtures of each toilet by kind.
    visitors
        Who comes.
    admitted : bool[n]
        Whether the toilet is open when they come.

    Returns
    -------
    tuple of float64[n], float64[n], int64[n]
        Start, end and fixture of each visitor.
    """
    street = simpy.Environment()
    rows = [Row() for _ in range(len(visitors))]
    places = [Place(street, toilet.tolist(), rows) for toilet in counts]
    times, kinds = visitors.time_s.tolist(), visitors.kind.tolist()
    services, patiences = visitors.service_s.tolist(), visitors.patience_s.tolist()
    for who, toilet in enumerate(visitors.toilet.tolist()):
        if admitted[who]:
            guest = Guest(who, kinds[who], services[who], patiences[who])
            at(street, times[who], COMES, partial(places[toilet].come, guest))
    street.run()
    return (
        np.array([row.start_s for row in rows], dtype=np.float64),
        np.array([row.end_s for row in rows], dtype=np.float64),
        np.array([row.fixture for row in rows], dtype=np.int64),
    )


def at(street: simpy.Environment, delay: float, priority: int, act: Callable[[], None]) -> None:
    """Do something after a while, in the order that its priority gives within the instant."""
    event = simpy.Event(street)
    event._ok, event._value = True, None  # noqa: SLF001 - as SimPy's own Timeout does it
    event.callbacks.append(lambda _: act())
    street.schedule(event, priority=EventPriority(priority), delay=delay)


class Row:
    """What the Log says of a visitor."""

    def __init__(self) -> None:
        self.start_s = float("nan")
        self.end_s = float("nan")
        self.fixture = -1


class Guest:
    """A visitor on the way."""

    def __init__(self, who: int, kind: int, service_s: float, patience_s: float) -> None:
        self.who = who
        self.choices = [fixture for fixture in SERVES[kind] if fixture >= 0]
        self.service_s = service_s
        self.patience_s = patience_s


class Place:
    """A toilet: its free fixtures by kind, and one line of all who wait, longest wait first."""

    def __init__(self, street: simpy.Environment, counts: list[int], rows: list[Row]) -> None:
        self.street = street
        self.rows = rows
        self.kind_of = [kind for kind in range(len(FIXTURES)) for _ in range(counts[kind])]
        self.free = [True] * len(self.kind_of)
        self.line: list[Guest] = []

    def come(self, guest: Guest) -> None:
        """Take a free fixture, or wait, or turn away from a toilet that has none to offer."""
        for kind in guest.choices:
            for fixture, its_kind in enumerate(self.kind_of):
                if its_kind == kind and self.free[fixture]:
                    self.take(guest, fixture)
                    return
        if set(guest.choices) & set(self.kind_of):
            self.line.append(guest)
            if guest.patience_s < float("inf"):
                at(self.street, guest.patience_s, LEAVES, partial(self.leave, guest))

    def take(self, guest: Guest, fixture: int) -> None:
        """Use a fixture."""
        row = self.rows[guest.who]
        row.start_s, row.fixture = self.street.now, fixture
        self.free[fixture] = False
        at(self.street, guest.service_s, FALLS_FREE, partial(self.fall_free, guest, fixture))

    def fall_free(self, guest: Guest, fixture: int) -> None:
        """Hand a fixture to whom it can serve and who has waited longest."""
        self.rows[guest.who].end_s = self.street.now
        self.free[fixture] = True
        for waiting in self.line:
            if self.kind_of[fixture] in waiting.choices:
                self.line.remove(waiting)
                self.take(waiting, fixture)
                return

    def leave(self, guest: Guest) -> None:
        """Give up waiting."""
        if guest in self.line:
            self.line.remove(guest)
            self.rows[guest.who].end_s = self.street.now
