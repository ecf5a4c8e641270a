"""Street cleaning as a service that ``cityops run`` simulates."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.cleaning.build import BuiltCleaning, build_cleaning
from scenarios.cleaning.output import write_maps, write_replication
from scenarios.cleaning.plan import CleaningPlan, make_routes
from scenarios.district import replication_seed
from scenarios.facts import closures, speed_source
from scenarios.partial import ReplicationResult
from scenarios.planned import PlannedService, with_each
from scenarios.services import check_simulated
from scenarios.summary import sorted_measures

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.load import Scenario
    from scenarios.services import Engine
    from sim.cleaning import Log, Rates

__all__ = ["Cleaning", "build"]


def build(scenario: Scenario) -> Cleaning:
    """Make a scenario of street cleaning ready.

    Raises
    ------
    ScenarioError
        With every fault that the streets, files and places show.
    """
    check_simulated(scenario, "cleaning")
    return Cleaning(build_cleaning(scenario))


class Cleaning(PlannedService[BuiltCleaning, CleaningPlan]):
    """Streets and their sweepers, ready to run; routes are made when they are first driven.

    Parameters
    ----------
    built
        The scenario made ready.
    """

    recorded = False

    def make_plan(self) -> CleaningPlan:
        """Make the routes, or read them."""
        return make_routes(self.built)

    def asked(self) -> dict[str, str]:
        """Hash the tables that matter, the streets, and the plan that is read."""
        spec, built = self.scenario.spec, self.built
        tables = {
            "cleaning": built.spec.model_dump(mode="json", exclude={"plan"}),
            "routes": spec.routes[built.question.name].model_dump(mode="json", by_alias=True),
        }
        files: list[Path] = []
        if built.spec.plan is not None:
            plan = Path(built.spec.plan)
            files = sorted((plan / "plan").glob("*.csv")) if plan.is_dir() else [plan]
            files.append(plan / "tables" / "legs.parquet")
        return self.identity(tables, [(file.name, file) for file in files])

    def replicate(self, number: int, engine: Engine) -> ReplicationResult:
        """Run a replication."""
        from sim.cleaning.measures import measures

        built, log = self.built, self.log(number, engine)
        table = measures(
            log,
            warmup_days=self.warmup_days,
            rates=self.rates(),
            class_names=list(built.classes),
            area_names=built.area_names,
        )
        table["by"] = table["by"].replace({"street class": "class"})
        table["group"] = table["group"].where(table["by"] != "all", "all")
        whole = with_each(table, "clean_share", "piece", self._pieces_clean(log))
        return ReplicationResult(whole, self._demand_hash(number), {"days": built.days})

    def log(self, number: int, engine: Engine) -> Log:
        """Run a replication for its Log."""
        from sim.cleaning import simulate

        built, plan = self.built, self.plan
        return simulate(
            built.pieces,
            built.facilities,
            plan.vehicles,
            built.roads,
            plan.routes,
            days=built.days,
            seed=replication_seed(self.scenario.spec.scenario.seed, number),
            weather=built.weather,
            rules=built.rules,
            first_weekday=built.first_weekday,
            keep_dirt=True,
            engine=engine,
        )

    def rates(self) -> Rates:
        """Say what work takes and costs."""
        from sim.cleaning import Rates

        energy, cost = self.built.spec.energy, self.built.spec.cost
        return Rates(
            energy_swept_km=energy.swept_km,
            energy_driven_km=energy.driven_km,
            energy_standing_h=energy.standing_h,
            energy_price=energy.price,
            hour=cost.crew_h,
            overtime_hour=cost.overtime_h,
            km=cost.km,
            dump_t=cost.dump_t,
            energy_unit=energy.unit,
            currency=cost.currency,
        )

    def _pieces_clean(self, log: Log) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Share of the measured hours in which each piece meets its standard."""
        lies = log.course.dirt_mg[24 * self.warmup_days : 24 * self.built.days]
        return np.asarray((lies <= self.built.pieces.standard_mg).mean(axis=0), dtype=np.float64)

    def _demand_hash(self, number: int) -> str:
        """Hash of what any plan meets in a replication: streets, dirt, weather, and the luck.

        Where cars may park is part of a plan; the luck with them is not.
        """
        built = self.built
        pieces = built.pieces
        seed = replication_seed(self.scenario.spec.scenario.seed, number)
        content = hashlib.sha256(f"{seed}/{built.days}/{built.first_weekday}".encode())
        weather = built.weather
        kinds = weather.days(built.days, seed)
        for column in (
            pieces.length_m, pieces.growth_g_m_h, pieces.edge, pieces.profile, pieces.hour_factor,
            pieces.start_mg, kinds, weather.factors(kinds, len(pieces.hour_factor)),
            np.array([weather.rain_washes, weather.rain_hour]),
        ):  # fmt: skip
            content.update(np.ascontiguousarray(column).tobytes())
        return content.hexdigest()

    def arranged(self, measures: pd.DataFrame, reps: int) -> pd.DataFrame:  # noqa: ARG002
        """Sort; a replication leaves nothing out that counts as nought."""
        from sim.cleaning.measures import MEASURES

        built = self.built
        names = {
            "class": list(built.classes),
            "area": [area.name for area in built.areas],
            "hour": [str(hour) for hour in range(24)],
            "vehicle": list(self.plan.vehicles.names or ()),
            "piece": [str(piece) for piece in range(len(built.pieces))],
        }
        return sorted_measures(measures, MEASURES, names)

    def write(self, folder: Path, engine: Engine) -> None:
        """Write the first replication, pieces, facilities and maps."""
        write_replication(folder, self.built, self.plan, self.log(0, engine))
        write_maps(folder, self.built)

    def facts(self) -> dict[str, Any]:
        """Say what was put in."""
        built = self.built
        spec, question = self.scenario.spec.network, built.question
        streets = np.unique(question.streets.task_edge[:, 0])
        return {
            "closures": closures(spec, built.network),
            "speed_source": speed_source(spec, built.network),
            "street_sides": len(built.pieces),
            "sides_km": round(float(built.pieces.length_m.sum()) / 1000.0, 3),
            "swept_streets": len(streets),
            "vehicles": list(self.plan.vehicles.names or ()),
            "plan": self.plan.origin,
            "left_out_km": round(float(question.left_out["km"].sum()), 3),
            "depots": [place.name for place in question.depots],
            "dump_sites": [place.name for place in question.dumps],
        }
