"""The command ``cityops``, also ``python -m cityops``.

Exit 0: done. Exit 1: the input is sound, but what was asked for cannot be had. Exit 2: the input is
at fault; one or two lines on the standard error say where, and how to mend it. A traceback is a bug
of ours. Exit 130: Ctrl-C.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FAULT, INTERRUPTED = 2, 130
_NOT_OURS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and say how it ended.

    Parameters
    ----------
    argv
        Arguments after the program's name; those of the process by default.

    Returns
    -------
    int
        The exit code.
    """
    import typer

    from cityops.cli import command
    from cityops.usage import usage_words
    from networks.errors import InputError

    usage_error: type[Exception] = typer.BadParameter.__mro__[1]  # UsageError, which typer hides
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        code = command()(args=arguments, prog_name="cityops", standalone_mode=False)
    except InputError as error:
        return _at_fault(str(error).splitlines())
    except usage_error as error:
        return _at_fault([usage_words(error)])
    except (KeyboardInterrupt, typer.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has seen enough: `cityops ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (MemoryError, OSError) as error:
        words = _machine_words(error)
        if not words:
            raise
        return _at_fault([words])
    return int(code or 0)


def _machine_words(error: MemoryError | OSError) -> str:
    """Say what the machine refused; nothing where the error may be a bug of ours."""
    if isinstance(error, MemoryError):
        return "this is too large for the memory; make the horizon, the rates or the area smaller"
    if error.errno not in _NOT_OURS:
        return ""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{(error.strerror or 'cannot be used').lower()}"


def _at_fault(lines: list[str]) -> int:
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    return FAULT


if __name__ == "__main__":
    sys.exit(main())
