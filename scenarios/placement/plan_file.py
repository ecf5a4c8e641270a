"""The plan as files that people edit and that a simulation reads.

``NAME.csv`` has one row a site, the open ones first, in the columns that ``--from`` reads back:
whoever writes ``open`` or ``closed`` into `lock` has the rest chosen anew. It begins with a byte
order mark, so that spreadsheets show Chinese. ``stations.csv`` and ``units.csv`` are what
``[stations]`` and ``[units]`` of a scenario read; they are written where the sites are posts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.placement.answer_tables import site_sizes

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from scenarios.placement.answer import Answer

__all__ = ["PLAN_COLUMNS", "plan_table", "station_table", "unit_table", "write_plan"]

PLAN_COLUMNS = (
    "site",
    "name",
    "lon",
    "lat",
    "open",
    "lock",
    "kind",
    "area",
    "size",
    "cost",
    "served_weight",
)


def plan_table(answer: Answer) -> pd.DataFrame:
    """One row a site, open ones first, in the columns of `PLAN_COLUMNS`.

    Parameters
    ----------
    answer
        The plan.
    """
    table = answer.tables["candidates"].copy()
    table["lock"] = _locks(answer)
    opened = answer.solution.open_sites
    sizes = site_sizes(answer.question, answer.solution)
    size = np.full(len(table), "", dtype=object)
    if sizes is not None:
        size[opened] = [str(value) for value in sizes]
    table["size"] = size
    served = np.full(len(table), np.nan)
    served[opened] = answer.tables["sites"]["served_weight"].to_numpy()
    table["served_weight"] = served.round(3)
    if "cost" not in table:
        table["cost"] = np.nan
    table["lon"], table["lat"] = table["lon"].round(7), table["lat"].round(7)
    table = table.sort_values(["open", "site"], ascending=[False, True], kind="stable")
    return table[list(PLAN_COLUMNS)].reset_index(drop=True)


def _locks(answer: Answer) -> list[str]:
    """Say what a person locked; the sites that the scenario itself fixes need no lock."""
    sites = answer.question.sites
    if "lock" not in sites:
        return [""] * len(sites)
    return [str(lock or "") for lock in sites["lock"]]


def station_table(answer: Answer) -> pd.DataFrame:
    """Open sites as stations: name, lon, lat; a name that two have gets a number."""
    sites = answer.tables["sites"]
    table = sites[["name", "lon", "lat"]].copy()
    table["name"] = _unlike(sites["name"].astype(str).tolist())
    table["lon"], table["lat"] = table["lon"].round(7), table["lat"].round(7)
    return table.reset_index(drop=True)


def unit_table(answer: Answer) -> pd.DataFrame | None:
    """Units at the open sites: type, station, count; None where the plan places no units.

    The type is the first of the scenario's unit types, and "unit" where it has none.
    """
    import pandas as pd

    is_units = type(answer.question.problem).__name__ in {"ExpectedCover", "AvailabilityCover"}
    if not is_units or answer.solution.sizes is None:
        return None
    types = list(answer.question.scenario.spec.unit_type)
    return pd.DataFrame(
        {
            "type": types[0] if types else "unit",
            "station": station_table(answer)["name"],
            "count": answer.solution.sizes,
        }
    )


def _unlike(names: list[str]) -> list[str]:
    """Names of which no two are equal."""
    taken: set[str] = set()
    found = []
    for name in names:
        unlike, number = name or "site", 1
        while unlike in taken:
            number += 1
            unlike = f"{name or 'site'} {number}"
        taken.add(unlike)
        found.append(unlike)
    return found


def write_plan(folder: Path, answer: Answer) -> list[Path]:
    """Write the plan into ``plan/`` of a folder.

    Parameters
    ----------
    folder
        The run folder.
    answer
        The plan.

    Returns
    -------
    list of Path
        The files, the plan itself first.
    """
    place = folder / "plan"
    place.mkdir(exist_ok=True)
    table = plan_table(answer)
    name = answer.question.name
    files = [place / f"{name}.csv", place / f"{name}.geojson"]
    _write_csv(files[0], table)
    opened = table[table["open"] == 1]
    files[1].write_text(_points_text(opened), encoding="utf-8")
    units = unit_table(answer)
    if units is not None or answer.question.preset == "posts":
        for stem, more in (("stations", station_table(answer)), ("units", units)):
            if more is not None:
                files.append(place / f"{stem if stem != name else f'run-{stem}'}.csv")
                _write_csv(files[-1], more)
    return files


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _points_text(table: pd.DataFrame) -> str:
    """Rows with lon and lat as a GeoJSON text."""
    features = []
    for row in table.to_dict("records"):
        place = [row.pop("lon"), row.pop("lat")]
        features.append(
            {
                "type": "Feature",
                "properties": {key: _plain(value) for key, value in row.items()},
                "geometry": {"type": "Point", "coordinates": place},
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell, as JSON has it
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
