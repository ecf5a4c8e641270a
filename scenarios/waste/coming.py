"""What comes: waste to the bins, orders of sites, and the vehicles of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InputError
from scenarios.merge import shown_path
from scenarios.profiles import week_shares
from scenarios.tables import csv_delimiter, csv_rows, csv_text
from scenarios.waste.schema import of_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scenarios.faults import FaultList
    from scenarios.waste.schema import OrdersSpec, WasteSpec
    from sim.waste import Deliveries, Filling, Orders, Stands

__all__ = ["deliveries", "filling", "orders", "profile_rows", "recorded"]

HOURS = 168


def profile_rows(
    spec: WasteSpec, kinds: tuple[str, ...], named: dict[str, Any]
) -> NDArray[np.float64]:
    """Factors by hour of the week for each kind of point, of mean 1, [k, 168]."""
    words = [spec.filling.by_kind.get(kind, spec.filling.hours) for kind in kinds]
    return np.stack([HOURS * week_shares(word, named) for word in words])


def filling(
    spec: WasteSpec,
    *,
    litres_day: NDArray[np.float64],
    kind: NDArray[np.int64],
    stream: NDArray[np.int64],
    key: NDArray[np.int64],
    factors: NDArray[np.float64],
    streams: tuple[str, ...],
    days: int,
) -> Filling:
    """Say how each stand fills up.

    Parameters
    ----------
    spec
        Has [waste.filling].
    litres_day : float64[b]
        Mean litres a day.
    kind, stream, key : int64[b]
        Codes, and what names the luck of each stand.
    factors : float64[k, 168]
        By kind.
    streams
        Names by code.
    days
        Of the run.
    """
    from sim.waste import Filling

    own = spec.filling
    size = np.array([of_stream(own.deposit_l, name) or 0.0 for name in streams])
    by_day = np.ones(days)
    by_day[: len(own.day_factors)] = own.day_factors
    return Filling(
        litres_h=litres_day / 24.0,
        profile=kind,
        hour_factor=factors,
        day_factor=by_day,
        deposit_l=size[stream],
        deposit_cv=np.full(len(stream), own.cv),
        key=key,
    )


def recorded(spec: WasteSpec, stands: Stands, days: int, faults: FaultList) -> Filling | None:
    """Read what came to the bins from the record that is named; None where there is none.

    Parameters
    ----------
    spec
        Has [waste.filling].
    stands
        Named as in the record: point and stream.
    days
        Of the run.
    faults
        Takes what is wrong with the file.
    """
    import io

    import pandas as pd

    from sim.waste.records import from_levels, from_weighings

    own = spec.filling
    if own.record is None:
        return None
    path = Path(own.record)
    shown = shown_path(path)
    try:
        text = csv_text(path)
        delimiter = csv_delimiter(text.partition("\n")[0])
        table = pd.read_csv(io.StringIO(text), sep=delimiter)
        read = from_levels if "share" in table.columns else from_weighings
        return read(table, stands, days=days, start=own.first_day, file=shown)
    except InputError as error:
        faults.include(error, ("waste", "filling", "record"))
    except (OSError, ValueError) as error:
        faults.add(("waste", "filling", "record"), f"cannot be read: {error}", "name a CSV file")
    return None


def orders(
    spec: WasteSpec,
    *,
    streams: tuple[str, ...],
    sites: list[int],
    place_of: Callable[[float, float], int],
    is_reached: Callable[[list[int]], list[bool]],
    named: dict[str, Any],
    faults: FaultList,
) -> Orders | None:
    """Say what sites order, and what a file says was ordered.

    Parameters
    ----------
    spec
        Has [waste.orders] and its sites.
    streams
        Names by code.
    sites
        Place of each site.
    place_of
        Finds the place of a pair of coordinates, -1 for none.
    is_reached
        Says of places whether a truck gets there and back.
    named
        Hour profiles of the scenario.
    faults
        Takes rows of the file that cannot be used.
    """
    from sim.distributions import Fixed
    from sim.waste import Orders
    from sim.waste.demand import Source

    own = spec.orders
    if own is None:
        return None
    code = streams.index(own.stream)
    shares = HOURS * week_shares(own.hours, named)
    sources = [
        Source(place, code, shares * (site.t_day / own.order_t) / 24.0, Fixed(1000.0 * own.order_t))
        for site, place in zip(spec.site, sites, strict=True)
        if site.t_day > 0
    ]
    if own.file is None:
        return Orders(sources=sources)
    rows = _order_rows(own, place_of, is_reached, faults)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return Orders(
        ready_s=3600.0 * rows[:, 0],
        place=rows[:, 1].astype(np.int64),
        stream=np.full(len(rows), code),
        kg=1000.0 * rows[:, 2],
        sources=sources,
    )


def _order_rows(
    own: OrdersSpec,
    place_of: Callable[[float, float], int],
    is_reached: Callable[[list[int]], list[bool]],
    faults: FaultList,
) -> NDArray[np.float64]:
    """Hour, place and tonnes of each order of a file."""
    from networks.crs import to_wgs84

    path = Path(str(own.file))
    shown = shown_path(path)
    read = csv_rows(path, shown, "order", {})
    for fault in read.faults:
        faults.include(fault, ("waste", "orders", "file"))
    found = []
    lon, lat = (np.array([row[key] for row in read.rows], dtype=float) for key in ("lon", "lat"))
    if own.crs not in {None, "wgs84"}:
        lon, lat = to_wgs84(lon, lat, own.crs)
    places = [place_of(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    reached = is_reached(places)
    for row, line, place, way in zip(read.rows, read.lines, places, reached, strict=True):
        where = f"{shown}:{line}"
        bad = [
            (f"is {row['time_h']:g}", "time_h", "give hours from the start", row["time_h"] < 0),
            (f"is {row['t']:g}", "t", "give more than 0", row["t"] <= 0),
            ("lies nowhere near a street", "lon, lat", "give degrees, longitude first", place < 0),
            (
                "no truck gets there and back at any hour",
                "lon, lat",
                "close or ban less, or move it",
                place >= 0 and not way,
            ),
        ]
        for message, key, mend, is_so in bad:
            if is_so:
                faults.include(InputError(message, file=where, place=key, mend=mend))
        if not any(is_so for *_, is_so in bad):
            found.append((row["time_h"], place, row["t"]))
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def deliveries(
    spec: WasteSpec, streams: tuple[str, ...], names: list[str], named: dict[str, Any]
) -> Deliveries | None:
    """Say which vehicles of others come to facilities; None where there are none."""
    from sim.distributions import Fixed
    from sim.waste import Deliveries
    from sim.waste.demand import Source

    sources = [
        Source(
            names.index(given.facility),
            streams.index(given.stream),
            HOURS * week_shares(given.hours, named) * given.per_day / 24.0,
            Fixed(1000.0 * given.load_t),
        )
        for given in spec.delivery
        if given.per_day > 0
    ]
    return Deliveries(sources=sources) if sources else None
