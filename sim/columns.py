"""Checked columns: one type, one length, nothing missing, nothing out of range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["codes", "hours", "numbers", "table"]

HOURS = 168


def numbers(
    values: ArrayLike,
    shape: tuple[int, ...],
    name: str,
    place: str,
    *,
    low: float = 0.0,
    high: float = np.inf,
    endless: bool = False,
    unknown: bool = False,
) -> NDArray[np.float64]:
    """Numbers of a shape; one number stands for all.

    Parameters
    ----------
    values, shape
        What is given, and how many there must be.
    name, place
        For the message.
    low, high
        Range, both ends included.
    endless, unknown
        Whether infinity, or NaN, may stand for a number.

    Raises
    ------
    InputError
        If the shape is another, a number is missing or out of range.
    """
    try:
        column = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as fault:
        raise InputError(f"{name}: {fault}", place=place, mend="give numbers") from fault
    if column.shape == () and shape != ():
        column = np.full(shape, float(column))
    if column.shape != shape:
        raise InputError(
            f"{name} has the shape {column.shape}, not {shape}",
            place=place,
            mend="give one number for each, or one for all",
        )
    bad = (column < low) | (column > high)
    if not unknown:
        bad |= np.isnan(column)
    if not endless:
        bad |= np.isinf(column)
    if bad.any():
        first = column[bad].flat[0]
        upper = f" to {high:g}" if np.isfinite(high) else " or more"
        raise InputError(f"{name} is {first:g}", place=place, mend=f"give {low:g}{upper}")
    return column


def codes(
    values: ArrayLike, n: int, name: str, place: str, *, low: int, below: int | None = None
) -> NDArray[np.int64]:
    """Whole numbers of a range, one for each of n (one stands for all).

    Raises
    ------
    InputError
        If their number is another, or one is no whole number or out of range.
    """
    column = numbers(values, (n,), name, place, low=-np.inf)
    whole = column.astype(np.int64)
    bad = (whole != column) | (whole < low)
    if below is not None:
        bad |= whole >= below
    if bad.any():
        most = "" if below is None else f" to {below - 1}"
        raise InputError(
            f"{name} is {column[bad][0]:g}", place=place, mend=f"give whole numbers {low}{most}"
        )
    return whole


def table(
    values: ArrayLike | None, columns: int, name: str, place: str, *, high: float = np.inf
) -> NDArray[np.float64]:
    """Rows of numbers of 0 or more, ``columns`` each; a row of ones if none is given."""
    if values is None:
        return np.ones((1, columns))
    given = np.atleast_2d(np.array(values, dtype=np.float64))
    return numbers(given, (len(given), columns), name, place, high=high)


def hours(values: Any, n: int, name: str, place: str) -> NDArray[np.bool_]:  # noqa: ANN401
    """Hours of the week, bool[n, 168], the first from Monday 00:00; all if none are given."""
    if values is None:
        return np.ones((n, HOURS), dtype=np.bool_)
    given = np.array(values, dtype=np.bool_)
    if given.shape == (HOURS,):
        given = np.tile(given, (n, 1))
    if given.shape != (n, HOURS):
        raise InputError(
            f"{name} has the shape {given.shape}, not {(n, HOURS)}",
            place=place,
            mend="give 168 hours of the week for each",
        )
    return given
