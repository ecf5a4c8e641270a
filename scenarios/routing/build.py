"""A [routes.NAME] table on its streets: what is to be swept, from where, and the problem to solve.

Depot and dump sites lie at their nearest junction among those from which one can get about and
back. Streets that were asked for and cannot be served are listed in `left_out` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.faults import did_you_mean
from scenarios.hours import moment_s
from scenarios.routing.builder import Builder
from scenarios.routing.fleet import kinds_of, plan_days
from scenarios.routing.jobs import terms_of
from scenarios.routing.known import check_words, note_no_street, read_restrictions
from scenarios.routing.question import Place, Question
from scenarios.routing.schema import OTHER, RoutesSpec, of_class
from scenarios.routing.service import services, times_a_week, with_kinds
from scenarios.streets import check_class

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from networks import RoadNetwork, TurnRules
    from optimize.routing.arcs.streets import Streets
    from scenarios.load import Scenario
    from scenarios.routing.fleet import Kind
    from scenarios.routing.service import Service

__all__ = ["Place", "RouteQuestion", "build_routes", "route_names"]

_REASONS = {
    "closed": "closed",
    "no way there": "no way there from the depot",
    "no way back": "no way back to the depot",
}
_OUTSIDE = "outside all shifts"
_NO_VEHICLE = "no vehicle for its class"


@dataclass(frozen=True, eq=False)
class RouteQuestion(Question):
    """One question for routes along streets, made ready.

    Parameters
    ----------
    required : bool[m]
        Edges that are to be swept, of a two-way street both.
    streets
        The problem, and the table that leads back to the streets.
    rules
        Banned turns, where the table asks for them to be obeyed.

    Others are those of `scenarios.routing.question.Question`; of `left_out` the columns are street,
    class, km, reason, edge, lon, lat and day.
    """

    spec: RoutesSpec
    required: NDArray[np.bool_]
    streets: Streets
    rules: TurnRules | None = None

    def pieces(self, task: int) -> tuple[str, ...]:
        """Give the names of the directed edges of a side."""
        return tuple(f"e{edge}" for edge in self.streets.task_edge[task].tolist() if edge >= 0)

    def label(self, task: int) -> str:
        """Name the street of a side."""
        from networks.direction_texts import plain_name

        network, edge = self.network, int(self.streets.task_edge[task, 0])
        return plain_name(network.names[network.name[edge]])

    def extent(self, tasks: list[int]) -> str:
        """Give the length of some sides."""
        km = float(self.network.length_m[self.streets.task_edge[tasks, 0]].sum()) / 1000.0
        return f"{km:.2f} km"

    def may_serve(self, kind: int, tasks: list[int]) -> bool:
        """Whether a kind of vehicle may sweep all of some sides."""
        problem = self.streets.problem
        return bool((problem.costs_of(problem.fleet[kind])[tasks].max(axis=1) >= 0).all())

    @property
    def lost(self) -> dict[str, str]:
        """Reason of what is left out, by edge as in `pieces`."""
        table = self.left_out
        names = (f"e{edge}" for edge in table["edge"].tolist())
        return dict(zip(names, table["reason"].tolist(), strict=True))

    @property
    def work(self) -> str:
        """Say how many kilometres there are to sweep."""
        return f"{self.task_km:,.1f} km"

    @property
    def task_km(self) -> float:
        """Kilometres to sweep, a street that is swept on each side counted twice."""
        return float(self.network.length_m[self.streets.task_edge[:, 0]].sum()) / 1000.0


def route_names(scenario: Scenario) -> tuple[str, ...]:
    """Name the questions for routes of a scenario."""
    return tuple(scenario.spec.routes)


def build_routes(
    scenario: Scenario, name: str, *, networks: dict[str, RoadNetwork] | None = None
) -> Question:
    """Make one question ready, of whatever job.

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
    known = {} if networks is None else networks
    if scenario.spec.routes[name].job == "collect":
        from scenarios.collection.build import build_collection

        return build_collection(scenario, name, known)
    return _Builder(scenario, name, known).question()


class _Builder(Builder):
    """Steps from a table to its problem."""

    spec: RoutesSpec

    def __init__(self, scenario: Scenario, name: str, networks: dict[str, RoadNetwork]) -> None:
        spec = scenario.spec.routes[name]
        assert isinstance(spec, RoutesSpec)  # noqa: S101 - chosen by its job
        super().__init__(scenario, name, networks)
        self.spec = spec
        self.rules: TurnRules | None = None

    def question(self) -> RouteQuestion:
        network = self._network()
        spec = self.spec
        kinds = kinds_of(spec)
        wanted = self._required(network)
        check_words(network, spec, self.path, self.faults)
        offered = services(network, spec, kinds, wanted, self.path, self.faults)
        kg_per_km = self._by_class(network, wanted, spec.amount_key)
        depots = tuple(
            self._place(
                network,
                place.name,
                place.lon,
                place.lat,
                *(("depot", number) if len(spec.depot) > 1 else ("depot",)),
            )
            for number, place in enumerate(spec.depot)
        )
        dumps = tuple(
            self._place(network, site.name, site.lon, site.lat, spec.sites_key, number)
            for number, site in enumerate(spec.sites)
        )
        self.faults.stop()
        can = np.logical_or.reduce([service.can for service in offered])
        streets = self._streets(network, wanted & can, kinds, offered, kg_per_km, depots, dumps)
        edges = streets.task_edge[:, 0]
        times = times_a_week(network, spec, edges, self.path, self.faults)
        self.faults.stop()
        left_out = _left_out(network, streets, _never(network, streets, spec, wanted & ~can), kinds)
        if len(left_out):
            self.warnings.append(
                f"{len(left_out)} street pieces of {left_out['km'].sum():.2f} km cannot be served; "
                "tables/left_out.parquet lists them"
            )
        return RouteQuestion(
            scenario=self.scenario,
            name=self.name,
            spec=spec,
            network=network,
            depots=depots,
            dumps=dumps,
            kinds=kinds,
            days=plan_days(spec),
            start_s=moment_s(spec.at),
            left_out=left_out,
            warnings=tuple(self.warnings),
            required=wanted,
            streets=streets,
            times=times,
            rules=self.rules,
        )

    def _streets(
        self,
        network: RoadNetwork,
        required: NDArray[np.bool_],
        kinds: tuple[Kind, ...],
        offered: tuple[Service, ...],
        kg_per_km: NDArray[np.float64],
        depots: tuple[Place, ...],
        dumps: tuple[Place, ...],
    ) -> Streets:
        from optimize.routing.arcs.streets import street_problem

        spec = self.spec
        if not required.any():
            self.faults.add(
                (*self.path, "window") if spec.window else self.path,
                f"no street can be {terms_of(spec).done}: all are outside all shifts, "
                "or for no vehicle",
                "look at leaves, shift_h and the windows",
            )
            self.faults.stop()
        seconds = np.array([service.seconds for service in offered])
        fastest = np.where(seconds < 0, np.iinfo(np.int64).max, seconds).min(axis=0)
        most = [kind.count for kind in kinds if kind.count is not None]
        turns = self._turns(network)
        try:
            streets = street_problem(
                network,
                required,
                depot=depots[kinds[0].depot].node,
                sweep_kmh=np.where(required, 3.6 * network.length_m / fastest, 1.0),
                kg_per_km=kg_per_km,
                capacity_kg=1000.0 * max(kind.capacity_t for kind in kinds),
                sides=spec.sides,
                facilities=np.array([place.node for place in dumps], dtype=np.int64),
                visit_s=60.0 * spec.visit_min,
                most_s=max(kind.shift_s for kind in kinds),
                vehicles=sum(most) if len(most) == len(kinds) else None,
                drive_kmh=spec.drive_kmh,
                period=network.period_at(moment_s(spec.at)),
                name=self.name,
                **turns,
            )
        except InputError as error:
            key = spec.holds_key if "hopper" in error.message else ""
            words = (error.message, error.mend)
            if key and spec.is_water:
                words = _too_small(network, required, kg_per_km, kinds)
            self.faults.add((*self.path, key) if key else self.path, *words)
            self.faults.stop()
            raise
        plain = len(kinds) == 1 and offered[0].windows is None and kinds[0].pause is None
        if plain and kinds[0].cost_s == 0:
            return streets
        nodes = tuple(depots[kind.depot].node for kind in kinds)
        return replace(streets, problem=with_kinds(streets, kinds, offered, nodes))

    def _turns(self, network: RoadNetwork) -> dict[str, Any]:
        """Give what the table says of turns, where it says something."""
        spec = self.spec
        found: dict[str, Any] = {}
        seconds = spec.turn_s.model_dump()
        if any(seconds.values()):
            found["turn_s"] = seconds
        if spec.u_turns != "allowed":
            found["u_turns"] = spec.u_turns
        if spec.restrictions:
            self.rules = read_restrictions(
                self.scenario, network, (*self.path, "restrictions"), self.faults
            )
            found["restrictions"] = self.rules
        return found

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
                note_no_street(network, name, (*self.path, key, number), self.faults)
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


def _too_small(
    network: RoadNetwork,
    required: NDArray[np.bool_],
    l_per_km: NDArray[np.float64],
    kinds: tuple[Kind, ...],
) -> tuple[str, str]:
    """Say of which street a single piece needs more water than the largest tank holds."""
    litres = np.where(required, network.length_m * l_per_km / 1000.0, 0.0)
    edge = int(np.argmax(litres))
    street = network.names[network.name[edge]] or "a street without a name"
    tank_l = 1000.0 * max(kind.capacity_t for kind in kinds)
    said = (
        f"{street} needs {litres[edge]:,.0f} l of water over {network.length_m[edge]:,.0f} m "
        f"between two junctions, more than the {tank_l:,.0f} l of the tank"
    )
    return said, "give a larger tank or less water"


def _never(
    network: RoadNetwork, streets: Streets, spec: RoutesSpec, lost: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Edges that no shift and no vehicle can serve; a street that is done in one go is one edge."""
    edges, twin = np.flatnonzero(lost), network.reverse
    if spec.sides == "each":
        return edges
    rank = np.arange(network.n_edges) + network.n_edges * (streets.drive_s < 0)  # open ones first
    other = twin[edges]
    return edges[(other < 0) | lost[other] & (rank[edges] < rank[other])]


def _left_out(
    network: RoadNetwork,
    streets: Streets,
    never: NDArray[np.int64],
    kinds: tuple[Kind, ...],
) -> pd.DataFrame:
    """List what was asked for and cannot be served, closed streets first."""
    import pandas as pd

    reasons = [(lost.edge, _REASONS[lost.reason]) for lost in streets.left_out]
    for edge in never.tolist():
        word = network.class_names[network.road_class[edge]]
        fit = any(kind.may_sweep(word) for kind in kinds)
        reasons.append((edge, _OUTSIDE if fit else _NO_VEHICLE))
    rows = [
        (
            network.names[network.name[edge]],
            network.class_names[network.road_class[edge]],
            float(network.length_m[edge]) / 1000.0,
            reason,
            edge,
            float(network.lon[network.tail[edge]]),
            float(network.lat[network.tail[edge]]),
            "",
        )
        for edge, reason in reasons
    ]
    columns = ["street", "class", "km", "reason", "edge", "lon", "lat", "day"]
    return pd.DataFrame(rows, columns=columns)
