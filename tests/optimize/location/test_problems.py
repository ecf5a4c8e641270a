"""What a problem of placement refuses, in one sentence each."""

import numpy as np
import pytest

from networks.errors import InputError
from optimize.location import (
    Coverage,
    Dispersion,
    MaxCover,
    PCenter,
    PMedian,
    ReliableMedian,
    SetCover,
    Sites,
)

COST = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0]])
WEIGHT = np.ones(2)


@pytest.mark.parametrize("p", [1.5, float("nan"), float("inf"), "2", [2]])
@pytest.mark.parametrize(
    "make",
    [
        lambda p: PMedian(COST, WEIGHT, p),
        lambda p: ReliableMedian(COST, WEIGHT, p, levels=1),
        lambda p: PCenter(COST, p),
        lambda p: MaxCover(Coverage.within(COST, 0.5), WEIGHT, p),
        lambda p: Dispersion(np.abs(np.subtract.outer(np.arange(3.0), np.arange(3.0))), p),
    ],
    ids=["median", "reliable", "center", "max-cover", "dispersion"],
)
def test_p_must_be_a_whole_number(make, p):
    with pytest.raises(InputError, match=r"^p must be a whole number, is "):
        make(p)


@pytest.mark.parametrize("p", [2, 2.0, np.int32(2), np.float64(2)])
def test_a_whole_p_of_any_type_is_an_int(p):
    assert type(PMedian(COST, WEIGHT, p).p) is int


def test_a_p_that_is_too_large_says_how_many_candidates_there_are():
    with pytest.raises(InputError, match=r"from 1 to 3, is 30: there are 3 candidate sites$"):
        PMedian(COST, WEIGHT, 30)
    with pytest.raises(
        InputError, match=r"1 to 2, is 3: .* 3 candidate sites, 1 of them forbidden"
    ):
        PMedian(COST, WEIGHT, 3, Sites(3, forbidden=[0]))


def test_sites_in_the_place_of_times_are_refused_with_the_mend():
    with pytest.raises(InputError, match=r"^times must be whole numbers, is Sites") as caught:
        SetCover(Coverage.within(COST, 0.5), Sites(3))
    assert "sites=" in str(caught.value.mend)


@pytest.mark.parametrize("times", [1.5, -1, float("nan"), [1, 2, 3], [1, 0.5]])
def test_times_are_one_whole_number_for_each_point(times):
    with pytest.raises(InputError, match=r"^times: needs one whole number"):
        SetCover(Coverage.within(COST, 0.5), times)
