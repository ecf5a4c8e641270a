"""The Utrecht ambulance traces (Dieleman & Jagtenberg 2024): every call gets the published unit.

Travel times are a matrix here, without streets; the outcome of each call is given with the traces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from sim.dispatch import (
    District,
    Hospital,
    IncidentClass,
    MatrixTravel,
    Policy,
    Station,
    Unit,
    UnitType,
    demand_from_columns,
    simulate,
)
from sim.distributions import Fixed

if TYPE_CHECKING:
    from pathlib import Path

# Trace, units, and what the outcome says: mean response, within 12 minutes, calls that waited.
TRACES = [
    ("3", 23, 6.91666305, 0.94000, 0),
    ("5", 20, 10.17838754, 0.73500, 43),
]


def utrecht(folder: Path, trace: str, units: int):
    """District, demand and published outcome of a trace; minutes become seconds."""
    tests = folder / "unit_tests"

    def column(name: str) -> np.ndarray:
        file = tests / f"{name}_test_run_simulation_diesel_{trace}.csv"
        return pd.read_csv(file).iloc[:, 0].to_numpy()

    nodes = pd.read_csv(folder / "nodes_Utrecht_2021.csv").set_index("postal code")
    minutes = pd.read_csv(folder / "siren_driving_matrix_2022.csv").set_index("postal code")
    minutes.columns = minutes.columns.astype(int)
    minutes = minutes.loc[nodes.index, nodes.index]
    place = nodes[["x", "y"]]
    outcome = pd.read_csv(tests / f"Patient_Test_Diesel_{trace}.csv")
    bases = pd.read_csv(
        folder / f"Base_Locations_Ambulances_MEXCLP_21_22_{units}.csv", encoding="utf-8-sig"
    )["Base"]
    hospitals = sorted(outcome["hospital_ID"].dropna().astype(int).unique())
    district = District(
        travel=MatrixTravel(
            minutes.to_numpy() * 60.0, place["x"].to_numpy(), place["y"].to_numpy()
        ),
        stations=tuple(Station(str(b), *place.loc[b]) for b in sorted(set(bases))),
        unit_types=(UnitType("ambulance", 0.0, 0.0, speed_factor=0.95, lights_to_hospital=True),),
        units=tuple(Unit(str(k), "ambulance", str(b)) for k, b in enumerate(bases)),
        classes=(
            IncidentClass("call", 1, 720.0, {"ambulance": 1}, Fixed(0.0), 0.5, (), Fixed(0.0)),
        ),
        hospitals=tuple(Hospital(str(h), *place.loc[h]) for h in hospitals),
    )
    at = place.loc[column("location_IDs")]
    n = len(at)
    demand = demand_from_columns(
        district,
        {
            "time_s": np.cumsum(column("interarrival_times")) * 60.0,
            "lon": at["x"].to_numpy(), "lat": at["y"].to_numpy(), "item": np.arange(n),
            "class_code": np.zeros(n, int), "priority": np.ones(n, int),
            "target_s": np.full(n, 720.0),
        },
        seed=0,
        measured={
            "on_scene_s": column("on_site_aid_times") * 60.0,
            "handover_s": column("drop_off_times") * 60.0,
            "transport": column("to_hospital_bool").astype(float),
        },
    )  # fmt: skip
    return district, demand, outcome


@pytest.mark.parametrize(("trace", "units", "mean_min", "within", "waited"), TRACES)
def test_every_call_of_the_trace_gets_the_published_unit_and_times(
    shared_data: Path,
    engine: str,
    trace: str,
    units: int,
    mean_min: float,
    within: float,
    waited: int,
) -> None:
    district, demand, outcome = utrecht(shared_data / "elaspy", trace, units)
    horizon_s = float(demand.incidents["time_s"].iloc[-1]) + 1.0
    log = simulate(district, Policy(), demand, horizon_s=horizon_s, engine=engine)
    responses = log.responses
    np.testing.assert_array_equal(
        responses["unit"], outcome["assigned_to_ambulance_nr"].astype(int)
    )
    response_min = responses["response_s"].to_numpy() / 60.0
    np.testing.assert_allclose(response_min, outcome["response_time"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        responses["freed_s"] / 60.0, outcome["finish_time"], rtol=0, atol=1e-9
    )
    assert response_min.mean() == pytest.approx(mean_min, abs=5e-9)
    assert (response_min <= 12.0).mean() == pytest.approx(within, abs=5e-6)
    assert responses["queued"].sum() == waited
