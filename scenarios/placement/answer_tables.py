"""The tables of an answer: open sites, areas and residents before and after, every point.

All of them are read off two `Reach`es: the facilities that exist today and those of the plan. Units
of travel stand in the names of columns (``mean_min``, ``mean_m``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.placement.costs import site_costs
from scenarios.placement.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from optimize.location.solution import Solution
    from scenarios.placement.question import Question

__all__ = [
    "Everybody",
    "area_table",
    "before_after_table",
    "candidate_table",
    "circle_table",
    "everybody",
    "flow_table",
    "onward_table",
    "open_site_table",
    "point_table",
    "site_sizes",
]

_NEARER = 1e-9  # relative: what two sums of the same times may differ by


def open_site_table(question: Question, solution: Solution, after: Reach) -> pd.DataFrame:
    """One row an open site: where it is, what it serves, how far its users go.

    Parameters
    ----------
    question, solution
        What was asked, and the plan.
    after
        Who reaches what under it.
    """
    import pandas as pd

    sites, weight = question.sites, question.points["weight"].to_numpy(dtype=np.float64)
    opened = solution.open_sites
    served, far, most = _loads(question, solution, after, weight)
    total = float(weight.sum())
    table = pd.DataFrame(
        {
            "site": opened,
            "name": sites["name"].to_numpy()[opened],
            "kind": sites["kind"].to_numpy()[opened],
            "lon": sites["lon"].to_numpy()[opened],
            "lat": sites["lat"].to_numpy()[opened],
            "area": _area_names(question, sites["area"])[opened],
        }
    )
    sizes = site_sizes(question, solution)
    if sizes is not None:
        table["size"] = sizes
    table["served_weight"] = served[opened]
    table["served_share"] = served[opened] / total if total > 0 else 0.0
    table[f"mean_{question.unit}"] = far[opened]
    table[f"max_{question.unit}"] = most[opened]
    if "cost" in sites:
        table["cost"] = site_costs(question, solution)
    if solution.phase is not None:
        table["phase"] = solution.phase
    return table


def site_sizes(question: Question, solution: Solution) -> NDArray[np.object_] | None:
    """Size of each open site: the name of its class, or how many units it holds; None without."""
    if solution.sizes is None:
        return None
    classes = getattr(question.problem, "size_classes", ())
    if classes:
        return np.array([classes[k].name for k in solution.sizes], dtype=object)
    return solution.sizes.astype(object)


def _loads(
    question: Question, solution: Solution, after: Reach, weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Weight served by each site, mean and largest travel to it."""
    m = len(question.sites)
    if solution.flow is not None:
        flow = solution.flow[solution.flow[:, 1] < m]  # what goes by a site
        point, site = flow[:, 0].astype(np.int64), flow[:, 1].astype(np.int64)
        amount = weight[point] * flow[:, 2]
    else:
        point = np.flatnonzero(after.site >= 0)
        site, amount = after.site[point], weight[point]
    ways = after.travel[point]
    if solution.flow is not None and question.travel is not None:
        ways = question.travel[point, site]
    served = _sums(site, amount, m)
    known = np.isfinite(ways) & (amount > 0)
    sums = _sums(site[known], amount[known] * ways[known], m)
    reached = _sums(site[known], amount[known], m)
    mean = np.divide(sums, reached, out=np.full(m, np.nan), where=reached > 0)
    most = np.where(reached > 0, 0.0, np.nan)
    np.maximum.at(most, site[known], ways[known])
    return served, mean, most


def _area_names(question: Question, codes: pd.Series) -> NDArray[np.object_]:
    """Names of areas by code; the empty name where there is none."""
    names = np.array([*question.areas, ""], dtype=object)
    code = codes.to_numpy(dtype=np.int64)
    return names[np.where((code < 0) | (code >= len(question.areas)), len(question.areas), code)]


def point_table(question: Question, before: Reach, after: Reach) -> pd.DataFrame:
    """One row a demand point: who serves it, how far, before and after."""
    import pandas as pd

    points, unit = question.points, question.unit
    table = pd.DataFrame({"point": np.arange(len(points))})
    if "name" in points:
        table["name"] = points["name"].to_numpy()
    if (points["slot"] != "").any():
        table["slot"] = points["slot"].to_numpy()
    table["lon"], table["lat"] = points["lon"].to_numpy(), points["lat"].to_numpy()
    table["weight"] = points["weight"].to_numpy(dtype=np.float64)
    table["area"] = _area_names(question, points["area"])
    table["site_before"], table["site"] = before.site, after.site
    table[f"{unit}_before"], table[f"{unit}_after"] = before.travel, after.travel
    table["covered_before"], table["covered_after"] = before.covered, after.covered
    return table


def candidate_table(question: Question, solution: Solution) -> pd.DataFrame:
    """One row a site that was to choose from: what it is, may be, and became.

    The cost of an open site has its size in it; of a closed one it is that of opening alone.

    Parameters
    ----------
    question, solution
        What was asked, and the plan.
    """
    sites = question.sites
    kept = ["site", "name", "kind", "state", "lon", "lat"]
    kept += ["slot"] if (sites["slot"] != "").any() else []
    table = sites[kept].reset_index(drop=True).copy()
    table["area"] = _area_names(question, sites["area"])
    if "cost" in sites:
        cost = sites["cost"].to_numpy(dtype=np.float64, copy=True)
        cost[solution.open_sites] = site_costs(question, solution)
        table["cost"] = cost
    is_open = np.zeros(len(sites), dtype=np.int64)
    is_open[solution.open_sites] = 1
    table["open"] = is_open
    return table


@dataclass(frozen=True, eq=False)
class Everybody:
    """All demand that was put in, what could not be taken in at the end.

    Parameters
    ----------
    weight : float64[n + l]
        Of each point.
    code : int64[n + l]
        Of its area, the number of areas where it lies in none.
    before, after
        Who reaches what; who was left out is covered by nothing, however far it is.
    """

    weight: NDArray[np.float64]
    code: NDArray[np.int64]
    before: Reach
    after: Reach


def everybody(
    question: Question,
    before: Reach,
    after: Reach,
    left_ways: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Everybody:
    """Put the demand that was left out beside that of the question: shares are of all of it.

    Parameters
    ----------
    question
        What was asked.
    before, after
        Who reaches what of the question's points.
    left_ways : float64[l], float64[l]
        Travel of what was left out, before and after; inf where it reaches nothing.
    """
    left, n_areas = question.left_out, len(question.areas)
    weight = np.append(question.points["weight"], left["weight"]).astype(np.float64)
    code = np.append(question.points["area"], left["area"]).astype(np.int64)
    outside = (code < 0) | (code >= n_areas)
    return Everybody(
        weight,
        np.where(outside, n_areas, code),
        _with_uncovered(before, left_ways[0]),
        _with_uncovered(after, left_ways[1]),
    )


def _with_uncovered(reach: Reach, ways: NDArray[np.float64]) -> Reach:
    """Add points that go so far and are covered by nothing."""
    more = len(ways)
    return Reach(
        np.append(reach.site, np.full(more, -1)),
        np.append(reach.travel, ways),
        np.append(reach.covered, np.zeros(more)),
        np.append(reach.longest, ways),
    )


def area_table(question: Question, both: Everybody, limits: Sequence[float]) -> pd.DataFrame:
    """One row an area: share within each limit, mean travel, who gains, who stays out."""
    import pandas as pd

    weight, code, before, after = both.weight, both.code, both.before, both.after
    names = [*question.areas, "–"]
    n, unit = len(names), question.unit
    total = _sums(code, weight, n)
    table = pd.DataFrame({"area": names, "weight": total})
    for limit in limits:
        for word, reach in (("before", before), ("after", after)):
            inside = _sums(code, weight * reach.within(limit), n)
            table[f"within_{limit:g}_{unit}_{word}"] = _share(inside, total)
    for word, reach in (("before", before), ("after", after)):
        table[f"mean_{unit}_{word}"] = _means(code, weight, reach, n)
    for word, reach in (("before", before), ("after", after)):
        table[f"covered_{word}"] = _share(_sums(code, weight * reach.covered, n), total)
    nearer, farther = _moved(before, after)
    table["nearer_weight"] = _sums(code, weight * nearer, n)
    table["farther_weight"] = _sums(code, weight * farther, n)
    gained = np.maximum(after.covered - before.covered, 0.0)
    lost = np.maximum(before.covered - after.covered, 0.0)
    table["gain_weight"] = _sums(code, weight * gained, n)
    table["loss_weight"] = _sums(code, weight * lost, n)
    table["out_weight"] = _sums(code, weight * (1.0 - after.covered), n)
    return table[table["weight"] > 0].reset_index(drop=True)


def circle_table(question: Question, both: Everybody, limits: Sequence[float]) -> pd.DataFrame:
    """Demand within each limit, by area and in all (area ""): weights and shares."""
    import pandas as pd

    weight, code = both.weight, both.code
    names = [*question.areas, "–", ""]
    rows = []
    for limit in limits:
        inside = []
        for reach in (both.before, both.after):
            each = weight * reach.within(limit)
            sums = _sums(code, each, len(names))
            sums[-1] = each.sum()
            inside.append(sums)
        total = _sums(code, weight, len(names))
        total[-1] = weight.sum()
        rows.append(
            pd.DataFrame(
                {
                    "area": names,
                    "limit": limit,
                    "unit": question.unit,
                    "weight": total,
                    "within_before": inside[0],
                    "within_after": inside[1],
                    "share_before": _share(inside[0], total),
                    "share_after": _share(inside[1], total),
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    return table[table["weight"] > 0].reset_index(drop=True)


def before_after_table(
    question: Question,
    solution: Solution,
    existing: NDArray[np.int64],
    both: Everybody,
    limits: Sequence[float],
) -> pd.DataFrame:
    """Measure by measure, the district today and under the plan.

    Parameters
    ----------
    existing
        Indices of the facilities that exist today.
    both
        All demand, before and after.
    limits
        Of travel, in the question's unit.
    """
    import pandas as pd

    weight, reaches = both.weight, (both.before, both.after)
    total = float(weight.sum())
    rows: list[tuple[str, float, str, float, float]] = [
        ("facilities", np.nan, "count", float(len(existing)), float(len(solution.open_sites)))
    ]

    def add(measure: str, unit: str, figures: list[float], limit: float = np.nan) -> None:
        rows.append((measure, limit, unit, figures[0], figures[1]))

    covered = [float((weight * reach.covered).sum()) for reach in reaches]
    add("covered_weight", "weight", covered)
    add("covered_share", "share", [_ratio(value, total) for value in covered])
    add("out_weight", "weight", [total - value for value in covered])
    for limit in limits:
        inside = [float(weight[reach.within(limit)].sum()) for reach in reaches]
        add("within_share", "share", [_ratio(value, total) for value in inside], limit)
    add("mean_travel", question.unit, [reach.mean(weight) for reach in reaches])
    add("max_travel", question.unit, [_farthest(reach, weight) for reach in reaches])
    lost = [float(weight[~np.isfinite(reach.travel)].sum()) for reach in reaches]
    add("unreached_weight", "weight", lost)
    return pd.DataFrame(rows, columns=["measure", "limit", "unit", "before", "after"])


def flow_table(question: Question, solution: Solution) -> pd.DataFrame | None:
    """Rows point, site, share of a split service; None where each point has one site.

    What goes straight to a plant has the site -1 and the plant's number in `plant`.
    """
    import pandas as pd

    if solution.flow is None:
        return None
    table = pd.DataFrame(solution.flow, columns=["point", "site", "share"])
    table = table.astype({"point": np.int64, "site": np.int64})
    if question.plants is not None:
        m = len(question.sites)
        table["plant"] = np.where(table["site"] >= m, table["site"] - m, -1)
        table["site"] = np.where(table["site"] >= m, -1, table["site"])
    table["amount"] = question.points["weight"].to_numpy()[table["point"]] * table["share"]
    return table.sort_values(["point", "site"], ignore_index=True)


def onward_table(question: Question, solution: Solution) -> pd.DataFrame | None:
    """Rows site, plant, amount of a second echelon, with their names; None where there is none."""
    import pandas as pd

    if solution.onward is None or question.plants is None:
        return None
    table = pd.DataFrame(solution.onward, columns=["site", "plant", "amount"])
    table = table.astype({"site": np.int64, "plant": np.int64})
    table.insert(1, "name", question.sites["name"].to_numpy()[table["site"]])
    table.insert(3, "plant_name", question.plants["name"].to_numpy()[table["plant"]])
    return table.sort_values(["site", "plant"], ignore_index=True)


# ---- parts


def _sums(code: NDArray[np.int64], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Sum of the values of each code from 0 to n - 1."""
    return np.asarray(np.bincount(code, values, minlength=n), dtype=np.float64)


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _means(
    code: NDArray[np.int64], weight: NDArray[np.float64], reach: Reach, n: int
) -> NDArray[np.float64]:
    known = np.isfinite(reach.travel)
    sums = _sums(code[known], weight[known] * reach.travel[known], n)
    reached = _sums(code[known], weight[known], n)
    mean: NDArray[np.float64] = np.full(n, np.nan)
    return np.divide(sums, reached, out=mean, where=reached > 0)


def _farthest(reach: Reach, weight: NDArray[np.float64]) -> float:
    known = reach.longest[np.isfinite(reach.longest) & (weight > 0)]
    return float(known.max()) if len(known) else np.nan


def _moved(before: Reach, after: Reach) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whose way gets shorter, and whose longer."""
    slack = _NEARER * np.where(np.isfinite(before.travel), np.abs(before.travel), 0.0)
    return after.travel < before.travel - slack, after.travel > before.travel + slack
