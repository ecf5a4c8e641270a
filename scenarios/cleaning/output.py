"""Tables and maps of a run of street cleaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.output import write_features, write_ground, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.cleaning.build import BuiltCleaning
    from scenarios.cleaning.plan import CleaningPlan
    from sim.cleaning import Log

__all__ = ["write_maps", "write_replication"]


def write_replication(folder: Path, built: BuiltCleaning, plan: CleaningPlan, log: Log) -> None:
    """Write what happened in one replication, and the pieces and facilities that it speaks of.

    Parameters
    ----------
    folder
        Of the run; tables come into ``tables``.
    built, plan
        The scenario made ready, and its routes.
    log
        Of the replication.
    """
    import pandas as pd

    from sim.cleaning.log import OUTCOMES
    from sim.cleaning.plan import KINDS

    names = np.array(plan.vehicles.names, dtype=object)
    steps = log.steps()
    steps["vehicle"] = names[steps["vehicle"]]
    steps["kind"] = np.array(KINDS, dtype=object)[steps["kind"]]
    steps["outcome"] = np.array(OUTCOMES, dtype=object)[steps["outcome"]]
    write_table(folder, "steps", steps)
    out = log.out()
    out["vehicle"] = names[out["vehicle"]]
    out["planned_home_s"] = out["planned_leave_s"] + _planned_s(plan)
    out["plan_route"] = plan.number
    write_table(folder, "routes", out)
    write_table(folder, "clean", _clean(built, log))
    write_table(folder, "balance", log.balance())
    write_table(folder, "pieces", _pieces(built))
    places = (*built.question.depots, *built.question.dumps)
    rows = {
        "facility": list(range(len(places))),
        "name": [place.name for place in places],
        "kind": ["depot"] * len(built.question.depots) + ["dump"] * len(built.question.dumps),
        "lon": [place.lon for place in places],
        "lat": [place.lat for place in places],
    }
    write_table(folder, "facilities", pd.DataFrame(rows))


def _planned_s(plan: CleaningPlan) -> Any:  # noqa: ANN401 - an array
    """Seconds that each route was planned to take."""
    ends = plan.routes.first[1:] - 1
    return plan.routes.planned_end_s[ends]


def _clean(built: BuiltCleaning, log: Log) -> Any:  # noqa: ANN401 - a data frame
    """Share of length within the standard by hour from the start, class and area, by name."""
    table = log.clean_share()
    areas = np.array(built.area_names, dtype=object)
    table["class"] = np.array(built.classes, dtype=object)[table.pop("street_class")]
    table["area"] = areas[table["area"]]
    return table


def _pieces(built: BuiltCleaning) -> Any:  # noqa: ANN401 - a data frame
    import pandas as pd

    network, pieces = built.network, built.pieces
    edge = pieces.edge
    areas = np.array(built.area_names, dtype=object)
    return pd.DataFrame(
        {
            "piece": np.arange(len(pieces), dtype=np.int64),
            "edge": edge,
            "street": [network.names[code] for code in network.name[edge].tolist()],
            "class": [network.class_names[code] for code in network.road_class[edge].tolist()],
            "area": areas[pieces.area],
            "length_m": pieces.length_m,
            "growth_g_m_h": pieces.growth_g_m_h,
            "standard_g_m": pieces.standard_g_m,
        }
    )


def write_maps(folder: Path, built: BuiltCleaning) -> None:
    """Write streets, areas, depots and dump sites, and how clean each piece is.

    Parameters
    ----------
    folder
        Of the run, its summary written.
    built
        The scenario made ready.
    """
    import pandas as pd

    maps = folder / "maps"
    write_ground(maps, built.network, built.areas)
    question = built.question
    places = [
        {
            "type": "Feature",
            "properties": {"name": place.name, "kind": kind},
            "geometry": {
                "type": "Point",
                "coordinates": [round(place.lon, 6), round(place.lat, 6)],
            },
        }
        for kind, items in (("depot", question.depots), ("dump", question.dumps))
        for place in items
    ]
    write_features(maps / "facilities.geojson", places)
    summary = pd.read_parquet(folder / "tables" / "summary.parquet")
    rows = summary[(summary["by"] == "piece") & (summary["measure"] == "clean_share")]
    share = rows.assign(piece=rows["group"].astype(int)).set_index("piece")["mean"].sort_index()
    write_features(maps / "cleanliness.geojson", _piece_features(built, share.to_numpy()))


def _piece_features(built: BuiltCleaning, share: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """One line a piece, in the direction in which it is swept."""
    network = built.network
    points = np.column_stack([network.shape_lon, network.shape_lat]).round(6)
    features = []
    for piece, edge in enumerate(built.pieces.edge.tolist()):
        line = points[network.shape_ptr[edge] : network.shape_ptr[edge + 1]]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "piece": piece,
                    "street": network.names[network.name[edge]],
                    "class": network.class_names[network.road_class[edge]],
                    "clean_share": round(float(share[piece]), 4),
                },
                "geometry": {"type": "LineString", "coordinates": line.tolist()},
            }
        )
    return features
