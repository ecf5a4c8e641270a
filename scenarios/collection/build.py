"""A [routes.NAME] table with job = "collect" on its streets: which points, from where, by what.

Each point lies at a junction of its own, made where it is nearest to a street that is open to the
trucks; on the classes that `kerb` names it is met only by those who drive on its side. Points that
were asked for and cannot be served are listed in `left_out` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenarios.collection.fleet import trucks_of
from scenarios.collection.points import KINDS, read_points
from scenarios.collection.problem import Served, node_problem, unit_of_cost, unserved
from scenarios.collection.ways import Ways
from scenarios.faults import did_you_mean
from scenarios.hours import moment_s
from scenarios.misplaced import looks_shifted, mend_for, unmoved_remark
from scenarios.routing.builder import Builder
from scenarios.routing.fleet import plan_days
from scenarios.routing.question import Question
from scenarios.routing.schema import OTHER
from scenarios.streets import check_class

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from networks import Positions, RoadNetwork
    from optimize.routing.nodes.problem import NodeProblem
    from scenarios.collection.fleet import Truck
    from scenarios.collection.points import Points
    from scenarios.collection.schema import CollectionSpec, CollectSpec
    from scenarios.load import Scenario

__all__ = ["CollectQuestion", "build_collection"]

_MOST_POINTS = 6_000  # each pair has a way of its own: a matrix of these is 0.3 GB


@dataclass(frozen=True, eq=False)
class CollectQuestion(Question):
    """One question for routes of collection, made ready.

    Parameters
    ----------
    points
        All points of the scenario, those of other streams, too.
    rows : int64[t]
        Row among the points of each stop.
    node : int64[k]
        Junction of each point; -1 where nobody asked for it, or it is left out.
    problem
        Stops are tasks; its first places are those of `nodes`.
    nodes : int64[n]
        Junctions of the problem's places.
    ways
        That lead back to the streets.
    n_junctions
        Of the streets before they were cut; those that follow were made for points.

    Others are those of `scenarios.routing.question.Question`; of `left_out` the columns are point,
    stream, kg, reason, row, lon, lat and day.
    """

    spec: CollectSpec
    kinds: tuple[Truck, ...]
    points: Points
    rows: NDArray[np.int64]
    node: NDArray[np.int64]
    problem: NodeProblem
    nodes: NDArray[np.int64]
    ways: Ways
    n_junctions: int

    def pieces(self, task: int) -> tuple[str, ...]:
        """Give the name of the point of a stop."""
        return (point_name(int(self.rows[task])),)

    def label(self, task: int) -> str:
        """Name a point."""
        return self.points.name[int(self.rows[task])]

    def extent(self, tasks: list[int]) -> str:
        """Say how much lies at some points."""
        return f"{float(self.problem.amount[tasks, 0].sum()) / 1000.0:,.0f} kg"

    def may_serve(self, kind: int, tasks: list[int]) -> bool:
        """Whether a kind of truck may collect all of some points."""
        return bool(self.problem.stops_of(self.problem.kinds[kind])[tasks].all())

    @property
    def work(self) -> str:
        """Say how many tonnes there are to collect."""
        return f"{float(self.problem.amount[:, 0].sum()) / 1e6:,.2f} t"

    @property
    def lost(self) -> dict[str, str]:
        """Reason of what is left out, by point."""
        table = self.left_out
        names = (point_name(row) for row in table["row"].tolist())
        return dict(zip(names, table["reason"].tolist(), strict=True))

    @property
    def unit(self) -> int:
        """Units of the problem's costs in a second."""
        return unit_of_cost(self.spec, self.kinds)

    @cached_property
    def task_of(self) -> dict[str, int]:
        """Stop of each point that can be served, by its name in plans."""
        return {point_name(row): task for task, row in enumerate(self.rows.tolist())}


def point_name(row: int) -> str:
    """Name a point by its row so that no spreadsheet takes it for a number.

    Examples
    --------
    >>> point_name(0)
    'p1'
    """
    return f"p{row + 1}"


def build_collection(
    scenario: Scenario, name: str, networks: dict[str, RoadNetwork]
) -> CollectQuestion:
    """Make one question ready.

    Parameters
    ----------
    scenario
        Read and checked.
    name
        Of [routes.NAME], whose job is to collect.
    networks
        Networks of this scenario that earlier questions read, by mode; what is read is added.

    Raises
    ------
    ScenarioError
        With every fault that points, streets and places show.
    """
    return _Builder(scenario, name, networks).question()


class _Builder(Builder):
    """Steps from a table to its problem."""

    spec: CollectSpec

    def __init__(self, scenario: Scenario, name: str, networks: dict[str, RoadNetwork]) -> None:
        from scenarios.collection.schema import CollectSpec

        spec = scenario.spec.routes[name]
        assert isinstance(spec, CollectSpec)  # noqa: S101 - chosen by its job
        super().__init__(scenario, name, networks)
        self.spec = spec

    def question(self) -> CollectQuestion:
        collection = self.scenario.spec.collection
        assert collection is not None  # noqa: S101 - refused by the rules
        whole, trucks = self._network(), trucks_of(self.spec)
        for number, word in enumerate(self.spec.kerb):
            check_class(word, whole, (*self.path, "kerb", number), self.faults)
        points = read_points(collection, whole, self.faults)
        asked = self._asked(points)
        depots = tuple(
            self._place(whole, one.name, one.lon, one.lat, "depot", *self._number(k))
            for k, one in enumerate(self.spec.depot)
        )
        dumps = tuple(
            self._place(whole, one.name, one.lon, one.lat, "facility", k)
            for k, one in enumerate(self.spec.facility)
        )
        self.faults.stop()
        network, node = self._split(whole, collection, points, asked)
        self.faults.stop()
        ways = Ways(network, network.period_at(moment_s(self.spec.at)), self.spec.drive_kmh)
        times = self._times(points, asked)
        served = Served(self.spec, trucks, points, asked, node, depots, dumps, ways, times)
        self._check_volumes(served)
        self._check_facilities(served)
        rows, left_out = unserved(served)
        if not len(rows):
            self.faults.add(
                self.path, "no point can be collected",
                _first_reason(left_out),
            )  # fmt: skip
            self.faults.stop()
        if len(left_out):
            self.warnings.append(
                f"{len(left_out)} points of {left_out['kg'].sum():,.0f} kg cannot be served; "
                "tables/left_out.parquet lists them"
            )
        if points.is_assumed:
            self.warnings.append(
                f"the points are assumed: one every {collection.every_m:g} m of street"
            )
        problem, nodes = node_problem(served, rows, self.name)
        return CollectQuestion(
            scenario=self.scenario,
            name=self.name,
            spec=self.spec,
            network=network,
            depots=depots,
            dumps=dumps,
            kinds=trucks,
            times=times[rows],
            days=plan_days(self.spec),
            start_s=moment_s(self.spec.at),
            left_out=left_out,
            warnings=tuple(self.warnings),
            points=points,
            rows=rows,
            node=node,
            problem=problem,
            nodes=nodes,
            ways=ways,
            n_junctions=whole.n_nodes,
        )

    def _number(self, k: int) -> tuple[int, ...]:
        return (k,) if len(self.spec.depot) > 1 else ()

    def _asked(self, points: Points) -> NDArray[np.int64]:
        """Rows of the points that the table asks for."""
        spec, found = self.spec, sorted(set(points.stream))
        kinds = sorted(set(points.kind))
        for key, words, known in (("stream", spec.stream, found), ("kinds", spec.kinds, kinds)):
            for number, word in enumerate(words):
                if word not in known:
                    what = "points of stream" if key == "stream" else "points of kind"
                    mend = did_you_mean(word, known, what="there are", quote='"')
                    said = f'there are no {what} "{word}"'
                    self.faults.add((*self.path, key, number), said, mend)
        chosen = [
            row
            for row, (stream, kind) in enumerate(zip(points.stream, points.kind, strict=True))
            if (not spec.stream or stream in spec.stream) and (not spec.kinds or kind in spec.kinds)
        ]
        if not chosen:
            self.faults.add(
                self.path, "no point is asked for", "look at stream, kinds and kg_day_per_km"
            )
            self.faults.stop()
        if len(chosen) > _MOST_POINTS:
            self.faults.add(
                self.path, f"asks for {len(chosen):,} points, more than {_MOST_POINTS:,}",
                "ask for one stream, or for fewer points, at a time",
            )  # fmt: skip
        return np.array(chosen, dtype=np.int64)

    def _times(self, points: Points, asked: NDArray[np.int64]) -> NDArray[np.int64]:
        """How often each point is collected in the days of the plan: by itself, kind or stream."""
        spec = self.spec
        times = np.ones(len(points), dtype=np.int64)
        if not spec.is_week:
            return times
        days = len(plan_days(spec))
        figure = 1 if spec.frequency is None else spec.frequency
        if isinstance(figure, dict):
            self._known_words(points, figure)
        for row in asked.tolist():
            own = int(points.frequency[row])
            word = f"{points.kind[row]} or {points.stream[row]}"
            if own == 0 and isinstance(figure, dict):
                keys = (points.kind[row], points.stream[row], OTHER)
                own = next((int(figure[key]) for key in keys if key in figure), 0)
            elif own == 0:
                own = int(figure)
            if own == 0:
                self.faults.add(
                    (*self.path, "frequency"), f"has no figure for {word}",
                    f"add one, or {OTHER} = ... for all the rest",
                )  # fmt: skip
            elif own > days:
                self.faults.add(
                    (*self.path, "days"),
                    f"names {days}, and {points.where[row]} asks for {own} times a week",
                    "add days, or ask for fewer times",
                )
            elif not np.isnan(points.prize[row]):
                self.faults.add(
                    self.path, f"is a plan of several days, and {points.where[row]} has a prize",
                    "leave prizes out: what is not collected would gather for ever",
                )  # fmt: skip
            times[row] = max(1, own)
            if self.faults.faults:
                break
        self.faults.stop()
        return times

    def _known_words(self, points: Points, figure: dict[str, int]) -> None:
        """Note words of `frequency` that are no kind of point and no stream."""
        known = sorted({*points.kind, *points.stream, *KINDS, OTHER})
        for word in figure:
            if word not in known:
                mend = did_you_mean(word, known, what="there are", quote='"')
                said = f'there is no kind of point or stream "{word}"'
                self.faults.add((*self.path, "frequency", word), said, mend)
        self.faults.stop()

    # ---- where

    def _split(
        self,
        network: RoadNetwork,
        collection: CollectionSpec,
        points: Points,
        asked: NDArray[np.int64],
    ) -> tuple[RoadNetwork, NDArray[np.int64]]:
        """Cut the streets where points lie; junction of each point that is asked for, else -1."""
        from networks.split import split_at

        lon, lat = points.lon[asked], points.lat[asked]
        places = network.snap(lon, lat, self.spec.max_snap_m)
        self._too_far(network, points, asked, places)
        shifted = looks_shifted(network, lon.tolist(), lat.tolist())
        remark = unmoved_remark(network, [collection.crs])
        if shifted is not None:
            self.warnings.append(
                f"the points look like {shifted.upper()} coordinates; "
                f'if they are, set [collection] crs = "{shifted}"'
            )
        elif remark:
            self.warnings.append(remark)
        places, own_side = self._on_their_side(network, lon, lat, places)
        split = split_at(network, places, own_side)
        node = np.full(len(points), -1, dtype=np.int64)
        node[asked] = split.node
        return split.network, node

    def _too_far(
        self, network: RoadNetwork, points: Points, asked: NDArray[np.int64], places: Positions
    ) -> None:
        missed = places.missed
        for index, lon, lat, metres in missed[:1]:
            row = int(asked[index])
            more = f", and {len(missed) - 1} more points lie as far" if len(missed) > 1 else ""
            far = f"{metres:,.0f} m" if metres < 10_000 else f"{metres / 1000:,.0f} km"
            self.faults.add(
                ("collection", "points"),
                f"{points.where[row]}: {points.name[row]} lies {far} from the nearest street{more}",
                mend_for(network, lon, lat, self.spec.max_snap_m),
            )

    def _on_their_side(
        self,
        network: RoadNetwork,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        places: Positions,
    ) -> tuple[Positions, NDArray[np.bool_]]:
        """Put points of streets with a kerb on the direction that passes on their side."""
        edge = places.edge
        word = [network.class_names[code] for code in network.road_class[edge]]
        own = np.array([w in self.spec.kerb for w in word], dtype=np.bool_) & (edge >= 0)
        if not own.any():
            return places, own
        x, y = network.projection.to_xy(lon, lat)
        at_x, at_y = network.projection.to_xy(places.lon, places.lat)
        turned = edge.copy()
        fraction = places.fraction.copy()
        for k in np.flatnonzero(own & (network.reverse[edge] >= 0)).tolist():
            dx, dy = _course(network, int(edge[k]), float(fraction[k]))
            left_of = dx * (y[k] - at_y[k]) - dy * (x[k] - at_x[k]) > 0.0
            back = int(network.reverse[edge[k]])
            if left_of == (self.spec.traffic == "right") and np.isfinite(network.time_s[back]):
                turned[k], fraction[k] = back, 1.0 - fraction[k]
        return replace(places, edge=turned, fraction=fraction), own

    def _check_volumes(self, served: Served) -> None:
        """Refuse volumes of trucks where it is not known what room the waste takes."""
        unknown = [row for row in served.asked.tolist() if np.isnan(served.points.litres[row])]
        if served.has_volume and unknown:
            row = unknown[0]
            self.faults.add(
                (*self.path, "volume_m3"),
                f"counts litres, and {served.points.name[row]} ({served.points.where[row]}) says "
                "none",
                "give [[collection.stream]] density_kg_l, or l_day beside kg_day",
            )
            self.faults.stop()

    def _check_facilities(self, served: Served) -> None:
        """Refuse facilities without a way there and back from any depot."""
        for number, place in enumerate(served.dumps):
            there, back = served.reach(place.node)
            if not (there and back):
                self.faults.add(
                    (*self.path, "facility", number),
                    f"there is no way {'back ' if there else ''}"
                    f'{"from" if there else "to"} "{place.name}"',
                    "move it, or look at the closures and the mode of the trucks",
                )
        self.faults.stop()


def _course(network: RoadNetwork, edge: int, share: float) -> tuple[float, float]:
    """Direction of an edge at a share of its length."""
    span = slice(int(network.shape_ptr[edge]), int(network.shape_ptr[edge + 1]))
    x, y = network.shape_xy[0][span], network.shape_xy[1][span]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    piece = int(np.clip(np.searchsorted(along, share * along[-1], side="right"), 1, len(x) - 1))
    return float(x[piece] - x[piece - 1]), float(y[piece] - y[piece - 1])


def _first_reason(left_out: pd.DataFrame) -> str:
    """Say why the first point is left out."""
    point, reason = (left_out[key].iloc[0] for key in ("point", "reason"))
    return f"the first, {point}, is left out: {reason}"
