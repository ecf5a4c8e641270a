"""Compiled functions that other compiled functions call: one version for all callers.

Numba compiles a function anew for each combination of the types that it is called with, and takes
the number 3 for another type than the number 4, and an item of an array of int32 for another than
the index of a loop. A function of five arguments that is called from ten places so comes into being
ten times, and each of its callees with it, though the machine code is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from numba import types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["one_version"]

Kernel = TypeVar("Kernel", bound="Callable[..., Any]")


def one_version(kernel: Kernel) -> Kernel:
    """Let compiled callers hand over plain numbers and int64, whatever theirs are.

    Parameters
    ----------
    kernel
        A function under ``@njit``; calls from Python are not touched.

    Returns
    -------
    Callable
        The same.
    """
    compiled: Any = kernel
    resolve = compiled.get_call_template  # what numba asks for the signature of a call

    def resolve_plain(args: Iterable[Any], kws: Mapping[str, Any] | Iterable[Any]) -> Any:  # noqa: ANN401 - numba's own template, handed on
        plain = tuple(_plain(kind) for kind in args)
        return resolve(plain, {name: _plain(kind) for name, kind in dict(kws).items()})

    compiled.get_call_template = resolve_plain
    return kernel


def _plain(kind: Any) -> Any:  # noqa: ANN401 - numba's types are untyped
    """Type without its value; int64 for signed integers."""
    plain: Any = types.unliteral(kind)  # type: ignore[no-untyped-call]
    return types.int64 if plain in types.signed_domain else plain
