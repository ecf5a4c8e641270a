"""The day of the first replication, packed for the page's playback.

Tracks are rows (unit, time, place, status): a unit moves in a straight line from one row to the
next and has a row's status until the next. Packed, a row takes nine bytes: time in tenths of a
second, place as in `cityops.report.maps`, status.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from cityops.report import palette
from cityops.report.maps import base64_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cityops.report.maps import DistrictMap, Frame
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

DAY_S = 86_400.0
BUSY_FROM, BUSY_TO = 2, 6
PROFILE_STEP_S = 300.0
MOST_ROWS = 150_000
SPEEDS_MIN_PER_S = (1, 2, 5, 10, 30)
SPEED_MIN_PER_S = 5


def playback(run: RunFolder, district: DistrictMap, words: Words) -> dict[str, Any] | None:
    """Pack a day's tracks and calls; None if the run has no tracks."""
    tracks = run.tracks
    if tracks is None or tracks.empty:
        return None
    tracks = tracks[tracks["x"].notna() & tracks["y"].notna()]
    tracks = tracks.sort_values(["unit", "t_s"], kind="stable", ignore_index=True)
    if tracks.empty:
        return None
    start = float(tracks["t_s"].min())
    if start >= run.warmup_s > start - DAY_S / 4:
        start = run.warmup_s
    end = min(float(tracks["t_s"].max()), start + DAY_S)
    if end - start > 0.75 * DAY_S:
        end = start + DAY_S
    tracks = thinned(tracks, district.frame.step * 40)
    codes = tracks["unit"].to_numpy()
    first = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    xy = district.frame.coded(tracks[["x", "y"]].to_numpy(dtype=np.float64))
    time = np.rint((tracks["t_s"].to_numpy() - start) * 10).clip(0).astype("<u4")
    status = tracks["status"].to_numpy().astype("<u1")
    profile = busy_profile(tracks, start, end)
    kinds, units = _units(run, codes[first].tolist(), words.lang)
    return {
        "units": units,
        "types": kinds,
        "ptr": [*first.tolist(), len(tracks)],
        "t": base64_of(time),
        "x": base64_of(xy[:, 0]),
        "y": base64_of(xy[:, 1]),
        "s": base64_of(status),
        "calls": calls(run, district.frame, start, end),
        "length_s": round(end - start),
        "week_s": round((run.week_start_s + start) % (7 * DAY_S)),
        "profile": profile,
        "profile_step_s": PROFILE_STEP_S,
        "stations": _coded(district.stations, district.frame),
        "hospitals": _coded(district.hospitals, district.frame),
        "status": [words.status(code) for code in range(len(palette.STATUS))],
        "colours": list(palette.STATUS),
        "speeds": list(SPEEDS_MIN_PER_S),
        "speed": SPEED_MIN_PER_S,
        "days": [words(f"day.{day}") for day in range(7)],
        "words": {key: words(key) for key in ("play", "pause", "station", "hospital", "call")},
        "used": np.isin(np.arange(len(palette.STATUS)), tracks["status"]).tolist(),
    }


def thinned(tracks: pd.DataFrame, tolerance_m: float) -> pd.DataFrame:
    """Leave out rows that lie on the straight line, in place and time, between their neighbours.

    A pass looks at every other row, so that no two neighbours go at once. Passes go on, with a
    growing tolerance, until few enough rows are left for the page.
    """
    parity, idle_passes = 0, 0
    while len(tracks) > 2:
        unit, status = tracks["unit"].to_numpy(), tracks["status"].to_numpy()
        t = tracks["t_s"].to_numpy(dtype=np.float64)
        xy = tracks[["x", "y"]].to_numpy(dtype=np.float64)
        share = ((t[1:-1] - t[:-2]) / np.maximum(t[2:] - t[:-2], 1e-9))[:, None]
        off_m = np.hypot(*(xy[:-2] + share * (xy[2:] - xy[:-2]) - xy[1:-1]).T)
        loose = (off_m <= tolerance_m) & (unit[2:] == unit[:-2]) & (status[1:-1] == status[:-2])
        loose &= np.arange(1, len(tracks) - 1) % 2 == parity
        parity = 1 - parity
        if loose.any():
            idle_passes = 0
            tracks = tracks[np.r_[True, ~loose, True]].reset_index(drop=True)
            continue
        idle_passes += 1
        if idle_passes == 2:
            if len(tracks) <= MOST_ROWS:
                break
            tolerance_m, idle_passes = 2 * tolerance_m, 0
    return tracks


def busy_profile(tracks: pd.DataFrame, start_s: float, end_s: float) -> list[int]:
    """Units on a call (turning out to hand-over) every few minutes of the day."""
    grid = np.arange(start_s, end_s + PROFILE_STEP_S / 2, PROFILE_STEP_S)
    counts = np.zeros(len(grid), dtype=np.int64)
    for _, part in tracks.groupby("unit", sort=False):
        row = np.searchsorted(part["t_s"].to_numpy(), grid, side="right") - 1
        status = part["status"].to_numpy()[np.maximum(row, 0)]
        counts += (row >= 0) & (status >= BUSY_FROM) & (status <= BUSY_TO)
    return [int(n) for n in counts]


def calls(run: RunFolder, frame: Frame, start_s: float, end_s: float) -> list[list[int]]:
    """Pack the calls of the day: [call, answered, late from (tenths of a second), x, y].

    A call that nobody answers stays to the end; -1 stands for a target that there is not.
    """
    responses = run.responses
    if responses is None or responses.empty or "lon" not in responses:
        return []
    responses = responses[responses["lon"].notna()]
    table = responses.groupby("incident", sort=True).agg(
        time_s=("time_s", "first"),
        arrived_s=("arrived_s", "min"),
        target_s=("target_s", "first"),
        lon=("lon", "first"),
        lat=("lat", "first"),
    )
    called, arrived = table["time_s"].to_numpy(), table["arrived_s"].to_numpy()
    arrived = np.minimum(np.nan_to_num(arrived, nan=math.inf), end_s + 60)
    seen = (called < end_s) & (arrived > start_s)
    if not seen.any():
        return []
    target = table["target_s"].to_numpy()
    lonlat = table[["lon", "lat"]].to_numpy()[seen]
    xy = frame.coded(np.stack(run.plane.to_xy(lonlat[:, 0], lonlat[:, 1]), axis=-1))

    def tenths(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.rint((seconds - start_s) * 10).astype(np.int64)

    has_target = np.isfinite(target)
    due = np.where(has_target, tenths(called + np.where(has_target, target, 0.0)), -1)
    columns = (tenths(called)[seen], tenths(arrived)[seen], due[seen], xy[:, 0], xy[:, 1])
    rows: list[list[int]] = np.stack(columns, axis=-1).astype(np.int64).tolist()
    return rows


def _units(run: RunFolder, codes: list[int], lang: str) -> tuple[list[str], list[list[Any]]]:
    """Types of units, and name and type number of each unit."""
    units = run.units
    if units is None:
        return [""], [[str(code), 0] for code in codes]
    units = units.set_index("unit")
    kinds = list(dict.fromkeys(str(kind) for kind in units["type"]))
    kind_titles = [run.title_of("unit_type", kind, lang) for kind in kinds]
    titles = run.unit_titles(lang)
    return kind_titles, [
        [titles[str(units["name"][code])], kinds.index(str(units["type"][code]))]
        if code in units.index
        else [str(code), 0]
        for code in codes
    ]


def _coded(places: Any, frame: Frame) -> list[list[Any]]:  # noqa: ANN401 - a tuple of places
    """Name and coded place of each."""
    if not places:
        return []
    xy = frame.coded(np.array([[place.x, place.y] for place in places]))
    return [[place.name, int(x), int(y)] for place, (x, y) in zip(places, xy, strict=True)]
