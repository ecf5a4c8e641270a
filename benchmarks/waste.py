"""Suite ``waste``: collection routes on published instances, every solution through the checker.

``cityops bench waste --instances DIR --references CSV --time-limit S`` solves every instance of
Kim, Kim and Sahoo (.txt) and every multi-trip instance (.vrp) below a folder. ``vehicles`` stands
beside the least that loads and hours allow, ``distance`` and ``gap`` beside the known value: Kim's
are of their own plans and can be beaten, multi-trip ones are the best known. ``faults`` counts what
the checker finds in an answer, and stops that it leaves.

PyVRP and OR-Tools' routing library solve the same instance in the same run and the same time (see
`benchmarks.waste_peers`); their answers are timed by ours and judged by the same checker. Which
rule a peer could not be told stands beside its ``faults``. Of distances there is a ratio only
between plans of equally many vehicles that serve all; gaps are of plans without faults, and means
of them over the instances that all solved.

Without a folder the suite solves a town of its own, and runs the simulation of collection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.suite import Row
from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.suite import Options
    from benchmarks.waste_peers import PeerAnswer
    from optimize.routing.nodes.problem import NodeProblem
    from optimize.routing.nodes.solution import NodeRoute

__all__ = ["Case", "cases", "read_case", "rows_of", "town_problem"]

SUITE = "waste"
TIME_LIMIT_S = 30.0
TOWN_STOPS = 150
PARTS = ("benchmarks.des_waste",)

_TIMES = ("home", "home by", "leave", "lunch", "release", "shift", "time", "window")
"""Rules of what a route that is late cannot keep anyway."""

_A_VEHICLE = 1_000_000
"""What a peer's vehicle costs beside its way where fewest vehicles come first."""


@dataclass(frozen=True, eq=False)
class Case:
    """An instance, and how its plans are measured.

    Parameters
    ----------
    problem
        What is solved.
    length
        Length of all routes.
    unit
        Of it.
    least
        Vehicles that every plan has at least; None where nothing is known.
    fewest
        Whether fewest vehicles come before the length.
    source
        What a known value is.
    """

    problem: NodeProblem
    length: Callable[[Iterable[NodeRoute]], float]
    unit: str
    least: int | None
    fewest: bool
    source: str


def cases(options: Options) -> Iterator[Row]:
    """Give the rows of the suite, instance by instance.

    Parameters
    ----------
    options
        ``time_limit`` is that of one search; ``threads`` the searches of ours at once.
    """
    if options.instances is None:
        yield from rows_of(_town(), None, options)
        for part in PARTS:
            if find_spec(part) is not None:
                yield from import_module(part).cases(options)
        return
    found = False
    files = [*options.instances.rglob("*.txt"), *options.instances.rglob("*.vrp")]
    files.sort(key=lambda path: (path.parent, path))  # a folder has one mean
    for folder, paths in groupby(files, key=lambda path: path.parent):
        rows: list[Row] = []
        for path in paths:
            case = read_case(path)
            if case is None:
                continue
            found = True
            for row in rows_of(case, _known(options, path), options):
                rows.append(row)
                yield row
        yield from _means(folder.name, rows)
    if not found:
        raise InputError(
            "holds no instance", file=options.instances, mend="give files of Kim (.txt) or VRPLIB"
        )


def read_case(path: Path) -> Case | None:
    """Read an instance; None for a file of another kind.

    Raises
    ------
    InputError
        If the file is of a kind that is read, and is wrong.
    """
    from optimize.routing.nodes.kim import least_vehicles, read_kim
    from optimize.routing.nodes.mtvrptwr import read_mtvrptwr

    try:
        if path.suffix == ".txt":
            instance = read_kim(path)
            least = least_vehicles(instance)
            return Case(instance.problem, instance.miles, "mi", least, True, "published")
        problem = read_mtvrptwr(path)
    except InputError as error:
        if "no instance" in str(error) or "is none of" in str(error):
            return None
        raise
    return Case(problem, _metres(problem), "tenths", None, False, "best known")


def rows_of(case: Case, known: float | None, options: Options) -> Iterator[Row]:
    """Give the rows of one instance."""
    from optimize.routing.nodes.check import check_node_solution
    from optimize.routing.nodes.solve import solve_nodes

    problem = case.problem
    limit = options.time_limit or TIME_LIMIT_S
    seed = 1 if options.seed is None else options.seed
    solution = solve_nodes(
        problem, time_limit_s=limit, seed=seed, threads=options.threads or 1, fewest=case.fewest
    )
    ours = len(solution.routes)
    length = case.length(solution.routes)
    checked = check_node_solution(problem, solution)
    wrong = [str(fault) for fault in checked.faults]
    wrong += [f"stop {stop} is left" for stop in solution.left]

    def row(metric: str, value: float | None, unit: str, *beside: object) -> Row:
        return Row(SUITE, problem.name, metric, value, unit, *beside)  # type: ignore[arg-type]

    least = None if case.least is None else float(case.least)
    yield row("vehicles", ours, "trucks", least, "least by loads and hours" if least else "")
    # of published plans with fewest vehicles first it is not known how many they have
    ratio = None if known is None or wrong or case.fewest else known / length
    yield row("distance", length, case.unit, known, case.source if known else "", ratio)
    if known is not None and not wrong:
        yield row("gap", 100.0 * (length / known - 1.0), "%", 0.0, case.source)
    yield row("faults", len(wrong), "", 0.0, _first(wrong))
    threads = options.threads or 1
    said_so = f"{threads} threads, peers have one" if threads > 1 else ""
    yield row("seconds", solution.seconds, "s", None, said_so)
    for name, answer in _peers(case, limit, seed):
        if answer.routes is None:
            yield row(f"distance_{name}", None, case.unit, None, answer.note)
            continue
        routes, said = judged(problem, answer.routes)
        theirs = case.length(routes)
        like = len(routes) == ours and not said and not wrong
        yield row(f"vehicles_{name}", len(routes), "trucks", float(ours), "ours")
        ratio = theirs / length if like else None
        yield row(f"distance_{name}", theirs, case.unit, length, "ours", ratio)
        if known is not None and not said:
            yield row(f"gap_{name}", 100.0 * (theirs / known - 1.0), "%", 0.0, case.source)
        yield row(f"faults_{name}", len(said), "", 0.0, "; ".join([answer.note, *said[:1]]))


def judged(
    problem: NodeProblem, visits: Iterable[tuple[int, ...]]
) -> tuple[list[NodeRoute], list[str]]:
    """Time a peer's routes, and say which rules they break.

    Parameters
    ----------
    problem
        Of one kind of truck.
    visits
        What each truck visits.

    Returns
    -------
    list of NodeRoute
        A route that can be on time nowhere is driven as if nothing had a window.
    list of str
        Rules that are broken, and stops that must be served and are not.
    """
    from optimize.routing.nodes.check import check_routes
    from optimize.routing.nodes.solution import timetable

    routes: list[NodeRoute] = []
    late: set[int] = set()
    for number, one in enumerate(visits):
        route = timetable(problem, 0, one)
        if route is None:
            late.add(number)
            route = _late(problem, one)
        routes.append(route)
    said = [f"route {number}: cannot be on time" for number in sorted(late)]
    said += [
        str(fault)
        for fault in check_routes(problem, routes).faults
        if fault.route not in late or fault.rule not in _TIMES
    ]
    served = {int(v) for route in routes for v in route.visit if v >= 0}
    required = np.flatnonzero(problem.prize < 0).tolist()
    missing = [stop for stop in required if stop not in served]
    return routes, said + [f"stop {stop} is left" for stop in missing]


def _late(problem: NodeProblem, visits: tuple[int, ...]) -> NodeRoute:
    """Drive a route that keeps no times, so that it has a length."""
    from optimize.routing.nodes.solution import NodeRoute

    kind = problem.kinds[0]
    begins = np.zeros(len(visits), dtype=np.int64)
    return NodeRoute(0, np.array(visits, dtype=np.int64), begins, kind.leave[0], kind.leave[0])


def _peers(case: Case, limit: float, seed: int) -> Iterator[tuple[str, PeerAnswer]]:
    from benchmarks.waste_peers import PeerAnswer, solve_with_ortools, solve_with_pyvrp

    problem = case.problem
    each = _A_VEHICLE if case.fewest else 0
    count = problem.kinds[0].count
    most = None if case.least is None else case.least + 3
    if most is not None and count is not None:
        most = min(most, count)
    if find_spec("pyvrp") is None:
        yield "pyvrp", PeerAnswer(None, "PyVRP: not installed")
    else:
        answer = solve_with_pyvrp(problem, limit, seed=seed, per_vehicle=each, vehicles=most)
        if answer.routes is None and most is not None and len(problem.kinds) == 1:
            answer = solve_with_pyvrp(problem, limit, seed=seed, per_vehicle=each)
            note = f"asked again, as {most} vehicles were too few"
            answer = replace(answer, note="; ".join(filter(None, [answer.note, note])))
        yield "pyvrp", answer
    if find_spec("ortools") is None:
        yield "ortools", PeerAnswer(None, "OR-Tools: not installed")
    else:
        answer = solve_with_ortools(problem, limit, per_vehicle=each, vehicles=most)
        yield "ortools", answer


def _means(folder: str, rows: list[Row]) -> Iterator[Row]:
    """Give the means of a folder's gaps, over the instances that all solved who solved any."""
    gaps = {
        name: {r.case: r.value for r in rows if r.metric == name and r.value is not None}
        for name in ("gap", "gap_pyvrp", "gap_ortools")
    }
    solved = [set(own) for own in gaps.values() if own]
    common = sorted(set.intersection(*solved)) if solved else []
    for name, own in gaps.items():
        if own and common:
            mean = float(np.mean([own[case] for case in common]))
            yield Row(SUITE, f"{folder}-mean", name, mean, "%", 0.0, f"{len(common)} instances")
    faults = [r.value for r in rows if r.metric == "faults" and r.value is not None]
    if faults:
        yield Row(SUITE, f"{folder}-mean", "faults", float(sum(faults)), "", 0.0, "all instances")


def _first(wrong: list[str]) -> str:
    return f"by the checker: {wrong[0]}" if wrong else "by the checker"


def _known(options: Options, path: Path) -> float | None:
    """Find the known value by the file's name, and by its folder where several sets have it."""
    names = (path.stem, path.stem.removesuffix("_stop"))
    fitting = {key[0]: value for key, value in options.references.items() if key[1] in names}
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    return fitting.get(path.parent.name)


def _metres(problem: NodeProblem) -> Callable[[Iterable[NodeRoute]], float]:
    """Measure routes by the problem's own matrices."""
    from optimize.routing.nodes.solution import driven_m

    return lambda routes: float(sum(driven_m(problem, route) for route in routes))


def _town() -> Case:
    problem = town_problem(TOWN_STOPS, 0)
    metres = _metres(problem)
    return Case(problem, lambda routes: metres(routes) / 1000.0, "km", None, True, "")


def town_problem(stops: int, seed: int) -> NodeProblem:
    """Make collection points of a town, two facilities, lunch, windows for one in five.

    Parameters
    ----------
    stops
        Collection points in a square of 12 km.
    seed
        Of places, amounts and windows; they are the same for it.
    """
    from optimize.routing.nodes.problem import NodeProblem, TruckKind
    from sim.draws import stream_id, uniforms

    def drawn(what: str) -> NDArray[np.float64]:
        return uniforms(seed, stream_id(f"waste/{stops}/{what}"), np.arange(stops))

    x = np.concatenate([[3000.0, 1000.0, 9000.0], 12_000.0 * drawn("x")])
    y = np.concatenate([[3000.0, 11_000.0, 1000.0], 12_000.0 * drawn("y")])
    metres = np.abs(x[:, None] - x[None]) + np.abs(y[:, None] - y[None])
    litres = (240.0 + 2000.0 * drawn("litres")).astype(np.int64)
    kg = (litres * (0.1 + 0.2 * drawn("density"))).astype(np.int64)
    hour = 3600
    window = np.tile([5 * hour, 18 * hour], (stops, 1))
    narrow = drawn("narrow") < 0.2
    window[narrow, 0] = 6 * hour + (5 * hour * drawn("window")[narrow]).astype(np.int64)
    window[narrow, 1] = window[narrow, 0] + 2 * hour
    truck = TruckKind(
        name="truck",
        start=0,
        end=0,
        capacity=np.array([18_000, 6_000]),
        leave=(6 * hour, 8 * hour),
        home_by=16 * hour,
        shift_s=9 * hour,
        lunch=(11 * hour, 13 * hour, hour // 2),
        empty_home=True,
        cost_m=1,
    )
    return NodeProblem(
        name=f"town-{stops}",
        seconds=(np.ceil(metres / 7.0).astype(np.int64),),
        metres=(np.rint(metres).astype(np.int64),),
        stop_place=np.arange(3, stops + 3),
        amount=np.stack([litres, kg], axis=1),
        service_s=(60.0 + litres / 20.0).astype(np.int64),
        window=window,
        release_s=np.zeros(stops, dtype=np.int64),
        prize=np.full(stops, -1),
        facility_place=np.array([1, 2]),
        facility_s=np.array([900, 900]),
        facility_window=np.array([[6 * hour, 17 * hour], [7 * hour, 15 * hour]]),
        kinds=(truck,),
    )
