"""From a scenario's [routes.NAME] to its folder: plan, tables, maps, GPX, check, manifest.

The folder is written as ``NAME.partial`` and renamed when it is whole. Ctrl-C ends the search; the
best routes so far are checked and written all the same, marked ``interrupted``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.folder import check_free, whole_folder
from scenarios.output import (
    file_hashes,
    network_facts,
    resolved_text,
    street_features,
    versions,
    write_features,
    write_json,
    write_table,
)
from scenarios.partial import check_writable, real_target
from scenarios.placement.interrupts import noted_interrupt
from scenarios.routing.build import build_routes
from scenarios.routing.exchange import write_exchange
from scenarios.routing.jobs import named, spoken
from scenarios.routing.tables import day_name
from scenarios.routing.work import work_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimize.routing.arcs.solve import ArcProgress
    from optimize.routing.nodes.solve import NodeProgress
    from scenarios.load import Scenario
    from scenarios.routing.answer import Plan
    from scenarios.routing.fleet import Kind
    from scenarios.routing.question import Question
    from scenarios.routing.verify import RouteCheck

__all__ = ["MARK", "RoutesRun", "check_plan", "default_folder", "routes_scenario", "titles"]

MARK = "tables/legs.parquet"  # by which the folder of routes is known


@dataclass(frozen=True, eq=False)
class RoutesRun:
    """Routes that were found, checked and written.

    Parameters
    ----------
    folder
        Where they lie.
    plan
        The routes.
    check
        What the check against the streets found.
    manifest
        As written.
    """

    folder: Path
    plan: Plan
    check: RouteCheck
    manifest: dict[str, Any]


def default_folder(scenario: Scenario, name: str) -> Path:
    """Folder of routes where none is named: ``runs/SCENARIO-NAME``.

    Parameters
    ----------
    scenario, name
        Whose question, and which.
    """
    return Path("runs") / f"{scenario.name}-{name}"


def routes_scenario(
    scenario: Scenario,
    name: str,
    out: Path | None = None,
    *,
    edited: Path | None = None,
    time_limit_s: float | None = None,
    threads: int = 1,
    seed: int | None = None,
    replace: bool = False,
    command: str = "",
    progress: Callable[[ArcProgress | NodeProgress, float | None], None] | None = None,
    finish: Callable[[Path, Plan], None] | None = None,
) -> RoutesRun:
    """Find routes and write their folder.

    Parameters
    ----------
    scenario
        What is asked about.
    name
        Of [routes.NAME].
    out
        The folder; `default_folder` where not given.
    edited
        A plan that people edited: what is locked in it stays, the rest is sought from it.
    time_limit_s, seed
        The table's if not given; for the seed, then the scenario's.
    threads
        Populations that are searched at once.
    replace
        Take the place of older routes.
    command
        What the user typed, for the manifest.
    progress
        Called with each better solution and the bound.
    finish
        Called with the folder, all tables written, and the plan, before the folder gets its name.

    Raises
    ------
    InputError
        If the question cannot be put, the edited plan cannot be read, or a folder is in the way.
    NoRoutes
        If no routes keep the rules, or none were found in time; nothing is written then.
    KeyboardInterrupt
        If Ctrl-C came before the first routes.
    """
    target = real_target(out or default_folder(scenario, name))
    check_free(target, replace=replace, mark=MARK, what="folder of routes")
    check_writable(target)
    started = _now()
    question = build_routes(scenario, name)
    spec = question.spec
    limit = spec.time_limit_s if time_limit_s is None else time_limit_s
    own = scenario.spec.scenario.seed if spec.seed is None else spec.seed
    used = own if seed is None else seed
    work = work_of(question)
    if edited is not None:
        work.read(edited)
    with noted_interrupt() as note:
        plan = work.plan(limit, threads, used, progress)
    check = work.check(plan)
    asked: dict[str, Any] = {
        "command": command,
        "time_limit_s": limit,
        "threads": threads,
        "seed": used,
    }
    interrupted = work.interrupted or note.came
    with whole_folder(target, mark=MARK, what="folder of routes") as folder:
        asked["from"] = work.begun_from()
        manifest = _write(folder, plan, check, asked, started, interrupted=interrupted)
        if finish is not None:
            finish(folder, plan)
    return RoutesRun(target, plan, check, manifest)


def check_plan(plan: Plan) -> RouteCheck:
    """Check a plan against its streets.

    Parameters
    ----------
    plan
        What is checked.
    """
    return work_of(plan.question).check(plan)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _write(
    folder: Path,
    plan: Plan,
    check: RouteCheck,
    asked: dict[str, Any],
    started: datetime,
    *,
    interrupted: bool,
) -> dict[str, Any]:
    question = plan.question
    write_table(folder, "legs", plan.legs)  # first: the mark of a folder of routes
    write_table(folder, "steps", spoken(plan.steps, question))
    write_table(folder, "routes", spoken(plan.summary, question))
    write_table(folder, "left_out", question.left_out)
    text = resolved_text(question.scenario)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    write_exchange(folder, plan)
    write_features(folder / "maps" / "streets.geojson", street_features(question.network))
    manifest = _manifest(plan, check, asked, started, interrupted=interrupted)
    write_json(folder / "manifest.json", manifest)
    return manifest


def _manifest(
    plan: Plan,
    check: RouteCheck,
    asked: dict[str, Any],
    started: datetime,
    *,
    interrupted: bool,
) -> dict[str, Any]:
    question, solution, table = plan.question, plan.solution, plan.summary
    head = question.scenario.spec.scenario
    return {
        **asked,
        "scenario": head.model_dump(
            include={"name", "title", "title_zh", "question", "question_zh", "synthetic"}
        ),
        "service": "routes",
        "question": {"name": question.name, **titles(question)},
        "job": question.spec.job,
        "status": solution.status,
        "seconds_of_routes": plan.seconds,
        "cost_s": plan.cost_s,  # with what routes cost apart: the measure of bound and gap
        "bound_s": plan.bound_s,
        "gap": None if plan.gap is None else round(plan.gap, 6),
        "routes": len(table),
        "vehicles": question.spec.vehicles,
        "hours": round(float(table["hours"].sum()), 4),
        "longest_h": round(float(table["hours"].max()), 4),
        **plan.figures(),
        "check": {
            "sides": check.sides,
            "edges": check.edges,
            "seconds": check.seconds,
            "faults": list(check.faults),
        },
        "seconds": round(solution.seconds, 3),
        "iterations": solution.iterations,
        "interrupted": interrupted,
        "assumed": list(question.spec.assumed),
        "assumed_zh": list(question.spec.assumed_zh),
        "depot": _place(question.depot),
        "depots": [_place(place) for place in question.depots],
        "days": [day_name(day) for day in question.days] if question.spec.is_week else [],
        "fleet": [_kind(question, kind) for kind in question.kinds]
        if question.spec.vehicle
        else [],
        named("dump_sites", question.job): [_place(place) for place in question.dumps],
        "network": network_facts(question.network),
        "versions": versions(),
        "input_hashes": file_hashes(question.scenario),
        "warnings": list(question.warnings),
        "started": started.isoformat(),
        "finished": _now().isoformat(),
    }


def titles(question: Question) -> dict[str, str]:
    """Name a question in both languages, as people read it."""
    head, spec = question.scenario.spec.scenario, question.spec
    where = head.title or head.name
    title = spec.title or f"{question.name} – {where}"
    where_zh = head.title_zh or where
    title_zh = spec.title_zh or spec.title or f"{question.name} – {where_zh}"
    return {"title": title, "title_zh": title_zh}


def _kind(question: Question, kind: Kind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title,
        "title_zh": kind.title_zh,
        "count": kind.count,
        "depot": question.depots[kind.depot].name,
        "leaves_s": kind.leaves_s,
        "shift_h": kind.shift_h,
    }


def _place(place: Any) -> dict[str, Any]:  # noqa: ANN401 - a Place
    return {"name": place.name, "lon": place.lon, "lat": place.lat, "node": place.node}
