"""Suite ``location``: placements beside their best known values and beside other solvers.

Each case is one problem and one call of `optimize.location.solve` with one time limit, 60 s when
none is given. Its plan is judged by `optimize.location.evaluate`, which shares no code with the
solvers; a plan with a fault gives a row ``faults`` and no other. So does a peer's answer that
contradicts ours: a better plan than our bound allows, or a proof that our plan betters.

===================  =========================================================================
metric               what it is
===================  =========================================================================
value                objective of the plan; beside it the best known
gap                  percent worse than the best known; below 0 is better than that
certified_gap        percent between the plan and our own bound
proven               1 if the bound meets the value
seconds              wall-clock time of the call; compiled kernels are loaded before
cpu_seconds          processor time of the same call, which a busy machine does not stretch
prepare_seconds      streets to coverage, where the case begins with streets
peak_memory_gb       of this process, after the case of a million points
seconds_PEER         the same work by a peer: from the table to its plan, its model included
gap_PEER             percent its plan is worse than ours
===================  =========================================================================

``FAMILY-total`` adds up the cases of a family. Peers run on every fifth case of a family and on
all of ours without published values, in processes of their own that end with the time limit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.location_cases import MILLION, POINTS, own_cases
from benchmarks.location_instances import Case, Skipped, read_cases
from benchmarks.location_peers import PEERS, ask, release
from benchmarks.suite import Row
from networks import InputError
from optimize.location import (
    Coverage,
    Dispersion,
    ExpectedCover,
    FacilityLocation,
    MaxCover,
    PCenter,
    PMedian,
    SetCover,
    TwoEchelon,
)
from optimize.location.evaluate import evaluate
from optimize.location.solve import solve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.location_peers import Answer, Peer
    from benchmarks.suite import Options
    from optimize.location import Problem, Solution

__all__ = ["case_rows", "cases"]

SUITE = "location"
TIME_LIMIT_S = 60.0
PEERS_EVERY = 5
_AGREE = 1e-6
_GAINS = (MaxCover, ExpectedCover)


@dataclass
class _Total:
    """Sums over the cases of a family."""

    cases: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    proven: int = 0
    faults: int = 0
    gaps: list[float] = field(default_factory=list)
    certified: list[float] = field(default_factory=list)


def cases(options: Options, points: int = POINTS) -> Iterator[Row]:
    """Run the suite.

    Parameters
    ----------
    options
        ``instances`` is a folder of published instances, searched with the folders in it; see
        `benchmarks.location_instances` for the forms. Without it: maximal covers on streets, and
        the Utrecht and San Francisco cases where their data lie beside the project. From a time
        limit of 300 s on, also one of a million demand points.
    points
        Demand points of our own cases.
    """
    limit_s = options.time_limit or TIME_LIMIT_S
    seed = options.seed or 0
    published = options.instances is not None
    found: Iterable[Case | Skipped] = (
        read_cases(options.instances, options.references)
        if options.instances is not None
        else own_cases(seed, limit_s, points)
    )
    totals: dict[str, _Total] = defaultdict(_Total)
    skipped: dict[str, list[str]] = defaultdict(list)
    warm: set[type] = set()
    counted = 0
    for case in found:
        if isinstance(case, Skipped):
            skipped[case.why].append(case.name)
            continue
        nth = totals[case.family].cases
        peers = PEERS if not published or nth % PEERS_EVERY == 0 else ()
        for row in case_rows(case, options, peers=peers, warm=warm):
            _count(totals[case.family], row)
            yield row
        totals[case.family].cases += 1
        counted += 1
    for family, total in totals.items():
        yield from _total_rows(family, total)
    for why, names in skipped.items():
        source = f"{why}: {', '.join(names)}"
        yield Row(SUITE, "skipped", "files", float(len(names)), "files", None, source)
    if published and not counted:
        raise InputError(
            "holds no instance of a form that is known here",
            file=options.instances,
            mend="pmed, cap, single source, two echelons, TSPLIB, maximal cover",
        )


def case_rows(
    case: Case,
    options: Options,
    peers: Iterable[Peer] = (),
    warm: set[type] | None = None,
) -> Iterator[Row]:
    """Give the rows of one case.

    Parameters
    ----------
    case
        What to solve.
    options
        Time limit, threads, seed.
    peers
        Those to stand beside.
    warm
        Kinds of problem whose kernels are loaded; grows.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended the search, after the rows of the plan that it had.
    """
    limit_s = options.time_limit or TIME_LIMIT_S
    begin = perf_counter()
    problem = case.problem()
    prepare_s = perf_counter() - begin
    _warm(problem, set() if warm is None else warm)
    threads, seed = options.threads or 1, options.seed or 0
    begin, begin_cpu = perf_counter(), process_time()
    try:
        solution = solve(problem, time_limit_s=limit_s, threads=threads, seed=seed)
    except InputError as refusal:
        yield Row(SUITE, case.name, "faults", 1.0, "count", None, str(refusal))
        return
    seconds, cpu_s = perf_counter() - begin, process_time() - begin_cpu
    judged = evaluate(problem, solution)
    if not judged.sound:
        text = "; ".join(judged.faults)
        yield Row(SUITE, case.name, "faults", float(len(judged.faults)), "count", None, text)
        return
    unit = "objective"
    yield Row(SUITE, case.name, "value", judged.value, unit, case.known, case.known_source)
    if case.known is not None:
        gap = _worse(problem, judged.value, case.known)
        yield Row(SUITE, case.name, "gap", gap, "%", 0.0, f"best known, {case.known_source}")
    yield Row(SUITE, case.name, "certified_gap", 100 * solution.gap, "%", None, solution.method)
    proven = float(solution.status == "optimal")
    yield Row(SUITE, case.name, "proven", proven, "1 or 0")
    if case.family == "cover":
        yield Row(
            SUITE,
            case.name,
            "prepare_seconds",
            prepare_s,
            "s",
            None,
            "streets to coverage, once for all p",
        )
        if len(judged.served) >= MILLION:
            yield Row(SUITE, case.name, "peak_memory_gb", _peak_gb(), "GB")
    yield Row(SUITE, case.name, "cpu_seconds", cpu_s, "s")
    if solution.interrupted:
        yield Row(SUITE, case.name, "seconds", seconds, "s", None, "interrupted")
        raise KeyboardInterrupt
    yield from _beside_peers(case, problem, solution, seconds, limit_s, peers)


def _worse(problem: Problem, value: float, other: float) -> float:
    """Percent by which a value is worse than another."""
    distance = other - value if isinstance(problem, _GAINS) else value - other
    if abs(distance) <= 1e-12 * abs(other):
        return 0.0
    return 100.0 * distance / max(abs(other), 1e-12)


def _peak_gb() -> float:
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)


# ---- the peers


def _beside_peers(
    case: Case,
    problem: Problem,
    solution: Solution,
    seconds: float,
    limit_s: float,
    peers: Iterable[Peer],
) -> Iterator[Row]:
    """Give our time beside that of the fastest peer whose plan is as good, then theirs."""
    rows: list[Row] = []
    best: tuple[float, str] | None = None
    for peer in peers:
        if not peer.takes(problem):
            continue
        name = f"seconds_{peer.package}"
        number = release(peer.package)
        if number is None:
            rows.append(Row(SUITE, case.name, name, None, "s", None, f"{peer.package}: absent"))
            continue
        answer = ask(peer, problem, limit_s)
        source = f"{peer.package} {number} {peer.call}, same run"
        if answer.value is None:
            text = f"{source}: {answer.why}"
            rows.append(Row(SUITE, case.name, name, None, "s", None, text))
            continue
        wrong = _contradiction(problem, solution, answer)
        if wrong:
            yield Row(SUITE, case.name, "faults", 1.0, "count", None, f"{source}: {wrong}")
            return
        gap = _worse(problem, answer.value, solution.value)
        state = "" if answer.proven else ", not proven"
        rows.append(Row(SUITE, case.name, name, answer.seconds, "s", None, source + state))
        rows.append(Row(SUITE, case.name, f"gap_{peer.package}", gap, "%", None, source))
        if gap <= 100 * _AGREE and (best is None or answer.seconds < best[0]):
            best = answer.seconds, source + state
    if best is None:
        yield Row(SUITE, case.name, "seconds", seconds, "s")
    else:
        ratio = best[0] / max(seconds, 1e-9)
        yield Row(SUITE, case.name, "seconds", seconds, "s", best[0], best[1], ratio)
    yield from rows


def _contradiction(problem: Problem, solution: Solution, answer: Answer) -> str:
    """Say where two answers cannot both be right."""
    assert answer.value is not None  # noqa: S101 - the caller has seen to it
    slack = _AGREE * max(1.0, abs(solution.value))
    gain = isinstance(problem, _GAINS)
    passes = answer.value - solution.bound if gain else solution.bound - answer.value
    theirs = solution.value - answer.value if gain else answer.value - solution.value
    if passes > slack:
        return f"a plan of {answer.value:.12g}, and our bound is {solution.bound:.12g}"
    if answer.proven and theirs > slack:
        return f"{answer.value:.12g} proven best, and our plan has {solution.value:.12g}"
    return ""


# ---- totals


def _count(total: _Total, row: Row) -> None:
    if row.value is None:
        return
    match row.metric:
        case "seconds":
            total.seconds += row.value
        case "cpu_seconds":
            total.cpu_seconds += row.value
        case "proven":
            total.proven += int(row.value)
        case "faults":
            total.faults += 1
        case "gap":
            total.gaps.append(row.value)
        case "certified_gap":
            total.certified.append(row.value)


def _total_rows(family: str, total: _Total) -> Iterator[Row]:
    case = f"{family}-total"
    yield Row(SUITE, case, "cases", float(total.cases), "count")
    yield Row(SUITE, case, "proven", float(total.proven), "count")
    yield Row(SUITE, case, "faults", float(total.faults), "cases")
    yield Row(SUITE, case, "seconds", total.seconds, "s")
    yield Row(SUITE, case, "cpu_seconds", total.cpu_seconds, "s")
    if total.gaps:
        yield Row(SUITE, case, "gap", max(total.gaps), "%", None, "the worst")
    if total.certified:
        worst = max(total.certified)
        yield Row(SUITE, case, "certified_gap", worst, "%", None, "the worst")


# ---- compiled kernels


def _warm(problem: Problem, warm: set[type]) -> None:
    """Solve a tiny problem of the same kind, so that no case pays for the loading of kernels."""
    kind = type(problem)
    if kind not in warm:
        warm.add(kind)
        solve(_tiny(kind), time_limit_s=10.0)


def _tiny(kind: type) -> Problem:
    draw = np.random.default_rng(0)
    xy = draw.uniform(0, 100, (30, 2))
    cost = np.sqrt(((xy[:, None] - xy[None, :]) ** 2).sum(axis=2))
    weight, near = np.ones(30), Coverage.within(cost, 30.0)
    capacity, opening = np.full(30, 12.0), np.full(30, 50.0)
    every: dict[type, Problem] = {
        PMedian: PMedian(cost, weight, 4),
        PCenter: PCenter(cost, 4),
        SetCover: SetCover(near),
        MaxCover: MaxCover(near, weight, 3),
        ExpectedCover: ExpectedCover(near, weight, 4, 0.3),
        Dispersion: Dispersion((cost + cost.T) / 2, 3),
        FacilityLocation: FacilityLocation(cost, weight, capacity, opening),
        TwoEchelon: TwoEchelon(
            cost, cost[:, :3], weight, opening, np.full(3, 20.0), np.full(3, 9.0), capacity
        ),
    }
    return every[kind]
