"""A [waste] table on its streets: stands, facilities, haulers and roads for the simulation.

A stand is a row of the points of [collection] whose stream some routes collect. Facilities, depots
and sites lie at their nearest junctions, as far beyond the border of the streets as the table says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.durations import duration_s
from scenarios.faults import ScenarioError
from scenarios.misplaced import mend_for
from scenarios.planned import WholeDays
from scenarios.streets import read_streets
from scenarios.waste import coming
from scenarios.waste.document import collected_streams
from scenarios.waste.facilities import facilities, hauler_homes, haulers, outages
from scenarios.waste.roads import Places, build_roads, shut_streets, way_tables
from scenarios.waste.stands import stand_rows, stands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from scenarios.collection.points import Points
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.toml_lines import KeyPath
    from scenarios.waste.roads import Shut
    from scenarios.waste.schema import WasteSpec
    from scenarios.waste.stands import StandRows
    from sim.distributions import Distribution
    from sim.waste import (
        Deliveries,
        Facilities,
        Filling,
        Haulers,
        Orders,
        Outages,
        Roads,
        Rules,
        Stands,
    )

__all__ = ["BuiltWaste", "Site", "build_waste"]

_FAR_M = 100.0  # from a facility to its junction, beyond which it is told


@dataclass(frozen=True)
class Site:
    """A facility, a depot or a building site: its name, where it is, and its place of the roads."""

    name: str
    lon: float
    lat: float
    place: int


@dataclass(frozen=True, eq=False)
class BuiltWaste(WholeDays):
    """A scenario of waste made ready, all but its routes.

    Parameters
    ----------
    scenario, spec
        Where it comes from: [waste].
    network
        The streets as trucks drive them.
    points
        Of [collection].
    rows
        Which rows of the points are stands, and what they are.
    streams, kinds
        What the codes of the stands mean.
    areas
        Parts of the district with stands; the code after the last is of what lies in none.
    sites
        Facilities, then depots.
    building_sites
        That order.
    stands, facilities, haulers, roads, filling, orders, deliveries, outages, rules
        As the simulation takes them.
    repair_s
        How long a broken truck stands.
    warnings
        What looks odd.
    """

    scenario: Scenario
    spec: WasteSpec
    network: RoadNetwork
    points: Points
    rows: StandRows
    streams: tuple[str, ...]
    kinds: tuple[str, ...]
    areas: tuple[Any, ...]
    sites: tuple[Site, ...]
    building_sites: tuple[Site, ...]
    stands: Stands
    facilities: Facilities
    haulers: Haulers | None
    roads: Roads
    filling: Filling
    orders: Orders | None
    deliveries: Deliveries | None
    outages: Outages
    rules: Rules
    repair_s: Distribution
    warnings: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Names of facilities and depots, by number."""
        return [site.name for site in self.sites]


def build_waste(scenario: Scenario) -> BuiltWaste:
    """Read the streets and the points, and lay out all but the routes.

    Parameters
    ----------
    scenario
        Read and checked; its service is "waste".

    Raises
    ------
    ScenarioError
        With every fault that the streets, files and places show.
    """
    builder = _Builder(scenario)
    try:
        return builder.built()
    except ScenarioError:
        raise
    except InputError as error:
        builder.faults.include(error, ("waste",))
        builder.faults.stop()
        raise


class _Builder:
    """Steps from the table to the tables of the simulation; faults are gathered."""

    def __init__(self, scenario: Scenario) -> None:
        spec = scenario.spec.waste
        assert spec is not None  # noqa: S101 - refused by the rules
        assert scenario.spec.network is not None  # noqa: S101 - refused by the rules
        self.scenario, self.spec = scenario, spec
        self.head = scenario.spec.scenario
        self.faults: FaultList = scenario.faults()
        self.warnings: list[str] = []
        self.streets = scenario.spec.network.model_copy(update={"mode": self._mode()})
        self.network = read_streets(self.streets, self.faults)
        self.places = Places()
        self.drive_kmh = self._one_drive_kmh()

    def _mode(self) -> str:
        """Mode of the streets: that of the routes, which must be one."""
        spec = self.scenario.spec
        assert spec.network is not None  # noqa: S101 - see above
        modes = {spec.routes[name].mode or spec.network.mode for name in self.spec.routes}
        if len(modes) > 1:
            self.faults.add(
                ("waste", "routes"),
                f"are driven on the streets of {' and of '.join(sorted(modes))}",
                "give all of them one mode",
            )
        return min(modes)

    def _one_drive_kmh(self) -> float | None:
        """Fastest that trucks drive, which must be one: all share their ways."""
        routes = self.scenario.spec.routes
        fastest = {routes[name].drive_kmh for name in self.spec.routes}
        if len(fastest) > 1:
            told = [
                "as the streets allow" if kmh is None else f"at {kmh:g} km/h at most"
                for kmh in sorted(fastest, key=lambda kmh: kmh or np.inf)
            ]
            self.faults.add(
                ("waste", "routes"),
                f"are driven {' and '.join(told)}",
                "give all of them one drive_kmh",
            )
        return max(fastest, key=lambda kmh: kmh or np.inf)

    def built(self) -> BuiltWaste:
        from scenarios.areas import build_areas
        from scenarios.collection.points import read_points
        from sim.waste import Rules

        spec, faults = self.spec, self.faults
        shut, told = shut_streets(self.network, self.streets, spec, faults)
        self.warnings += told
        assert self.scenario.spec.collection is not None  # noqa: S101 - refused by the rules
        points = read_points(self.scenario.spec.collection, self.network, faults)
        streams = self._streams()
        rows = stand_rows(self.scenario, points, faults)
        self.warnings += rows.warnings
        sites, building = self._sites(), self._building_sites()
        names = [site.name for site in sites]
        homes = hauler_homes(spec, names, faults)
        areas = build_areas(self.scenario.spec, self.network, faults) or ()
        faults.stop()
        network, node = _split(self.network, points, rows, self.streets.max_snap_m)
        shut = _split_shut(shut, network.origin)
        rows, at = self._reached(network.network, rows, node, sites, building, shut)
        faults.stop()
        table, kinds, known = stands(self.scenario, points, rows, streams, areas, at)
        named = self.scenario.spec.hour_profile
        ordered = coming.orders(
            spec, streams=streams, sites=[site.place for site in building],
            place_of=self._place_of, named=named, faults=faults,
            is_reached=lambda places: self._is_reached(network.network, places, sites, shut),
        )  # fmt: skip
        record = coming.recorded(spec, table, round(self.head.horizon_h / 24.0), faults)
        faults.stop()
        roads = build_roads(network.network, self.places, shut, self.drive_kmh)
        depots = names[len(spec.facility) :]
        place = np.array([site.place for site in sites], dtype=np.int64)
        return BuiltWaste(
            scenario=self.scenario,
            spec=spec,
            network=self.network,
            points=points,
            rows=rows,
            streams=streams,
            kinds=kinds,
            areas=known,
            sites=tuple(sites),
            building_sites=tuple(building),
            stands=table,
            facilities=facilities(spec, streams, depots, place),
            haulers=haulers(spec, names, homes),
            roads=roads,
            filling=record
            if record is not None
            else coming.filling(
                spec,
                litres_day=rows.litres_day,
                kind=table.kind,
                stream=table.stream,
                key=rows.row * 64 + table.stream,
                factors=coming.profile_rows(spec, kinds, named),
                streams=streams,
                days=round(self.head.horizon_h / 24.0),
            ),
            orders=ordered,
            deliveries=coming.deliveries(spec, streams, names, named),
            outages=outages(spec, names, self.head),
            rules=Rules(60.0 * spec.overtime_min, spec.carry_over, spec.empty_home),
            repair_s=duration_s(spec.repair_min),
            warnings=tuple(self.warnings),
        )

    def _streams(self) -> tuple[str, ...]:
        """Streams that are collected, ordered or delivered, in the order of [collection]."""
        from scenarios.collection.points import streams_of

        spec = self.scenario.spec
        assert spec.collection is not None  # noqa: S101 - refused by the rules
        known = list(streams_of(spec.collection))
        wanted = set()
        for name in self.spec.routes:
            wanted |= set(collected_streams(spec.routes[name].model_dump(), known))
        wanted |= {delivery.stream for delivery in self.spec.delivery}
        found = [name for name in known if name in wanted]
        if self.spec.orders is not None and self.spec.orders.stream not in found:
            found.append(self.spec.orders.stream)
        return tuple(found)

    # ---- where

    def _sites(self) -> list[Site]:
        """Facilities of the table, then depots of the routes that are none."""
        spec, routes = self.spec, self.scenario.spec.routes
        given: dict[str, tuple[float, float]] = {}
        depots: dict[str, tuple[KeyPath, float, float]] = {}
        for name in spec.routes:
            table: Any = routes[name]
            for key in ("facility", "depot"):
                places = getattr(table, key)
                for number, one in enumerate(places):
                    path: KeyPath = ("routes", name, key, number)
                    if key == "depot" and len(places) == 1:
                        path = path[:-1]
                    self._same_place(given, path, one.name, (one.lon, one.lat))
                    if key == "depot":
                        depots.setdefault(one.name, (path, one.lon, one.lat))
        found = []
        for number, facility in enumerate(spec.facility):
            path = ("waste", "facility", number)
            lon, lat = facility.lon, facility.lat
            if lon is None or lat is None:
                if facility.name not in given:
                    self.faults.add(
                        path,
                        f'it is not said where "{facility.name}" is',
                        "give lon and lat, or the name of a facility or depot of the routes",
                    )
                    found.append(Site(facility.name, 0.0, 0.0, 0))
                    continue
                lon, lat = given[facility.name]
            self._same_place(given, path, facility.name, (lon, lat))
            beyond = (60.0 * facility.beyond_min, 1000.0 * facility.beyond_km)
            found.append(self._site(facility.name, lon, lat, path, beyond))
        own = {facility.name for facility in spec.facility}
        return found + [
            self._site(name, lon, lat, path)
            for name, (path, lon, lat) in depots.items()
            if name not in own
        ]

    def _same_place(
        self,
        given: dict[str, tuple[float, float]],
        path: KeyPath,
        name: str,
        at: tuple[float, float],
    ) -> None:
        """Note where a name is, or that it is elsewhere, too."""
        known = given.setdefault(name, at)
        if known != at:
            self.faults.add(
                path,
                f'"{name}" is at {at[0]:.9g}, {at[1]:.9g}, and elsewhere at {known[0]:.9g}, '
                f"{known[1]:.9g}",
                "give it one lon and lat, or another name",
            )

    def _building_sites(self) -> list[Site]:
        return [
            self._site(site.name, site.lon, site.lat, ("waste", "site", number))
            for number, site in enumerate(self.spec.site)
        ]

    def _site(
        self,
        name: str,
        lon: float,
        lat: float,
        path: KeyPath,
        beyond: tuple[float, float] = (0.0, 0.0),
    ) -> Site:
        from optimize.routing.arcs.streets import nearest_node

        node, away = nearest_node(self.network, lon, lat)
        if away > self.streets.max_snap_m:
            far = f"{away:,.0f} m" if away < 10_000 else f"{away / 1000:,.0f} km"
            self.faults.add(
                path,
                f'"{name}" lies {far} from the nearest junction of the streets',
                mend_for(self.network, lon, lat, self.streets.max_snap_m),
            )
        elif away > _FAR_M:
            self.warnings.append(f'"{name}" lies {away:,.0f} m from its junction')
        return Site(name, lon, lat, self.places.add(int(node), *beyond))

    def _place_of(self, lon: float, lat: float) -> int:
        """Place of the orders of a file; -1 where no street is near."""
        from optimize.routing.arcs.streets import nearest_node

        node, away = nearest_node(self.network, lon, lat)
        return self.places.add(int(node)) if away <= self.streets.max_snap_m else -1

    def _home(self, sites: list[Site]) -> int:
        """Place from which one looks what can be reached: a depot, where there is one."""
        return sites[-1].place if len(sites) > len(self.spec.facility) else sites[0].place

    def _there_and_back(
        self, network: RoadNetwork, places: Places, home: int, shut: list[Shut]
    ) -> NDArray[np.bool_]:
        """Whether a truck gets from home to each place and back, at some hours."""
        _, seconds, _ = way_tables(network, places, shut, self.drive_kmh)
        ways = np.asarray(np.isfinite(seconds).any(axis=0))
        return np.asarray(ways[home] & ways[:, home])

    def _is_reached(
        self, network: RoadNetwork, places: list[int], sites: list[Site], shut: list[Shut]
    ) -> list[bool]:
        """Whether a truck gets to each place and back; no for -1."""
        trial = Places()
        home = trial.add(self.places.node[self._home(sites)])
        at = [trial.add(self.places.node[place]) if place >= 0 else -1 for place in places]
        both = self._there_and_back(network, trial, home, shut)
        return [place >= 0 and bool(both[place]) for place in at]

    def _reached(
        self,
        network: RoadNetwork,
        rows: StandRows,
        node: NDArray[np.int64],
        sites: list[Site],
        building: list[Site],
        shut: list[Shut],
    ) -> tuple[StandRows, NDArray[np.int64]]:
        """Leave out stands that no truck reaches, and note facilities and sites that none does.

        Returns
        -------
        StandRows, int64[b]
            Those that are left, and their places.
        """
        trial = Places()
        for own in zip(self.places.node, self.places.beyond_s, self.places.beyond_m, strict=True):
            trial.add(*own)
        at = np.array([trial.add(int(n)) if n >= 0 else -1 for n in node], dtype=np.int64)
        both = self._there_and_back(network, trial, self._home(sites), shut)
        given = len(self.spec.facility)
        keys: list[KeyPath] = [("waste", "facility", number) for number in range(given)]
        keys += [("waste", "routes")] * (len(sites) - given)
        keys += [("waste", "site", number) for number in range(len(building))]
        for key, site in zip(keys, [*sites, *building], strict=True):
            if not both[site.place]:
                self.faults.add(
                    key,
                    f'no truck gets from the depot to "{site.name}" and back at any hour',
                    "close or ban less, or move it",
                )
        kept = (at >= 0) & both[np.maximum(at, 0)]
        if not kept.any():
            self.faults.add(("waste", "routes"), "no truck gets to any point and back", "look at "
                            "closures and bans")  # fmt: skip
        elif not kept.all():
            self.warnings.append(f"{int((~kept).sum())} stands cannot be reached and are left out")
        place = [self.places.add(int(n)) for n in node[kept].tolist()]
        return rows.take(kept), np.array(place, dtype=np.int64)


def _split(
    network: RoadNetwork, points: Points, rows: StandRows, max_snap_m: float
) -> tuple[Any, NDArray[np.int64]]:
    """Cut the streets at the stands; hand back the streets, and the junction of each stand."""
    from networks.split import split_at

    at = network.snap(points.lon[rows.row], points.lat[rows.row], max_snap_m)
    split = split_at(network, at)
    return split, split.node


def _split_shut(shut: list[Shut], origin: NDArray[np.int64]) -> list[Shut]:
    """Streets that are shut, after they were cut."""
    from scenarios.waste.roads import Shut

    return [Shut(one.hours, one.edges[origin]) for one in shut]
