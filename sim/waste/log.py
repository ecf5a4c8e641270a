"""What happened: one row a stop, one a long haul, and what stands and facilities went through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.waste import layout as at

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.waste.layout import Course
    from sim.waste.plan import Routes
    from sim.waste.setting import Facilities, Stands, Trucks

__all__ = ["OUTCOMES", "Log"]

DONE, MISSED, PASSED, LATE = 0, 1, 2, 3
OUTCOMES: Final = ("done", "missed", "passed by", "done late")
"""What became of a step, by code: "done late" is carried over to the truck's next route; "passed
by" means that it had been served late on the same day."""


@dataclass(frozen=True, eq=False)
class Log:
    """What happened.

    Parameters
    ----------
    stands, facilities, trucks, routes
        As given to `sim.waste.simulate`.
    delivery : int64[d, 4]
        What others brought: ms, facility, stream, g.
    course
        The bare arrays, whole numbers; see `sim.waste.layout.Course`.
    warmup_days
        First day that is measured.
    """

    stands: Stands
    facilities: Facilities
    trucks: Trucks
    routes: Routes
    delivery: NDArray[np.int64]
    course: Course
    warmup_days: int = 0

    def stops(self) -> pd.DataFrame:
        """One row a stop of a truck, with the way there, by truck and in its order.

        Returns
        -------
        DataFrame
            vehicle, route (on which it is out; a stop done late is of an earlier one), day; step
            (its place in the steps of `Routes`; -1 for what is in no plan: a diversion, home), kind
            (`KINDS`), stand and facility (-1: none); planned_begin_s, planned_end_s; left_s (when
            it set out for it), came_s, begin_s, end_s, repair_s; metres and aboard_kg of the way;
            taken_kg and taken_l (loose) of a collection, tipped_kg of an unloading, bins emptied,
            ground_kg (beside the bins when it began); diverted, outcome (`OUTCOMES`). Times are
            seconds from time 0.
        """
        import pandas as pd

        rows = self.course.rows
        kind, target = rows[:, at.L_KIND], rows[:, at.L_TARGET]
        step, route = rows[:, at.L_STEP], rows[:, at.L_ROUTE]
        planned = {
            name: np.full(len(rows), np.nan) for name in ("planned_begin_s", "planned_end_s")
        }
        known = step >= 0
        if known.any():
            whose = np.searchsorted(self.routes.first, step[known], side="right") - 1
            leaves = self.routes.day[whose] * 86_400.0 + self.routes.leave_s[whose]
            for name, column in planned.items():
                column[known] = leaves + getattr(self.routes, name)[step[known]]
        grams = rows[:, at.L_G] / 1000.0
        seconds = {
            name: rows[:, column] / 1000.0
            for name, column in (
                ("left_s", at.L_LEFT), ("came_s", at.L_CAME), ("begin_s", at.L_BEGAN),
                ("end_s", at.L_ENDED), ("repair_s", at.L_REPAIR),
            )
        }  # fmt: skip
        return pd.DataFrame(
            {
                "vehicle": rows[:, at.L_VEHICLE],
                "route": route,
                "day": self.routes.day[route],
                "step": step,
                "kind": kind,
                "stand": np.where(kind == 0, target, -1),
                "facility": np.where(kind == 0, -1, target),
                **planned,
                **seconds,
                "metres": rows[:, at.L_MM] / 1000.0,
                "aboard_kg": rows[:, at.L_ABOARD] / 1000.0,
                "taken_kg": np.where(kind == 0, grams, 0.0),
                "taken_l": np.where(kind == 0, rows[:, at.L_ML] / 1000.0, 0.0),
                "tipped_kg": np.where(kind == 0, 0.0, grams),
                "bins": rows[:, at.L_BINS],
                "ground_kg": rows[:, at.L_GROUND] / 1000.0,
                "diverted": rows[:, at.L_DIVERTED] == 1,
                "outcome": rows[:, at.L_OUTCOME],
            }
        )

    def out(self) -> pd.DataFrame:
        """One row a route.

        Returns
        -------
        DataFrame
            route, vehicle, day, planned_leave_s, shift_end_s, leave_s, home_s (NaN: not in the
            run), passed_over (stands that its selection did not choose).
        """
        import pandas as pd

        routes, out = self.routes, self.course.out
        leaves = routes.day * 86_400.0 + routes.leave_s
        return pd.DataFrame(
            {
                "route": np.arange(len(routes), dtype=np.int64),
                "vehicle": routes.vehicle,
                "day": routes.day,
                "planned_leave_s": leaves,
                "shift_end_s": leaves + routes.shift_s,
                "leave_s": _seconds(out[:, 0]),
                "home_s": _seconds(out[:, 1]),
                "passed_over": out[:, 2],
            }
        )

    def hauls(self) -> pd.DataFrame:
        """One row a long haul, by hauler and in its order.

        Returns
        -------
        DataFrame
            hauler; kind (0 container, 1 load of an order, 2 way home); source (station or number of
            the order, -1 of a way home); stream, kg; left_s, came_s (at the load), loaded_s;
            facility to which it went, arrived_s, begin_s, end_s (of tipping; of a way home its
            end); repair_s; metres_empty (to the load, or home), metres_loaded.
        """
        import pandas as pd

        rows = self.course.hauls
        return pd.DataFrame(
            {
                "hauler": rows[:, at.U_HAULER],
                "kind": rows[:, at.U_KIND],
                "source": rows[:, at.U_SOURCE],
                "stream": rows[:, at.U_STREAM],
                "kg": rows[:, at.U_G] / 1000.0,
                "left_s": rows[:, at.U_LEFT] / 1000.0,
                "came_s": rows[:, at.U_CAME] / 1000.0,
                "loaded_s": rows[:, at.U_LOADED] / 1000.0,
                "facility": rows[:, at.U_TO],
                "arrived_s": rows[:, at.U_ARRIVED] / 1000.0,
                "begin_s": rows[:, at.U_BEGAN] / 1000.0,
                "end_s": rows[:, at.U_ENDED] / 1000.0,
                "repair_s": rows[:, at.U_REPAIR] / 1000.0,
                "metres_empty": rows[:, at.U_MM_EMPTY] / 1000.0,
                "metres_loaded": rows[:, at.U_MM_LOADED] / 1000.0,
            }
        )

    def third(self) -> pd.DataFrame:
        """One row a delivery of others: facility, stream, kg, came_s, begin_s, end_s (NaN: not)."""
        import pandas as pd

        return pd.DataFrame(
            {
                "facility": self.delivery[:, at.D_FACILITY],
                "stream": self.delivery[:, at.D_STREAM],
                "kg": self.delivery[:, at.D_G] / 1000.0,
                "came_s": self.delivery[:, at.D_TIME] / 1000.0,
                "begin_s": _seconds(self.course.third[:, 0]),
                "end_s": _seconds(self.course.third[:, 1]),
            }
        )

    def balance(self) -> NDArray[np.int64]:
        """G by stream that are too many or too few at stands, on trucks and beyond, int64[3, s].

        All are 0, or the simulation lost something: start + grown of stands, less what rows say
        was taken and what is left; taken - aboard - tipped by trucks; tipped by trucks, delivered
        and loaded from orders less what is in pits, presses, containers, on haulers, and has found
        its end.
        """
        course, stands = self.course, self.stands
        streams = self.facilities.accepts.shape[1]

        def by(stream: NDArray[np.int64], grams: NDArray[np.int64]) -> NDArray[np.int64]:
            total = np.zeros(streams, dtype=np.int64)
            np.add.at(total, stream, grams)
            return total

        start = np.rint(stands.start_kg * 1000.0).astype(np.int64)
        grown, left = course.stands[:, [at.G_GROWN, at.G_LEFT]].T
        took = course.rows[course.rows[:, at.L_KIND] == 0]
        collected = by(stands.stream[took[:, at.L_TARGET]], took[:, at.L_G])
        tips = course.rows[course.rows[:, at.L_KIND] == 1]
        tipped = by(self.trucks.stream[tips[:, at.L_VEHICLE]], tips[:, at.L_G])
        flow = course.flow
        there = course.pit.sum(axis=0) + course.final.sum(axis=0)
        there = there + flow[[at.W_PRESSES, at.W_CONTAINERS, at.W_HAULERS]].sum(axis=0)
        return np.stack(
            [
                by(stands.stream, start + grown) - collected - by(stands.stream, left),
                collected - by(self.trucks.stream, course.aboard[:, 0]) - tipped,
                tipped + flow[[at.W_ORDERS, at.W_DELIVERED]].sum(axis=0) - there,
            ]
        )


def _seconds(ms: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(ms < 0, np.nan, ms / 1000.0)
