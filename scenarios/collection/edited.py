"""Edited plans of collection: whose rows are which points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from scenarios.collection.plan import week_of
from scenarios.routing.edited import EditedRow, Reader, row_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.edited import EditedPlan, EditedRoute, Lock
    from scenarios.routing.edited_files import PlanRow

__all__ = ["PointReader"]


class PointReader(Reader):
    """Reads which points rows collect."""

    question: CollectQuestion
    serves = "collect"

    def plan(self, rows: Iterable[PlanRow]) -> EditedPlan:
        """Read all rows; of several days, say how many days' waste lies where they go."""
        found = super().plan(rows)
        question = self.question
        if not question.spec.is_week:
            return found
        places = {day: place for place, day in enumerate(question.days)}
        served = np.zeros((question.n_tasks, len(places)), dtype=np.bool_)
        for route in found.routes:
            served[_tasks(route), places[route.day]] = True
        since = week_of(question).gaps(served)
        for route in found.routes:
            route.gathered |= {task: int(since[task, places[route.day]]) for task in _tasks(route)}
        return found

    def visit(self, place: int) -> int:
        """Give the number of a facility."""
        return place

    def serve(self, row: PlanRow, lock: Lock) -> EditedRow:
        """Find the points that a row collects.

        Raises
        ------
        InputError
            If its pieces are none, or others than the row says.
        """
        said = row.get("pieces")
        words = [word.lower() for word in re.split(r"[\s,;+]+", said)]
        if not said or not all(re.fullmatch(r"p\d+", word) for word in words):
            what = f'pieces: "{said}" are no points' if said else "pieces: is empty"
            raise row_fault(row, what, "take the row from the plan that was written, as p17")
        self._check_name(row, words)
        question = self.question
        tasks = []
        for word in words:
            if word not in question.task_of:
                raise row_fault(row, f"pieces: {self._unasked(word)}")
            tasks.append(question.task_of[word])
        nodes = question.node[question.rows[tasks]].tolist()
        label = row.get("street") or question.label(tasks[0])
        return EditedRow(row.where, label, tuple(tasks), tuple(nodes), lock)

    def _check_name(self, row: PlanRow, words: list[str]) -> None:
        """Points must be those that are named."""
        said, names = row.get("street"), self.question.points.name
        known = [names[int(word[1:]) - 1] for word in words if 0 < int(word[1:]) <= len(names)]
        if said and known and said.lower() not in {name.lower() for name in known}:
            raise row_fault(
                row,
                f"pieces: {words[0]} is {known[0]}, not {said}",
                "the table of points has changed since, or cells were mixed up",
            )

    def _unasked(self, word: str) -> str:
        """Say why a point cannot be collected."""
        points, row = self.question.points, int(word[1:]) - 1
        if not 0 <= row < len(points):
            return f"there is no {word}; the points are others now"
        reason = self.question.lost.get(word)
        if reason is not None:
            return f"{points.name[row]} ({word}) cannot be served: {reason}"
        streams = self.question.spec.stream
        is_other = bool(streams) and points.stream[row] not in streams
        what = points.stream[row] if is_other else f"of kind {points.kind[row]}"
        return f"{points.name[row]} ({word}) is not to be collected: it is {what}"


def _tasks(route: EditedRoute) -> list[int]:
    return [task for row in route.rows for task in row.task if task >= 0]
