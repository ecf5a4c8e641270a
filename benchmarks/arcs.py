"""Suite ``arcs``: arc routing on published instances, every solution through the checker.

``cityops bench arcs --instances DIR --references CSV --time-limit S`` solves every CARPLIB (.dat)
and MCARPTIF (.txt) file below a folder. Without a seed each instance is solved three times, with
seeds 1, 2 and 3; ``gap`` is the mean in percent to the known value, ``gap_best`` that of the best,
``certified_gap`` that to our own lower bound. A search ends early where it reaches either.

``value_scan`` is what path scanning and cut giant tours make in a few seconds, the better of both.
After the instances of a folder ``FOLDER-mean`` has the means of their gaps, and in how many of them
every seed reached the known value, or one did.

The peer is PyVRP on the same instance in the same time (seed 1): each required street is a group of
clients, one a direction, of which one is visited. It takes no facilities or limits of cost, and is
shown as absent where it is not installed.

Without a folder the suite solves instances of its own on a grid of streets, and whole districts
(see `benchmarks.arcs_streets`).
"""

from __future__ import annotations

from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.arcs_streets import district_cases
from benchmarks.suite import Row
from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.suite import Options
    from optimize.routing.arcs.problem import ArcProblem

__all__ = ["cases", "grid_problem"]

SUITE = "arcs"
SEEDS = (1, 2, 3)
TIME_LIMIT_S = 10.0
SCAN_S = 2.0
PEER_MOST_TASKS = 1000


def cases(options: Options) -> Iterator[Row]:
    """Give the rows of the suite, instance by instance.

    Parameters
    ----------
    options
        ``time_limit`` is that of one search; ``threads`` the populations searched at once.
    """
    if options.instances is None:
        for problem in (grid_problem(6, 0), grid_problem(10, 0)):
            yield from rows_of(problem, None, options)
        yield from district_cases(options)
        return
    found = False
    found_files = [*options.instances.rglob("*.dat"), *options.instances.rglob("*.txt")]
    files = sorted(found_files, key=lambda path: (path.parent, path))  # a folder has one mean
    for folder, paths in groupby(files, key=lambda path: path.parent):
        rows: list[Row] = []
        for path in paths:
            instance = _read(path)
            if instance is None:
                continue
            found = True
            for row in rows_of(instance, _known(options, path), options):
                rows.append(row)
                yield row
        yield from _means(folder.name, rows)
    if not found:
        raise InputError(
            "holds no instance", file=options.instances, mend="give CARPLIB or MCARPTIF files"
        )


def rows_of(problem: ArcProblem, known: float | None, options: Options) -> Iterator[Row]:
    """Give the rows of one instance."""
    from optimize.routing.arcs.check import check_arc_solution
    from optimize.routing.arcs.lower_bound import arc_lower_bound
    from optimize.routing.arcs.solve import solve_arcs

    limit = options.time_limit or TIME_LIMIT_S
    bound = arc_lower_bound(problem, time_limit_s=limit)
    seeds = SEEDS if options.seed is None else (options.seed,)
    values, seconds = [], []
    source = "" if known is None else "best known"
    for seed in seeds:
        solution = solve_arcs(
            problem,
            time_limit_s=limit,
            target=None if known is None else int(known),
            bound=bound,
            threads=options.threads or 1,
            seed=seed,
        )
        faults = check_arc_solution(problem, solution).faults if solution.routes else ("no routes",)
        if faults:
            raise AssertionError(f"{problem.name}, seed {seed}: {'; '.join(faults[:3])}")
        values.append(solution.value)
        seconds.append(solution.seconds)
    case = problem.name
    yield Row(SUITE, case, "value", float(min(values)), "cost", known, source)
    yield Row(SUITE, case, "bound", float(bound), "cost")
    certified = 100.0 * (min(values) - bound) / max(1, min(values))
    yield Row(SUITE, case, "certified_gap", certified, "%", 0.0, "our lower bound")
    yield Row(SUITE, case, "seconds", float(np.mean(seconds)), "s")
    if known is not None:
        mean, best = (100.0 * (v / known - 1.0) for v in (float(np.mean(values)), min(values)))
        yield Row(SUITE, case, "gap", mean, "%", 0.0, f"{source}, mean of {len(seeds)} seeds")
        yield Row(SUITE, case, "gap_best", best, "%", 0.0, f"{source}, best of {len(seeds)} seeds")
    yield _scan_row(problem, min(values), seeds[0])
    yield from _peer_rows(problem, known, float(np.mean(values)), limit)


def _means(folder: str, rows: list[Row]) -> Iterator[Row]:
    """Give the means of a folder's gaps."""
    case = f"{folder}-mean"
    for metric in ("gap", "gap_best", "gap_pyvrp"):
        gaps = [row.value for row in rows if row.metric == metric and row.value is not None]
        if not gaps:
            continue
        yield Row(SUITE, case, metric, float(np.mean(gaps)), "%", 0.0, f"{len(gaps)} instances")
        reached = sum(gap <= 0.0 for gap in gaps)
        name = metric.replace("gap", "reached")
        yield Row(SUITE, case, name, float(reached), "instances", float(len(gaps)))
    ratios = [row.ratio for row in rows if row.metric == "value_scan" and row.ratio is not None]
    if ratios:
        mean = float(np.mean(ratios))
        yield Row(SUITE, case, "value_scan", None, "", None, f"{len(ratios)} instances", mean)


def _scan_row(problem: ArcProblem, ours: int, seed: int) -> Row:
    """Give what constructive heuristics make beside ours; no value where they keep no limit."""
    from optimize.routing.arcs.giant_tour import tour_arcs
    from optimize.routing.arcs.scanning import scan_arcs

    made = [build(problem, time_limit_s=SCAN_S, seed=seed) for build in (scan_arcs, tour_arcs)]
    value = min((one.value for one in made if one.routes), default=None)
    return Row(
        SUITE, problem.name, "value_scan", None if value is None else float(value), "cost",
        float(ours), "ours, best of the seeds", None if value is None else value / max(1, ours),
    )  # fmt: skip


def _peer_rows(
    problem: ArcProblem, known: float | None, ours: float, limit: float
) -> Iterator[Row]:
    plain = not len(problem.facilities) and problem.most_cost is None
    if not plain or problem.n_tasks > PEER_MOST_TASKS:
        return
    if find_spec("pyvrp") is None:
        yield Row(SUITE, problem.name, "value_pyvrp", None, "cost", None, "PyVRP: not installed")
        return
    from benchmarks.arcs_pyvrp import solve_with_groups

    value = solve_with_groups(problem, limit, seed=1)
    ratio = None if value is None else value / ours
    yield Row(
        SUITE, problem.name, "value_pyvrp", value, "cost", ours, "ours, mean of the seeds", ratio
    )
    if known is not None and value is not None:
        yield Row(SUITE, problem.name, "gap_pyvrp", 100.0 * (value / known - 1.0), "%")


def _read(path: Path) -> ArcProblem | None:
    """Read an instance; None for a file of another kind."""
    from optimize.routing.arcs.carplib import read_arc_problem

    try:
        return read_arc_problem(path)
    except InputError as error:
        if "neither" in str(error):
            return None
        raise


def _known(options: Options, path: Path) -> float | None:
    """Find the known value by the file's name, and by its folder where several sets have it."""
    fitting = {key[0]: value for key, value in options.references.items() if key[1] == path.stem}
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    return fitting.get(path.parent.name)


def grid_problem(side: int, seed: int) -> ArcProblem:
    """Streets of a grid, some one-way, two in three to be served; the same for a seed.

    Parameters
    ----------
    side
        Nodes along each side.
    seed
        Of lengths, demands and directions.
    """
    from optimize.routing.arcs.problem import ArcProblem
    from sim.draws import stream_id, uniforms

    index = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1),
            np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1),
        ]
    )
    street = np.arange(len(pairs))

    def drawn(what: str) -> np.ndarray:
        return uniforms(seed, stream_id(f"arcs/{side}/{what}"), street)

    cost = (50 + 100 * drawn("cost")).astype(np.int64)
    arcs = np.concatenate([pairs, pairs[:, ::-1]])
    required = drawn("required") < 2 / 3
    one_way = drawn("one-way") < 0.3
    demand = (1 + 20 * drawn("demand")).astype(np.int64)
    forward = street[required]
    back = np.where(one_way[required], -1, forward + len(pairs))
    serve = 2 * cost[required]
    return ArcProblem(
        name=f"grid-{side}",
        n_nodes=side * side,
        tail=arcs[:, 0],
        head=arcs[:, 1],
        cost=np.concatenate([cost, cost]),
        depot=0,
        task_arc=np.stack([forward, back], axis=1),
        serve_cost=np.stack([serve, serve], axis=1),
        demand=demand[required],
        capacity=150,
    )
