"""Linear and integer programs on arrays, solved by HiGHS.

A model is bounds, costs and a sparse matrix; nothing is built term by term, so that a model of
millions of entries costs little more than its arrays. The search answers Ctrl-C and a time limit
with the best solution so far. HiGHS: Huangfu and Hall, Parallelizing the dual revised simplex
method, Mathematical Programming Computation 10 (2018).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

__all__ = ["LinearModel", "MipResult", "Rows", "solve_lp", "solve_mip"]

MipStatus = Literal["optimal", "feasible", "infeasible", "unbounded", "none"]
"""Proven best; a solution without proof; no solution exists; no best exists; none found in time."""

_INFINITY = float("inf")
_PROGRESS_EVERY_S = 0.25


@dataclass(frozen=True, eq=False)
class MipResult:
    """What HiGHS found.

    Parameters
    ----------
    status
        See `MipStatus`.
    x : float64[n]
        Of the best solution; empty where there is none.
    value, bound
        Objective of `x`, and what no solution can better.
    seconds
        Wall-clock time.
    row_dual : float64[r]
        Of a linear program: change of the objective with the row's bound.
    reduced_cost : float64[n]
        Of a linear program.
    interrupted
        Whether Ctrl-C ended the search.
    """

    status: MipStatus
    x: NDArray[np.float64]
    value: float
    bound: float
    seconds: float
    row_dual: NDArray[np.float64]
    reduced_cost: NDArray[np.float64]
    interrupted: bool = False

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return len(self.x) > 0


class Rows:
    """Rows of a model, put in block by block.

    Examples
    --------
    >>> rows = Rows()
    >>> rows.add([0, 0, 1], [0, 1, 1], [1.0, 1.0, 2.0], lower=[1.0, 0.0], upper=[1.0, 4.0])
    2
    >>> len(rows)
    2
    """

    def __init__(self) -> None:
        self._row: list[NDArray[np.int64]] = []
        self._column: list[NDArray[np.int64]] = []
        self._value: list[NDArray[np.float64]] = []
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self,
        row: ArrayLike,
        column: ArrayLike,
        value: ArrayLike,
        *,
        lower: ArrayLike,
        upper: ArrayLike,
    ) -> int:
        """Put in a block of rows.

        Parameters
        ----------
        row : int[q]
            Of each entry, counted from 0 within the block.
        column : int[q]
            Variable of each entry.
        value : float[q] or float
            Coefficient of each entry; entries of one row and column are added up.
        lower, upper : float[r] or float
            Bounds of the block's rows; where both are single numbers, of ``max(row) + 1`` rows.

        Returns
        -------
        int
            Number of rows there are now.
        """
        rows = np.asarray(row, dtype=np.int64)
        columns = np.asarray(column, dtype=np.int64)
        low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
        count = max(low.size if low.ndim else 0, high.size if high.ndim else 0)
        if not count:
            count = int(rows.max()) + 1 if rows.size else 0
        self._row.append(rows + self._count)
        self._column.append(columns)
        self._value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), rows.shape))
        self._lower.append(np.broadcast_to(low, count))
        self._upper.append(np.broadcast_to(high, count))
        self._count += count
        return self._count

    def parts(
        self,
    ) -> tuple[
        NDArray[np.int64],
        NDArray[np.int64],
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.float64],
    ]:
        """All rows as (row, column, value, lower, upper)."""
        empty, none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
        return (
            np.concatenate([empty, *self._row]),
            np.concatenate([empty, *self._column]),
            np.concatenate([none, *self._value]),
            np.concatenate([none, *self._lower]),
            np.concatenate([none, *self._upper]),
        )


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A linear or integer program.

    Parameters
    ----------
    cost : float64[n]
        Of each variable.
    lower, upper : float64[n]
        Bounds of each variable.
    integer : bool[n]
        Which must be whole.
    rows
        Its constraints.
    maximise
        Whether the objective is a gain.
    offset
        Added to the objective.
    """

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    rows: Rows
    maximise: bool = False
    offset: float = 0.0


def solve_lp(
    model: LinearModel,
    *,
    time_limit_s: float = 60.0,
    method: Literal["choose", "simplex", "ipm", "pdlp"] = "choose",
    crossover: bool = True,
    threads: int = 1,
) -> MipResult:
    """Solve the relaxation of a model.

    Parameters
    ----------
    model
        Whole variables are taken as continuous.
    time_limit_s
        Wall-clock seconds.
    method
        Simplex, interior point, or first-order; HiGHS chooses if not given.
    crossover
        Whether an interior-point solution is moved to a vertex.
    threads
        Processors.
    """
    return _run(
        model,
        relaxed=True,
        time_limit_s=time_limit_s,
        threads=threads,
        options={"solver": method, "run_crossover": "on" if crossover else "off"},
    )


def solve_mip(
    model: LinearModel,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    threads: int = 1,
    seed: int = 0,
    start: NDArray[np.float64] | None = None,
    cutoff: float | None = None,
    progress: Callable[[float, float, float], None] | None = None,
) -> MipResult:
    """Solve an integer program.

    Parameters
    ----------
    model
        What to solve.
    time_limit_s
        Wall-clock seconds; the best solution so far is handed back then, and on Ctrl-C.
    gap
        Relative gap that is good enough.
    threads
        Processors.
    seed
        Of the search.
    start : float64[n], optional
        A solution to begin with; one that is not feasible is ignored.
    cutoff
        Objective that only better solutions are wanted than.
    progress
        Called with value, bound and seconds now and then; not from the main thread.
    """
    options: dict[str, Any] = {
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-9,
        "random_seed": seed % (2**31 - 1),
        "mip_feasibility_tolerance": 1e-7,
    }
    if cutoff is not None:
        options["objective_bound"] = cutoff

    def run(begin: NDArray[np.float64] | None) -> MipResult:
        return _run(
            model,
            relaxed=False,
            time_limit_s=time_limit_s,
            threads=threads,
            options=options,
            start=begin,
            progress=progress,
        )

    found = run(start)
    if start is not None and found.found and not _agrees(model, found):
        # a model that presolve alone solves may come back with the start for its solution
        found = run(None)
    return found


def _agrees(model: LinearModel, found: MipResult) -> bool:
    """Whether the value told is that of the solution."""
    value = float(model.cost @ found.x) + model.offset
    return abs(value - found.value) <= 1e-6 * max(1.0, abs(value), abs(found.value))


# ---- HiGHS


def _run(
    model: LinearModel,
    *,
    relaxed: bool,
    time_limit_s: float,
    threads: int,
    options: dict[str, Any],
    start: NDArray[np.float64] | None = None,
    progress: Callable[[float, float, float], None] | None = None,
) -> MipResult:
    import highspy
    from highspy import _core

    began = time.perf_counter()
    # the library's own class would print a header before it can be told to be silent
    solver = _core._Highs()  # noqa: SLF001
    settings = {"output_flag": False, "time_limit": max(time_limit_s, 0.01), **options}
    settings["threads"] = threads
    settings["parallel"] = "on" if threads > 1 else "off"
    for name, value in settings.items():
        if solver.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise ValueError(f"HiGHS takes no {name} = {value!r}")
    # else the first number of threads holds for the whole process
    solver.resetGlobalScheduler(True)
    solver.passModel(_as_highs(model, relaxed=relaxed))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = np.asarray(start, dtype=np.float64)
        solver.setSolution(solution)
    stop = threading.Event()
    kinds = _core.cb.HighsCallbackType

    told = began

    def called(kind: Any, _text: str, out: Any, inward: Any, _data: Any) -> None:  # noqa: ANN401
        nonlocal told
        if stop.is_set():
            inward.user_interrupt = True
        elif progress is not None and kind == kinds.kCallbackMipInterrupt:
            now = time.perf_counter()
            if now - told >= _PROGRESS_EVERY_S:
                told = now
                progress(out.mip_primal_bound, out.mip_dual_bound, now - began)

    solver.setCallback(called, None)
    for kind in (
        kinds.kCallbackMipInterrupt,
        kinds.kCallbackSimplexInterrupt,
        kinds.kCallbackIpmInterrupt,
    ):
        solver.startCallback(kind)
    interrupted = _in_thread(solver.run, stop)
    return _result(
        solver, model, relaxed=relaxed, seconds=time.perf_counter() - began, interrupted=interrupted
    )


def _in_thread(run: Callable[[], object], stop: threading.Event) -> bool:
    """Run where the main thread stays free for Ctrl-C; say whether it came."""
    failed: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while not done.is_set():  # Ctrl-C within `Thread.join` would count the thread as ended
        try:
            done.wait(0.05)
        except KeyboardInterrupt:
            stop.set()
    thread.join()
    if failed:
        raise failed[0]
    return stop.is_set()


def _as_highs(model: LinearModel, *, relaxed: bool) -> Any:  # noqa: ANN401 - untyped library
    import highspy
    from scipy.sparse import coo_array

    row, column, value, low, high = model.rows.parts()
    n, count = len(model.cost), len(low)
    matrix = coo_array((value, (row, column)), shape=(count, n)).tocsc()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, count
    lp.col_cost_ = np.asarray(model.cost, dtype=np.float64)
    lp.col_lower_ = np.asarray(model.lower, dtype=np.float64)
    lp.col_upper_ = np.asarray(model.upper, dtype=np.float64)
    lp.row_lower_, lp.row_upper_ = low, high
    lp.offset_ = model.offset
    lp.sense_ = highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = n, count
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    if not relaxed and model.integer.any():
        whole, any_number = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole if flag else any_number for flag in model.integer]
    return lp


def _result(
    solver: Any,  # noqa: ANN401 - untyped library
    model: LinearModel,
    *,
    relaxed: bool,
    seconds: float,
    interrupted: bool,
) -> MipResult:
    import highspy

    status = solver.getModelStatus()
    told = solver.getInfo()
    known = highspy.HighsModelStatus
    has_solution = told.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = solver.getSolution()
    none = np.zeros(0, dtype=np.float64)
    x = np.asarray(solution.col_value, dtype=np.float64) if has_solution else none
    value = float(told.objective_function_value) if has_solution else float("nan")
    worst = _INFINITY if model.maximise else -_INFINITY
    if status == known.kOptimal:
        bound = value if relaxed or not model.integer.any() else float(told.mip_dual_bound)
    else:
        bound = worst if relaxed else float(told.mip_dual_bound)
    if not np.isfinite(bound):
        bound = worst
    word: MipStatus = "feasible" if has_solution else "none"
    if status == known.kOptimal:
        word = "optimal"
    elif status in {known.kInfeasible, known.kUnboundedOrInfeasible}:
        word = "infeasible"
    elif status == known.kUnbounded:
        word = "unbounded"
    dual = relaxed and status == known.kOptimal
    return MipResult(
        word,
        x,
        value,
        bound,
        seconds,
        np.asarray(solution.row_dual, dtype=np.float64) if dual else none,
        np.asarray(solution.col_dual, dtype=np.float64) if dual else none,
        interrupted,
    )
