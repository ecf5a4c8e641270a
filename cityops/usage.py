"""What is wrong with a command line, in our words: the same with every version of typer."""

from __future__ import annotations

import difflib
import re

__all__ = ["usage_words"]


def usage_words(error: Exception) -> str:
    """Word a wrong option, command or argument, with the mend.

    Parameters
    ----------
    error
        A usage error of typer.
    """
    context = getattr(error, "ctx", None)
    path = str(getattr(context, "command_path", None) or "cityops")
    kind, message = type(error).__name__, _message(error)
    unknown = re.match(r"No such command '(.+?)'", message)
    if unknown:
        known = list(getattr(getattr(context, "command", None), "commands", {}))
        return f'{path}: there is no command "{unknown[1]}"; {_nearest(unknown[1], known)}'
    if kind == "NoSuchOption":
        name = str(getattr(error, "option_name", ""))
        return f"{path}: there is no option {name}; {_nearest(name, _options(context))}"
    if kind == "BadOptionUsage":
        return f"{path}: {getattr(error, 'option_name', 'an option')} needs a value"
    if kind == "MissingParameter":
        return f"{path}: {_parameter(error)} is missing; see {path} --help"
    if kind == "BadParameter":
        return f"{path}: {_parameter(error)}: {_plain(str(getattr(error, 'message', message)))}"
    return f"{path}: {message[:1].lower()}{message[1:]}; see {path} --help"


def _message(error: Exception) -> str:
    words = getattr(error, "format_message", None)
    text = words() if callable(words) else str(error)
    return str(text).strip().rstrip(".")


def _parameter(error: Exception) -> str:
    """Name of the option or argument that is at fault."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "the command line"
    options = [name for name in getattr(parameter, "opts", []) if name.startswith("--")]
    return options[0] if options else str(getattr(parameter, "metavar", None) or parameter.name)


def _options(context: object) -> list[str]:
    parameters = getattr(getattr(context, "command", None), "params", [])
    return [name for p in parameters for name in p.opts if name.startswith("--")] + ["--help"]


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def _plain(message: str) -> str:
    """Leave out what a validation library puts before its words."""
    return message.removeprefix("Value error, ").strip().rstrip(".")
