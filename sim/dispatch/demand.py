"""What the city asks for: incidents and their needs, drawn from a seed or read from a record.

Both ways give the same two tables. Drawing is a pure function of (seed, stream, item): the n-th
incident of a class has the same time, place and durations whatever the plan is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InputError
from sim.dispatch.places import assign_areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from sim.dispatch.model import District, IncidentClass

INCIDENT_COLUMNS = (
    "incident", "time_s", "lon", "lat", "area", "class_code", "priority", "target_s",
)  # fmt: skip
NEED_COLUMNS = ("incident", "need", "unit_type", "on_scene_s", "transport", "handover_s")


@dataclass(frozen=True)
class Demand:
    """Incidents in order of time, and one row for each unit that they need.

    Parameters
    ----------
    incidents
        incident (0, 1, ...), time_s, lon, lat (metres without streets), area (-1: none),
        class_code, priority, target_s.
    needs
        incident, need (0, 1, ... within the incident), unit_type (number of the district's type),
        on_scene_s, transport (0 or 1), handover_s; sorted by incident, then need.
    recorded
        Whether it is a record: then its places must lie near streets.
    """

    incidents: pd.DataFrame
    needs: pd.DataFrame
    recorded: bool = False

    def __post_init__(self) -> None:
        """Check columns, order and values."""
        for table, wanted, what in (
            (self.incidents, INCIDENT_COLUMNS, "incidents"),
            (self.needs, NEED_COLUMNS, "needs"),
        ):
            missing = [c for c in wanted if c not in table.columns]
            if missing:
                raise InputError(
                    f"the table of {what} lacks {', '.join(missing)}",
                    place="demand",
                    mend=f"it needs {', '.join(wanted)}",
                )
        time = self.incidents["time_s"].to_numpy(float)
        if not np.isfinite(time).all() or (np.diff(time) < 0).any() or (time < 0).any():
            raise InputError(
                "times of incidents are missing, negative or out of order",
                place="demand",
                mend="sort by time_s, seconds from the start",
            )
        if (self.incidents["incident"].to_numpy() != np.arange(len(time))).any():
            raise InputError(
                "incidents are not numbered 0, 1, ...", place="demand", mend="number them in order"
            )
        owner = self.needs["incident"].to_numpy()
        if len(owner) and ((np.diff(owner) < 0).any() or owner[0] < 0 or owner[-1] >= len(time)):
            raise InputError(
                "needs are not in the order of their incidents",
                place="demand",
                mend="sort by incident, then need",
            )
        for column in ("on_scene_s", "handover_s"):
            value = self.needs[column].to_numpy(float)
            if not np.isfinite(value).all() or (value < 0).any():
                row = int(np.argmax(~(np.isfinite(value) & (value >= 0))))
                raise InputError(
                    f"{column} is {value[row]}",
                    place=f"needs, row {row}",
                    mend="give seconds, 0 or more",
                )

    def content_hash(self) -> str:
        """SHA-256 of both tables' values, hexadecimal."""
        digest = hashlib.sha256()
        for table, columns in ((self.incidents, INCIDENT_COLUMNS), (self.needs, NEED_COLUMNS)):
            for column in columns:
                digest.update(np.ascontiguousarray(table[column].to_numpy(float)).tobytes())
        return digest.hexdigest()


def draw_demand(district: District, *, horizon_s: float, seed: int) -> Demand:
    """Draw the incidents of one replication.

    Parameters
    ----------
    district
        Its classes say how often, where and what; each needs `rate_per_h` and `places`.
    horizon_s
        Incidents are called in [0, horizon_s).
    seed
        Names the replication.

    Raises
    ------
    InputError
        If a class has neither rate nor places, or a negative rate.
    """
    from sim.arrivals import poisson_arrivals
    from sim.draws import stream_id

    parts: list[dict[str, NDArray[np.generic]]] = []
    for code, kind in enumerate(district.classes):
        if kind.rate_per_h is None or kind.places is None:
            raise InputError(
                "it has no rate or no places",
                place=f"class {kind.name}",
                mend="give both, or load a record",
            )
        rate = np.asarray(kind.rate_per_h, float)
        if rate.shape != (168,) or not np.isfinite(rate).all() or (rate < 0).any():
            raise InputError(
                "its rates are not 168 numbers of 0 or more",
                place=f"class {kind.name}",
                mend="give incidents an hour for each hour of the week",
            )
        time = poisson_arrivals(
            rate, horizon_s, district.week_start_s, seed, stream_id(f"dispatch/{kind.name}/time")
        )
        items = np.arange(len(time), dtype=np.int64)
        lon, lat = kind.places.draw(seed, stream_id(f"dispatch/{kind.name}/place"), items)
        parts.append(
            {
                "time_s": time, "lon": lon, "lat": lat, "item": items,
                "class_code": np.full(len(time), code),
                "priority": np.full(len(time), kind.priority),
                "target_s": np.full(len(time), float(kind.target_s)),
            }
        )  # fmt: skip
    merged = {key: np.concatenate([p[key] for p in parts]) for key in parts[0]} if parts else {}
    order = np.lexsort((merged["item"], merged["class_code"], merged["time_s"]))
    table = {key: value[order] for key, value in merged.items()}
    return demand_from_columns(district, table, seed=seed)


def demand_from_columns(
    district: District,
    columns: Mapping[str, NDArray[np.generic]],
    *,
    seed: int,
    measured: Mapping[str, NDArray[np.float64]] | None = None,
    recorded: bool = False,
) -> Demand:
    """Complete incidents with areas and needs; durations that were not measured are drawn.

    Parameters
    ----------
    district
        Areas, classes and unit types.
    columns
        time_s, lon, lat, item (number within its class, names the draws), class_code, priority,
        target_s; sorted by time.
    seed
        Of the draws.
    measured
        on_scene_s, handover_s, transport by incident where a record has them (NaN: drawn).
    recorded
        Whether the incidents are a record.
    """
    import pandas as pd

    n = len(columns["time_s"])
    lon, lat = np.asarray(columns["lon"], float), np.asarray(columns["lat"], float)
    incidents = pd.DataFrame(
        {
            "incident": np.arange(n, dtype=np.int64),
            "time_s": np.asarray(columns["time_s"], float),
            "lon": lon,
            "lat": lat,
            "area": assign_areas(district.areas, lon, lat),
            "class_code": np.asarray(columns["class_code"], np.int64),
            "priority": np.asarray(columns["priority"], np.int64),
            "target_s": np.asarray(columns["target_s"], float),
        }
    )
    code = incidents["class_code"].to_numpy()
    item = np.asarray(columns["item"], np.int64)
    blocks = [
        _needs_of_class(district, kind, np.flatnonzero(code == k), item[code == k], seed)
        for k, kind in enumerate(district.classes)
    ]
    joined = {key: np.concatenate([b[key] for b in blocks]) for key in NEED_COLUMNS}
    order = np.lexsort((joined["need"], joined["incident"]))
    needs = pd.DataFrame({key: value[order] for key, value in joined.items()})
    for key, value in (measured or {}).items():
        of_incident = np.asarray(value, float)[needs["incident"].to_numpy()]
        known = np.isfinite(of_incident)
        if key == "transport":
            types = [_transporting(district, kind) for kind in district.classes]
            may = np.array(
                [
                    unit in types[c]
                    for unit, c in zip(
                        needs["unit_type"], code[needs["incident"].to_numpy()], strict=True
                    )
                ],
                bool,
            )
            known &= may
            of_incident = (of_incident > 0).astype(float)
        drawn = needs[key].to_numpy().copy()
        drawn[known] = of_incident[known].astype(drawn.dtype)
        needs[key] = drawn
    return Demand(incidents, needs, recorded)


def _transporting(district: District, kind: IncidentClass) -> set[int]:
    """Numbers of the unit types that take patients of a class to hospital."""
    names = [t.name for t in district.unit_types]
    chosen = kind.transport_types or tuple(list(kind.needs)[:1])
    return {names.index(name) for name in chosen if name in names}


def _needs_of_class(
    district: District,
    kind: IncidentClass,
    incident: NDArray[np.int64],
    item: NDArray[np.int64],
    seed: int,
) -> dict[str, NDArray[np.generic]]:
    """Needs of the incidents of one class: durations come from draw number = need."""
    from sim.draws import stream_id, uniforms

    names = [t.name for t in district.unit_types]
    types = [names.index(name) for name, count in kind.needs.items() for _ in range(count)]
    transporting = _transporting(district, kind)
    columns: dict[str, list[NDArray[np.generic]]] = {key: [] for key in NEED_COLUMNS}
    for need, unit_type in enumerate(types):
        k = len(incident)
        may = unit_type in transporting and kind.transport_probability > 0
        goes = np.zeros(k, np.int8)
        handover = np.zeros(k)
        if may:
            u = uniforms(seed, stream_id(f"dispatch/{kind.name}/transport"), item, need)
            goes = (u < kind.transport_probability).astype(np.int8)
        if may and kind.handover is not None:
            stream = stream_id(f"dispatch/{kind.name}/hand-over")
            handover = kind.handover.sample(seed, stream, item, need)
        stream = stream_id(f"dispatch/{kind.name}/on scene")
        columns["incident"].append(incident)
        columns["need"].append(np.full(k, need, np.int64))
        columns["unit_type"].append(np.full(k, unit_type, np.int64))
        columns["on_scene_s"].append(kind.on_scene.sample(seed, stream, item, need))
        columns["transport"].append(goes)
        columns["handover_s"].append(handover)
    empty: dict[str, NDArray[np.generic]] = {
        "incident": np.zeros(0, np.int64), "need": np.zeros(0, np.int64),
        "unit_type": np.zeros(0, np.int64), "on_scene_s": np.zeros(0),
        "transport": np.zeros(0, np.int8), "handover_s": np.zeros(0),
    }  # fmt: skip
    return {key: np.concatenate(part) if part else empty[key] for key, part in columns.items()}
