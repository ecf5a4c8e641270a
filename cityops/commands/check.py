"""``cityops check``: every fault of a scenario, before anything runs."""

from cityops.options import ScenarioArgument

EXAMPLE = "Example: cityops check my-city/scenario.toml"


def _classes(number: int) -> str:
    return f"{number} incident class" + ("es" if number > 1 else "")


def check(scenario: ScenarioArgument) -> None:
    """Read a scenario, its files and its streets, and say what is wrong with them."""
    from scenarios import build_district, load_scenario
    from scenarios.facts import expected_per_day

    built = build_district(load_scenario(scenario))
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
    print(f"{built.scenario.shown} is sound")
