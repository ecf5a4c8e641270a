"""What dirties the streets: the pieces, how fast dirt comes to them, and the weather."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.errors import InputError
from sim.columns import HOURS, codes, numbers, table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.draws import Word

__all__ = ["WEATHER", "Pieces", "Weather"]

DRY, RAIN, STORM = 0, 1, 2
WEATHER: Final = ("dry", "rain", "storm")
"""Kinds of days, by code."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of street that are swept: a side of an edge each.

    Dirt grows by ``growth_g_m_h`` times the factor of the hour of the week (traffic, markets) times
    the factors of the day (leaf season, weather). One number stands for all pieces.

    Parameters
    ----------
    length_m : float64[p]
        Length, m.
    growth_g_m_h : float64[p]
        Dirt that comes in an hour at factor 1, g per m of the piece.
    standard_g_m : float64[p]
        Most dirt that still counts as clean, g/m.
    start_g_m : float64[p]
        Dirt at time 0, g/m.
    edge : int64[p]
        Edge of `sim.cleaning.Roads` along which the piece lies.
    street_class, area : int64[p]
        Codes, 0 and up, by which cleanliness is reported.
    profile : int64[p]
        Row of ``hour_factor``.
    hour_factor : float64[k, 168]
        Factor of growth by hour of the week, Monday 00:00 first; 1 if not given.
    parked : int64[p]
        Row of ``parked_share``.
    parked_share : float64[q, 168]
        Mean share of the kerb that parked cars block, by hour of the week; 0 if not given.
    parked_spread : float
        How far the share of one visit strays: evenly within plus and minus this many times the
        lesser of the mean and what the mean lacks to 1. From 0 (the mean itself) to 1.

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """

    length_m: NDArray[np.float64]
    growth_g_m_h: NDArray[np.float64]
    standard_g_m: NDArray[np.float64]
    start_g_m: NDArray[np.float64] = 0.0  # type: ignore[assignment]
    edge: NDArray[np.int64] = 0  # type: ignore[assignment]
    street_class: NDArray[np.int64] = 0  # type: ignore[assignment]
    area: NDArray[np.int64] = 0  # type: ignore[assignment]
    profile: NDArray[np.int64] = 0  # type: ignore[assignment]
    hour_factor: NDArray[np.float64] = None  # type: ignore[assignment]
    parked: NDArray[np.int64] = 0  # type: ignore[assignment]
    parked_share: NDArray[np.float64] = None  # type: ignore[assignment]
    parked_spread: float = 0.5

    def __post_init__(self) -> None:
        """Check the columns and bring them to one type."""
        n = np.size(self.length_m)
        put = object.__setattr__
        # At most 10 t on a metre and 100 km a piece: amounts then fit whole milligrams.
        for name, high in (
            ("length_m", 1e5),
            ("growth_g_m_h", 1e5),
            ("standard_g_m", 1e7),
            ("start_g_m", 1e7),
        ):
            put(self, name, numbers(getattr(self, name), (n,), name, "pieces", high=high))
        factor = table(self.hour_factor, HOURS, "hour_factor", "pieces", high=1e3)
        share = table(self.parked_share, HOURS, "parked_share", "pieces", high=1.0)
        put(self, "hour_factor", factor)
        put(self, "parked_share", share if self.parked_share is not None else 0.0 * share)
        for name, below in (
            ("edge", None),
            ("street_class", None),
            ("area", None),
            ("profile", len(factor)),
            ("parked", len(share)),
        ):
            put(self, name, codes(getattr(self, name), n, name, "pieces", low=0, below=below))
        numbers(self.parked_spread, (), "parked_spread", "pieces", high=1.0)

    def __len__(self) -> int:
        return len(self.length_m)

    @property
    def length_mm(self) -> NDArray[np.int64]:
        """Length of each piece, mm."""
        return np.rint(self.length_m * 1000.0).astype(np.int64)

    @property
    def start_mg(self) -> NDArray[np.int64]:
        """Dirt of each piece at time 0, mg."""
        return np.rint(self.start_g_m * self.length_m * 1000.0).astype(np.int64)

    @property
    def standard_mg(self) -> NDArray[np.int64]:
        """Most dirt of each piece that still counts as clean, mg."""
        return np.rint(self.standard_g_m * self.length_m * 1000.0).astype(np.int64)

    @property
    def areas(self) -> int:
        """Number of areas, from code 0 to the last."""
        return int(self.area.max(initial=0)) + 1

    @property
    def cell(self) -> NDArray[np.int64]:
        """Column of each piece where classes and areas are counted together."""
        return self.street_class * self.areas + self.area


@dataclass(frozen=True, eq=False)
class Weather:
    """Days that rain or storm, and what they do.

    On a rainy day growth is multiplied by ``rain_growth``, and at ``rain_hour`` the share
    ``rain_washes`` of what lies is washed away; a stormy day multiplies growth by ``storm_growth``
    (branches, leaves, litter). The values are assumed where nothing else is known.

    Parameters
    ----------
    rain, storm : float or float64[days]
        Probability that a day is of the kind.
    kind : int64[days], optional
        0 dry, 1 rain, 2 storm: the days themselves, in place of probabilities.
    season : float64[k, days] or float64[days], optional
        Factor of growth by day, for each profile of the pieces or for all alike (leaves in autumn).
    rain_growth, storm_growth
        Factors of growth.
    rain_washes
        Share from 0 to 1.
    rain_hour
        Hour of the day.

    Raises
    ------
    InputError
        If a number is missing or out of range, or rain and storm are together beyond 1.
    """

    rain: float | NDArray[np.float64] = 0.0
    storm: float | NDArray[np.float64] = 0.0
    kind: NDArray[np.int64] | None = None
    season: NDArray[np.float64] | None = None
    rain_growth: float = 0.0
    storm_growth: float = 2.0
    rain_washes: float = 0.4
    rain_hour: int = 6

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name, high in (("rain_growth", 1e3), ("storm_growth", 1e3), ("rain_washes", 1.0)):
            numbers(getattr(self, name), (), name, "weather", high=high)
        if self.rain_hour not in range(24):
            raise InputError(f"rain_hour is {self.rain_hour}", place="weather", mend="give 0 to 23")
        if self.kind is not None:
            object.__setattr__(
                self,
                "kind",
                codes(self.kind, np.size(self.kind), "kind", "weather", low=0, below=3),
            )

    def days(self, days: int, seed: Word) -> NDArray[np.int64]:
        """Kinds of days, int64[days]: given, or drawn, the same for every plan under one seed.

        Raises
        ------
        InputError
            If there are fewer days than asked for, or the probabilities are no such thing.
        """
        from sim.draws import stream_id, uniforms

        if self.kind is not None:
            if len(self.kind) < days:
                raise InputError(f"{len(self.kind)} days are given, not {days}", place="weather")
            return self.kind[:days]
        rain = numbers(self.rain, (days,), "rain", "weather", high=1.0)
        storm = numbers(self.storm, (days,), "storm", "weather", high=1.0)
        if (rain + storm > 1).any():
            raise InputError("rain and storm have a probability beyond 1", place="weather")
        luck = uniforms(seed, stream_id("cleaning/weather"), np.arange(days))
        kinds = np.where(luck < storm, STORM, np.where(luck < storm + rain, RAIN, DRY))
        return kinds.astype(np.int64)

    def factors(self, kinds: ArrayLike, profiles: int) -> NDArray[np.float64]:
        """Factor of growth by profile and day, float64[profiles, days].

        Raises
        ------
        InputError
            If the seasons are of another number of profiles or of fewer days.
        """
        kind = np.asarray(kinds, dtype=np.int64)
        of_kind = np.array([1.0, self.rain_growth, self.storm_growth])[kind]
        if self.season is None:
            return np.tile(of_kind, (profiles, 1))
        given = np.atleast_2d(np.asarray(self.season, dtype=np.float64))[:, : len(kind)]
        season = numbers(given, (len(given), len(kind)), "season", "weather", high=1e3)
        if len(season) not in {1, profiles}:
            raise InputError(
                f"season has {len(season)} rows", place="weather", mend=f"give 1 or {profiles}"
            )
        return np.tile(of_kind, (profiles, 1)) * season
