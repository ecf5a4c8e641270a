"""Draws: pure, the same everywhere, and random enough along every one of the four words."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from sim.draws import _between_0_and_1, bits, draw_bits, luck, stream_id, uniform, uniforms

words = st.integers(-(2**63), 2**63 - 1)


@njit
def _uniform_in_a_kernel(seed, stream, item, draw):
    return uniform(seed, stream, item, draw)


@njit
def _along(word, seed, stream, item, draw, out):
    """Fill `out` with draws in which one of the four words counts up."""
    for k in range(out.size):
        if word == 0:
            out[k] = uniform(seed + k, stream, item, draw)
        elif word == 1:
            out[k] = uniform(seed, stream + k, item, draw)
        elif word == 2:
            out[k] = uniform(seed, stream, item + k, draw)
        else:
            out[k] = uniform(seed, stream, item, draw + k)


def _sequence(word, n=200_000, seed=1, stream=7, item=0, draw=0):
    out = np.empty(n)
    _along({"seed": 0, "stream": 1, "item": 2, "draw": 3}[word], seed, stream, item, draw, out)
    return out


WORDS = ["seed", "stream", "item", "draw"]


def test_a_stream_has_the_same_number_on_every_machine():
    assert stream_id("arrivals") == 7946751278821266954
    assert stream_id("到达") != stream_id("到")
    assert 0 <= stream_id("") < 2**63


def test_a_draw_has_the_same_bits_in_every_version():
    # A change here changes every published result: say so in the change log.
    assert int(bits(0, 0, 0, 0)) == 14181990061990716364
    assert int(bits(1, 2, 3, 4)) == 6872667724361975787
    assert uniform(1, stream_id("arrivals"), 0, 0) == 0.7290614320156005


@given(words, words, words, words)
@settings(max_examples=50, deadline=None)
def test_draws_of_an_item_have_the_bits_of_its_four_words(seed, stream, item, draw):
    assert draw_bits(np.uint64(luck(seed, stream, item)), draw) == bits(seed, stream, item, draw)


@given(words, words, words, words)
@settings(max_examples=200, deadline=None)
def test_python_and_kernel_draw_equal_bits(seed, stream, item, draw):
    number = uniform(seed, stream, item, draw)
    assert 0.0 < number < 1.0
    assert _uniform_in_a_kernel(seed, stream, item, draw) == number
    assert uniforms(seed, stream, [item], draw)[0] == number


def test_not_even_the_extreme_bits_give_0_or_1():
    assert _between_0_and_1(np.uint64(0)) == 2.0**-53
    assert _between_0_and_1(np.uint64(2**64 - 1)) == 1 - 2.0**-53


def test_words_of_64_bits_count_modulo_their_size():
    assert uniforms(2**64 - 1, 0, [5])[0] == uniform(-1, 0, 5, 0)
    assert uniform(np.uint64(2**64 - 1), 0, 5, 0) == uniform(-1, 0, 5, 0)


def test_the_order_and_number_of_items_change_no_draw():
    items = np.array([5, 3, 1_000_000_007, 3])
    drawn = uniforms(9, 4, items, 2)
    assert drawn.tolist() == [uniform(9, 4, int(item), 2) for item in items]
    assert uniforms(9, 4, items.reshape(2, 2).T, 2).tolist() == drawn.reshape(2, 2).T.tolist()
    assert uniforms(9, 4, 5, 2).shape == ()


def test_another_process_draws_equal_bits():
    code = "from sim.draws import uniform; print(repr(float(uniform(12, 34, 56, 78))))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert float(done.stdout) == uniform(12, 34, 56, 78)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("start", [0, 123_456_789])
def test_draws_along_a_word_are_uniform(word, start):
    drawn = _sequence(word, **{word: start})
    assert stats.kstest(drawn, "uniform").pvalue > 1e-3
    cells = np.bincount((drawn * 1000).astype(int), minlength=1000)
    assert stats.chisquare(cells).pvalue > 1e-3


@pytest.mark.parametrize("word", WORDS)
def test_draws_along_a_word_do_not_follow_one_another(word):
    drawn = _sequence(word)
    for lag in (1, 2, 3, 16, 1024):
        r = np.corrcoef(drawn[:-lag], drawn[lag:])[0, 1]
        assert abs(r) < 4 / np.sqrt(drawn.size)


@pytest.mark.parametrize("word", WORDS)
def test_successive_pairs_fill_the_square_evenly(word):
    drawn = _sequence(word)
    cell = (drawn[0::2] * 30).astype(int) * 30 + (drawn[1::2] * 30).astype(int)
    assert stats.chisquare(np.bincount(cell, minlength=900)).pvalue > 1e-3


@pytest.mark.parametrize("word", WORDS)
def test_two_sequences_that_differ_in_one_word_are_independent(word):
    along = "item" if word != "item" else "draw"
    first, second = _sequence(along), _sequence(along, **{word: 8})
    assert first[0] != second[0]
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(first.size)
    assert np.intersect1d(first, second).size == 0


def test_no_draw_comes_twice_on_a_grid_of_the_four_words():
    seen = {
        int(bits(seed, stream, item, draw))
        for seed in range(16)
        for stream in range(16)
        for item in range(32)
        for draw in range(16)
    }
    assert len(seen) == 16 * 16 * 32 * 16


@pytest.mark.parametrize("word", range(4))
def test_flipping_one_bit_of_a_word_flips_half_of_the_bits(word):
    flipped = []
    rng = np.random.default_rng(word)
    for base in rng.integers(0, 2**62, size=(60, 4)):
        before = int(bits(*base))
        for bit in range(62):
            changed = base.copy()
            changed[word] ^= 1 << bit
            flipped.append((before ^ int(bits(*changed))).bit_count())
    # Binomial(64, 1/2): mean 32, standard deviation 4.
    assert abs(np.mean(flipped) - 32) < 5 * 4 / np.sqrt(len(flipped))
    assert abs(np.var(flipped) - 16) < 1.5
    assert min(flipped) > 8


def test_every_bit_is_set_half_of_the_time():
    drawn = np.array([int(bits(3, 1, item, 0)) for item in range(20_000)], dtype=np.uint64)
    for bit in range(64):
        ones = int(((drawn >> np.uint64(bit)) & np.uint64(1)).sum())
        assert stats.binomtest(ones, drawn.size).pvalue > 1e-4
