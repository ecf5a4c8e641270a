"""What happened: one row a step done or missed, and how clean the streets were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.cleaning.layout import (
    R_BEGIN,
    R_DIVERTED,
    R_END,
    R_KIND,
    R_LOAD,
    R_METRES,
    R_OUTCOME,
    R_PLACE,
    R_REMOVED,
    R_REPAIR,
    R_ROUTE,
    R_STEP,
    R_VEHICLE,
    R_WAIT,
    R_WATER,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.cleaning.demand import Pieces
    from sim.cleaning.layout import Course
    from sim.cleaning.plan import Routes
    from sim.cleaning.setting import Vehicles

__all__ = ["OUTCOMES", "Log"]

DONE, MISSED, PASSED, LATE = 0, 1, 2, 3
OUTCOMES: Final = ("done", "missed", "passed by", "done late")
"""What became of a step, by code: "done late" is carried over to the vehicle's next route; "passed
by" means that it had been swept late on the same day."""


@dataclass(frozen=True, eq=False)
class Log:
    """What happened.

    Parameters
    ----------
    pieces, vehicles, routes
        As given to `sim.cleaning.simulate`.
    course
        The bare arrays, whole numbers; see `sim.cleaning.layout.Course`.
    """

    pieces: Pieces
    vehicles: Vehicles
    routes: Routes
    course: Course

    def steps(self) -> pd.DataFrame:
        """One row a step, by vehicle and in its order.

        Returns
        -------
        DataFrame
            vehicle, route (on which it is out; a step done late is of an earlier one), day; step
            (its place in the steps of `Routes`; -1 for ways that are in
            no plan: a diversion, home, to a piece carried over), kind (`KINDS`), piece (-1: none),
            facility (-1: none; of a drive where it leads, if it is no leg); planned_begin_s,
            planned_end_s; begin_s (when the vehicle came to it), wait_s (for a bay, for opening,
            for its earliest begin), repair_s, end_s; metres; removed_g (from the street; of a dump
            what it tipped), load_kg and water_l after it; diverted, missed, outcome (`OUTCOMES`).
            Times are seconds from time 0.
        """
        import pandas as pd

        rows = self.course.rows
        kind, place, step = rows[:, R_KIND], rows[:, R_PLACE], rows[:, R_STEP]
        route = rows[:, R_ROUTE]
        day = self.routes.day[route]
        planned = {
            name: np.full(len(rows), np.nan) for name in ("planned_begin_s", "planned_end_s")
        }
        known = step >= 0
        if known.any():
            whose = np.searchsorted(self.routes.first, step[known], side="right") - 1
            leaves = self.routes.day[whose] * 86_400.0 + self.routes.leave_s[whose]
            for name, column in planned.items():
                column[known] = leaves + getattr(self.routes, name)[step[known]]
        water = rows[:, R_WATER] / 1000.0
        return pd.DataFrame(
            {
                "vehicle": rows[:, R_VEHICLE],
                "route": route,
                "day": day,
                "step": step,
                "kind": kind,
                "piece": np.where(kind == 0, place, -1),
                "facility": np.where(kind == 0, -1, place),
                **planned,
                "begin_s": rows[:, R_BEGIN] / 1000.0,
                "wait_s": rows[:, R_WAIT] / 1000.0,
                "repair_s": rows[:, R_REPAIR] / 1000.0,
                "end_s": rows[:, R_END] / 1000.0,
                "metres": rows[:, R_METRES] / 1000.0,
                "removed_g": rows[:, R_REMOVED] / 1000.0,
                "load_kg": rows[:, R_LOAD] / 1e6,
                "water_l": water,
                "diverted": rows[:, R_DIVERTED] == 1,
                "missed": rows[:, R_OUTCOME] == MISSED,
                "outcome": rows[:, R_OUTCOME],
            }
        )

    def out(self) -> pd.DataFrame:
        """One row a route: route, vehicle, day, planned_leave_s, shift_end_s, leave_s, home_s."""
        import pandas as pd

        routes, began = self.routes, self.course.out
        leaves = routes.day * 86_400.0 + routes.leave_s
        return pd.DataFrame(
            {
                "route": np.arange(len(routes), dtype=np.int64),
                "vehicle": routes.vehicle,
                "day": routes.day,
                "planned_leave_s": leaves,
                "shift_end_s": leaves + routes.shift_s,
                "leave_s": began[:, 0] / 1000.0,
                "home_s": began[:, 1] / 1000.0,
            }
        )

    def clean_share(self) -> pd.DataFrame:
        """Share of street length that meets its standard.

        Returns
        -------
        DataFrame
            hour (from time 0, at its begin), street_class, area, length_km, share; one row for each
            hour and pair of class and area that has streets.
        """
        import pandas as pd

        classes, areas = self.cells()
        total = self.length_mm()
        there = np.flatnonzero(total > 0)
        clean = self.course.clean_mm[:, there]
        hours = len(clean)
        return pd.DataFrame(
            {
                "hour": np.repeat(np.arange(hours, dtype=np.int64), len(there)),
                "street_class": np.tile(classes[there], hours),
                "area": np.tile(areas[there], hours),
                "length_km": np.tile(total[there] / 1e6, hours),
                "share": (clean / total[there]).ravel(),
            }
        )

    def cells(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Class and area of each column of ``course.clean_mm``."""
        areas = self.pieces.areas
        at = np.arange(self.course.clean_mm.shape[1], dtype=np.int64)
        return at // areas, at % areas

    def length_mm(self) -> NDArray[np.int64]:
        """Street length of each column of ``course.clean_mm``, mm."""
        total = np.zeros(self.course.clean_mm.shape[1], dtype=np.int64)
        np.add.at(total, self.pieces.cell, self.pieces.length_mm)
        return total

    def dirt_g_m(self) -> NDArray[np.float64]:
        """Dirt of each piece at the begin of each hour, g/m, float64[hours, p].

        No rows unless ``keep_dirt`` was asked for.
        """
        return self.course.dirt_mg / 1000.0 / np.maximum(self.pieces.length_m, 1e-3)

    def balance(self) -> pd.DataFrame:
        """Kg of dirt by piece: start, grown, swept, flushed, washed, left."""
        import pandas as pd

        grown, swept, flushed, washed, left = self.course.balance
        columns = {
            "start": self.pieces.start_mg, "grown": grown, "swept": swept, "flushed": flushed,
            "washed": washed, "left": left,
        }  # fmt: skip
        return pd.DataFrame({f"{name}_kg": mg / 1e6 for name, mg in columns.items()})
