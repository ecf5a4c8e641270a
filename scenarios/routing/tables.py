"""Rows of a plan, route by route: edges and stops, steps for people, and what a route comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.hours import DAY_S, DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimize.routing.arcs.solution import ArcRoute
    from optimize.routing.arcs.streets import Leg
    from scenarios.routing.build import RouteQuestion
    from scenarios.routing.question import Question

__all__ = ["LEG_COLUMNS", "STEP_COLUMNS", "RouteRows", "Rows", "clock_text", "day_name"]

LEG_COLUMNS = (
    "route", "order", "step", "kind", "edge", "node", "seconds", "start_s", "load_kg", "turn_s",
    "day", "vehicle",
)  # fmt: skip
STEP_COLUMNS = (
    "route", "order", "kind", "street", "side", "from_lon", "from_lat", "to_lon", "to_lat",
    "km", "minutes", "clock", "load_kg", "day", "vehicle", "lock",
)  # fmt: skip
_SIDES = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")


def day_name(day: int) -> str:
    """Name a day of the week shortly.

    Examples
    --------
    >>> day_name(0), day_name(6)
    ('mon', 'sun')
    """
    return DAYS[day][:3]


def clock_text(week_s: float) -> str:
    """Time of day of a second of the week.

    Examples
    --------
    >>> clock_text(86400 + 5 * 3600 + 90)
    '05:01'
    """
    minutes = int(week_s // 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class Rows:
    """Rows of one route, whatever is done along it.

    Parameters
    ----------
    question
        What was asked.
    drive_s : int64[m]
        Whole seconds of driving along each edge.
    number
        Of the route, from 1.
    kind
        Of its vehicle.
    day
        On which it leaves, Monday 0.
    """

    def __init__(
        self, question: Question, drive_s: NDArray[np.int64], number: int, kind: int, day: int
    ) -> None:
        self.question = question
        self.network = question.network
        self.drive_s = drive_s
        self.number = number
        self.kind = kind
        self.vehicle = question.kinds[kind].name
        self.leaves_s = question.leaves_s(kind, day)
        self.day = day_name(day) if question.spec.is_week else ""
        self.depot = question.depots[question.kinds[kind].depot]
        self.at_s = 0
        self.load = 0
        self.stops = {"wait": 0, "break": 0}
        self.legs: list[tuple[Any, ...]] = []
        self.steps: list[tuple[Any, ...]] = []

    def _of_leg(self) -> tuple[Any, ...]:
        """Give what a job says of each edge or stop beyond `LEG_COLUMNS`."""
        return ()

    def _of_step(self) -> tuple[Any, ...]:
        """Give what a job says of each step beyond `STEP_COLUMNS`."""
        return ()

    def _told(self, kind: str, edges: list[int]) -> tuple[str, str]:  # noqa: ARG002 - by the job
        """Street and side of a step along edges."""
        return "", ""

    def _stop(self, kind: str, name: str, node: int, seconds: int, side: str = "") -> None:
        step = len(self.steps)
        start_s = self.at_s
        if kind in self.stops:
            self.stops[kind] += seconds
        self.legs.append(
            (
                self.number, len(self.legs), step, kind, -1, node, seconds, start_s,
                self.load / 1000, 0, self.day, self.vehicle, *self._of_leg(),
            )
        )  # fmt: skip
        self.at_s += seconds
        lon, lat = self._lonlat(node)
        self.steps.append(
            (
                self.number, step, kind, name, side, lon, lat, lon, lat, 0.0,
                round(seconds / 60, 2), self._clock(start_s), self.load / 1000,
                self.day, self.vehicle, "", *self._of_step(),
            )
        )  # fmt: skip

    def _moving(self, group: list[Leg]) -> None:
        """One step of one or several legs."""
        kind, step, start_s, metres = group[0].kind, len(self.steps), self.at_s, 0.0
        for leg in group:
            for edge, turn in zip(leg.edges.tolist(), leg.turn_s.tolist(), strict=True):
                is_swept = leg.kind == "sweep"
                drive_s = int(self.drive_s[edge]) + turn
                seconds = leg.seconds if is_swept else drive_s
                self.load += leg.grams if is_swept else 0
                self.legs.append(
                    (
                        self.number, len(self.legs), step, kind, edge,
                        int(self.network.head[edge]), seconds, self.at_s, self.load / 1000, turn,
                        self.day, self.vehicle, *self._of_leg(),
                    )
                )  # fmt: skip
                self.at_s += seconds
                metres += float(self.network.length_m[edge])
        edges = [edge for leg in group for edge in leg.edges.tolist()]
        first, last = int(self.network.tail[edges[0]]), int(self.network.head[edges[-1]])
        street, side = self._told(kind, edges)
        self.steps.append(
            (
                self.number, step, kind, street, side, *self._lonlat(first), *self._lonlat(last),
                round(metres / 1000, 4), round((self.at_s - start_s) / 60, 2),
                self._clock(start_s), self.load / 1000, self.day, self.vehicle, "",
                *self._of_step(),
            )
        )  # fmt: skip

    def _lonlat(self, node: int) -> tuple[float, float]:
        return round(float(self.network.lon[node]), 6), round(float(self.network.lat[node]), 6)

    def _clock(self, seconds: int) -> str:
        return clock_text(self.leaves_s + seconds)

    def common(self) -> dict[str, Any]:
        """Say of a route what is said of each: when, whose, how long it waits."""
        return {
            "day": self.day,
            "vehicle": self.vehicle,
            "depot": self.depot.name if len(self.question.depots) > 1 else "",
            "leaves_s": self.leaves_s % DAY_S,
            "wait_min": round(self.stops["wait"] / 60, 2),
            "break_min": round(self.stops["break"] / 60, 2),
        }


class RouteRows(Rows):
    """Rows of one route along streets, built from leg to leg.

    Parameters
    ----------
    question, number, kind, day
        As for `Rows`.
    """

    question: RouteQuestion

    def __init__(self, question: RouteQuestion, number: int, kind: int, day: int) -> None:
        super().__init__(question, question.streets.drive_s, number, kind, day)

    def add(self, route: tuple[Leg, ...], found: ArcRoute) -> None:
        """Add a whole route.

        Parameters
        ----------
        route
            Its legs.
        found
            The solution's words for it, which say when each street and visit begins.
        """
        depot = self.depot
        self._stop("depot", depot.name, depot.node, 0)
        group: list[Leg] = []
        element = 0
        for leg in route:
            wait = 0
            if leg.kind != "drive" and found.begin is not None:
                there = self.at_s + sum(one.seconds for one in group) + int(leg.turn_s.sum())
                wait = int(found.begin[element]) - there
            if group and (wait > 0 or not self._goes_on(group[-1], leg)):
                self._moving(group)
                group = []
            if wait > 0:
                self._stop("wait", "", self._node_before(leg), wait)
            if leg.kind == "dump":
                name = next(d.name for d in self.question.dumps if d.node == leg.node)
                self.load = 0
                self._stop("dump", name, leg.node, leg.seconds)
            else:
                group.append(leg)
            if leg.kind == "drive":
                continue
            if found.pause is not None and element == found.pause[0]:
                self._moving(group)
                group = []
                self._rest(leg.node, found.pause[1])
            element += 1
        if group:
            self._moving(group)
        if not self.question.dumps:
            self.load = 0
        self._stop("depot", depot.name, depot.node, 0)

    def _rest(self, node: int, begin: int) -> None:
        if begin > self.at_s:
            self._stop("wait", "", node, begin - self.at_s)
        pause = self.question.kinds[self.kind].pause
        self._stop("break", "", node, 0 if pause is None else pause[2])

    def _node_before(self, leg: Leg) -> int:
        """Node where a leg begins."""
        return int(self.network.tail[leg.edges[0]]) if len(leg.edges) else leg.node

    def _goes_on(self, last: Leg, leg: Leg) -> bool:
        """Whether a leg belongs to the step of the one before: the same street and side."""
        if last.kind != leg.kind or leg.kind == "dump":
            return False
        one, other = int(last.edges[-1]), int(leg.edges[0])
        if leg.kind == "drive":
            return True
        same_street = self.network.name[one] == self.network.name[other]
        return bool(same_street) and other != int(self.network.reverse[one])

    def _told(self, kind: str, edges: list[int]) -> tuple[str, str]:
        return (self._street(edges), self._side(edges)) if kind == "sweep" else ("", "")

    def _street(self, edges: list[int]) -> str:
        from networks.direction_texts import plain_name

        return plain_name(self.network.names[self.network.name[edges[0]]])

    def _side(self, edges: list[int]) -> str:
        """Side of the street that is swept, by the course of the whole stretch."""
        network, spec = self.network, self.question.spec
        twin = network.reverse[edges]
        one_way = (twin < 0) | (self.question.streets.drive_s[twin] < 0)
        if spec.sides == "both" or one_way.all():
            return "both"
        first, last = network.tail[edges[0]], network.head[edges[-1]]
        dx, dy = network.x[last] - network.x[first], network.y[last] - network.y[first]
        if dx == 0 and dy == 0:
            return spec.traffic
        turn = -90.0 if spec.traffic == "right" else 90.0
        course = float(np.degrees(np.arctan2(dy, dx))) + turn
        return _SIDES[round(course / 45.0) % 8]

    def summary(self, route: tuple[Leg, ...]) -> dict[str, Any]:
        """Lay out what the route comes to."""
        length = self.network.length_m
        km = {
            kind: sum(float(length[leg.edges].sum()) for leg in route if leg.kind == kind) / 1000
            for kind in ("sweep", "drive")
        }
        return {
            "route": self.number,
            "start": self._clock(0),
            "end": self._clock(self.at_s),
            "hours": self.at_s / 3600,
            "km_swept": km["sweep"],
            "km_deadhead": km["drive"],
            "dumps": sum(leg.kind == "dump" for leg in route),
            "dirt_kg": sum(leg.grams for leg in route) / 1000,
            "streets": sum(step[2] == "sweep" for step in self.steps),
            **self.common(),
        }
