"""What is wrong in a scenario: every fault with its file, line and key, all of them at once."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from networks.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scenarios.toml_lines import KeyPath

__all__ = [
    "BadValueError",
    "FaultList",
    "Origin",
    "ScenarioError",
    "did_you_mean",
    "key_words",
    "nearest",
]

_NAMED_TABLES = {"unit_type", "incident_class", "hour_profile"}
_SUBTABLES = {
    ("network", "synthetic"),
    ("cleaning", "weather"),
    ("cleaning", "leaves"),
    ("cleaning", "energy"),
    ("cleaning", "cost"),
    *(("waste", table) for table in ("filling", "orders", "energy", "cost")),
}
_NUMBERED = {
    ("network", "period"),
    ("network", "closure"),
    ("cleaning", "market"),
    ("collection", "stream"),
    *(("waste", key) for key in ("facility", "hauler", "outage", "ban", "delivery", "site")),
}
_PLACEMENT_TABLES = {"demand", "candidates", "existing", "queue", "equity", "depot"}
# of a placement or of routes: written as a list in one line
_PLAIN_LISTS = {
    *("levels", "classes", "streets", "not_streets", "areas", "days", "break_after_h"),
    *("stream", "kinds", "kerb", "lunch"),
}


@dataclass(frozen=True)
class Origin:
    """Where a key of a merged scenario was written.

    Parameters
    ----------
    file
        The scenario file, as it is shown to the user.
    line
        Counted from 1; 0 where unknown.
    path
        The key's path in that file.
    """

    file: str
    line: int
    path: KeyPath


class ScenarioError(InputError):
    """A scenario that cannot be used, with all its faults.

    Parameters
    ----------
    faults
        At least one, in the order of their lines.
    """

    def __init__(self, faults: Sequence[InputError]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole."""
        return (type(self), (self.faults,))


class BadValueError(ValueError):
    """A single value that cannot be used; its text is ``what is wrong; mend``."""


@dataclass
class FaultList:
    """Collects faults of one scenario and finds the line of each.

    Parameters
    ----------
    origins
        Where each key of the merged scenario was written.
    file
        The file to name where a key was written nowhere.
    dropped
        Where an item that a base scenario had was taken away, by its table and name.
    """

    origins: dict[KeyPath, Origin]
    file: str
    faults: list[InputError] = field(default_factory=list)
    dropped: dict[tuple[str, str], Origin] = field(default_factory=dict)
    _order: list[tuple[str, int]] = field(default_factory=list)

    def add(self, path: KeyPath, message: str, mend: str | None = None) -> None:
        """Note a fault at a key; for a key that is missing, at the table that should hold it."""
        origin = self.origin(path)
        source = origin.path + path[len(origin.path) :] if origin.line else path
        where = f"{origin.file}:{origin.line}" if origin.line else origin.file
        fault = InputError(message, file=where, place=key_words(source) or None, mend=mend)
        if str(fault) not in {str(known) for known in self.faults}:
            self.faults.append(fault)
            self._order.append((origin.file, origin.line))

    def add_after_drop(
        self, table: str, path: KeyPath, message: str, mend: str | None = None
    ) -> None:
        """Note that something is lacking: where the last item of a table was dropped, if one was.

        What a base scenario says was sound, so the fault is not at `path` then.
        """
        drops = [origin for (kind, _), origin in self.dropped.items() if kind == table]
        if not drops:
            self.add(path, message, mend)
            return
        drop, origin = drops[-1], self.origin(path)
        user = key_words(origin.path[:2] if origin.line else path[:2])
        where = f"{user} of {origin.file}: " if user and origin.file != drop.file else ""
        fault = InputError(
            f"with this dropped, {where}{message}",
            file=f"{drop.file}:{drop.line}",
            place=key_words(drop.path) or None,
            mend=mend,
        )
        self.faults.append(fault)
        self._order.append((drop.file, drop.line))

    def add_dropped(self, table: str, name: str, user: KeyPath, what: str) -> bool:
        """Note that an item was dropped which something else still names; whether it was dropped.

        The fault lies where it was dropped: what the base scenario says was sound.
        """
        drop = self.dropped.get((table, name))
        if drop is None:
            return False
        origin = self.origin(user)
        place = key_words(origin.path[:2] if origin.line else user[:2])
        fault = InputError(
            f'drops {what} "{name}", which {place} of {origin.file} still needs',
            file=f"{drop.file}:{drop.line}",
            place=key_words(drop.path) or None,
            mend="drop or change that one, too",
        )
        if str(fault) not in {str(known) for known in self.faults}:
            self.faults.append(fault)
            self._order.append((drop.file, drop.line))
        return True

    def include(self, fault: InputError, path: KeyPath = ()) -> None:
        """Note a fault found elsewhere (a CSV, a reader); one without a file gets the key's."""
        if isinstance(fault, ScenarioError):
            for single in fault.faults:
                self.include(single, path)
        elif fault.file is None:
            message = f"{fault.place}: {fault.message}" if fault.place else fault.message
            self.add(path, message, fault.mend)
        else:
            origin = self.origin(path)
            self.faults.append(_with_short_file(fault))
            self._order.append((origin.file, origin.line))

    def origin(self, path: KeyPath) -> Origin:
        """Where a key, or the innermost table around it that is written, stands."""
        for length in range(len(path), 0, -1):
            found = self.origins.get(path[:length])
            if found is not None:
                return found
        return Origin(self.file, 0, ())

    def stop(self) -> None:
        """Raise all that was noted.

        Raises
        ------
        ScenarioError
            If anything was noted.
        """
        if self.faults:
            order = sorted(range(len(self.faults)), key=lambda i: self._order[i])
            raise ScenarioError([self.faults[i] for i in order])


def _with_short_file(fault: InputError) -> InputError:
    """Name the file as the user would, relative to where he stands."""
    if fault.file is None or not os.path.isabs(fault.file):  # noqa: PTH117 - it may end in :line
        return fault
    shown = os.path.relpath(fault.file)
    if len(shown) >= len(fault.file):
        return fault
    return InputError(fault.message, file=shown, place=fault.place, mend=fault.mend)


def key_words(path: KeyPath) -> str:
    """Write a key's path as TOML does.

    Examples
    --------
    >>> key_words(("unit_type", "ambulance", "turnout_day_s"))
    '[unit_type.ambulance] turnout_day_s'
    >>> key_words(("unit", 1, "station"))
    '[[unit]] #2 station'
    """
    if not path:
        return ""
    tables, number = 0, None
    if path[0] in _NAMED_TABLES or path[:2] in _SUBTABLES:
        tables = 2
    elif len(path) > 1 and isinstance(path[1], int):
        tables, number = 1, path[1]
    elif path[0] in {"placement", "routes"}:
        tables, number = _placement_header(path)
    elif path[:2] in _NUMBERED and len(path) > 2 and isinstance(path[2], int):
        tables, number = 2, path[2]
    else:
        tables = 1
    header = ".".join(str(part) for part in path[:tables])
    rest = path[tables:] if number is None else path[tables + 1 :]
    words = f"[{header}]" if number is None else f"[[{header}]] #{number + 1}"
    for position, part in enumerate(rest):
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += (" " if position == 0 else ".") + part
    return words


def _placement_header(path: KeyPath) -> tuple[int, int | None]:
    """Names in the header of a table in a [placement.NAME] or [routes.NAME], and its number."""
    number = path[3] if len(path) > 3 else None
    if isinstance(number, int) and path[2] not in _PLAIN_LISTS:
        return 3, number
    inner = len(path) > 3 and not isinstance(number, int) and path[2] in _PLACEMENT_TABLES
    return min(3 if inner else 2, len(path)), None


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Find the allowed word that a mistyped one is most like, if any is."""
    known = {name.lower(): name for name in allowed}
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return known[near[0]] if near else None


def did_you_mean(
    word: str, allowed: Iterable[str], *, what: str = "allowed", quote: str = ""
) -> str:
    """Word the mend for a name that does not exist: the nearest one, or those that do.

    Examples
    --------
    >>> did_you_mean("turnout_day_min", ["turnout_day_s", "night"])
    'did you mean turnout_day_s?'
    >>> did_you_mean("colour", ["lon", "lat"])
    'allowed: lon, lat'
    """
    names = list(allowed)
    near = nearest(word, names)
    if near is not None:
        return f"did you mean {quote}{near}{quote}?"
    if not names:
        return f"{what}: none"
    shown = ", ".join(f"{quote}{name}{quote}" for name in names[:12])
    return f"{what}: {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
