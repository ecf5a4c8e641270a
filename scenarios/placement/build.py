"""The steps from a [placement.NAME] table to a question; every fault is noted before it stops."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from scenarios.areas import build_areas
from scenarios.misplaced import record_looks_shifted, unmoved_remark
from scenarios.placement.candidates import (
    candidate_rows,
    existing_rows,
    given_rows,
    in_each_slot,
    without_zones,
)
from scenarios.placement.demand import (
    DEMAND_WORDS,
    Wanted,
    area_demand,
    file_demand,
    gathered,
    scaled,
    street_demand,
    weighty,
)
from scenarios.placement.incidents import incident_demand
from scenarios.placement.locks import locked
from scenarios.placement.placed import (
    Placed,
    clear_sizes,
    in_slots,
    largest_sizes,
    left_out_rows,
    place_plants,
    place_points,
    place_sites,
)
from scenarios.placement.presets import PRESETS, named_standard, preset_of, resolved
from scenarios.placement.problem import Served, make_problem, site_rules
from scenarios.placement.question import Question
from scenarios.placement.queues import servers_by_grid
from scenarios.placement.rules import check_placement
from scenarios.placement.served import Asked, measure_of, reach, reachable, rows_of
from scenarios.placement.times import placement_network, travel_table
from scenarios.streets import check_class, read_streets

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from pydantic import BaseModel

    from networks import RoadNetwork
    from optimize.location import Coverage
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.placement.candidates import SiteRow
    from scenarios.placement.schema import PlacementSpec
    from scenarios.toml_lines import KeyPath
    from sim.dispatch.model import Area

__all__ = ["Builder"]


class Builder:
    """Makes one question.

    Parameters
    ----------
    scenario, name, spec
        The scenario, the table's name and the table as it stands in the file.
    plan
        An edited plan file.
    streets
        Networks that were read before; what is read is added.
    """

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        spec: PlacementSpec,
        plan: Path | None,
        streets: dict[str, RoadNetwork],
    ) -> None:
        self.scenario = scenario
        self.name = name
        self.given = spec
        self.spec = resolved(name, spec)
        self.plan = plan
        self.known = streets
        self.faults: FaultList = scenario.faults()
        self.path: KeyPath = ("placement", name)
        self.warnings: list[str] = []
        self.preset = preset_of(name, spec.preset) or ""

    def question(self) -> Question:
        """Go through all steps.

        Raises
        ------
        ScenarioError
            With every fault that was found.
        """
        check_placement(self.name, self.given, self.scenario.spec, self.faults)
        self.faults.stop()
        network, areas = self._streets()
        wanted = self._demand(network, areas)
        rows = self._sites(network)
        largest = largest_sizes(rows, self.spec.size, self.path, self.faults)
        self.faults.stop()
        assert wanted is not None  # noqa: S101 - where it is None a fault was noted
        points, left_out = self._points(network, wanted, areas)
        sites = self._placed_sites(network, rows, areas, largest)
        plants = place_plants(network, self.spec.plant, self._snap_m(None), self.path, self.faults)
        self.faults.stop()
        tables = (self.spec.demand, self.spec.candidates, self.spec.existing)
        said = unmoved_remark(network, [table.crs for table in tables if table is not None])
        self.warnings += [said] if said else []
        self._standard_remarks()
        return self._asked(network, areas, points, left_out, sites, plants)

    # ---- streets and areas

    def _streets(self) -> tuple[RoadNetwork, tuple[Area, ...]]:
        whole, spec = self.scenario.spec, self.spec
        assert whole.network is not None  # noqa: S101 - refused by the rules
        made = not whole.area and (whole.areas is None or whole.areas.file is None)
        vehicles = None
        if whole.network.mode == (spec.mode or whole.network.mode) or made or self._draws():
            vehicles = self.known.get("vehicles") or read_streets(whole.network, self.faults)
            self.known["vehicles"] = vehicles
        self.vehicles = vehicles
        key = f"{spec.mode} {spec.walk_kmh}"
        network = self.known.get(key) or placement_network(
            whole.network, spec, vehicles, self.faults
        )
        self.known[key] = network
        areas = build_areas(whole, vehicles or network, self.faults)
        words = [(("demand", "street_weights"), word) for word in spec.demand.street_weights]
        if not self._draws():
            words += [(("demand", "classes"), word) for word in spec.demand.classes]
        for key in ("street_classes", "not_street_classes"):
            words += [(("candidates", key), word) for word in getattr(spec.candidates, key)]
        for kind, classes in spec.street_kinds.items():
            words += [(("street_kinds", kind), word) for word in classes]
        for keys, word in words:
            check_class(word, network, (*self.path, *keys), self.faults)
        return network, areas or ()

    def _draws(self) -> bool:
        return self.spec.demand.source == "incidents"

    def _snap_m(self, own: float | None) -> float:
        streets = self.scenario.spec.network
        return own if own is not None else streets.max_snap_m if streets is not None else 500.0

    # ---- demand

    def _demand(self, network: RoadNetwork, areas: tuple[Area, ...]) -> Wanted | None:
        spec = self.spec.demand
        wanted: Wanted | None
        try:
            if spec.source == "streets":
                wanted = street_demand(network, spec)
            elif spec.source == "areas":
                wanted, said = area_demand(network, areas, spec)
                self.warnings += said
            elif spec.source == "incidents":
                wanted = incident_demand(
                    self.scenario, self.spec, self.vehicles, areas, self.faults
                )
            else:
                columns = [s.weight_column for s in self.spec.slot if s.weight_column is not None]
                wanted = file_demand(Path(spec.source), spec, columns)
        except InputError as error:
            self._include(error, "demand")
            return None
        if wanted is not None and spec.total is not None:
            wanted = scaled(wanted, spec.total)
        return wanted

    def _points(
        self, network: RoadNetwork, wanted: Wanted, areas: tuple[Area, ...]
    ) -> tuple[Placed, pd.DataFrame]:
        spec = self.spec.demand
        self._shifted(network, wanted.lon, wanted.lat, "demand")
        if spec.grid_m is not None:
            by_kind = bool(self.spec.street_kinds)
            wanted = gathered(wanted, network, spec.grid_m, by_kind=by_kind)
        else:
            wanted = weighty(wanted)
        points, left_out = place_points(
            network,
            wanted,
            areas,
            self._snap_m(spec.max_snap_m),
            (*self.path, "demand"),
            self.faults,
        )
        return in_slots(points, self.spec.slot), left_out

    def _shifted(
        self, network: RoadNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64], what: str
    ) -> None:
        """Warn of places that are most likely written in a Chinese map's system."""
        source = getattr(self.spec, what).source
        if source in DEMAND_WORDS or not Path(source).suffix:
            return
        crs = record_looks_shifted(network, lon, lat)
        if crs is not None:
            self.warnings.append(
                f"the places of {Path(source).name} lie oddly far from the streets and would lie "
                f"on them as {crs.upper()} coordinates; is [placement.{self.name}.{what}] "
                f'crs = "{crs}" meant?'
            )

    # ---- sites

    def _sites(self, network: RoadNetwork) -> list[SiteRow]:
        spec = self.spec
        places = {
            "stations": [(s.name, s.lon, s.lat) for s in self.scenario.spec.station],
            "hospitals": [(h.name, h.lon, h.lat) for h in self.scenario.spec.hospital],
        }
        rows: list[SiteRow] = []
        try:
            if spec.existing is not None:
                there, said = existing_rows(spec.existing, places)
                rows += there
                self.warnings += said
        except InputError as error:
            self._include(error, "existing")
        try:
            made = [*given_rows(spec.site), *candidate_rows(network, spec.candidates, places)]
            made, said = without_zones(made, spec.candidates)
        except InputError as error:
            self._include(error, "candidates")
            return rows
        self.warnings += said
        rows += made
        if not rows:
            self.faults.add(
                (*self.path, "candidates"), "there is no candidate", "name a source, or add sites"
            )
        return in_each_slot(rows, [slot.name for slot in spec.slot])

    def _placed_sites(
        self,
        network: RoadNetwork,
        rows: list[SiteRow],
        areas: tuple[Area, ...],
        largest: NDArray[np.int64],
    ) -> Placed:
        try:
            rows, locks = locked(rows, self.plan, self.spec.candidates, self.spec.p)
        except InputError as error:
            self.faults.include(error, self.path)
            self.faults.stop()
            raise
        if self.plan is not None and not any(locks):
            self.warnings.append("the plan locks nothing: it was chosen anew")
        spec = self.spec.candidates
        own = len(rows) - len(largest)  # a person's own rows of the plan take any size
        largest = np.append(largest, np.full(own, len(self.spec.size) - 1))
        self._shifted(
            network, np.array([r.lon for r in rows]), np.array([r.lat for r in rows]), "candidates"
        )
        limit = self._snap_m(spec.max_snap_m)
        sites, said = place_sites(network, rows, locks, areas, limit, self.path, self.faults)
        self.warnings += said
        kept = {row.name: size for row, size in zip(rows, largest.tolist(), strict=True)}
        fits = np.array([kept[name] for name in sites.table["name"]], dtype=np.int64)
        if spec.buildings is not None:
            try:
                clear = clear_sizes(
                    sites.table, self.spec.size, Path(spec.buildings), spec.zones_crs, network
                )
            except InputError as error:
                self._include(error, "candidates")
                self.faults.stop()
                raise
            new = (sites.table["kind"] != "existing").to_numpy()
            fits = np.where(new, np.minimum(fits, clear), fits)
        if self.spec.queue is not None:
            fits = np.minimum(
                fits, servers_by_grid(self.spec.queue, sites.table["grid_kw"].to_numpy())
            )
        sites.table["largest_size"] = fits
        return sites

    # ---- travel and the problem

    def _asked(
        self,
        network: RoadNetwork,
        areas: tuple[Area, ...],
        points: Placed,
        left_out: pd.DataFrame,
        sites: Placed,
        plants: Placed | None,
    ) -> Question:
        spec, measure = self.spec, measure_of(self.spec)
        from_site = bool(self.preset) and PRESETS[self.preset].from_site
        asked = Asked(measure, from_site, spec.at)
        names = tuple(area.name for area in areas)
        try:
            travel, coverage = reach(network, spec, points, sites, asked)
            points, left_out, travel, coverage = self._served_ones(
                points, left_out, travel, coverage
            )
            served = self._served(network, points, sites, plants, travel, coverage, asked)
            rules = site_rules(spec, sites.table, names)
            problem = make_problem(spec, served, rules, measure)
        except InputError as error:
            self._include(error)
            self.faults.stop()
            raise
        return Question(
            self.scenario,
            self.name,
            self.preset,
            spec,
            network,
            points.table,
            sites.table,
            names,
            measure,
            travel,
            coverage,
            problem,
            None if plants is None else plants.table,
            left_out,
            tuple(dict.fromkeys(self.warnings)),
        )

    def _served_ones(
        self,
        points: Placed,
        left_out: pd.DataFrame,
        travel: NDArray[np.float64] | None,
        coverage: Coverage | None,
    ) -> tuple[Placed, pd.DataFrame, NDArray[np.float64] | None, Coverage | None]:
        """Move what the model cannot serve to what is left out."""
        import pandas as pd

        reasons = reachable(self.spec, len(points.at), travel, coverage)
        kept = np.flatnonzero(reasons == "")
        if len(kept) < len(reasons):
            gone = [
                left_out_rows(points.table[reasons == reason], reason)
                for reason in dict.fromkeys(reasons[reasons != ""].tolist())
            ]
            tables = [table for table in (left_out, *gone) if len(table)]
            left_out = pd.concat(tables, ignore_index=True)
            points = points.take(kept)
            travel = None if travel is None else travel[kept]
            coverage = None if coverage is None else rows_of(coverage, kept)
        if not len(kept):
            raise InputError(
                f"none of the demand can be served: {left_out['reason'].iloc[-1]}",
                place="candidates",
                mend="give other candidates, or a larger radius",
            )
        self._say_left_out(points.table, left_out)
        points.table.insert(0, "point", np.arange(len(points.table)))
        return points, left_out, travel, coverage

    def _say_left_out(self, points: pd.DataFrame, left_out: pd.DataFrame) -> None:
        if not len(left_out):
            return
        lost = float(left_out["weight"].sum())
        share = lost / (lost + float(points["weight"].sum()))
        for reason, rows in left_out.groupby("reason", sort=False):
            n = len(rows)
            points_are = "1 demand point is" if n == 1 else f"{n:,} demand points are"
            self.warnings.append(f"{points_are} left out: {reason}")
        self.warnings.append(f"what is left out carries {100 * share:.1f} % of the weight")

    def _served(
        self,
        network: RoadNetwork,
        points: Placed,
        sites: Placed,
        plants: Placed | None,
        travel: NDArray[np.float64] | None,
        coverage: Coverage | None,
        asked: Asked,
    ) -> Served:
        between = onward = direct = None
        there = Asked(asked.measure, from_site=False, at=asked.at).options()
        if self.spec.model == "dispersion":
            table = travel_table(network, sites.at, sites.at, **there)
            between = np.minimum(table, table.T)
            np.fill_diagonal(between, 0.0)
        if plants is not None:
            onward = travel_table(network, sites.at, plants.at, **there)
            if self.spec.direct:
                direct = travel_table(network, points.at, plants.at, **there)
        of_plants = None if plants is None else plants.table
        return Served(
            points.table, sites.table, travel, coverage, between, onward, direct, of_plants
        )

    # ---- words

    def _include(self, error: InputError, table: str = "") -> None:
        """Note a fault of a step at the key that it is about."""
        word = error.place or error.message.partition(" ")[0].rstrip(":")
        path: KeyPath = (*self.path, table) if table else self.path
        parts = word.split(".")
        owner: BaseModel | None = getattr(self.spec, table) if table else self.spec
        known = owner is not None and parts[0] in type(owner).model_fields
        if error.file is not None or not known:
            if error.file is None and table:
                inner = "file" if table == "existing" else "source"
                self.faults.add((*path, inner), error.message, error.mend)
            else:
                self.faults.include(error, path)
            return
        message = error.message.removeprefix(f"{word}: ").removeprefix(f"{word} ")
        keys = tuple(int(part) if part.isdigit() else part for part in parts)
        self.faults.add((*path, *keys), message, error.mend)

    def _standard_remarks(self) -> None:
        named = self.given.standard
        standard = None if named is None else named_standard(named)
        if standard is not None and standard.confidence == "reported":
            self.warnings.append(
                f'standard "{standard.name}" ({standard.title}) is known second-hand only: '
                f"{standard.source}"
            )
