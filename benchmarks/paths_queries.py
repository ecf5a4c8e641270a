"""Cases of the suite ``paths`` beside matrices: trees, pairs, preprocessing, customisation, memory.

All on one thread, at free flow. ``ms_per_source`` is a tree of times to all nodes, a table of many
origins a call; ``us_per_query`` the median of single calls for the time between two nodes drawn
at random. ``seconds_order`` is order and topology from nothing (no cache), ``seconds_customise``
one set of travel times on it; kernels are compiled before. ``gigabytes`` is the largest memory of a
process of its own that does this (:mod:`benchmarks.paths_preparation`), the network included.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.paths_preparation import prepare_apart
from benchmarks.suite import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from networks import RoadNetwork

SOURCES = 1000
TABLE = 16_000_000
"""Numbers in the table of times: fewer origins on larger networks."""
PEERS_SOURCES = 32
QUERIES = 2000


def tree_rows(name: str, network: RoadNetwork, seed: int) -> Iterator[Row]:
    """Time trees, scipy's beside ours."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    case = f"{name}-tree"
    count = min(SOURCES, network.n_nodes, max(16, TABLE // network.n_nodes))
    origins = np.random.default_rng(seed).choice(network.n_nodes, count, replace=False)
    network.times_from_many(origins, threads=1)
    begin = perf_counter()
    ours = network.times_from_many(origins, threads=1)
    ms = 1e3 * (perf_counter() - begin) / count
    times = network.edge_times_s(0)
    order = np.lexsort((times, network.head, network.tail))
    tail, head = network.tail[order], network.head[order]
    first = np.isfinite(times[order])
    first[1:] &= (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    ends = (tail[first], head[first])
    graph = csr_array((times[order][first], ends), shape=(network.n_nodes, network.n_nodes))
    begin = perf_counter()
    few = min(count, PEERS_SOURCES)
    theirs = dijkstra(graph, indices=origins[:few])
    scipy_ms = 1e3 * (perf_counter() - begin) / few
    if not np.allclose(ours[:few], theirs, rtol=1e-9, atol=1e-9):
        raise RuntimeError(f"{case}: scipy and we differ")
    source = f"scipy csgraph.dijkstra, first {few} of {count} origins, same run"
    yield Row("paths", case, "ms_per_source", ms, "ms", scipy_ms, source, scipy_ms / ms)


def pair_rows(name: str, network: RoadNetwork, seed: int) -> Iterator[Row]:
    """Time single pairs."""
    pairs = np.random.default_rng(seed).integers(0, network.n_nodes, (QUERIES, 2)).tolist()
    network.distance(*pairs[0])
    took = []
    for origin, destination in pairs:
        begin = perf_counter()
        network.distance(origin, destination)
        took.append(perf_counter() - begin)
    yield Row("paths", f"{name}-p2p", "us_per_query", 1e6 * median(took), "us")


def preparation_rows(name: str, network: RoadNetwork) -> Iterator[Row]:
    """Time order and topology, and customisation, and measure memory, in a process apart."""
    found = prepare_apart(network)
    case = f"{name}-preparation"
    yield Row("paths", case, "seconds_order", found["seconds_order"], "s")
    yield Row("paths", case, "seconds_customise", found["seconds_customise"], "s")
    source = "peak of a process that reads the network, makes the hierarchy and asks for a trip"
    yield Row("paths", case, "gigabytes", found["gigabytes"], "GB", None, source)
