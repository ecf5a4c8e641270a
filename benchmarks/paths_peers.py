"""The tools that stand beside ours in the suite ``paths``, each asked for the same matrix.

A peer is made ready with the graph of a :class:`benchmarks.paths.Work`, which is not timed, and
then answers the first so many origins. All run on one thread. Some know whole numbers only and get
milliseconds: their times differ from ours by what that rounds.

:data:`NOT_RUN` names tools that one would ask about, and why they do not stand here.
"""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from benchmarks.paths import Work

__all__ = ["NOT_RUN", "PEERS", "Peer", "release", "timed"]

RUNS = 3
WEIGHTS_AGREE = 1e-9
MILLISECONDS_AGREE = 0.01
_NEVER = 2**31 - 1
_PANDANA_NEVER = 4294967.295
_MS = 1000.0


@dataclass(frozen=True)
class Peer:
    """Another tool: its package, its call, and how to make ready to answer some origins."""

    package: str
    call: str
    prepare: Callable[[Work], Callable[[int], NDArray[np.float64]]]
    agree: float = WEIGHTS_AGREE
    """How far its times may be from ours, relative: some round weights to whole milliseconds."""


def release(package: str) -> str | None:
    """Version of a package, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def timed(peer: Peer, work: Work, share_s: float) -> tuple[float, NDArray[np.float64], int]:
    """Microseconds a pair, the answer, and how many origins it is for."""
    answer = peer.prepare(work)
    answer(1)
    begin = perf_counter()
    pilot = min(4, len(work.origins))
    answer(pilot)
    each_s = (perf_counter() - begin) / pilot
    count = int(min(len(work.origins), max(pilot, share_s / max(each_s, 1e-9))))
    runs = int(min(RUNS, max(1, share_s / max(each_s * count, 1e-9))))
    best = np.inf
    matrix = np.empty((0, 0))
    for _ in range(runs):
        begin = perf_counter()
        matrix = answer(count)
        best = min(best, perf_counter() - begin)
    return 1e6 * best / (count * len(work.destinations)), matrix, count


def _scipy(work: Work) -> Callable[[int], NDArray[np.float64]]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph = csr_array((work.time_s, (work.tail, work.head)), shape=(work.n_nodes, work.n_nodes))

    def answer(count: int) -> NDArray[np.float64]:
        to_all = dijkstra(graph, indices=work.origins[:count])
        return np.asarray(to_all[:, work.destinations], dtype=np.float64)

    return answer


def _igraph(work: Work) -> Callable[[int], NDArray[np.float64]]:
    import igraph

    graph = igraph.Graph(
        n=work.n_nodes, edges=np.column_stack([work.tail, work.head]), directed=True
    )
    graph.es["time_s"] = work.time_s.tolist()
    destinations = work.destinations.tolist()

    def answer(count: int) -> NDArray[np.float64]:
        origins = work.origins[:count].tolist()
        return np.array(graph.distances(origins, destinations, weights="time_s"))

    return answer


def _networkx(work: Work) -> Callable[[int], NDArray[np.float64]]:
    import networkx as nx

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(work.n_nodes))
    graph.add_weighted_edges_from(
        zip(work.tail.tolist(), work.head.tolist(), work.time_s.tolist(), strict=True)
    )
    destinations = work.destinations.tolist()

    def answer(count: int) -> NDArray[np.float64]:
        rows = []
        for origin in work.origins[:count].tolist():
            reached = nx.single_source_dijkstra_path_length(graph, origin)
            rows.append([reached.get(goal, np.inf) for goal in destinations])
        return np.array(rows, dtype=np.float64)

    return answer


def _pyroutingkit(work: Work) -> Callable[[int], NDArray[np.float64]]:
    hierarchy = import_module("pyroutingkit").CCH()
    ends = work.tail.astype(np.uint32), work.head.astype(np.uint32)
    place = work.lat.astype(np.float32), work.lon.astype(np.float32)
    hierarchy.build_topology(*ends, *place, work.n_nodes)
    hierarchy.customize_weights(np.rint(_MS * work.time_s).astype(np.uint32))
    destinations = work.destinations.astype(np.uint32)

    def answer(count: int) -> NDArray[np.float64]:
        origins = work.origins[:count].astype(np.uint32)
        found = np.asarray(hierarchy.distances_many_to_many(origins, destinations))
        return np.where(found < _NEVER, found / _MS, np.inf)

    return answer


def _routingkit_cch(work: Work) -> Callable[[int], NDArray[np.float64]]:
    routingkit = import_module("routingkit_cch")
    tail, head = work.tail.tolist(), work.head.tolist()
    place = work.lat.tolist(), work.lon.tolist()
    order = routingkit.compute_order_inertial(work.n_nodes, tail, head, *place)
    hierarchy = routingkit.CCH(order, tail, head, False)
    metric = routingkit.CCHMetric(hierarchy, np.rint(_MS * work.time_s).astype(int).tolist())
    destinations = work.destinations.tolist()

    def answer(count: int) -> NDArray[np.float64]:
        to_many = routingkit.CCHOneToMany(metric, destinations)
        rows = [to_many.distances_from(origin) for origin in work.origins[:count].tolist()]
        return np.array(rows, dtype=np.float64) / _MS

    return answer


def _pandana(work: Work) -> Callable[[int], NDArray[np.float64]]:
    """Make a contraction hierarchy; pandana itself multiplies weights by 1,000 and cuts them off.

    So it is given seconds: milliseconds would overflow its whole numbers.
    """
    import pandas as pd

    with _one_openmp_thread(), _quiet():
        network = import_module("pandana").Network(
            pd.Series(work.lon),
            pd.Series(work.lat),
            pd.Series(work.tail),
            pd.Series(work.head),
            pd.DataFrame({"time_s": work.time_s}),
            twoway=False,
        )

    def answer(count: int) -> NDArray[np.float64]:
        origins = np.repeat(work.origins[:count], len(work.destinations))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of places without a way between them
            found = np.asarray(
                network.shortest_path_lengths(origins, np.tile(work.destinations, count))
            )
        table = np.where(found >= _PANDANA_NEVER, np.inf, found)
        return table.reshape(count, len(work.destinations))

    return answer


@contextmanager
def _one_openmp_thread() -> Iterator[None]:
    """Hold a library that is loaded now to one thread; OpenMP reads the number when loaded."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop what compiled code prints."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


PEERS = (
    Peer("scipy", "csgraph.dijkstra", _scipy),
    Peer("igraph", "Graph.distances", _igraph),
    Peer("networkx", "single_source_dijkstra_path_length", _networkx),
    Peer(
        "pyroutingkit",
        "CCH.distances_many_to_many, milliseconds",
        _pyroutingkit,
        MILLISECONDS_AGREE,
    ),
    Peer(
        "routingkit_cch",
        "CCHOneToMany.distances_from, milliseconds",
        _routingkit_cch,
        MILLISECONDS_AGREE,
    ),
    Peer("pandana", "Network.shortest_path_lengths, milliseconds", _pandana, MILLISECONDS_AGREE),
)

NOT_RUN = {
    "osrm-bindings": "it reads OpenStreetMap extracts with the speeds and turn costs of its "
    "profiles, not a graph with weights, and so cannot be given the same work",
}
"""Tools that are left out, by package, and why."""
