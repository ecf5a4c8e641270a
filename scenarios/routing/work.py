"""How a question is answered, by its job: streets that are swept or watered, points collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scenarios.routing.again import base_of, facts_of, solve_again, with_locks
from scenarios.routing.build import RouteQuestion
from scenarios.routing.plan import RoutePlan, make_plan, solve_routes
from scenarios.routing.verify import RouteCheck, verify_routes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from shapely.geometry.base import BaseGeometry

    from optimize.routing.arcs.solution import ArcSolution
    from optimize.routing.arcs.solve import ArcProgress
    from optimize.routing.nodes.solve import NodeProgress
    from scenarios.routing.again import Base
    from scenarios.routing.answer import Plan
    from scenarios.routing.question import Question

    Told = Callable[[ArcProgress | NodeProgress, float | None], None]

__all__ = ["StreetWork", "Work", "check_streets", "work_of"]


class Work(Protocol):
    """What is done with a question: search, from an edited plan or not, lay out, check."""

    interrupted: bool

    def read(self, edited: Path) -> None:
        """Begin from an edited plan."""

    def plan(self, time_limit_s: float, threads: int, seed: int, progress: Told | None) -> Plan:
        """Search, and lay out what was found."""

    def check(self, plan: Plan) -> RouteCheck:
        """Check a plan against the streets."""

    def begun_from(self) -> dict[str, Any] | None:
        """Say what was begun from."""


def work_of(question: Question) -> Work:
    """Choose how a question is answered."""
    if isinstance(question, RouteQuestion):
        return StreetWork(question)
    from scenarios.collection.build import CollectQuestion
    from scenarios.collection.work import PointWork

    assert isinstance(question, CollectQuestion)  # noqa: S101 - there is no third one
    return PointWork(question)


class StreetWork:
    """Routes along streets."""

    def __init__(self, question: RouteQuestion) -> None:
        self.question = question
        self.base: Base | None = None
        self.interrupted = False

    def read(self, edited: Path) -> None:
        """Begin from an edited plan."""
        self.base = base_of(self.question, edited, str(edited))

    def plan(
        self, time_limit_s: float, threads: int, seed: int, progress: Told | None
    ) -> RoutePlan:
        """Search, and lay out what was found."""
        found: ArcSolution
        if self.base is None:
            found = solve_routes(
                self.question, time_limit_s=time_limit_s, threads=threads, seed=seed,
                progress=progress,
            )  # fmt: skip
        else:
            found = solve_again(
                self.question, self.base, time_limit_s=time_limit_s, threads=threads, seed=seed,
                progress=progress,
            )  # fmt: skip
        self.interrupted = found.interrupted
        plan = make_plan(self.question, found)
        return plan if self.base is None else with_locks(plan, self.base)

    def check(self, plan: Plan) -> RouteCheck:
        """Check a plan against the streets."""
        assert isinstance(plan, RoutePlan)  # noqa: S101 - made above
        return check_streets(plan)

    def begun_from(self) -> dict[str, Any] | None:
        """Say what was begun from."""
        return None if self.base is None else facts_of(self.base)


def check_streets(plan: RoutePlan) -> RouteCheck:
    """Check a plan along streets.

    Parameters
    ----------
    plan
        What is checked.
    """
    question = plan.question
    return verify_routes(
        question.network,
        question.spec,
        plan.legs,
        question.left_out,
        period=question.period,
        depots=tuple(place.node for place in question.depots),
        dumps=tuple(place.node for place in question.dumps),
        areas=_outlines(question),
        rules=question.rules,
        seconds=plan.seconds,
    )


def _outlines(question: RouteQuestion) -> list[BaseGeometry]:
    """Outlines of the areas that a question names."""
    names = question.spec.areas
    if not names:
        return []
    from scenarios.areas import build_areas

    scenario = question.scenario
    areas = build_areas(scenario.spec, question.network, scenario.faults()) or ()
    return [area.geometry for area in areas if area.name in names and area.geometry is not None]
