"""``cityops routes``: routes with run sheets, a map and GPX, checked on the streets."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cityops.options import Lang, Out, Replace, ScenarioArgument, Seed, positive, whole_from

if TYPE_CHECKING:
    from scenarios import Scenario
    from scenarios.routing.answer import NoRoutes, Plan
    from scenarios.routing.output import RoutesRun

EXAMPLE = "Example: cityops routes helsinki-centre cleaning"

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME", help="A [routes] table of the scenario; lists them if not given."
    ),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="PLAN",
        help="An edited plan (CSV, XLSX, GeoJSON, folder): locked rows stay, the rest is bettered.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        parser=positive,
        metavar="S",
        help="Seconds of search, the table's if not given; the best routes so far are kept then.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        parser=whole_from(1),
        metavar="N",
        help="Searches that run at once and exchange their best, 1 if not given.",
    ),
]


def routes(
    scenario: ScenarioArgument,
    name: Name = None,
    *,
    edited: From = None,
    out: Out = None,
    time_limit: TimeLimit = None,
    threads: Threads = None,
    seed: Seed = None,
    lang: Lang = "en",
    replace: Replace = False,
) -> int:
    """Find routes of sweepers, watering or waste trucks: what when, by which way."""
    from cityops.progress import route_bar
    from scenarios import load_scenario
    from scenarios.routing.answer import NoRoutes
    from scenarios.routing.output import routes_scenario

    loaded = load_scenario(scenario)
    if name is None:
        return _list_routes(scenario, loaded)
    words = ["cityops", "routes", scenario, name]
    for option, value in (
        ("--from", edited),
        ("--out", out),
        ("--time-limit", time_limit),
        ("--threads", threads),
        ("--seed", seed),
        ("--lang", None if lang == "en" else lang),
    ):
        if value is not None:
            words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
    table = loaded.spec.routes.get(name)
    seconds = time_limit or (60.0 if table is None else table.time_limit_s)
    try:
        with route_bar(f"{loaded.name} {name}", seconds) as progress:
            done = routes_scenario(
                loaded,
                name,
                out,
                edited=edited,
                time_limit_s=time_limit,
                threads=threads or 1,
                seed=seed,
                replace=replace,
                command=shlex.join(words),
                progress=progress,
                finish=lambda folder, plan: write_pages(folder, plan, lang),
            )
    except NoRoutes as none:
        return _no_routes(none)
    for warning in done.manifest["warnings"]:
        print(f"warning: {warning}")
    print("\n".join(_outcome(done)))
    if done.check.faults:
        return 1
    if done.manifest["interrupted"]:
        return 130
    return 1 if done.manifest["status"] == "partial" else 0


def write_pages(folder: Path, plan: "Plan", lang: str) -> None:
    """Write the report, the run sheets that are printed, and the workbook."""
    from cityops.report.routes import write_routes_report
    from cityops.report.routes_pdf import write_run_sheets
    from scenarios.routing.output import titles
    from scenarios.routing.workbook import write_workbook

    question = plan.question
    title = titles(question)["title_zh" if lang == "zh" else "title"]
    write_workbook(folder / f"{question.name}.xlsx", plan, title=title, lang=lang)
    write_routes_report(folder, plan, lang=lang)
    write_run_sheets(folder, plan, lang=lang)


def _outcome(done: "RoutesRun") -> list[str]:
    """Say what the routes came to, and whether the streets agree."""
    facts, check = done.manifest, done.check
    fleet = f" of {facts['vehicles']} vehicles" if facts["vehicles"] else ""
    days = f" on {len(facts['days'])} days" if facts["days"] else ""
    often = "as often as asked" if facts["days"] else "exactly once"
    word, kilometres = _kilometres(facts)
    lines = [
        facts["question"]["title"],
        f"routes     {facts['routes']}{fleet}{days}, the longest {facts['longest_h']:.2f} h",
        kilometres,
        f"hours      {_hours(facts)}",
    ]
    if facts["from"]:
        lines.append(_edited(facts["from"], facts["job"]))
    if facts["interrupted"]:
        lines.append("interrupted: kept the best routes so far")
    if check.faults:
        lines.append(f"check      FAILED: {len(check.faults)} faults")
        lines += [f"  {fault}" for fault in check.faults[:20]]
    else:
        lines.append(
            f"check      {check.sides:,} {word} {often}, {check.edges:,} edges connect, "
            "times add up"
        )
    return [*lines, f"folder: {done.folder}", f"report: {done.folder / 'report.html'}"]


def _kilometres(facts: dict[str, Any]) -> tuple[str, str]:
    """Say what is done how often, in words of the job, and the line of what it comes to."""
    if facts["job"] == "collect":
        return "points collected", (
            f"waste      {facts['waste_kg'] / 1000:.2f} t of {facts['points']:,} "
            f"{'stops' if facts['days'] else 'points'}, "
            f"{facts['unloads']} visits to unload, {facts['km']:.1f} km"
        )
    if facts["job"] == "water":
        return "street sides watered", (
            f"kilometres {facts['km_watered']:.1f} watered, {facts['km_deadhead']:.1f} driven "
            f"without watering, {facts['fills']} visits to fill {facts['water_l'] / 1000:.2f} m3"
        )
    return "street sides swept", (
        f"kilometres {facts['km_swept']:.1f} swept, {facts['km_deadhead']:.1f} driven without "
        f"sweeping, {facts['dumps']} visits to dump {facts['dirt_kg'] / 1000:.2f} t"
    )


def _hours(facts: dict[str, Any]) -> str:
    """Say the hours beside their bound; where routes cost something apart, what both have in it."""
    if facts["bound_s"] is None:
        apart_h = facts["cost_s"] / 3600 - facts["hours"]
        more = f", and {apart_h:.2f} more for what else costs" if apart_h >= 0.005 else ""
        return f"{facts['hours']:.2f}{more}"
    needed = f"at least {facts['bound_s'] / 3600:.2f} are needed: gap {100 * facts['gap']:.1f} %"
    apart_s = facts["cost_s"] - facts["seconds_of_routes"]
    if not apart_s:
        return f"{facts['hours']:.2f}, {needed}"
    return (
        f"{facts['hours']:.2f}, and routes cost {apart_s / 3600:.2f} more: "
        f"of these {facts['cost_s'] / 3600:.2f} {needed}"
    )


def _edited(base: dict[str, Any], job: str) -> str:
    """Say what was kept of an edited plan, and what it came to."""
    sides, routes = base["sides_locked"], base["routes_kept"]
    what = ("point" if job == "collect" else "street side") + "s" * (sides != 1)
    kept = f"{sides:,} {what} locked, {routes} route{'s' * (routes != 1)} kept whole"
    if base["seconds"] is None:
        return f"edited     {kept}; as it was it broke rules"
    return f"edited     {kept}; as it was it took {base['seconds'] / 3600:.2f} h"


def _list_routes(reference: str, scenario: "Scenario") -> int:
    """Say which routes may be asked of a scenario."""
    tables = scenario.spec.routes
    if not tables:
        print(f"{scenario.name} asks for no routes; add a [routes.cleaning] table")
        return 0
    width = max(map(len, tables))
    print(f"routes of {scenario.name}:")
    for name, table in tables.items():
        print(f"  {name:<{width}}  {table.title}".rstrip())
    print(f"ask for them: cityops routes {reference} {next(iter(tables))}")
    return 0


def _no_routes(none: "NoRoutes") -> int:
    print("no routes keep all the rules:" if none.proven else "no routes:")
    for reason in none.reasons:
        print(f"  {reason}")
    return 1
