"""``cityops optimize``: answer a placement question with a plan, its proof, a map and tables."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityops.options import (
    Lang,
    Out,
    Replace,
    ScenarioArgument,
    Seed,
    gap_share,
    positive,
    whole_from,
)

if TYPE_CHECKING:
    from scenarios import Scenario
    from scenarios.placement.answer import NoPlan
    from scenarios.placement.schema import PlacementSpec

EXAMPLE = "Example: cityops optimize helsinki-centre toilets"

Question = Annotated[
    str | None,
    typer.Argument(
        metavar="QUESTION",
        help="A [placement] table of the scenario, or a preset; lists them if not given.",
    ),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="PLAN.csv",
        help="An edited plan: rows locked open or closed hold, the rest is chosen anew.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        parser=positive,
        metavar="S",
        help="Seconds of search, 60 if not given; the best plan so far is kept then.",
    ),
]
Gap = Annotated[
    float | None,
    typer.Option(
        "--gap",
        parser=gap_share,
        metavar="SHARE",
        help="Distance from the best possible that is good enough, say 1%; proof if not given.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        parser=whole_from(1),
        metavar="N",
        help="Processors to use, 1 if not given; the plan does not depend on them.",
    ),
]


def optimize(
    scenario: ScenarioArgument,
    question: Question = None,
    *,
    plan: From = None,
    out: Out = None,
    time_limit: TimeLimit = None,
    gap: Gap = None,
    threads: Threads = None,
    seed: Seed = None,
    lang: Lang = "en",
    replace: Replace = False,
) -> int:
    """Place toilets, stations, charging, posts and the like; says how good the plan is at most."""
    from cityops.compiling import say_if_cold
    from cityops.placement_tables import outcome
    from cityops.progress import search_bar
    from scenarios import load_scenario
    from scenarios.placement.answer import NoPlan
    from scenarios.placement.output import optimize_scenario

    loaded = load_scenario(scenario)
    if question is None:
        return _list_questions(scenario, loaded)
    words = ["cityops", "optimize", scenario, question]
    for name, value in (
        ("--from", plan),
        ("--out", out),
        ("--time-limit", time_limit),
        ("--gap", gap),
        ("--seed", seed),
    ):
        if value is not None:
            words += [name, f"{value:g}" if isinstance(value, float) else str(value)]
    seconds = time_limit or 60.0
    say_if_cold(_model(loaded, question))
    try:
        with search_bar(question, seconds) as progress:
            done = optimize_scenario(
                loaded,
                question,
                out,
                plan=plan,
                time_limit_s=seconds,
                gap=gap or 0.0,
                threads=threads or 1,
                seed=seed,
                lang=lang,
                replace=replace,
                command=shlex.join(words),
                progress=progress,
                finish=lambda folder: write_pages(folder, lang),
            )
    except NoPlan as none:
        return _no_plan(none)
    for warning in done.manifest["warnings"]:
        print(f"warning: {warning}")
    print(outcome(done))
    return 130 if done.manifest["interrupted"] else 0


def write_pages(folder: Path, lang: str) -> None:
    """Write the report and the figures of a placement."""
    from cityops.report.placement import write_placement_report
    from cityops.report.placement_figures import write_placement_figures

    write_placement_report(folder, lang=lang)
    write_placement_figures(folder, lang=lang)


def _list_questions(reference: str, scenario: "Scenario") -> int:
    """Say which questions may be asked of a scenario."""
    from scenarios.placement.question import question_names

    names = question_names(scenario)
    if not names:
        print(f"{scenario.name} asks no placement question; add a [placement.NAME] table")
        return 0
    spec = scenario.spec.placement
    width = max(map(len, names))
    print(f"questions of {scenario.name}:")
    for name in names:
        print(f"  {name:<{width}}  {_title(spec.get(name), name)}".rstrip())
    print(f"ask one: cityops optimize {reference} {names[0]}")
    return 0


def _title(table: "PlacementSpec | None", name: str) -> str:
    """Title of a question, else what its preset places."""
    from scenarios.placement.presets import PRESETS, preset_of

    if table is not None and table.title:
        return table.title
    preset = preset_of(name, None if table is None else table.preset)
    return PRESETS[preset].title if preset is not None else ""


def _model(scenario: "Scenario", question: str) -> str | None:
    """Model that answers a question; None where there is no such question."""
    from scenarios.placement.presets import resolved
    from scenarios.placement.question import question_names
    from scenarios.placement.schema import PlacementSpec

    if question not in question_names(scenario):
        return None
    return resolved(question, scenario.spec.placement.get(question, PlacementSpec())).model


def _no_plan(none: "NoPlan") -> int:
    head = "no plan keeps all the rules" if none.status == "infeasible" else "no plan"
    print(f"{head}:")
    for reason in none.reasons:
        print(f"  {reason}")
    return 1
