"""Two days of a week as one problem of collection, and its routes as those of each day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.routing.nodes.periodic import day_problem
from optimize.routing.nodes.solution import route_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimize.routing.nodes.periodic import PeriodProblem
    from optimize.routing.nodes.solution import NodeRoute, NodeSolution

__all__ = ["DayRoutes", "TwoDays", "with_stops"]


@dataclass(frozen=True)
class DayRoutes:
    """Routes of a day (stops of the whole problem), their value, and stops that fit none."""

    routes: tuple[NodeRoute, ...] = ()
    value: int = 0
    missed: tuple[int, ...] = ()


class TwoDays:
    """Two days as one problem: trucks and facilities of each, and stops that either may serve."""

    def __init__(
        self,
        period: PeriodProblem,
        served: NDArray[np.bool_],
        gaps: NDArray[np.int64],
        free: NDArray[np.bool_],
    ) -> None:
        first, second = np.flatnonzero(served[:, 0]), np.flatnonzero(served[:, 1])
        self.stops = np.concatenate([first, second])
        self.own = np.repeat([0, 1], [len(first), len(second)])
        since = np.concatenate([gaps[first, 0], gaps[second, 1]])
        self.at = np.full((period.problem.n_stops, 2), -1, dtype=np.int64)
        self.at[first, 0] = np.arange(len(first))
        self.at[second, 1] = len(first) + np.arange(len(second))
        part = day_problem(period, self.stops, since)
        self.facilities = part.n_facilities
        own_facility = np.repeat([0, 1], self.facilities)
        kinds = []
        for kind in part.kinds:
            for day in (0, 1):
                able = part.stops_of(kind) & (free[self.stops] | (self.own == day))
                emptied = np.tile(part.facilities_of(kind), 2) & (own_facility == day)
                kinds.append(replace(kind, stops=able, facilities=emptied))
        self.problem = replace(
            part,
            kinds=tuple(kinds),
            facility_place=np.tile(part.facility_place, 2),
            facility_s=np.tile(part.facility_s, 2),
            facility_window=np.tile(part.facility_window, (2, 1)),
            intake=None if part.intake is None else np.tile(part.intake, (2, 1)),
        )

    def start(self, one: Sequence[NodeRoute], other: Sequence[NodeRoute]) -> tuple[NodeRoute, ...]:
        """Routes of both days as routes of the one problem."""
        return tuple(
            replace(
                route,
                kind=2 * route.kind + day,
                visit=np.where(
                    route.visit < 0,
                    route.visit - day * self.facilities,
                    self.at[np.maximum(route.visit, 0), day],
                ),
            )
            for day, routes in enumerate((one, other))
            for route in routes
        )

    def days(self, solution: NodeSolution) -> tuple[DayRoutes, DayRoutes]:
        """Take the routes of each day out of a solution."""
        missed = range(len(self.stops)) if solution.status == "none" else solution.left
        found = []
        for day in (0, 1):
            chosen = [route for route in solution.routes if route.kind % 2 == day]
            value = sum(route_cost(self.problem, route) for route in chosen)
            routes = []
            for route in chosen:
                visit = np.where(route.visit < 0, route.visit + day * self.facilities, route.visit)
                named = with_stops(replace(route, visit=visit), self.stops)
                routes.append(replace(named, kind=route.kind // 2))
            lost = tuple(int(self.stops[k]) for k in missed if self.own[k] == day)
            found.append(DayRoutes(tuple(routes), value, lost))
        return found[0], found[1]


def with_stops(route: NodeRoute, stops: NDArray[np.int64]) -> NodeRoute:
    """Name the stops of a route as the whole problem does."""
    visit = route.visit
    return replace(route, visit=np.where(visit < 0, visit, stops[np.maximum(visit, 0)]))
