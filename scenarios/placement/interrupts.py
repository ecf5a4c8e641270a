"""Whether Ctrl-C came: searches that keep their best plan so far swallow it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Note", "noted_interrupt"]


@dataclass
class Note:
    """Whether Ctrl-C came meanwhile."""

    came: bool = False


@contextmanager
def noted_interrupt() -> Iterator[Note]:
    """Note a Ctrl-C, which otherwise does what it did before.

    Outside the main thread, where signals cannot be heard, nothing is noted.
    """
    note = Note()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield note
        return

    def heard(number: int, frame: FrameType | None) -> None:
        note.came = True
        before(number, frame)

    signal.signal(signal.SIGINT, heard)
    try:
        yield note
    finally:
        signal.signal(signal.SIGINT, before)
