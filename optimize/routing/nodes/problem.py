"""Collection routes over stops: trucks, what they load, where and when they unload.

A route leaves its start, serves stops, is emptied at facilities when it is full, and comes home
(Kim, Kim and Sahoo 2006 for waste with landfills, lunch and limits a day; Cattaruzza, Absi and
Feillet 2016 for several trips with windows and release dates). Times are seconds of the day, places
are rows of the matrices, costs are whole numbers of any unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from optimize.routing.arcs.problem import ArcGoals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["FAR", "NEVER", "ArcGoals", "NodeProblem", "TruckKind"]

FAR = 1_000_000_000
"""From so many seconds or metres on there is no way from place to place."""

NEVER = 1 << 40
"""A time that does not come; the end of a window that never closes."""


@dataclass(frozen=True, eq=False)
class TruckKind:
    """Trucks that are alike.

    Parameters
    ----------
    name
        As reports show it.
    start, end
        Places where a route begins and ends.
    capacity : int64[d]
        Of each measure, between two visits at a facility.
    count
        Routes of this kind there may be; None for any number.
    leave
        Earliest and latest time of leaving the start.
    home_by
        Latest time of coming home; None for no limit.
    shift_s
        Most seconds from leaving to coming home, waits and lunch included; None for no limit.
    lunch
        Earliest begin, latest begin and length. A route that left by the latest begin and is not
        home by then has one lunch, taken between two elements: when one is done before driving on,
        or on arrival before the next is begun. Who is there before the earliest begin waits.
    max_stops
        Most stops a route serves; None for no limit.
    max_load : int64[d], optional
        Most that a route collects in a day.
    max_trips
        Most times a route is filled; None for no limit.
    empty_home
        Whether the truck must be emptied at a facility before it goes home.
    fixed_cost
        Of each route that is driven.
    cost_s, cost_m
        Of each second from leaving to coming home (waits and lunch included), and of each metre.
    profile
        Which matrices it drives by.
    stops : bool[c], optional
        Which stops it may serve; all where not given.
    facilities : bool[f], optional
        Which facilities it may visit; all where not given.

    Raises
    ------
    InputError
        If a number makes no sense.
    """

    name: str
    start: int
    end: int
    capacity: NDArray[np.int64]
    count: int | None = None
    leave: tuple[int, int] = (0, NEVER)
    home_by: int | None = None
    shift_s: int | None = None
    lunch: tuple[int, int, int] | None = None
    max_stops: int | None = None
    max_load: NDArray[np.int64] | None = None
    max_trips: int | None = None
    empty_home: bool = False
    fixed_cost: int = 0
    cost_s: int = 0
    cost_m: int = 0
    profile: int = 0
    stops: NDArray[np.bool_] | None = None
    facilities: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        for name in ("capacity", "max_load"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _whole(getattr(self, name), name, self.name))
        for name in ("stops", "facilities"):
            if getattr(self, name) is not None:
                mask = np.ascontiguousarray(getattr(self, name), dtype=np.bool_)
                object.__setattr__(self, name, mask)
        self._check_numbers()
        self._check_times()

    def _check_numbers(self) -> None:
        if (self.capacity < 0).any() or (self.max_load is not None and (self.max_load < 0).any()):
            raise InputError("a capacity or a load a day is negative", place=self.name)
        if self.max_load is not None and self.max_load.shape != self.capacity.shape:
            raise InputError("max_load needs as many measures as the capacity", place=self.name)
        for name in ("count", "max_stops", "max_trips"):
            many = getattr(self, name)
            if many is not None and many < 1:
                raise InputError(f"{name} must be 1 or more, is {many}", place=self.name)
        for name in ("home_by", "shift_s", "fixed_cost", "cost_s", "cost_m"):
            number = getattr(self, name)
            if number is not None and number < 0:
                raise InputError(f"{name} must be 0 or more, is {number}", place=self.name)

    def _check_times(self) -> None:
        earliest, latest = self.leave
        if not 0 <= earliest <= latest:
            raise InputError(f"leaving from {earliest} to {latest} cannot be", place=self.name)
        if self.home_by is not None and self.home_by < earliest:
            raise InputError(
                f"who leaves from {earliest} on cannot be home by {self.home_by}", place=self.name
            )
        if self.lunch is not None:
            begin, until, length = self.lunch
            if not 0 <= begin <= until or length < 0:
                raise InputError(
                    f"a lunch of {length} from {begin} to {until} cannot be", place=self.name
                )


@dataclass(frozen=True, eq=False)
class NodeProblem:
    """Stops, facilities, trucks, and the ways between them.

    Parameters
    ----------
    name
        As reports show it.
    seconds, metres : tuple of int64[n, n]
        Driving time and way from place to place, one matrix a profile, of any asymmetry; `FAR` or
        more where there is no way.
    stop_place : int64[c]
        Place of each stop.
    amount : int64[c, d]
        What each stop loads, by measure (litres, kilogrammes, lifts).
    service_s : int64[c]
        Seconds of serving each stop.
    window : int64[c, 2]
        The service begins within it; who comes early waits.
    release_s : int64[c]
        A trip that serves the stop does not leave its start or facility before.
    prize : int64[c]
        -1 for a stop that must be served; else what serving it is worth, in units of the cost.
    facility_place : int64[f]
        Place of each facility.
    facility_s : int64[f]
        Seconds of a visit.
    facility_window : int64[f, 2]
        A visit begins within it; who comes early waits.
    kinds
        Of trucks.
    intake : int64[f, h], optional
        Most of the first measure whose tipping begins at each facility in each hour of the day; no
        limit after hour h.

    Raises
    ------
    InputError
        If the arrays do not fit together, a number is negative, or a stop that must be served fits
        no kind of truck.
    """

    name: str
    seconds: tuple[NDArray[np.int64], ...]
    metres: tuple[NDArray[np.int64], ...]
    stop_place: NDArray[np.int64]
    amount: NDArray[np.int64]
    service_s: NDArray[np.int64]
    window: NDArray[np.int64]
    release_s: NDArray[np.int64]
    prize: NDArray[np.int64]
    kinds: tuple[TruckKind, ...]
    facility_place: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    facility_s: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    facility_window: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    intake: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        for name in (
            "stop_place", "amount", "service_s", "window", "release_s", "prize", "facility_place",
            "facility_s", "facility_window", "intake",
        ):  # fmt: skip
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _whole(getattr(self, name), name, self.name))
        for name in ("seconds", "metres"):
            tables = tuple(_whole(table, name, self.name) for table in getattr(self, name))
            object.__setattr__(self, name, tables)
        self._check_shapes()
        self._check_numbers()
        for kind in self.kinds:
            self._check_kind(kind)
        self._check_served()

    def _check_shapes(self) -> None:
        stops, facilities = len(self.stop_place), len(self.facility_place)
        if self.amount.ndim != 2:
            raise InputError("amount needs one row a stop, one column a measure", place=self.name)
        shapes = {
            "amount": (stops, self.n_measures), "service_s": (stops,), "window": (stops, 2),
            "release_s": (stops,), "prize": (stops,), "facility_s": (facilities,),
            "facility_window": (facilities, 2),
        }  # fmt: skip
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InputError(
                    f"{name} is of shape {getattr(self, name).shape}, not {shape}", place=self.name
                )
        if not self.seconds or len(self.seconds) != len(self.metres):
            raise InputError("seconds and metres need one matrix a profile", place=self.name)
        places = self.n_places
        if any(table.shape != (places, places) for table in (*self.seconds, *self.metres)):
            raise InputError("the matrices are not square and of one size", place=self.name)
        if self.intake is not None and (
            self.intake.ndim != 2 or len(self.intake) != facilities or not self.n_measures
        ):
            raise InputError(
                "intake needs one row a facility, one column an hour, and a measure",
                place=self.name,
            )

    def _check_numbers(self) -> None:
        named: Iterable[tuple[str, NDArray[np.int64] | None]] = (
            *(("seconds", table) for table in self.seconds),
            *(("metres", table) for table in self.metres),
            ("amount", self.amount), ("service_s", self.service_s), ("window", self.window),
            ("release_s", self.release_s), ("facility_s", self.facility_s),
            ("facility_window", self.facility_window), ("intake", self.intake),
            ("prize", self.prize + 1),
        )  # fmt: skip
        for name, values in named:
            if values is not None and values.min(initial=0) < 0:
                raise InputError(f"{name} has a negative number", place=self.name)
        places = np.concatenate([self.stop_place, self.facility_place])
        if len(places) and (places.min() < 0 or places.max() >= self.n_places):
            raise InputError(f"a place is not one of {self.n_places}", place=self.name)
        for what, windows in (("stop", self.window), ("facility", self.facility_window)):
            bad = np.flatnonzero(windows[:, 0] > windows[:, 1])
            if len(bad):
                one = windows[bad[0]].tolist()
                raise InputError(
                    f"the window {one} of {what} {bad[0]} ends before it begins", place=self.name
                )
        if not self.kinds:
            raise InputError("there is no kind of truck", place=self.name)

    def _check_kind(self, kind: TruckKind) -> None:
        what = f"{self.name}, {kind.name}"
        if kind.capacity.shape != (self.n_measures,):
            raise InputError(f"the capacity needs {self.n_measures} measures", place=what)
        for name, many in (("stops", self.n_stops), ("facilities", self.n_facilities)):
            mask = getattr(kind, name)
            if mask is not None and mask.shape != (many,):
                raise InputError(f"{name} is of {mask.size}, not of {many}", place=what)
        if not 0 <= kind.profile < len(self.seconds):
            raise InputError(f"there is no profile {kind.profile}", place=what)
        if not (0 <= kind.start < self.n_places and 0 <= kind.end < self.n_places):
            raise InputError(f"start or end is not one of {self.n_places} places", place=what)
        if kind.empty_home and not self.facilities_of(kind).any():
            raise InputError("it is to be emptied before it goes home, and nowhere can", place=what)

    def _check_served(self) -> None:
        able = np.zeros(self.n_stops, np.bool_)
        for kind in self.kinds:
            fits = (self.amount <= kind.capacity).all(axis=1)
            if kind.max_load is not None:
                fits &= (self.amount <= kind.max_load).all(axis=1)
            out = self.seconds[kind.profile][kind.start, self.stop_place] < FAR
            able |= fits & self.stops_of(kind) & out
        alone = np.flatnonzero(~able & (self.prize < 0))
        if len(alone):
            stop = int(alone[0])
            raise InputError(
                f"stop {stop} of {self.amount[stop].tolist()} must be served, and fits no truck",
                place=self.name,
                mend="give it a truck that may serve it, has room for it and a way to it",
            )

    def stops_of(self, kind: TruckKind) -> NDArray[np.bool_]:
        """Say which stops a kind may serve, as bool[c]."""
        return np.ones(self.n_stops, np.bool_) if kind.stops is None else kind.stops

    def facilities_of(self, kind: TruckKind) -> NDArray[np.bool_]:
        """Say which facilities a kind may visit, as bool[f]."""
        return np.ones(self.n_facilities, np.bool_) if kind.facilities is None else kind.facilities

    @property
    def n_places(self) -> int:
        """Number of places in the matrices."""
        return len(self.seconds[0])

    @property
    def n_stops(self) -> int:
        """Number of stops."""
        return len(self.stop_place)

    @property
    def n_facilities(self) -> int:
        """Number of facilities."""
        return len(self.facility_place)

    @property
    def n_measures(self) -> int:
        """Number of measures of what is loaded."""
        return int(self.amount.shape[1])


def _whole(values: NDArray[np.int64], name: str, said: str) -> NDArray[np.int64]:
    """Values as whole numbers, writable and contiguous.

    Raises
    ------
    InputError
        If they are not numbers, or not whole ones.
    """
    given = np.asarray(values)
    if given.dtype.kind not in "iub" and not (
        given.dtype.kind == "f" and np.isfinite(given).all() and (given == np.rint(given)).all()
    ):
        raise InputError(f"{name}: whole numbers are needed", place=said)
    return np.array(given, dtype=np.int64, order="C")
