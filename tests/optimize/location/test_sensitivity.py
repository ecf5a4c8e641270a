"""Curves and tables of what a plan depends on, beside trying everything."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from networks.errors import InputError
from optimize.location import (
    Coverage,
    FacilityLocation,
    MaxCover,
    PCenter,
    PMedian,
    SetCover,
    Sites,
    Solution,
)
from optimize.location import sensitivity as module
from optimize.location.refit import quick_values, unserved
from optimize.location.sensitivity import (
    budget_curve,
    closing_costs,
    facility_curve,
    radius_curve,
    swap_ranking,
)
from optimize.location.solution import Limits
from optimize.location.solve import solve

INF = float("inf")


@pytest.fixture(scope="module")
def town():
    """Twenty points and eight sites on a plane: distances, weights, costs of the sites."""
    draw = np.random.default_rng(11)
    points, sites = draw.uniform(0, 10, (20, 2)), draw.uniform(0, 10, (8, 2))
    cost = np.sqrt(((points[:, None] - sites[None]) ** 2).sum(axis=2))
    return cost, draw.integers(1, 9, 20).astype(float), draw.integers(2, 6, 8).astype(float)


def subsets(m, p):
    return [list(chosen) for chosen in combinations(range(m), p)]


def median_of(town, sites):
    cost, weight, _ = town
    return float(weight @ cost[:, sites].min(axis=1)) if sites else INF


def covered(town, sites, radius=3.0):
    cost, weight, _ = town
    return float(weight @ (cost[:, sites] <= radius).any(axis=1)) if sites else 0.0


# ---- curves


def test_the_curve_of_a_median_is_the_best_of_all_plans_at_each_number(town):
    table = facility_curve(PMedian(*town[:2], 1), [4, 1, 2])
    best = [min(median_of(town, s) for s in subsets(8, p)) for p in (1, 2, 4)]
    assert table["p"].tolist() == [1, 2, 4]
    assert table["value"].to_numpy() == pytest.approx(best)
    assert (table["gap"] == 0).all()
    assert (table["status"] == "optimal").all()
    assert table["marginal"].tolist()[1:] == pytest.approx(
        [best[0] - best[1], (best[1] - best[2]) / 2]
    )
    assert [len(sites) for sites in table["open_sites"]] == [1, 2, 4]


def test_the_curve_of_a_maximal_cover_rises(town):
    near = Coverage.within(town[0], 3.0)
    table = facility_curve(MaxCover(near, town[1], 1), range(1, 5))
    best = [max(covered(town, s) for s in subsets(8, p)) for p in range(1, 5)]
    assert table["value"].to_numpy() == pytest.approx(best)
    assert (table["marginal"][1:] >= 0).all()


def test_the_curve_of_a_capacitated_plan_falls(town):
    cost, weight, opening = town
    problem = FacilityLocation(cost, weight, np.full(8, weight.sum() / 2), opening)
    table = facility_curve(problem, [1, 2, 8])
    assert table["status"][0] == "infeasible"
    assert np.isnan(table["value"][0])
    assert table["value"][1] >= table["value"][2] - 1e-9
    whole = solve(problem)
    assert table["value"][2] == pytest.approx(whole.value)


def test_a_kind_without_a_number_of_sites_has_no_such_curve(town):
    with pytest.raises(InputError, match="a SetCover has no number of open sites"):
        facility_curve(SetCover(Coverage.within(town[0], 9.0)), [1])


def test_the_radius_decides_how_many_sites_cover_all(town):
    cost = town[0]
    table = radius_curve(cost, [9.0, 0.5, 5.0], SetCover)
    assert table["radius"].tolist() == [0.5, 5.0, 9.0]
    assert table["status"][0] == "infeasible"
    fewest = [
        min(p for p in range(1, 9) for s in subsets(8, p) if (cost[:, s].min(axis=1) <= r).all())
        for r in (5.0, 9.0)
    ]
    assert table["value"][1:].tolist() == fewest
    assert table["marginal"][2] == pytest.approx((fewest[0] - fewest[1]) / 4.0)


def test_the_radius_decides_how_much_a_few_sites_cover(town):
    table = radius_curve(town[0], [2.0, 4.0], lambda near: MaxCover(near, town[1], 2))
    best = [max(covered(town, s, r) for s in subsets(8, 2)) for r in (2.0, 4.0)]
    assert table["value"].to_numpy() == pytest.approx(best)


def test_money_buys_cover(town):
    cost, weight, price = town
    problem = MaxCover(Coverage.within(cost, 3.0), weight, None, Sites(8, cost=price, budget=1.0))
    table = budget_curve(problem, [12.0, 4.0, 7.0])
    affordable = [
        [s for p in range(9) for s in subsets(8, p) if price[s].sum() <= money]
        for money in (4.0, 7.0, 12.0)
    ]
    best = [max(covered(town, s) for s in plans) for plans in affordable]
    assert table["budget"].tolist() == [4.0, 7.0, 12.0]
    assert table["value"].to_numpy() == pytest.approx(best)
    assert (table["spent"] <= table["budget"]).all()


def test_a_budget_needs_costs(town):
    with pytest.raises(InputError, match="no cost of the sites"):
        budget_curve(MaxCover(Coverage.within(town[0], 3.0), town[1], 2), [1.0])


def plan(value, sites, bound, **more):
    sites = np.array(sites)
    return Solution("feasible", value, bound, sites, np.zeros(0, dtype=int), 1.0, "by hand", **more)


def test_a_curve_never_goes_the_wrong_way_even_if_the_searches_do(town, monkeypatch):
    worst = max(subsets(8, 2), key=lambda s: median_of(town, s))
    given = iter(
        [
            plan(median_of(town, [3]), [3], 0.0),
            plan(median_of(town, worst) + 50, worst, 10.0),
            plan(median_of(town, [0, 1, 2]), [0, 1, 2], 5.0),
        ]
    )
    monkeypatch.setattr(module, "solve", lambda *_args, **_limits: next(given))
    table = facility_curve(PMedian(*town[:2], 1), [1, 2, 3])
    added = min(median_of(town, [3, k]) for k in range(8) if k != 3)
    assert table["value"][1] == pytest.approx(added)
    assert 3 in table["open_sites"][1]
    assert (np.diff(table["value"]) <= 0).all()
    assert table["bound"].tolist() == [10.0, 10.0, 5.0]


def test_a_budget_curve_never_goes_the_wrong_way(town, monkeypatch):
    given = iter([plan(30.0, [1], 40.0), plan(20.0, [2], 35.0), plan(31.0, [1], 60.0)])
    monkeypatch.setattr(module, "solve", lambda *_args, **_limits: next(given))
    sites = Sites(8, cost=town[2], budget=1.0)
    table = budget_curve(MaxCover(Coverage.within(town[0], 3.0), town[1], None, sites), [5, 6, 7])
    assert table["value"].tolist() == [30.0, 30.0, 31.0]
    assert table["bound"].tolist() == [35.0, 35.0, 60.0]


def test_interrupted_a_curve_keeps_what_is_done(town, monkeypatch):
    given = iter([plan(30.0, [1], 30.0), plan(20.0, [1, 2], 20.0, interrupted=True)])
    monkeypatch.setattr(module, "solve", lambda *_args, **_limits: next(given))
    assert facility_curve(PMedian(*town[:2], 1), [1, 2, 3])["p"].tolist() == [1, 2]


# ---- closing and swapping


def test_closing_a_site_of_a_median_costs_what_the_others_cannot_take_over(town):
    problem = PMedian(*town[:2], 3)
    found = solve(problem)
    table = closing_costs(problem, found)
    assert sorted(table["site"]) == found.open_sites.tolist()
    for row in table.itertuples():
        others = [j for j in found.open_sites if j != row.site]
        best = min(median_of(town, s) for s in subsets(8, 2) if row.site not in s)
        assert row.value == pytest.approx(median_of(town, others))
        assert row.loss == pytest.approx(row.value - found.value)
        assert row.best_value == pytest.approx(best)
        assert row.best_loss == pytest.approx(best - found.value)
        assert (row.gap, row.best_gap, row.unserved) == (0, 0, 0)
    assert table["loss"].is_monotonic_decreasing


def test_closing_a_site_of_a_cover_loses_what_it_covers_alone(town):
    problem = MaxCover(Coverage.within(town[0], 3.0), town[1], 3)
    found = solve(problem)
    table = closing_costs(problem, found, reoptimise=False)
    assert "best_value" not in table
    for row in table.itertuples():
        others = [j for j in found.open_sites if j != row.site]
        assert row.loss == pytest.approx(found.value - covered(town, others))
        out = (town[0][:, others] > 3.0).all(axis=1).sum()
        assert row.unserved == out


def test_closing_a_site_of_a_set_cover_may_leave_points_out(town):
    problem = SetCover(Coverage.within(town[0], 5.0))
    table = closing_costs(problem, solve(problem))
    # none of a least cover can be spared, and none of the tables may hide that
    assert np.isinf(table["loss"]).all()
    assert (table["unserved"] > 0).all()


def test_closing_a_capacitated_site_moves_its_load(town):
    cost, weight, opening = town
    problem = FacilityLocation(cost, weight, np.full(8, weight.sum() / 2), opening)
    found = solve(problem)
    assert len(found.open_sites) > 2
    table = closing_costs(problem, found)
    assert (table["best_value"] <= table["value"] + 1e-9).all()
    assert (table["best_loss"] >= -1e-9).all()
    for row in table.itertuples():
        rest = np.setdiff1d(np.arange(8), found.open_sites)
        others = found.open_sites[found.open_sites != row.site]
        sites = Sites(8, fixed=others, forbidden=np.append(rest, row.site))
        assert row.value == pytest.approx(solve(replace(problem, sites=sites)).value)


def test_the_only_site_cannot_be_closed(town):
    problem = PMedian(*town[:2], 1)
    table = closing_costs(problem, solve(problem))
    assert table["loss"].tolist() == [INF]
    assert table["unserved"].tolist() == [20]


@pytest.mark.parametrize("kind", ["median", "center", "cover", "capacitated"])
def test_the_best_replacement_of_each_site_is_found(town, kind):
    cost, weight, opening = town
    near = Coverage.within(cost, 3.0)
    problem = {
        "median": PMedian(cost, weight, 3, Sites(8, forbidden=[7])),
        "center": PCenter(cost, 3, Sites(8, forbidden=[7])),
        "cover": MaxCover(near, weight, 3, Sites(8, forbidden=[7])),
        "capacitated": FacilityLocation(
            cost, weight, np.full(8, weight.sum() / 2), opening, p=3, sites=Sites(8, forbidden=[7])
        ),
    }[kind]
    found = plan(
        {"median": median_of, "cover": covered}.get(kind, lambda *_: 20.0)(town, [0, 1, 2]),
        [0, 1, 2],
        0.0,
    )
    value_of = {
        "median": lambda s: median_of(town, s),
        "center": lambda s: cost[:, s].min(axis=1).max(),
        "cover": lambda s: -covered(town, s),
        "capacitated": lambda s: (
            solve(
                replace(problem, sites=Sites(8, fixed=s, forbidden=np.setdiff1d(range(8), s)))
            ).value
        ),
    }[kind]
    table = swap_ranking(problem, found)
    assert sorted(table["site"]) == [0, 1, 2]
    for row in table.itertuples():
        others = [j for j in (0, 1, 2) if j != row.site]
        best = min(value_of([*others, k]) for k in range(3, 7))
        assert (-row.value if kind == "cover" else row.value) <= best + 1e-9
        if kind != "capacitated":
            assert row.value == pytest.approx(-best if kind == "cover" else best)
            assert row.replacement in range(3, 7)
    assert table["loss"].is_monotonic_increasing


def test_a_swap_keeps_the_rules_and_what_is_fixed(town):
    sites = Sites(8, fixed=[0], apart=[[2, 3], [2, 4], [2, 5]])
    problem = PMedian(*town[:2], 3, sites)
    found = plan(median_of(town, [0, 1, 2]), [0, 1, 2], 0.0)
    table = swap_ranking(problem, found)
    assert sorted(table["site"]) == [1, 2]
    one = table[table["site"] == 1].iloc[0]
    assert one["replacement"] in {6, 7}
    none = PMedian(*town[:2], 3, Sites(8, forbidden=[3, 4, 5, 6, 7]))
    assert swap_ranking(none, found)["replacement"].tolist() == [-1, -1, -1]


def test_limits_are_handed_to_each_search(town, monkeypatch):
    seen = []

    def noted(problem, **limits):
        seen.append(limits)
        return solve(problem, **limits)

    monkeypatch.setattr(module, "solve", noted)
    facility_curve(PMedian(*town[:2], 1), [1], Limits(time_s=7.0, gap=0.1, threads=2, seed=3))
    assert seen[0]["time_limit_s"] == 7.0
    assert (seen[0]["gap"], seen[0]["threads"], seen[0]["seed"]) == (0.1, 2, 3)


# ---- values without a search


@pytest.mark.parametrize("kind", ["median", "center", "cover"])
def test_quick_values_count_opening_shares_and_preferences(town, kind):
    cost, weight, opening = town
    preference = np.arange(8.0)
    sites = Sites(8, preference=preference)
    share = Coverage.decaying(cost, lambda far: np.clip(1 - far / 6, 0, 1))
    problem, sign = {
        "median": (PMedian(cost, weight, None, sites, opening), -1),
        "center": (PCenter(cost, 3, sites), -1),
        "cover": (MaxCover(share, weight, 3, sites), 1),
    }[kind]
    plain = {
        "median": lambda s: median_of(town, s) + opening[s].sum(),
        "center": lambda s: cost[:, s].min(axis=1).max(),
        "cover": lambda s: weight @ np.clip(1 - cost[:, s].min(axis=1) / 6, 0, 1),
    }[kind]
    values = quick_values(problem)
    chosen = np.array([2, 5])
    assert values.value(chosen) == pytest.approx(plain([2, 5]) + sign * 7)
    each = values.with_each(chosen)
    for k in range(8):
        whole = sorted({2, 5, k})
        assert each[k] == pytest.approx(plain(whole) + sign * preference[whole].sum())


def test_points_out_of_reach_are_counted(town):
    cost = np.array([[1.0, INF], [INF, INF], [INF, 2.0]])
    assert unserved(PMedian(cost, np.array([1.0, 0, 1]), 1), np.array([0])) == 2
    assert unserved(SetCover(Coverage.within(cost, 5.0), [1, 0, 1]), np.array([0, 1])) == 1
