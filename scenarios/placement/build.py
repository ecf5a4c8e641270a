"""The steps from a [placement.NAME] table to a question; every fault is noted before it stops."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.areas import build_areas
from scenarios.misplaced import mend_for, record_looks_shifted
from scenarios.placement.candidates import (
    SiteRow,
    candidate_rows,
    existing_rows,
    given_rows,
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
)
from scenarios.placement.presets import PRESETS, named_standard, preset_of, resolved
from scenarios.placement.problem import (
    COVER_MODELS,
    Served,
    cover_share,
    make_problem,
    reach_limits,
    site_rules,
)
from scenarios.placement.question import Question
from scenarios.placement.rules import check_placement
from scenarios.placement.times import placement_network, travel_blocks, travel_table
from scenarios.streets import check_class, read_streets

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from networks import Positions, RoadNetwork
    from optimize.location import Coverage
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.placement.schema import PlacementSpec
    from scenarios.placement.times import Measure
    from scenarios.toml_lines import KeyPath
    from sim.dispatch.model import Area

__all__ = ["Builder"]

MOST_CELLS = 60_000_000
"""Numbers of a table of travel that is kept whole: 480 MB."""


@dataclass(frozen=True, eq=False)
class _Placed:
    """Rows with their positions on the streets."""

    table: pd.DataFrame
    at: Positions


class Builder:
    """Makes one question.

    Parameters
    ----------
    scenario, name, spec
        The scenario, the table's name and the table as it stands in the file.
    plan
        An edited plan file.
    """

    def __init__(
        self, scenario: Scenario, name: str, spec: PlacementSpec, plan: Path | None
    ) -> None:
        self.scenario = scenario
        self.name = name
        self.given = spec
        self.spec = resolved(name, spec)
        self.plan = plan
        self.faults: FaultList = scenario.faults()
        self.path: KeyPath = ("placement", name)
        self.warnings: list[str] = []
        self.preset = preset_of(name, spec.preset) or ""

    def question(self) -> Question:
        """Go through all steps."""
        check_placement(self.name, self.given, self.scenario.spec, self.faults)
        self.faults.stop()
        streets = self.scenario.spec.network
        if streets is None:
            self.faults.add(self.path, "a placement needs streets", "add [network]")
            self.faults.stop()
            raise AssertionError
        vehicles = None
        if streets.mode == self.spec.mode or self._needs_vehicles():
            vehicles = read_streets(streets, self.faults)
        network = placement_network(streets, self.spec, vehicles, self.faults)
        areas = build_areas(self.scenario.spec, vehicles or network, self.faults)
        self._check_classes(network)
        wanted = self._demand(network, areas or (), vehicles)
        rows = self._sites(network)
        self.faults.stop()
        assert wanted is not None  # noqa: S101 - a fault was noted, and stopped, where it is None
        points, left_out = self._place_points(network, wanted, areas or ())
        sites = self._place_sites(network, rows, areas or ())
        plants = self._place_plants(network)
        self.faults.stop()
        self._standard_remarks()
        return self._asked(network, areas or (), points, left_out, sites, plants)

    # ---- streets and areas

    def _needs_vehicles(self) -> bool:
        """Whether areas or incidents come from the vehicles' streets."""
        spec = self.scenario.spec
        made = not spec.area and (spec.areas is None or spec.areas.file is None)
        return made or self.spec.demand.source == "incidents"

    def _check_classes(self, network: RoadNetwork) -> None:
        demand, candidates = (*self.path, "demand"), (*self.path, "candidates")
        for word in (*self.spec.demand.street_weights, *self.spec.demand.classes):
            check_class(word, network, demand, self.faults)
        for word in (
            *self.spec.candidates.street_classes,
            *self.spec.candidates.not_street_classes,
        ):
            check_class(word, network, candidates, self.faults)
        for kind, classes in self.spec.street_kinds.items():
            for word in classes:
                check_class(word, network, (*self.path, "street_kinds", kind), self.faults)

    # ---- demand

    def _demand(
        self, network: RoadNetwork, areas: tuple[Area, ...], vehicles: RoadNetwork | None
    ) -> Wanted | None:
        spec = self.spec.demand
        path = (*self.path, "demand")
        try:
            if spec.source == "streets":
                wanted = street_demand(network, spec)
            elif spec.source == "areas":
                wanted, said = area_demand(network, areas, spec)
                self.warnings += said
            elif spec.source == "incidents":
                from scenarios.placement.incidents import incident_demand

                wanted = incident_demand(self.scenario, self.spec, vehicles, areas, self.faults)
            else:
                columns = [s.weight_column for s in self.spec.slot if s.weight_column is not None]
                wanted = file_demand(Path(spec.source), spec, columns)
        except InputError as error:
            key = "source" if error.place in {None, "source"} else ""
            self.faults.include(error, (*path, key) if key else path)
            return None
        if spec.total is not None:
            wanted = scaled(wanted, spec.total)
        return wanted

    def _place_points(
        self, network: RoadNetwork, wanted: Wanted, areas: tuple[Area, ...]
    ) -> tuple[_Placed, pd.DataFrame]:
        import pandas as pd

        from sim.dispatch.places import assign_areas

        spec = self.spec.demand
        self._shifted(network, wanted.lon, wanted.lat, "demand")
        if spec.grid_m is not None:
            by_kind = bool(self.spec.street_kinds)
            wanted = gathered(wanted, network, spec.grid_m, by_kind=by_kind)
        else:
            wanted = _weighty(wanted)
        at = network.snap(wanted.lon, wanted.lat, self._snap_m(spec.max_snap_m))
        x, y = network.projection.to_xy(wanted.lon, wanted.lat)
        names = list(wanted.name) if wanted.name else [""] * len(wanted.weight)
        classes = np.array([*network.class_names, ""], dtype=object)
        kind = wanted.kind if wanted.kind is not None else np.full(len(names), -1)
        table = pd.DataFrame(
            {
                "lon": wanted.lon,
                "lat": wanted.lat,
                "x": x,
                "y": y,
                "weight": wanted.weight,
                "area": assign_areas(areas, wanted.lon, wanted.lat),
                "edge": at.edge,
                "fraction": at.fraction,
                "name": names,
                "street_class": classes[kind.astype(np.int64)],
                "slot": "",
            }
        )
        if wanted.by_slot is not None:
            for k in range(wanted.by_slot.shape[1]):
                table[f"slot_{k}"] = wanted.by_slot[:, k]
        missed = at.edge < 0
        if missed.all():
            self._all_missed(network, wanted, at)
        left_out = _left_out(table[missed], f"no street within {at.max_distance_m:g} m")
        kept = np.flatnonzero(~missed)
        return _Placed(table.iloc[kept].reset_index(drop=True), at.take(kept)), left_out

    def _all_missed(self, network: RoadNetwork, wanted: Wanted, at: Positions) -> None:
        lon, lat = float(wanted.lon[0]), float(wanted.lat[0])
        self.faults.add(
            (*self.path, "demand", "source"),
            f"none of the {len(wanted.lon)} demand points lies near a street",
            mend_for(network, lon, lat, at.max_distance_m),
        )
        self.faults.stop()

    def _snap_m(self, own: float | None) -> float:
        streets = self.scenario.spec.network
        return own if own is not None else streets.max_snap_m if streets is not None else 500.0

    def _shifted(
        self, network: RoadNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64], what: str
    ) -> None:
        """Refuse places that are most likely written in a Chinese map's system."""
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
            self.faults.include(error, (*self.path, "existing"))
        try:
            made = candidate_rows(network, spec.candidates, places)
            made, said = without_zones([*given_rows(spec.site), *made], spec.candidates)
            rows += made
            self.warnings += said
        except InputError as error:
            where = (*self.path, "candidates")
            inside = error.place in spec.candidates.model_fields if error.place else False
            if error.file is None and inside:
                self.faults.add((*where, str(error.place)), error.message, error.mend)
            else:
                self.faults.include(error, where)
            return rows
        if not rows:
            self.faults.add(
                (*self.path, "candidates"), "there is no candidate", "name a source, or add sites"
            )
        return rows

    def _place_sites(
        self, network: RoadNetwork, rows: list[SiteRow], areas: tuple[Area, ...]
    ) -> _Placed:
        import pandas as pd

        from scenarios.placement.locks import locked
        from sim.dispatch.places import assign_areas

        rows, locks = locked(rows, self.plan)
        lon = np.array([row.lon for row in rows])
        lat = np.array([row.lat for row in rows])
        at = network.snap(lon, lat, self._snap_m(self.spec.candidates.max_snap_m))
        self._shifted(network, lon, lat, "candidates")
        missed = np.flatnonzero(at.edge < 0)
        must = [k for k in missed.tolist() if rows[k].state == "fixed"]
        for k in must[:3]:
            self.faults.add(
                (*self.path, "existing" if rows[k].kind == "existing" else "candidates"),
                f'"{rows[k].name}" must be open and lies {at.distance_m[k]:,.0f} m from the '
                "nearest street",
                mend_for(network, lon[k], lat[k], at.max_distance_m),
            )
        if len(missed) == len(rows):
            self.faults.add(
                (*self.path, "candidates", "source"),
                f"none of the {len(rows)} sites lies near a street",
                mend_for(network, float(lon[0]), float(lat[0]), at.max_distance_m),
            )
        self.faults.stop()
        if len(missed):
            self.warnings.append(
                f"{len(missed)} of {len(rows)} candidates lie farther than "
                f"{at.max_distance_m:g} m from every street and were taken out"
            )
        kept = np.flatnonzero(at.edge >= 0)
        rows = [rows[k] for k in kept.tolist()]
        at = at.take(kept)
        x, y = network.projection.to_xy(lon[kept], lat[kept])
        table = pd.DataFrame(
            {
                "site": np.arange(len(rows)),
                "name": [row.name for row in rows],
                "lon": lon[kept],
                "lat": lat[kept],
                "x": x,
                "y": y,
                "area": assign_areas(areas, lon[kept], lat[kept]),
                "kind": [row.kind for row in rows],
                "state": [row.state for row in rows],
                "lock": [locks[k] for k in kept.tolist()],
                "cost": _numbers([row.cost for row in rows]),
                "capacity": _numbers([row.capacity for row in rows]),
                "grid_kw": _numbers([row.grid_kw for row in rows]),
                "preference": [row.preference for row in rows],
                "largest_size": self._largest(rows),
                "edge": at.edge,
                "fraction": at.fraction,
                "slot": "",
            }
        )
        return _Placed(table, at)

    def _largest(self, rows: list[SiteRow]) -> list[int]:
        """Index of the largest size class that fits on each site."""
        names = [size.name for size in self.spec.size]
        found = []
        for row in rows:
            if row.size is not None and row.size not in names:
                from scenarios.faults import did_you_mean

                self.faults.include(
                    InputError(
                        f'there is no size "{row.size}"',
                        file=row.where or None,
                        mend=did_you_mean(row.size, names, what="sizes are", quote='"'),
                    ),
                    (*self.path, "candidates", "size_column"),
                )
                found.append(-1)
            else:
                found.append(names.index(row.size) if row.size is not None else len(names) - 1)
        return found

    def _place_plants(self, network: RoadNetwork) -> _Placed | None:
        import pandas as pd

        if not self.spec.plant:
            return None
        plants = self.spec.plant
        lon, lat = np.array([p.lon for p in plants]), np.array([p.lat for p in plants])
        at = network.snap(lon, lat, self._snap_m(None))
        for index, _, _, distance in at.missed:
            self.faults.add(
                (*self.path, "plant", index),
                f'"{plants[index].name}" lies {distance:,.0f} m from the nearest street',
                mend_for(network, float(lon[index]), float(lat[index]), at.max_distance_m),
            )
        x, y = network.projection.to_xy(lon, lat)
        table = pd.DataFrame(
            {
                "name": [p.name for p in plants],
                "lon": lon,
                "lat": lat,
                "x": x,
                "y": y,
                "capacity": [p.capacity for p in plants],
                "cost": [p.cost for p in plants],
            }
        )
        return _Placed(table, at)

    # ---- travel and the problem

    def _measure(self) -> Measure:
        spec = self.spec
        keys = ("within_m", "farthest_m", "decay_to_m", "penalty_m")
        in_metres = any(getattr(spec, key) is not None for key in keys)
        in_metres |= any(level.within_m is not None for level in spec.levels)
        in_minutes = any(
            getattr(spec, key.replace("_m", "_min")) is not None for key in keys
        ) or any(level.within_min is not None for level in spec.levels)
        if in_metres or (spec.model == "two-echelon" and not in_minutes):
            return "m"
        return "min"

    def _asked(
        self,
        network: RoadNetwork,
        areas: tuple[Area, ...],
        points: _Placed,
        left_out: pd.DataFrame,
        sites: _Placed,
        plants: _Placed | None,
    ) -> Question:
        import pandas as pd

        spec, measure = self.spec, self._measure()
        from_site = bool(self.preset) and PRESETS[self.preset].from_site
        asked = {"measure": measure, "from_site": from_site, "at": spec.at}
        travel, coverage = self._reach(network, points, sites, asked)
        keep, reasons = self._reachable(points.table, travel, coverage)
        if not keep.all():
            gone = [
                _left_out(points.table[reasons == reason], reason)
                for reason in dict.fromkeys(reasons[~keep].tolist())
            ]
            left_out = pd.concat([left_out, *gone], ignore_index=True)
            kept = np.flatnonzero(keep)
            points = _Placed(points.table.iloc[kept].reset_index(drop=True), points.at.take(kept))
            travel = None if travel is None else travel[kept]
            coverage = None if coverage is None else _rows_of(coverage, kept)
        if not len(points.table):
            self.faults.add(
                (*self.path, "demand"),
                f"none of the demand can be served: {left_out['reason'].iloc[0]}",
                "give other candidates, or a larger radius",
            )
            self.faults.stop()
        self._say_left_out(points.table, left_out)
        points.table.insert(0, "point", np.arange(len(points.table)))
        names = tuple(area.name for area in areas)
        served = self._served(network, points, sites, plants, travel, coverage, asked)
        try:
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

    def _include(self, error: InputError) -> None:
        """Note a fault of the whole at the key that it is about."""
        word = error.place or error.message.partition(" ")[0].rstrip(":")
        table, _, inner = word.partition(".")
        path = (*self.path, table, inner) if inner else (*self.path, word)
        known = word in self.spec.model_fields or table in self.spec.model_fields
        message = error.message.removeprefix(f"{word}: ").removeprefix(f"{word} ")
        if known and error.file is None:
            self.faults.add(path, message, error.mend)
        else:
            self.faults.include(error, self.path)

    def _reach(
        self, network: RoadNetwork, points: _Placed, sites: _Placed, asked: dict[str, Any]
    ) -> tuple[NDArray[np.float64] | None, Coverage | None]:
        """Travel, and who covers whom; travel alone is dropped where it would be too large."""
        from optimize.location import Coverage

        spec = self.spec
        limits = reach_limits(spec, asked["measure"])
        own = self._own_limits(points.table)
        decay = getattr(spec, f"decay_to_{asked['measure']}")
        farthest = getattr(spec, f"farthest_{asked['measure']}")
        cells = len(points.at) * len(sites.at)
        has_cover = bool(limits) or own is not None
        if cells <= MOST_CELLS:
            travel = travel_table(network, points.at, sites.at, **asked)
            if farthest is not None:
                travel[travel > farthest] = np.inf
            if not has_cover:
                return travel, None
            if len(limits) <= 1 and decay is None and own is None:
                return travel, Coverage.within(travel, limits[0][0])
            share = cover_share(travel, limits, decay, own)
            whole = bool(np.isin(share, (0.0, 1.0)).all())
            if whole:
                return travel, Coverage.within(1.0 - share, 0.0)
            return travel, Coverage.decaying(share, lambda block: block)
        if spec.model not in COVER_MODELS or not has_cover or len(limits) > 1 or decay is not None:
            self.faults.add(
                (*self.path, "demand", "grid_m"),
                f"{len(points.at):,} demand points and {len(sites.at):,} candidates make a table "
                f"of {cells * 8 / 1e9:.1f} GB",
                "gather the demand in larger squares, or ask for a plain cover within a radius",
            )
            self.faults.stop()
        return None, self._cover_in_blocks(network, points, sites, asked, limits, own)

    def _cover_in_blocks(
        self,
        network: RoadNetwork,
        points: _Placed,
        sites: _Placed,
        asked: dict[str, Any],
        limits: list[tuple[float, float]],
        own: NDArray[np.float64] | None,
    ) -> Coverage:
        from optimize.location import Coverage

        blocks = travel_blocks(network, points.at, sites.at, **asked)
        if own is None:
            return Coverage.from_blocks(blocks, limits[0][0])
        last = np.where(np.isnan(own), limits[0][0] if limits else 0.0, own)

        def scaled_blocks() -> Any:  # noqa: ANN401 - a generator of blocks
            row = 0
            for block in blocks:
                yield block / last[row : row + len(block), None]
                row += len(block)

        return Coverage.from_blocks(scaled_blocks(), 1.0)

    def _own_limits(self, points: pd.DataFrame) -> NDArray[np.float64] | None:
        """Half the spacing of its street's kind, for a point on a street that has one; metres."""
        kinds, spacing = self.spec.street_kinds, self.spec.kind_spacing_m
        if not kinds:
            return None
        by_class = {
            word: spacing[kind] / 2.0
            for kind, words in kinds.items()
            if kind in spacing
            for word in words
        }
        return np.array(
            [by_class.get(word, np.nan) for word in points["street_class"]], dtype=np.float64
        )

    def _reachable(
        self,
        points: pd.DataFrame,
        travel: NDArray[np.float64] | None,
        coverage: Coverage | None,
    ) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
        """Which points the model can serve, and why it cannot serve the others."""
        spec = self.spec
        keep = np.ones(len(points), dtype=np.bool_)
        reasons = np.full(len(points), "", dtype=object)
        if spec.model == "set-cover" and coverage is not None:
            few = np.diff(coverage.indptr) < spec.backup
            keep &= ~few
            need = "no candidate" if spec.backup == 1 else f"fewer than {spec.backup} candidates"
            reasons[few] = f"{need} within {self._radius_words()}"
        elif travel is not None and spec.model not in COVER_MODELS and spec.model != "dispersion":
            farthest = spec.farthest_m or spec.farthest_min
            there = np.isfinite(travel)
            lost = ~(there.all(axis=1) if spec.model == "reliable-median" else there.any(axis=1))
            if spec.model == "two-echelon" and spec.direct:
                lost[:] = False
            keep &= ~lost
            words = "no candidate can be reached"
            if spec.model == "reliable-median":
                words = "not every candidate can be reached"
            elif farthest is not None:
                words = f"no candidate within {farthest:g} {'m' if spec.farthest_m else 'min'}"
            reasons[lost] = words
        return keep, reasons

    def _radius_words(self) -> str:
        limits_m, limits_min = reach_limits(self.spec, "m"), reach_limits(self.spec, "min")
        if limits_m:
            return f"{limits_m[-1][0]:g} m"
        return f"{limits_min[-1][0]:g} min" if limits_min else "its radius"

    def _say_left_out(self, points: pd.DataFrame, left_out: pd.DataFrame) -> None:
        if not len(left_out):
            return
        lost = float(left_out["weight"].sum())
        share = lost / (lost + float(points["weight"].sum()))
        for reason, rows in left_out.groupby("reason", sort=False):
            self.warnings.append(f"{len(rows)} demand points are left out: {reason}")
        self.warnings.append(f"what is left out carries {100 * share:.1f} % of the weight")

    def _served(
        self,
        network: RoadNetwork,
        points: _Placed,
        sites: _Placed,
        plants: _Placed | None,
        travel: NDArray[np.float64] | None,
        coverage: Coverage | None,
        asked: dict[str, Any],
    ) -> Served:
        between = onward = direct = None
        there = {**asked, "from_site": False}
        if self.spec.model == "dispersion":
            table = travel_table(network, sites.at, sites.at, **there)
            between = np.minimum(table, table.T)
            np.fill_diagonal(between, 0.0)
        if plants is not None:
            onward = travel_table(network, sites.at, plants.at, **there)
            if self.spec.direct:
                direct = travel_table(network, points.at, plants.at, **there)
        table_of_plants = None if plants is None else plants.table
        return Served(
            points.table, sites.table, travel, coverage, between, onward, direct, table_of_plants
        )

    def _standard_remarks(self) -> None:
        if self.given.standard is None:
            return
        standard = named_standard(self.given.standard)
        if standard is not None and standard.confidence == "reported":
            self.warnings.append(
                f'standard "{standard.name}" ({standard.title}) is known second-hand only: '
                f"{standard.source}"
            )


def _weighty(wanted: Wanted) -> Wanted:
    """Leave out points without weight: there is nobody."""
    keep = wanted.weight > 0
    if keep.all():
        return wanted
    return Wanted(
        wanted.lon[keep],
        wanted.lat[keep],
        wanted.weight[keep],
        tuple(name for name, kept in zip(wanted.name, keep, strict=False) if kept),
        None if wanted.kind is None else wanted.kind[keep],
        None if wanted.by_slot is None else wanted.by_slot[keep],
    )


def _left_out(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    table = rows[["lon", "lat", "weight", "name"]].reset_index(drop=True)
    table["reason"] = reason
    return table


def _numbers(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _rows_of(coverage: Coverage, rows: NDArray[np.int64]) -> Coverage:
    """Coverage of some of the points."""
    from optimize.location import Coverage

    count = np.diff(coverage.indptr)
    keep = np.zeros(coverage.n_points, dtype=np.bool_)
    keep[rows] = True
    entries = np.repeat(keep, count)
    indptr = np.concatenate([[0], np.cumsum(count[rows])]).astype(np.int64)
    share = None if coverage.share is None else coverage.share[entries]
    return Coverage(indptr, coverage.site[entries], coverage.n_sites, share)
