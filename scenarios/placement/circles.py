"""Life circles: what lies within 5, 10 and 15 minutes of the open sites, as areas and as shares.

A 15-minute life circle (GB 50180-2018, clause 2.0.2) is what one walks to in so many minutes; the
minutes are those of the placement's own travel, on its streets. Areas are the union of the
isochrones of all open sites; shares are of the weight of demand, by area and as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from scenarios.placement.question import Question

__all__ = ["CIRCLE_MIN", "circle_polygons", "circle_shares", "nearest_travel", "share_within"]

CIRCLE_MIN = (5.0, 10.0, 15.0)
"""Minutes of the three life circles."""


def nearest_travel(question: Question, open_sites: ArrayLike) -> NDArray[np.float64]:
    """Travel of each demand point to its nearest open site.

    Parameters
    ----------
    question
        What was asked.
    open_sites : int[k]
        Indices.

    Returns
    -------
    float64[n]
        In `question.unit`, inf where none can be reached or none is open.
    """
    chosen = np.asarray(open_sites, dtype=np.int64)
    if question.travel is None:
        return _nearest_by_search(question, chosen)
    if not len(chosen):
        return np.full(len(question.points), np.inf)
    nearest: NDArray[np.float64] = question.travel[:, chosen].min(axis=1)
    return nearest


def _nearest_by_search(question: Question, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Travel to the nearest of few sites where no whole table was kept."""
    from scenarios.placement.times import positions_of, travel_blocks

    n = len(question.points)
    if not len(chosen):
        return np.full(n, np.inf)
    at = positions_of(question.points), positions_of(question.sites).take(chosen)
    blocks = travel_blocks(
        question.network,
        *at,
        measure=question.unit,
        from_site=question.from_site,
        at=question.spec.at,
    )
    return np.concatenate([block.min(axis=1) for block in blocks])


def share_within(
    travel: NDArray[np.float64], weight: NDArray[np.float64], limits: Sequence[float]
) -> NDArray[np.float64]:
    """Share of a weight whose travel is within each limit, float64[limits]; 0 where none weighs."""
    total = float(weight.sum())
    if total <= 0:
        return np.zeros(len(limits))
    return np.array([float(weight[travel <= limit].sum()) / total for limit in limits])


def circle_shares(
    question: Question,
    open_sites: ArrayLike,
    limits: Sequence[float] = CIRCLE_MIN,
    *,
    left_out: bool = True,
) -> pd.DataFrame:
    """Share of the demand within each limit, by area and as a whole.

    Parameters
    ----------
    question
        What was asked; its points' weights are residents, or whatever the demand counts.
    open_sites : int[k]
        Indices.
    limits
        In `question.unit`, rising: minutes, or metres.
    left_out
        Whether what could not be placed or reached counts as beyond every limit.

    Returns
    -------
    DataFrame
        area ("" for the whole district), weight, limit, unit, share. Areas without demand are left
        out.

    Raises
    ------
    InputError
        If the limits do not rise from above 0.
    """
    import pandas as pd

    wanted = np.asarray(limits, dtype=np.float64)
    if not len(wanted) or (wanted <= 0).any() or (np.diff(wanted) <= 0).any():
        raise InputError("limits must rise from above 0", mend="as 5, 10, 15")
    travel = nearest_travel(question, open_sites)
    weight = question.points["weight"].to_numpy(dtype=np.float64)
    code = question.points["area"].to_numpy(dtype=np.int64)
    if left_out and len(question.left_out):
        lost = question.left_out
        weight = np.append(weight, lost["weight"].to_numpy(dtype=np.float64))
        travel = np.append(travel, np.full(len(lost), np.inf))
        code = np.append(code, lost["area"].to_numpy(dtype=np.int64))
    groups = [("", np.ones(len(weight), dtype=np.bool_))]
    groups += [(name, code == k) for k, name in enumerate(question.areas)]
    rows = []
    for name, mine in groups:
        total = float(weight[mine].sum())
        if total <= 0:
            continue
        shares = share_within(travel[mine], weight[mine], wanted.tolist())
        rows += [
            (name, total, limit, question.unit, share)
            for limit, share in zip(wanted.tolist(), shares.tolist(), strict=True)
        ]
    return pd.DataFrame(rows, columns=["area", "weight", "limit", "unit", "share"])


def circle_polygons(
    question: Question,
    open_sites: ArrayLike,
    minutes: Sequence[float] = CIRCLE_MIN,
    *,
    reach_m: float = 100.0,
) -> list[BaseGeometry]:
    """Areas within some minutes of any open site, the union of all sites' isochrones.

    Parameters
    ----------
    question
        What was asked.
    open_sites : int[k]
        Indices.
    minutes
        Limits, in any order.
    reach_m
        What lies so near to a reached street counts as reached.

    Returns
    -------
    list of shapely geometry
        One a limit, in the order of `minutes`, WGS-84 degrees; empty where nothing is open.
    """
    import shapely

    from networks.isochrones import isochrones
    from networks.snap import Position
    from scenarios.hours import moment_s

    sites = question.sites.iloc[np.asarray(open_sites, dtype=np.int64)]
    at = question.spec.at
    depart = None if at is None else float(moment_s(at))
    parts: list[list[BaseGeometry]] = [[] for _ in minutes]
    places = zip(sites["edge"].tolist(), sites["fraction"].tolist(), strict=True)
    for edge, fraction in dict.fromkeys(places):
        areas = isochrones(
            question.network,
            Position(int(edge), float(fraction)),
            minutes,
            depart_week_s=depart,
            reach_m=reach_m,
        )
        for part, area in zip(parts, areas, strict=True):
            part.append(area)
    return [shapely.union_all(np.array(part, dtype=object)) for part in parts]
