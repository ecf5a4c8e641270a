"""From a scenario's placement question to its folder: plan, tables, maps, workbook, manifest.

The folder is written as ``NAME.partial`` and renamed when it is whole. Ctrl-C ends the search; the
best plan so far is judged and written all the same, marked ``interrupted``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

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
from scenarios.placement.answer import Answer, answer, capacity_decides
from scenarios.placement.costs import cost_parts
from scenarios.placement.layers import map_layers, write_geopackage, write_maps
from scenarios.placement.plan_file import write_plan
from scenarios.placement.presets import PRESETS, used_standards
from scenarios.placement.question import build_question
from scenarios.placement.schema import PlacementSpec
from scenarios.placement.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimize.location.solution import Progress
    from optimize.location.solve import Method
    from scenarios.load import Scenario
    from scenarios.placement.question import Question

__all__ = ["MARK", "OptimizeRun", "default_folder", "optimize_scenario", "write_answer"]

MARK = "tables/points.parquet"  # by which the folder of a placement is known
_PACKAGES = ("highspy", "ortools")


@dataclass(frozen=True, eq=False)
class OptimizeRun:
    """A placement that was solved and written.

    Parameters
    ----------
    folder
        Where it lies.
    answer
        The plan and what it means.
    manifest
        As written.
    """

    folder: Path
    answer: Answer
    manifest: dict[str, Any]


def default_folder(scenario: Scenario, name: str) -> Path:
    """Folder of a question where none is named: ``runs/SCENARIO-QUESTION``.

    Parameters
    ----------
    scenario, name
        Whose question, and which.
    """
    return Path("runs") / f"{scenario.name}-{name}"


def optimize_scenario(
    scenario: Scenario,
    name: str,
    out: Path | None = None,
    *,
    plan: Path | None = None,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    threads: int = 1,
    seed: int | None = None,
    method: Method = "auto",
    sensitivity_s: float | None = None,
    lang: str = "en",
    replace: bool = False,
    command: str = "",
    progress: Callable[[Progress], None] | None = None,
    finish: Callable[[Path], None] | None = None,
) -> OptimizeRun:
    """Solve a placement question of a scenario and write its folder.

    Parameters
    ----------
    scenario
        What is asked about.
    name
        The question: a ``[placement.NAME]`` table, or a preset that needs nothing more.
    out
        The folder; `default_folder` where not given.
    plan
        An edited plan file: its locked rows hold, the rest is chosen anew.
    time_limit_s, gap, threads, method
        As `optimize.location.solve` takes them.
    seed
        Of what is drawn; the scenario's if not given.
    sensitivity_s
        As `scenarios.placement.answer.answer` takes it.
    lang
        Of the workbook's words.
    replace
        Take the place of an older placement.
    command
        What the user typed, for the manifest.
    progress
        Called now and then with value and bound.
    finish
        Called with the folder, all tables written, before it gets its name: a report goes here.

    Raises
    ------
    InputError
        If the question cannot be put, or a folder is in the way.
    NoPlan
        If no plan keeps the rules, or none was found in time; nothing is written then.
    KeyboardInterrupt
        If Ctrl-C came before the first plan.
    """
    target = real_target(out or default_folder(scenario, name))
    check_free(target, replace=replace, mark=MARK, what="placement")
    check_writable(target)
    started = _now()
    if seed is not None:
        scenario = scenario.with_settings(seed=seed)
    question = build_question(scenario, name, plan=plan)
    found = answer(
        question,
        time_limit_s=time_limit_s,
        gap=gap,
        threads=threads,
        seed=scenario.spec.scenario.seed,
        method=method,
        sensitivity_s=sensitivity_s,
        progress=progress,
    )
    asked = {
        "command": command,
        "plan_from": None if plan is None else plan.name,
        "time_limit_s": time_limit_s,
        "wanted_gap": gap,
        "threads": threads,
    }
    with whole_folder(target, mark=MARK, what="placement") as folder:
        manifest = write_answer(folder, found, asked, started=started, lang=lang)
        if finish is not None:
            finish(folder)
    return OptimizeRun(target, found, manifest)


def write_answer(
    folder: Path,
    found: Answer,
    asked: dict[str, Any],
    *,
    started: datetime,
    lang: str = "en",
) -> dict[str, Any]:
    """Write everything of an answer but its report into a folder.

    Parameters
    ----------
    folder
        An empty one.
    found
        The answer.
    asked
        Command and limits, for the manifest.
    started
        When the work began.
    lang
        Of the workbook's words.

    Returns
    -------
    dict
        The manifest.
    """
    question = found.question
    write_table(folder, "points", found.tables["points"])  # first: the mark of a placement
    for name, table in found.tables.items():
        if name != "points":
            write_table(folder, name, table)
    text = resolved_text(question.scenario)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    write_plan(folder, found)
    layers = map_layers(found)
    write_maps(folder, layers)
    write_features(folder / "maps" / "streets.geojson", street_features(question.network))
    _write_areas(folder / "maps" / "areas.geojson", question)
    write_geopackage(folder / f"{question.name}.gpkg", layers)
    title = _titles(question)["title_zh" if lang == "zh" else "title"]
    write_workbook(folder / f"{question.name}.xlsx", found.tables, title=title, lang=lang)
    manifest = _manifest(found, asked, started)
    write_json(folder / "manifest.json", manifest)
    _write_log(folder, manifest)
    return manifest


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _write_areas(path: Path, question: Question) -> None:
    """Write the outlines of the areas that the question knows, where they have any."""
    import shapely

    from scenarios.areas import build_areas

    scenario = question.scenario
    areas = build_areas(scenario.spec, question.network, scenario.faults()) or ()
    features = [
        {
            "type": "Feature",
            "properties": {"name": area.name},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(area.geometry, 1e-6))),
        }
        for area in areas
        if area.geometry is not None and area.name in question.areas
    ]
    if features:
        write_features(path, features)


def _manifest(found: Answer, asked: dict[str, Any], started: datetime) -> dict[str, Any]:
    question, solution = found.question, found.solution
    head = question.scenario.spec.scenario
    shown, unit = found.objective.shown(solution.value)
    bound, _ = found.objective.shown(solution.bound)
    return {
        **asked,
        "scenario": head.model_dump(
            include={"name", "title", "title_zh", "question", "question_zh", "synthetic"}
        ),
        "service": "placement",
        "question": {
            "name": question.name,
            **_titles(question),
            "preset": question.preset,
            "model": found.objective.kind,
            "mode": question.network.mode,
            "p": getattr(question.problem, "p", None),
            "units": getattr(question.problem, "units", None),
            "budget": getattr(getattr(question.problem, "sites", None), "budget", None),
            "limit": found.limit,
            "limits": list(found.limits),
            "unit": question.unit,
            "nearest_k": question.spec.fallbacks if question.spec.mean_of_nearest else None,
            "cabins": None if question.spec.cabins is None else question.spec.cabins.model_dump(),
            "graded": question.coverage is not None and question.coverage.share is not None,
            "from_site": question.from_site,
            "given": capacity_decides(question),
            "priced": question.spec.travel_cost is not None,
        },
        "seed": head.seed,
        "status": solution.status,
        "proven": solution.status == "optimal" and solution.gap == 0.0,
        "value": _number(solution.value),
        "bound": _number(solution.bound),
        "gap": _number(solution.gap),
        "shown": {"value": _number(shown), "bound": _number(bound), "unit": unit},
        "objective": {
            "kind": found.objective.kind,
            "sense": found.objective.sense,
            "unit": found.objective.unit,
            "total": found.objective.total,
        },
        "cost_parts": cost_parts(question, solution),
        "cost_unit": question.spec.cost_unit,
        "cost_unit_zh": question.spec.cost_unit_zh or question.spec.cost_unit,
        "method": solution.method,
        "seconds": round(solution.seconds, 3),
        "interrupted": found.interrupted,
        "n_points": len(question.points),
        "weight": float(question.points["weight"].sum()),
        "n_sites": len(question.sites),
        "n_open": len(solution.open_sites),
        "n_existing": len(found.existing),
        "left_out": _left_out(question),
        "standards": _standards(question),
        "assumed": list(question.spec.assumed),
        "assumed_zh": list(question.spec.assumed_zh),
        "demand_source": _source(question.spec.demand.source),
        "candidate_source": _source(question.spec.candidates.source),
        "network": network_facts(question.network),
        "versions": versions() | _more_versions(),
        "input_hashes": file_hashes(question.scenario),
        "warnings": list(question.warnings),
        "started": started.isoformat(),
        "finished": _now().isoformat(),
    }


def _titles(question: Question) -> dict[str, str]:
    """Titles and what the demand counts, in both languages."""
    head, preset = question.scenario.spec.scenario, PRESETS.get(question.preset)
    where = head.title or head.name
    where_zh = head.title_zh or where
    things = preset.title if preset is not None else question.name
    things_zh = preset.title_zh if preset is not None else question.name
    return {
        "title": question.spec.title or f"{things} – {where}",
        "title_zh": question.spec.title_zh or question.spec.title or f"{things_zh} – {where_zh}",
        "weight": preset.weight if preset is not None else "",
        "weight_zh": preset.weight_zh if preset is not None else "",
    }


def _standards(question: Question) -> list[dict[str, str]]:
    """Standards that the question takes numbers from, with their sources."""
    given = question.scenario.spec.placement.get(question.name, PlacementSpec())
    return [
        {
            "title": standard.title,
            "says": standard.says,
            "says_zh": standard.says_zh,
            "confidence": standard.confidence,
            "source": standard.source,
        }
        for standard in used_standards(question.name, given)
    ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _source(source: str) -> str:
    """Where rows come from: a word, or the name of a file."""
    return Path(source).name if Path(source).suffix else source


def _left_out(question: Question) -> list[dict[str, Any]]:
    """Demand that is not in the question, by reason."""
    table = question.left_out
    if not len(table):
        return []
    groups = table.groupby("reason", sort=True)["weight"].agg(["size", "sum"])
    return [
        {"reason": str(reason), "points": int(row["size"]), "weight": float(row["sum"])}
        for reason, row in groups.iterrows()
    ]


def _more_versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # its part is not installed, and was not used then
            continue
    return found


def _write_log(folder: Path, manifest: dict[str, Any]) -> None:
    outcome = "proven" if manifest["proven"] else f"gap {manifest['gap']}"
    if manifest["interrupted"]:
        outcome += " (interrupted)"
    lines = [
        f"{manifest['started']} {manifest['command'] or 'optimize'}",
        *(f"warning: {warning}" for warning in manifest["warnings"]),
        f"{manifest['finished']} {manifest['n_open']} sites, value {manifest['value']}, {outcome}",
    ]
    (folder / "log.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
