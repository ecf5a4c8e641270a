"""What there is: stands of bins, trucks, long haulers, and the facilities where they tip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.columns import codes, hours, numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.distributions import Distribution

__all__ = ["Facilities", "Haulers", "Outages", "Stands", "Trucks"]


@dataclass(frozen=True, eq=False)
class Stands:
    """Bins of one stream at one collection point. One number stands for all of a column.

    A stand holds the lesser of what its bins take by volume and by mass; what comes beyond lies
    beside it.

    Parameters
    ----------
    place : int64[b]
        Place of `sim.waste.Roads` where it is.
    stream : int64[b]
        Code of what is thrown in.
    bins : int64[b]
        Number of bins, 1 or more.
    bin_l : float64[b]
        Volume of a bin, l.
    bin_kg : float64[b]
        Most mass that a bin takes; NaN for no limit.
    density_kg_l : float64[b]
        Kg of a litre as it lies in the bin.
    stop_s : float64[b]
        Seconds of a stop, whatever is emptied (getting in and out, setting up: by class of road).
    bin_s : float64[b]
        Seconds more for each bin that is emptied.
    start_kg : float64[b]
        What lies there at time 0.
    ground_s_l : float
        Seconds more for each litre beside the bins.
    kind : int64[b]
        Code, for reports (household, market, office ...).
    area : int64[b]
        Code, for reports.
    names : sequence of str, optional
        As reports show them.

    Raises
    ------
    InputError
        If a number is missing or out of range, or a stand holds less than 1 g or more than 50 t.
    """

    place: NDArray[np.int64]
    stream: NDArray[np.int64]
    bins: NDArray[np.int64] = 1  # type: ignore[assignment]
    bin_l: NDArray[np.float64] = 240.0  # type: ignore[assignment]
    bin_kg: NDArray[np.float64] = np.nan  # type: ignore[assignment]
    density_kg_l: NDArray[np.float64] = 0.15  # type: ignore[assignment]
    stop_s: NDArray[np.float64] = 45.0  # type: ignore[assignment]
    bin_s: NDArray[np.float64] = 20.0  # type: ignore[assignment]
    start_kg: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    ground_s_l: float = 0.3
    kind: NDArray[np.int64] = 0  # type: ignore[assignment]
    area: NDArray[np.int64] = 0  # type: ignore[assignment]
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.place)
        put = object.__setattr__
        for name, least in (("place", 0), ("stream", 0), ("bins", 1), ("kind", 0), ("area", 0)):
            put(self, name, codes(getattr(self, name), n, name, "stands", low=least))
        for name, low, high, unknown in (
            ("bin_l", 0.1, 1e5, False),
            ("bin_kg", 0.001, 1e5, True),
            ("density_kg_l", 0.001, 10.0, False),
            ("stop_s", 0.0, 1e5, False),
            ("bin_s", 0.0, 1e5, False),
            ("start_kg", 0.0, 1e5, False),
        ):
            column = numbers(
                getattr(self, name), (n,), name, "stands", low=low, high=high, unknown=unknown
            )
            put(self, name, column)
        numbers(self.ground_s_l, (), "ground_s_l", "stands", high=1e3)
        holds = self.capacity_g
        if ((holds < 1) | (holds > 50_000_000)).any():
            raise InputError(
                f"a stand holds {holds[(holds < 1) | (holds > 50_000_000)][0] / 1000:g} kg",
                place="stands", mend="give bins that hold 1 g to 50 t together",
            )  # fmt: skip
        _names(self.names, n, "stands")

    def __len__(self) -> int:
        return len(self.place)

    @property
    def capacity_g(self) -> NDArray[np.int64]:
        """What each stand holds, g."""
        by_volume = self.bin_l * self.density_kg_l
        bin_g = np.rint(np.fmin(by_volume, self.bin_kg) * 1000.0).astype(np.int64)
        return self.bins * bin_g

    @property
    def ml_kg(self) -> NDArray[np.int64]:
        """Ml of a kg as it lies in the bin: whole, and what volumes are reckoned with."""
        return np.maximum(1, np.rint(1000.0 / self.density_kg_l)).astype(np.int64)

    @property
    def kinds(self) -> int:
        """Number of kinds, from code 0 to the last."""
        return int(self.kind.max(initial=0)) + 1

    @property
    def cell(self) -> NDArray[np.int64]:
        """Column of each stand where streams and kinds are counted together."""
        return self.stream * self.kinds + self.kind


@dataclass(frozen=True, eq=False)
class Trucks:
    """Trucks that collect from stands, one stream each. One number stands for all.

    Parameters
    ----------
    stream : int64[v]
        What it collects.
    depot : int64[v]
        Facility where it begins and ends its routes.
    kg : float64[v]
        Payload.
    litres : float64[v]
        Volume inside.
    compaction : float64[v]
        Litres in the bins that fill one litre of the truck.
    crew : int64[v]
        Men and women on it; for costs only.
    up_h : float64[v]
        Mean hours of driving and loading between breakdowns (exponential); infinity for never.
    repair_s : Distribution, optional
        Seconds that a broken truck stands; half an hour if not given.
    names : sequence of str, optional
        As reports show them.

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """

    stream: NDArray[np.int64]
    depot: NDArray[np.int64]
    kg: NDArray[np.float64] = 5000.0  # type: ignore[assignment]
    litres: NDArray[np.float64] = 14_000.0  # type: ignore[assignment]
    compaction: NDArray[np.float64] = 1.0  # type: ignore[assignment]
    crew: NDArray[np.int64] = 2  # type: ignore[assignment]
    up_h: NDArray[np.float64] = np.inf  # type: ignore[assignment]
    repair_s: Distribution | None = None
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.stream)
        put = object.__setattr__
        for name in ("stream", "depot", "crew"):
            put(self, name, codes(getattr(self, name), n, name, "trucks", low=0))
        for name, low, high in (
            ("kg", 0.1, 1e6),
            ("litres", 0.1, 1e6),
            ("compaction", 0.01, 100.0),
        ):
            column = numbers(getattr(self, name), (n,), name, "trucks", low=low, high=high)
            put(self, name, column)
        put(self, "up_h", numbers(self.up_h, (n,), "up_h", "trucks", low=0.001, endless=True))
        _names(self.names, n, "trucks")

    def __len__(self) -> int:
        return len(self.stream)


@dataclass(frozen=True, eq=False)
class Haulers:
    """Heavy trucks that take full containers from stations, or loads from building sites.

    Parameters
    ----------
    pool : int64[h]
        Station (a facility) whose containers it takes; -1 for one that takes orders.
    home : int64[h]
        Facility where it waits for work.
    kg : float64[h]
        Payload.
    load_s : Distribution, optional
        Seconds of taking up a load; 15 minutes if not given.
    allowed : bool[h, 168] or bool[168], optional
        Hours of the week in which it may set out for a load; always if not given.
    up_h : float64[h]
        Mean hours of driving and loading between breakdowns; infinity for never.
    repair_s : Distribution, optional
        Seconds that a broken one stands; half an hour if not given.
    names : sequence of str, optional
        As reports show them.

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """

    pool: NDArray[np.int64]
    home: NDArray[np.int64]
    kg: NDArray[np.float64] = 20_000.0  # type: ignore[assignment]
    load_s: Distribution | None = None
    allowed: NDArray[np.bool_] = None  # type: ignore[assignment]
    up_h: NDArray[np.float64] = np.inf  # type: ignore[assignment]
    repair_s: Distribution | None = None
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.pool)
        put = object.__setattr__
        put(self, "pool", codes(self.pool, n, "pool", "haulers", low=-1))
        put(self, "home", codes(self.home, n, "home", "haulers", low=0))
        put(self, "kg", numbers(self.kg, (n,), "kg", "haulers", low=0.1, high=1e6))
        put(self, "up_h", numbers(self.up_h, (n,), "up_h", "haulers", low=0.001, endless=True))
        put(self, "allowed", hours(self.allowed, n, "allowed", "haulers"))
        _names(self.names, n, "haulers")

    def __len__(self) -> int:
        return len(self.pool)


@dataclass(frozen=True, eq=False)
class Facilities:
    """Depots, transfer stations, and where waste ends (incinerators, plants, landfills).

    A facility with compactors is a station: waste is tipped into its pit, pressed into containers,
    and hauled on. Elsewhere it is gone when it is tipped. One number stands for all.

    Parameters
    ----------
    place : int64[f]
        Place of `sim.waste.Roads`.
    accepts : bool[f, s]
        Streams that may be tipped there.
    bays : int64[f]
        Vehicles that tip at a time; who comes later waits, first come first served. 0 for a depot
        that takes nothing.
    tip_s : Distribution or sequence of Distribution
        Seconds of tipping, for all or for each; 5 minutes if not given.
    open_hours : bool[f, 168] or bool[168], optional
        Hours of the week in which tipping begins; always if not given.
    intake_kg : float64[f, s]
        Most of a stream that is taken in on a day; NaN for no limit.
    compactors : int64[f]
        Number of presses; 0 for what is no station.
    press_kg_h : float64[f]
        What one compactor presses in an hour.
    pit_kg : float64[f]
        What the pit holds, all streams together; not less than a container.
    container_kg : float64[f]
        What a container takes.
    buffer : int64[f]
        Places for containers, full or being filled.
    sends_to : bool[f, f], optional
        From station (row) to facility: where its containers may go; wherever what is in them is
        accepted, other than to a station, if not given.
    kind : int64[f]
        Code, for reports.
    streams : sequence of str, optional
        Names of streams.
    names : sequence of str, optional
        As reports show them.

    Raises
    ------
    InputError
        If a number is missing or out of range, a place that accepts has no bay or never opens, or a
        station's pit is smaller than a container or it has no place for one.
    """

    place: NDArray[np.int64]
    accepts: NDArray[np.bool_]
    bays: NDArray[np.int64] = 1  # type: ignore[assignment]
    tip_s: Distribution | Sequence[Distribution] | None = None
    open_hours: NDArray[np.bool_] = None  # type: ignore[assignment]
    intake_kg: NDArray[np.float64] = np.nan  # type: ignore[assignment]
    compactors: NDArray[np.int64] = 0  # type: ignore[assignment]
    press_kg_h: NDArray[np.float64] = 60_000.0  # type: ignore[assignment]
    pit_kg: NDArray[np.float64] = 60_000.0  # type: ignore[assignment]
    container_kg: NDArray[np.float64] = 15_000.0  # type: ignore[assignment]
    buffer: NDArray[np.int64] = 4  # type: ignore[assignment]
    sends_to: NDArray[np.bool_] = None  # type: ignore[assignment]
    kind: NDArray[np.int64] = 0  # type: ignore[assignment]
    streams: Sequence[str] | None = None
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.place)
        put = object.__setattr__
        for name in ("place", "bays", "compactors", "buffer", "kind"):
            put(self, name, codes(getattr(self, name), n, name, "facilities", low=0))
        accepts = np.array(self.accepts, dtype=np.bool_)
        if accepts.ndim != 2 or len(accepts) != n or accepts.shape[1] == 0:
            raise InputError(
                f"accepts has the shape {accepts.shape}", place="facilities",
                mend=f"give a row of streams for each of {n}",
            )  # fmt: skip
        put(self, "accepts", accepts)
        for name, high in (("press_kg_h", 1e7), ("pit_kg", 1e8), ("container_kg", 1e6)):
            column = numbers(getattr(self, name), (n,), name, "facilities", low=0.1, high=high)
            put(self, name, column)
        intake = numbers(
            self.intake_kg, accepts.shape, "intake_kg", "facilities", high=1e9, unknown=True
        )
        put(self, "intake_kg", intake)
        put(self, "open_hours", hours(self.open_hours, n, "open_hours", "facilities"))
        put(self, "sends_to", self._sends_to(n))
        if isinstance(self.tip_s, Sequence) and len(self.tip_s) != n:
            raise InputError(f"tip_s has {len(self.tip_s)} entries, not {n}", place="facilities")
        self._check_stations()
        _names(self.names, n, "facilities")
        _names(self.streams, accepts.shape[1], "streams")

    def _sends_to(self, n: int) -> NDArray[np.bool_]:
        station = self.compactors > 0
        if self.sends_to is None:
            return np.outer(station, ~station)
        given = np.array(self.sends_to, dtype=np.bool_)
        if given.shape != (n, n):
            raise InputError(
                f"sends_to has the shape {given.shape}, not {(n, n)}", place="facilities"
            )
        if given[station][:, station].any():
            raise InputError("a station sends containers to a station", place="facilities")
        return given

    def _check_stations(self) -> None:
        serves, station = self.accepts.any(axis=1), self.compactors > 0
        if (serves & (self.bays == 0)).any():
            raise InputError("a facility accepts waste and has no bay", place="facilities")
        if (serves & ~self.open_hours.any(axis=1)).any():
            raise InputError("a facility accepts waste and never opens", place="facilities")
        if (station & (self.buffer == 0)).any():
            raise InputError("a station has no place for a container", place="facilities")
        if (station & (self.pit_kg < self.container_kg)).any():
            raise InputError(
                "a station's pit holds less than a container", place="facilities",
                mend="count what its press takes before the container is full as pit",
            )  # fmt: skip

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, eq=False)
class Outages:
    """Times at which facilities take nothing: known ones, and such as are drawn.

    An hour with an outage in it, even in part, is out as a whole: nothing begins.

    Parameters
    ----------
    facility : int64[o]
        Which.
    begin_s, end_s : float64[o]
        From when to when, seconds from time 0.
    up_h : float or float64[f]
        Mean hours between drawn ones (exponential), for all or for each; infinity for none.
    repair_s : Distribution, optional
        Seconds that a drawn one lasts; 4 hours if not given.

    Raises
    ------
    InputError
        If a number is missing or out of range, or an outage ends before it begins.
    """

    facility: NDArray[np.int64] = ()  # type: ignore[assignment]
    begin_s: NDArray[np.float64] = ()  # type: ignore[assignment]
    end_s: NDArray[np.float64] = ()  # type: ignore[assignment]
    up_h: ArrayLike = np.inf
    repair_s: Distribution | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.facility)
        put = object.__setattr__
        put(self, "facility", codes(self.facility, n, "facility", "outages", low=0))
        for name in ("begin_s", "end_s"):
            put(self, name, numbers(getattr(self, name), (n,), name, "outages", high=1e9))
        up_h = np.atleast_1d(np.array(self.up_h, dtype=np.float64))
        numbers(up_h, up_h.shape, "up_h", "outages", low=0.001, endless=True)
        if (self.end_s < self.begin_s).any():
            raise InputError("an outage ends before it begins", place="outages")

    def __len__(self) -> int:
        return len(self.facility)


def _names(names: Sequence[str] | None, n: int, what: str) -> None:
    if names is not None and len(names) != n:
        raise InputError(f"{len(names)} names for {n} {what}", place=what)
