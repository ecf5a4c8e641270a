"""Whether days of a week lie as evenly as they can, counted anew for the check of a plan."""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.collection.schema import CollectSpec
    from scenarios.routing.schema import RoutesSpec

__all__ = ["well_spaced"]


def well_spaced(
    places: Sequence[int], days: tuple[int, ...], spec: RoutesSpec | CollectSpec
) -> bool:
    """Whether no other choice of so many working days has a shorter longest gap.

    And, of those with the same longest gap, none a longer shortest one.

    Parameters
    ----------
    places
        Places in `days`.
    days
        Working days, Monday 0.
    spec
        Says whether days must be spaced at all.
    """
    if spec.spacing == "any":
        return True
    chosen = tuple(sorted(days[k] for k in places))
    return _spread(chosen) == max(_choices(days, len(chosen)))


@cache
def _choices(days: tuple[int, ...], count: int) -> frozenset[tuple[int, int]]:
    return frozenset(_spread(one) for one in combinations(days, count))


def _spread(days: tuple[int, ...]) -> tuple[int, int]:
    """Give the longest gap as a negative number and the shortest one: more is better."""
    round_the_week = [*days, days[0] + 7]
    gaps = [b - a for a, b in pairwise(round_the_week)]
    return -max(gaps), min(gaps)
