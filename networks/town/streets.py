"""Streets of a synthetic district on the unit square: arterials, superblocks, local streets.

A quadtree splits where many junctions are expected; the crosses of its splits are the arterials,
finer where it is denser, and its leaves are the superblocks. Each superblock is filled with a small
grid of its own, which meets the arterials in T-junctions, as in Chinese towns. All places are
whole numbers on a lattice, so that lines meet exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from networks.town.ground import cell_ids, unit_random

if TYPE_CHECKING:
    from networks.raw import Bools, Floats, Ints
    from networks.town.ground import Ground

__all__ = ["CLASSES", "LATTICE", "Lines", "Plan", "draw_plan"]

LATTICE: Final = 2**26
"""Steps of the lattice along a side."""

CLASSES: Final = (
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
)
_SMALLEST_BLOCK_M: Final = 320.0
_LARGEST_CELL_M: Final = 5200.0
_LEAST_SPACING_M: Final = 55.0
_JUNCTIONS_A_BLOCK: Final = 42.0
_GAPS: Final = 0.13  # share of local street pieces that are left out: cul-de-sacs, odd blocks


@dataclass(frozen=True)
class Lines:
    """Straight lines along one axis.

    Parameters
    ----------
    across
        Coordinate on the other axis, int64[k].
    start, end
        From where to where, int64[k].
    road_class
        Index into :data:`CLASSES`, int64[k].
    block
        Superblock that the line lies in, -1 for arterials, int64[k].
    order
        Number of the line within its superblock, int64[k].
    """

    across: Ints
    start: Ints
    end: Ints
    road_class: Ints
    block: Ints
    order: Ints

    @classmethod
    def joined(cls, parts: list[Lines]) -> Lines:
        """Join lines of several kinds in order."""
        names = [one.name for one in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Plan:
    """Junctions and street pieces on the lattice.

    Parameters
    ----------
    u, v
        Junctions, int64[n].
    tail, head
        Junctions of each piece, int64[s]; west to east or south to north.
    upright
        Whether a piece runs south to north, bool[s].
    line
        Line of each piece: row of ``along[upright]``.
    along
        All lines west-east, all lines south-north.
    """

    u: Ints
    v: Ints
    tail: Ints
    head: Ints
    upright: Bools
    line: Ints
    along: tuple[Lines, Lines]


def draw_plan(ground: Ground, junctions: float) -> Plan:
    """Draw all streets of a district with about so many junctions."""
    splits, leaves = _quadtree(ground, junctions)
    inner = _inner_grids(ground, leaves, junctions)
    flat = Lines.joined([_crosses(ground, splits, upright=False), inner[0]])
    upright = Lines.joined([_crosses(ground, splits, upright=True), inner[1]])
    u, v = _junctions(splits, flat, upright, inner)
    return _pieces(ground, u, v, (flat, upright))


@dataclass(frozen=True)
class _Cells:
    level: Ints
    i: Ints
    j: Ints
    weight: Floats

    @property
    def side(self) -> Ints:
        return np.int64(LATTICE) >> self.level

    @property
    def west(self) -> Ints:
        return self.i * self.side

    @property
    def south(self) -> Ints:
        return self.j * self.side

    @property
    def ids(self) -> Ints:
        return cell_ids(self.level, self.i, self.j)


def _quadtree(ground: Ground, junctions: float) -> tuple[_Cells, _Cells]:
    """Cells that are split, and superblocks."""
    side_m = ground.side_m
    depth = int(np.clip(np.ceil(np.log2(side_m / _SMALLEST_BLOCK_M)), 3, 11))
    coarsest = int(np.clip(np.ceil(np.log2(side_m / _LARGEST_CELL_M)), 2, depth - 1))
    pyramid = [ground.density(depth)]
    while len(pyramid[-1]) > 1:
        fine = pyramid[-1]
        pyramid.append(fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2])
    pyramid.reverse()
    i = j = np.zeros(1, dtype=np.int64)
    splits: list[tuple[Ints, Ints, Ints, Floats]] = []
    leaves: list[tuple[Ints, Ints, Ints, Floats]] = []
    for level in range(depth + 1):
        weight = pyramid[level][j, i]
        split = weight * junctions > _JUNCTIONS_A_BLOCK
        split |= level < coarsest
        split &= level < depth
        for group, mask in ((splits, split), (leaves, ~split)):
            group.append((np.full(int(mask.sum()), level), i[mask], j[mask], weight[mask]))
        i = np.repeat(2 * i[split], 4) + np.tile([0, 1, 0, 1], int(split.sum()))
        j = np.repeat(2 * j[split], 4) + np.tile([0, 0, 1, 1], int(split.sum()))
    return _cells(splits), _cells(leaves)


def _cells(groups: list[tuple[Ints, Ints, Ints, Floats]]) -> _Cells:
    level, i, j, weight = (np.concatenate(parts) for parts in zip(*groups, strict=True))
    return _Cells(level.astype(np.int64), i, j, weight)


def _crosses(ground: Ground, cells: _Cells, *, upright: bool) -> Lines:
    """Draw a line through the middle of every split cell, wider where more people live."""
    side_m = ground.side_m / 2.0**cells.level
    trunk = ((cells.level == 0) & (side_m > 9000.0)) | ((cells.weight > 0.12) & (side_m > 7000.0))
    primary = ((cells.weight > 0.012) & (side_m > 1500.0)) | (side_m > 12000.0)
    secondary = ((cells.weight > 0.002) & (side_m > 700.0)) | (side_m > 2400.0)
    road_class = np.select([trunk, primary, secondary], [0, 1, 2], 3).astype(np.int64)
    half = cells.side // 2
    low, other = (cells.south, cells.west) if upright else (cells.west, cells.south)
    none = np.full(len(low), -1, dtype=np.int64)
    return Lines(other + half, low, low + cells.side, road_class, none, none)


def _inner_grids(ground: Ground, blocks: _Cells, junctions: float) -> tuple[Lines, Lines]:
    """Local streets of every superblock, west-east and south-north."""
    side_m = ground.side_m / 2.0**blocks.level
    expected = blocks.weight * junctions
    # p lines each way make p * p crossings and 4 p T-junctions.
    wanted = np.sqrt(4.0 + expected) - 2.0
    most = np.floor(side_m / _LEAST_SPACING_M) - 1.0
    rural = side_m > 1100.0
    quiet = unit_random(ground.seed, "lanes", blocks.ids) < 0.12
    road_class = np.where(rural, 4, np.where(quiet, 6, 5))
    grids = []
    for axis in (0, 1):
        chance = unit_random(ground.seed, "fill", 2 * blocks.ids + axis)
        skew = 0.75 + 0.5 * unit_random(ground.seed, "fill", 2 * blocks.ids + 7)
        stretched = wanted * (skew if axis else 1.0 / skew)
        count = np.clip(np.floor(stretched + chance), 0, np.maximum(most, 0)).astype(np.int64)
        block = np.repeat(np.arange(len(count)), count)
        order = np.arange(len(block)) - np.repeat(np.cumsum(count) - count, count)
        jitter = unit_random(ground.seed, "jitter", (blocks.ids[block] * 2 + axis) * 64 + order)
        share = (order + 1.0 + 0.5 * (jitter - 0.5)) / (count[block] + 1.0)
        low, other = (blocks.south, blocks.west) if axis else (blocks.west, blocks.south)
        across = other[block] + np.round(share * blocks.side[block]).astype(np.int64)
        start = low[block]
        grids.append(
            Lines(across, start, start + blocks.side[block], road_class[block], block, order)
        )
    return grids[0], grids[1]


def _junctions(
    splits: _Cells, flat: Lines, upright: Lines, inner: tuple[Lines, Lines]
) -> tuple[Ints, Ints]:
    """List ends of lines, centres of crosses and crossings within superblocks, each once."""
    half = splits.side // 2
    u = [flat.start, flat.end, upright.across, upright.across, splits.west + half]
    v = [flat.across, flat.across, upright.start, upright.end, splits.south + half]
    rows, columns = inner
    blocks = int(max(rows.block.max(initial=-1), columns.block.max(initial=-1))) + 1
    per_block = np.bincount(columns.block, minlength=blocks)
    first = np.cumsum(per_block) - per_block
    times = per_block[rows.block]
    row = np.repeat(np.arange(len(rows.across)), times)
    within = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    u.append(columns.across[first[rows.block[row]] + within])
    v.append(rows.across[row])
    key = np.unique(np.concatenate(v) * (2 * LATTICE) + np.concatenate(u))
    return key % (2 * LATTICE), key // (2 * LATTICE)


def _pieces(ground: Ground, u: Ints, v: Ints, along: tuple[Lines, Lines]) -> Plan:
    """Cut every line at the junctions on it."""
    tails, heads, lines = [], [], []
    for lines_of, place, other in ((along[0], u, v), (along[1], v, u)):
        key = other * (2 * LATTICE) + place
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.searchsorted(key, lines_of.across * (2 * LATTICE) + lines_of.start)
        last = np.searchsorted(key, lines_of.across * (2 * LATTICE) + lines_of.end)
        count = last - first
        line = np.repeat(np.arange(len(first)), count)
        within = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
        tails.append(order[first[line] + within])
        heads.append(order[first[line] + within + 1])
        lines.append(line)
    upright = np.repeat([False, True], [len(lines[0]), len(lines[1])])
    tail, head, line = np.concatenate(tails), np.concatenate(heads), np.concatenate(lines)
    local = np.where(upright, along[1].block[np.where(upright, line, 0)], -1)
    local = np.where(upright, local, along[0].block[np.where(upright, 0, line)])
    item = (v[tail] * (2 * LATTICE) + u[tail]) * 2 + upright
    keep = (local < 0) | (unit_random(ground.seed, "gaps", item) >= _GAPS)
    return Plan(u, v, tail[keep], head[keep], upright[keep], line[keep], along)
