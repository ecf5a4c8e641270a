"""What an edit of a plan broke: every rule, each with the row at which it breaks.

Routes are driven as the rows say, by the quickest way from each to the next. A route that breaks a
rule is followed to its end all the same, so that one look finds all that is to be mended.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.hours import DAYS
from scenarios.routing.build import RouteQuestion
from scenarios.routing.edited_times import NEVER, Timetable, timetable
from scenarios.routing.jobs import terms_of
from scenarios.routing.spaced import well_spaced
from scenarios.routing.tables import clock_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.arcs.problem import VehicleKind
    from optimize.routing.arcs.streets import Leg
    from scenarios.routing.edited import EditedPlan, EditedRoute, EditedRow
    from scenarios.routing.question import Question

__all__ = [
    "EditCheck",
    "arc_route",
    "check_edited",
    "late_fault",
    "route_faults",
    "service_faults",
    "too_long_fault",
]

_SHOWN = 6  # pieces of a street that nobody sweeps
_LATE = 12  # rows of a route that come too late


@dataclass(frozen=True)
class EditCheck:
    """What a look at an edited plan found.

    Parameters
    ----------
    routes, sides
        There are: routes with rows, sides that they sweep.
    seconds
        Of all routes, waits and breaks included.
    faults
        What is broken, in the order of the file as far as it has a row.
    """

    routes: int
    sides: int
    seconds: int
    faults: tuple[InputError, ...]


def check_edited(question: Question, plan: EditedPlan) -> EditCheck:
    """Look for everything that a plan breaks.

    Parameters
    ----------
    question
        That the plan answers.
    plan
        As `scenarios.routing.edited.read_edited` read it.
    """
    faults = [*plan.faults, *service_faults(question, plan), *_too_many(question, plan)]
    seconds = 0
    for route in plan.routes:
        found, lasts = route_faults(question, route)
        faults += found
        seconds += lasts
    if not isinstance(question, RouteQuestion):
        from scenarios.collection.build import CollectQuestion
        from scenarios.collection.edited_intake import intake_faults

        assert isinstance(question, CollectQuestion)  # noqa: S101 - there is no third one
        found, waits = intake_faults(question, plan)
        faults += found
        seconds += waits
    sides = sum(len(row.task) for route in plan.routes for row in route.rows if not row.is_dump)
    driven = sum(any(not row.is_dump for row in route.rows) for route in plan.routes)
    return EditCheck(driven, sides, seconds, tuple(sorted(faults, key=_place)))


def _place(fault: InputError) -> tuple[int, str, int]:
    """Order of the file; what has no row comes last."""
    name, _, line = str(fault.file).rpartition(":" if ", row " not in str(fault.file) else "row ")
    number = line.replace("feature", "").strip()
    return (0, name, int(number)) if number.isdecimal() else (1, "", 0)


def service_faults(
    question: Question, plan: EditedPlan, *, missing: bool = True
) -> list[InputError]:
    """Streets that are swept more often than they should, or not at all.

    Parameters
    ----------
    question, plan
        What was asked, and the plan.
    missing
        Whether to say what nobody sweeps.
    """
    swept: dict[int, list[tuple[int, str]]] = defaultdict(list)
    done = terms_of(question.spec).done
    faults: dict[tuple[str, str], InputError] = {}
    for route in plan.routes:
        for row in route.rows:
            for task in row.task:
                if task < 0:
                    continue
                earlier = [where for day, where in swept[task] if day == route.day]
                if earlier or len(swept[task]) >= int(question.times[task]):
                    first = (earlier or [swept[task][0][1]])[0]
                    said = "in this row twice" if first == row.where else f"already in {first}"
                    faults.setdefault(
                        (row.where, first),
                        InputError(
                            f"{row.said} ({question.pieces(task)[0]}) is {done} {said}",
                            file=row.where, mend="delete one of them",
                        ),
                    )  # fmt: skip
                swept[task].append((route.day, row.where))
    found = [*faults.values(), *_uneven(question, plan, swept)]
    return [*found, *_missing(question, plan, swept)] if missing else found


def _uneven(
    question: Question, plan: EditedPlan, swept: dict[int, list[tuple[int, str]]]
) -> list[InputError]:
    """Rows on days that lie too unevenly for how often their streets are swept."""
    words = {row.where: row.said for route in plan.routes for row in route.rows}
    faults: dict[str, InputError] = {}
    done = terms_of(question.spec).done
    places = {day: place for place, day in enumerate(question.days)}
    for task, rows in sorted(swept.items()):
        days = sorted({day for day, _ in rows})
        if len(days) != len(rows) or len(days) != int(question.times[task]):
            continue  # said elsewhere
        if question.spec.is_week and not well_spaced(
            [places[day] for day in days], question.days, question.spec
        ):
            where = rows[-1][1]
            on = ", ".join(DAYS[day][:3] for day in days)
            faults.setdefault(
                where,
                InputError(
                    f"{words[where]} is {done} on {on}, which lie too unevenly", file=where,
                    mend='give it other days, or set spacing = "any"',
                ),
            )  # fmt: skip
    return list(faults.values())


def _missing(
    question: Question, plan: EditedPlan, swept: dict[int, list[tuple[int, str]]]
) -> list[InputError]:
    """One fault a street of which something is not swept as often as it should."""
    lacking: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    done = terms_of(question.spec).done
    for task, times in enumerate(question.times.tolist()):
        have = len(swept.get(task, ()))
        if have < times:
            lacking[question.label(task), have, times].append(task)
    faults = []
    for (label, have, times), tasks in lacking.items():
        often = "is in no row" if times == 1 else f"is {done} {have} times of {times}"
        more = f" and {len(tasks) - _SHOWN} more" if len(tasks) > _SHOWN else ""
        names = " ".join(question.pieces(task)[0] for task in tasks[:_SHOWN])
        faults.append(
            InputError(
                f"{label or 'a street without a name'}, {question.extent(tasks)}, {often}",
                file=plan.shown,
                mend=f"add {names}{more}",
            )
        )
    return faults


def _too_many(question: Question, plan: EditedPlan) -> list[InputError]:
    """Routes for which there is no vehicle."""
    faults = []
    used: dict[tuple[int, int], int] = defaultdict(int)
    for route in plan.routes:
        if not any(not row.is_dump for row in route.rows):
            continue
        kind = question.kinds[route.kind]
        used[route.day, route.kind] += 1
        if kind.count is not None and used[route.day, route.kind] > kind.count:
            of = f" of kind {kind.name}" if len(question.kinds) > 1 else ""
            faults.append(
                InputError(
                    f"route {route.number} is one too many: there are {kind.count} vehicles{of}",
                    file=route.where, mend="give its rows to another route",
                )
            )  # fmt: skip
    return faults


# ---- one route


def arc_route(route: EditedRoute) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tasks and arcs of a route, int64[k] each; -1 and a node for a visit at a dump site."""
    task = [one for row in route.rows for one in row.task]
    arc = [one for row in route.rows for one in row.arc]
    return np.array(task, dtype=np.int64), np.array(arc, dtype=np.int64)


def route_faults(question: Question, route: EditedRoute) -> tuple[list[InputError], int]:
    """Faults of one route, and the seconds that it lasts.

    Parameters
    ----------
    question
        What was asked.
    route
        Its rows.
    """
    if not any(not row.is_dump for row in route.rows):
        return [], 0
    if not isinstance(question, RouteQuestion):
        from scenarios.collection.build import CollectQuestion
        from scenarios.collection.edited_check import point_route_faults

        assert isinstance(question, CollectQuestion)  # noqa: S101 - there is no third one
        return point_route_faults(question, route)
    faults = _load_faults(question, route)
    legs = _driven(question, route, faults)
    if legs is None:
        return faults, 0
    late, lasts = _time_faults(question, route, legs)
    return [*faults, *late], lasts


def _elements(route: EditedRoute) -> list[tuple[EditedRow, int]]:
    """Each task or visit with its row."""
    return [(row, task) for row in route.rows for task in row.task]


def _load_faults(question: RouteQuestion, route: EditedRoute) -> list[InputError]:
    problem = question.streets.problem
    kind, terms = problem.fleet[route.kind], terms_of(question.spec)
    costs = problem.costs_of(kind)
    faults, load, is_told = [], 0, False
    for row in route.rows:
        if row.is_dump:
            load, is_told = 0, False
            continue
        for task, arc in zip(row.task, row.arc, strict=True):
            load += int(problem.demand[task])
            if costs[task, int(problem.task_arc[task, 0] != arc)] < 0:
                said = f"{row.said} is not for vehicles of kind {kind.name}"
                faults.append(InputError(said, file=row.where, mend="give it to another route"))
                break
        if load > kind.capacity and not is_told:
            is_told = True
            over = (load - kind.capacity) / 1000.0
            faults.append(
                InputError(
                    _overfull(question, load / 1000.0, over), file=row.where,
                    mend=f"put a {terms.row} row before it" if question.dumps
                    else "give it to another",
                )
            )  # fmt: skip
    if question.dumps and load > 0:
        last = route.rows[-1]
        said = f"route {route.number} comes home with {load / 1000:,.0f} kg"
        if question.spec.is_water:
            said = f"route {route.number} comes home with {load / 1000:,.0f} l to be filled up"
        faults.append(InputError(said, file=last.where, mend=f"put a {terms.row} row after it"))
    return faults


def _overfull(question: RouteQuestion, amount: float, over: float) -> str:
    """Say that a hopper is too full after a row, or that a tank was empty before its end."""
    if question.spec.is_water:
        return (
            f"{amount:,.0f} l are spread by the end of this row, {over:,.0f} l more than the tank"
        )
    return f"the hopper holds {amount:,.0f} kg after this row, {over:,.0f} kg too much"


def _driven(
    question: RouteQuestion, route: EditedRoute, faults: list[InputError]
) -> tuple[Leg, ...] | None:
    """Legs of a route; None, and a fault at its row, where there is no way on."""
    legs = _legs(question, route, len(_elements(route)))
    if legs is not None:
        return legs
    elements = _elements(route)
    good, bad = 0, len(elements)
    while bad - good > 1:
        middle = (good + bad) // 2
        if _legs(question, route, middle) is None:
            bad = middle
        else:
            good = middle
    row = elements[bad - 1][0]
    said = f"there is no way to {row.said}, or from there back to the depot"
    faults.append(InputError(said, file=row.where, mend="put it elsewhere"))
    return None


def _legs(question: RouteQuestion, route: EditedRoute, many: int) -> tuple[Leg, ...] | None:
    """Legs of the first elements of a route; None where there is no way."""
    from optimize.routing.arcs.solution import ArcRoute, ArcSolution
    from optimize.routing.arcs.streets import street_routes

    task, arc = arc_route(route)
    one = ArcRoute(task[:many], arc[:many], route.kind)
    try:
        return street_routes(question.streets, ArcSolution((one,), 0, 0.0, "feasible", 0.0, 0))[0]
    except InputError:
        return None


def _time_faults(
    question: RouteQuestion, route: EditedRoute, legs: Sequence[Leg]
) -> tuple[list[InputError], int]:
    """Rows that come too late for their streets, and what goes beyond the shift."""
    kind = question.streets.problem.fleet[route.kind]
    moves, stays, home = _spans(legs)
    elements = _elements(route)
    windows = [_window(kind, task) for _, task in elements]
    rests = [task >= 0 for _, task in elements]
    faults: dict[str, InputError] = {}
    for _ in range(_LATE):
        times = timetable(moves, stays, windows, home, kind.pause, rests)
        late = next((k for k, begin in enumerate(times.begin) if begin >= NEVER), None)
        if late is None:
            break
        row, window = elements[late][0], windows[late]
        windows[late] = None
        times = timetable(moves, stays, windows, home, kind.pause, rests)
        fault = late_fault(question, route, row, times.begin[late], window or (0, 0, -1, -1))
        faults.setdefault(row.where, fault)
    if any(begin >= NEVER for begin in times.begin):
        windows = [None] * len(windows)
    times = timetable(moves, stays, windows, home, kind.pause, rests)
    found = list(faults.values())
    if kind.most_cost is not None and times.end > kind.most_cost:
        found.append(too_long_fault(route, kind.most_cost, elements, stays, times))
    if kind.pause is not None and times.end > kind.pause[1] and times.break_after < 0:
        said = f"route {route.number} has no break: none can be begun within its hours"
        mend = "put a shorter row first, or wait less"
        found.append(InputError(said, file=elements[0][0].where, mend=mend))
    return found, times.end


def _spans(legs: Sequence[Leg]) -> tuple[list[int], list[int], int]:
    """Seconds to each task or visit, those that it takes, and those from the last one home."""
    moves, stays, move = [], [], 0
    for leg in legs:
        if leg.kind == "drive":
            move += leg.seconds
            continue
        turn = int(leg.turn_s.sum()) if leg.kind == "sweep" else 0
        moves.append(move + turn)
        stays.append(leg.seconds - turn)
        move = 0
    return moves, stays, move


def _window(kind: VehicleKind, task: int) -> tuple[int, int, int, int] | None:
    if kind.windows is None or task < 0:
        return None
    first, last, second, end = kind.windows[task].tolist()
    return first, last, second, end


def late_fault(
    question: Question,
    route: EditedRoute,
    row: EditedRow,
    begin: int,
    window: tuple[int, int, int, int],
) -> InputError:
    """Fault of a row that is begun so many seconds after leaving, after its window."""
    leaves = question.leaves_s(route.kind, route.day)
    until = clock_text(leaves + max(window[1], window[3]))
    day = f" on {DAYS[route.day]}" if len(question.days) > 1 else ""
    return InputError(
        f"{row.said} would be begun at {clock_text(leaves + begin)}{day}, too late: it may "
        f"be until {until}", file=row.where, mend="put it earlier",
    )  # fmt: skip


def too_long_fault(
    route: EditedRoute,
    most: int,
    elements: Sequence[tuple[EditedRow, int]],
    stays: Sequence[int],
    times: Timetable,
) -> InputError:
    """Fault of a route that lasts longer than its shift of so many seconds, at the first beyond."""
    ends = [begin + stay for begin, stay in zip(times.begin, stays, strict=True)]
    beyond = next((k for k, end in enumerate(ends) if end > most), len(ends) - 1)
    return InputError(
        f"route {route.number} takes {times.end / 3600:.2f} h, {_minutes(times.end - most)} more "
        f"than its shift of {most / 3600:g} h",
        file=elements[beyond][0].where,
        mend="give some of its rows to another route",
    )


def _minutes(seconds: int) -> str:
    """Minutes, and seconds where it is less than one."""
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds} s"
