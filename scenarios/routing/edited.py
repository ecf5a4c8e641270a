"""Plans of routes that people edited, read back: whose rows are which streets, and what is locked.

The order of the rows in the file counts, not their numbers. A row of a sweep names the sides that
it sweeps by `pieces`; rows that say how one drives are left aside, as they follow from the others.
Where from and to of a row are exchanged, its street is swept the other way.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from networks.direction_texts import plain_name
from networks.errors import InputError
from scenarios.faults import ScenarioError, did_you_mean
from scenarios.hours import day_index
from scenarios.routing.edited_files import PlanRow, read_rows
from scenarios.routing.jobs import INNER_KINDS, SERVED, terms_of
from scenarios.routing.workbook import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scenarios.load import Scenario
    from scenarios.routing.build import RouteQuestion
    from scenarios.routing.question import Question

__all__ = [
    "EditedPlan",
    "EditedRoute",
    "EditedRow",
    "Lock",
    "Reader",
    "question_of",
    "read_edited",
    "row_fault",
]

Lock = Literal["", "row", "route"]
_KIND_OF: Final = {word.lower(): kind for kind, both in KINDS.items() for word in both}
_ROW_LOCKS = "x yes y 1 1.0 true lock locked 是 锁 锁定 √ ✓"
_LOCKS: Final[dict[str, Lock]] = {
    "": "",
    **dict.fromkeys(["no", "n", "0", "false", "否"], ""),
    **dict.fromkeys(_ROW_LOCKS.split(), "row"),
    **dict.fromkeys(["route", "whole", "路线", "整条"], "route"),
}
_NEAR_M = 60.0


@dataclass(frozen=True)
class EditedRow:
    """A sweep or a visit at a dump site.

    Parameters
    ----------
    where
        Its file and line.
    said
        What it sweeps, or where it dumps, in words.
    task, arc
        Tasks in order with their arcs (of points their junctions); for a visit -1 and the node of
        the dump site, or the number of the facility.
    lock
        "row" where it stays in its route in this order, "route" where the whole route stays.
    """

    where: str
    said: str
    task: tuple[int, ...]
    arc: tuple[int, ...]
    lock: Lock

    @property
    def is_dump(self) -> bool:
        """Whether the vehicle is emptied."""
        return self.task == (-1,)


@dataclass
class EditedRoute:
    """Rows of one vehicle on one day.

    Parameters
    ----------
    number
        As the file has it.
    day
        Of the week, Monday 0.
    where
        Of its first row.
    kind
        Of its vehicle.
    rows
        In the order of the file.
    frozen
        Whether all of it stays as it is.
    gathered
        Days' waste that lies at each point of a plan over several days; one where nothing is said.
    """

    number: int
    day: int
    where: str
    kind: int = 0
    rows: list[EditedRow] = field(default_factory=list)
    frozen: bool = False
    gathered: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class EditedPlan:
    """A plan that was read back.

    Parameters
    ----------
    shown
        Its file, as messages name it.
    routes
        By day and number.
    faults
        Rows that cannot be understood; they are in no route.
    """

    shown: str
    routes: tuple[EditedRoute, ...]
    faults: tuple[InputError, ...]

    def stop(self) -> None:
        """Raise all faults at once.

        Raises
        ------
        ScenarioError
            If there are any.
        """
        if self.faults:
            raise ScenarioError(self.faults)


def question_of(scenario: Scenario, path: Path) -> str:
    """Tell which [routes.NAME] a plan answers: the one its file is named after, or the only one.

    Parameters
    ----------
    scenario
        That asks.
    path
        Of the plan, or of its folder.

    Raises
    ------
    InputError
        If the scenario asks for no routes, or it cannot be told for which.
    """
    names = list(scenario.spec.routes)
    if not names:
        raise InputError("there are no [routes.NAME] tables", file=scenario.shown)
    if not path.exists():
        raise InputError(
            "cannot be read (no such file or directory)",
            file=path,
            mend="name a plan (CSV, XLSX or GeoJSON)",
        )
    inside = [one.stem for one in sorted((path / "plan").glob("*.csv"))] if path.is_dir() else []
    for stem in (path.stem, *inside):
        if stem in names:
            return stem
    if len(names) == 1:
        return names[0]
    raise InputError(
        "it cannot be told which routes this plan is of", file=path,
        mend=f"name the file after its table: {', '.join(names)}",
    )  # fmt: skip


def read_edited(question: Question, path: Path, shown: str) -> EditedPlan:
    """Read a plan and find its rows among the streets.

    Parameters
    ----------
    question
        That the plan answers.
    path, shown
        The plan's CSV, XLSX, GeoJSON or folder, and how messages name it.

    Raises
    ------
    InputError
        If the file cannot be read, or is no plan of routes.
    """
    return _reader(question, shown).plan(read_rows(path, shown, question.name))


def _reader(question: Question, shown: str) -> Reader:
    """Choose who reads rows of a question."""
    if question.job == "collect":
        from scenarios.collection.edited import PointReader

        return PointReader(question, shown)
    return _StreetReader(question, shown)


class Reader(ABC):
    """Takes row after row.

    Parameters
    ----------
    question
        That the plan answers.
    shown
        The plan, as messages name it.
    """

    serves = ""
    """Kind of rows, as they are inside, that do what was asked for."""

    def __init__(self, question: Question, shown: str) -> None:
        self.terms = terms_of(question.spec)
        self.question, self.network, self.shown = question, question.network, shown
        self.routes: dict[int, EditedRoute] = {}
        self.kinds: dict[int, int] = {}
        self.days: dict[int, int] = {}
        self.faults: list[InputError] = []

    @abstractmethod
    def serve(self, row: PlanRow, lock: Lock) -> EditedRow:
        """Find what a row does.

        Raises
        ------
        InputError
            If it cannot be found.
        """

    @abstractmethod
    def visit(self, place: int) -> int:
        """Say of a dump site, by its number, what stands for it in routes."""

    def plan(self, rows: Iterable[PlanRow]) -> EditedPlan:
        """Read all rows."""
        for row in rows:
            try:
                self._take(row)
            except InputError as error:
                self.faults.append(error)
        for number, route in self.routes.items():
            route.kind = self.kinds.get(number, -1)
            route.day = self.days.get(number, route.day)
        routes = tuple(sorted(self.routes.values(), key=lambda one: (one.day, one.number)))
        _give_kinds(self.question, routes)
        return EditedPlan(self.shown, routes, tuple(self.faults))

    def _take(self, row: PlanRow) -> None:
        kind = _KIND_OF.get(row.get("kind").lower(), "")
        kind = INNER_KINDS.get(kind, kind)
        if not kind or kind in SERVED - {self.serves}:
            said = row.get("kind")
            known = f"write {self.terms.do} or {self.terms.row}"
            raise row_fault(row, f'kind: there is no kind "{said}"', known)
        lock = _LOCKS.get(row.get("lock").lower())
        if lock is None:
            said = row.get("lock")
            raise row_fault(
                row, f'lock: "{said}" is no lock', "write x, or route for the whole route"
            )
        if kind not in {self.serves, "dump", "depot"} and lock == "":
            return
        number, day = self._number(row), self._day(row)
        if kind == "depot":  # says whose route it is; a row that was moved may still say another's
            self.days.setdefault(number, day)
            self._vehicle(row, number)
            if lock == "":
                return
        route = self.routes.setdefault(number, EditedRoute(number, day, row.where))
        route.frozen |= lock == "route"
        if kind == self.serves:
            route.rows.append(self.serve(row, lock))
        elif lock == "row":
            raise row_fault(
                row, f"lock: rows of kind {row.get('kind')} cannot be locked",
                f"lock rows of {self.terms.rows}, or write route to keep the whole route",
            )  # fmt: skip
        elif kind == "dump":
            route.rows.append(self._dump(row, lock))

    def _number(self, row: PlanRow) -> int:
        """Give the number of the route that a row belongs to."""
        said = row.get("route")
        number = re.fullmatch(r"0*(\d{1,6})(?:[.,]0+)?", said)
        if number is None or int(number.group(1)) < 1:
            raise row_fault(row, f'route: "{said}" is no number of a route', "write 1, 2, ...")
        return int(number.group(1))

    def _day(self, row: PlanRow) -> int:
        days, word = self.question.days, row.get("day")
        if not word:
            if len(days) > 1:
                raise row_fault(row, "day: is empty", "say on which day")
            return days[0]
        try:
            day = day_index(word)
        except ValueError as error:
            raise row_fault(row, f"day: {error}") from None
        if day not in days:
            raise row_fault(row, f'day: "{word}" is none of the days that are planned')
        return day

    def _vehicle(self, row: PlanRow, number: int) -> None:
        """Note the kind of vehicle of a route, as its depot row says."""
        said = row.get("vehicle")
        if not said:
            return
        names: dict[str, int] = {}
        for k, kind in enumerate(self.question.kinds):
            names |= dict.fromkeys((kind.name, kind.label("en"), kind.label("zh")), k)
        if said not in names:
            known = [name for name in names if name]
            raise row_fault(
                row,
                f'vehicle: there is no "{said}"',
                did_you_mean(said, known, what="vehicles are"),
            )
        self.kinds.setdefault(number, names[said])

    def _dump(self, row: PlanRow, lock: Lock) -> EditedRow:
        dumps = self.question.dumps
        said = row.get("street")
        found = [k for k, place in enumerate(dumps) if place.name.lower() == said.lower()]
        if not found and len(dumps) == 1:
            found = [0]
        if not found:
            names = [place.name for place in dumps]
            place = self.terms.place
            what = f"{place.removesuffix('y')}ies are" if place.endswith("y") else f"{place}s are"
            mend = did_you_mean(said, names, what=what, quote='"') if names else None
            said = f'there is no {self.terms.place} "{said}"'
            raise row_fault(row, said, mend or "leave the row out")
        return EditedRow(row.where, dumps[found[0]].name, (-1,), (self.visit(found[0]),), lock)


class _StreetReader(Reader):
    """Reads what rows sweep."""

    question: RouteQuestion
    serves = "sweep"

    def __init__(self, question: Question, shown: str) -> None:
        super().__init__(question, shown)
        streets, problem = self.question.streets, self.question.streets.problem
        self.of_edge: dict[int, tuple[int, int]] = {}
        for task, (edges, arcs) in enumerate(
            zip(streets.task_edge.tolist(), problem.task_arc.tolist(), strict=True)
        ):
            for edge, arc in zip(edges, arcs, strict=True):
                if edge >= 0 and arc >= 0:
                    self.of_edge[edge] = (task, arc)
        self.lost = question.lost

    def visit(self, place: int) -> int:
        """Give the node of a dump site."""
        return self.question.dumps[place].node

    def serve(self, row: PlanRow, lock: Lock) -> EditedRow:
        """Find the street that a row sweeps.

        Raises
        ------
        InputError
            If its pieces are none of it.
        """
        said = row.get("pieces")
        words = re.split(r"[\s,;+]+", said)
        if not said or not all(re.fullmatch(r"[eE]\d+", word) for word in words):
            what = f'pieces: "{said}" are no pieces of street' if said else "pieces: is empty"
            raise row_fault(row, what, "take the row from the plan that was written, as e17 e18")
        edges = [int(word[1:]) for word in words]
        for edge in edges:
            if edge >= self.network.n_edges:
                raise row_fault(
                    row, f"pieces: there is no e{edge}; the streets are others now",
                    "take rows from a plan of these streets",
                )  # fmt: skip
        edges = self._turned(row, edges)
        self._check_street(row, edges)
        tasks, arcs = [], []
        for edge in edges:
            if edge not in self.of_edge:
                raise row_fault(row, f"pieces: {self._unasked(edge)}")
            task, arc = self.of_edge[edge]
            tasks.append(task)
            arcs.append(arc)
        street = row.get("street") or self._street(edges[0]) or "a street without a name"
        side = row.get("side")
        words_said = f"{street}, {side}" if side else street
        return EditedRow(row.where, words_said, tuple(tasks), tuple(arcs), lock)

    def _turned(self, row: PlanRow, edges: list[int]) -> list[int]:
        """Give the pieces the other way where from and to of the row are exchanged."""
        start, end = _place(row, "from"), _place(row, "to")
        tail, head = int(self.network.tail[edges[0]]), int(self.network.head[edges[-1]])
        if start is None or end is None or tail == head:
            return edges
        if self._away_m(tail, start) <= self._away_m(head, start):
            return edges
        if max(self._away_m(head, start), self._away_m(tail, end)) > 1.0:
            return edges
        back = [int(self.network.reverse[edge]) for edge in reversed(edges)]
        if any(edge < 0 or self.question.streets.drive_s[edge] < 0 for edge in back):
            street = self._street(edges[0]) or "the street"
            raise row_fault(
                row, f"{street} is a one-way street, and is {self.terms.done} against it",
                "exchange from and to again",
            )  # fmt: skip
        return back

    def _check_street(self, row: PlanRow, edges: list[int]) -> None:
        """Pieces must be of the street that is named, or at the place."""
        said, start = row.get("street"), _place(row, "from")
        names = {self._street(edge).lower() for edge in edges}
        if not said or said.lower() in names:
            return
        if start is not None and self._away_m(int(self.network.tail[edges[0]]), start) < _NEAR_M:
            return
        known = ", ".join(sorted(name for name in (self._street(e) for e in edges) if name))
        raise row_fault(
            row,
            f"pieces: e{edges[0]} is {known or 'a street without a name'}, not {said}",
            "the streets have changed since, or cells were mixed up",
        )

    def _away_m(self, node: int, place: tuple[float, float]) -> float:
        x, y = self.network.projection.to_xy(np.array([place[0]]), np.array([place[1]]))
        return float(np.hypot(self.network.x[node] - x[0], self.network.y[node] - y[0]))

    def _street(self, edge: int) -> str:
        return plain_name(self.network.names[self.network.name[edge]])

    def _unasked(self, edge: int) -> str:
        """Say why an edge cannot be swept."""
        street = self._street(edge) or "a street without a name"
        reason = self.lost.get(f"e{edge}")
        if reason is not None:
            return f"{street} (e{edge}) cannot be served: {reason}"
        back = int(self.network.reverse[edge])
        if self.question.streets.drive_s[edge] < 0 <= back and back in self.of_edge:
            return f"{street} (e{edge}) is a one-way street, and is {self.terms.done} against it"
        return f"{street} (e{edge}) is not to be {self.terms.done}"


def row_fault(row: PlanRow, message: str, mend: str | None = None) -> InputError:
    """Fault of a row, at its place in the file."""
    return InputError(message, file=row.where, mend=mend)


def _place(row: PlanRow, end: str) -> tuple[float, float] | None:
    """Longitude and latitude of an end; None where the file has none that can be read."""
    try:
        lon, lat = (float(row.get(f"{end}_{part}").replace(",", ".")) for part in ("lon", "lat"))
    except ValueError:
        return None
    return (lon, lat) if abs(lon) <= 180.0 and abs(lat) <= 90.0 else None


def _give_kinds(question: Question, routes: tuple[EditedRoute, ...]) -> None:
    """Kinds of vehicles for routes that name none: the first that does their work and is left."""
    kinds = question.kinds
    for day in {route.day for route in routes}:
        left = [kind.count if kind.count is not None else len(routes) for kind in kinds]
        of_day = [route for route in routes if route.day == day]
        for route in of_day:
            if route.kind >= 0:
                left[route.kind] -= 1
        for route in of_day:
            if route.kind >= 0:
                continue
            tasks = [task for row in route.rows for task in row.task if task >= 0]
            able = [k for k in range(len(kinds)) if question.may_serve(k, tasks)]
            able = able or list(range(len(kinds)))
            route.kind = max(able, key=lambda k: (min(left[k], 1), -k))
            left[route.kind] -= 1
