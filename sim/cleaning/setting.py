"""What there is: sweepers and watering trucks, depots and dumps, and the streets between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.columns import HOURS, codes, hours, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.distributions import Distribution

__all__ = ["Facilities", "Roads", "Vehicles", "Ways"]


@dataclass(frozen=True, eq=False)
class Vehicles:
    """Sweepers, and watering trucks, which have a tank in place of a hopper.

    What a vehicle without a hopper takes off the street is flushed into the drains. The share of
    what lies that one pass removes falls in a straight line from ``slow_removes`` at ``slow_kmh``
    to ``fast_removes`` at ``fast_kmh`` and is level beyond both; see `sim.cleaning.model`. One
    number stands for all vehicles.

    Parameters
    ----------
    depot : int64[v]
        Facility where it begins and ends its routes.
    hopper_kg : float64[v]
        What the hopper takes; NaN for a vehicle without one.
    tank_l : float64[v]
        Water; NaN for a vehicle that uses none.
    water_l_km : float64[v]
        Water per km swept.
    slow_kmh, slow_removes, fast_kmh, fast_removes : float64[v]
        The two points of the line. The values are assumed, as no measured ones are at hand.
    up_h : float64[v]
        Mean hours of driving and sweeping between breakdowns (exponential); infinity for never.
    repair_s : Distribution, optional
        Seconds that a broken vehicle stands; half an hour if not given.
    names : sequence of str, optional
        As reports show them.

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """

    depot: NDArray[np.int64]
    hopper_kg: NDArray[np.float64]
    tank_l: NDArray[np.float64] = np.nan  # type: ignore[assignment]
    water_l_km: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    slow_kmh: NDArray[np.float64] = 5.0  # type: ignore[assignment]
    slow_removes: NDArray[np.float64] = 0.85  # type: ignore[assignment]
    fast_kmh: NDArray[np.float64] = 15.0  # type: ignore[assignment]
    fast_removes: NDArray[np.float64] = 0.55  # type: ignore[assignment]
    up_h: NDArray[np.float64] = np.inf  # type: ignore[assignment]
    repair_s: Distribution | None = None
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.depot)
        put = object.__setattr__
        put(self, "depot", codes(self.depot, n, "depot", "vehicles", low=0))
        for name, low, high, endless, unknown in (
            ("hopper_kg", 0.001, 1e6, False, True),
            ("tank_l", 0.001, 1e6, False, True),
            ("water_l_km", 0.0, 1e5, False, False),
            ("slow_kmh", 0.01, 200.0, False, False),
            ("slow_removes", 0.0, 1.0, False, False),
            ("fast_kmh", 0.01, 200.0, False, False),
            ("fast_removes", 0.0, 1.0, False, False),
            ("up_h", 0.001, np.inf, True, False),
        ):
            column = numbers(
                getattr(self, name), (n,), name, "vehicles",
                low=low, high=high, endless=endless, unknown=unknown,
            )  # fmt: skip
            put(self, name, column)
        if (self.fast_kmh <= self.slow_kmh).any():
            raise InputError(
                "fast_kmh is not above slow_kmh",
                place="vehicles",
                mend="give the point of the lower speed as slow",
            )
        if (np.isnan(self.tank_l) & (self.water_l_km > 0)).any():
            raise InputError("a vehicle uses water and has no tank", place="vehicles")
        if self.names is not None and len(self.names) != n:
            raise InputError(f"{len(self.names)} names for {n} vehicles", place="vehicles")

    def __len__(self) -> int:
        return len(self.depot)


@dataclass(frozen=True, eq=False)
class Facilities:
    """Depots, dumps and hydrants. A depot may have no bay; one place may be all three.

    Parameters
    ----------
    bays : int64[f]
        Vehicles that are served at a time; who comes later waits, first come first served.
    dumps, water : bool[f]
        Whether hoppers are emptied, tanks filled there.
    dump_s, refill_s : Distribution or sequence of Distribution
        Seconds in the bay, for all or for each; 600 and 300 if not given.
    open_hours : bool[f, 168] or bool[168], optional
        Hours of the week in which service begins (who is in a bay is served to the end); always if
        not given.
    names : sequence of str, optional
        As reports show them.

    Raises
    ------
    InputError
        If a number is missing or out of range, or a place that serves has no bay or never opens.
    """

    bays: NDArray[np.int64]
    dumps: NDArray[np.bool_]
    water: NDArray[np.bool_]
    dump_s: Distribution | Sequence[Distribution] | None = None
    refill_s: Distribution | Sequence[Distribution] | None = None
    open_hours: NDArray[np.bool_] = None  # type: ignore[assignment]
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.bays)
        put = object.__setattr__
        put(self, "bays", codes(self.bays, n, "bays", "facilities", low=0))
        for name in ("dumps", "water"):
            flag = np.array(getattr(self, name), dtype=np.bool_)
            put(self, name, np.full(n, bool(flag)) if flag.shape == () else flag)
            if getattr(self, name).shape != (n,):
                raise InputError(f"{name} is not given for each of {n}", place="facilities")
        put(self, "open_hours", hours(self.open_hours, n, "open_hours", "facilities"))
        serves = self.dumps | self.water
        if (serves & (self.bays == 0)).any():
            raise InputError("a dump or hydrant has no bay", place="facilities", mend="give 1")
        if (serves & ~self.open_hours.any(axis=1)).any():
            raise InputError("a dump or hydrant never opens", place="facilities")
        for name in ("dump_s", "refill_s"):
            given = getattr(self, name)
            if isinstance(given, Sequence) and len(given) != n:
                raise InputError(f"{name} has {len(given)} entries, not {n}", place="facilities")
        if self.names is not None and len(self.names) != n:
            raise InputError(f"{len(self.names)} names for {n} facilities", place="facilities")

    def __len__(self) -> int:
        return len(self.bays)


@dataclass(frozen=True, eq=False)
class Ways:
    """Driving between two lists of places, the row to the column.

    Parameters
    ----------
    seconds : float64[k, a, b] or float64[a, b]
        By period of the week (looked up at departure), or the same in all.
    metres : float64[a, b]
        Length of the way.

    Raises
    ------
    InputError
        If a number is missing, negative or endless, or the shapes differ.
    """

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check the tables."""
        seconds = np.asarray(self.seconds, dtype=np.float64)
        if seconds.ndim == 2:
            seconds = seconds[None]
        if seconds.ndim != 3:
            raise InputError("seconds are no table of rows and columns", place="ways")
        put = object.__setattr__
        put(self, "seconds", numbers(seconds, seconds.shape, "seconds", "ways", high=1e7))
        put(self, "metres", numbers(self.metres, seconds.shape[1:], "metres", "ways", high=1e8))


@dataclass(frozen=True, eq=False)
class Roads:
    """Streets as vehicles drive them.

    Parameters
    ----------
    edge_s : float64[k, m] or float64[m]
        Seconds along each edge by period of the week, looked up when the edge is entered.
    edge_m : float64[m]
        Length of each edge.
    to_facility : Ways
        From the end of each piece to each facility: shape (p, f).
    from_facility : Ways
        From each facility to the begin of each piece: shape (f, p).
    between : Ways
        From facility to facility: shape (f, f), 0 from each to itself.
    period : int64[168], optional
        Period of each hour of the week, Monday 00:00 first; 0 if not given.

    Raises
    ------
    InputError
        If a number is missing or out of range, or the shapes differ.
    """

    edge_s: NDArray[np.float64]
    edge_m: NDArray[np.float64]
    to_facility: Ways
    from_facility: Ways
    between: Ways
    period: NDArray[np.int64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check the tables."""
        seconds = np.atleast_2d(np.asarray(self.edge_s, dtype=np.float64))
        put = object.__setattr__
        put(self, "edge_s", numbers(seconds, seconds.shape, "edge_s", "roads", high=1e7))
        put(self, "edge_m", numbers(self.edge_m, (seconds.shape[1],), "edge_m", "roads", high=1e8))
        k = len(seconds)
        period = np.zeros(HOURS) if self.period is None else self.period
        put(self, "period", codes(period, HOURS, "period", "roads", low=0, below=k))
        f = self.between.metres.shape[0]
        p = self.to_facility.metres.shape[0]
        for name, shape in (
            ("between", (f, f)),
            ("to_facility", (p, f)),
            ("from_facility", (f, p)),
        ):
            ways: Ways = getattr(self, name)
            if ways.metres.shape != shape:
                raise InputError(
                    f"{name} has the shape {ways.metres.shape}, not {shape}", place="roads"
                )
            if len(ways.seconds) not in {1, k}:
                raise InputError(
                    f"{name} has {len(ways.seconds)} periods", place="roads", mend=f"give 1 or {k}"
                )
        if (self.between.seconds[:, np.arange(f), np.arange(f)] != 0).any():
            raise InputError("a facility lies away from itself", place="roads between")
