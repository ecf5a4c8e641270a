"""Dispatch rules: which free unit answers a need.

A rule is a protocol of one method; it sees a `DispatchView` and nothing else. The kernel knows the
rules of this module; an object of one's own is answered by the SimPy engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class DispatchView:
    """What a dispatch rule sees, one entry a candidate, in the order of the units' numbers.

    Parameters
    ----------
    units
        Names of the free units of the type that can reach the incident.
    arrival_s
        Seconds until each would be there: turn-out and travel under lights.
    area, incident_class, priority, target_s
        Of the incident; the area is "" where the district has none.
    coverage_loss
        Called without arguments: the expected coverage lost by sending each.
    """

    units: tuple[str, ...]
    arrival_s: tuple[float, ...]
    area: str
    incident_class: str
    priority: int
    target_s: float
    coverage_loss: Callable[[], tuple[float, ...]]


class DispatchRule(Protocol):
    """Chooses a unit for a need."""

    def choose(self, view: DispatchView) -> int:
        """Return the position of the chosen unit in the view (never called with an empty one)."""
        ...


@dataclass(frozen=True)
class Nearest:
    """The unit that would be there first; ties go to the lowest number."""

    def choose(self, view: DispatchView) -> int:
        """Return the candidate with the least time to arrival."""
        return min(range(len(view.units)), key=lambda i: (view.arrival_s[i], i))


@dataclass(frozen=True)
class Preference:
    """The first free unit in the area's own list; units outside the list follow by time.

    Parameters
    ----------
    order
        For each area's name, unit names, most preferred first. An area without a list is served by
        the nearest unit.
    """

    order: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def choose(self, view: DispatchView) -> int:
        """Return the candidate that stands first in the area's list."""
        for name in self.order.get(view.area, ()):
            if name in view.units:
                return view.units.index(name)
        return Nearest().choose(view)


@dataclass(frozen=True)
class KeepCoverage:
    """Of the units that would be there within the target, the one that coverage misses least.

    If none would be in time, the nearest goes. Expected coverage is that of MEXCLP (Daskin 1983):
    an area within reach of k free units counts its weight times 1 - q^k; the loss by sending a unit
    is its marginal share (Jagtenberg, Bhulai & van der Mei 2017).
    """

    def choose(self, view: DispatchView) -> int:
        """Return the candidate in time with the least loss; ties go to the sooner, then lower."""
        in_time = [i for i, s in enumerate(view.arrival_s) if s <= view.target_s]
        if not in_time:
            return Nearest().choose(view)
        loss = view.coverage_loss()
        return min(in_time, key=lambda i: (loss[i], view.arrival_s[i], i))
