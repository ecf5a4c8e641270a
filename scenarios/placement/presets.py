"""Presets: what toilets, transfer stations, charging and the others have in common.

A preset fills in keys that a scenario leaves out. It never fills in a number that nobody confirmed:
those stay empty, and `scenarios.placement.rules` asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.placement.queues import queue_sizes
from scenarios.placement.schema import PRESET_NAMES
from scenarios.placement.standards import STANDARDS, Standard, default_standards

if TYPE_CHECKING:
    from scenarios.placement.schema import PlacementSpec, SizeSpec

__all__ = ["PRESETS", "Preset", "named_standard", "preset_of", "resolved", "used_standards"]


@dataclass(frozen=True)
class Preset:
    """A kind of facility.

    Parameters
    ----------
    title, title_zh
        As reports call it.
    weight, weight_zh
        What the weight of demand counts, as reports say it.
    from_site
        Whether a crew or vehicle comes from the site; else people go to it.
    defaults
        Keys of [placement.NAME], "demand.source" and the like, with what they get.
    alone
        Whether it needs nothing that the scenario would have to say.
    """

    title: str
    title_zh: str
    weight: str
    weight_zh: str
    from_site: bool = False
    defaults: dict[str, Any] = field(default_factory=dict)
    alone: bool = False


PRESETS: dict[str, Preset] = {
    "toilets": Preset(
        "Public toilets",
        "公共厕所",
        "metres of street",
        "街道米数",
        defaults={
            "mode": "walk",
            "demand.source": "streets",
            "demand.grid_m": 50.0,
            "candidates.source": "corners",
            "candidates.spacing_m": 100.0,
        },
        alone=True,
    ),
    "stations": Preset(
        "Waste transfer stations",
        "垃圾转运站",
        "tonnes a day",
        "吨/日",
        defaults={
            "model": "two-echelon",
            "mode": "truck",
            "demand.source": "areas",
            "candidates.source": "grid",
            "candidates.spacing_m": 2000.0,
            "candidates.cost": 0.0,
        },
    ),
    "charging": Preset(
        "Public charging",
        "公共充电站",
        "electric vehicles",
        "电动汽车",
        defaults={
            "model": "capacitated",
            "mode": "car",
            "demand.source": "areas",
            "candidates.source": "grid",
            "candidates.spacing_m": 1000.0,
        },
    ),
    "posts": Preset(
        "Emergency posts",
        "应急值守点",
        "incidents",
        "警情",
        from_site=True,
        defaults={
            "model": "expected-cover",
            "mode": "car",
            "demand.source": "incidents",
            "candidates.source": "corners",
            "candidates.spacing_m": 300.0,
        },
    ),
    "shelters": Preset(
        "Emergency shelters",
        "应急避难场所",
        "people",
        "人",
        defaults={"model": "capacitated", "mode": "walk", "demand.source": "areas"},
    ),
    "depots": Preset(
        "Emergency supply depots",
        "应急物资储备点",
        "people",
        "人",
        from_site=True,
        defaults={"model": "p-median", "mode": "truck", "demand.source": "areas"},
    ),
    "stands": Preset(
        "Stands for shared bikes and e-bikes",
        "共享单车与电单车停放点",
        "metres of street",
        "街道米数",
        defaults={
            "model": "max-cover",
            "mode": "walk",
            "demand.source": "streets",
            "demand.grid_m": 50.0,
            "candidates.source": "streets",
            "candidates.spacing_m": 50.0,
        },
    ),
    "vendors": Preset(
        "Vendor zones",
        "摊贩疏导点",
        "people passing",
        "人流",
        defaults={
            "model": "max-cover",
            "mode": "walk",
            "demand.source": "streets",
            "demand.grid_m": 50.0,
            "candidates.source": "corners",
            "candidates.spacing_m": 100.0,
        },
    ),
}


def preset_of(name: str, preset: str | None) -> str | None:
    """Name the preset of a table: its `preset`, or its own name where that is one."""
    if preset is not None:
        return preset
    return name if name in PRESET_NAMES else None


def named_standard(name: str) -> Standard | None:
    """Find a standard by its name."""
    return next((s for s in STANDARDS if s.name == name), None)


def used_standards(name: str, spec: PlacementSpec) -> list[Standard]:
    """List the standards that a placement takes numbers from, as it stands in the file."""
    preset = preset_of(name, spec.preset)
    used = [s for s in default_standards(preset or "") if _wanted(s, spec)]
    chosen = named_standard(spec.standard) if spec.standard is not None else None
    if chosen is not None and _wanted(chosen, spec):
        replaced = set(chosen.values)
        used = [s for s in used if not replaced & set(s.values)]
        used.append(chosen)
    return used


def _wanted(standard: Standard, spec: PlacementSpec) -> bool:
    """Whether a default standard gives a number that the file leaves open."""
    return any(_open(key, spec) for key in standard.values)


def _open(key: str, spec: PlacementSpec) -> bool:
    table, _, inner = key.partition(".")
    if table in {"within_m", "within_min", "farthest_m"}:
        return _radius_open(table, spec)
    if table == "kind_spacing_m":
        return inner in spec.street_kinds and inner not in spec.kind_spacing_m
    if table == "size":
        size, _, what = inner.partition(".")
        found = next((s for s in spec.size if s.name == size), None)
        return found is not None and getattr(found, what) is None
    candidates = spec.candidates
    given_each = candidates.capacity_column or candidates.capacity
    return given_each is None and not spec.size and spec.queue is None


def _radius_open(key: str, spec: PlacementSpec) -> bool:
    """Whether a radius is left open, and travel is not counted in the other unit already."""
    other = "min" if key.endswith("_m") else "m"
    ways = ("within", "farthest", "decay_to", "penalty")
    if any(getattr(spec, f"{way}_{other}") is not None for way in ways):
        return False
    if key == "farthest_m":
        carries = {None, "p-median", "capacitated", "two-echelon"}
        return spec.farthest_m is None and spec.model in carries
    return getattr(spec, key) is None and not spec.levels


def resolved(name: str, spec: PlacementSpec) -> PlacementSpec:
    """Fill in what the preset and the standards give.

    Parameters
    ----------
    name
        Of the table.
    spec
        As it stands in the file.
    """
    preset = preset_of(name, spec.preset)
    changed, inner = _defaults(preset, spec)
    if spec.model is None and preset == "toilets":
        counted = spec.p is not None or spec.budget is not None or bool(spec.phase)
        changed["model"] = "max-cover" if counted else "set-cover"
    spacing, sizes = dict(spec.kind_spacing_m), list(spec.size)
    for standard in used_standards(name, spec):
        for key, value in standard.values.items():
            if _open(key, spec):
                _fill(key, value, changed, inner, spacing, sizes)
    if "grid_m" in inner["demand"]:
        source = inner["demand"].get("source", spec.demand.source)
        if source not in {"streets", "areas", "incidents"}:
            del inner["demand"]["grid_m"]
    if spec.queue is not None:
        sizes = queue_sizes(spec.queue)
    changed["kind_spacing_m"], changed["size"] = spacing, sizes
    for table, values in inner.items():
        changed[table] = getattr(spec, table).model_copy(update=values)
    return spec.model_copy(update=changed)


def _defaults(
    preset: str | None, spec: PlacementSpec
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Keys that the file leaves to the preset: of the table, and of the tables in it."""
    changed: dict[str, Any] = {"preset": preset}
    inner: dict[str, dict[str, Any]] = {"demand": {}, "candidates": {}}
    for key, value in PRESETS[preset].defaults.items() if preset else ():
        table, _, what = key.partition(".")
        if what and what not in getattr(spec, table).model_fields_set:
            inner[table][what] = value
        elif not what and table not in spec.model_fields_set:
            changed[table] = value
    return changed, inner


def _fill(
    key: str,
    value: float,
    changed: dict[str, Any],
    inner: dict[str, dict[str, Any]],
    spacing: dict[str, float],
    sizes: list[SizeSpec],
) -> None:
    table, _, rest = key.partition(".")
    if table == "kind_spacing_m":
        spacing[rest] = value
    elif table == "size":
        name, _, what = rest.partition(".")
        for k, size in enumerate(sizes):
            if size.name == name:
                sizes[k] = size.model_copy(update={what: value})
    elif rest:
        inner[table][rest] = value
    else:
        changed[table] = value
