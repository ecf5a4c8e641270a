"""The future-event list of every kernel: a binary heap over one array of 32-byte entries.

Events come out by time; events of one time come out in the order in which they were put in, so a
simulation has one course only.  An event carries three words that the list does not look at:

* ``kind``  (int32)  what happens,
* ``item``  (int32)  to whom (a unit, an incident ...),
* ``stamp`` (int64)  anything.  Events are not taken back; a kernel that changes its mind raises
  its own stamp and passes over an event whose stamp is old.

In a kernel::

    events = event_list(64)
    push(events, 0.0, ARRIVAL, 0, 0)
    while size(events) > 0:
        events = with_room(events, 2)  # as many as one event may push
        time, kind, item, stamp = pop(events)
        ...

:func:`push` needs room and changes the list in place.  :func:`with_room` makes it, by moving to a
list of at least twice the capacity when it must; go on with the list that it returns.  A kernel
that knows a bound beforehand starts with that capacity and leaves the line out.

How it is fast: an entry moves as one piece within one cache line, a pop sends the hole down to a
leaf without looking at the entry that will fill it (Wegener 1993, "Bottom-up heapsort": the last
entry nearly always belongs near a leaf, so this saves a comparison a level and one branch that no
processor can foresee), and the smaller child is found by arithmetic in place of a branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from networks.one_version import one_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EventList", "event_list", "next_time", "pop", "push", "size", "with_room"]

ENTRY = np.dtype([("time", "f8"), ("order", "i8"), ("kind", "i4"), ("item", "i4"), ("stamp", "i8")])

_HELD = 0  # places in EventList.counts
_PUSHED = 1

# Unsigned places: numba looks for a negative index, Python's "from the end", in every signed one.
_0 = np.uint64(0)
_1 = np.uint64(1)


class EventList(NamedTuple):
    """Events to come; make one with :func:`event_list`.

    Attributes
    ----------
    entries : ENTRY[capacity]
        The heap.
    counts : int64[2]
        Events held, and events pushed since the list was made.
    """

    entries: NDArray[Any]
    counts: NDArray[np.int64]


@njit(cache=True, nogil=True)
def event_list(capacity: int) -> EventList:
    """Return an empty list with room for ``capacity`` events (at least one)."""
    return EventList(np.empty(max(capacity, 1), ENTRY), np.zeros(2, np.int64))


@njit(cache=True, nogil=True)
def size(events: EventList) -> int:
    """Return the number of events held."""
    held: int = events.counts[_HELD]
    return held


@njit(cache=True, nogil=True)
def next_time(events: EventList) -> float:
    """Return the time of the event that :func:`pop` would give, infinity where there is none."""
    return events.entries[0].time if events.counts[_HELD] > 0 else np.inf


@njit(cache=True, nogil=True)
def with_room(events: EventList, extra: int) -> EventList:
    """Return the list with room for ``extra`` more events: itself, or a larger one in its place."""
    needed = events.counts[_HELD] + extra
    capacity = events.entries.size
    if needed <= capacity:
        return events
    larger = event_list(max(needed, 2 * capacity))
    larger.entries[:capacity] = events.entries
    larger.counts[:] = events.counts
    return larger


@one_version
@njit(cache=True, nogil=True)
def push(events: EventList, time: float, kind: int, item: int, stamp: int) -> None:
    """Put an event in.

    Raises
    ------
    IndexError
        If the list is full; call :func:`with_room` before.
    ValueError
        If the time is not a number.
    """
    entries, counts = events
    if counts[_HELD] == entries.size:
        raise IndexError("the event list is full")
    if np.isnan(time):
        raise ValueError("an event's time is not a number")
    place = np.uint64(counts[_HELD])
    counts[_HELD] += 1
    while place > _0:
        parent = (place - _1) >> _1
        if entries[parent].time <= time:  # the parent was put in before: it wins a tie
            break
        entries[place] = entries[parent]
        place = parent
    entries[place].time = time
    entries[place].order = counts[_PUSHED]
    entries[place].kind = kind
    entries[place].item = item
    entries[place].stamp = stamp
    counts[_PUSHED] += 1


@njit(cache=True, nogil=True)
def pop(events: EventList) -> tuple[float, int, int, int]:
    """Take the next event out.

    Returns
    -------
    tuple
        Its time, kind, item and stamp.

    Raises
    ------
    IndexError
        If no event is held.
    """
    entries, counts = events
    if counts[_HELD] == 0:
        raise IndexError("the event list is empty")
    time = entries[0].time
    kind = entries[0].kind
    item = entries[0].item
    stamp = entries[0].stamp

    counts[_HELD] -= 1
    last = np.uint64(counts[_HELD])  # its entry must move to where the hole ends up
    hole = _0
    child = _1
    while child < last:
        right = child + _1  # at most the last entry: always a valid one
        child_time = entries[child].time
        right_time = entries[right].time
        child += np.uint64(
            (right_time < child_time)
            | ((right_time == child_time) & (entries[right].order < entries[child].order))
        )
        entries[hole] = entries[child]
        hole = child
        child = _1 + hole + hole
    if hole != last:
        last_time = entries[last].time
        last_order = entries[last].order
        while hole > _0:
            parent = (hole - _1) >> _1
            parent_time = entries[parent].time
            if parent_time < last_time or (
                parent_time == last_time and entries[parent].order < last_order
            ):
                break
            entries[hole] = entries[parent]
            hole = parent
        entries[hole] = entries[last]
    return time, kind, item, stamp
