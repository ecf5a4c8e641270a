"""What must fit together in a [placement.NAME] table, model by model and preset by preset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.faults import did_you_mean
from scenarios.placement.phases import PHASED_MODELS
from scenarios.placement.presets import named_standard, preset_of, resolved, used_standards
from scenarios.placement.queues import QUEUE_KEYS
from scenarios.placement.schema import MODELS, PRESET_NAMES
from scenarios.placement.standards import STANDARDS, unconfirmed

if TYPE_CHECKING:
    from scenarios.faults import FaultList
    from scenarios.placement.schema import PlacementSpec
    from scenarios.schema import ScenarioSpec
    from scenarios.toml_lines import KeyPath

__all__ = ["check_placement"]

_RADIUS = ("within_min", "within_m", "levels")
_PARTIAL = ("decay_to_min", "decay_to_m")
_FARTHEST = ("farthest_min", "farthest_m")
_FLEET = ("units", "busy_fraction", "most_per_site")
_MONEY = ("travel_cost",)

_NEEDED: dict[str, tuple[str, ...]] = {
    "set-cover": (),
    "max-cover": (),
    "p-median": (),
    "p-center": ("p",),
    "reliable-median": ("p",),
    "capacitated": (),
    "two-echelon": ("plant", "travel_cost", "onward_cost"),
    "expected-cover": ("units", "busy_fraction"),
    "availability-cover": ("units", "busy_fraction", "reliability"),
    "dispersion": ("p",),
}
"""Keys without which a model says nothing; a radius and sizes are looked at apart."""

_USED: dict[str, tuple[str, ...]] = {
    "set-cover": ("within_min", "within_m", "backup", "kind_spacing_m", "street_kinds"),
    "max-cover": ("p", *_RADIUS, *_PARTIAL, "kind_spacing_m", "street_kinds"),
    "p-median": ("p", *_MONEY, *_FARTHEST, *_RADIUS),
    "p-center": ("p", *_RADIUS),
    "reliable-median": (
        "p", "failure", "fallbacks", "penalty_min", "penalty_m", "mean_of_nearest", *_RADIUS,
    ),
    "capacitated": ("p", *_MONEY, *_FARTHEST, *_RADIUS, "single_source", "size"),
    "two-echelon": (
        "p", *_MONEY, *_FARTHEST, *_RADIUS, "onward_cost", "direct", "single_source", "size",
        "plant",
    ),
    "expected-cover": (*_FLEET, "within_min", "within_m", "unit_type"),
    "availability-cover": (*_FLEET, "within_min", "within_m", "unit_type", "reliability"),
    "dispersion": ("p",),
}  # fmt: skip
"""Keys that play a part in each model; beside them those of every model."""

_ALL_MODELS = sorted({key for keys in _USED.values() for key in keys})
_WHY: dict[str, str] = {
    "p": "how many sites may be open",
    "plant": "where what the stations hold goes: add [[placement.{name}.plant]] name, lon, lat, "
    "capacity",
    "travel_cost": "what it costs to carry one unit of demand over a minute or a kilometre",
    "onward_cost": "the same from a site to a plant",
    "units": "how many units are to be placed",
    "busy_fraction": "the share of the time for which a unit is busy, as a run of today's plan "
    "measures it",
    "reliability": "the wanted chance that a unit in reach is free, as 0.9",
}


def check_placement(
    name: str, spec: PlacementSpec, scenario: ScenarioSpec | None, faults: FaultList
) -> None:
    """Note all that does not fit together in one table.

    Parameters
    ----------
    name, spec
        The table as it stands in the file.
    scenario
        The whole; None where it has faults of its own.
    faults
        Takes what is found.
    """
    path: KeyPath = ("placement", name)
    if spec.preset is None and preset_of(name, None) is None and spec.model is None:
        faults.add(
            (*path, "model"),
            f'is missing, and "{name}" is no preset',
            f"models are {', '.join(MODELS)}; or preset = one of {', '.join(PRESET_NAMES)}",
        )
        return
    _standard(name, spec, path, faults)
    whole = resolved(name, spec)
    model = whole.model
    if model is None:  # pragma: no cover - every preset has one
        return
    _needed(name, whole, path, faults)
    _unused(spec, model, path, faults)
    _one_unit(spec, path, faults)
    _radius(whole, path, faults)
    _periods(whole, path, faults)
    _queue(spec.model_copy(update={"model": model}), path, faults)
    if spec.queue is None:
        _capacity(name, whole, path, faults)
    _cabins(name, spec, path, faults)
    _prices(whole, path, faults)
    _kinds(whole, path, faults)
    _names(spec, path, faults)
    if scenario is not None:
        _scenario(whole, scenario, path, faults)


def _cabins(name: str, spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    """Fixtures are those of public toilets, and somebody must be able to use them."""
    cabins = spec.cabins
    if cabins is None:
        return
    if preset_of(name, spec.preset) != "toilets":
        faults.add(
            (*path, "cabins"), "are the fixtures of public toilets", 'give preset = "toilets"'
        )
    for who, count in (
        ("women", cabins.women_stalls + cabins.shared_stalls),
        ("men", cabins.men_stalls + cabins.shared_stalls),
    ):
        if not count:
            faults.add(
                (*path, "cabins", f"{who}_stalls"),
                f"leaves {who} without a stall",
                f"give {who}_stalls or shared_stalls",
            )


def _standard(name: str, spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    if spec.standard is None:
        return
    found = named_standard(spec.standard)
    if found is None:
        usable = [s.name for s in STANDARDS if s.values]
        mend = did_you_mean(spec.standard, usable, what="standards are")
        faults.add((*path, "standard"), f'there is no standard "{spec.standard}"', mend)
    elif found.values and found not in used_standards(name, spec):
        faults.add(
            (*path, "standard"),
            "gives nothing that the table leaves open",
            f"it gives {', '.join(found.values)}; take it out, or those keys",
        )
    elif not found.values:
        key = found.needs
        why = "could not be confirmed" if found.confidence == "unconfirmed" else "sets no radius"
        mend = f"give {key} yourself" if key else "give the number yourself"
        faults.add((*path, "standard"), f"{found.title} ({found.says}) {why}: {found.source}", mend)


def _needed(name: str, spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    model = str(spec.model)
    for key in _NEEDED[model]:
        if getattr(spec, key) in (None, []):
            why = _WHY[key].format(name=name)
            faults.add((*path, key), f"is missing: {why}", f"{model} needs it")
    priced = spec.travel_cost is not None
    if spec.phase:
        return
    if model == "max-cover" and spec.p is None and spec.budget is None:
        faults.add((*path, "p"), "is missing: how many sites may be open", "give p or budget")
    if model == "p-median" and spec.p is None and spec.budget is None and not priced:
        faults.add(
            (*path, "p"), "is missing: how many sites may be open", "give p, budget or travel_cost"
        )
    if model == "reliable-median" and not spec.mean_of_nearest:
        if spec.failure is None:
            faults.add(
                (*path, "failure"),
                "is missing: the chance that a site is out of order",
                "give it, as 0.05, or mean_of_nearest = true",
            )
        if spec.penalty_min is None and spec.penalty_m is None:
            faults.add(
                (*path, "penalty_min"),
                "is missing: what it counts when every fallback is out of order",
                "give penalty_min (or penalty_m), longer than the longest way",
            )


def _unused(spec: PlacementSpec, model: str, path: KeyPath, faults: FaultList) -> None:
    """Note keys that are written and would be ignored in silence."""
    used = _USED[model]
    for key in _ALL_MODELS:
        written = key in spec.model_fields_set and getattr(spec, key) not in ([], {}, None)
        if written and key not in used:
            with_it = [m for m, keys in _USED.items() if key in keys]
            faults.add(
                (*path, key),
                f"has no part in model {model}",
                f"take it out, or choose {' or '.join(with_it)}",
            )


def _one_unit(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    """Travel is in minutes or in metres, not in both."""
    pairs = [("within_min", "within_m"), ("decay_to_min", "decay_to_m")]
    pairs += [("farthest_min", "farthest_m"), ("penalty_min", "penalty_m")]
    minutes = [a for a, _ in pairs if getattr(spec, a) is not None]
    metres = [b for _, b in pairs if getattr(spec, b) is not None]
    minutes += ["levels" for level in spec.levels if level.within_min is not None][:1]
    metres += ["street_kinds"] if spec.street_kinds else []
    metres += ["levels" for level in spec.levels if level.within_m is not None][:1]
    if minutes and metres:
        faults.add(
            (*path, metres[0]),
            f"{minutes[0]} is in minutes and {metres[0]} in metres",
            "count travel in one of them",
        )
    for number, level in enumerate(spec.levels):
        if (level.within_min is None) == (level.within_m is None):
            faults.add(
                (*path, "levels", number), "needs one of within_min and within_m", "give one"
            )
    if spec.levels and (spec.within_min is not None or spec.within_m is not None):
        faults.add((*path, "levels"), "is given beside a radius", "keep one of the two")


def _radius(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    covers = spec.model in {"set-cover", "max-cover", "expected-cover", "availability-cover"}
    given = spec.within_min is not None or spec.within_m is not None or bool(spec.levels)
    if covers and not given and not spec.kind_spacing_m:
        searched = unconfirmed("within_m") if spec.preset == "charging" else None
        why = f" ({searched.title}: {searched.source})" if searched else ""
        faults.add(
            (*path, "within_min"),
            f"is missing: how far is near enough{why}",
            "give within_min (minutes) or within_m (metres along streets)",
        )
    for unit in ("min", "m"):
        decay, within = getattr(spec, f"decay_to_{unit}"), getattr(spec, f"within_{unit}")
        last = max([within or 0.0, *(getattr(v, f"within_{unit}") or 0.0 for v in spec.levels)])
        if decay is not None and decay <= last:
            faults.add(
                (*path, f"decay_to_{unit}"),
                f"is {decay:g}, and all within {last:g} counts in full",
                "give more than the radius",
            )


def _periods(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    """Note what building in phases and fairness between areas cannot go with."""
    if spec.phase and spec.model not in PHASED_MODELS:
        faults.add(
            (*path, "phase"),
            f"has no part in model {spec.model}",
            f"take it out, or choose {' or '.join(PHASED_MODELS)}",
        )
    for key in ("p", "budget", "travel_cost", "equity", "slot"):
        if spec.phase and getattr(spec, key) not in (None, []):
            where = "each phase has its own" if key in {"p", "budget"} else "take it out"
            faults.add((*path, key), "is given beside phases", where)
    for number, phase in enumerate(spec.phase):
        if phase.p is None and phase.budget is None:
            faults.add((*path, "phase", number), "needs p or budget", "say what it may build")
    for key in ("discount", "carry_over"):
        if not spec.phase and key in spec.model_fields_set:
            faults.add((*path, key), "is of phases, and there are none", "add phases")
    if spec.equity is not None and spec.model not in PHASED_MODELS:
        faults.add(
            (*path, "equity"),
            f"has no part in model {spec.model}",
            f"take it out, or choose {' or '.join(PHASED_MODELS)}",
        )


def _queue(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    """Note what a queue lacks: no standard gives any of its numbers."""
    queue = spec.queue
    if queue is None:
        return
    if spec.model not in {"capacitated", "two-echelon"}:
        faults.add(
            (*path, "queue"), f"has no part in model {spec.model}", "take it out, or capacitated"
        )
    why = {
        "arrivals_per_h": "arrivals in the peak hour that one unit of demand makes",
        "service_min": "how long one is served",
        "wait_min": "the mean wait that is still good enough",
        "most": "how many piles, cabins or desks a site has at most",
        "cost_each": "what each of them costs",
    }
    for key in QUEUE_KEYS:
        if getattr(queue, key) is None:
            faults.add((*path, "queue", key), f"is missing: {why[key]}", f"add {key} = ...")
    if "size" in spec.model_fields_set:
        faults.add((*path, "size"), "is given beside a queue, which makes the sizes", "keep one")


def _capacity(name: str, spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    if spec.model not in {"capacitated", "two-echelon"}:
        return
    each = [site.capacity for site in spec.site]
    from_file = spec.candidates.capacity_column or spec.candidates.capacity
    if spec.size and from_file and "capacity" in spec.candidates.model_fields_set:
        faults.add(
            (*path, "candidates", "capacity"), "is given beside size classes", "keep one of the two"
        )
    if not spec.size and not from_file and not (each and all(c is not None for c in each)):
        faults.add(
            (*path, "size"),
            "is missing: how much a site can serve",
            f"add [[placement.{name}.size]] name, capacity, cost, or candidates.capacity_column",
        )
    for number, size in enumerate(spec.size):
        if size.capacity is None:
            faults.add(
                (*path, "size", number, "capacity"),
                f'is missing: no standard bounds "{size.name}"',
                "give it in the unit of the demand",
            )


def _prices(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    """Where sites cost money, travel has to have a price in it, too."""
    if spec.model != "capacitated":
        return
    has_cost = bool(spec.size) or bool(spec.candidates.cost_column) or bool(spec.candidates.cost)
    if has_cost and spec.travel_cost is None and spec.budget is None:
        faults.add(
            (*path, "travel_cost"),
            f"is missing: {_WHY['travel_cost']}",
            "sites have costs in money, so travel needs one too; 0 counts sites alone",
        )
    if not has_cost and spec.p is None:
        faults.add((*path, "p"), "is missing: how many sites may be open", "give p, or costs")


def _kinds(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    for kind in spec.street_kinds:
        if kind in spec.kind_spacing_m:
            continue
        searched = unconfirmed(f"kind_spacing_m.{kind}")
        why = f" ({searched.title}: {searched.says}; {searched.source})" if searched else ""
        faults.add(
            (*path, "street_kinds", kind),
            f'no spacing is known for streets of kind "{kind}"{why}',
            f"add kind_spacing_m = {{ {kind} = metres }}",
        )
    for kind in spec.kind_spacing_m:
        if kind not in spec.street_kinds and "kind_spacing_m" in spec.model_fields_set:
            mend = did_you_mean(kind, spec.street_kinds, what="kinds are", quote='"')
            faults.add((*path, "kind_spacing_m", kind), f'there is no street kind "{kind}"', mend)
    if spec.street_kinds and spec.demand.source not in {"streets", "areas"}:
        faults.add(
            (*path, "street_kinds"),
            "only demand that lies on streets has a street's kind",
            'use demand.source = "streets" or "areas"',
        )


def _names(spec: PlacementSpec, path: KeyPath, faults: FaultList) -> None:
    for key in ("site", "size", "plant", "slot"):
        seen: set[str] = set()
        for number, item in enumerate(getattr(spec, key)):
            if item.name in seen:
                faults.add(
                    (*path, key, number, "name"), f'"{item.name}" is used twice', "rename one"
                )
            seen.add(item.name)
    for number, slot in enumerate(spec.slot):
        if (slot.share is None) == (slot.weight_column is None):
            faults.add(
                (*path, "slot", number),
                "needs one of share and weight_column",
                "say how much of the demand falls into it",
            )
    sizes = [size.name for size in spec.size]
    for number, site in enumerate(spec.site):
        if site.largest_size is not None and site.largest_size not in sizes:
            mend = did_you_mean(site.largest_size, sizes, what="sizes are", quote='"')
            faults.add(
                (*path, "site", number, "largest_size"),
                f'there is no size "{site.largest_size}"',
                mend,
            )


def _scenario(
    spec: PlacementSpec, scenario: ScenarioSpec, path: KeyPath, faults: FaultList
) -> None:
    """Note what the rest of the scenario would have to have."""
    if scenario.network is None:
        faults.add(path, "a placement needs streets", 'add [network] source = "roads.osm.pbf"')
    if spec.demand.source == "incidents" and not scenario.incident_class:
        faults.add(
            (*path, "demand", "source"),
            "incidents are the demand, and there are no incident classes",
            "add [incident_class.NAME], or name another source",
        )
    if spec.demand.source == "incidents":
        for number, word in enumerate(spec.demand.classes):
            if word not in scenario.incident_class:
                mend = did_you_mean(word, scenario.incident_class, what="classes are", quote='"')
                faults.add(
                    (*path, "demand", "classes", number),
                    f'there is no incident class "{word}"',
                    mend,
                )
    if spec.unit_type is not None and spec.unit_type not in scenario.unit_type:
        mend = did_you_mean(spec.unit_type, scenario.unit_type, what="unit types are", quote='"')
        faults.add((*path, "unit_type"), f'there is no unit type "{spec.unit_type}"', mend)
    uses = {
        ("candidates", "source"): spec.candidates.source,
        ("existing", "file"): spec.existing.file if spec.existing is not None else "",
    }
    for keys, source in uses.items():
        if source == "stations" and not scenario.station:
            faults.add((*path, *keys), "there are no stations", "add [[station]]")
        if source == "hospitals" and not scenario.hospital:
            faults.add((*path, *keys), "there are no hospitals", "add [[hospital]]")
