"""Street cleaning of whole districts: Auckland cut to some thousands of streets, and Yuelu.

The published networks lie beside the project (``../shared/data``); where they are absent the rows
say so. Auckland's short pieces are put together into streets from junction to junction, in blocks
of at most 200 m (a longer piece is a block) that are swept in one go, in either direction where
both are open; the cut holds the junctions nearest to a centre. Yuelu is swept by side, each with
its traffic. Streets faster than 80 km/h are driven along, not swept.
Depot, dump sites, sweepers and dirt are assumed, the same for all: 8 km/h sweeping and at most
40 km/h driving, 150 kg a kilometre into a hopper of 3 t, 15 minutes a dump, 7 hours a route.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from benchmarks.suite import Options
    from networks import RoadNetwork
    from optimize.routing.arcs.problem import ArcProblem
    from optimize.routing.arcs.solution import ArcSolution

__all__ = ["District", "auckland", "district_cases", "kilometres", "yuelu"]

SUITE = "arcs"
SIZES = (2000, 10_000)
SCALING = (1000, 2000, 4000, 8000)
RUINS_PER_STREET = 25
"""Of the scaling rows."""
TIME_LIMIT_S = 60.0
BOUND_SHARE = 0.2

SWEEP_KMH, DRIVE_KMH, SWEPT_KMH = 8.0, 40.0, 80.0
GRAMS_PER_M = 150
BLOCK_M = 200.0
CAPACITY_G = 3_000_000
VISIT_S = 900
ROUTE_S = 7 * 3600
CENTRE = (174.7633, -36.8850)
"""Of the cuts: Mount Eden, in the middle of the isthmus (degrees of longitude and latitude)."""

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "networks"


@dataclass(frozen=True, eq=False)
class District:
    """A problem and the lengths of its arcs.

    Parameters
    ----------
    problem
        Costs in seconds, demands in grams.
    length_m : float64[a]
        Of each arc.
    """

    problem: ArcProblem
    length_m: NDArray[np.float64]


def district_cases(options: Options) -> Iterator[Row]:
    """Give the rows of each district, then seconds a street with the work of each fixed.

    Parameters
    ----------
    options
        ``time_limit`` is that of one search (60 s where not given); a fifth of it, besides, is for
        the bound.
    """
    for name, folder in (
        *((f"auckland-{size}", "auckland") for size in SIZES),
        ("yuelu", "changsha"),
    ):
        if not (_DATA / folder).is_dir():
            yield Row(SUITE, name, "value", None, "s", None, "the network is absent")
            continue
        district = yuelu() if name == "yuelu" else auckland(int(name.split("-")[1]))
        yield from _rows(district, options)
    if (_DATA / "auckland").is_dir():
        for size in SCALING:
            yield _scaling(auckland(size).problem, options)


def _rows(district: District, options: Options) -> Iterator[Row]:
    from optimize.routing.arcs.check import check_arc_solution
    from optimize.routing.arcs.lower_bound import arc_lower_bound
    from optimize.routing.arcs.solve import prepare, solve_arcs

    problem = district.problem
    limit = options.time_limit or TIME_LIMIT_S
    prepare()
    bound = arc_lower_bound(problem, time_limit_s=BOUND_SHARE * limit)
    solution = solve_arcs(
        problem,
        time_limit_s=limit,
        bound=bound,
        threads=options.threads or 1,
        seed=options.seed or 0,
    )
    faults = check_arc_solution(problem, solution).faults if solution.routes else ("no routes",)
    if faults:
        raise AssertionError(f"{problem.name}: {'; '.join(faults[:3])}")
    swept, driven = kilometres(district, solution)
    for metric, value, unit in (
        ("value", float(solution.value), "s"),
        ("bound", float(bound), "s"),
        ("certified_gap", 100.0 * solution.gap, "%"),
        ("seconds", solution.seconds, "s"),
        ("routes", float(len(solution.routes)), ""),
        ("swept", float(swept), "km"),
        ("deadhead", float(driven), "km"),
    ):
        yield Row(SUITE, problem.name, metric, value, unit)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    said = "peak of the process so far, whatever else it did"
    yield Row(SUITE, problem.name, "peak_memory", peak, "MB", None, said)


def _scaling(problem: ArcProblem, options: Options) -> Row:
    from optimize.routing.arcs.check import check_arc_solution
    from optimize.routing.arcs.decomposed import solve_parts

    thousands = max(1, round(RUINS_PER_STREET * problem.n_tasks / 1000))
    began = process_time()
    found = solve_parts(
        problem,
        iterations=thousands,
        time_limit_s=3600.0,
        threads=options.threads or 1,
        seed=options.seed or 0,
    )
    work = 1e3 * (process_time() - began) / problem.n_tasks
    faults = check_arc_solution(problem, found).faults if found.routes else ("no routes",)
    if faults:
        raise AssertionError(f"{problem.name}: {'; '.join(faults[:3])}")
    source = f"processor time, {found.iterations / problem.n_tasks:.0f} ruins a street"
    return Row(SUITE, problem.name, "ms_per_street", work, "ms", None, source)


def kilometres(district: District, solution: ArcSolution) -> tuple[float, float]:
    """Add up what is swept, and what is driven without sweeping.

    Parameters
    ----------
    district
        What was solved.
    solution
        Its routes; between two streets they take the least cost.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    problem, length = district.problem, district.length_m
    order = np.lexsort((problem.cost, problem.head, problem.tail))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(problem.tail[order]) | np.diff(problem.head[order])
    kept = order[first]
    ends = (problem.tail[kept], problem.head[kept])
    shape = (problem.n_nodes, problem.n_nodes)
    graph = csr_array((problem.cost[kept].astype(np.float64), ends), shape=shape)
    metres = dict(zip(zip(*(e.tolist() for e in ends), strict=True), length[kept], strict=True))
    swept, ways = 0.0, []
    for route in solution.routes:
        at = problem.depot
        for task, arc in zip(route.task.tolist(), route.arc.tolist(), strict=True):
            ways.append((at, arc if task < 0 else int(problem.tail[arc])))
            at = arc if task < 0 else int(problem.head[arc])
            swept += 0.0 if task < 0 else float(length[arc])
        ways.append((at, problem.depot))
    driven = 0.0
    starts, ends_of = np.array([way for way in ways if way[0] != way[1]]).reshape(-1, 2).T
    for start in np.unique(starts).tolist():
        _, before = dijkstra(graph, indices=np.array([start]), return_predecessors=True)
        for node in ends_of[starts == start].tolist():
            at = node
            while at != start:
                previous = int(before[0, at])
                driven += metres[previous, at]
                at = previous
    return swept / 1000.0, driven / 1000.0


def auckland(streets: int, folder: Path = _DATA) -> District:
    """Cut Auckland to so many streets, or the few less that a cut by junctions allows.

    Parameters
    ----------
    streets
        Most streets to sweep.
    folder
        That holds ``auckland``.
    """
    from networks.readers.arcs import read_arcs

    place = folder / "auckland"
    network = read_arcs(place / "node.csv.gz", place / "link.csv.gz")
    x, y = network.projection.to_xy(np.array([CENTRE[0]]), np.array([CENTRE[1]]))
    away = np.hypot(network.x - x[0], network.y - y[0])
    whole = _joined(network)
    order = np.argsort(away[whole.node], kind="stable")
    low, high = 1, len(order)
    while high - low > 1:  # most junctions whose streets are no more than wanted
        middle = (low + high) // 2
        if len(_tasks(whole.cut(order[:middle]))) <= streets:
            low = middle
        else:
            high = middle
    part = whole.cut(order[:low])
    return _district(f"auckland-{streets}", part, network, _tasks(part))


def yuelu(folder: Path = _DATA) -> District:
    """Both sides of all streets of Yuelu in Changsha, each a task of one direction."""
    from networks.readers.arcs import read_arcs

    place = folder / "changsha"
    network = read_arcs(place / "yuelu_nodes.csv", place / "yuelu_arcs.csv")
    whole = _Arcs(
        np.arange(network.n_nodes),
        network.tail.astype(np.int64),
        network.head.astype(np.int64),
        network.length_m.astype(np.float64),
        network.time_s.astype(np.float64),
    )
    sides = np.flatnonzero(_swept(whole))
    return _district("yuelu", whole, network, np.column_stack([sides, np.full_like(sides, -1)]))


@dataclass(frozen=True, eq=False)
class _Arcs:
    """Directed streets between junctions; ``node`` says which node of the network each one is."""

    node: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_m: NDArray[np.float64]
    time_s: NDArray[np.float64]

    def cut(self, keep: NDArray[np.int64]) -> _Arcs:
        """Keep some junctions, of those the largest part from which one gets about and back."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        n = len(self.node)
        inside = np.zeros(n, dtype=np.bool_)
        inside[keep] = True
        arcs = inside[self.tail] & inside[self.head]
        ends = (self.tail[arcs], self.head[arcs])
        graph = csr_array((np.ones(len(ends[0])), ends), shape=(n, n))
        _, part = connected_components(graph, connection="strong")
        inside &= part == np.bincount(part[inside]).argmax()
        number = np.cumsum(inside) - 1
        arcs = inside[self.tail] & inside[self.head]
        return _Arcs(
            self.node[inside],
            number[self.tail[arcs]],
            number[self.head[arcs]],
            self.length_m[arcs],
            self.time_s[arcs],
        )


def _joined(network: RoadNetwork) -> _Arcs:
    """Put pieces together that meet where nothing else does, to blocks of at most `BLOCK_M`."""
    n = network.n_nodes
    tail, head = network.tail.astype(np.int64), network.head.astype(np.int64)
    pairs = np.unique(np.column_stack([np.minimum(tail, head), np.maximum(tail, head)]), axis=0)
    beside = np.bincount(pairs.ravel(), minlength=n)
    out, into = np.bincount(tail, minlength=n), np.bincount(head, minlength=n)
    kept = (beside != 2) | (out != into) | (out > 2)
    leaving = np.flatnonzero(kept[tail])
    for edge in leaving.tolist():  # the other direction ends its blocks at the same places
        long = 0.0
        for piece in _chain(network, edge, kept):
            if long > 0.0 and long + network.length_m[piece] > BLOCK_M:
                kept[tail[piece]] = True
                long = 0.0
            long += float(network.length_m[piece])
    chains = [_chain(network, edge, kept) for edge in np.flatnonzero(kept[tail]).tolist()]
    whole = [chain for chain in chains if kept[head[chain[-1]]]]
    number = np.cumsum(kept) - 1
    return _Arcs(
        np.flatnonzero(kept),
        number[tail[[chain[0] for chain in whole]]],
        number[head[[chain[-1] for chain in whole]]],
        np.array([network.length_m[chain].sum() for chain in whole]),
        np.array([network.time_s[chain].sum() for chain in whole]),
    )


def _chain(network: RoadNetwork, edge: int, kept: NDArray[np.bool_]) -> list[int]:
    """Give the edges from one on to the next node that is kept."""
    chain = [edge]
    while not kept[network.head[edge]]:
        before, at = network.tail[edge], int(network.head[edge])
        leaving = range(network.indptr[at], network.indptr[at + 1])
        on = [following for following in leaving if network.head[following] != before]
        if not on or len(chain) > network.n_edges:
            break
        edge = on[0]
        chain.append(edge)
    return chain


def _swept(arcs: _Arcs) -> NDArray[np.bool_]:
    return 3.6 * arcs.length_m <= SWEPT_KMH * arcs.time_s


def _tasks(arcs: _Arcs) -> NDArray[np.int64]:
    """Give a task for each street, with both its directions where both are open; int64[t, 2]."""
    by_street: dict[tuple[int, int, int], list[int]] = {}
    wanted = np.flatnonzero(_swept(arcs) & (arcs.tail != arcs.head)).tolist()
    tail, head = arcs.tail.tolist(), arcs.head.tolist()
    length = np.rint(arcs.length_m).astype(np.int64).tolist()
    for arc in wanted:
        u, v = tail[arc], head[arc]
        by_street.setdefault((min(u, v), max(u, v), length[arc]), []).append(arc)
    tasks: list[tuple[int, int]] = []
    for same in by_street.values():
        there = [arc for arc in same if tail[arc] < head[arc]]
        back = [arc for arc in same if tail[arc] > head[arc]]
        both = min(len(there), len(back))
        tasks += list(zip(there[:both], back[:both], strict=True))
        tasks += [(arc, -1) for arc in there[both:] + back[both:]]
    return np.array(tasks, dtype=np.int64).reshape(-1, 2)


def _district(
    name: str, arcs: _Arcs, network: RoadNetwork, task_arc: NDArray[np.int64]
) -> District:
    """Depot in the middle, three dump sites around it."""
    from optimize.routing.arcs.problem import ArcProblem

    x, y = network.x[arcs.node], network.y[arcs.node]
    middle = np.median(x), np.median(y)
    away = np.hypot(x - middle[0], y - middle[1])
    ring = 0.6 * np.quantile(away, 0.9)
    angles = 2 * np.pi * np.arange(3) / 3 + np.pi / 2
    dumps = [
        int(np.argmin(np.hypot(x - middle[0] - ring * np.cos(a), y - middle[1] - ring * np.sin(a))))
        for a in angles
    ]
    length = arcs.length_m
    drive = np.maximum(1, np.rint(np.maximum(arcs.time_s, 3.6 * length / DRIVE_KMH)))
    sweep = np.maximum(1, np.rint(3.6 * length / SWEEP_KMH)).astype(np.int64)
    other = np.where(task_arc[:, 1] >= 0, task_arc[:, 1], task_arc[:, 0])
    problem = ArcProblem(
        name=name,
        n_nodes=len(arcs.node),
        tail=arcs.tail,
        head=arcs.head,
        cost=drive.astype(np.int64),
        depot=int(np.argmin(away)),
        task_arc=task_arc,
        serve_cost=np.column_stack([sweep[task_arc[:, 0]], sweep[other]]),
        demand=np.rint(GRAMS_PER_M * length[task_arc[:, 0]]).astype(np.int64),
        capacity=CAPACITY_G,
        facilities=np.unique(dumps),
        visit_cost=VISIT_S,
        most_cost=ROUTE_S,
    )
    return District(problem, length)
