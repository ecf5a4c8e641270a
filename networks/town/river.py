"""The river of a synthetic district: what it cuts, the roads on its banks, its few bridges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.town.ground import unit_random

if TYPE_CHECKING:
    from networks.raw import Bools, Floats, Ints
    from networks.town.ground import Ground

__all__ = ["Banks", "River", "cut_by_river"]


@dataclass(frozen=True)
class River:
    """A river from south to north, as wide all along.

    Parameters
    ----------
    ground
        The district.
    """

    ground: Ground

    @property
    def width_m(self) -> float:
        """Between the roads on its banks."""
        return float(np.clip(0.022 * self.ground.side_m, 60.0, 900.0))

    def middle_x(self, y: Floats) -> Floats:
        """Easting of the middle of the river at some northings, metres."""
        side = self.ground.side_m
        draw = unit_random(self.ground.seed, "river", np.arange(5))
        base = (self.ground.core[0] - 0.5 + 0.05 * (draw[0] - 0.5)) * side
        waves = ((side / 1.1, 0.055 * side, draw[1]), (side / 2.6, 0.016 * side, draw[2]))
        x = np.full(np.shape(y), base)
        at_core = np.asarray((self.ground.core[1] - 0.5) * side)
        for length, height, phase in waves:
            bend = np.sin(2.0 * np.pi * (np.asarray(y) / length + phase))
            x = x + height * (bend - np.sin(2.0 * np.pi * (at_core / length + phase)))
        return x

    def beyond_bank_m(self, x: Floats, y: Floats) -> Floats:
        """Metres from the nearer bank road, negative in the river."""
        step = 5.0
        slope = (self.middle_x(y + step) - self.middle_x(y - step)) / (2.0 * step)
        out: Floats = np.abs(x - self.middle_x(y)) / np.hypot(1.0, slope) - self.width_m / 2.0
        return out


@dataclass(frozen=True)
class Banks:
    """Places where streets reach a bank.

    Parameters
    ----------
    x, y
        Metres, float64[b].
    west
        On which bank, bool[b].
    piece, from_tail
        Street piece that ends here, and whether its tail's side is the dry one.
    """

    x: Floats
    y: Floats
    west: Bools
    piece: Ints
    from_tail: Bools

    def roads(self, longest_m: float) -> tuple[Ints, Ints]:
        """Join neighbours along each bank, unless they are too far apart."""
        tails, heads = [], []
        for bank in (self.west, ~self.west):
            row = np.flatnonzero(bank)
            row = row[np.lexsort((row, self.y[row]))]
            near = np.diff(self.y[row]) <= longest_m
            tails.append(row[:-1][near])
            heads.append(row[1:][near])
        return np.concatenate(tails), np.concatenate(heads)

    def bridges(
        self, arterial: Ints, cost: Floats, number: int, apart_m: float
    ) -> tuple[Ints, Ints]:
        """Pairs of opposite places on one arterial, the cheapest first, well apart.

        Parameters
        ----------
        arterial
            Which arterial reaches the bank at each place, -1 if it carries no bridge, int64[b].
        cost
            Of a bridge at each place, float64[b].
        number, apart_m
            How many bridges, and how far apart at least.
        """
        pairs = []
        for line in np.unique(arterial[arterial >= 0]):
            at = np.flatnonzero(arterial == line)
            west, east = at[self.west[at]], at[~self.west[at]]
            if len(west) and len(east):
                a, b = west[np.argmax(self.x[west])], east[np.argmin(self.x[east])]
                pairs.append((float(cost[a] + cost[b]), int(a), int(b)))
        chosen: list[tuple[int, int]] = []
        for _, a, b in sorted(pairs):
            apart = (abs(self.y[a] - self.y[other]) >= apart_m for other, _ in chosen)
            if len(chosen) < number and all(apart):
                chosen.append((a, b))
        ends = np.array(chosen, dtype=np.int64).reshape(-1, 2)
        return ends[:, 0], ends[:, 1]


def cut_by_river(river: River, x: Floats, y: Floats, tail: Ints, head: Ints) -> tuple[Bools, Banks]:
    """Tell which street pieces stay whole, and where the others reach a bank.

    Parameters
    ----------
    river
        The river.
    x, y
        Junctions, metres.
    tail, head
        Ends of the street pieces.
    """
    dry = river.beyond_bank_m(x, y) >= 0.0
    west = x < river.middle_x(y)
    both_dry = dry[tail] & dry[head]
    crosses = both_dry & (west[tail] != west[head])
    whole = both_dry & ~crosses
    at_tail = np.flatnonzero((dry[tail] & ~dry[head]) | crosses)
    at_head = np.flatnonzero((dry[head] & ~dry[tail]) | crosses)
    piece = np.concatenate([at_tail, at_head])
    near = np.concatenate([tail[at_tail], head[at_head]])
    far = np.concatenate([head[at_tail], tail[at_head]])
    from_tail = np.arange(len(piece)) < len(at_tail)
    side = np.where(west[near], -1.0, 1.0)
    low, high = np.zeros(len(piece)), np.ones(len(piece))
    for _ in range(40):
        middle = 0.5 * (low + high)
        mx, my = x[near] + middle * (x[far] - x[near]), y[near] + middle * (y[far] - y[near])
        same_bank = np.sign(mx - river.middle_x(my)) == side
        land = same_bank & (river.beyond_bank_m(mx, my) >= 0.0)
        low, high = np.where(land, middle, low), np.where(land, high, middle)
    banks = Banks(
        x[near] + low * (x[far] - x[near]),
        y[near] + low * (y[far] - y[near]),
        west[near],
        piece,
        from_tail,
    )
    return whole, banks
