"""The one error that tells a user what is wrong with what he gave, where, and the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike


class InputError(ValueError):
    """Input that cannot be used: the command line prints it and exits with 2.

    Its text is ``file: place: what is wrong; mend``, leaving out what was not given.

    Parameters
    ----------
    message
        What is wrong, in one sentence without a full stop.
    file
        The file at fault.
    place
        Where in the file: a key, a row, a column, a layer.
    mend
        What the user can do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | PathLike[str] | None = None,
        place: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.place = place
        self.mend = mend
        where = "".join(f"{part}: " for part in (self.file, place) if part)
        super().__init__(where + message + (f"; {mend}" if mend else ""))

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole, keyword arguments included."""
        return (_rebuild, (type(self), self.message, self.file, self.place, self.mend))


def _rebuild(
    kind: type[InputError], message: str, file: str | None, place: str | None, mend: str | None
) -> InputError:
    return kind(message, file=file, place=place, mend=mend)
