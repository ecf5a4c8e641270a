"""Random numbers as a pure function of four words: seed, stream, item, draw.

There is no generator with a state.  The same four words give the same number in every process, on
every thread and in any order, so that two plans meet the same city (common random numbers) and a
replication can be computed anywhere:

* ``seed`` names the replication,
* ``stream`` names what is drawn (``stream_id("on-scene time")``),
* ``item`` is the row of the demand table that the number belongs to,
* ``draw`` counts the numbers that one item takes from one stream.

The words are absorbed one after the other by the finaliser of SplitMix64 (Steele, Lea and Flood
2014, "Fast splittable pseudorandom number generators", with the constants of Stafford's variant
13); along ``item`` this is SplitMix64 itself, started at a place that seed and stream choose, with
one more round for the draw.  Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3",
argue for such counter-based generators.

Everything but :func:`stream_id` is compiled and may be called from kernels and from Python alike;
both get equal bits.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numba import njit

from networks.one_version import one_version

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Word: TypeAlias = "int | np.integer[Any]"

__all__ = ["bits", "draw_bits", "luck", "stream_id", "uniform", "uniforms"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd: SplitMix64's step
_DRAW_STEP = np.uint64(0xD1342543DE82EF95)  # another odd step, so that item and draw do not mix up
_ONE = np.uint64(1)


@lru_cache(maxsize=4096)
def stream_id(name: str) -> int:
    """Return the stream of a name: the same on every machine, in every version of Python.

    Parameters
    ----------
    name
        What is drawn, e.g. ``"arrivals/cardiac"``.

    Returns
    -------
    int
        The first 63 bits of the name's BLAKE2b digest.  (63, so that the number fits a signed
        word too: in a table, in a file, and in one compiled version of every kernel.)

    Examples
    --------
    >>> stream_id("arrivals")
    7946751278821266954
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") >> 1


@njit(cache=True, nogil=True)
def _mixed(word: np.uint64) -> np.uint64:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@one_version
@njit(cache=True, nogil=True)
def luck(seed: Word, stream: Word, item: Word) -> np.uint64:
    """Return what all draws of an item have in common, for :func:`draw_bits`.

    Parameters
    ----------
    seed, stream, item
        As in :func:`bits`.
    """
    # Seed and stream come first: in a loop over items the compiler takes their rounds out of it.
    state = _mixed(np.uint64(seed) + _GOLDEN)
    state = _mixed((state ^ np.uint64(stream)) + _GOLDEN)
    return _mixed(state + np.uint64(item) * _GOLDEN)


@one_version
@njit(cache=True, nogil=True)
def draw_bits(of_item: np.uint64, draw: Word) -> np.uint64:
    """Return the bits of a draw of an item, where several are drawn of it one after the other.

    Parameters
    ----------
    of_item, draw
        What :func:`luck` gives for the item, and number of the draw.
    """
    return _mixed(of_item + np.uint64(draw) * _DRAW_STEP + _ONE)


@one_version
@njit(cache=True, nogil=True)
def bits(seed: Word, stream: Word, item: Word, draw: Word) -> np.uint64:
    """Return the 64 random bits of four words.

    Parameters
    ----------
    seed, stream, item, draw
        Any 64-bit integers (from Python, one of 2**63 or more must come as ``np.uint64``).
        Negative ones are taken modulo 2**64.
    """
    return draw_bits(luck(seed, stream, item), draw)


@njit(cache=True, nogil=True)
def _between_0_and_1(word: np.uint64) -> float:
    return (np.float64(word >> np.uint64(12)) + 0.5) * 2.0**-52


@one_version
@njit(cache=True, nogil=True)
def uniform(seed: Word, stream: Word, item: Word, draw: Word) -> float:
    """Return the uniform random number of four words, in the open interval (0, 1).

    It is the middle of one of 2**52 equal cells, so neither 0 nor 1 ever comes out and an inverse
    distribution function is finite at it.

    Parameters
    ----------
    seed, stream, item, draw
        As in :func:`bits`.

    Examples
    --------
    >>> uniform(1, stream_id("arrivals"), 0, 0)
    0.7290614320156005
    """
    return _between_0_and_1(bits(seed, stream, item, draw))


@njit(cache=True, nogil=True)
def _fill(
    seed: Word, stream: Word, items: NDArray[np.int64], draw: Word, out: NDArray[np.float64]
) -> None:
    for k in range(items.size):
        out[k] = uniform(seed, stream, items[k], draw)


def uniforms(seed: Word, stream: Word, items: ArrayLike, draw: Word = 0) -> NDArray[np.float64]:
    """Return the uniform random numbers of many items, in the open interval (0, 1).

    Parameters
    ----------
    seed, stream, draw
        As in :func:`uniform`.
    items : int64[...]
        The items.

    Returns
    -------
    float64[...]
        Bit for bit what :func:`uniform` gives for each of them.
    """
    wanted = np.asarray(items, dtype=np.int64)
    drawn = np.empty(wanted.size)
    _fill(_word(seed), _word(stream), wanted.ravel(), _word(draw), drawn)
    return drawn.reshape(wanted.shape)


def _word(number: Word) -> np.uint64:
    # One type for all words: one compiled version, whatever the caller's integers are.
    return np.uint64(int(number) % 2**64)
