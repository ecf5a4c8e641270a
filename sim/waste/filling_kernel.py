"""What comes to stands of bins, hour by hour: a compound Poisson process, drawn exactly.

The number of deposits of an hour is Poisson distributed, each of a size that is gamma distributed
with shape 1 / cv^2. The sum of n of them is gamma distributed with n times that shape, so an hour
takes a draw or two, however much comes. It is a pure function of seed, stream, stand and hour.

* Poisson, mean below 100: inversion by search from the mode, whose probabilities are kept for the
  hour of the week, so that a higher mean only adds deposits; above: transformed rejection,
  Hoermann (1993), The transformed rejection method for generating Poisson random variables,
  Insurance: Mathematics and Economics 12:39-45, algorithm PTRS.
* Gamma: Marsaglia & Tsang (2000), A simple method for generating gamma variables, ACM TOMS
  26:363-372, with their factor U^(1/shape) below shape 1; of shape 1 to 4 the logarithm of a
  product of uniform numbers.
* Normal: Marsaglia & Tsang (2000), The ziggurat method for generating random variables, Journal of
  Statistical Software 5(8), with a layer of its own bits as Doornik (2005), An improved ziggurat
  method to generate normal random samples, has it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from networks.one_version import one_version
from sim.draws import _between_0_and_1, draw_bits, luck

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fill", "gamma", "poisson", "poisson_mode", "spread"]

INVERTED_BELOW = 100.0
PRODUCT_UP_TO = 4.0
HOUR_BITS = 20  # of an item, the rest is the stand's: 119 years of hours
SIZE_DRAWS = 1 << 20  # draws of the size begin beyond those of the number
MOST_G = 2_147_483_647
WEEK_H = 168
LAYERS = 128
TAIL = 3.442619855899  # where the tail begins, and the area of a layer
LAYER_AREA = 9.91256303526217e-3


def _layers() -> NDArray[np.float64]:
    """Right ends of the layers, the widest first, and 0."""
    x = np.zeros(LAYERS + 1)
    f = math.exp(-0.5 * TAIL * TAIL)
    x[0], x[1] = LAYER_AREA / f, TAIL
    for i in range(2, LAYERS):
        x[i] = math.sqrt(-2.0 * math.log(LAYER_AREA / x[i - 1] + f))
        f = math.exp(-0.5 * x[i] * x[i])
    return x


ENDS = _layers()
INSIDE = ENDS[1:] / ENDS[:-1]


@one_version
@njit(cache=True, nogil=True)
def _uniform(of_item: np.uint64, draw: int) -> float:
    return _between_0_and_1(draw_bits(of_item, draw))


@njit(cache=True, nogil=True)
def _normal(of_item: np.uint64, draw: int) -> tuple[float, int]:
    """Draw a standard normal number; return also the draw after those that it took."""
    while True:
        word = draw_bits(of_item, draw)
        draw += 1
        layer = np.int64(word & np.uint64(LAYERS - 1))
        u = (np.float64(word >> np.uint64(12)) + 0.5) * 2.0**-51 - 1.0
        x = u * ENDS[layer]
        if abs(u) < INSIDE[layer]:
            return x, draw
        if layer == 0:
            while True:
                beyond = -math.log(_uniform(of_item, draw)) / TAIL
                twice = -2.0 * math.log(_uniform(of_item, draw + 1))
                draw += 2
                if twice > beyond * beyond:
                    return math.copysign(TAIL + beyond, u), draw
        upper = math.exp(-0.5 * (ENDS[layer] * ENDS[layer] - x * x))
        lower = math.exp(-0.5 * (ENDS[layer + 1] * ENDS[layer + 1] - x * x))
        y = _uniform(of_item, draw)
        draw += 1
        if lower + y * (upper - lower) < 1.0:
            return x, draw


@njit(cache=True, nogil=True)
def poisson_mode(mean: float) -> tuple[int, float, float]:
    """Most probable number of a Poisson law, its probability, and that of it or less.

    Parameters
    ----------
    mean
        Its mean, from 0 to ``INVERTED_BELOW``.
    """
    part = math.exp(-mean)
    below = part
    mode = int(mean)
    for count in range(1, mode + 1):
        part *= mean / count
        below += part
    return mode, part, below


@njit(cache=True, nogil=True)
def poisson(mean: float, mode: int, part: float, below: float, of_item: np.uint64) -> int:
    """Poisson number of an item; draws from 0 on are taken.

    Parameters
    ----------
    mean, mode, part, below
        Its mean, 0 or more, and what `poisson_mode` gives for it (of no use from
        ``INVERTED_BELOW`` on).
    of_item
        As `sim.draws.luck` gives it.
    """
    if mean < INVERTED_BELOW:
        u = _uniform(of_item, 0)
        count = mode
        while u > below and part > 0.0:
            count += 1
            part *= mean / count
            below += part
        if count == mode:
            while count > 0 and u <= below - part:
                below -= part
                part *= count / mean
                count -= 1
        return count
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    draw = 0
    while True:
        u = _uniform(of_item, draw) - 0.5
        v = _uniform(of_item, draw + 1)
        draw += 2
        us = 0.5 - abs(u)
        count = math.floor((2 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return count
        if count < 0 or (us < 0.013 and v > us):
            continue
        density = count * math.log(mean) - mean - math.lgamma(count + 1.0)
        if math.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b)) <= density:
            return count


@njit(cache=True, nogil=True)
def gamma(shape: float, of_item: np.uint64) -> float:
    """Gamma number of an item, of scale 1; draws from ``SIZE_DRAWS`` on are taken.

    Parameters
    ----------
    shape
        Its shape, above 0.
    of_item
        As `sim.draws.luck` gives it.
    """
    draw = SIZE_DRAWS
    if shape <= PRODUCT_UP_TO and shape == math.floor(shape):
        product = 1.0
        for i in range(int(shape)):
            product *= _uniform(of_item, draw + i)
        return -math.log(product)
    factor = 1.0
    if shape < 1.0:
        factor = _uniform(of_item, draw) ** (1.0 / shape)
        shape += 1.0
        draw += 1
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x, draw = _normal(of_item, draw)
        u = _uniform(of_item, draw)
        draw += 1
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            return factor * d * v
        if math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            return factor * d * v


@njit(cache=True, nogil=True)
def fill(
    litres_h: NDArray[np.float64],
    deposit_l: NDArray[np.float64],
    deposit_cv: NDArray[np.float64],
    g_l: NDArray[np.float64],
    profile: NDArray[np.int64],
    hour_factor: NDArray[np.float64],
    day_factor: NDArray[np.float64],
    key: NDArray[np.int64],
    stream: NDArray[np.uint64],
    seed: np.uint64,
    first_hour: int,
    grams: NDArray[np.int32],
) -> None:
    """Draw what comes to each stand in each hour.

    Parameters
    ----------
    litres_h, deposit_l, deposit_cv, g_l : float64[b]
        Mean litres an hour at factor 1; mean litres of a deposit (0: the mean itself comes) and
        their coefficient of variation; grams a litre.
    profile : int64[b]
        Row of both factors.
    hour_factor : float64[k, 168]
        By hour of the week.
    day_factor : float64[k, days]
        By day.
    key : int64[b]
        Item of the draws.
    stream : uint64[b]
        Stream of the draws.
    seed
        As in `sim.draws.uniform`.
    first_hour
        Hour of the week of the first hour.
    grams : int32[b, hours]
        Filled.
    """
    hours = grams.shape[1]
    known = np.empty(WEEK_H)  # the mean number by hour of the week, and what is known of it
    modes, parts, belows = np.zeros(WEEK_H, np.int64), np.empty(WEEK_H), np.empty(WEEK_H)
    for b in range(grams.shape[0]):
        k, size, cv = profile[b], deposit_l[b], deposit_cv[b]
        shape = 1.0 / (cv * cv) if cv > 0.0 else 0.0
        scale = size * cv * cv
        item = key[b] << HOUR_BITS
        known[:] = -1.0
        of_week = first_hour
        day, of_day = 0, 0
        for hour in range(hours):
            mean = litres_h[b] * hour_factor[k, of_week] * day_factor[k, day]
            litres = 0.0
            if size == 0.0:
                litres = mean
            elif mean > 0.0:
                number = mean / size
                if known[of_week] != number:
                    known[of_week] = number
                    if number < INVERTED_BELOW:
                        modes[of_week], parts[of_week], belows[of_week] = poisson_mode(number)
                of_item = luck(seed, stream[b], item + hour)
                count = poisson(number, modes[of_week], parts[of_week], belows[of_week], of_item)
                if count > 0 and cv > 0.0:
                    litres = scale * gamma(count * shape, of_item)
                else:
                    litres = count * size
            grams[b, hour] = np.int32(min(litres * g_l[b] + 0.5, MOST_G))
            of_week += 1
            if of_week == WEEK_H:
                of_week = 0
            of_day += 1
            if of_day == 24:
                of_day = 0
                day += 1


@njit(cache=True, nogil=True)
def spread(
    stand: NDArray[np.int64],
    from_h: NDArray[np.float64],
    until_h: NDArray[np.float64],
    amount: NDArray[np.int64],
    grams: NDArray[np.int64],
) -> None:
    """Spread amounts evenly over spans of time, to the gram.

    Parameters
    ----------
    stand : int64[n]
        Row of ``grams``.
    from_h, until_h : float64[n]
        Begin and end of the span, hours within those of ``grams``; equal for a moment.
    amount : int64[n]
        Grams.
    grams : int64[b, hours]
        What comes in each hour; added to.
    """
    hours = grams.shape[1]
    for i in range(stand.size):
        first = min(int(from_h[i]), hours - 1)
        last = max(first, min(math.ceil(until_h[i]) - 1, hours - 1))
        done = 0
        for hour in range(first, last + 1):
            upto = amount[i]
            if hour < last:
                share = (hour + 1 - from_h[i]) / (until_h[i] - from_h[i])
                upto = math.floor(amount[i] * share + 0.5)
            grams[stand[i], hour] += upto - done
            done = upto
