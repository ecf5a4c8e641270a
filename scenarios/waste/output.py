"""Tables and maps of a run of waste collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.output import write_features, write_ground, write_table
from scenarios.waste.facilities import KIND_NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.waste.build import BuiltWaste
    from scenarios.waste.plan import WastePlan
    from sim.waste import Log

__all__ = ["write_maps", "write_replication"]

_MS_H = 3_600_000.0


def write_replication(folder: Path, built: BuiltWaste, plan: WastePlan, log: Log) -> None:
    """Write what happened in one replication, and the stands and facilities that it speaks of.

    Parameters
    ----------
    folder
        Of the run; tables come into ``tables``.
    built, plan
        The scenario made ready, and its routes.
    log
        Of the replication.
    """
    write_table(folder, "stops", _stops(built, plan, log))
    write_table(folder, "routes", _routes(plan, log))
    write_table(folder, "hauls", _hauls(built, log))
    write_table(folder, "deliveries", _third(built, log))
    write_table(folder, "station_hours", _station_hours(built, log))
    write_table(folder, "overflow", _overflow(built, log))
    write_table(folder, "stands", _stands(built, log))
    write_table(folder, "facilities", _facilities(built))
    write_table(folder, "balance", _balance(built, plan, log))


def _named(codes: Any, names: list[str] | tuple[str, ...]) -> Any:  # noqa: ANN401 - arrays
    """Names of codes; empty for -1."""
    table = np.array([*names, ""], dtype=object)
    return table[np.asarray(codes, dtype=np.int64)]


def _stops(built: BuiltWaste, plan: WastePlan, log: Log) -> Any:  # noqa: ANN401 - a data frame
    from sim.waste.log import OUTCOMES
    from sim.waste.plan import KINDS

    stops = log.stops()
    stops["vehicle"] = _named(stops["vehicle"], list(plan.trucks.names or ()))
    stops["kind"] = _named(stops["kind"], KINDS)
    stops["outcome"] = _named(stops["outcome"], OUTCOMES)
    stops["facility"] = _named(stops["facility"], built.names)
    stops["plan_route"] = plan.number[stops["route"]] + 1
    return stops


def _routes(plan: WastePlan, log: Log) -> Any:  # noqa: ANN401 - a data frame
    out = log.out()
    out["vehicle"] = _named(out["vehicle"], list(plan.trucks.names or ()))
    out["plan_route"] = plan.number + 1
    out["of"] = [plan.of[number] for number in plan.number.tolist()]
    return out


def _hauls(built: BuiltWaste, log: Log) -> Any:  # noqa: ANN401 - a data frame
    hauls = log.hauls()
    names = [] if built.haulers is None else list(built.haulers.names or ())
    kind = hauls["kind"].to_numpy()
    hauls["hauler"] = _named(hauls["hauler"], names)
    hauls["from"] = _named(np.where(kind == 0, hauls["source"], -1), built.names)
    hauls["kind"] = _named(kind, ["container", "order", "home"])
    hauls["stream"] = _named(hauls["stream"], built.streams)
    hauls["facility"] = _named(hauls["facility"], built.names)
    return hauls


def _third(built: BuiltWaste, log: Log) -> Any:  # noqa: ANN401 - a data frame
    third = log.third()
    third["facility"] = _named(third["facility"], built.names)
    third["stream"] = _named(third["stream"], built.streams)
    return third


def _station_hours(built: BuiltWaste, log: Log) -> Any:  # noqa: ANN401 - a data frame
    """Facilities by hour: vehicles in line and bays in use on average, what is in the pit."""
    import pandas as pd

    hourly = log.course.hourly
    given = len(built.spec.facility)
    hours = len(hourly)
    series = hourly[:, :given].astype(np.float64)
    columns = {
        "hour": np.repeat(np.arange(hours), given),
        "facility": np.tile(np.array(built.names[:given], dtype=object), hours),
    }
    for code, (name, unit) in enumerate(
        (("in_line", _MS_H), ("bays_busy", _MS_H), ("blocked_h", _MS_H), ("full_h", _MS_H),
         ("pit_t", 1e6), ("containers", 1.0))
    ):  # fmt: skip
        columns[name] = (series[:, :, code] / unit).ravel()
    columns["tipped_t"] = (log.course.tipped[:, :given].sum(axis=2) / 1e6).ravel()
    return pd.DataFrame(columns)


def _overflow(built: BuiltWaste, log: Log) -> Any:  # noqa: ANN401 - a data frame
    """Bins over what they hold by hour from the start, stream and kind of point."""
    import pandas as pd

    over = log.course.over
    kinds = len(built.kinds)
    rows = []
    for cell in np.unique(built.stands.cell).tolist():
        stream, kind = divmod(cell, kinds)
        rows.append(
            pd.DataFrame(
                {
                    "hour": np.arange(len(over)),
                    "stream": built.streams[stream],
                    "kind": built.kinds[kind],
                    "bins_over": over[:, cell, 0] / _MS_H,
                    "litres": over[:, cell, 1] / 1e6,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _stands(built: BuiltWaste, log: Log) -> Any:  # noqa: ANN401 - a data frame
    import pandas as pd

    stands, rows, points = built.stands, built.rows, built.points
    grown, taken, left, over, fallen = log.course.stands.T
    return pd.DataFrame(
        {
            "stand": np.arange(len(stands), dtype=np.int64),
            "point": [points.name[k] for k in rows.row.tolist()],
            "stream": _named(stands.stream, built.streams),
            "kind": _named(stands.kind, built.kinds),
            "area": _named(stands.area, built.area_names),
            "lon": points.lon[rows.row],
            "lat": points.lat[rows.row],
            "bins": stands.bins,
            "holds_kg": stands.capacity_g / 1000.0,
            "kg_day": rows.litres_day * rows.density_kg_l,
            "came_kg": grown / 1000.0,
            "taken_kg": taken / 1000.0,
            "left_kg": left / 1000.0,
            "over_h": over / _MS_H,
            "beside_kg": fallen / 1000.0,
        }
    )


def _facilities(built: BuiltWaste) -> Any:  # noqa: ANN401 - a data frame
    import pandas as pd

    return pd.DataFrame(
        {
            "facility": np.arange(len(built.sites), dtype=np.int64),
            "name": built.names,
            "kind": [KIND_NAMES[code] for code in built.facilities.kind.tolist()],
            "lon": [site.lon for site in built.sites],
            "lat": [site.lat for site in built.sites],
            "bays": built.facilities.bays,
            "beyond_km": [*(one.beyond_km for one in built.spec.facility)]
            + [0.0] * (len(built.sites) - len(built.spec.facility)),
        }
    )


def _balance(built: BuiltWaste, plan: WastePlan, log: Log) -> Any:  # noqa: ANN401 - a data frame
    """Kilograms by stream: what came, and where it is; `lost_g` is 0, or something went wrong."""
    import pandas as pd

    course, n = log.course, len(built.streams)
    stream = built.stands.stream

    def of(codes: Any, grams: Any) -> Any:  # noqa: ANN401 - arrays
        return np.bincount(codes, weights=grams, minlength=n) / 1000.0

    grown, taken, left = course.stands[:, :3].T
    return pd.DataFrame(
        {
            "stream": built.streams,
            "start_kg": of(stream, np.rint(1000.0 * built.stands.start_kg)),
            "came_kg": of(stream, grown),
            "collected_kg": of(stream, taken),
            "left_kg": of(stream, left),
            "aboard_kg": of(plan.trucks.stream, course.aboard[:, 0]),
            "ordered_kg": course.flow[3] / 1000.0,
            "delivered_kg": course.flow[4] / 1000.0,
            "in_pits_kg": course.pit.sum(axis=0) / 1000.0,
            "in_presses_kg": course.flow[0] / 1000.0,
            "in_containers_kg": course.flow[1] / 1000.0,
            "on_haulers_kg": course.flow[2] / 1000.0,
            "ended_kg": course.final.sum(axis=0) / 1000.0,
            "lost_g": np.abs(log.balance()).sum(axis=0),
        }
    )


def write_maps(folder: Path, built: BuiltWaste) -> None:
    """Write streets, areas, facilities, and how often each point has a bin that is over.

    Parameters
    ----------
    folder
        Of the run, its summary and stands written.
    built
        The scenario made ready.
    """
    import pandas as pd

    maps = folder / "maps"
    write_ground(maps, built.network, built.areas)
    facilities = _facilities(built)
    write_features(
        maps / "facilities.geojson",
        [
            _point(row["lon"], row["lat"], name=row["name"], kind=row["kind"])
            for row in facilities.to_dict("records")
        ],
    )
    summary = pd.read_parquet(folder / "tables" / "summary.parquet")
    rows = summary[(summary["by"] == "stand") & (summary["measure"] == "overflown_share")]
    share = rows.assign(stand=rows["group"].astype(int)).set_index("stand")["mean"]
    stands = pd.read_parquet(folder / "tables" / "stands.parquet")
    write_features(
        maps / "overflow.geojson",
        [
            _point(
                row["lon"], row["lat"], stand=row["stand"], point=row["point"],
                stream=row["stream"], kind=row["kind"],
                overflown_share=round(float(share[row["stand"]]), 5),
            )
            for row in stands.to_dict("records")
        ],
    )  # fmt: skip


def _point(lon: float, lat: float, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - of any kind
    return {
        "type": "Feature",
        "properties": facts,
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
    }
