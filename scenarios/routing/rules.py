"""What must fit together in [routes.NAME] tables, before any street is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scenarios.routing.schema import RoutesSpec, of_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.faults import FaultList

__all__ = ["check_routes", "depots_and_dumps"]


def _routes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = document.get("routes")
    if isinstance(tables, dict):
        yield from ((name, t) for name, t in tables.items() if isinstance(t, dict))


def depots_and_dumps(document: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Find the places in the tables, for [scenario] crs to convert."""
    for _, table in _routes(document):
        if isinstance(table.get("depot"), dict):
            yield [table["depot"]]
        if isinstance(table.get("dump"), list):
            yield [item for item in table["dump"] if isinstance(item, dict)]


def check_routes(document: dict[str, Any], faults: FaultList) -> None:
    """Note what does not fit together, in every table whose single values are sound.

    Parameters
    ----------
    document
        The merged scenario.
    faults
        Takes what is found.
    """
    for name, table in _routes(document):
        path = ("routes", name)
        if "network" not in document:
            faults.add(path, "there are no streets to route on", "add [network] source = ...")
        try:
            spec = RoutesSpec.model_validate(table)
        except ValidationError:
            continue  # each wrong value is noted where the whole scenario is read
        for key in ("sweep_kmh", "dirt_kg_per_km"):
            for word in spec.classes:
                if of_class(getattr(spec, key), word) is None:
                    faults.add(
                        (*path, key),
                        f'has no figure for class "{word}"',
                        "add it, or other = ... for all the rest",
                    )
        names = [dump.name for dump in spec.dump]
        for number, dump in enumerate(spec.dump):
            if dump.name in names[:number]:
                faults.add(
                    (*path, "dump", number, "name"),
                    f'"{dump.name}" is there twice',
                    "give each dump site a name of its own",
                )
