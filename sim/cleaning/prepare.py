"""From tables with units to whole numbers in arrays, and what does not fit is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.cells import CELLS, ENDLESS, cells_of, hours_until_open, up_cells
from sim.cleaning.layout import (
    BAYS,
    DUMPS,
    EARLIEST,
    EDGES,
    EDGES_END,
    GROWTH,
    HOPPER,
    KIND,
    LENGTH_MS,
    PPM,
    REMOVES,
    SWEEP_MS,
    TANK,
    TARGET,
    WATER,
    WATER_NEED,
    World,
)
from sim.cleaning.plan import BREAK, DRIVE, DUMP, REFILL, SWEEP
from sim.columns import HOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.cleaning.demand import Pieces, Weather
    from sim.cleaning.model import Rules
    from sim.cleaning.plan import Routes
    from sim.cleaning.setting import Facilities, Roads, Vehicles, Ways
    from sim.draws import Word

__all__ = ["prepare"]

STREAMS = ("parked cars", "dump", "refill", "up", "repair")
HEAVIEST_MG = 4e12
AFTER_H = HOURS  # hours after the last day whose growth is told apart; it is as of the last day


def prepare(
    pieces: Pieces,
    facilities: Facilities,
    vehicles: Vehicles,
    roads: Roads,
    routes: Routes,
    days: int,
    seed: Word,
    weather: Weather | None,
    rules: Rules,
    first_weekday: int,
    *,
    keep_dirt: bool,
) -> World:
    """Lay a district, a plan and a seed out in arrays.

    Parameters
    ----------
    pieces, facilities, vehicles, roads, routes, days, seed, weather, rules, first_weekday
        As in `sim.cleaning.simulate`.
    keep_dirt
        As there.

    Raises
    ------
    InputError
        As there.
    """
    from sim.cleaning.demand import Weather
    from sim.draws import stream_id

    if days < 1 or first_weekday not in range(7):
        raise InputError(
            f"days = {days}, first_weekday = {first_weekday}",
            place="street cleaning",
            mend="give 1 day or more, and 0 (Monday) to 6",
        )
    _check_fit(pieces, facilities, vehicles, roads, routes, days)
    growth, washes = _growth(pieces, weather or Weather(), days, seed, first_weekday)
    piece = np.zeros((8, len(pieces)), dtype=np.int64)
    piece[:] = (
        pieces.length_mm,
        pieces.standard_mg,
        np.rint(pieces.growth_g_m_h * pieces.length_m * 1000.0),
        pieces.profile, pieces.parked, pieces.cell, pieces.edge, pieces.start_mg,
    )  # fmt: skip
    _check_weight(pieces, piece[GROWTH], growth)
    order, route = _routes(routes, rules)
    up_h, of_vehicle = np.unique(vehicles.up_h, return_inverse=True)
    vehicle = np.stack(
        [
            vehicles.depot,
            _whole_or_none(vehicles.hopper_kg * 1e6),
            _whole_or_none(vehicles.tank_l * 1e3),
            np.searchsorted(route[:, 0], np.arange(len(vehicles)), side="left"),
            np.searchsorted(route[:, 0], np.arange(len(vehicles)), side="right"),
            of_vehicle,
        ],
        axis=1,
    ).astype(np.int64)
    step = _steps(pieces, vehicles, routes)
    _check_water(vehicle, step, routes, facilities)
    site = np.zeros((len(facilities), 3), dtype=np.int64)
    site[:, BAYS], site[:, DUMPS], site[:, WATER] = (
        facilities.bays, facilities.dumps, facilities.water,
    )  # fmt: skip
    return World(
        piece=piece,
        parked=_whole(pieces.parked_share * PPM),
        growth=growth,
        washes=washes,
        step=step,
        leg_edge=routes.leg_edge,
        route=route,
        route_order=order,
        vehicle=vehicle,
        site=site,
        opens=hours_until_open(facilities.open_hours),
        serve=_serve(facilities),
        up=up_cells(up_h),
        repair=_repair(vehicles),
        edge_ms=_whole(roads.edge_s * 1000.0),
        edge_mm=_whole(roads.edge_m * 1000.0),
        period=roads.period,
        to_ms=_by_period(roads.to_facility, len(roads.edge_s)),
        to_mm=_whole(roads.to_facility.metres * 1000.0),
        from_ms=_by_period(roads.from_facility, len(roads.edge_s)),
        from_mm=_whole(roads.from_facility.metres * 1000.0),
        between_ms=_by_period(roads.between, len(roads.edge_s)),
        between_mm=_whole(roads.between.metres * 1000.0),
        streams=np.array(
            [*(stream_id(f"cleaning/{name}") for name in STREAMS), int(seed) % 2**64],
            dtype=np.uint64,
        ),
        hours=days * 24,
        first_hour=first_weekday * 24,
        cells=int(pieces.cell.max(initial=0)) + 1,
        spread=round(pieces.parked_spread * PPM),
        carry=int(rules.carry == "next"),
        keep_dirt=int(keep_dirt),
    )


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(np.rint(values).astype(np.int64))


def _whole_or_none(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isnan(values), -1, np.rint(np.nan_to_num(values))).astype(np.int64)


def _by_period(ways: Ways, periods: int) -> NDArray[np.int64]:
    whole = _whole(ways.seconds * 1000.0)
    if len(whole) < periods:
        whole = np.repeat(whole, periods, axis=0)
    return np.ascontiguousarray(whole)


def _growth(
    pieces: Pieces, weather: Weather, days: int, seed: Word, first_weekday: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Factors of growth by profile and hour and shares washed away by hour, ppm."""
    kinds = weather.days(days, seed)
    of_day = weather.factors(kinds, len(pieces.hour_factor))
    last_dry = weather.factors(np.where(np.arange(days) < days - 1, kinds, 0), len(of_day))[:, -1:]
    of_day = np.hstack([of_day, np.repeat(last_dry, AFTER_H // 24, axis=1)])
    hour = np.arange(of_day.shape[1] * 24)
    factor = pieces.hour_factor[:, (first_weekday * 24 + hour) % HOURS] * of_day[:, hour // 24]
    washes = np.zeros(len(hour))
    washes[np.flatnonzero(kinds == 1) * 24 + weather.rain_hour] = weather.rain_washes
    return _whole(factor * PPM), _whole(washes * PPM)


def _check_weight(pieces: Pieces, rate: NDArray[np.int64], growth: NDArray[np.int64]) -> None:
    """Amounts of a piece must fit a whole number even times a million."""
    total = growth.sum(axis=1, dtype=np.float64)[pieces.profile] / PPM
    heaviest = pieces.start_mg + rate * total
    if (heaviest > HEAVIEST_MG).any() or (rate * (growth.max(initial=0) / PPM) > 1e12).any():
        raise InputError(
            f"a piece would hold {heaviest.max() / 1e9:.0f} t of dirt",
            place="pieces",
            mend="give growth in g per m and hour",
        )


def _routes(routes: Routes, rules: Rules) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order by vehicle and time, and the table in that order."""
    leave = routes.day * 86_400.0 + routes.leave_s
    limit = np.minimum(leave + routes.shift_s + rules.overtime_s, ENDLESS / 1000.0)
    order = np.lexsort((leave, routes.vehicle)).astype(np.int64)
    table = np.stack(
        [
            routes.vehicle, routes.day, np.rint(leave * 1000.0), np.rint(limit * 1000.0),
            routes.first[:-1], routes.first[1:],
        ],
        axis=1,
    )  # fmt: skip
    return order, np.ascontiguousarray(table[order].astype(np.int64))


def _vehicle_of_step(routes: Routes) -> NDArray[np.int64]:
    return np.repeat(routes.vehicle, np.diff(routes.first))


def _steps(pieces: Pieces, vehicles: Vehicles, routes: Routes) -> NDArray[np.int64]:
    sweeps = routes.kind == SWEEP
    piece, v = routes.target[sweeps], _vehicle_of_step(routes)[sweeps]
    length, kmh = pieces.length_m[piece], routes.speed_kmh[sweeps]
    along = (kmh - vehicles.slow_kmh[v]) / (vehicles.fast_kmh[v] - vehicles.slow_kmh[v])
    removes = vehicles.slow_removes[v] + np.clip(along, 0.0, 1.0) * (
        vehicles.fast_removes[v] - vehicles.slow_removes[v]
    )
    table = np.zeros((len(sweeps), 9), dtype=np.int64)
    table[:, KIND], table[:, TARGET] = routes.kind, routes.target
    table[:, EDGES], table[:, EDGES_END] = routes.leg_first[:-1], routes.leg_first[1:]
    table[:, EARLIEST] = np.rint(routes.earliest_s * 1000.0)
    table[:, LENGTH_MS] = np.rint(routes.length_s * 1000.0)
    table[sweeps, SWEEP_MS] = np.rint(length * 3600.0 / kmh)
    table[sweeps, REMOVES] = np.rint(removes * PPM)
    table[sweeps, WATER_NEED] = np.rint(length * vehicles.water_l_km[v])  # l/km is ml/m
    return table


def _serve(facilities: Facilities) -> NDArray[np.int64]:
    from sim.distributions import Fixed

    table = np.zeros((len(facilities), 2, CELLS), dtype=np.int64)
    for kind, (given, usual) in enumerate(
        ((facilities.dump_s, Fixed(600.0)), (facilities.refill_s, Fixed(300.0)))
    ):
        if given is None:
            table[:, kind] = cells_of(usual)
        elif isinstance(given, Sequence):
            table[:, kind] = [cells_of(one) for one in given]
        else:
            table[:, kind] = cells_of(given)
    return table


def _repair(vehicles: Vehicles) -> NDArray[np.int64]:
    from sim.distributions import Fixed

    return cells_of(vehicles.repair_s or Fixed(1800.0))


def _check_fit(
    pieces: Pieces,
    facilities: Facilities,
    vehicles: Vehicles,
    roads: Roads,
    routes: Routes,
    days: int,
) -> None:
    p, f, m = len(pieces), len(facilities), len(roads.edge_m)
    kind, target = routes.kind, routes.target
    for what, numbers, there in (
        ("facility", vehicles.depot, f),
        ("edge", pieces.edge, m),
        ("edge", routes.leg_edge, m),
        ("vehicle", routes.vehicle, len(vehicles)),
        ("day", routes.day, days),
        ("piece", target[kind == SWEEP], p),
        ("facility", target[np.isin(kind, (DUMP, REFILL, BREAK))], f),
    ):
        if len(numbers) and numbers.max() >= there:
            raise InputError(
                f"{what} {numbers.max()} is named, and there are {there}", place="routes",
                mend=f"give numbers below {there}",
            )  # fmt: skip
    if roads.to_facility.metres.shape != (p, f):
        raise InputError(
            f"to_facility has the shape {roads.to_facility.metres.shape}, not {(p, f)}",
            place="roads",
        )
    v = _vehicle_of_step(routes)
    for step_kind, verb, gives, has in (
        (DUMP, "dump", facilities.dumps, ~np.isnan(vehicles.hopper_kg)),
        (REFILL, "refill", facilities.water, ~np.isnan(vehicles.tank_l)),
    ):
        here = kind == step_kind
        if (~gives[target[here]]).any() or (~has[v[here]]).any():
            raise InputError(
                f"a {verb} at a place, or of a vehicle, that cannot {verb}", place="steps"
            )
    if ((kind == DRIVE) & (np.diff(routes.leg_first) == 0) & (routes.target >= 0)).any():
        raise InputError("a drive has a target", place="steps", mend="give -1, and its edges")


def _check_water(
    vehicle: NDArray[np.int64], step: NDArray[np.int64], routes: Routes, facilities: Facilities
) -> None:
    v = _vehicle_of_step(routes)
    sweeps = routes.kind == SWEEP
    if (vehicle[v[sweeps], HOPPER] >= 0).any() and not facilities.dumps.any():
        raise InputError("a hopper is filled, and there is no dump", place="facilities")
    need, tank = step[sweeps, WATER_NEED], vehicle[v[sweeps], TANK]
    if (need > 0).any() and not facilities.water.any():
        raise InputError("water is used, and no place gives any", place="facilities")
    if (need > tank)[need > 0].any():
        raise InputError(
            f"one piece needs {need.max() / 1000:.0f} l of water, more than a tank holds",
            place="vehicles",
            mend="give a larger tank or less water per km",
        )
