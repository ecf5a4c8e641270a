"""``cityops check``: every fault of a scenario, before anything runs."""

from typing import TYPE_CHECKING

from cityops.options import ScenarioArgument

if TYPE_CHECKING:
    from scenarios import Scenario

EXAMPLE = "Example: cityops check my-city/scenario.toml"


def _classes(number: int) -> str:
    return f"{number} incident class" + ("es" if number > 1 else "")


def check(scenario: ScenarioArgument) -> None:
    """Read a scenario, its files and its streets, and say what is wrong with them."""
    from scenarios import load_scenario

    loaded = load_scenario(scenario)
    if loaded.spec.scenario.service != "placement":
        _check_district(loaded)
    _check_placements(loaded)
    print(f"{loaded.shown} is sound")


def _check_district(loaded: "Scenario") -> None:
    from scenarios import build_district
    from scenarios.facts import expected_per_day

    built = build_district(loaded)
    for warning in built.warnings:
        print(f"warning: {warning}")
    district, network = built.district, built.network
    if network is not None:
        print(f"streets    {network.n_nodes:,} junctions, {network.n_edges:,} directed edges")
        print(f"           {network.dropped.words()}")
    print(f"units      {len(district.units)} at {len(district.stations)} stations")
    print(f"hospitals  {len(district.hospitals)}")
    print(f"areas      {len(district.areas)}")
    if built.record is not None:
        print(f"incidents  {len(built.record.time_s):,} recorded")
    else:
        per_day = expected_per_day(built)
        print(f"incidents  {per_day:,.1f} a day expected, from {_classes(len(district.classes))}")


def _check_placements(loaded: "Scenario") -> None:
    """Make every [placement.NAME] ready; the faults of all of them are shown at once."""
    from scenarios.faults import ScenarioError
    from scenarios.placement import build_question

    faults = loaded.faults()
    for name in loaded.spec.placement:
        try:
            question = build_question(loaded, name)
        except ScenarioError as error:
            faults.include(error)
            continue
        for warning in question.warnings:
            print(f"warning: {name}: {warning}")
        print(
            f"placement  {name}: {len(question.points):,} demand points, "
            f"{len(question.sites):,} sites, {question.spec.model}"
        )
    faults.stop()
