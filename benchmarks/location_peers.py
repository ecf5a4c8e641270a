"""Other solvers of placement problems, on the same tables and under the same time limit.

Each runs in a process of its own, which is ended when the time is up: some spend it all on
building their model. The clock of a peer starts at the table and includes its model; importing
and starting the process are not counted.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from queue import Empty
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.location_models import milp_of
from optimize.location import MaxCover, PCenter, PMedian, SetCover

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from optimize.location import Coverage, Problem

__all__ = ["PEERS", "Answer", "Peer", "ask", "release"]

_START_S = 60.0
"""To start a process and import a package, before its clock starts."""


@dataclass(frozen=True)
class Answer:
    """What a peer found.

    Parameters
    ----------
    value
        Its plan's, as it says; None where there is none.
    proven
        Whether it says that no plan is better.
    seconds
        From the table to the plan.
    why
        What hindered it.
    """

    value: float | None
    proven: bool
    seconds: float
    why: str = ""


@dataclass(frozen=True)
class Peer:
    """A package, how it is called, and what it can be asked.

    Parameters
    ----------
    package, call
        As its rows show them.
    most
        Size of table above which it is not asked, of each kind of problem that it solves.
    solve
        Answers one problem within some seconds.
    """

    package: str
    call: str
    most: Mapping[str, int]
    solve: Callable[[Any, float], Answer]

    def takes(self, problem: Problem) -> bool:
        """Whether it can be asked this."""
        most = self.most.get(type(problem).__name__)
        return most is not None and _entries(problem) <= most


def release(package: str) -> str | None:
    """Version of a package, None where it is absent."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def ask(peer: Peer, problem: Problem, limit_s: float) -> Answer:
    """Let a peer answer in a process of its own.

    Returns
    -------
    Answer
        Without a value where it did not end in time or failed, with the reason.
    """
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    process = context.Process(target=_work, args=(peer.package, problem, limit_s, answers))
    process.daemon = True
    process.start()
    try:
        if answers.get(timeout=_START_S + limit_s) != "ready":
            return Answer(None, proven=False, seconds=0.0, why="it could not be imported")
        found: Answer = answers.get(timeout=1.5 * limit_s + 5.0)
    except Empty:
        return Answer(None, proven=False, seconds=limit_s, why=f"not done in {limit_s:g} s")
    finally:
        process.terminate()
        process.join()
    return found


def _work(package: str, problem: Problem, limit_s: float, answers: Any) -> None:  # noqa: ANN401
    peer = next(peer for peer in PEERS if peer.package == package)
    # a solver's banner is no row of ours
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        for module in _MODULES[package]:
            import_module(module)
    except ImportError:
        answers.put("absent")
        return
    answers.put("ready")
    try:
        answers.put(peer.solve(problem, limit_s))
    except Exception as fault:  # noqa: BLE001 - whatever a peer raises is its answer
        answers.put(Answer(None, proven=False, seconds=0.0, why=f"{type(fault).__name__}: {fault}"))


def _entries(problem: Problem) -> int:
    table = getattr(problem, "cost", None)
    if table is not None:
        return int(table.size)
    return len(problem.coverage.site)  # type: ignore[union-attr]


# ---- scipy: the textbook model


def _scipy(problem: Problem, limit_s: float) -> Answer:
    from scipy.optimize import Bounds, LinearConstraint, milp

    begin = perf_counter()
    model = milp_of(problem)
    found = milp(
        model.cost,
        integrality=model.integer,
        bounds=Bounds(model.lower, model.upper),
        constraints=LinearConstraint(model.rows, model.row_lower, model.row_upper),
        options={"time_limit": max(limit_s - (perf_counter() - begin), 0.1), "mip_rel_gap": 0.0},
    )
    seconds = perf_counter() - begin
    if found.x is None:
        return Answer(None, proven=False, seconds=seconds, why=f"no plan in {limit_s:g} s")
    value = -float(found.fun) if model.maximise else float(found.fun)
    return Answer(value, proven=found.status == 0, seconds=seconds)


# ---- spopt: models written term by term in PuLP


def _spopt(problem: PMedian | PCenter | MaxCover | SetCover, limit_s: float) -> Answer:
    import pulp
    from spopt import locate

    begin = perf_counter()
    match problem:
        case PMedian():
            assert problem.p is not None  # noqa: S101 - cases have it
            model = locate.PMedian.from_cost_matrix(problem.cost, problem.weight, problem.p)
        case PCenter():
            model = locate.PCenter.from_cost_matrix(problem.cost, problem.p)
        case MaxCover():
            model = locate.MCLP.from_cost_matrix(
                _as_distances(problem.coverage), problem.weight, 0.5, problem.p
            )
        case SetCover():
            model = locate.LSCP.from_cost_matrix(_as_distances(problem.coverage), 0.5)
    left = max(limit_s - (perf_counter() - begin), 0.1)
    solver = pulp.getSolver("HiGHS", msg=False, timeLimit=left, threads=1)
    model.solve(solver, results=False)
    seconds = perf_counter() - begin
    proven = model.problem.sol_status == pulp.LpSolutionOptimal
    return Answer(float(pulp.value(model.problem.objective)), proven=proven, seconds=seconds)


def _as_distances(coverage: Coverage) -> NDArray[np.float64]:
    """Make a table that is 0 where a site covers and 1 elsewhere, for what only reads such."""
    table = np.ones((coverage.n_points, coverage.n_sites))
    row = np.repeat(np.arange(coverage.n_points), np.diff(coverage.indptr))
    table[row, coverage.site] = 0.0
    return table


# ---- pbp-pmedian: reduced models and Benders cuts


def _pbp(problem: PMedian, limit_s: float) -> Answer:
    pbp_pmedian = import_module("pbp_pmedian")
    begin = perf_counter()
    costs = np.ascontiguousarray((problem.weight[:, None] * problem.cost).T)
    value, _, _, status, _ = pbp_pmedian.solve(costs, problem.p, time_limit=limit_s)
    seconds = perf_counter() - begin
    if value is None:
        return Answer(None, proven=False, seconds=seconds, why=f"no plan in {limit_s:g} s")
    return Answer(float(value), proven=status == 0, seconds=seconds)


# beyond these they end with the time limit on every case that was tried
_SMALL, _CENTER, _COVER, _LARGE = 50_000, 10_000, 5_000_000, 2_000_000
_LOCATE = {"PMedian": _SMALL, "PCenter": _CENTER, "MaxCover": _COVER, "SetCover": _COVER}
_TEXTBOOK = {**_LOCATE, "ExpectedCover": _COVER, "FacilityLocation": _SMALL, "TwoEchelon": _SMALL}
_MODULES = {
    "scipy": ("scipy.optimize", "scipy.sparse"),
    "spopt": ("pulp", "spopt.locate"),
    "pbp-pmedian": ("pbp_pmedian",),
}

PEERS = (
    Peer("scipy", "optimize.milp (HiGHS)", _TEXTBOOK, _scipy),
    Peer("spopt", "locate, PuLP with HiGHS", _LOCATE, _spopt),
    Peer("pbp-pmedian", "solve", {"PMedian": _LARGE}, _pbp),
)
