"""From tables with units to whole numbers in arrays, and what does not fit is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.cells import CELLS, cells_of, hours_until_open, up_cells
from sim.columns import HOURS
from sim.waste.fit import check_fit
from sim.waste.layout import (
    DAY_H,
    HOUR_MS,
    NEVER,
    PPM,
    STREAM_NAMES,
    World,
)
from sim.waste.plan import BREAK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.distributions import Distribution
    from sim.draws import Word
    from sim.waste.demand import Deliveries, Filling, Orders
    from sim.waste.model import Rules
    from sim.waste.plan import Routes
    from sim.waste.roads import Roads
    from sim.waste.setting import Facilities, Haulers, Outages, Stands, Trucks

__all__ = ["prepare"]

AFTER_H = HOURS  # hours after the last day at which the run is cut
MOST_RATE_MG = 1e10
THOUSAND = 1000


def prepare(
    stands: Stands,
    facilities: Facilities,
    trucks: Trucks,
    haulers: Haulers | None,
    roads: Roads,
    routes: Routes,
    filling: Filling,
    orders: Orders | None = None,
    deliveries: Deliveries | None = None,
    *,
    days: int,
    seed: Word,
    rules: Rules | None = None,
    outages: Outages | None = None,
    first_weekday: int = 0,
) -> World:
    """Lay a city, a plan and a seed out in arrays.

    Parameters
    ----------
    stands, facilities, trucks, haulers, roads, routes, filling, orders, deliveries, days, seed
        As in `sim.waste.simulate`.
    rules, outages, first_weekday
        As there.

    Raises
    ------
    InputError
        As there.
    """
    from sim.draws import stream_id
    from sim.waste.model import Rules
    from sim.waste.setting import Haulers

    rules = rules or Rules()
    haulers = haulers or Haulers(np.zeros(0, np.int64), np.zeros(0, np.int64))
    if days < 1 or first_weekday not in range(7):
        raise InputError(
            f"days = {days}, first_weekday = {first_weekday}",
            place="waste",
            mend="give 1 day or more, and 0 (Monday) to 6",
        )
    order = np.zeros((0, 4), np.int64)
    delivery = np.zeros((0, 4), np.int64)
    if orders is not None:
        order = _table(orders.drawn(days, seed, first_weekday))
    if deliveries is not None:
        delivery = _table(deliveries.drawn(days, seed, first_weekday))
    check_fit(stands, facilities, trucks, haulers, roads, routes, order, delivery, days)
    route_order, route = _routes(routes, rules)
    up_h, up_row = np.unique(np.r_[trucks.up_h, haulers.up_h, np.inf], return_inverse=True)
    v = np.arange(len(trucks))
    truck = np.stack(
        [
            trucks.stream, trucks.depot, _whole(trucks.kg * 1000.0),
            _whole(trucks.litres * trucks.compaction * 1000.0),
            np.searchsorted(route[:, 0], v, side="left"),
            np.searchsorted(route[:, 0], v, side="right"),
            up_row[: len(trucks)],
        ],
        axis=1,
    )  # fmt: skip
    hauler = np.stack(
        [haulers.pool, haulers.home, _whole(haulers.kg * 1000.0), up_row[len(trucks) : -1]], axis=1
    )
    intake = np.where(np.isnan(facilities.intake_kg), NEVER / 1000.0, facilities.intake_kg)
    at = facilities.place
    rate, ahead, stand = _stands(stands, filling)
    if (rate > MOST_RATE_MG).any():
        raise InputError("more than 10 t an hour come to a stand", place="filling")
    given = filling.drawn(stands, days, seed, first_weekday)
    return World(
        stand=stand,
        filling=np.ascontiguousarray(given, dtype=np.int32),
        ahead=ahead,
        truck=_table(truck),
        hauler=_table(hauler),
        allowed=_table(haulers.allowed),
        facility=_facilities(facilities),
        accepts=_table(facilities.accepts),
        intake=_whole(intake * 1000.0),
        sends=_table(facilities.sends_to),
        opens=hours_until_open(facilities.open_hours),
        outage=_outage(outages, len(facilities), days, seed),
        tip=_tip(facilities),
        load=_cells(haulers.load_s, 900.0),
        repair=np.stack([_cells(trucks.repair_s, 1800.0), _cells(haulers.repair_s, 1800.0)]),
        up=up_cells(up_h),
        way_ms=roads.ms,
        way_mm=roads.mm,
        period=roads.period,
        to_ms=np.ascontiguousarray(roads.ms[:, :, at]),
        from_ms=np.ascontiguousarray(roads.ms[:, at, :]),
        step=_steps(routes),
        route=route,
        risk=_risk(routes)[route_order],
        route_order=route_order,
        order=order,
        delivery=delivery,
        streams=np.array(
            [*(stream_id(f"waste/{name}") for name in STREAM_NAMES), int(seed) % 2**64],
            dtype=np.uint64,
        ),
        hours=days * DAY_H,
        last_hour=days * DAY_H + AFTER_H,
        first_hour=first_weekday * DAY_H,
        cells=int(stands.cell.max(initial=0)) + 1,
        ground_us=round(stands.ground_s_l * 1000.0),
        carry=int(rules.carry == "next"),
        empty_home=int(rules.empty_home),
    )


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(np.rint(values).astype(np.int64))


def _table(values: NDArray[np.generic]) -> NDArray[np.int64]:
    return np.ascontiguousarray(values, dtype=np.int64)


def _stands(
    stands: Stands, filling: Filling
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rates, sums of factors by profile and hours of two weeks, and the table of stands."""
    rate, profile, factor, lump = filling.expected(stands)
    ahead = np.zeros((len(factor), 2 * HOURS + 1), dtype=np.int64)
    np.cumsum(np.tile(_whole(np.asarray(factor) * THOUSAND), 2), axis=1, out=ahead[:, 1:])
    stand = np.stack(
        [
            stands.place, stands.stream, stands.bins, stands.capacity_g, stands.ml_kg,
            _whole(stands.stop_s * 1000.0), _whole(stands.bin_s * 1000.0),
            _whole(stands.start_kg * 1000.0), stands.cell, rate, profile, lump,
        ],
        axis=1,
    )  # fmt: skip
    return rate, ahead, _table(stand)


def _facilities(facilities: Facilities) -> NDArray[np.int64]:
    bays = np.r_[0, np.cumsum(facilities.bays)]
    presses = np.r_[0, np.cumsum(facilities.compactors)]
    columns = [
        facilities.place, bays[:-1], bays[1:], presses[:-1], presses[1:],
        np.maximum(1, _whole(facilities.press_kg_h * 1000.0)),
        _whole(facilities.pit_kg * 1000.0), _whole(facilities.container_kg * 1000.0),
        facilities.buffer,
    ]  # fmt: skip
    return _table(np.stack(columns, axis=1))


def _outage(outages: Outages | None, facilities: int, days: int, seed: Word) -> NDArray[np.int64]:
    """Whether each facility is out, by hour of the run."""
    out = np.zeros((facilities, days * DAY_H + AFTER_H), dtype=np.int64)
    if outages is None:
        return out
    from sim.waste.demand import outage_times

    for facility, begin, end in outage_times(outages, facilities, days, seed).tolist():
        out[facility, begin // HOUR_MS : -(-end // HOUR_MS)] = 1
    return out


def _tip(facilities: Facilities) -> NDArray[np.int64]:
    given = facilities.tip_s
    if isinstance(given, Sequence):
        cells = [cells_of(one) for one in given]
        return np.array(cells, dtype=np.int64).reshape(len(facilities), CELLS)
    return np.tile(_cells(given, 300.0), (len(facilities), 1))


def _cells(given: Distribution | None, usual_s: float) -> NDArray[np.int64]:
    from sim.distributions import Fixed

    return cells_of(given or Fixed(usual_s))


def _routes(routes: Routes, rules: Rules) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order by truck and time, and the table in that order."""
    leave = routes.day * 86_400.0 + routes.leave_s
    limit = np.minimum(leave + routes.shift_s + rules.overtime_s, NEVER / 1000.0)
    order = np.lexsort((leave, routes.vehicle)).astype(np.int64)
    table = np.stack(
        [
            routes.vehicle, routes.day, np.rint(leave * 1000.0), np.rint(limit * 1000.0),
            routes.first[:-1], routes.first[1:], routes.select, np.rint(routes.share * PPM),
            routes.ahead_h,
        ],
        axis=1,
    )  # fmt: skip
    return order, _table(table[order])


def _risk(routes: Routes) -> NDArray[np.float64]:
    """Quantile of the normal distribution above which lies each route's probability."""
    from scipy.special import ndtri

    share = np.clip(routes.share, 1e-9, 1.0 - 1e-9)
    return np.asarray(ndtri(1.0 - share), dtype=np.float64)


def _steps(routes: Routes) -> NDArray[np.int64]:
    s = len(routes.kind)
    breaks = np.where(routes.kind == BREAK, np.arange(s), s)
    until = np.minimum.accumulate(breaks[::-1])[::-1]  # first at or after each step, s for none
    end = np.repeat(routes.first[1:], np.diff(routes.first))
    columns = [
        routes.kind, routes.target, np.rint(routes.earliest_s * 1000.0),
        np.rint(np.minimum(routes.latest_s, NEVER / 1000.0) * 1000.0),
        np.rint(routes.length_s * 1000.0), np.where(until < end, until, -1),
    ]  # fmt: skip
    return _table(np.stack(columns, axis=1))
