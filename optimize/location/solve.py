"""One face for every model: the problem's kind chooses the solver."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol

from networks.errors import InputError
from optimize.location.solution import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimize.location.phases import PhasedPlacement
    from optimize.location.problems import Problem
    from optimize.location.queueing import QueueingLocation
    from optimize.location.solution import Progress, Solution

__all__ = ["METHODS", "Method", "solve"]

Method = Literal["auto", "own", "mip", "heuristic"]
METHODS: tuple[Method, ...] = ("auto", "own", "mip", "heuristic")
"""Choose; our own search to proof; HiGHS on the whole model; a good plan, no effort at proof."""

_SOLVERS: dict[str, str] = {
    "AvailabilityCover": "optimize.location.expected",
    "Dispersion": "optimize.location.dispersion",
    "ExpectedCover": "optimize.location.expected",
    "FacilityLocation": "optimize.location.capacitated",
    "MaxCover": "optimize.location.max_cover",
    "PCenter": "optimize.location.center",
    "PMedian": "optimize.location.median",
    "PhasedPlacement": "optimize.location.phases",
    "QueueingLocation": "optimize.location.queueing",
    "ReliableMedian": "optimize.location.reliable",
    "SetCover": "optimize.location.set_cover",
    "TwoEchelon": "optimize.location.two_echelon",
}
"""Module of each kind of problem; it has a function ``solve(problem, limits, method)``."""


class _Solver(Protocol):
    def solve(
        self,
        problem: Problem | PhasedPlacement | QueueingLocation,
        limits: Limits,
        method: Method,
    ) -> Solution:
        """Solve one kind of problem."""


def solve(
    problem: Problem | PhasedPlacement | QueueingLocation,
    *,
    method: Method = "auto",
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """Solve a placement.

    Parameters
    ----------
    problem
        One of the dataclasses of `optimize.location.problems`, a `PhasedPlacement` or a
        `QueueingLocation`.
    method
        "auto" chooses what measured best for the kind and size; see `METHODS`.
    time_limit_s
        Wall-clock seconds; the best plan so far is handed back then, and on Ctrl-C.
    gap
        Relative gap that is good enough; 0 asks for proof.
    threads
        Processors to use.
    seed
        Of whatever is drawn; the same seed gives the same plan when the time limit does not bind.
    progress
        Called now and then with the best value and bound.

    Returns
    -------
    Solution
        With value, bound, gap, status, seconds and method. ``status == "infeasible"`` where no
        plan keeps the rules.

    Raises
    ------
    InputError
        If a setting is out of range.
    KeyboardInterrupt
        If Ctrl-C came before the first plan.
    """
    if method not in METHODS:
        raise InputError(f"there is no method {method!r}", mend=f"use one of {', '.join(METHODS)}")
    if not time_limit_s > 0:
        raise InputError(f"the time limit must be above 0 s, is {time_limit_s}")
    if not 0 <= gap < 1:
        raise InputError(f"the gap must be from 0 to below 1, is {gap}")
    if threads < 1:
        raise InputError(f"threads must be at least 1, is {threads}")
    limits = Limits(time_limit_s, gap, threads, seed, progress)
    solver: _Solver = import_module(_SOLVERS[type(problem).__name__])
    return solver.solve(problem, limits, method)
