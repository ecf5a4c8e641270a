"""The rules of `sim.toilets.model`, compiled: one toilet after the other, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from sim.events import event_list, next_time, pop, push, size, with_room

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["serve"]

_LEAVES = 0


@njit(cache=True, nogil=True)
def serve(
    counts: NDArray[np.int64],
    serves: NDArray[np.int64],
    order: NDArray[np.int64],
    first: NDArray[np.int64],
    time_s: NDArray[np.float64],
    kind: NDArray[np.int64],
    service_s: NDArray[np.float64],
    patience_s: NDArray[np.float64],
    admitted: NDArray[np.bool_],
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
    fixture: NDArray[np.int64],
) -> None:
    """Fill in when each visitor starts and ends, and at which fixture.

    Parameters
    ----------
    counts : int64[t, 4]
        Fixtures of each toilet by kind.
    serves : int64[3, 3]
        Kinds of fixtures that each kind of visitor takes, first choice first, -1 for none.
    order, first : int64[n], int64[t + 1]
        Visitors of toilet k in order of time: ``order[first[k]:first[k + 1]]``.
    time_s, kind, service_s, patience_s, admitted
        Of each visitor; see `sim.toilets.demand.Visitors`.
    start_s, end_s, fixture
        Filled in; NaN, NaN and -1 before.
    """
    able = np.zeros((4, 3), dtype=np.bool_)  # whether a kind of fixture serves a kind of visitor
    for k in range(3):
        for choice in range(3):
            if serves[k, choice] >= 0:
                able[serves[k, choice], k] = True
    for toilet in range(counts.shape[0]):
        _serve_one(
            counts[toilet], serves, able, order[first[toilet] : first[toilet + 1]],
            time_s, kind, service_s, patience_s, admitted, start_s, end_s, fixture,
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _serve_one(
    counts: NDArray[np.int64],
    serves: NDArray[np.int64],
    able: NDArray[np.bool_],
    visitors: NDArray[np.int64],
    time_s: NDArray[np.float64],
    kind: NDArray[np.int64],
    service_s: NDArray[np.float64],
    patience_s: NDArray[np.float64],
    admitted: NDArray[np.bool_],
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
    fixture: NDArray[np.int64],
) -> None:
    n = visitors.size
    total = counts.sum()
    begin = np.zeros(5, dtype=np.int64)
    for f in range(4):
        begin[f + 1] = begin[f] + counts[f]
    kind_of = np.empty(total, dtype=np.int64)
    for f in range(4):
        kind_of[begin[f] : begin[f + 1]] = f
    until = np.full(total, np.inf)  # when each fixture falls free; inf for a free one
    taken = np.zeros(total, dtype=np.int64)  # order in which they were taken
    user = np.full(total, -1, dtype=np.int64)
    grants = 0
    line = np.empty((3, n), dtype=np.int64)  # visitors who waited, by kind; some left since
    head = np.zeros(3, dtype=np.int64)
    tail = np.zeros(3, dtype=np.int64)
    waits = np.zeros(n, dtype=np.bool_)
    leaving = event_list(16)
    coming = 0
    while True:
        freed = -1
        free_at = np.inf
        for i in range(total):
            if until[i] < free_at or (
                until[i] == free_at and free_at < np.inf and taken[i] < taken[freed]
            ):
                freed = i
                free_at = until[i]
        leave_at = next_time(leaving) if size(leaving) > 0 else np.inf
        come_at = time_s[visitors[coming]] if coming < n else np.inf
        if freed >= 0 and free_at <= leave_at and free_at <= come_at:
            until[freed] = np.inf
            user[freed] = -1
            best = -1
            for k in range(3):  # who has waited longest of those whom it serves
                if not able[kind_of[freed], k]:
                    continue
                while head[k] < tail[k] and not waits[line[k, head[k]]]:
                    head[k] += 1
                if head[k] < tail[k] and (best < 0 or line[k, head[k]] < best):
                    best = line[k, head[k]]
            if best >= 0:
                waits[best] = False
                who = visitors[best]
                start_s[who] = free_at
                end_s[who] = free_at + service_s[who]
                fixture[who] = freed
                until[freed] = end_s[who]
                user[freed] = best
                taken[freed] = grants
                grants += 1
        elif leave_at <= come_at and leave_at < np.inf:
            _, _, place, _ = pop(leaving)
            if waits[place]:
                waits[place] = False
                end_s[visitors[place]] = leave_at
        elif coming < n:
            place = coming
            who = visitors[place]
            coming += 1
            k = kind[who]
            if not admitted[who]:
                continue
            at = -1
            possible = False
            for choice in range(3):
                f = serves[k, choice]
                if f < 0 or counts[f] == 0:
                    continue
                possible = True
                for i in range(begin[f], begin[f + 1]):
                    if user[i] < 0:
                        at = i
                        break
                if at >= 0:
                    break
            if at >= 0:
                start_s[who] = come_at
                end_s[who] = come_at + service_s[who]
                fixture[who] = at
                until[at] = end_s[who]
                user[at] = place
                taken[at] = grants
                grants += 1
            elif possible:
                waits[place] = True
                line[k, tail[k]] = place
                tail[k] += 1
                if patience_s[who] < np.inf:
                    leaving = with_room(leaving, 1)
                    push(leaving, come_at + patience_s[who], _LEAVES, place, 0)
        else:
            break
