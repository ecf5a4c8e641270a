"""Workers are named by a number, a text or an executor; nothing of them changes a result."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from networks.errors import InputError
from sim.executors import executor_for, processors


def square(number):
    return number * number


@pytest.mark.parametrize("workers", [None, 1, 3, "2", "threads", "threads:2", "processes:1"])
def test_every_kind_of_workers_does_the_job(workers):
    with executor_for(workers) as pool:
        assert pool.executor.submit(pow, 7, 2).result() == 49
        assert pool.width >= 1


def test_a_number_is_a_number_of_threads():
    with executor_for(3) as pool:
        assert isinstance(pool.executor, ThreadPoolExecutor)
        assert pool.width == 3
    with executor_for(None) as pool:
        assert pool.width == processors()


def test_one_worker_is_the_caller_himself():
    with executor_for(1) as pool:
        assert pool.executor.submit(threading.get_ident).result() == threading.get_ident()


def test_an_executor_of_the_callers_stays_open():
    with ThreadPoolExecutor(2) as mine:
        with executor_for(mine) as pool:
            assert pool == (mine, 2)
        assert mine.submit(square, 3).result() == 9


def test_a_pool_opened_here_is_closed():
    with executor_for(2) as pool:
        pass
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.executor.submit(square, 3)


def test_a_dask_address_without_dask_names_the_mend(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"pip install 'cityops\[cluster\]'"),
        executor_for("dask://localhost:8786"),
    ):
        pass


class _Client:
    """Stands in for a cluster's client: what we ask of it, and nothing else."""

    closed = False

    def __init__(self, address, timeout):
        if "nowhere" in address:
            raise OSError("timed out")
        assert address == "tcp://host:8786"

    def get_executor(self):
        return ThreadPoolExecutor(1)

    def ncores(self):
        return {"a": 4, "b": 2}

    def close(self):
        _Client.closed = True


def test_a_dask_address_opens_the_clusters_own_executor(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", type(sys)("distributed"))
    sys.modules["distributed"].Client = _Client
    with executor_for("dask://host:8786") as pool:
        assert pool.width == 6
        assert pool.executor.submit(square, 4).result() == 16
    assert _Client.closed
    with (
        pytest.raises(InputError, match="no Dask scheduler answers at tcp://nowhere:1"),
        executor_for("dask://nowhere:1"),
    ):
        pass


@pytest.mark.parametrize(
    ("workers", "message"),
    [
        (0, "0 workers do no work"),
        ("-2", "-2 workers do no work"),
        ("processes:0", "0 workers do no work"),
        ("thread:4", "no workers are called 'thread:4', did you mean 'threads'"),
        ("threads:many", "'many' is not a number of threads; write a number of threads"),
        ("2.5", "no workers are called '2.5'"),
    ],
)
def test_workers_that_do_not_exist_are_refused(workers, message):
    with pytest.raises(InputError, match=message), executor_for(workers):
        pass
