"""From points, sites and travel to one of the problems of `optimize.location`.

Costs are in money only where money is given: a site's `cost`, a size's `cost`, and `travel_cost`
for carrying one unit of demand over one minute or one kilometre. Without them the cost of serving
is weight times minutes, or weight times metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.placement.phases import phased

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from optimize.location import Coverage, PhasedPlacement, Problem, Sites
    from scenarios.placement.schema import PlacementSpec
    from scenarios.placement.times import Measure

__all__ = [
    "COVER_MODELS",
    "Served",
    "cover_share",
    "make_problem",
    "near_pairs",
    "reach_limits",
    "site_rules",
]

COVER_MODELS = {"set-cover", "max-cover", "expected-cover", "availability-cover"}


@dataclass(frozen=True, eq=False)
class Served:
    """All that a problem is made from.

    Parameters
    ----------
    points, sites
        As in `Question`.
    travel
        float64[n, m], None where only coverage was kept.
    coverage
        Who covers whom, None where no radius is given.
    between
        Travel between sites, float64[m, m], for a dispersion.
    onward
        From sites to plants, float64[m, k].
    direct
        From points to plants, float64[n, k].
    plants
        name, capacity, cost of each plant.
    """

    points: pd.DataFrame
    sites: pd.DataFrame
    travel: NDArray[np.float64] | None
    coverage: Coverage | None
    between: NDArray[np.float64] | None = None
    onward: NDArray[np.float64] | None = None
    direct: NDArray[np.float64] | None = None
    plants: pd.DataFrame | None = None


# ---- reach


def reach_limits(spec: PlacementSpec, measure: Measure) -> list[tuple[float, float]]:
    """List (travel, share): what lies within so much counts so much, from near to far."""
    if spec.levels:
        levels = [(getattr(level, f"within_{measure}"), level.share) for level in spec.levels]
        return sorted((float(limit), share) for limit, share in levels if limit is not None)
    within = getattr(spec, f"within_{measure}")
    return [] if within is None else [(float(within), 1.0)]


def cover_share(
    travel: NDArray[np.float64],
    limits: list[tuple[float, float]],
    decay_to: float | None,
    own_limit: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Share of a point's weight that each site covers.

    Parameters
    ----------
    travel : float64[n, m]
        Minutes or metres.
    limits
        As `reach_limits` gives them.
    decay_to
        Beyond the last limit cover falls in a straight line, to nothing here (Berman, Krass and
        Drezner 2003).
    own_limit : float64[n], optional
        Where a point has a radius of its own (its street's kind), it replaces the last limit; NaN
        where it has none.

    Returns
    -------
    float64[n, m]
        From 0 to 1.
    """
    share = np.zeros(travel.shape)
    last = np.full(len(travel), limits[-1][0] if limits else 0.0)
    if own_limit is not None:
        last = np.where(np.isnan(own_limit), last, own_limit)
    for limit, part in reversed(limits[:-1]):
        share = np.where(travel <= limit, np.maximum(share, part), share)
    part = limits[-1][1] if limits else 1.0
    share = np.where(travel <= last[:, None], np.maximum(share, part), share)
    if decay_to is not None:
        with np.errstate(invalid="ignore"):
            left = part * (decay_to - travel) / np.maximum(decay_to - last[:, None], 1e-9)
        outside = (travel > last[:, None]) & (travel < decay_to)
        share = np.where(outside, np.maximum(share, left), share)
    return share


# ---- rules on sites


def site_rules(spec: PlacementSpec, sites: pd.DataFrame, areas: tuple[str, ...]) -> Sites:
    """Make the rules that every model keeps.

    Raises
    ------
    InputError
        If they contradict each other, a budget has no costs, or an area does not exist.
    """
    from optimize.location import Quota, Sites
    from scenarios.faults import did_you_mean

    m = len(sites)
    state = sites["state"].to_numpy(dtype=object)
    cost = _costs(sites, spec)
    quotas = []
    code = sites["area"].to_numpy(dtype=np.int64)
    for number, quota in enumerate(spec.quota):
        if quota.area != "each" and quota.area not in areas:
            raise InputError(
                f'there is no area "{quota.area}"',
                place=f"quota.{number}.area",
                mend=did_you_mean(quota.area, [*areas, "each"], what="areas are", quote='"'),
            )
        named = range(len(areas)) if quota.area == "each" else [areas.index(quota.area)]
        for area in named:
            inside = np.flatnonzero(code == area)
            if quota.area == "each" and not len(inside):
                continue  # an area without a candidate is shown in the warnings
            quotas.append(Quota(inside, quota.at_least, quota.at_most, areas[area]))
    in_slot = sites["slot"].to_numpy(dtype=object)
    for slot in spec.slot:
        if slot.at_least or slot.at_most is not None:
            inside = np.flatnonzero(in_slot == slot.name)
            quotas.append(Quota(inside, slot.at_least, slot.at_most, slot.name))
    preference = sites["preference"].to_numpy(dtype=np.float64)
    return Sites(
        m,
        fixed=np.flatnonzero(state == "fixed"),
        forbidden=np.flatnonzero(state == "forbidden"),
        cost=cost,
        budget=spec.budget,
        apart=near_pairs(sites, spec.min_spacing_m),
        quotas=tuple(quotas),
        preference=preference if preference.any() else None,
    )


def _costs(sites: pd.DataFrame, spec: PlacementSpec) -> NDArray[np.float64] | None:
    """Cost of opening each site; None where no candidate has one."""
    cost = sites["cost"].to_numpy(dtype=np.float64)
    new = (sites["kind"] != "existing").to_numpy()
    priced = np.isfinite(cost)
    spends = spec.budget is not None or any(phase.budget is not None for phase in spec.phase)
    if not (priced & new).any() and not spends:
        return None
    if not priced[new].all():
        name = str(sites["name"].iloc[int(np.argmax(new & ~priced))])
        what = "there is a budget" if spends else "other candidates have a cost"
        raise InputError(
            f'{what}, and site "{name}" has no cost',
            place="candidates.cost",
            mend="add cost for all, or cost_column without empty cells",
        )
    return np.where(priced, cost, 0.0)


def near_pairs(sites: pd.DataFrame, spacing_m: float | None) -> NDArray[np.int64]:
    """Pairs of sites nearer to each other than the least spacing, in a straight line.

    Parameters
    ----------
    sites
        With x, y (metres) and slot; sites of different slots are no pair.
    spacing_m
        The least spacing; no pairs where it is None.

    Returns
    -------
    int64[k, 2]
        Rows of the table, in rising order.
    """
    if spacing_m is None:
        return np.zeros((0, 2), dtype=np.int64)
    from scipy.spatial import cKDTree

    plane = sites[["x", "y"]].to_numpy(dtype=np.float64)
    pairs = cKDTree(plane).query_pairs(spacing_m, output_type="ndarray").astype(np.int64)
    apart_m = np.hypot(*(plane[pairs[:, 0]] - plane[pairs[:, 1]]).T) if len(pairs) else []
    near = pairs[np.asarray(apart_m) < spacing_m] if len(pairs) else pairs.reshape(-1, 2)
    slot = sites["slot"].to_numpy(dtype=object)
    near = near[slot[near[:, 0]] == slot[near[:, 1]]]
    ordered: NDArray[np.int64] = near[np.lexsort((near[:, 1], near[:, 0]))]
    return ordered


# ---- the problem


def make_problem(
    spec: PlacementSpec, served: Served, rules: Sites, measure: Measure
) -> Problem | PhasedPlacement:
    """Put the question to its model.

    Parameters
    ----------
    spec
        Every default filled in.
    served
        Points, sites and travel.
    rules
        Of `site_rules`.
    measure
        What travel is counted in.

    Raises
    ------
    InputError
        If the numbers do not fit together, as a p larger than the number of candidates.
    """
    from optimize import location

    weight = served.points["weight"].to_numpy(dtype=np.float64)
    model = spec.model
    if spec.phase:
        return phased(spec, served, rules)
    if model in COVER_MODELS:
        return _cover(spec, served, rules, weight)
    if model == "dispersion":
        assert served.between is not None  # noqa: S101 - made for this model
        return location.Dispersion(served.between, spec.p or 0, rules)
    cost = _table(served)
    if model == "p-center":
        return location.PCenter(cost, spec.p or 0, rules)
    makers = {"p-median": _median, "reliable-median": _reliable, "two-echelon": _two_echelon}
    return makers.get(str(model), _capacitated)(spec, served, cost, weight, rules, measure)


def _table(served: Served) -> NDArray[np.float64]:
    if served.travel is None:  # pragma: no cover - refused before travel is reckoned
        raise InputError("the table of travel is too large", mend="gather the demand: grid_m")
    return served.travel


def _cover(
    spec: PlacementSpec, served: Served, rules: Sites, weight: NDArray[np.float64]
) -> Problem:
    from optimize import location

    assert served.coverage is not None  # noqa: S101 - made for these models
    coverage = served.coverage
    if spec.model == "set-cover":
        return location.SetCover(coverage, spec.backup, rules)
    if spec.model == "max-cover":
        return location.MaxCover(coverage, weight, spec.p, rules)
    units, busy = spec.units or 0, spec.busy_fraction or 0.0
    if spec.model == "expected-cover":
        return location.ExpectedCover(coverage, weight, units, busy, spec.most_per_site, rules)
    reliability = 0.0 if spec.reliability is None else spec.reliability
    return location.AvailabilityCover(
        coverage, weight, units, busy, reliability, spec.most_per_site, rules
    )


def _median(
    spec: PlacementSpec,
    served: Served,
    cost: NDArray[np.float64],
    weight: NDArray[np.float64],
    rules: Sites,
    measure: Measure,
) -> Problem:
    from optimize.location import PMedian

    opening = None
    if spec.travel_cost is not None:
        cost, opening = cost * _price(spec, measure), _opening(served.sites)
    elif spec.p is None:
        opening = np.zeros(rules.n)  # the budget decides
    return PMedian(cost, weight, spec.p, rules, opening)


def _reliable(
    spec: PlacementSpec,
    served: Served,  # noqa: ARG001 - one signature for all makers
    cost: NDArray[np.float64],
    weight: NDArray[np.float64],
    rules: Sites,
    measure: Measure,
) -> Problem:
    from optimize.location import ReliableMedian

    penalty = spec.penalty_min if measure == "min" else spec.penalty_m
    return ReliableMedian(
        cost,
        weight,
        spec.p or 0,
        spec.failure or 0.0,
        spec.fallbacks or 2,
        penalty or 0.0,
        spec.mean_of_nearest,
        rules,
    )


def _price(spec: PlacementSpec, measure: Measure, *, onward: bool = False) -> float:
    """Money for one unit of demand over one minute, or one metre of the price of a kilometre."""
    price = spec.onward_cost if onward else spec.travel_cost
    return (1.0 if price is None else price) * (1.0 if measure == "min" else 1e-3)


def _opening(sites: pd.DataFrame) -> NDArray[np.float64]:
    cost = sites["cost"].to_numpy(dtype=np.float64)
    opening: NDArray[np.float64] = np.where(np.isfinite(cost), cost, 0.0)
    return opening


def _sizes(spec: PlacementSpec, sites: pd.DataFrame) -> dict[str, Any]:
    """Capacity of each site, or the size classes and the largest that fits."""
    from optimize.location import SizeClass

    if not spec.size:
        capacity = sites["capacity"].to_numpy(dtype=np.float64)
        if np.isnan(capacity).any():
            name = str(sites["name"].iloc[int(np.argmax(np.isnan(capacity)))])
            raise InputError(
                f'site "{name}" has no capacity',
                place="candidates.capacity",
                mend="add capacity for all, or capacity_column without empty cells",
            )
        return {"capacity": capacity}
    classes = tuple(SizeClass(s.name, float(s.capacity or 0.0), s.cost) for s in spec.size)
    largest = sites["largest_size"].to_numpy(dtype=np.int64)
    return {"capacity": None, "size_classes": classes, "largest_size": largest}


def _capacitated(
    spec: PlacementSpec,
    served: Served,
    cost: NDArray[np.float64],
    weight: NDArray[np.float64],
    rules: Sites,
    measure: Measure,
) -> Problem:
    from optimize.location import FacilityLocation

    priced = spec.travel_cost is not None
    serving = cost * weight[:, None] * (_price(spec, measure) if priced else 1.0)
    return FacilityLocation(
        cost=np.where(np.isfinite(cost), serving, np.inf),
        demand=weight,
        opening=_opening(served.sites) if priced else np.zeros(rules.n),
        single_source=bool(spec.single_source),
        p=spec.p,
        sites=rules,
        **_sizes(spec, served.sites),
    )


def _two_echelon(
    spec: PlacementSpec,
    served: Served,
    cost: NDArray[np.float64],
    weight: NDArray[np.float64],
    rules: Sites,
    measure: Measure,
) -> Problem:
    from optimize.location import TwoEchelon

    assert served.onward is not None  # noqa: S101 - made for this model
    assert served.plants is not None  # noqa: S101
    collect = weight[:, None] * _price(spec, measure)
    direct = None
    if served.direct is not None:
        direct = _finite_product(served.direct, collect)
    return TwoEchelon(
        cost=_finite_product(cost, collect),
        onward=served.onward * _price(spec, measure, onward=True),
        amount=weight,
        opening=_opening(served.sites),
        plant_capacity=served.plants["capacity"].to_numpy(dtype=np.float64),
        plant_opening=served.plants["cost"].to_numpy(dtype=np.float64),
        single_source=bool(spec.single_source),
        direct=direct,
        p=spec.p,
        sites=rules,
        **_sizes(spec, served.sites),
    )


def _finite_product(table: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Product that leaves what is impossible impossible, also at weight 0."""
    product = np.full(table.shape, np.inf)
    np.multiply(table, factor, out=product, where=np.isfinite(table))
    return product
