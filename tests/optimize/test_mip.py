"""HiGHS on arrays: what comes back, and that the search obeys."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from optimize.mip import LinearModel, Rows, solve_lp, solve_mip

ROOT = Path(__file__).parents[2]

# A market split instance (Cornuejols and Dawande 1999): far beyond an hour for branch and bound.
HARD = """
import numpy as np
from optimize.mip import LinearModel, Rows

def hard():
    rng = np.random.default_rng(1)
    rows, n, count = Rows(), 50, 6
    table = rng.integers(0, 100, (count, n)).astype(float)
    halves = np.floor(table.sum(axis=1) / 2)
    r, c = np.nonzero(table)
    # slack columns n .. n + 2 count take up what the split leaves over
    rows.add(
        np.concatenate([r, np.arange(count), np.arange(count)]),
        np.concatenate([c, n + np.arange(count), n + count + np.arange(count)]),
        np.concatenate([table[r, c], np.ones(count), -np.ones(count)]),
        lower=halves, upper=halves,
    )
    whole = np.concatenate([np.ones(n, bool), np.zeros(2 * count, bool)])
    cost = np.concatenate([np.zeros(n), np.ones(2 * count)])
    return LinearModel(cost, np.zeros(n + 2 * count),
                       np.concatenate([np.ones(n), np.full(2 * count, np.inf)]), whole, rows)
"""
_names: dict = {}
exec(HARD, _names)  # noqa: S102 - the same text goes to a process of its own below
hard = _names["hard"]


def knapsack(*, maximise=True):
    """Values 10, 13, 7, 8 of weights 3, 4, 2, 3 within 7: the best is 13 + 10."""
    rows = Rows()
    rows.add(np.zeros(4), np.arange(4), [3.0, 4.0, 2.0, 3.0], lower=-np.inf, upper=7.0)
    sign = 1.0 if maximise else -1.0
    return LinearModel(
        sign * np.array([10.0, 13.0, 7.0, 8.0]),
        np.zeros(4),
        np.ones(4),
        np.ones(4, dtype=bool),
        rows,
        maximise=maximise,
    )


def diet():
    """Min 2x + 3y with x + y >= 4 and x + 3y >= 6: x = 3, y = 1; duals 1.5 and 0.5."""
    rows = Rows()
    rows.add([0, 0], [0, 1], 1.0, lower=[4.0], upper=np.inf)
    rows.add([0, 0], [0, 1], [1.0, 3.0], lower=[6.0], upper=np.inf)
    big = np.full(2, np.inf)
    return LinearModel(np.array([2.0, 3.0]), np.zeros(2), big, np.zeros(2, dtype=bool), rows)


def test_a_linear_program_hands_back_its_duals():
    got = solve_lp(diet())
    assert got.status == "optimal"
    assert got.value == pytest.approx(9)
    assert got.x == pytest.approx([3, 1])
    assert got.row_dual == pytest.approx([1.5, 0.5])
    assert got.reduced_cost == pytest.approx([0, 0])
    assert float(got.row_dual @ [4, 6]) == pytest.approx(got.bound)


@pytest.mark.parametrize("method", ["simplex", "ipm"])
def test_methods_agree_on_a_linear_program(method):
    assert solve_lp(diet(), method=method).value == pytest.approx(9)


def test_the_relaxation_ignores_that_variables_are_whole():
    relaxed = solve_lp(knapsack())
    assert relaxed.value == pytest.approx(7 + 10 + 13 * 2 / 4)
    assert relaxed.bound == pytest.approx(relaxed.value)


@pytest.mark.parametrize("maximise", [True, False])
def test_an_integer_program_is_solved_to_proof(maximise):
    got = solve_mip(knapsack(maximise=maximise))
    sign = 1 if maximise else -1
    assert got.status == "optimal"
    assert got.value == got.bound == pytest.approx(sign * 23)
    assert got.x == pytest.approx([1, 1, 0, 0])


def test_an_offset_counts_in_value_and_bound():
    model = knapsack()
    moved = LinearModel(
        model.cost, model.lower, model.upper, model.integer, model.rows, maximise=True, offset=100.0
    )
    got = solve_mip(moved)
    assert (got.value, got.bound) == pytest.approx((123, 123))


@pytest.mark.parametrize("solve", [solve_lp, solve_mip])
def test_what_cannot_be_is_said_to_be_infeasible(solve):
    rows = Rows()
    rows.add([0, 0], [0, 1], 1.0, lower=[3.0], upper=np.inf)
    model = LinearModel(np.ones(2), np.zeros(2), np.ones(2), np.ones(2, dtype=bool), rows)
    got = solve(model)
    assert got.status == "infeasible"
    assert not got.found


def test_a_start_is_taken():
    model = hard()
    half = np.zeros(len(model.cost))
    row, column, value, lower, _upper = model.rows.parts()
    used = np.bincount(row, value * half[column], minlength=len(lower))
    half[50:56] = lower - used
    got = solve_mip(model, time_limit_s=0.05, start=half)
    assert got.found
    assert got.value <= float(model.cost @ half) + 1e-6


def test_the_time_limit_ends_the_search_with_the_best_so_far():
    began = time.perf_counter()
    got = solve_mip(hard(), time_limit_s=1.0)
    assert got.status == "feasible"
    assert got.bound < got.value
    assert not got.interrupted
    assert time.perf_counter() - began < 30  # an hour without the limit


def test_one_and_two_threads_answer_in_one_process():
    one = solve_mip(knapsack(), threads=1)
    two = solve_mip(knapsack(), threads=2)
    again = solve_mip(knapsack(), threads=1)
    assert one.value == two.value == again.value == pytest.approx(23)
    assert one.x.tolist() == again.x.tolist()


def test_progress_is_told():
    told = []
    solve_mip(hard(), time_limit_s=1.0, progress=lambda *figures: told.append(figures))
    assert told
    assert all(bound <= value + 1e-6 for value, bound, _ in told if np.isfinite(value))


def test_an_unknown_setting_is_an_error():
    with pytest.raises(ValueError, match="HiGHS takes no"):
        solve_lp(diet(), method="guess")


def python(program, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(  # noqa: S603 - our own text
        [sys.executable, "-c", HARD + program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )


def test_nothing_is_printed():
    process = python(
        "from optimize.mip import solve_lp, solve_mip\n"
        "solve_lp(hard()); solve_mip(hard(), time_limit_s=0.2, threads=2)"
    )
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of another kind there")
def test_ctrl_c_ends_the_search_with_the_best_so_far():
    process = python(
        "import sys\n"
        "from optimize.mip import solve_mip\n"
        "told = lambda value, bound, seconds: print('running', flush=True)\n"
        "got = solve_mip(hard(), time_limit_s=300, progress=told)\n"
        "print(got.status, got.interrupted, got.found)"
    )
    assert process.stdout.readline() == "running\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "feasible True True", error
