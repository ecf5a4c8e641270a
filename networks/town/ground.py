"""The ground of a synthetic district: its outline, where people live, and how straight lines bend.

Everything is drawn on a unit square (u east, v north) and bent into metres by a few long waves,
so that a lattice of streets looks grown. Every random number is a pure function of (seed, stream,
item): a larger district of the same seed keeps its character.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from networks.raw import Bools, Floats, Ints

__all__ = ["Ground", "cell_ids", "unit_random"]

_STREAMS: Final = {
    name: np.uint64(i + 1)
    for i, name in enumerate(
        (
            "outline",
            "towns",
            "bends",
            "river",
            "fill",
            "jitter",
            "gaps",
            "oneway",
            "lanes",
            "people",
        )
    )
}
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


def unit_random(seed: int, stream: str, items: ArrayLike) -> Floats:
    """Uniform numbers in [0, 1), one an item (SplitMix64 of Steele, Lea & Flood 2014).

    Parameters
    ----------
    seed
        Any whole number.
    stream
        One of a few names: streams do not depend on each other.
    items
        Whole numbers, int64[k].
    """
    with np.errstate(over="ignore"):
        state = _mixed(np.uint64(seed % 2**64) + _GOLDEN)
        state = _mixed(state + _STREAMS[stream] * _GOLDEN)
        mixed = _mixed(state + np.asarray(items).astype(np.uint64) * _GOLDEN)
    out: Floats = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return out


def _mixed(word: NDArray[np.uint64] | np.uint64) -> NDArray[np.uint64]:
    z = np.atleast_1d(word)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@dataclass(frozen=True)
class Ground:
    """Outline, density and bends of one district.

    Parameters
    ----------
    seed
        Of everything.
    area_km2
        Inside the outline.
    core
        The dense centre on the unit square.
    towns
        Number of small towns in the countryside.
    """

    seed: int
    area_km2: float
    core: tuple[float, float]
    towns: int

    @property
    def side_m(self) -> float:
        """Side of the square that holds the district."""
        angle = np.linspace(0.0, 2.0 * np.pi, 721)[:-1]
        share = 0.5 * float((self._reach(angle) ** 2).mean()) * 2.0 * np.pi
        return float(np.sqrt(self.area_km2 * 1e6 / share))

    def inside(self, x: Floats, y: Floats) -> Bools:
        """Whether points (metres from the centre) lie within the outline."""
        reach = self._reach(np.arctan2(y, x)) * self.side_m
        within: Bools = np.hypot(x, y) < reach
        return within

    def _reach(self, angle: Floats) -> Floats:
        """Distance of the outline from the centre as a share of the side: a rounded blob."""
        draw = unit_random(self.seed, "outline", np.arange(6))
        reach = np.full(np.shape(angle), 0.46)
        for wave, (size, phase) in enumerate(zip(draw[:3], draw[3:], strict=True), start=2):
            reach -= 0.035 * size * (1.0 + np.sin(wave * angle + 2.0 * np.pi * phase))
        return reach

    def density(self, depth: int) -> Floats:
        """Share of all junctions in each of 2^depth x 2^depth cells, float64[v, u]; sums to 1."""
        n = 2**depth
        middle = (np.arange(n) + 0.5) / n
        u, v = middle[None, :], middle[:, None]
        size = np.sqrt(1.0 + self.area_km2 / 400.0)  # a larger district is more country than town
        total = np.full((n, n), 0.10)
        for (cu, cv), sigma, weight in self._centres(float(size)):
            bump = np.exp(-((u - cu) ** 2 + (v - cv) ** 2) / (2.0 * sigma**2))
            total += weight * bump / (2.0 * np.pi * sigma**2)
        # What lies beyond the outline would be drawn for nothing.
        edge = (0.5 - np.abs(u - 0.5)) * (0.5 - np.abs(v - 0.5)) > 0.0
        total *= edge
        return total / float(total.sum())

    def _centres(self, size: float) -> list[tuple[tuple[float, float], float, float]]:
        centres = [(self.core, 0.115 / size**0.5, 0.50), (self.core, 0.21, 0.22)]
        draw = unit_random(self.seed, "towns", np.arange(4 * self.towns)).reshape(-1, 4)
        for turn, far, wide, heavy in draw:
            angle = 2.0 * np.pi * turn
            reach = 0.14 + 0.24 * far
            place = (0.5 + reach * float(np.cos(angle)), 0.5 + reach * float(np.sin(angle)))
            weight = 0.18 / max(self.towns, 1) * (0.5 + float(heavy))
            centres.append((place, (0.016 + 0.02 * float(wide)) / size**0.5, weight))
        return centres

    def bent(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Place of points of the unit square in metres from the centre.

        The waves are long beside their height, so that no street folds over another.
        """
        side = self.side_m
        x, y = (u - 0.5) * side, (v - 0.5) * side
        waves = (
            (side / 1.2, 0.026 * side / 1.2),
            (side / 2.7, 0.020 * side / 2.7),
            (min(2600.0, side / 4.0), 0.013 * min(2600.0, side / 4.0)),
            (min(900.0, side / 9.0), 0.010 * min(900.0, side / 9.0)),
        )
        draw = unit_random(self.seed, "bends", np.arange(4 * len(waves))).reshape(-1, 4)
        off_x, off_y = np.zeros_like(x), np.zeros_like(y)
        for (length, height), (a, b, c, d) in zip(waves, draw, strict=True):
            k = 2.0 * np.pi / length
            off_x += height * np.sin(k * (y + (a - 0.5) * x) + 2.0 * np.pi * b)
            off_y += height * np.sin(k * (x + (c - 0.5) * y) + 2.0 * np.pi * d)
        return x + off_x, y + off_y


def cell_ids(level: Ints, i: Ints, j: Ints) -> Ints:
    """One number for each cell of each level of a quadtree."""
    return (level << np.int64(48)) + (j << np.int64(24)) + i
