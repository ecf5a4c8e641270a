"""What comes: waste to the stands, orders for haulers, vehicles of third parties, and outages.

Everything is drawn from a seed, the same for every plan under it, or given as tables, or both.
Records of weighings and of fill levels become a `Filling` in `sim.waste.records`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.columns import HOURS, codes, numbers, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.distributions import Distribution
    from sim.draws import Word
    from sim.waste.setting import Outages, Stands

__all__ = ["Deliveries", "Filling", "Orders", "Source", "outage_times"]

HOUR_S = 3600.0
MOST_KG_H = 1e5


@dataclass(frozen=True, eq=False)
class Filling:
    """What is thrown into the bins of each stand: a compound Poisson process.

    Deposits come to a stand at a rate that changes from hour to hour, each of a size of its own, so
    that n litres an hour are expected and come in lumps; what an hour brings is spread evenly over
    it. With mean number m of deposits of mean size s and coefficient of variation v an hour has
    the mean m s litres and the variance m s^2 (1 + v^2), and nothing comes with probability
    exp(-m) (Feller 1971, An Introduction to Probability Theory and Its Applications II, chapter
    VI.4). One number stands for all.

    Parameters
    ----------
    litres_h : float64[b]
        Mean litres an hour at factor 1.
    profile : int64[b]
        Row of the factors.
    hour_factor : float64[k, 168]
        Factor by hour of the week, Monday 00:00 first; 1 if not given.
    day_factor : float64[k, days] or float64[days], optional
        Factor by day, for each profile or for all alike (feast days, holidays, seasons).
    deposit_l : float64[b]
        Mean size of a deposit; 0 for no luck at all: each hour brings its mean.
    deposit_cv : float64[b]
        Standard deviation of the size divided by its mean (gamma distributed): 1 exponential, 0
        all alike.
    key : int64[b]
        Names the stand where luck is drawn, so that it keeps it when others come and go; its
        number if not given.
    recorded_g : int32[b, hours], optional
        Grams by hour as recorded, in place of draws.

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """

    litres_h: NDArray[np.float64]
    profile: NDArray[np.int64] = 0  # type: ignore[assignment]
    hour_factor: NDArray[np.float64] = None  # type: ignore[assignment]
    day_factor: NDArray[np.float64] | None = None
    deposit_l: NDArray[np.float64] = 5.0  # type: ignore[assignment]
    deposit_cv: NDArray[np.float64] = 1.0  # type: ignore[assignment]
    key: NDArray[np.int64] = None  # type: ignore[assignment]
    recorded_g: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.litres_h)
        put = object.__setattr__
        for name, high in (("litres_h", 1e6), ("deposit_l", 1e5), ("deposit_cv", 5.0)):
            put(self, name, numbers(getattr(self, name), (n,), name, "filling", high=high))
        if ((self.deposit_l > 0) & (self.deposit_l < 1e-3)).any():
            raise InputError(
                f"deposit_l is {self.deposit_l[self.deposit_l > 0].min():g}", place="filling",
                mend="give litres: 0.001 or more, or 0 for no luck",
            )  # fmt: skip
        factor = table(self.hour_factor, HOURS, "hour_factor", "filling", high=1e3)
        put(self, "hour_factor", factor)
        put(self, "profile", codes(self.profile, n, "profile", "filling", low=0, below=len(factor)))
        key = np.arange(n) if self.key is None else self.key
        put(self, "key", codes(key, n, "key", "filling", low=0, below=1 << 43))
        if self.day_factor is not None:
            given = np.atleast_2d(np.asarray(self.day_factor, dtype=np.float64))
            put(self, "day_factor", numbers(given, given.shape, "day_factor", "filling", high=1e3))
            if len(given) not in {1, len(factor)}:
                raise InputError(
                    f"day_factor has {len(given)} rows", place="filling",
                    mend=f"give one for all, or one for each of the {len(factor)} profiles",
                )  # fmt: skip
        if self.recorded_g is not None:
            self._check_record(n)

    def __len__(self) -> int:
        return len(self.litres_h)

    def days(self, days: int) -> NDArray[np.float64]:
        """Factor by profile and day, float64[k, days].

        Raises
        ------
        InputError
            If factors are given for fewer days.
        """
        k = len(self.hour_factor)
        if self.day_factor is None:
            return np.ones((k, days))
        if self.day_factor.shape[1] < days:
            raise InputError(
                f"day_factor has {self.day_factor.shape[1]} days", place="filling",
                mend=f"give {days}",
            )  # fmt: skip
        # Rows one after the other, and writable: another layout would compile `fill` anew.
        return np.array(np.broadcast_to(self.day_factor[:, :days], (k, days)), order="C")

    def drawn(self, stands: Stands, days: int, seed: Word, first_weekday: int) -> NDArray[np.int32]:
        """Grams that come to each stand in each hour, int32[b, days * 24].

        A number depends on seed, code of the stream, key of the stand and hour alone.

        Parameters
        ----------
        stands
            What is filled.
        days
            How many, from time 0.
        seed
            As in `sim.draws.uniform`.
        first_weekday
            Weekday of the first day, 0 Monday to 6 Sunday.

        Raises
        ------
        InputError
            If there are other stands, the record is shorter, or more comes than numbers hold.
        """
        from sim.draws import stream_id
        from sim.waste.filling_kernel import fill

        self._check_stands(stands)
        hours = days * 24
        if self.recorded_g is not None:
            if self.recorded_g.shape[1] < hours:
                raise InputError(
                    f"the record has {self.recorded_g.shape[1]} hours", place="filling",
                    mend=f"record {hours}, or simulate fewer days",
                )  # fmt: skip
            return np.ascontiguousarray(self.recorded_g[:, :hours])
        of_day = self.days(days)
        most = self.hour_factor.max(axis=1) * of_day.max(axis=1, initial=0.0)
        heaviest = (self.litres_h * most[self.profile] * stands.density_kg_l).max(initial=0.0)
        if heaviest > MOST_KG_H:
            raise InputError(
                f"a stand would get {heaviest / 1000:.0f} t in an hour", place="filling",
                mend="give litres an hour, and kg a litre",
            )  # fmt: skip
        streams = int(stands.stream.max(initial=0)) + 1
        words = np.array([stream_id(f"waste/filling/{s}") for s in range(streams)], np.uint64)
        grams = np.empty((len(self), hours), dtype=np.int32)
        fill(
            self.litres_h, self.deposit_l, self.deposit_cv, stands.density_kg_l * 1000.0,
            self.profile, self.hour_factor, of_day, self.key, words[stands.stream],
            np.uint64(int(seed) % 2**64), first_weekday * 24, grams,
        )  # fmt: skip
        return grams

    def expected(
        self, stands: Stands
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Say what a planner knows: means, factors by hour of the week, and how lumpy it is.

        Parameters
        ----------
        stands
            What is filled.

        Returns
        -------
        int64[b], int64[b], float64[k, 168], int64[b]
            Mean mg an hour at factor 1; row of the factors; the factors; and g by which the mean
            of a time must be multiplied to give its variance.

        Raises
        ------
        InputError
            If there are other stands.
        """
        self._check_stands(stands)
        mean_mg = np.rint(self.litres_h * stands.density_kg_l * 1e6).astype(np.int64)
        lump_g = self.deposit_l * stands.density_kg_l * 1000.0 * (1.0 + self.deposit_cv**2)
        return mean_mg, self.profile, self.hour_factor, np.rint(lump_g).astype(np.int64)

    def _check_stands(self, stands: Stands) -> None:
        if len(stands) != len(self):
            raise InputError(
                f"{len(self)} stands are filled, and there are {len(stands)}", place="filling",
                mend="give a row for each stand",
            )  # fmt: skip

    def _check_record(self, n: int) -> None:
        given = np.asarray(self.recorded_g)
        if given.ndim != 2 or len(given) != n or not np.issubdtype(given.dtype, np.integer):
            raise InputError(
                f"recorded_g has the shape {given.shape}", place="filling",
                mend=f"give whole grams for each of {n} stands, hour by hour",
            )  # fmt: skip
        if given.size and (given.min() < 0 or given.max() > np.iinfo(np.int32).max):
            raise InputError("recorded_g is negative or beyond 2,147 t", place="filling")
        object.__setattr__(self, "recorded_g", given.astype(np.int32))


@dataclass(frozen=True, eq=False)
class Source:
    """What sends loads at random: a Poisson process whose rate goes by hour of the week.

    Parameters
    ----------
    at
        Place (of orders) or facility (of deliveries).
    stream
        What it sends.
    rate_h : float64[168]
        Loads an hour by hour of the week, Monday 00:00 first; one number for all.
    kg
        Size of a load.

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """

    at: int
    stream: int
    rate_h: NDArray[np.float64]
    kg: Distribution

    def __post_init__(self) -> None:
        """Check the numbers."""
        codes(self.at, 1, "at", "source", low=0)
        codes(self.stream, 1, "stream", "source", low=0)
        rate = numbers(self.rate_h, (HOURS,), "rate_h", "source", high=1e5)
        object.__setattr__(self, "rate_h", rate)


@dataclass(frozen=True, eq=False)
class Orders:
    """Loads that haulers fetch when they are ready: construction waste, spoil.

    Parameters
    ----------
    ready_s : float64[n]
        When each known one is ready, ascending.
    place : int64[n]
        Place of `sim.waste.Roads` where it lies.
    stream : int64[n]
        What it is.
    kg : float64[n]
        How much; more than a hauler takes is fetched in several loads.
    sources : sequence of Source
        Sites that send orders at random, besides.

    Raises
    ------
    InputError
        If a number is missing or out of range, or times are out of order.
    """

    ready_s: NDArray[np.float64] = ()  # type: ignore[assignment]
    place: NDArray[np.int64] = ()  # type: ignore[assignment]
    stream: NDArray[np.int64] = ()  # type: ignore[assignment]
    kg: NDArray[np.float64] = ()  # type: ignore[assignment]
    sources: Sequence[Source] = ()

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        _check_loads(self, "ready_s", "place", "orders")

    def __len__(self) -> int:
        return len(self.ready_s)

    def drawn(self, days: int, seed: Word, first_weekday: int) -> NDArray[np.int64]:
        """All of them in order of time, known ones of an instant first.

        Parameters
        ----------
        days
            Random ones come within so many days; known ones come all.
        seed
            As in `sim.draws.uniform`.
        first_weekday
            Weekday of the first day, 0 Monday to 6 Sunday.

        Returns
        -------
        int64[m, 4]
            Ms, place, stream, g (at least 1).
        """
        return _loads(self.ready_s, self.place, self, "orders", days, seed, first_weekday)


@dataclass(frozen=True, eq=False)
class Deliveries:
    """Vehicles of third parties that tip at a facility; they queue and use its bays like ours.

    Parameters
    ----------
    time_s : float64[n]
        When each known one comes to the gate, ascending.
    facility : int64[n]
        Where.
    stream : int64[n]
        What it brings.
    kg : float64[n]
        How much.
    sources : sequence of Source
        Senders that deliver at random, besides.

    Raises
    ------
    InputError
        If a number is missing or out of range, or times are out of order.
    """

    time_s: NDArray[np.float64] = ()  # type: ignore[assignment]
    facility: NDArray[np.int64] = ()  # type: ignore[assignment]
    stream: NDArray[np.int64] = ()  # type: ignore[assignment]
    kg: NDArray[np.float64] = ()  # type: ignore[assignment]
    sources: Sequence[Source] = ()

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        _check_loads(self, "time_s", "facility", "deliveries")

    def __len__(self) -> int:
        return len(self.time_s)

    def drawn(self, days: int, seed: Word, first_weekday: int) -> NDArray[np.int64]:
        """All of them in order of time; as `Orders.drawn`, with facilities for places.

        Parameters
        ----------
        days, seed, first_weekday
            As there.
        """
        return _loads(self.time_s, self.facility, self, "deliveries", days, seed, first_weekday)


def outage_times(outages: Outages, facilities: int, days: int, seed: Word) -> NDArray[np.int64]:
    """Outages known and drawn: after exponential times of order, for times of repair.

    Parameters
    ----------
    outages
        What is known, and how often and how long they come else.
    facilities
        Number of facilities.
    days
        Drawn ones begin within so many days from time 0.
    seed
        As in `sim.draws.uniform`.

    Returns
    -------
    int64[k, 3]
        Facility, begin and end in ms; known ones first, then by facility and time.

    Raises
    ------
    InputError
        If there is no such facility, means are given for another number of them, or an outage
        would last for ever.
    """
    from sim.distributions import Exponential, Fixed
    from sim.draws import stream_id

    codes(outages.facility, len(outages), "facility", "outages", low=0, below=facilities)
    means = np.atleast_1d(np.asarray(outages.up_h, dtype=np.float64))
    if len(means) not in {1, facilities}:
        raise InputError(f"up_h has {len(means)} entries, not {facilities}", place="outages")
    lasts = outages.repair_s or Fixed(4 * HOUR_S)
    words = [stream_id("waste/outage up"), stream_id("waste/outage repair")]
    rows = list(
        zip(
            outages.facility.tolist(), outages.begin_s.tolist(), outages.end_s.tolist(), strict=True
        )
    )
    for facility, mean in enumerate(np.broadcast_to(means, (facilities,)).tolist()):
        now, k = 0.0, 0
        while np.isfinite(mean):
            item = [facility << 20 | k]
            begin = now + float(Exponential(mean * HOUR_S).sample(seed, words[0], item)[0])
            if begin >= days * 24 * HOUR_S:
                break
            now = begin + float(lasts.sample(seed, words[1], item)[0])
            if not np.isfinite(now):
                raise InputError(f"{lasts} gives a time that is endless", place="outages")
            rows.append((facility, begin, now))
            k += 1
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return np.rint(table * (1.0, 1000.0, 1000.0)).astype(np.int64)


def _check_loads(given: Orders | Deliveries, time: str, where: str, place: str) -> None:
    """Check a table of what comes at a time, and name the row that is wrong."""
    put = object.__setattr__
    n = np.size(getattr(given, time))
    put(given, time, numbers(getattr(given, time), (n,), time, place, high=1e10))
    for name in (where, "stream"):
        put(given, name, codes(getattr(given, name), n, name, place, low=0))
    put(given, "kg", numbers(given.kg, (n,), "kg", place, high=1e9))
    times = getattr(given, time)
    falls = np.flatnonzero(np.diff(times) < 0)
    if falls.size:
        raise InputError(
            f"{time} falls from {times[falls[0]]:g} to {times[falls[0] + 1]:g}",
            place=f"{place}, row {falls[0] + 2}", mend=f"sort the rows by {time}",
        )  # fmt: skip


def _loads(
    time_s: NDArray[np.float64],
    at: NDArray[np.int64],
    given: Orders | Deliveries,
    name: str,
    days: int,
    seed: Word,
    first_weekday: int,
) -> NDArray[np.int64]:
    """Lay known and drawn loads out in one table, in order of time."""
    from sim.arrivals import poisson_arrivals
    from sim.draws import stream_id

    parts = [np.stack([time_s * 1000.0, at, given.stream, given.kg * 1000.0], axis=1)]
    for i, source in enumerate(given.sources):
        came = poisson_arrivals(
            source.rate_h, days * 24 * HOUR_S, first_weekday * 24 * HOUR_S, seed,
            stream_id(f"waste/{name}/{i}"),
        )  # fmt: skip
        word = stream_id(f"waste/{name} kg/{i}")
        kg = source.kg.sample(seed, word, np.arange(len(came)))
        if not (np.isfinite(kg) & (kg >= 0) & (kg <= 1e9)).all():
            raise InputError(f"{source.kg} gives loads out of range", place=name)
        one = np.ones(len(came))
        parts.append(
            np.stack([came * 1000.0, source.at * one, source.stream * one, kg * 1000.0], axis=1)
        )
    table = np.rint(np.concatenate(parts)).astype(np.int64).reshape(-1, 4)
    table[:, 3] = np.maximum(table[:, 3], 1)
    return np.ascontiguousarray(table[np.argsort(table[:, 0], kind="stable")])
