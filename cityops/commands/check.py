"""``cityops check``: every fault of a scenario, before anything runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityops.options import ScenarioArgument

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios import Scenario
    from scenarios.waste.build import BuiltWaste

EXAMPLE = "Example: cityops check my-city/scenario.toml"
_SHOWN = 200  # faults of an edited plan

EditedPlan = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="PLAN",
        help="An edited plan of routes (CSV, XLSX, GeoJSON or folder): says what the edit broke.",
    ),
]


def _classes(number: int) -> str:
    return f"{number} incident class" + ("es" if number > 1 else "")


def check(scenario: ScenarioArgument, *, plan: EditedPlan = None) -> int:
    """Read a scenario, its files and its streets, and say what is wrong with them."""
    from scenarios import load_scenario

    loaded = load_scenario(scenario)
    if plan is not None:
        return _edited(loaded, plan)
    simulated = {"dispatch": _district, "cleaning": _cleaning, "waste": _waste}
    service = loaded.spec.scenario.service
    lines = simulated[service](loaded) if service in simulated else []
    streets: dict[str, RoadNetwork] = {}
    lines += _placements(loaded, streets)
    lines += _routes(loaded, streets)
    print("\n".join([*lines, f"{loaded.shown} is sound"]))
    return 0


def _edited(loaded: "Scenario", plan: Path) -> int:
    """Say what an edit of a plan of routes broke, row by row."""
    from scenarios.routing.build import build_routes
    from scenarios.routing.edited import question_of, read_edited
    from scenarios.routing.edited_check import check_edited

    question = build_routes(loaded, question_of(loaded, plan))
    found = check_edited(question, read_edited(question, plan, str(plan)))
    print(
        f"plan       {found.routes} routes, {found.sides:,} {_what(question.job)}, "
        f"{found.seconds / 3600:.2f} h"
    )
    if not found.faults:
        print("check      every rule is kept")
        return 0
    many = len(found.faults)
    print(f"check      FAILED: {many} fault{'s' if many > 1 else ''}")
    for fault in found.faults[:_SHOWN]:
        print(f"  {fault}")
    if many > _SHOWN:
        print(f"  and {many - _SHOWN} more")
    return 1


def _what(job: str) -> str:
    """Name what is served one by one."""
    return "points" if job == "collect" else "street sides"


def _district(loaded: "Scenario") -> list[str]:
    from scenarios import build_district
    from scenarios.facts import expected_per_day

    built = build_district(loaded)
    lines = [f"warning: {warning}" for warning in built.warnings]
    district, network = built.district, built.network
    if network is not None:
        lines.append(
            f"streets    {network.n_nodes:,} junctions, {network.n_edges:,} directed edges"
        )
        lines.append(f"           {network.dropped.words()}")
    lines.append(f"units      {len(district.units)} at {len(district.stations)} stations")
    lines.append(f"hospitals  {len(district.hospitals)}")
    lines.append(f"areas      {len(district.areas)}")
    if built.record is not None:
        return [*lines, f"incidents  {len(built.record.time_s):,} recorded"]
    per_day = expected_per_day(built)
    classes = _classes(len(district.classes))
    return [*lines, f"incidents  {per_day:,.1f} a day expected, from {classes}"]


def _cleaning(loaded: "Scenario") -> list[str]:
    from scenarios.cleaning.build import build_cleaning

    built = build_cleaning(loaded)
    pieces = built.pieces
    kg = 24.0 * float((pieces.growth_g_m_h * pieces.length_m).sum()) / 1000.0
    warmup = loaded.spec.scenario.warmup_h / 24.0
    lines = [f"warning: {warning}" for warning in built.warnings]
    lines.append(f"cleaning   {built.days} days, {warmup:g} to warm up; {kg:,.0f} kg of dirt a day")
    if built.given is not None:
        lines.append(f"           {len(built.given.routes)} routes of {built.given.shown}")
    return lines


def _waste(loaded: "Scenario") -> list[str]:
    from scenarios.waste.build import build_waste

    built = build_waste(loaded)
    kg = float((built.rows.litres_day * built.rows.density_kg_l).sum())
    warmup = loaded.spec.scenario.warmup_h / 24.0
    lines = [f"warning: {warning}" for warning in built.warnings]
    lines.append(
        f"waste      {built.days} days, {warmup:g} to warm up; {len(built.stands)} stands of "
        f"{built.stands.bins.sum():,} bins, {kg:,.0f} kg a day"
    )
    kinds = [facility.kind for facility in built.spec.facility]
    lines.append(f"           {len(kinds)} facilities, {kinds.count('station')} of them stations")
    return lines + _waste_plans(built)


def _waste_plans(built: "BuiltWaste") -> list[str]:
    """Read the plans of [waste] plan; routes that a run makes itself are not made here."""
    from networks.errors import InputError
    from scenarios.waste.made import driven_routes
    from scenarios.waste.schema import of_routes

    faults = built.scenario.faults()
    lines = []
    for name in built.spec.routes:
        is_made = of_routes(built.spec.plan, name) is None
        if is_made and not built.scenario.spec.routes[name].is_week:
            continue
        try:
            _, driven, told = driven_routes(built, name)  # refuses a week that has no plan
        except InputError as error:
            faults.include(error)
            continue
        routes = f"{len(driven)} route" + "s" * (len(driven) != 1)
        lines.append(f"           {name}: {routes} of {told['file']}")
    faults.stop()
    return lines


def _placements(loaded: "Scenario", streets: "dict[str, RoadNetwork]") -> list[str]:
    """Make every [placement.NAME] ready; the faults of all of them are shown at once."""
    from scenarios.faults import ScenarioError
    from scenarios.placement import build_question

    faults = loaded.faults()
    lines = []
    for name in loaded.spec.placement:
        try:
            question = build_question(loaded, name, streets=streets)
        except ScenarioError as error:
            faults.include(error)
            continue
        lines += [f"warning: {name}: {warning}" for warning in question.warnings]
        lines.append(
            f"placement  {name}: {len(question.points):,} demand points, "
            f"{len(question.sites):,} sites, {question.spec.model}"
        )
    faults.stop()
    return lines


def _routes(loaded: "Scenario", streets: "dict[str, RoadNetwork]") -> list[str]:
    """Make every [routes.NAME] ready; the faults of all of them are shown at once."""
    from scenarios.faults import ScenarioError
    from scenarios.routing.build import build_routes
    from scenarios.routing.jobs import terms_of

    faults, lines = loaded.faults(), []
    networks: dict[str, RoadNetwork] = {}
    if "vehicles" in streets:  # read for a placement, as the scenario says
        networks[streets["vehicles"].mode] = streets["vehicles"]
    for name in loaded.spec.routes:
        try:
            question = build_routes(loaded, name, networks=networks)
        except ScenarioError as error:
            faults.include(error)
            continue
        lines += [f"warning: {name}: {warning}" for warning in question.warnings]
        lines.append(
            f"routes     {name}: {question.n_tasks:,} {_what(question.job)}, "
            f"{question.work} to {terms_of(question.spec).do}"
        )
    faults.stop()
    return lines
