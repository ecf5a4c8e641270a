"""Waste collection as a service that ``cityops run`` simulates."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.district import replication_seed
from scenarios.facts import closures, speed_source
from scenarios.partial import ReplicationResult
from scenarios.planned import PlannedService, with_each
from scenarios.services import check_simulated
from scenarios.summary import sorted_measures
from scenarios.waste.build import BuiltWaste, build_waste
from scenarios.waste.output import write_maps, write_replication
from scenarios.waste.plan import WastePlan, make_routes
from scenarios.waste.schema import of_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from scenarios.load import Scenario
    from scenarios.services import Engine
    from sim.waste import Log
    from sim.waste.measures import Rates

__all__ = ["Waste", "build"]

_PATHS: Any = {"plan": True, "filling": {"record"}, "orders": {"file"}}
"""What only says where files lie: their contents count."""


def build(scenario: Scenario) -> Waste:
    """Make a scenario of waste collection ready.

    Raises
    ------
    ScenarioError
        With every fault that the streets, files and places show.
    """
    check_simulated(scenario, "waste")
    return Waste(build_waste(scenario))


class Waste(PlannedService[BuiltWaste, WastePlan]):
    """Bins, trucks and stations, ready to run; routes are made when they are first driven.

    Parameters
    ----------
    built
        The scenario made ready.
    """

    def make_plan(self) -> WastePlan:
        """Make the routes, or read them."""
        return make_routes(self.built)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks odd."""
        plan = self._plan
        return (*self.built.warnings, *(() if plan is None else plan.warnings))

    @property
    def recorded(self) -> bool:
        """Whether what comes to the bins is a record's."""
        return self.built.spec.filling.record is not None

    def asked(self) -> dict[str, str]:
        """Hash the tables that matter, the streets, the points, and what is read beside them."""
        spec, built = self.scenario.spec, self.built
        collection, network = spec.collection, spec.network
        assert network is not None  # noqa: S101 - refused by the rules
        tables = {
            "waste": built.spec.model_dump(mode="json", by_alias=True, exclude=_PATHS),
            "routes": [
                spec.routes[name].model_dump(mode="json", by_alias=True)
                for name in built.spec.routes
            ],
            "collection": None
            if collection is None
            else collection.model_dump(mode="json", exclude={"points"}),
            # The streets' own hash has neither what is shut at hours alone nor how far one snaps.
            "closures": [one.model_dump(mode="json", by_alias=True) for one in network.closure],
            "max_snap_m": network.max_snap_m,
        }
        return self.identity(tables, self._files())

    def _files(self) -> Iterator[tuple[str, str | None]]:
        """Files that are read beside the scenario: what each is for, and where it lies."""
        spec, collection = self.built.spec, self.scenario.spec.collection
        yield "points", None if collection is None else collection.points
        yield "record", spec.filling.record
        yield "orders", None if spec.orders is None else spec.orders.file
        for name in spec.routes:
            plan = of_routes(spec.plan, name)
            is_folder = plan is not None and Path(plan).is_dir()
            yield f"plan {name}", f"{plan}/plan/{name}.csv" if is_folder else plan

    def replicate(self, number: int, engine: Engine) -> ReplicationResult:
        """Run a replication."""
        from sim.waste.layout import DAY_H, G_OVER_MS, HOUR_MS
        from sim.waste.measures import measures

        built, log = self.built, self.log(number, engine)
        table = measures(
            log,
            rates=self.rates(),
            kind_names=list(built.kinds),
            area_names=built.area_names,
            punctual_min=built.spec.punctual_min,
        )
        table["group"] = table["group"].where(table["by"] != "all", "all")
        over_ms = log.course.stands[:, G_OVER_MS] - log.course.early[:, 0]
        over = over_ms / ((built.days - self.warmup_days) * DAY_H * HOUR_MS)
        whole = with_each(table, "overflown_share", "stand", over)
        return ReplicationResult(whole, self._demand_hash(number), {"days": built.days})

    def log(self, number: int, engine: Engine) -> Log:
        """Run a replication for its Log."""
        from sim.waste import simulate

        built, plan = self.built, self.plan
        return simulate(
            built.stands,
            built.facilities,
            plan.trucks,
            built.haulers,
            built.roads,
            plan.routes,
            built.filling,
            built.orders,
            built.deliveries,
            days=built.days,
            seed=replication_seed(self.scenario.spec.scenario.seed, number),
            rules=built.rules,
            outages=built.outages,
            first_weekday=built.first_weekday,
            warmup_days=self.warmup_days,
            engine=engine,
        )

    def rates(self) -> Rates:
        """Say what work takes and costs."""
        from sim.waste.measures import Rates

        spec = self.built.spec
        energy, cost = spec.energy, spec.cost
        fees = [facility.gate_fee for facility in spec.facility]
        return Rates(
            route=cost.route,
            hour=cost.crew_h,
            overtime_hour=cost.overtime_h,
            km=cost.truck_km,
            haul_hour=cost.hauler_h,
            haul_km=cost.hauler_km,
            gate_t=np.array(fees + [0.0] * (len(self.built.sites) - len(fees))),
            energy_km=energy.truck_km,
            energy_haul_km=energy.hauler_km,
            energy_standing_h=energy.standing_h,
            energy_bin=energy.bin,
            energy_press_t=energy.press_t,
            energy_price=energy.price,
            energy_unit=energy.unit,
            co2_kg=energy.co2_kg,
            currency=cost.currency,
        )

    def _demand_hash(self, number: int) -> str:
        """Hash of what any plan meets in a replication: what comes to the bins, and is ordered.

        Where others tip is part of a plan, as facilities are; so are the bins.
        """
        built = self.built
        seed = replication_seed(self.scenario.spec.scenario.seed, number)
        content = hashlib.sha256(f"{seed}/{built.days}/{built.first_weekday}".encode())
        content.update("/".join(built.streams).encode())
        filling, stands, orders = built.filling, built.stands, built.orders
        columns: list[Any] = [
            filling.litres_h, filling.profile, filling.hour_factor, filling.deposit_l,
            filling.deposit_cv, filling.key, stands.density_kg_l, stands.stream,
            filling.days(built.days),
        ]  # fmt: skip
        if filling.recorded_g is not None:
            columns.append(filling.recorded_g)
        if orders is not None:
            columns += [orders.ready_s, orders.stream, orders.kg]
            columns += [source.rate_h for source in orders.sources]
        for column in columns:
            content.update(np.ascontiguousarray(column).tobytes())
        return content.hexdigest()

    def arranged(self, measures: pd.DataFrame, reps: int) -> pd.DataFrame:  # noqa: ARG002
        """Sort; a replication leaves nothing out that counts as nought."""
        from sim.waste.measures import MEASURES

        built = self.built
        hours = [str(hour) for hour in range(24)]
        names = {
            "stream": list(built.streams),
            "kind": list(built.kinds),
            "area": built.area_names,
            "hour": hours,
            "day": [str(day) for day in range(built.days)],
            "stream day": [f"{s}|{day}" for s in built.streams for day in range(built.days)],
            "facility": built.names,
            "facility hour": [f"{name}|{hour}" for name in built.names for hour in hours],
            "vehicle": list(self.plan.trucks.names or ()),
            "who": ["trucks", "haulers", "others"],
            "part": [
                *("routes", "crews", "km", "haulers", "energy", "gates"),
                *("driving", "stops", "stations"),
            ],
            "stand": [str(stand) for stand in range(len(built.stands))],
        }
        return sorted_measures(measures, MEASURES, names)

    def write(self, folder: Path, engine: Engine) -> None:
        """Write the first replication, stands, facilities and maps."""
        write_replication(folder, self.built, self.plan, self.log(0, engine))
        write_maps(folder, self.built)

    def facts(self) -> dict[str, Any]:
        """Say what was put in."""
        built, plan = self.built, self.plan
        spec, haulers = self.scenario.spec.network, built.haulers
        tonnes = {
            name: round(float((built.rows.litres_day * built.rows.density_kg_l)[code].sum()), 1)
            for code, name in ((built.stands.stream == k, s) for k, s in enumerate(built.streams))
        }
        return {
            "closures": closures(spec, built.network),
            "speed_source": speed_source(spec, built.network),
            "stands": len(built.stands),
            "points": len({(built.points.lon[k], built.points.lat[k]) for k in built.rows.row}),
            "bins": int(built.stands.bins.sum()),
            "kg_day": {name: kg for name, kg in tonnes.items() if kg > 0},
            "streams": list(built.streams),
            "trucks": list(plan.trucks.names or ()),
            "haulers": 0 if haulers is None else len(haulers),
            "plans": plan.origin,
            "facilities": [{"name": one.name, "kind": one.kind} for one in built.spec.facility],
            "depots": built.names[len(built.spec.facility) :],
        }
