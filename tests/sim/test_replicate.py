"""Replications: their results depend on their numbers alone, and Ctrl-C keeps what is done."""

import _thread
import functools
import math
import operator
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from networks.errors import InputError
from sim.draws import uniform, uniforms
from sim.replicate import replicate
from sim.statistics import t_interval

WORKERS = [1, 2, 5, "threads:3"]


def job(index):
    """A result that depends on the replication only, and takes a while that does not."""
    time.sleep(0.002 * ((index * 7) % 5))
    return {"mean": 10.0 + uniform(index, 1, 0, 0), "index": index}


def mean_of(result):
    return result["mean"]


@pytest.mark.parametrize("workers", WORKERS)
def test_results_do_not_depend_on_the_workers(workers):
    done = replicate(job, reps=12, workers=workers)
    assert done.results == [job(index) for index in range(12)]
    assert not done.interrupted
    assert done.precise is None
    assert len(done) == 12
    assert [result["index"] for result in done] == list(range(12))


def _smallest_precise(half_width, least, most):
    numbers = [mean_of(job(index)) for index in range(most)]
    for n in range(least, most + 1):
        interval = t_interval(numbers[:n])
        if interval.half_width / abs(interval.mean) <= half_width / (1 + half_width):
            return n
    return most


@pytest.mark.parametrize("workers", WORKERS)
def test_a_half_width_stops_at_the_same_replication_whatever_the_workers(workers):
    expected = _smallest_precise(0.012, 5, 200)
    assert 8 < expected < 100  # the case asks for something
    done = replicate(job, half_width=0.012, key=mean_of, min_reps=5, workers=workers)
    assert len(done) == expected
    assert done.results == [job(index) for index in range(expected)]
    assert done.precise
    assert done.interval == t_interval([mean_of(result) for result in done])


def test_a_half_width_that_is_never_reached_stops_at_the_most():
    done = replicate(job, half_width=1e-6, key=mean_of, max_reps=15, workers=2)
    assert len(done) == 15
    assert not done.precise


def test_replications_that_do_not_vary_stop_at_the_least():
    done = replicate(lambda _: 0.0, half_width=0.01, key=float, min_reps=4, workers=1)
    assert len(done) == 4
    assert done.precise


def test_the_mean_is_within_the_wanted_share_as_often_as_the_level_says():
    # Law 2015, section 9.4.1: coverage close to the level, for a normal mean and n0 = 10.
    hits = 0
    for case in range(200):
        numbers = np.random.default_rng(case).normal(10, 2, 1000)
        done = replicate(
            lambda k, n=numbers: n[k], half_width=0.05, key=float, level=0.9, workers=1
        )
        hits += abs(np.mean(done.results) - 10) <= 0.05 * 10
    assert hits / 200 > 0.84


def test_results_are_handed_over_once_and_in_order():
    seen, steps = [], []
    replicate(
        job,
        reps=9,
        workers=4,
        on_result=lambda index, result: seen.append((index, result["index"])),
        progress=lambda finished, expected: steps.append((finished, expected)),
    )
    assert seen == [(index, index) for index in range(9)]
    assert steps == [(n, 9) for n in range(1, 10)]


def test_progress_expects_what_the_half_width_will_take():
    steps = []
    done = replicate(
        job, half_width=0.012, key=mean_of, min_reps=5, workers=1,
        progress=lambda finished, expected: steps.append((finished, expected)),
    )  # fmt: skip
    assert [finished for finished, _ in steps] == list(range(1, len(done) + 1))
    assert steps[0][1] == 5
    assert all(expected >= finished for finished, expected in steps)
    assert steps[-1] == (len(done), len(done))


def test_what_is_done_is_not_run_again():
    ran, handed = [], []

    def counted(index):
        ran.append(index)
        return job(index)

    done = replicate(
        counted,
        reps=8,
        workers=1,
        done={index: job(index) for index in (0, 1, 2, 5, 99)},
        on_result=lambda index, _: handed.append(index),
    )
    assert ran == handed == [3, 4, 6, 7]
    assert done.results == [job(index) for index in range(8)]


def test_no_more_jobs_run_at_a_time_than_there_are_workers():
    running, most, lock = 0, 0, threading.Lock()

    def watched(index):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return index

    replicate(watched, reps=12, workers=3)
    assert 1 <= most <= 3


@pytest.mark.parametrize("workers", [1, 3])
def test_ctrl_c_keeps_what_is_done(workers):
    started = threading.Event()

    def stopped(index):
        if index == 6 and not started.is_set():
            started.set()
            _thread.interrupt_main()
        if index >= 6:
            time.sleep(0.2)
        return index

    done = replicate(stopped, reps=1000, workers=workers)
    assert done.interrupted
    assert done.results == list(range(len(done)))
    assert len(done) <= 6
    if workers == 1:
        assert len(done) == 6


def test_ctrl_c_while_a_result_is_written_keeps_those_before():
    written = []

    def write(index, _):
        if index == 4:
            raise KeyboardInterrupt
        written.append(index)

    done = replicate(job, reps=20, workers=2, on_result=write)
    assert done.interrupted
    assert [result["index"] for result in done] == written == [0, 1, 2, 3]


def test_an_interrupted_run_goes_on_where_it_stopped():
    def stop_at_5(index, _):
        if index == 5:
            raise KeyboardInterrupt

    first = replicate(job, half_width=0.012, key=mean_of, min_reps=5, on_result=stop_at_5)
    assert first.interrupted
    assert not first.precise
    rest = replicate(
        job, half_width=0.012, key=mean_of, min_reps=5, done=dict(enumerate(first.results))
    )
    whole = replicate(job, half_width=0.012, key=mean_of, min_reps=5)
    assert rest.results == whole.results


@pytest.mark.parametrize("workers", [1, 4])
def test_a_failure_names_its_replication(workers):
    handed = []
    with pytest.raises(ZeroDivisionError) as caught:
        replicate(fail_at_3, reps=20, workers=workers, on_result=lambda k, _: handed.append(k))
    assert "in replication 3" in caught.value.__notes__
    assert handed == [0, 1, 2]


def test_processes_give_what_threads_give():
    # Jobs of installed modules: another process need not find this file.
    job_anywhere = functools.partial(uniforms, 1, 2)
    options = {"half_width": 0.2, "key": float, "min_reps": 5}
    threads = replicate(job_anywhere, workers=2, **options)
    processes = replicate(job_anywhere, workers="processes:2", **options)
    assert len(threads) > 10
    assert [*map(float, processes)] == [*map(float, threads)]


def test_a_failure_in_another_process_names_its_replication():
    with pytest.raises(ZeroDivisionError) as caught:
        replicate(functools.partial(operator.truediv, 1), reps=4, workers="processes:1")
    assert "in replication 0" in caught.value.__notes__


def fail_at_3(index):
    """Fail at 3, and earlier in time at 5: the first in order is the one to hear of."""
    if index == 3:
        time.sleep(0.05)
    return 1 / ((index - 3) * (index - 5))


def test_an_input_error_in_a_job_stays_one():
    def wrong(index):
        raise InputError("the hospital has no beds", place="hospital")

    with pytest.raises(InputError, match="hospital: the hospital has no beds"):
        replicate(wrong, reps=3, workers=2)


def test_an_executor_of_the_callers_is_used_and_left_open():
    with ThreadPoolExecutor(2) as mine:
        done = replicate(job, half_width=0.012, key=mean_of, min_reps=5, workers=mine)
        assert done.results == replicate(job, reps=len(done), workers=1).results
        assert mine.submit(int).result() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either a number of replications or a half-width"),
        ({"reps": 3, "half_width": 0.1}, "either a number of replications or a half-width"),
        ({"reps": 0}, "reps = 0 must be 1 or more"),
        (
            {"half_width": 2.0, "key": mean_of},
            "half_width = 2.0 must lie between 0 and 1; 0.02 asks",
        ),
        ({"half_width": 0.1, "key": mean_of, "min_reps": 0}, "min_reps = 0 must be 1 or more"),
        (
            {"half_width": 0.1, "key": lambda _: math.nan},
            "replication 0 has no number that the half",
        ),
        ({"reps": 3, "workers": "dozens"}, "no workers are called 'dozens'"),
    ],
)
def test_an_impossible_wish_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        replicate(job, **options)


def test_a_half_width_of_nothing_is_a_programmers_mistake():
    with pytest.raises(TypeError, match="key"):
        replicate(job, half_width=0.1)
