"""The candidate sites of a placement and what may be done with them, whatever the model.

Every model of `optimize.location` obeys the same side rules: existing facilities stay open,
forbidden sites stay closed, a budget, a least spacing, quotas by area, a preference between
otherwise equal plans. A model that only needs a number of facilities uses `Sites(n)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Quota", "Sites"]

_NO_SITES = np.zeros(0, dtype=np.int64)
_NO_PAIRS = np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Quota:
    """How many of some sites may be open.

    Parameters
    ----------
    sites : int64[k]
        Of one area, owner or kind.
    at_least, at_most
        Bounds on the number of open ones; None where there is none.
    name
        As messages show it.
    """

    sites: NDArray[np.int64]
    at_least: int = 0
    at_most: int | None = None
    name: str = ""


@dataclass(frozen=True, eq=False)
class Sites:
    """Candidate sites and the rules on which of them may be open.

    Parameters
    ----------
    n
        Number of sites; they are known by their index 0 to n - 1.
    fixed : int64[k]
        Must be open: existing facilities, or sites that a person locked open.
    forbidden : int64[k]
        Must stay closed.
    cost : float64[n], optional
        Of opening each, in the unit of `budget`. What is fixed costs too, unless its cost is 0.
    budget
        Most that opening may cost in all.
    apart : int64[k, 2]
        Pairs of which one at most may be open: nearer to each other than the least spacing.
        Two fixed sites may be near to each other; a pair of them binds nothing.
    quotas
        Bounds on the number of open sites of some groups.
    preference : float64[n], optional
        What it is worth, in the unit of the objective, that a site is open: it is subtracted from
        a cost and added to a gain.

    Raises
    ------
    InputError
        If an index is not one of the n, a site is fixed and forbidden, a number is negative or
        not finite, or a quota cannot be kept.
    """

    n: int
    fixed: NDArray[np.int64] = field(default_factory=lambda: _NO_SITES)
    forbidden: NDArray[np.int64] = field(default_factory=lambda: _NO_SITES)
    cost: NDArray[np.float64] | None = None
    budget: float | None = None
    apart: NDArray[np.int64] = field(default_factory=lambda: _NO_PAIRS)
    quotas: tuple[Quota, ...] = ()
    preference: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        if self.n < 1:
            raise InputError("there is no candidate site", mend="give at least one")
        _set(self, "fixed", self._indices(self.fixed, "fixed"))
        _set(self, "forbidden", self._indices(self.forbidden, "forbidden"))
        both = np.intersect1d(self.fixed, self.forbidden)
        if len(both):
            raise InputError(f"site {both[0]} is both fixed and forbidden", mend="keep one")
        pairs = np.asarray(self.apart, dtype=np.int64).reshape(-1, 2)
        self._indices(pairs.ravel(), "apart")
        if (pairs[:, 0] == pairs[:, 1]).any():
            raise InputError("a site cannot be kept apart from itself")
        pairs = np.unique(np.sort(pairs, axis=1), axis=0)
        both_fixed = np.isin(pairs, self.fixed).all(axis=1)
        _set(self, "apart", pairs[~both_fixed])
        if self.cost is not None:
            _set(self, "cost", self._numbers(self.cost, "cost", negative=False))
        if self.preference is not None:
            _set(self, "preference", self._numbers(self.preference, "preference", negative=True))
        if self.budget is not None:
            if self.cost is None:
                raise InputError("a budget is given, but no cost of the sites")
            if not np.isfinite(self.budget) or self.budget < 0:
                raise InputError(f"the budget must be a number of at least 0, is {self.budget}")
        _set(self, "quotas", tuple(self._quota(quota) for quota in self.quotas))

    @property
    def is_free(self) -> bool:
        """Whether nothing but fixed and forbidden sites and preferences binds."""
        return self.budget is None and not len(self.apart) and not self.quotas

    @property
    def allowed(self) -> NDArray[np.int64]:
        """Indices of all that may be open, fixed ones included."""
        mask = np.ones(self.n, dtype=np.bool_)
        mask[self.forbidden] = False
        return np.flatnonzero(mask)

    def faults(self, open_sites: ArrayLike) -> list[str]:
        """Say which rules a set of open sites breaks.

        Parameters
        ----------
        open_sites : int[k]
            Indices.
        """
        mask = np.zeros(self.n, dtype=np.bool_)
        mask[np.asarray(open_sites, dtype=np.int64)] = True
        said = [f"site {j} must be open" for j in self.fixed if not mask[j]]
        said += [f"site {j} must not be open" for j in self.forbidden if mask[j]]
        said += [f"sites {a} and {b} are too near" for a, b in self.apart if mask[a] and mask[b]]
        if self.cost is not None and self.budget is not None:
            spent = float(self.cost[mask].sum())
            if spent > self.budget + 1e-9 * max(1.0, abs(self.budget)):
                said.append(f"the sites cost {spent:g}, more than the budget of {self.budget:g}")
        for quota in self.quotas:
            count = int(mask[quota.sites].sum())
            name = f" of {quota.name}" if quota.name else ""
            if count < quota.at_least:
                said.append(f"{count} sites{name} are open, fewer than {quota.at_least}")
            if quota.at_most is not None and count > quota.at_most:
                said.append(f"{count} sites{name} are open, more than {quota.at_most}")
        return said

    def _indices(self, sites: ArrayLike, what: str) -> NDArray[np.int64]:
        index = np.unique(np.asarray(sites, dtype=np.int64))
        wrong = index[(index < 0) | (index >= self.n)]
        if len(wrong):
            raise InputError(f"{what}: there is no site {wrong[0]}; there are {self.n}")
        return index

    def _numbers(self, values: ArrayLike, what: str, *, negative: bool) -> NDArray[np.float64]:
        numbers = np.ascontiguousarray(values, dtype=np.float64)
        if numbers.shape != (self.n,):
            raise InputError(f"{what}: needs one number for each of {self.n} sites")
        bad = ~np.isfinite(numbers) if negative else ~(np.isfinite(numbers) & (numbers >= 0))
        if bad.any():
            site = int(np.flatnonzero(bad)[0])
            raise InputError(f"{what} of site {site} must be a number, is {numbers[site]}")
        return numbers

    def _quota(self, quota: Quota) -> Quota:
        sites = self._indices(quota.sites, f"quota {quota.name}".strip())
        least, most = quota.at_least, quota.at_most
        name = quota.name or "a quota"
        if least < 0 or (most is not None and most < least):
            raise InputError(f"{name}: at least {least} and at most {most} cannot both be kept")
        if least > len(np.setdiff1d(sites, self.forbidden)):
            raise InputError(f"{name}: asks for {least} open sites of {len(sites)}")
        return Quota(sites, least, most, quota.name)


def _set(target: object, name: str, value: object) -> None:
    object.__setattr__(target, name, value)
