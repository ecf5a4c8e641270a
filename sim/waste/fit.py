"""Whether the tables fit each other, and everything has somewhere to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.waste.layout import D_FACILITY, D_STREAM, O_PLACE, O_STREAM
from sim.waste.plan import BREAK, COLLECT, UNLOAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.waste.plan import Routes
    from sim.waste.roads import Roads
    from sim.waste.setting import Facilities, Haulers, Stands, Trucks

__all__ = ["check_fit"]


def check_fit(
    stands: Stands,
    facilities: Facilities,
    trucks: Trucks,
    haulers: Haulers,
    roads: Roads,
    routes: Routes,
    order: NDArray[np.int64],
    delivery: NDArray[np.int64],
    days: int,
) -> None:
    """Say what does not fit.

    Parameters
    ----------
    stands, facilities, trucks, haulers, roads, routes, days
        As in `sim.waste.simulate`.
    order : int64[m, 4]
        When ready, place, stream, g.
    delivery : int64[d, 4]
        When it comes, facility, stream, g.

    Raises
    ------
    InputError
        If they name what is not there, a truck is to collect or tip what it cannot, or something
        has nowhere to go.
    """
    _check_names(stands, facilities, trucks, haulers, roads, routes, order, delivery, days)
    _check_steps(stands, facilities, trucks, routes)
    _check_ways_out(facilities, haulers, order)
    whose, what = delivery[:, D_FACILITY], delivery[:, D_STREAM]
    if (~facilities.accepts[whose, what]).any():
        raise InputError("a delivery comes to a facility that does not accept it",
                         place="deliveries")  # fmt: skip


def _check_names(
    stands: Stands,
    facilities: Facilities,
    trucks: Trucks,
    haulers: Haulers,
    roads: Roads,
    routes: Routes,
    order: NDArray[np.int64],
    delivery: NDArray[np.int64],
    days: int,
) -> None:
    f, s = facilities.accepts.shape
    n = roads.places
    kind, target = routes.kind, routes.target
    for place, what, numbers, there in (
        ("stands", "place", stands.place, n),
        ("stands", "stream", stands.stream, s),
        ("facilities", "place", facilities.place, n),
        ("trucks", "stream", trucks.stream, s),
        ("trucks", "facility", trucks.depot, f),
        ("haulers", "facility", haulers.pool, f),
        ("haulers", "facility", haulers.home, f),
        ("routes", "vehicle", routes.vehicle, len(trucks)),
        ("routes", "day", routes.day, days),
        ("steps", "stand", target[kind == COLLECT], len(stands)),
        ("steps", "facility", target[(kind == UNLOAD) | (kind == BREAK)], f),
        ("orders", "place", order[:, O_PLACE], n),
        ("orders", "stream", order[:, O_STREAM], s),
        ("deliveries", "facility", delivery[:, D_FACILITY], f),
        ("deliveries", "stream", delivery[:, D_STREAM], s),
    ):
        if len(numbers) and numbers.max() >= there:
            raise InputError(
                f"{what} {numbers.max()} is named, and there are {there}", place=place,
                mend=f"give numbers below {there}",
            )  # fmt: skip


def _check_steps(stands: Stands, facilities: Facilities, trucks: Trucks, routes: Routes) -> None:
    stream = trucks.stream[np.repeat(routes.vehicle, np.diff(routes.first))]
    collects, unloads = routes.kind == COLLECT, routes.kind == UNLOAD
    if (stands.stream[routes.target[collects]] != stream[collects]).any():
        raise InputError("a truck is to collect another stream than its own", place="steps")
    if (~facilities.accepts[routes.target[unloads], stream[unloads]]).any():
        raise InputError("a truck is to tip where its stream is not accepted", place="steps")
    lost = ~np.asarray(facilities.accepts.any(axis=0))
    if lost[stream].any():
        raise InputError(
            f"stream {stream[lost[stream]][0]} is collected, and no facility accepts it",
            place="facilities",
        )


def _check_ways_out(facilities: Facilities, haulers: Haulers, order: NDArray[np.int64]) -> None:
    for station in np.flatnonzero(facilities.compactors > 0).tolist():
        to = facilities.accepts & facilities.sends_to[station][:, None]
        if (facilities.accepts[station] & ~to.any(axis=0)).any():
            raise InputError(
                f"station {station} accepts a stream that no facility takes from it",
                place="facilities",
            )
        own = haulers.pool == station
        if not haulers.allowed[own].any():
            raise InputError(
                f"station {station} has no hauler, or none that may ever drive", place="haulers"
            )
        if (haulers.kg[own] < facilities.container_kg[station]).any():
            raise InputError(
                f"a hauler of station {station} cannot carry a container", place="haulers",
                mend="give it at least container_kg",
            )  # fmt: skip
    if (facilities.compactors[haulers.pool[haulers.pool >= 0]] == 0).any():
        raise InputError("a hauler's pool is no station", place="haulers", mend="give -1: orders")
    if len(order):
        if not haulers.allowed[haulers.pool < 0].any():
            raise InputError("there are orders, and no hauler takes them", place="haulers")
        lost = ~np.asarray(facilities.accepts.any(axis=0))
        if lost[order[:, O_STREAM]].any():
            raise InputError("no facility accepts what an order has", place="orders")
