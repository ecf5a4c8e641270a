"""What collection and long haul cost: routes, crews, km, energy, gates."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.columns import numbers
from sim.waste import layout as at
from sim.waste.plan import UNLOAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from sim.waste.log import Log

__all__ = ["Rates", "costs"]


@dataclass(frozen=True)
class Rates:
    """What things take and cost; 0 leaves a part out.

    Parameters
    ----------
    route
        Per route driven (the truck).
    hour, overtime_hour
        Per hour of each of a crew within the shift, and after its end.
    km, haul_km
        Per km of a truck and of a hauler (wear, tolls).
    haul_hour
        Per hour in which a hauler is under way.
    gate_t : float or float64[f]
        Per t that our trucks and haulers tip, for all facilities or for each.
    energy_km, energy_haul_km
        Energy or fuel per km of a truck and of a hauler.
    energy_bin
        Per bin emptied.
    energy_standing_h
        Per hour of a truck at its stops, from coming to the end.
    energy_press_t
        Per t that is tipped at stations.
    energy_price, co2_kg
        Per unit of energy: money, and kg of CO2.
    energy_unit, currency
        Units of energy and of money, for the table.

    Raises
    ------
    InputError
        If a rate is missing or negative.
    """

    route: float = 0.0
    hour: float = 0.0
    overtime_hour: float = 0.0
    km: float = 0.0
    haul_hour: float = 0.0
    haul_km: float = 0.0
    gate_t: float | NDArray[np.float64] = 0.0
    energy_km: float = 0.0
    energy_haul_km: float = 0.0
    energy_bin: float = 0.0
    energy_standing_h: float = 0.0
    energy_press_t: float = 0.0
    energy_price: float = 0.0
    co2_kg: float = 0.0
    energy_unit: str = "l"
    currency: str = ""

    def __post_init__(self) -> None:
        """Check the numbers."""
        for field in fields(self):
            if field.name not in {"energy_unit", "currency", "gate_t"}:
                numbers(getattr(self, field.name), (), field.name, "rates")
        gate = np.asarray(self.gate_t, dtype=np.float64)
        if gate.ndim > 1:
            raise InputError(
                f"gate_t has the shape {gate.shape}", place="rates",
                mend="give one for each facility, or one for all",
            )  # fmt: skip
        object.__setattr__(self, "gate_t", numbers(gate, gate.shape, "gate_t", "rates"))


def costs(
    log: Log,
    stops: pd.DataFrame,
    out: pd.DataFrame,
    hauls: pd.DataFrame,
    rates: Rates,
    warmup_h: int,
) -> Iterator[tuple[str, str, str, float]]:
    """Energy, CO2 and costs: measure, by, group, value.

    Parameters
    ----------
    log
        What happened.
    stops, out, hauls
        Its tables, all of them.
    rates
        What things take and cost.
    warmup_h
        Hour from which on it counts.

    Yields
    ------
    tuple
        "energy" of all and by part, "co2_t" of all, "cost" of all and by part, "cost_per_t" of what
        was collected from stands and fetched for orders.

    Raises
    ------
    InputError
        If there is a gate fee for another number of facilities.
    """
    first = warmup_h // at.DAY_H
    stops, out = stops[stops["day"] >= first], out[out["day"] >= first]
    out = out[out["home_s"].notna()]
    hauls = hauls[hauls["left_s"] >= warmup_h * 3600.0]
    loads = hauls[hauls["kind"] != at.HOMEWARD]
    tips = stops[stops["kind"] == UNLOAD]

    crew = log.trucks.crew[out["vehicle"]]
    out_h = (out["home_s"] - out["leave_s"]) / 3600
    ends_s = np.maximum(out["shift_end_s"], out["leave_s"])
    over_h = (out["home_s"] - ends_s).clip(lower=0.0) / 3600
    km = stops["metres"].sum() / 1000
    haul_km = (hauls["metres_empty"].sum() + hauls["metres_loaded"].sum()) / 1000
    haul_h = (hauls["end_s"] - hauls["left_s"]).sum() / 3600
    station = log.facilities.compactors > 0
    pressed_t = log.course.tipped[warmup_h:][:, station].sum() / 1e6
    standing_h = (stops["end_s"] - stops["came_s"]).sum() / 3600
    energy = {
        "driving": rates.energy_km * km,
        "stops": rates.energy_bin * stops["bins"].sum() + rates.energy_standing_h * standing_h,
        "haulers": rates.energy_haul_km * haul_km,
        "stations": rates.energy_press_t * pressed_t,
    }
    gate = numbers(rates.gate_t, (len(log.facilities),), "gate_t", "rates")
    fees = (gate[tips["facility"]] * tips["tipped_kg"]).sum()
    fees += (gate[loads["facility"]] * loads["kg"]).sum()
    total_energy = sum(energy.values())
    parts = {
        "routes": rates.route * len(out),
        "crews": rates.hour * ((out_h - over_h) * crew).sum()
        + rates.overtime_hour * (over_h * crew).sum(),
        "km": rates.km * km,
        "haulers": rates.haul_hour * haul_h + rates.haul_km * haul_km,
        "energy": rates.energy_price * total_energy,
        "gates": fees / 1000,
    }
    total = sum(parts.values())
    ours_t = (stops["taken_kg"].sum() + loads["kg"][loads["kind"] == at.ORDER].sum()) / 1000
    yield "energy", "all", "", float(total_energy)
    for part, value in energy.items():
        yield "energy", "part", part, float(value)
    yield "co2_t", "all", "", float(total_energy * rates.co2_kg / 1000)
    yield "cost", "all", "", float(total)
    for part, value in parts.items():
        yield "cost", "part", part, float(value)
    yield "cost_per_t", "all", "", float(total / ours_t) if ours_t > 0 else float("nan")
