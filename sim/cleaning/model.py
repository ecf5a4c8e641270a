"""Street cleaning: dirt comes to the streets, and sweepers on their routes take it away.

Rules, in words (both engines follow them to the letter; `reference` is the specification)
------------------------------------------------------------------------------------------
1. *Dirt* of a piece grows evenly within each hour, by its rate times the factors of the hour of the
   week and of the day. At the rain hour of a rainy day a share of what lies is washed away.
2. A *sweep* takes what lies when it ends, times the share that its speed removes, times the share
   of the kerb that no parked car blocks. The blocked share is drawn by piece and hour in which the
   sweep begins, so any plan meets the same cars. What is taken goes into the hopper, as much as it
   still holds; a vehicle without a hopper flushes it away.
3. Before it goes on to the next piece (unless a stop at a facility comes first) a vehicle looks
   whether its hopper will take what lies there if no car stands in the way, and whether its water
   will do. If not, it *diverts*: to the facility with the least sum of the way there, the wait
   until it opens and the way from there to the piece (of equal ones the first); it empties and
   fills what it can there, and comes back to the piece. An empty hopper always sweeps on.
4. *Facilities* serve as many vehicles as they have bays, first come first served, and begin to
   serve only within their opening hours. Service times are drawn by vehicle and visit.
5. *Edges* take the time of the period of the week in which they are entered; ways of a diversion,
   home, or to a piece that is carried over that of the period in which they begin.
6. *Breakdowns* come after exponential times of driving and sweeping; the vehicle stands where it is
   until it is repaired, then goes on.
7. *Shift end*: a vehicle takes its next step (other than the drive that ends its route) only if it
   would be home by the end of its shift and ``overtime_s``, were it to go home at once. Else it
   does go home, with what is in its hopper, and its sweeps left are *missed*.
8. *Carry-over* "next": on its next route the vehicle first drives to the first piece that it
   missed, does what was left of that route (without breaks, windows or further carry-over to the
   count of missed) and then its new route; a piece that was swept so is passed by where it comes
   again on the same day. With "drop" missed pieces wait for the next route that has them.
9. A route that should leave while its vehicle is still out leaves when it is back. At time 0
   hoppers are empty and tanks full; what is in them stays from route to route.
10. At one instant first the hour turns (rain, opening, what is counted by hour), then services end,
    then all else, by number of the vehicle.

All amounts are whole numbers inside (milligrams, millilitres, milliseconds, millimetres, millionths
of a share), so both engines give equal bits and the balance holds to the milligram.

References
----------
That one pass removes (available share) x (efficiency) x (what lies) is the form of the Storm Water
Management Model: Rossman & Huber (2016), SWMM Reference Manual III, Water Quality, EPA/600/R-16/093
(street sweeping); build-up at a rate and wash-off by rain go back to Sartor & Boyd (1972), Water
Pollution Aspects of Street Surface Contaminants, EPA-R2-72-081, who also found that efficiency
falls with speed. The straight line between two measured speeds is the plainest such form, and the
default points are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from networks.errors import InputError
from sim.columns import numbers

if TYPE_CHECKING:
    from sim.cleaning.demand import Pieces, Weather
    from sim.cleaning.log import Log
    from sim.cleaning.plan import Routes
    from sim.cleaning.setting import Facilities, Roads, Vehicles
    from sim.draws import Word

__all__ = ["Rules", "simulate"]

Carry = Literal["next", "drop"]
Engine = Literal["kernel", "simpy"]


@dataclass(frozen=True)
class Rules:
    """What crews do when a route does not go as planned.

    Parameters
    ----------
    overtime_s
        Most time after the end of the shift at which a vehicle is home, if it can.
    carry
        What becomes of missed pieces: "next" (first on the vehicle's next route) or "drop".

    Raises
    ------
    InputError
        If a value has no meaning.
    """

    overtime_s: float = 1800.0
    carry: Carry = "next"

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        numbers(self.overtime_s, (), "overtime_s", "rules", endless=True)
        if self.carry not in {"next", "drop"}:
            raise InputError(f"carry is {self.carry!r}", place="rules", mend="next or drop")


def simulate(
    pieces: Pieces,
    facilities: Facilities,
    vehicles: Vehicles,
    roads: Roads,
    routes: Routes,
    *,
    days: int,
    seed: Word,
    weather: Weather | None = None,
    rules: Rules | None = None,
    first_weekday: int = 0,
    keep_dirt: bool = False,
    engine: Engine = "kernel",
) -> Log:
    """Simulate days of street cleaning, and on until the last vehicle is home.

    Parameters
    ----------
    pieces, facilities, vehicles, roads
        The district.
    routes
        The plan.
    days
        How many; cleanliness is counted at the begin of each of their hours.
    seed
        Names the replication: weather, parked cars, times of service, breakdowns.
    weather
        Dry if not given.
    rules
        `Rules` with its defaults if not given.
    first_weekday
        Weekday of the first day, 0 Monday to 6 Sunday.
    keep_dirt
        Whether the Log keeps the dirt of every piece at every hour.
    engine
        ``"kernel"``, or ``"simpy"`` for the reference.

    Raises
    ------
    InputError
        If tables do not fit each other, a vehicle has nowhere to dump or to fill its tank, or uses
        more water for one piece than its tank holds.
    """
    from sim.cleaning.log import Log
    from sim.cleaning.prepare import prepare

    world = prepare(
        pieces, facilities, vehicles, roads, routes, days, seed, weather, rules or Rules(),
        first_weekday, keep_dirt=keep_dirt,
    )  # fmt: skip
    if engine == "simpy":
        from sim.cleaning.reference import clean
    else:
        from sim.cleaning.run import clean
    return Log(pieces, vehicles, routes, clean(world))
