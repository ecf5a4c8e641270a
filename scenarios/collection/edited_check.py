"""What an edit of a route of collection broke, each rule with the row at which it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.routing.edited_check import late_fault, too_long_fault
from scenarios.routing.edited_times import NEVER, timetable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimize.routing.nodes.problem import NodeProblem
    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.edited import EditedRoute, EditedRow

__all__ = ["point_route_faults", "visits_of"]

_LATE = 12  # rows of a route that come too late


def visits_of(route: EditedRoute) -> list[tuple[EditedRow, int]]:
    """List the stops of a route with their rows; ``-1 - f`` for facility f."""
    return [
        (row, task if task >= 0 else -1 - arc)
        for row in route.rows
        for task, arc in zip(row.task, row.arc, strict=True)
    ]


def point_route_faults(
    question: CollectQuestion, route: EditedRoute
) -> tuple[list[InputError], int]:
    """Faults of one route, and the seconds that it lasts.

    Parameters
    ----------
    question
        What was asked.
    route
        Its rows.
    """
    from optimize.routing.nodes import solution

    elements = visits_of(route)
    faults = [*_load_faults(question, route), *_limit_faults(question, route)]
    lost = _no_way(question, route, elements)
    if lost is not None:
        return [*faults, lost], 0
    found = solution.timetable(question.problem, route.kind, [visit for _, visit in elements])
    if found is not None:
        return faults, found.home - found.leave
    late, lasts = _time_faults(question, route, elements)
    return [*faults, *late], lasts


def _load_faults(question: CollectQuestion, route: EditedRoute) -> list[InputError]:
    problem = question.problem
    kind = problem.kinds[route.kind]
    stops, sites = problem.stops_of(kind), problem.facilities_of(kind)
    load = np.zeros(problem.n_measures, dtype=np.int64)
    faults, is_told = [], False
    for row, visit in visits_of(route):
        if visit < 0:
            if not sites[-1 - visit]:
                said = f"{row.said} does not take what trucks of kind {kind.name} carry"
                faults.append(InputError(said, file=row.where, mend="unload elsewhere"))
            load[:], is_told = 0, False
            continue
        if not stops[visit]:
            stream = question.points.stream[int(question.rows[visit])]
            said = f"{row.said} is {stream}, which trucks of kind {kind.name} do not collect"
            faults.append(InputError(said, file=row.where, mend="give it to another route"))
        load += problem.amount[visit] * route.gathered.get(visit, 1)
        if (load > kind.capacity).any() and not is_told:
            is_told = True
            mend = "put an unload row before it" if question.dumps else "give it to another route"
            faults.append(InputError(_overfull(question, route, load), file=row.where, mend=mend))
    if kind.empty_home and load.any():
        said = f"route {route.number} comes home with {load[0] / 1000:,.0f} kg"
        mend = "put an unload row after it"
        faults.append(InputError(said, file=route.rows[-1].where, mend=mend))
    return faults


def _overfull(question: CollectQuestion, route: EditedRoute, load: np.ndarray) -> str:
    """Say by how much a truck is too full after a row."""
    capacity = question.problem.kinds[route.kind].capacity
    if load[0] > capacity[0]:
        over = (load[0] - capacity[0]) / 1000
        return f"the truck holds {load[0] / 1000:,.0f} kg after this row, {over:,.0f} kg too much"
    room = 1e6 * question.kinds[route.kind].compaction
    over = (load[1] - capacity[1]) / room
    return f"the load takes {load[1] / room:,.2f} m3 after this row, {over:,.2f} m3 too much"


def _limit_faults(question: CollectQuestion, route: EditedRoute) -> list[InputError]:
    """Limits of a whole route: points, tonnes a day, trips."""
    problem = question.problem
    kind = problem.kinds[route.kind]
    visits = [visit for _, visit in visits_of(route)]
    served = [visit for visit in visits if visit >= 0]
    trips = sum(visit >= 0 and (k == 0 or visits[k - 1] < 0) for k, visit in enumerate(visits))
    said = []
    if kind.max_stops is not None and len(served) > kind.max_stops:
        said.append(f"has {len(served)} points, more than {kind.max_stops}")
    kg = sum(int(problem.amount[v, 0]) * route.gathered.get(v, 1) for v in served)
    if kind.max_load is not None and kg > kind.max_load[0]:
        said.append(f"collects {kg / 1e6:.2f} t, more than {kind.max_load[0] / 1e6:g} t")
    if kind.max_trips is not None and trips > kind.max_trips:
        said.append(f"is filled {trips} times, more than {kind.max_trips}")
    where, mend = route.rows[-1].where, "give some of its rows to another route"
    return [InputError(f"route {route.number} {words}", file=where, mend=mend) for words in said]


def _place(problem: NodeProblem, visit: int) -> int:
    if visit >= 0:
        return int(problem.stop_place[visit])
    return int(problem.facility_place[-1 - visit])


def _no_way(
    question: CollectQuestion, route: EditedRoute, elements: Sequence[tuple[EditedRow, int]]
) -> InputError | None:
    """Fault at the first row to which there is no way."""
    from optimize.routing.nodes.problem import FAR

    problem = question.problem
    kind = problem.kinds[route.kind]
    at, last = kind.start, elements[-1][0]
    for row, visit in [*elements, (last, None)]:
        place = kind.end if visit is None else _place(problem, visit)
        if problem.seconds[kind.profile][at, place] >= FAR:
            said = f"there is no way to {row.said}, or from there back to the depot"
            return InputError(said, file=row.where, mend="put it elsewhere")
        at = place
    return None


def _time_faults(
    question: CollectQuestion, route: EditedRoute, elements: Sequence[tuple[EditedRow, int]]
) -> tuple[list[InputError], int]:
    """Rows that come too late, and what goes beyond the shift, for a truck that leaves early."""
    problem = question.problem
    kind = problem.kinds[route.kind]
    leave = kind.leave[0]
    moves, stays, windows, at = [], [], [], kind.start
    for _, visit in elements:
        place, is_stop = _place(problem, visit), visit >= 0
        moves.append(int(problem.seconds[kind.profile][at, place]))
        number = visit if is_stop else -1 - visit
        stays.append(int((problem.service_s if is_stop else problem.facility_s)[number]))
        first, last = (problem.window if is_stop else problem.facility_window)[number].tolist()
        windows.append((first - leave, last - leave, -1, -1))
        at = place
    home = int(problem.seconds[kind.profile][at, kind.end])
    pause = None if kind.lunch is None else _since(kind.lunch, leave)
    open_: list[tuple[int, int, int, int] | None] = list(windows)
    faults: dict[str, InputError] = {}
    for _ in range(_LATE):
        times = timetable(moves, stays, open_, home, pause)
        late = next((k for k, begin in enumerate(times.begin) if begin >= NEVER), None)
        if late is None:
            break
        row, open_[late] = elements[late][0], None
        times = timetable(moves, stays, open_, home, pause)
        fault = late_fault(question, route, row, times.begin[late], windows[late])
        faults.setdefault(row.where, fault)
    if any(begin >= NEVER for begin in times.begin):
        times = timetable(moves, stays, [None] * len(windows), home, pause)
    found = list(faults.values())
    if kind.shift_s is not None and times.end > kind.shift_s:
        found.append(too_long_fault(route, kind.shift_s, elements, stays, times))
    if not found:
        said = f"route {route.number} keeps no lunch within its hours"
        mend = "put a shorter row first, or wait less"
        found.append(InputError(said, file=elements[0][0].where, mend=mend))
    return found, times.end


def _since(lunch: tuple[int, int, int], leave: int) -> tuple[int, int, int] | None:
    """Lunch in seconds since leaving; None for who leaves after its hours."""
    first, last, length = lunch
    return None if last < leave else (max(0, first - leave), last - leave, length)
