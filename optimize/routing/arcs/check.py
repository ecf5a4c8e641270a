"""Checking a solution of an arc-routing problem, with nothing of the solver's.

Every cost is found anew by a plain Dijkstra search over the arcs, turns counted, every load is
added up, every required street is counted. Where a route says when it does what, its times are
checked against the ways between, the windows and the pause; where it does not, it does all as early
as it can.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimize.routing.arcs.problem import ArcProblem, VehicleKind
    from optimize.routing.arcs.solution import ArcRoute, ArcSolution

__all__ = ["ArcCheck", "check_arc_solution", "check_walk"]


@dataclass(frozen=True)
class ArcCheck:
    """What a check found.

    Parameters
    ----------
    value
        Cost of all routes.
    faults
        What is wrong, in words; empty for a good solution.
    """

    value: int
    faults: tuple[str, ...]


def check_arc_solution(problem: ArcProblem, solution: ArcSolution) -> ArcCheck:
    """Find the cost of a solution and every rule that it breaks."""
    streets = _Streets(problem) if problem.turns is None else _Turning(problem)
    faults: list[str] = []
    served: dict[int, int] = defaultdict(int)
    total = 0
    fleet = problem.fleet
    driven = [0] * len(fleet)
    for number, route in enumerate(solution.routes, 1):
        if not 0 <= route.kind < len(fleet):
            faults.append(f"route {number}: there is no kind {route.kind} of vehicle")
            continue
        kind = fleet[route.kind]
        driven[route.kind] += 1
        cost, said = _route(problem, kind, streets, route, served)
        total += cost + kind.route_cost
        faults += [f"route {number}: {words}" for words in said]
        if kind.most_cost is not None and cost > kind.most_cost:
            faults.append(f"route {number}: costs {cost}, more than {kind.most_cost}")
    faults += _served_faults(problem, solution, served)
    for kind, routes in zip(fleet, driven, strict=True):
        if kind.count is not None and routes > kind.count:
            faults.append(f"{routes} routes, and {kind.count} vehicles of {kind.name}")
    if total != solution.value:
        faults.append(f"the routes cost {total}, not {solution.value}")
    if solution.bound > total:
        faults.append(f"the bound of {solution.bound} is above the cost of {total}")
    return ArcCheck(total, tuple(faults))


def _served_faults(
    problem: ArcProblem, solution: ArcSolution, served: dict[int, int]
) -> Iterator[str]:
    """Say which tasks are not served once, or are, though the solution says that they are left."""
    left = set(solution.left) if solution.status in {"partial", "none"} else set()
    for task in range(problem.n_tasks):
        if served[task] != (task not in left):
            yield f"task {task} is served {served[task]} times"
    if solution.status == "partial" and not left:
        yield "is partial, and no task is left"


def check_walk(problem: ArcProblem, arcs: Sequence[int]) -> ArcCheck:
    """Find the cost of driving along arcs one after the other, and the turns that are forbidden.

    Parameters
    ----------
    problem
        Its arcs and turns.
    arcs
        In order, between two stops at the depot or a facility.

    Returns
    -------
    ArcCheck
        Its value is what the arcs and the turns between them cost, nothing being served.
    """
    rules = _Turning(problem)
    cost, faults = 0, []
    for last, arc in zip([-1, *arcs], arcs, strict=False):
        cost += rules.cost[arc]
        if last < 0:
            continue
        turn = rules.turn(last, arc)
        if rules.head[last] != rules.tail[arc]:
            faults.append(f"arc {arc} does not begin where arc {last} ends")
        elif turn is None:
            faults.append(f"the turn from arc {last} into arc {arc} is forbidden")
        else:
            cost += turn
    return ArcCheck(cost, tuple(faults))


def _route(
    problem: ArcProblem,
    kind: VehicleKind,
    streets: _Streets | _Turning,
    route: ArcRoute,
    served: dict[int, int],
) -> tuple[int, list[str]]:
    said: list[str] = []
    serve_cost = problem.serve_cost if kind.serve_cost is None else kind.serve_cost
    clock = _Clock(kind, route, said)
    at, last, load = kind.depot, -1, 0
    for number, (task, arc) in enumerate(zip(route.task.tolist(), route.arc.tolist(), strict=True)):
        if task < 0:
            if arc not in problem.facilities.tolist():
                said.append(f"node {arc} is no facility")
            clock.drive(_gap(streets.way((at, last), (arc, -1)), f"node {arc}", said))
            clock.stand(number, None, problem.visit_cost)
            at, last, load = arc, -1, 0
            continue
        if not 0 <= task < problem.n_tasks:
            said.append(f"there is no task {task}")
            continue
        ways = problem.task_arc[task].tolist()
        if arc not in ways or arc < 0:
            said.append(f"task {task} cannot be served along arc {arc}")
            continue
        spent = int(serve_cost[task, ways.index(arc)])
        if spent < 0:
            said.append(f"{kind.name} cannot serve task {task} along arc {arc}")
            continue
        begin = (int(problem.tail[arc]), arc)
        clock.drive(_gap(streets.way((at, last), begin), f"task {task}", said))
        clock.stand(number, task, spent)
        at, last = int(problem.head[arc]), arc
        load += int(problem.demand[task])
        served[task] += 1
        if load > kind.capacity:
            said.append(f"carries {load} after task {task}, more than {kind.capacity}")
    if len(problem.facilities) and load > 0:
        said.append("comes home without having been emptied")
    clock.drive(_gap(streets.way((at, last), (kind.depot, -1)), "the depot", said))
    clock.end()
    return clock.now, said


class _Clock:
    """Time since a route left, by its own words where it has them."""

    def __init__(self, kind: VehicleKind, route: ArcRoute, said: list[str]) -> None:
        self.kind, self.route, self.said = kind, route, said
        self.now = 0
        self.paused = False

    def drive(self, cost: int) -> None:
        """Go on to the next place."""
        self.now += cost

    def stand(self, number: int, task: int | None, cost: int) -> None:
        """Serve a task, or visit a facility (no task), and pause after it."""
        what = "the visit" if task is None else f"task {task}"
        begin = None if self.route.begin is None else int(self.route.begin[number])
        if begin is None:
            begin = self._opened(task)
        elif begin < self.now:
            self.said.append(f"is at {what} at {self.now}, not at {begin}")
            begin = self.now
        if task is not None and self.kind.windows is not None:
            one, until, two, last = self.kind.windows[task].tolist()
            if not (one <= begin <= until or two <= begin <= last):
                self.said.append(f"begins {what} at {begin}, outside its windows")
        self.now = begin + cost
        if self.route.pause is not None and self.route.pause[0] == number:
            self._rest(self.route.pause[1])

    def _opened(self, task: int | None) -> int:
        if task is None or self.kind.windows is None:
            return self.now
        one, until, two, last = (int(time) for time in self.kind.windows[task])
        if self.now <= until:
            return max(self.now, one)
        return max(self.now, two) if self.now <= last else self.now

    def _rest(self, begin: int) -> None:
        if self.kind.pause is None:
            self.said.append(f"pauses, and {self.kind.name} has no pause")
            return
        earliest, latest, length = self.kind.pause
        if begin < self.now:
            self.said.append(f"is under way until {self.now}, and pauses at {begin}")
            begin = self.now
        if not earliest <= begin <= latest:
            self.said.append(f"pauses at {begin}, not from {earliest} to {latest}")
        self.now = begin + length
        self.paused = True

    def end(self) -> None:
        """Come home."""
        if self.route.lasts is not None and self.route.lasts != self.now:
            self.said.append(f"lasts {self.now}, not {self.route.lasts}")
        pause = self.kind.pause
        if pause is not None and not self.paused and self.now > pause[1]:
            self.said.append(f"lasts {self.now} without a pause")


def _gap(way: int | None, what: str, said: list[str]) -> int:
    if way is None:
        said.append(f"there is no way on to {what}")
    return way or 0


class _Streets:
    """Least costs by Dijkstra's algorithm, one search a node, kept, and gone on with on demand."""

    def __init__(self, problem: ArcProblem) -> None:
        self.after: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for u, v, c in zip(
            problem.tail.tolist(), problem.head.tolist(), problem.cost.tolist(), strict=True
        ):
            self.after[u].append((v, c))
        self.known: dict[int, dict[int, int]] = {}
        self.searches: dict[int, Iterator[tuple[int, int]]] = {}

    def way(self, leave: tuple[int, int], enter: tuple[int, int]) -> int | None:
        """Least cost from a node, and the arc that led there, to another; None for no way."""
        start, end = leave[0], enter[0]
        if start not in self.known:
            self.known[start] = {}
            self.searches[start] = self._search(start)
        known = self.known[start]
        if end not in known:  # mostly a neighbour: no need to search the whole city
            for node, cost in self.searches[start]:
                known[node] = cost
                if node == end:
                    break
        return known.get(end)

    def _search(self, start: int) -> Iterator[tuple[int, int]]:
        done: set[int] = set()
        queue = [(0, start)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node in done:
                continue
            done.add(node)
            yield node, cost
            for following, c in self.after[node]:
                if following not in done:
                    heapq.heappush(queue, (cost + c, following))


class _Turning:
    """The same with turns: searches from arc to arc, by the words of `ArcTurns`."""

    def __init__(self, problem: ArcProblem) -> None:
        self.tail, self.head = problem.tail.tolist(), problem.head.tolist()
        self.cost: list[int] = problem.cost.tolist()
        self.out: dict[int, list[int]] = defaultdict(list)
        for arc, node in enumerate(self.tail):
            self.out[node].append(arc)
        turns = problem.turns
        self.u_turn: int | None = 0 if turns is None else turns.u_turn
        self.listed: dict[tuple[int, int], int] = {}
        self.reverse: list[int] | None = None
        if turns is not None:
            pairs = zip(turns.first.tolist(), turns.second.tolist(), strict=True)
            self.listed = dict(zip(pairs, turns.cost.tolist(), strict=True))
            self.reverse = None if turns.reverse is None else turns.reverse.tolist()

    def turn(self, arc: int, following: int) -> int | None:
        """Cost of going from an arc on to one that begins there; None where it is forbidden."""
        listed = self.listed.get((arc, following))
        if listed is not None:
            return None if listed < 0 else listed
        if not self._back(arc, following):
            return 0
        if self.u_turn is not None:
            return self.u_turn
        others = [
            other
            for other in self.out[self.head[arc]]
            if self.listed.get((arc, other), -1 if self._back(arc, other) else 0) >= 0
        ]
        return None if others else 0

    def _back(self, arc: int, other: int) -> bool:
        """Whether going on to the other is a U-turn."""
        if self.reverse is not None:
            return self.reverse[arc] == other
        loop = self.tail[arc] == self.head[arc]
        return not loop and self.tail[arc] == self.head[other]

    def way(self, leave: tuple[int, int], enter: tuple[int, int]) -> int | None:
        """Least cost, turns at either end included; None where there is no way."""
        (start, last), (end, goal) = leave, enter
        if goal < 0 and start == end:
            return 0
        queue = [(0, arc) for arc in self.out[start]] if last < 0 else self._onward(0, last)
        heapq.heapify(queue)
        done: set[int] = set()
        while queue:
            cost, arc = heapq.heappop(queue)  # about to enter the arc; -1: there
            if arc == goal:
                return cost
            if arc in done:
                continue
            done.add(arc)
            there = cost + self.cost[arc]
            if goal < 0 and self.head[arc] == end:
                heapq.heappush(queue, (there, -1))
            for step in self._onward(there, arc):
                if step[1] not in done:
                    heapq.heappush(queue, step)
        return None

    def _onward(self, cost: int, arc: int) -> list[tuple[int, int]]:
        turns = [(self.turn(arc, other), other) for other in self.out[self.head[arc]]]
        return [(cost + turn, other) for turn, other in turns if turn is not None]
