"""What turns cost a search: ``python -m benchmarks.turns [NETWORK ...]``.

One search from a street to all others, turn costs and banned U-turns in it, by three graphs on
which the same answer can be found, all walked by the same plain Dijkstra with the same heap:

* ``table``: labels on street edges, each turn looked up in a table of its junction;
* ``line``: the line graph: a node for each street edge, an arc for each permitted turn;
* ``kept``: the graph of :func:`networks.with_turns`, on which streets stay arcs.

Beside them the same search without turns, and a matrix by the library's own means with and without.
Their answers are compared. Medians of the searches from ``SOURCES`` streets, the fastest of
``MATRICES`` matrices, one thread.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks import (
    Positions,
    TurnCosts,
    TurnRules,
    read_network,
    synthetic_district,
    with_turns,
)
from networks.turn_graph import permitted_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from networks import RoadNetwork

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SOURCES = 20
PLACES = 300
MATRICES = 5
COSTS = TurnCosts.for_vehicle()


@njit(cache=True, nogil=True)
def _push(key: Floats, item: Ints, size: int, label: float, node: int) -> int:
    at = size
    while at > 0 and key[(at - 1) >> 2] > label:
        key[at] = key[(at - 1) >> 2]
        item[at] = item[(at - 1) >> 2]
        at = (at - 1) >> 2
    key[at] = label
    item[at] = node
    return size + 1


@njit(cache=True, nogil=True)
def _drop_first(key: Floats, item: Ints, size: int) -> int:
    size -= 1
    label, node = key[size], item[size]
    at = 0
    while 4 * at + 1 < size:
        child = 4 * at + 1
        for other in range(child + 1, min(child + 4, size)):
            if key[other] < key[child]:
                child = other
        if key[child] >= label:
            break
        key[at] = key[child]
        item[at] = item[child]
        at = child
    key[at] = label
    item[at] = node
    return size


@njit(cache=True, nogil=True)
def _on_graph(indptr: Ints, head: Ints, arc_s: Floats, source: int, first_s: float) -> Floats:
    """Plain search; the labels of nodes."""
    dist = np.full(len(indptr) - 1, np.inf)
    key, item = np.empty(len(head) + 1), np.empty(len(head) + 1, np.int64)
    dist[source] = first_s
    size = _push(key, item, 0, first_s, source)
    while size > 0:
        label, node = key[0], item[0]
        size = _drop_first(key, item, size)
        if label > dist[node]:
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            arrive = label + arc_s[arc]
            if arrive < dist[head[arc]]:
                dist[head[arc]] = arrive
                size = _push(key, item, size, arrive, head[arc])
    return dist


@njit(cache=True, nogil=True)
def _by_table(
    indptr: Ints, head: Ints, edge_s: Floats, begin: Ints, turn_s: Floats, source: int
) -> Floats:
    """Search over streets; the turns out of edge e stand from ``begin[e]`` on, inf if banned."""
    dist = np.full(len(head), np.inf)
    key, item = np.empty(len(turn_s) + 1), np.empty(len(turn_s) + 1, np.int64)
    dist[source] = edge_s[source]
    size = _push(key, item, 0, edge_s[source], source)
    while size > 0:
        label, edge = key[0], item[0]
        size = _drop_first(key, item, size)
        if label > dist[edge]:
            continue
        low = indptr[head[edge]]
        for onward in range(low, indptr[head[edge] + 1]):
            arrive = label + turn_s[begin[edge] + onward - low] + edge_s[onward]
            if arrive < dist[onward]:
                dist[onward] = arrive
                size = _push(key, item, size, arrive, onward)
    return dist


def _median_ms(search: Callable[[int], Floats], sources: list[int]) -> tuple[float, Floats]:
    """Milliseconds a search, and the answer to the first one."""
    answer = search(sources[0])
    times = []
    for source in sources:
        start = perf_counter()
        search(source)
        times.append(1000.0 * (perf_counter() - start))
    return median(times), answer


def measure(network: RoadNetwork) -> dict[str, float]:
    """Milliseconds of each search, and microseconds a pair of a matrix without and with turns.

    Raises
    ------
    AssertionError
        If the graphs do not give the same answer.
    """
    m = network.n_edges
    rules = TurnRules.none(network)
    pairs = permitted_pairs(network, rules, COSTS)
    degree = np.diff(network.indptr)[network.head]
    begin = (np.cumsum(degree) - degree).astype(np.int64)
    table = np.full(int(degree.sum()), np.inf)
    at = begin[pairs.first] + pairs.second - network.indptr[network.head[pairs.first]]
    table[at] = pairs.seconds
    line = np.concatenate([[0], np.cumsum(np.bincount(pairs.first, minlength=m))]).astype(np.int64)
    line_s = pairs.seconds + network.time_s[pairs.second]
    start = perf_counter()
    turning = with_turns(network, rules, COSTS)
    found = {"expand": 1000.0 * (perf_counter() - start)}
    heads = network.head.astype(np.int64), turning.head.astype(np.int64)
    ends = heads[1][turning.arc_of]
    sources = np.random.default_rng(0).integers(0, m, SOURCES).tolist()

    searches: dict[str, Callable[[int], Floats]] = {
        "plain": lambda e: _on_graph(
            network.indptr, heads[0], network.time_s, int(heads[0][e]), float(network.time_s[e])
        ),
        "table": lambda e: _by_table(network.indptr, heads[0], network.time_s, begin, table, e),
        "line": lambda e: _on_graph(line, pairs.second, line_s, e, float(network.time_s[e])),
        "kept": lambda e: _on_graph(
            turning.indptr, heads[1], turning.time_s, int(ends[e]), float(network.time_s[e])
        ),
    }
    answers = {}
    for name, search in searches.items():
        found[name], answers[name] = _median_ms(search, sources)
    nodes = np.full(network.n_nodes, np.inf)
    np.minimum.at(nodes, heads[0], answers["table"])
    same = np.allclose(answers["table"], answers["line"]) and np.allclose(
        turning.at_nodes(answers["kept"])[heads[0]], nodes[heads[0]]
    )
    if not same:
        raise AssertionError("the graphs of turns do not agree")

    draw = np.random.default_rng(1)
    nothing = np.zeros(PLACES)
    some = Positions(draw.integers(0, m, PLACES), draw.random(PLACES), nothing, nothing, nothing)
    for name, target, places in (
        ("matrix", network, some),
        ("matrix_turns", turning, turning.positions(some)),
    ):
        target.matrix(places, places, threads=1)
        took = []
        for _ in range(MATRICES):
            start = perf_counter()
            target.matrix(places, places, threads=1)
            took.append(perf_counter() - start)
        found[name] = 1e6 * min(took) / PLACES**2
    found |= {"n": network.n_nodes, "m": m, "n_kept": turning.n_nodes, "m_kept": turning.n_edges}
    return found


def main(arguments: list[str]) -> None:
    """Print a line a network: those named, or Auckland, Jinan and a synthetic district."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "networks"
    known = [folder / "auckland", folder / "jinan" / "road_network.zip"]
    paths = [Path(word) for word in arguments] or [path for path in known if path.exists()]
    named: list[tuple[str, Callable[[], RoadNetwork]]] = []
    for path in paths:
        crs = "EPSG:4326" if path.suffix == ".zip" else "wgs84"
        named.append((path.parent.name if path.suffix else path.name, _reader(path, crs)))
    if not arguments:
        named.append(("synthetic-20k", lambda: synthetic_district(20_000, 0)))
    print("ms a search: plain | turns by table, line graph, kept streets; us a pair: plain, turns")
    for name, load in named:
        row = measure(load())
        print(
            f"{name}: {row['n']:.0f} nodes, {row['m']:.0f} edges, kept {row['n_kept']:.0f} nodes, "
            f"{row['m_kept']:.0f} arcs, made in {row['expand']:.0f} ms: {row['plain']:.2f} | "
            f"{row['table']:.2f}, {row['line']:.2f}, {row['kept']:.2f}; "
            f"{row['matrix']:.2f}, {row['matrix_turns']:.2f}"
        )


def _reader(path: Path, crs: str) -> Callable[[], RoadNetwork]:
    return lambda: read_network(path, crs=crs)


if __name__ == "__main__":
    main(sys.argv[1:])
