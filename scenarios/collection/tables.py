"""Rows of a plan of collection: drives edge by edge, points, facilities, waits and the break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.hours import DAY_S
from scenarios.routing.tables import LEG_COLUMNS, STEP_COLUMNS, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.nodes.solution import NodeRoute
    from scenarios.collection.build import CollectQuestion

__all__ = ["POINT_LEG_COLUMNS", "POINT_STEP_COLUMNS", "PointRows"]

POINT_LEG_COLUMNS = (*LEG_COLUMNS, "point", "load_m3")
"""Of the legs: `point` is the row of the point that is collected, -1 elsewhere."""
POINT_STEP_COLUMNS = (*STEP_COLUMNS, "bins", "load_m3")
"""Of the steps; `load_m3` is the room that the load takes in the truck, 0 where none is known."""


class PointRows(Rows):
    """Rows of one route from point to point.

    Parameters
    ----------
    question
        What was asked.
    number
        Of the route, from 1.
    day
        On which it leaves, Monday 0.
    found
        What the truck visits, and when.
    since : int64[t]
        Days' waste that lies at each stop on this day.
    """

    question: CollectQuestion

    def __init__(
        self,
        question: CollectQuestion,
        number: int,
        day: int,
        found: NodeRoute,
        since: NDArray[np.int64],
    ) -> None:
        super().__init__(question, question.ways.drive_s, number, found.kind, day)
        self.found, self.since = found, since
        self.leaves_s = day * DAY_S + found.leave
        self.point, self.millilitres, self.grams = -1, 0, 0
        self.metres = 0.0

    def add(self) -> None:
        """Add the whole route."""
        problem, found = self.question.problem, self.found
        self._stop("depot", self.depot.name, self.depot.node, 0)
        at = self.depot.node
        for number, visit in enumerate(found.visit.tolist()):
            place = problem.stop_place[visit] if visit >= 0 else problem.facility_place[-1 - visit]
            node = int(self.question.nodes[place])
            self._go(number, at, node)
            self._wait(node, int(found.begin[number]) - found.leave)
            self._serve(visit, node)
            at = node
        self._go(len(found.visit), at, self.depot.node)
        if not len(problem.facility_place):
            self.load = self.millilitres = 0
        self._stop("depot", self.depot.name, self.depot.node, 0)

    def _go(self, number: int, start: int, end: int) -> None:
        """Drive to a visit, with the break before or after the way where it is then."""
        edges = self.question.ways.between(start, end)
        lunch = self.found.lunch
        here = lunch is not None and lunch[0] == number
        arrives = self.at_s + int(self.drive_s[edges].sum())
        first = here and lunch is not None and lunch[1] - self.found.leave < arrives
        if here and first:
            self._rest(start)
        self._drive(edges)
        if here and not first:
            self._rest(end)

    def _drive(self, edges: NDArray[np.int64]) -> None:
        from optimize.routing.arcs.streets import Leg

        if not len(edges):
            return
        seconds = int(self.drive_s[edges].sum())
        self.metres += float(self.network.length_m[edges].sum())
        still = np.zeros(len(edges), dtype=np.int64)
        node = int(self.network.head[edges[-1]])
        self._moving([Leg("drive", edges, -1, node, seconds, 0, still)])

    def _rest(self, node: int) -> None:
        lunch, pause = self.found.lunch, self.question.kinds[self.kind].pause
        if lunch is None or pause is None:
            return
        self._wait(node, lunch[1] - self.found.leave)
        self._stop("break", "", node, pause[2])

    def _wait(self, node: int, until: int) -> None:
        if until > self.at_s:
            self._stop("wait", "", node, until - self.at_s)

    def _serve(self, visit: int, node: int) -> None:
        """Collect a point, or unload."""
        problem, question = self.question.problem, self.question
        if visit < 0:
            self.load = self.millilitres = 0
            place = question.dumps[-1 - visit]
            self._stop("dump", place.name, node, int(problem.facility_s[-1 - visit]))
            return
        row = int(question.rows[visit])
        amount = (problem.amount[visit] * self.since[visit]).tolist()
        self.point = row
        self.load += amount[0]
        self.grams += amount[0]
        self.millilitres += amount[1] if len(amount) > 1 else 0
        name = question.points.name[row]
        self._stop("collect", name, node, int(problem.service_s[visit]), self._side_of(row))
        self.point = -1

    def _side_of(self, row: int) -> str:
        """Side on which a point lies for those who came along the last edge; "" if in between."""
        network, edges = self.network, [leg[4] for leg in self.legs if leg[4] >= 0]
        if not edges:
            return ""
        span = slice(int(network.shape_ptr[edges[-1]]), int(network.shape_ptr[edges[-1] + 1]))
        x, y = network.shape_xy[0][span], network.shape_xy[1][span]
        lon, lat = self.question.points.lon[[row]], self.question.points.lat[[row]]
        at_x, at_y = network.projection.to_xy(lon, lat)
        dx, dy = float(x[-1] - x[-2]), float(y[-1] - y[-2])
        off = (dx * (float(at_y[0]) - y[-1]) - dy * (float(at_x[0]) - x[-1])) / np.hypot(dx, dy)
        if abs(off) < 1.0:
            return ""
        return "left" if off > 0 else "right"

    def _room(self) -> float:
        """Cubic metres that the load takes, compacted."""
        return round(self.millilitres / 1e6 / self.question.kinds[self.kind].compaction, 4)

    def _of_leg(self) -> tuple[Any, ...]:
        return self.point, self._room()

    def _of_step(self) -> tuple[Any, ...]:
        bins = int(self.question.points.bins[self.point]) if self.point >= 0 else 0
        return bins, self._room()

    def summary(self) -> dict[str, Any]:
        """Lay out what the route comes to."""
        return {
            "route": self.number,
            "start": self._clock(0),
            "end": self._clock(self.at_s),
            "hours": self.at_s / 3600,
            "points": sum(step[2] == "collect" for step in self.steps),
            "km": self.metres / 1000,
            "unloads": sum(step[2] == "dump" for step in self.steps),
            "waste_kg": self.grams / 1000,
            **self.common(),
        }
