"""Household waste: bins fill, trucks empty them on their routes, stations press, haulers drive on.

Rules, in words (both engines follow them to the letter; `reference` is the specification)
------------------------------------------------------------------------------------------
Times are whole ms from time 0, amounts whole g; ``//`` rounds down. An hour or a day is named by
its number from time 0, which is a midnight.

1. *Filling.* G(b, h) g come to stand b in hour h (`World.filling`; nothing after the days), evenly:
   up to t ms after the begin of the hour G * t // 3,600,000. What lies beyond what the stand holds
   lies beside the bins. The stand is *over* at a moment if more lies than it holds; the time over
   and the g that fell beside (the growth of what lies beyond) are counted exactly, for the days
   only; by hour as time x bins and as g x ML_KG (thousandths of ml).
2. *Collecting* begins when the truck is there, not before its earliest time. Bins emptied are
   those not empty: the least whole number not below bins x min(lying, holds) / holds, of what lies
   then. It lasts STOP + BIN x bins emptied + ground_us x (ground g x ML_KG // 1000) // 1000 ms (and
   repairs). At its end the truck takes all that lies, as far as it fits: by mass the room left, by
   volume the most g with g x ML_KG // 1000 not above the room left in ml of loose waste. The rest
   stays.
3. *Ways.* ``reach(a, b, t)``: who leaves a for b at t sets out at once if the period of that hour
   has a way, else at the begin of the first later hour whose period has one; it takes that
   period's time. ``opening(f, t)``: t if the hour of t is open by plan, else the begin of the first
   later hour that is.
4. *Choice of a facility* for a load of some g and stream, from a place at t, then on to another:
   of the facilities that accept the stream and, when one chooses, are not out in this hour and have
   *intake left* (none used today, or used + load is not beyond a day's), that with the least time
   of arrival reach(f, on, opening(f, reach(place, f, t))), or of opening where it goes nowhere on;
   of equal ones the first. If there is none (and it must go): of all that accept the stream, with
   the opening after max(reach, next midnight) in place of reach.
5. *Next step.* When a truck leaves the depot or is done with a stop it looks at the next step of
   its route.

   a. A collection is *passed by* (a row, if it is of the route on which the truck is out) if the
      stand was served late (rule 9) on the day of that route; it is *passed over* (counted, no row)
      if the selection of the step's route does not choose it, by what lies now: threshold: lying /
      holds >= share; predicted: (lying + mean) / holds >= share, mean the expected g of ``ahead_h``
      hours from this one on (by hour of the week; factors of days are not known); risk: holds -
      lying - mean <= z x sqrt(mean x LUMP), the normal approximation of P(overflow) >= share. An
      unloading with nothing aboard and a break that was taken are passed over. Then the step
      after it is looked at.
   b. A truck with a load that sees that what lies at the stand does not fit must *divert*: it
      chooses a facility (rule 4, it must go) with the stand to go on to. Its time there is that
      arrival, else reach(here, stand, now); the expected end adds the wait for the earliest
      time and the service of what lies now. An empty truck always collects. The expected end of
      an unloading is opening(f, reach(here, f, now)), that of a break its own.
   c. If the route has a break not yet taken, and the expected end is after its latest begin, the
      break is the next step.
   d. *Shift end*: if after the expected end it could not be home by the end of shift and
      ``overtime_s``, it ends the route. Home is reached by way of a facility (rule 4, without "must
      go", if there is one) if ``empty_home`` and it would have a load: now aboard (0 after a
      diversion) + lying, or aboard for a break; none after an unloading. The rest of its own route
      (from this step, or from its first if this one is of an earlier route) is gone through:
      collections passed by and passed over as in a., the others are *missed* (a row).
   e. Else it goes. After a diversion it looks at the same step again. A break is held where the
      truck stands or at its facility, from max(arrival, earliest) on for its length.
6. *At the end of a route* a truck with a load, if ``empty_home``, goes to the facility that rule 4
   (without "must go") gives on the way to the depot, if it would be home so by the end of shift
   and overtime; then home. A route that should leave while its truck is still out leaves when it is
   back. At time 0 trucks are empty; what is aboard stays from route to route.
7. *Breakdowns* come after exponential times of driving and collecting (loading, for haulers); the
   vehicle stands where it is until it is repaired, then goes on.
8. *Facilities*: one line each, first come first served; only the first of the line is looked at.
   It begins to tip when a bay is free, the hour is open and not out, intake is left (rule 4), and
   at a station *booked* + load is not beyond the pit, or booked is 0. Booked is what is in the pit
   and being tipped. It takes the free bay of the lowest number; intake of the day and booked are
   raised at once, and the load is down when tipping ends. Times of tipping are drawn by vehicle
   and visit.
9. *Carry-over* "next": on its next route a truck first does what was left of the earliest
   route that it did not finish, from the first collection left on (selection anew, not counted;
   unloadings; no breaks or windows), then the next of these, then its new route. With "drop" missed
   stands wait for the next route that has them.
10. *Stations.* After whatever changes at a facility: again and again (i) who may begin to tip
    begins; (ii) if it is not out, a press is idle, and full and begun containers are fewer than its
    places: of the stream with most in the pit (of equal ones the first) a whole container is taken,
    or all there is if that is less and the hour is closed by plan or the first of the line is kept
    out by the pit alone; the idle press of the lowest number presses it, g x 3,600,000 // PRESS ms;
    until neither. The container is full then, and stands in its place until a hauler has loaded it.
11. *Haulers* idle at home. A station's containers wait in the order in which they were full, orders
    in that of their time; an order is split into loads of what each hauler carries. When there is a
    job, the idle hauler of the pool with the lowest number that is allowed to set out in this hour
    takes the first. It drives to the load, loads (a drawn time), chooses a facility (rule 4, it
    must go, nowhere on; for containers of those the station sends to), waits in line there, tips,
    and takes the next job if it is allowed, else drives home, where it is idle.
12. *At one instant* first the hour turns; then, in this order, all by number: who is in a bay ends,
    presses end, the next delivery of others comes, the next order is ready, trucks, haulers. Who
    has ended in a bay goes on at once, after rule 10. At a turn: the run ends (from the end of
    the days on, when all routes have ended; a week after the days in any case); at midnight intake
    begins anew; pits and containers are counted; rule 10 for each facility; rule 11 for the
    station of each, then orders. When a container is full: rule 10, then 11. A hauler's loading
    frees the container's place at its end: rule 10 there before it drives on.

What is aboard, in the line, being tipped, pressed or hauled when the run ends is left as it is, so
that nothing is lost: what lay and came is taken or lies; what was taken is aboard or tipped; what
was tipped, delivered and loaded from orders is in a pit, a press, a container, on a hauler, or has
found its end. Both engines give equal numbers.

References
----------
Bins that fill at random, and choosing by what is sensed which to empty: Johansson (2006), The
effect of dynamic scheduling and routing in a solid waste management system, Waste Management
26(8):875-885; Mes, Schutten & Perez Rivera (2014), Inventory routing for dynamic waste collection,
Waste Management 34(9):1564-1576.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from networks.errors import InputError
from sim.columns import numbers

if TYPE_CHECKING:
    from sim.draws import Word
    from sim.waste.demand import Deliveries, Filling, Orders
    from sim.waste.log import Log
    from sim.waste.plan import Routes
    from sim.waste.roads import Roads
    from sim.waste.setting import Facilities, Haulers, Outages, Stands, Trucks

__all__ = ["Rules", "simulate"]

Carry = Literal["next", "drop"]
Engine = Literal["kernel", "simpy"]


@dataclass(frozen=True)
class Rules:
    """What crews do when a route does not go as planned.

    Parameters
    ----------
    overtime_s
        Most time after the end of the shift at which a truck is home, if it can.
    carry
        What becomes of missed stands: "next" (first on the truck's next route) or "drop".
    empty_home
        Whether trucks tip what they have aboard before they go home.

    Raises
    ------
    InputError
        If a value has no meaning.
    """

    overtime_s: float = 1800.0
    carry: Carry = "next"
    empty_home: bool = True

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        numbers(self.overtime_s, (), "overtime_s", "rules", endless=True)
        if self.carry not in {"next", "drop"}:
            raise InputError(f"carry is {self.carry!r}", place="rules", mend="next or drop")


def simulate(
    stands: Stands,
    facilities: Facilities,
    trucks: Trucks,
    haulers: Haulers | None,
    roads: Roads,
    routes: Routes,
    filling: Filling,
    orders: Orders | None = None,
    deliveries: Deliveries | None = None,
    *,
    days: int,
    seed: Word,
    rules: Rules | None = None,
    outages: Outages | None = None,
    first_weekday: int = 0,
    warmup_days: int = 0,
    engine: Engine = "kernel",
) -> Log:
    """Simulate days of waste collection, and on until the last truck is home.

    Parameters
    ----------
    stands, facilities, trucks, haulers, roads
        The city.
    routes
        The plan.
    filling
        What comes to the stands.
    orders
        Waste of building sites that haulers fetch.
    deliveries
        What others bring to facilities.
    days
        How many.
    seed
        Names the replication: filling, times of service, breakdowns, orders, deliveries, outages.
    rules
        `Rules` with its defaults if not given.
    outages
        Of facilities; none if not given.
    first_weekday
        Weekday of the first day, 0 Monday to 6 Sunday.
    warmup_days
        First day that is measured.
    engine
        ``"kernel"``, or ``"simpy"`` for the reference.

    Raises
    ------
    InputError
        If tables do not fit each other, or something has nowhere to go.
    """
    from sim.waste.layout import DAY_H
    from sim.waste.log import Log
    from sim.waste.prepare import prepare

    if not 0 <= warmup_days < days:
        raise InputError(
            f"the warm-up is of {warmup_days} days, and the run of {days}", place="warmup_days"
        )
    world = prepare(
        stands, facilities, trucks, haulers, roads, routes, filling, orders, deliveries,
        days=days, seed=seed, rules=rules, outages=outages, first_weekday=first_weekday,
    )  # fmt: skip
    if engine == "simpy":
        from sim.waste.reference import collect
    else:
        from sim.waste.run import collect
    course = collect(world, DAY_H * warmup_days)
    return Log(stands, facilities, trucks, routes, world.delivery, course, warmup_days)
