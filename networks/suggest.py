"""The nearest known word, for errors that name their mend."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``", did you mean 'x'?"`` when a known word is near, else nothing.

    Examples
    --------
    >>> did_you_mean("lenght_m", ["length_m", "time_s"])
    ", did you mean 'length_m'?"
    >>> did_you_mean("colour", ["length_m", "time_s"])
    ''
    """
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f", did you mean {by_lower[near[0]]!r}?" if near else ""
