"""Suite ``paths``: how fast travel-time matrices are, beside the tools one would use otherwise.

A case is a network and a number of nodes drawn from it: so many origins, as many destinations, all
pairs, at free flow. ``us_per_pair`` is the time for the whole matrix on one thread divided by its
pairs. Ours counts from a network on which nothing has been prepared (the elimination order, the
shortcuts and the sweeps are all in it); building the peers' graphs is not counted. All get the
same node-to-node work on the same weights, the least of parallel edges; every peer's answer is
compared with ours. The best of a few runs counts, for all alike.

A peer that would exceed its share of the time limit answers the first origins only; its time for
a pair is then of those, and its row says so.

``us_per_pair_prepared`` is a matrix after a change of all speeds, the order being kept;
``us_per_pair_search`` a search (Dijkstra) from every origin, without elimination.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.paths_peers import NOT_RUN, PEERS, RUNS, WEIGHTS_AGREE, release, timed
from benchmarks.suite import Row
from networks import InputError, helsinki_extract, read_network, synthetic_district

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from benchmarks.paths_peers import Peer
    from benchmarks.suite import Options
    from networks import RoadNetwork

__all__ = ["Work", "cases", "matrix_rows"]

SUITE = "paths"
SIZE = 500
LARGE_SIZE = 2000
SYNTHETIC_NODES = 20_000
TIME_LIMIT_S = 60.0

_REAL = ("auckland", "jinan")
_LAYER_ENDINGS = (".shp", ".zip")


def cases(options: Options, size: int = SIZE) -> Iterator[Row]:
    """Run the suite.

    Parameters
    ----------
    options
        ``instances`` is a folder of networks in any form that :func:`networks.read_network`
        reads: files, folders of tables, or folders that hold one such file. Without it: central
        Helsinki, a synthetic district, and Auckland and Jinan where their data lie beside the
        project.
    size
        Origins, and destinations; fewer on a network that has fewer nodes.
    """
    for name, load in _networks(options):
        try:
            network = load()
        except InputError as fault:
            yield _absent(f"{name}-matrix-{size}", str(fault))
            continue
        count = min(size, network.n_nodes)
        yield from matrix_rows(f"{name}-matrix-{count}", network, count, options)
    if options.instances is None and size == SIZE:
        yield from _large_cases(options)


def _large_cases(options: Options) -> Iterator[Row]:
    """Matrices of 2,000 origins, trees, pairs and preparation, up to a million nodes."""
    from benchmarks.paths_queries import pair_rows, preparation_rows, tree_rows

    seed = options.seed or 0
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "networks"
    loads: dict[str, Callable[[], RoadNetwork]] = {
        name: partial(_read, beside / name) for name in _REAL
    }
    loads["synthetic-100k"] = lambda: synthetic_district(100_000, seed)
    loads["synthetic-1m"] = lambda: synthetic_district(1_000_000, seed)
    for name, load in loads.items():
        try:
            network = load()
        except InputError as fault:
            yield _absent(f"{name}-matrix-{LARGE_SIZE}", str(fault))
            continue
        yield from preparation_rows(name, network)
        if name != "synthetic-1m":
            case = f"{name}-matrix-{LARGE_SIZE}"
            yield from matrix_rows(case, network, LARGE_SIZE, options)
        yield from tree_rows(name, network, seed)
        yield from pair_rows(name, network, seed)


def _networks(options: Options) -> Iterable[tuple[str, Callable[[], RoadNetwork]]]:
    if options.instances is not None:
        for place in sorted(options.instances.iterdir()):
            yield place.name.split(".")[0], partial(_read, place)
        return
    yield "helsinki", lambda: read_network(helsinki_extract())
    yield (
        f"synthetic-{SYNTHETIC_NODES}",
        lambda: synthetic_district(SYNTHETIC_NODES, options.seed or 0),
    )
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "networks"
    for name in _REAL:
        yield name, partial(_read, beside / name)


def _read(place: Path) -> RoadNetwork:
    """Read a network; a folder with a single file is that file, degrees are taken as WGS-84."""
    if not place.exists():
        raise InputError("the data is absent", file=place.name, mend="name a folder of instances")
    if place.is_dir():
        files = sorted(file for file in place.iterdir() if not file.name.startswith("."))
        if len(files) == 1:
            place = files[0]
    try:
        return read_network(place)
    except InputError:
        if place.suffix not in _LAYER_ENDINGS:
            raise
    return read_network(place, crs="wgs84")


def _absent(case: str, why: str) -> Row:
    return Row(SUITE, case, "us_per_pair", None, "us", reference_source=f"not run: {why}")


# ---- one case


@dataclass(frozen=True)
class Work:
    """A matrix to fill: a graph without parallel edges, and its origins and destinations."""

    n_nodes: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    time_s: NDArray[np.float64]
    origins: NDArray[np.int64]
    destinations: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    @classmethod
    def on(cls, network: RoadNetwork, size: int, seed: int) -> Work:
        """Draw origins and destinations from the nodes of a network."""
        draw = np.random.default_rng(seed)
        origins, destinations = (
            np.sort(draw.choice(network.n_nodes, size, replace=False)).astype(np.int64)
            for _ in range(2)
        )
        times = network.edge_times_s(0)
        order = np.lexsort((times, network.head, network.tail))
        tail, head = network.tail[order].astype(np.int64), network.head[order].astype(np.int64)
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        first &= np.isfinite(times[order])
        return cls(
            network.n_nodes,
            tail[first],
            head[first],
            times[order][first],
            origins,
            destinations,
            network.lon,
            network.lat,
        )


def matrix_rows(
    case: str,
    network: RoadNetwork,
    size: int,
    options: Options,
    peers: Iterable[Peer] | None = None,
) -> Iterator[Row]:
    """Give the rows of one network, the fastest peer's first.

    Parameters
    ----------
    case
        Its name.
    network
        The streets.
    size
        Origins, and destinations.
    options
        Seed of the draw, time limit, threads.
    peers
        Those to stand beside; all when not given.

    Raises
    ------
    RuntimeError
        If a peer's times differ from ours: one of the two is wrong.
    """
    work = Work.on(network, size, 1 if options.seed is None else options.seed)
    pairs = size * size
    seconds, ours = _fastest(lambda: _fresh(network, work, threads=1))
    us = 1e6 * seconds / pairs
    limit_s = options.time_limit or TIME_LIMIT_S
    found: list[tuple[float, str]] = []
    absent: list[str] = []
    difference = 0.0
    for peer in PEERS if peers is None else peers:
        installed = release(peer.package)
        if installed is None:
            absent.append(f"{peer.package}: absent")
            continue
        theirs_us, answer, answered = timed(peer, work, limit_s / len(PEERS))
        part = "" if answered == size else f", first {answered} of {size} origins"
        found.append((theirs_us, f"{peer.package} {installed} {peer.call}, same run{part}"))
        theirs = _difference(case, peer, ours[:answered], answer)
        if peer.agree == WEIGHTS_AGREE:
            difference = max(difference, theirs)
    found.sort()
    best = found[0] if found else None
    yield _beside(case, "us_per_pair", us, best)
    for theirs_us, source in found:
        yield Row(SUITE, case, f"us_per_pair_{source.split()[0]}", theirs_us, "us", None, source)
    absent += [f"{package}: not run, {why}" for package, why in NOT_RUN.items()]
    for source in absent:
        package = source.split(":")[0]
        yield Row(SUITE, case, f"us_per_pair_{package}", None, "us", None, source)
    yield _beside(case, "us_per_pair_prepared", 1e6 * _prepared(network, work) / pairs, best)
    search_s, searched = _fastest(
        lambda: network.node_matrix(work.origins, work.destinations, threads=1, method="search")
    )
    yield _beside(case, "us_per_pair_search", 1e6 * search_s / pairs, best)
    difference = max(difference, _relative(searched, ours))
    yield Row(
        SUITE, case, "largest_difference", difference, "relative", None, "all exact answers above"
    )
    if (options.threads or 1) > 1:
        wall_s, _ = _fastest(lambda: _fresh(network, work, threads=options.threads))
        yield _beside(
            case, f"us_per_pair_{options.threads}_threads", 1e6 * wall_s / pairs, (us, "one thread")
        )


def _beside(case: str, metric: str, us: float, best: tuple[float, str] | None) -> Row:
    if best is None:
        return Row(SUITE, case, metric, us, "us")
    return Row(SUITE, case, metric, us, "us", best[0], best[1], best[0] / us)


def _fresh(network: RoadNetwork, work: Work, threads: int | None) -> NDArray[np.float64]:
    """Fill the matrix from a network on which nothing has been prepared."""
    return replace(network).node_matrix(work.origins, work.destinations, threads=threads)


def _prepared(network: RoadNetwork, work: Work) -> float:
    """Seconds for the matrix after a change of all speeds."""
    network.node_matrix(work.origins, work.destinations, threads=1)

    def again() -> NDArray[np.float64]:
        changed = network.with_times(1.1 * network.time_s)
        return changed.node_matrix(work.origins, work.destinations, threads=1)

    return _fastest(again)[0]


def _fastest(
    run: Callable[[], NDArray[np.float64]], runs: int = RUNS
) -> tuple[float, NDArray[np.float64]]:
    """Seconds of the fastest of several equal runs after a first that compiles, and the answer."""
    answer = run()
    best = np.inf
    for _ in range(runs):
        begin = perf_counter()
        answer = run()
        best = min(best, perf_counter() - begin)
    return best, answer


def _relative(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Largest relative difference of two matrices; inf where only one has a way."""
    way = np.isfinite(one)
    if not np.array_equal(way, np.isfinite(other)):
        return float(np.inf)
    scale = np.maximum(np.abs(one[way]), 1.0)
    return float(np.max(np.abs(one[way] - other[way]) / scale, initial=0.0))


def _difference(
    case: str, peer: Peer, ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> float:
    difference = _relative(ours, theirs)
    if difference > peer.agree:
        raise RuntimeError(f"{case}: {peer.package} and we differ by {difference:.3g}")
    return difference
