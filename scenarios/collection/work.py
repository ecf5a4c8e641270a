"""How a question of collection is answered: searched, laid out and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.collection.again import again, base_of, facts_of, with_locks
from scenarios.collection.plan import CollectPlan, plan_collection, solve_collection
from scenarios.collection.verify import verify_collection

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from scenarios.collection.again import Base
    from scenarios.collection.build import CollectQuestion
    from scenarios.routing.answer import Plan
    from scenarios.routing.verify import RouteCheck
    from scenarios.routing.work import Told

__all__ = ["PointWork", "check_points"]


class PointWork:
    """Routes from point to point."""

    def __init__(self, question: CollectQuestion) -> None:
        self.question = question
        self.base: Base | None = None
        self.interrupted = False

    def read(self, edited: Path) -> None:
        """Begin from an edited plan."""
        self.base = base_of(self.question, edited, str(edited))

    def plan(
        self, time_limit_s: float, threads: int, seed: int, progress: Told | None
    ) -> CollectPlan:
        """Search, and lay out what was found."""
        told = None if progress is None else (lambda step: progress(step, None))
        if self.base is None:
            found = solve_collection(
                self.question, time_limit_s=time_limit_s, threads=threads, seed=seed, progress=told
            )
        else:
            found = again(
                self.question, self.base, time_limit_s=time_limit_s, threads=threads, seed=seed,
                progress=told,
            )  # fmt: skip
        self.interrupted = found.interrupted
        plan = plan_collection(self.question, found)
        return plan if self.base is None else with_locks(plan, self.base)

    def check(self, plan: Plan) -> RouteCheck:
        """Check a plan against the streets."""
        assert isinstance(plan, CollectPlan)  # noqa: S101 - made above
        return check_points(plan)

    def begun_from(self) -> dict[str, Any] | None:
        """Say what was begun from."""
        return None if self.base is None else facts_of(self.base)


def check_points(plan: CollectPlan) -> RouteCheck:
    """Check a plan of collection.

    Parameters
    ----------
    plan
        What is checked.
    """
    question = plan.question
    leaves = zip(plan.summary["route"].tolist(), plan.summary["leaves_s"].tolist(), strict=True)
    return verify_collection(
        question.network,
        question.spec,
        question.points,
        plan.legs,
        question.left_out,
        dict(leaves),
        period=question.period,
        depots=tuple(place.node for place in question.depots),
        facilities=tuple(place.node for place in question.dumps),
        cut_from=question.n_junctions,
        seconds=plan.seconds,
    )
