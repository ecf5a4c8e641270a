"""What a manifest says of the scenario beside the numbers: closures, speeds, hours, record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import FaultList
from scenarios.hours import on_duty_share, shift_intervals

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios.district import Built
    from scenarios.schema import NetworkSpec, ScenarioSpec

__all__ = ["expected_per_day", "scenario_facts", "speed_source", "unit_hours_per_week"]

_WEEK_H = 168.0


def scenario_facts(built: Built) -> dict[str, Any]:
    """Say what was put in.

    Parameters
    ----------
    built
        The scenario made ready.

    Returns
    -------
    dict
        ``closures``: texts such as "Mannerheimintie (8.4 km)", each direction counted;
        ``expected_incidents_per_day``: as drawn, warm-up or not, None for a record;
        ``measured``: rows of the record with a value, of all rows, by duration;
        ``speed_source``: see `speed_source`, None without streets;
        ``unit_hours_per_week``: hours on duty of all units together.
    """
    spec, record = built.scenario.spec, built.record
    measured = {}
    if record is not None:
        for key, values in record.measured.items():
            measured[key] = [int(np.isfinite(values).sum()), len(values)]
    streets = built.network is not None and spec.network is not None
    return {
        "closures": closures(spec.network, built.network) if streets else [],
        "expected_incidents_per_day": None if record is not None else expected_per_day(built),
        "measured": measured,
        "speed_source": speed_source(spec.network, built.network) if streets else None,
        "unit_hours_per_week": unit_hours_per_week(spec),
    }


def closures(spec: NetworkSpec | None, network: RoadNetwork | None) -> list[str]:
    """List what is closed, with the kilometres of each, every direction counted."""
    from scenarios.streets import closure_edges

    if spec is None or network is None:
        return []
    words = []
    for number, closure in enumerate(spec.closure):
        shut = closure_edges(network, closure, number, FaultList({}, ""))
        if closure.bbox is not None:
            what = ", ".join(f"{value:g}" for value in closure.bbox)
        elif closure.source_ids is not None:
            what = ", ".join(map(str, closure.source_ids))
        else:
            streets = closure.street or []
            what = streets if isinstance(streets, str) else ", ".join(streets)
        named = f"{closure.name}: {what}" if closure.name else what
        words.append(f"{named} ({float(network.length_m[shut].sum()) / 1000.0:.1f} km)")
    return words


def speed_source(spec: NetworkSpec | None, network: RoadNetwork | None) -> str | None:
    """Tell where the speeds of the streets come from.

    Returns
    -------
    str or None
        "given times" where the source has travel times, "limits" where it has speeds on some
        streets at least, "table" where all follow from road classes, "flat" where there is neither
        class nor speed and all streets have the same.
    """
    from networks.speeds import speed_table

    if spec is None or network is None:
        return None
    if spec.lights_column is not None or "time_s" in spec.columns:
        return "given times"
    unknown = np.full(network.n_edges, np.nan)
    try:
        by_table = speed_table(spec.speeds).speeds(
            network.road_class, network.class_names, unknown, network.mode
        )
    except InputError:  # pragma: no cover - refused when the streets were read
        return None
    if np.allclose(network.speed_kmh, by_table, rtol=1e-9):
        return "table" if any(network.class_names[c] for c in set(network.road_class)) else "flat"
    if network.road_class.size and not any(network.class_names) and not _few(network):
        return "given times"
    return "limits"


def _few(network: RoadNetwork) -> bool:
    """Whether the speeds are round ones, as limits are: times give any value."""
    tenths = np.round(network.speed_kmh, 6) % 1.0
    return bool((tenths == 0).mean() > 0.5)


def expected_per_day(built: Built) -> float:
    """Incidents a day that the scenario's rates expect, mean over the week."""
    return sum(
        float(kind.rate_per_h.sum()) / 7.0
        for kind in built.district.classes
        if kind.rate_per_h is not None
    )


def unit_hours_per_week(spec: ScenarioSpec) -> float:
    """Hours that all units together are on duty in a week."""
    hours = 0.0
    for group in spec.unit:
        shifts = shift_intervals(group.shifts)
        hours += group.count * _WEEK_H * (on_duty_share(shifts) if shifts else 1.0)
    return round(hours, 3)
