"""A [routes.NAME] table on its streets: what is to be swept, from where, and the problem to solve.

Depot and dump sites lie at their nearest junction among those from which one can get about and
back. Streets that were asked for and cannot be served are listed in `left_out` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.hours import moment_s
from scenarios.misplaced import mend_for
from scenarios.routing.schema import OTHER, of_class
from scenarios.streets import check_class, read_streets

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from optimize.routing.arcs.streets import Streets
    from scenarios.faults import FaultList
    from scenarios.load import Scenario
    from scenarios.routing.schema import RoutesSpec
    from scenarios.toml_lines import KeyPath

__all__ = ["Place", "RouteQuestion", "build_routes", "route_names"]

_REASONS = {
    "closed": "closed",
    "no way there": "no way there from the depot",
    "no way back": "no way back to the depot",
}


@dataclass(frozen=True)
class Place:
    """A depot or a dump site at its junction."""

    name: str
    lon: float
    lat: float
    node: int
    distance_m: float


@dataclass(frozen=True, eq=False)
class RouteQuestion:
    """One question for routes, made ready.

    Parameters
    ----------
    scenario, name, spec
        Where it comes from: [routes.NAME].
    network
        The streets.
    required : bool[m]
        Edges that are to be swept, of a two-way street both.
    streets
        The problem, and the table that leads back to the streets.
    depot, dumps
        At their junctions.
    start_s
        Second of the week at which routes leave.
    left_out
        street, class, km, reason, edge, lon, lat: what was asked for and cannot be served.
    warnings
        What looks odd.
    """

    scenario: Scenario
    name: str
    spec: RoutesSpec
    network: RoadNetwork
    required: NDArray[np.bool_]
    streets: Streets
    depot: Place
    dumps: tuple[Place, ...]
    start_s: float
    left_out: pd.DataFrame
    warnings: tuple[str, ...]

    @property
    def period(self) -> int:
        """Period of the week whose times hold."""
        return self.network.period_at(self.start_s)

    @property
    def task_km(self) -> float:
        """Kilometres to sweep, a street that is swept on each side counted twice."""
        return float(self.network.length_m[self.streets.task_edge[:, 0]].sum()) / 1000.0


def route_names(scenario: Scenario) -> tuple[str, ...]:
    """Name the questions for routes of a scenario."""
    return tuple(scenario.spec.routes)


def build_routes(
    scenario: Scenario, name: str, *, networks: dict[str, RoadNetwork] | None = None
) -> RouteQuestion:
    """Make one question ready.

    Parameters
    ----------
    scenario
        Read and checked.
    name
        Of [routes.NAME].
    networks
        Networks of this scenario that earlier questions read, by mode; what is read is added.

    Raises
    ------
    InputError
        If there is no such question.
    ScenarioError
        With every fault that streets and places show.
    """
    if name not in scenario.spec.routes:
        mend = did_you_mean(name, route_names(scenario), what="there are")
        if not scenario.spec.routes:
            mend = f"add a [routes.{name}] table (docs/cleaning.md)"
        raise InputError(f'there are no routes "{name}"', file=scenario.shown, mend=mend)
    return _Builder(scenario, name, {} if networks is None else networks).question()


class _Builder:
    """Steps from a table to its problem; faults are gathered as far as they do not block."""

    def __init__(self, scenario: Scenario, name: str, networks: dict[str, RoadNetwork]) -> None:
        self.scenario = scenario
        self.name = name
        self.spec = scenario.spec.routes[name]
        self.path: KeyPath = ("routes", name)
        self.faults: FaultList = scenario.faults()
        self.networks = networks
        self.warnings: list[str] = []

    def question(self) -> RouteQuestion:
        from optimize.routing.arcs.streets import street_problem

        network = self._network()
        required = self._required(network)
        sweep_kmh = self._by_class(network, required, "sweep_kmh")
        kg_per_km = self._by_class(network, required, "dirt_kg_per_km")
        spec = self.spec
        depot = self._place(network, spec.depot.name, spec.depot.lon, spec.depot.lat, "depot")
        dumps = tuple(
            self._place(network, dump.name, dump.lon, dump.lat, "dump", number)
            for number, dump in enumerate(spec.dump)
        )
        self.faults.stop()
        start_s = moment_s(spec.at)
        try:
            streets = street_problem(
                network,
                required,
                depot=depot.node,
                sweep_kmh=sweep_kmh,
                kg_per_km=kg_per_km,
                capacity_kg=1000.0 * spec.capacity_t,
                sides=spec.sides,
                facilities=np.array([place.node for place in dumps], dtype=np.int64),
                visit_s=60.0 * spec.dump_min,
                most_s=3600.0 * spec.shift_h,
                vehicles=spec.vehicles,
                drive_kmh=spec.drive_kmh,
                period=network.period_at(start_s),
                name=self.name,
            )
        except InputError as error:
            key = "capacity_t" if "hopper" in error.message else ""
            self.faults.add((*self.path, key) if key else self.path, error.message, error.mend)
            self.faults.stop()
            raise
        left_out = _left_out(network, streets)
        if len(left_out):
            self.warnings.append(
                f"{len(left_out)} street pieces of {left_out['km'].sum():.2f} km cannot be served; "
                "tables/left_out.parquet lists them"
            )
        return RouteQuestion(
            self.scenario, self.name, spec, network, required, streets, depot, dumps, start_s,
            left_out, tuple(self.warnings),
        )  # fmt: skip

    def _network(self) -> RoadNetwork:
        spec = self.scenario.spec.network
        assert spec is not None  # noqa: S101 - refused by the rules
        mode = self.spec.mode or spec.mode
        if mode not in self.networks:
            if mode != spec.mode:
                spec = spec.model_copy(update={"mode": mode})
            self.networks[mode] = read_streets(spec, self.faults)
            self.faults.stop()
        return self.networks[mode]

    # ---- which streets

    def _required(self, network: RoadNetwork) -> NDArray[np.bool_]:
        spec = self.spec
        for number, word in enumerate(spec.classes):
            check_class(word, network, (*self.path, "classes", number), self.faults)
        if spec.streets:
            required = self._named(network, "streets")
        elif not spec.classes:
            required = np.ones(network.n_edges, dtype=np.bool_)
        else:
            wanted = [
                network.class_names.index(w) for w in spec.classes if w in network.class_names
            ]
            required = np.isin(network.road_class, wanted)
        required &= ~self._named(network, "not_streets")
        required &= self._inside(network)
        twin = network.reverse
        required[twin[required & (twin >= 0)]] = True
        if not required.any() and not self.faults.faults:
            known = ", ".join(c for c in network.class_names if c)
            self.faults.add(
                (*self.path, "streets" if spec.streets else "classes"),
                "no street is chosen",
                f"these streets have the classes {known}",
            )
        return required

    def _named(self, network: RoadNetwork, key: str) -> NDArray[np.bool_]:
        chosen = np.zeros(network.n_edges, dtype=np.bool_)
        known = {name.lower(): code for code, name in enumerate(network.names) if name}
        for number, name in enumerate(getattr(self.spec, key)):
            code = known.get(name.strip().lower())
            if code is None:
                names = [n for n in network.names if n]
                mend = did_you_mean(name, names, quote='"')
                self.faults.add(
                    (*self.path, key, number),
                    f'no street is named "{name}"',
                    mend if mend.startswith("did") else "write it as the map does",
                )
                continue
            chosen |= network.name == code
        return chosen

    def _inside(self, network: RoadNetwork) -> NDArray[np.bool_]:
        """Edges whose middle lies in one of the areas that are named."""
        inside = np.ones(network.n_edges, dtype=np.bool_)
        if not self.spec.areas:
            return inside
        import shapely

        from scenarios.areas import build_areas

        areas = build_areas(self.scenario.spec, network, self.faults) or ()
        known = {area.name: area for area in areas}
        inside[:] = False
        lon = 0.5 * (network.lon[network.tail] + network.lon[network.head])
        lat = 0.5 * (network.lat[network.tail] + network.lat[network.head])
        for number, name in enumerate(self.spec.areas):
            path = (*self.path, "areas", number)
            if name not in known:
                self.faults.add(
                    path,
                    f'there is no area "{name}"',
                    did_you_mean(name, known, what="areas are", quote='"'),
                )
            elif known[name].geometry is None:
                self.faults.add(path, f'area "{name}" has no outline', "give it a radius_m")
            else:
                inside |= shapely.contains_xy(known[name].geometry, lon, lat)
        return inside

    def _by_class(
        self, network: RoadNetwork, required: NDArray[np.bool_], key: str
    ) -> NDArray[np.float64]:
        figure: Any = getattr(self.spec, key)
        if isinstance(figure, dict):
            for word in figure:
                if word != OTHER:
                    check_class(word, network, (*self.path, key, word), self.faults)
        by_class = np.ones(len(network.class_names))
        for code, word in enumerate(network.class_names):
            found = of_class(figure, word)
            if found is not None:
                by_class[code] = found
            elif (required & (network.road_class == code)).any():
                self.faults.add(
                    (*self.path, key),
                    f'has no figure for class "{word}"',
                    f"add it, or {OTHER} = ... for all the rest",
                )
        return by_class[network.road_class]

    # ---- where

    def _place(
        self, network: RoadNetwork, name: str, lon: float, lat: float, *keys: str | int
    ) -> Place:
        from optimize.routing.arcs.streets import nearest_node

        node, away = nearest_node(network, lon, lat)
        if away > self.spec.max_snap_m:
            far = f"{away:,.0f} m" if away < 10_000 else f"{away / 1000:,.0f} km"
            self.faults.add(
                (*self.path, *keys),
                f'"{name}" lies {far} from the nearest junction of the streets',
                mend_for(network, lon, lat, self.spec.max_snap_m),
            )
        return Place(name, lon, lat, node, away)


def _left_out(network: RoadNetwork, streets: Streets) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (
            network.names[network.name[lost.edge]],
            network.class_names[network.road_class[lost.edge]],
            float(network.length_m[lost.edge]) / 1000.0,
            _REASONS[lost.reason],
            lost.edge,
            float(network.lon[network.tail[lost.edge]]),
            float(network.lat[network.tail[lost.edge]]),
        )
        for lost in streets.left_out
    ]
    return pd.DataFrame(rows, columns=["street", "class", "km", "reason", "edge", "lon", "lat"])
