"""Which kind of vehicle may sweep which street, how long it takes, and when it may begin.

By edge, for all edges that are asked for: the words of the table (classes, names, clock times) in
whole seconds since each kind leaves, as `optimize.routing.arcs.problem.VehicleKind` takes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scenarios.routing.schema import OTHER, of_class
from scenarios.routing.windows import open_spans, openings_since, windows_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from networks import RoadNetwork
    from optimize.routing.arcs.problem import ArcProblem
    from optimize.routing.arcs.streets import Streets
    from scenarios.faults import FaultList
    from scenarios.routing.fleet import Kind
    from scenarios.routing.schema import RoutesSpec
    from scenarios.toml_lines import KeyPath

__all__ = ["Service", "services", "times_a_week", "with_kinds"]

MOST_OPENINGS = 2


@dataclass(frozen=True, eq=False)
class Service:
    """What one kind of vehicle can do on each edge.

    Parameters
    ----------
    seconds : int64[m]
        Of sweeping it; -1 where the kind may not sweep streets of that class.
    windows : int64[m, 4], optional
        The sweeping may begin from w0 to w1, or from w2 to w3, in seconds since the vehicle left;
        -1 for none. At any time where not given, as where every street that is open at all while
        the vehicle is out is so all the time.
    """

    seconds: NDArray[np.int64]
    windows: NDArray[np.int64] | None

    @property
    def can(self) -> NDArray[np.bool_]:
        """Whether the kind can sweep each edge at some time."""
        return self.seconds >= 0


def services(
    network: RoadNetwork,
    spec: RoutesSpec,
    kinds: tuple[Kind, ...],
    required: NDArray[np.bool_],
    path: KeyPath,
    faults: FaultList,
) -> tuple[Service, ...]:
    """Find out for every kind.

    Parameters
    ----------
    network, spec, kinds
        The streets, the table, and its kinds of vehicles.
    required : bool[m]
        Edges that are asked for; of others nothing is said.
    path
        Key of the table.
    faults
        Takes speeds that are missing, and windows that open too often in a shift.
    """
    found = []
    for number, kind in enumerate(kinds):
        own = spec.vehicle and spec.vehicle[number].sweep_kmh is not None
        key = (*path, "vehicle", number, "sweep_kmh") if own else (*path, "sweep_kmh")
        kmh = np.ones(len(network.class_names))
        may = np.zeros(len(network.class_names), dtype=np.bool_)
        for code, word in enumerate(network.class_names):
            may[code] = kind.may_sweep(word)
            figure = of_class(kind.sweep_kmh, word)
            if figure is not None:
                kmh[code] = figure
            elif may[code] and (required & (network.road_class == code)).any():
                faults.add(
                    key,
                    f'has no figure for class "{word}"',
                    f"add it, or {OTHER} = ... for all the rest",
                )
        seconds = np.maximum(1, np.rint(3.6 * network.length_m / kmh[network.road_class]))
        seconds = np.where(may[network.road_class], seconds, -1).astype(np.int64)
        windows = None
        if spec.window:
            windows = _windows(network, spec, kind, required, seconds, path, faults)
            shut = windows[:, 0] < 0
            seconds = np.where(shut, -1, seconds)
            if (shut | _all_along(windows, seconds, kind)).all():
                windows = None
        found.append(Service(seconds, windows))
    return tuple(found)


def _windows(
    network: RoadNetwork,
    spec: RoutesSpec,
    kind: Kind,
    required: NDArray[np.bool_],
    seconds: NDArray[np.int64],
    path: KeyPath,
    faults: FaultList,
) -> NDArray[np.int64]:
    edges = np.flatnonzero(required & (seconds >= 0))
    table = np.full((network.n_edges, 4), -1, dtype=np.int64)
    pairs = np.stack([network.name[edges], network.road_class[edges]], axis=1)
    groups, group_of = np.unique(pairs, axis=0, return_inverse=True)
    for number, (name, code) in enumerate(groups.tolist()):
        street, word = network.names[name], network.class_names[code]
        chosen = windows_for(spec, street.strip().lower(), word)
        openings = openings_since(open_spans(chosen), kind.leaves_s, kind.shift_s)
        if len(openings) > MOST_OPENINGS:
            who = f"{street} is" if any(w.streets for w in chosen) else f'class "{word}" is'
            faults.add(
                (*path, "window", spec.window.index(chosen[0])),
                f"{who} open {len(openings)} times in the {kind.shift_h:g} h of "
                f"{f'vehicle {kind.name!r}' if kind.name else 'a shift'}",
                f"{MOST_OPENINGS} at most; join windows or shorten the shift",
            )
            continue
        own = edges[group_of.ravel() == number]
        filled = np.zeros(len(own), dtype=np.int64)
        for begin, end in openings:
            last = end - seconds[own]
            fits = last >= begin
            table[own[fits], 2 * filled[fits]] = begin
            table[own[fits], 2 * filled[fits] + 1] = last[fits]
            filled += fits
    return table


def with_kinds(
    streets: Streets,
    kinds: tuple[Kind, ...],
    offered: tuple[Service, ...],
    depots: tuple[int, ...],
) -> ArcProblem:
    """Give a problem its kinds of vehicles, in whole seconds and grams.

    Parameters
    ----------
    streets
        The problem without them.
    kinds, offered
        What they are, and what each can do on every edge.
    depots
        Node from which each kind leaves.
    """
    from optimize.routing.arcs.problem import VehicleKind

    first, other = streets.task_edge[:, 0], streets.task_edge[:, 1]
    other = np.where(other >= 0, other, first)
    made = []
    for kind, service, depot in zip(kinds, offered, depots, strict=True):
        windows = None
        serve = np.stack([service.seconds[first], service.seconds[other]], axis=1)
        if service.windows is not None:
            windows = service.windows[first].copy()
            closed = windows[:, 0] < 0
            serve[closed] = -1
            windows[closed, :2] = 0
        made.append(
            VehicleKind(
                name=kind.name or streets.problem.name,
                depot=depot,
                capacity=int(np.floor(1e6 * kind.capacity_t + 1e-6)),
                count=kind.count,
                route_cost=kind.cost_s,
                most_cost=kind.shift_s,
                serve_cost=serve,
                windows=windows,
                pause=kind.pause,
            )
        )
    return replace(streets.problem, kinds=tuple(made))


def _all_along(
    windows: NDArray[np.int64], seconds: NDArray[np.int64], kind: Kind
) -> NDArray[np.bool_]:
    """Whether each edge is open from leaving until the end of the shift."""
    return np.asarray((windows[:, 0] == 0) & (windows[:, 1] >= kind.shift_s - seconds))


def times_a_week(
    network: RoadNetwork,
    spec: RoutesSpec,
    edges: NDArray[np.int64],
    path: KeyPath,
    faults: FaultList,
) -> NDArray[np.int64]:
    """How often each edge is to be swept in a week, by the name of its street or its class.

    Parameters
    ----------
    network, spec
        The streets and the table.
    edges : int64[k]
        Which ones.
    path, faults
        Key of the table; takes edges that have no figure.

    Returns
    -------
    int64[k]
    """
    figure = 1 if spec.frequency is None else spec.frequency
    if not isinstance(figure, dict):
        return np.full(len(edges), figure, dtype=np.int64)
    by_name = {name.strip().lower(): times for name, times in figure.items()}
    times = np.ones(len(edges), dtype=np.int64)
    pairs = np.stack([network.name[edges], network.road_class[edges]], axis=1)
    groups, group_of = np.unique(pairs, axis=0, return_inverse=True)
    for number, (name, code) in enumerate(groups.tolist()):
        word = network.class_names[code]
        found = by_name.get(network.names[name].strip().lower(), of_class(figure, word))
        if found is None:
            faults.add(
                (*path, "frequency"),
                f'has no figure for class "{word}"',
                f"add it, or {OTHER} = ... for all the rest",
            )
            continue
        times[group_of.ravel() == number] = int(found)
    return times
