"""Distributions of durations and amounts, sampled by inversion: one uniform number per item.

An item's value is its distribution's quantile function at the item's own uniform number.  So the
same item has the same luck under two plans, and a longer mean makes every value longer: common
random numbers hold (Law 2015, Simulation Modeling and Analysis, 5th ed., sections 8.2.1, 11.2).

Skewed distributions are given by mean and coefficient of variation (``cv``, standard deviation
divided by mean), which is what a control room knows of its durations.  Nothing here has a unit:
what goes in as minutes comes out as minutes; ``scaled(60)`` makes them seconds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from networks.errors import InputError
from networks.suggest import did_you_mean
from sim.draws import Word, uniforms

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Distribution",
    "Empirical",
    "Erlang",
    "Exponential",
    "Fixed",
    "Gamma",
    "Lognormal",
    "Triangular",
    "Uniform",
    "Weibull",
    "parse_distribution",
]


class Distribution(Protocol):
    """Anything that turns an item's uniform number into its value."""

    @property
    def mean(self) -> float:
        """Expected value."""
        ...

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares, each in (0, 1), of all."""
        ...

    def sample(
        self, seed: Word, stream: Word, items: ArrayLike, draw: Word = 0
    ) -> NDArray[np.float64]:
        """Values of the items: the quantiles at their uniform numbers (`sim.draws.uniforms`)."""
        ...

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution of ``factor`` times the value: the same luck in another unit."""
        ...


class _ByInversion(ABC):
    """What every distribution here shares."""

    @abstractmethod
    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]: ...

    def sample(
        self, seed: Word, stream: Word, items: ArrayLike, draw: Word = 0
    ) -> NDArray[np.float64]:
        """Values of the items, float64 of their shape: one uniform number each.

        Parameters
        ----------
        seed, stream, items, draw
            As in `sim.draws.uniforms`.
        """
        return self.quantile(uniforms(seed, stream, items, draw))


@dataclass(frozen=True)
class Fixed(_ByInversion):
    """Always the same value."""

    value: float

    def __post_init__(self) -> None:
        _check(self, at_least_0=("value",))

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.value

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        return np.full(np.shape(probability), float(self.value))

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.value * factor)


@dataclass(frozen=True)
class Exponential(_ByInversion):
    """Without memory; ``cv`` is 1."""

    mean: float

    def __post_init__(self) -> None:
        _check(self, above_0=("mean",))

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        value = np.negative(np.asarray(probability, dtype=np.float64))
        np.log1p(value, out=value)  # in place: a million customers are drawn in their own memory
        value *= -self.mean
        return value

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.mean * factor)


@dataclass(frozen=True)
class Lognormal(_ByInversion):
    """Logarithm normal, by the mean and cv of the value itself: sigma^2 = log(1 + cv^2)."""

    mean: float
    cv: float

    def __post_init__(self) -> None:
        _check(self, above_0=("mean", "cv"))

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        from scipy.special import ndtri

        variance = math.log1p(self.cv**2)
        location = math.log(self.mean) - variance / 2
        standard = np.asarray(ndtri(np.asarray(probability, dtype=np.float64)))
        return np.exp(location + math.sqrt(variance) * standard)

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.mean * factor, self.cv)


@dataclass(frozen=True)
class Gamma(_ByInversion):
    """Gamma with shape 1 / cv^2."""

    mean: float
    cv: float

    def __post_init__(self) -> None:
        _check(self, above_0=("mean", "cv"))

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        return _gamma_quantile(self.cv**-2, self.mean, probability)

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.mean * factor, self.cv)


@dataclass(frozen=True)
class Erlang(_ByInversion):
    """Sum of ``k`` equal exponential stages; ``cv`` is 1 / sqrt(k)."""

    mean: float
    k: int

    def __post_init__(self) -> None:
        _check(self, above_0=("mean", "k"))
        if self.k != int(self.k):
            raise InputError(
                f"k = {self.k} stages of an Erlang distribution is not a whole number",
                mend='use kind = "gamma" for any other spread',
            )

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        return _gamma_quantile(float(self.k), self.mean, probability)

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.mean * factor, self.k)


@dataclass(frozen=True)
class Weibull(_ByInversion):
    """Share above x is exp(-(x / scale)^shape); :meth:`with_mean` goes by mean and cv."""

    scale: float
    shape: float

    def __post_init__(self) -> None:
        _check(self, above_0=("scale", "shape"))

    @classmethod
    def with_mean(cls, mean: float, cv: float) -> Self:
        """Weibull distribution of a mean and a coefficient of variation (0.01 to 20)."""
        for name, value in (("mean", mean), ("cv", cv)):
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} = {value} must be above 0")
        if not 0.01 <= cv <= 20:
            raise InputError(
                f"cv = {cv} of a Weibull distribution lies outside 0.01 to 20",
                mend="give scale and shape instead",
            )
        # log(1 + cv^2) = log Gamma(1 + 2/shape) - 2 log Gamma(1 + 1/shape), rising in 1/shape.
        wanted = math.log1p(cv**2)
        low, high = 1e-3, 1e2
        for _ in range(200):
            inverse = (low + high) / 2
            if math.lgamma(1 + 2 * inverse) - 2 * math.lgamma(1 + inverse) < wanted:
                low = inverse
            else:
                high = inverse
        return cls(scale=mean / math.gamma(1 + high), shape=1 / high)

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.scale * math.gamma(1 + 1 / self.shape)

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        hazard = -np.log1p(-np.asarray(probability, dtype=np.float64))
        return np.asarray(self.scale * hazard ** (1 / self.shape))

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.scale * factor, self.shape)


@dataclass(frozen=True)
class Uniform(_ByInversion):
    """Everything between two bounds alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check(self, at_least_0=("low", "high"), rising=("low", "high"))

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.high) / 2

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        return self.low + (self.high - self.low) * np.asarray(probability, dtype=np.float64)

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Triangular(_ByInversion):
    """Between two bounds, most often near the mode: what an expert can guess."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _check(self, at_least_0=("low", "mode", "high"), rising=("low", "mode", "high"))

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.mode + self.high) / 3

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all."""
        share = np.asarray(probability, dtype=np.float64)
        width = self.high - self.low
        rise = self.low + np.sqrt(share * width * (self.mode - self.low))
        fall = self.high - np.sqrt((1 - share) * width * (self.high - self.mode))
        return np.where(share * width <= self.mode - self.low, rise, fall)

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(self.low * factor, self.mode * factor, self.high * factor)


@dataclass(frozen=True)
class Empirical(_ByInversion):
    """Values that were measured, each as likely as any other (kept in rising order)."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        measured = np.sort(np.asarray(self.values, dtype=np.float64).ravel())
        if measured.size == 0:
            raise InputError("an empirical distribution needs at least one value")
        # Sorted, so the bad ones are at the ends: the negative first, what is no number last.
        if not (measured[0] >= 0 and math.isfinite(measured[-1])):
            bad = measured[0] if measured[0] < 0 else measured[-1]
            raise InputError(f"the value {bad} is not a finite number of 0 or more")
        object.__setattr__(self, "values", tuple(measured.tolist()))

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return math.fsum(self.values) / len(self.values)

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Values below which lie the given shares of all: always one of those measured."""
        share = np.asarray(probability, dtype=np.float64)
        place = np.ceil(share * len(self.values)).astype(np.int64) - 1
        return np.asarray(self.values)[np.clip(place, 0, len(self.values) - 1)]

    def scaled(self, factor: float) -> Self:
        """Distribution of ``factor`` times the value."""
        return type(self)(tuple(value * factor for value in self.values))


def _gamma_quantile(shape: float, mean: float, probability: ArrayLike) -> NDArray[np.float64]:
    from scipy.special import gammaincinv

    share = np.asarray(probability, dtype=np.float64)
    return np.asarray(gammaincinv(shape, share) * (mean / shape))


def _check(
    distribution: Any,  # noqa: ANN401 - any of the dataclasses above
    *,
    above_0: Sequence[str] = (),
    at_least_0: Sequence[str] = (),
    rising: Sequence[str] = (),
) -> None:
    for name in (*above_0, *at_least_0):
        value = getattr(distribution, name)
        if not math.isfinite(value):
            raise InputError(f"{name} = {value} is not a finite number")
        if value < 0 or (value == 0 and name in above_0):
            bound = "above 0" if name in above_0 else "0 or more"
            mend = 'use kind = "fixed" for a value without spread' if name == "cv" else None
            raise InputError(f"{name} = {value} must be {bound}", mend=mend)
    for lower, upper in pairwise(rising):
        low, high = getattr(distribution, lower), getattr(distribution, upper)
        if low > high:
            raise InputError(f"{lower} = {low} lies above {upper} = {high}")


_KINDS: dict[str, type[_ByInversion]] = {
    "fixed": Fixed,
    "exponential": Exponential,
    "lognormal": Lognormal,
    "gamma": Gamma,
    "weibull": Weibull,
    "uniform": Uniform,
    "triangular": Triangular,
    "erlang": Erlang,
    "empirical": Empirical,
}

_EXAMPLE = 'write a number, or a table such as {kind = "lognormal", mean = 15, cv = 0.6}'


def parse_distribution(
    value: float | Mapping[str, Any],
    *,
    file: str | PathLike[str] | None = None,
    place: str | None = None,
) -> Distribution:
    """Return the distribution that a scenario file or a caller describes.

    Parameters
    ----------
    value
        A number (always that value) or a mapping with ``kind`` and that kind's parameters:
        ``fixed`` (value), ``exponential`` (mean), ``lognormal`` and ``gamma`` (mean, cv),
        ``weibull`` (mean, cv or scale, shape), ``erlang`` (mean, k), ``uniform`` (low, high),
        ``triangular`` (low, mode, high), ``empirical`` (values).
    file, place
        Where it was written, for the error.

    Raises
    ------
    InputError
        If the kind or a parameter is unknown, a parameter is missing, no number, or out of range.

    Examples
    --------
    >>> parse_distribution({"kind": "lognormal", "mean": 15, "cv": 0.6})
    Lognormal(mean=15.0, cv=0.6)
    >>> parse_distribution(4)
    Fixed(value=4.0)
    """
    try:
        return _parsed(value)
    except InputError as fault:
        raise InputError(fault.message, file=file, place=place, mend=fault.mend) from None


def _parsed(value: object) -> Distribution:
    if _is_number(value):
        return Fixed(float(value))  # type: ignore[arg-type]  # _is_number has looked
    if not isinstance(value, Mapping):
        raise InputError(f"{value!r} is not a distribution", mend=_EXAMPLE)
    given = dict(value)
    kind = given.pop("kind", None)
    if kind is None:
        raise InputError("the distribution has no kind", mend=_EXAMPLE)
    known = "known are " + ", ".join(_KINDS)
    if kind not in _KINDS:
        raise InputError(
            f"no distribution is called {kind!r}{did_you_mean(str(kind), _KINDS)}", mend=known
        )
    build: Callable[..., Any] = _KINDS[kind]
    names = [field.name for field in fields(build)]  # type: ignore[arg-type]  # a dataclass
    if kind == "weibull" and {"scale", "shape"}.isdisjoint(given):
        build, names = Weibull.with_mean, ["mean", "cv"]
    takes = f"{kind} takes {' and '.join(names)}"
    for name in given:
        if name not in names:
            raise InputError(f"{kind} has no {name!r}{did_you_mean(str(name), names)}", mend=takes)
    for name in names:
        if name not in given:
            raise InputError(f"{kind} lacks {name!r}", mend=takes)
    built: Distribution = build(**{name: _parameter(name, given[name]) for name in names})
    return built


def _parameter(name: str, value: object) -> object:
    if name == "values":
        if isinstance(value, np.ndarray):
            value = value.tolist()
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(map(_is_number, value))
        ):
            raise InputError(f"values = {value!r} is not a list of numbers")
        return tuple(map(float, value))
    if not _is_number(value):
        raise InputError(f"{name} = {value!r} is not a number")
    number = float(value)  # type: ignore[arg-type]  # _is_number has looked
    return int(number) if name == "k" and number.is_integer() else number


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
