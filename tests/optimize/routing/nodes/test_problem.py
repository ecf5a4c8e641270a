"""What is wrong with a collection problem is said before anything is searched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks.errors import InputError
from optimize.routing.nodes.problem import FAR, NEVER, NodeProblem, TruckKind

TRUCK = TruckKind("truck", 0, 0, np.array([10]))


def _problem(**changes):
    table = 5 * (1 - np.eye(3, dtype=np.int64))
    plain = NodeProblem(
        "small",
        (table,),
        (table,),
        np.array([1, 2]),
        np.array([[3], [4]]),
        np.array([1, 1]),
        np.array([[0, NEVER]] * 2),
        np.array([0, 0]),
        np.array([-1, -1]),
        (TRUCK,),
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": np.array([[3], [11]])}, "stop 1 of .* fits no truck"),
        ({"amount": np.array([[3.5], [1]])}, "amount: whole numbers"),
        ({"amount": np.array([[np.nan], [1]])}, "amount: whole numbers"),
        ({"amount": np.array([3, 4])}, "one row a stop"),
        ({"service_s": np.array([1])}, "service_s is of shape"),
        ({"service_s": np.array([1, -1])}, "service_s has a negative"),
        ({"window": np.array([[0, 5], [6, 5]])}, "window .* of stop 1 ends before"),
        ({"stop_place": np.array([1, 3])}, "not one of 3"),
        ({"prize": np.array([-2, 0])}, "prize has a negative"),
        ({"kinds": ()}, "no kind of truck"),
        ({"kinds": (replace(TRUCK, end=3),)}, "start or end"),
        ({"kinds": (replace(TRUCK, profile=1),)}, "no profile 1"),
        ({"kinds": (replace(TRUCK, stops=np.array([True])),)}, "stops is of 1"),
        ({"kinds": (replace(TRUCK, stops=np.array([True, False])),)}, "stop 1 .* fits no truck"),
        ({"kinds": (replace(TRUCK, max_load=np.array([3])),)}, "stop 1 .* fits no truck"),
        ({"kinds": (replace(TRUCK, empty_home=True),)}, "emptied"),
        ({"kinds": (replace(TRUCK, capacity=np.array([9, 9])),)}, "needs 1 measures"),
        ({"intake": np.zeros((1, 24), np.int64)}, "one row a facility"),
        ({"seconds": (np.full((3, 3), FAR),)}, "stop 0 .* fits no truck"),
        ({"metres": ()}, "one matrix a profile"),
    ],
)
def test_a_fault_of_a_problem_is_named(changes, said):
    with pytest.raises(InputError, match=said):
        _problem(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capacity": np.array([-1])}, "negative"),
        ({"count": 0}, "count must be 1"),
        ({"max_trips": 0}, "max_trips must be 1"),
        ({"cost_s": -1}, "cost_s must be 0"),
        ({"leave": (5, 4)}, "leaving from 5 to 4"),
        ({"leave": (5, 9), "home_by": 4}, "cannot be home by 4"),
        ({"lunch": (5, 4, 60)}, "lunch of 60"),
        ({"max_load": np.array([1, 2])}, "as many measures"),
    ],
)
def test_a_fault_of_a_kind_is_named(changes, said):
    with pytest.raises(InputError, match=said):
        replace(TRUCK, **changes)


def test_an_optional_stop_may_fit_nowhere():
    assert _problem(amount=np.array([[3], [11]]), prize=np.array([-1, 5])).n_stops == 2
