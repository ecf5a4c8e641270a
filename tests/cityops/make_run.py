"""A small, plausible run folder made up from a seed, for the tests of the report.

Half a dozen stations on a bent grid of streets, ambulances and fire engines that drive along it,
calls by hour of day, nearest free unit first. Only the folder's format matters here, not the
model; the tables have the columns that a real run writes.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from networks import Projection
from sim.dispatch.log import STATUS_NAMES

if TYPE_CHECKING:
    from pathlib import Path

LON0, LAT0 = 24.94, 60.17
COLUMNS, ROWS, BLOCK_M = 17, 13, 230.0
DAY_S = 86_400.0
CLASSES = {
    "cardiac": {"priority": 1, "per_day": 26.0, "target_min": 6.0, "needs": ("ambulance", "fire")},
    "injury": {"priority": 2, "per_day": 58.0, "target_min": 8.0, "needs": ("ambulance",)},
    "fire": {"priority": 1, "per_day": 15.0, "target_min": 7.0, "needs": ("fire",)},
}
TYPES = ("ambulance", "fire")
WITHIN_MIN = np.arange(0.5, 30.01, 0.5)


@dataclass
class Made:
    """What one made-up replication did."""

    responses: list[dict[str, object]] = field(default_factory=list)
    intervals: list[dict[str, object]] = field(default_factory=list)
    tracks: list[tuple[int, float, float, float, int]] = field(default_factory=list)


def _grid(rng: np.random.Generator) -> np.ndarray:
    """Return corners of the bent grid in local metres, shape (COLUMNS, ROWS, 2)."""
    i, j = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS), indexing="ij")
    x = (i - (COLUMNS - 1) / 2) * BLOCK_M + 60 * np.sin(j / 2.3)
    y = (j - (ROWS - 1) / 2) * BLOCK_M + 80 * np.sin(i / 3.1)
    return np.stack([x, y], axis=-1) + rng.normal(0, 14, (COLUMNS, ROWS, 2))


def _way(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[int, int]]:
    """Corners from a to b: first along the row, then along the column."""
    step = 1 if b[0] >= a[0] else -1
    corners = [(i, a[1]) for i in range(a[0], b[0] + step, step)]
    step = 1 if b[1] >= a[1] else -1
    return corners + [(b[0], j) for j in range(a[1], b[1] + step, step)][1:]


def _replicate(
    rng: np.random.Generator,
    grid: np.ndarray,
    stations: list[tuple[str, tuple[int, int]]],
    units: pd.DataFrame,
    horizon_s: float,
    calls: pd.DataFrame,
) -> Made:
    made = Made()
    free_at = np.zeros(len(units))
    where = [stations[s][1] for s in units["station"]]
    for unit, corner in enumerate(where):
        made.tracks.append((unit, 0.0, *(float(v) for v in grid[corner]), 1))
    hospital = (COLUMNS // 2, ROWS // 2)

    def drive(unit: int, status: int, start: float, a, b, kmh: float, incident: int) -> float:
        t, corners = start, _way(a, b)
        km = 0.0
        for p, q in itertools.pairwise(corners):
            x, y = grid[p]
            made.tracks.append((unit, t, float(x), float(y), status))
            km += float(np.hypot(*(grid[q] - grid[p]))) / 1000
            t = start + km / kmh * 3600
        spend(unit, status, start, t, incident, km)
        x, y = grid[b]
        made.tracks.append((unit, t, float(x), float(y), status))
        return t

    def spend(unit: int, status: int, start: float, end: float, incident: int, km=0.0) -> None:
        made.intervals.append(
            {"unit": unit, "status": status, "start_s": start, "end_s": end, "incident": incident}
            | {"km": km, "lights": int(status == 3)}
        )

    def hold(unit: int, status: int, start: float, end: float, at, incident: int) -> float:
        x, y = grid[at]
        made.tracks.append((unit, start, float(x), float(y), status))
        spend(unit, status, start, end, incident)
        return end

    for call in calls.itertuples():
        at = (int(call.i), int(call.j))
        for need, kind in enumerate(CLASSES[call.cls]["needs"]):
            fleet = np.flatnonzero((units["type"] == kind).to_numpy())
            away = [float(len(_way(where[u], at))) for u in fleet]
            late = np.maximum(free_at[fleet] - call.time_s, 0.0)
            unit = int(fleet[int(np.argmin(late * 10 + away))])
            start = max(call.time_s, float(free_at[unit]))
            if start > free_at[unit]:
                hold(unit, 1, float(free_at[unit]), start, where[unit], -1)
            left = hold(unit, 2, start, start + 75 + 40 * rng.random(), where[unit], call.Index)
            there = drive(unit, 3, left, where[unit], at, 15 + 4 * rng.random(), call.Index)
            done = hold(unit, 4, there, there + rng.gamma(4, 300), at, call.Index)
            home = stations[int(units["station"].iloc[unit])][1]
            to_hospital = kind == "ambulance" and rng.random() < 0.6
            if to_hospital:
                in_at = drive(unit, 5, done, at, hospital, 28, call.Index)
                out_at = hold(unit, 6, in_at, in_at + rng.gamma(3, 300), hospital, call.Index)
                back = drive(unit, 7, out_at, hospital, home, 25, -1)
            else:
                back = drive(unit, 7, done, at, home, 25, -1)
            free_at[unit], where[unit] = back, home
            made.responses.append(
                {
                    "incident": call.Index,
                    "need": need,
                    "class": call.cls,
                    "priority": CLASSES[call.cls]["priority"],
                    "area": call.area,
                    "unit_type": kind,
                    "unit": unit,
                    "time_s": call.time_s,
                    "dispatched_s": start,
                    "departed_s": left,
                    "arrived_s": there,
                    "cleared_s": done,
                    "freed_s": back,
                    "response_s": there - call.time_s,
                    "queued": start > call.time_s,
                    "referred": False,
                    "preempted": 0,
                    "target_s": CLASSES[call.cls]["target_min"] * 60,
                    "lon": call.lon,
                    "lat": call.lat,
                    "hospital": 0 if to_hospital else -1,
                }
            )
    for unit in range(len(units)):
        if free_at[unit] < horizon_s:
            hold(unit, 1, float(free_at[unit]), horizon_s, where[unit], -1)
            x, y = grid[where[unit]]
            made.tracks.append((unit, horizon_s, float(x), float(y), 1))
    return made


def _calls(rng, horizon_s, week_start_s, grid, plane, area_of) -> pd.DataFrame:
    rows = []
    for cls, kind in CLASSES.items():
        number = rng.poisson(kind["per_day"] * horizon_s / DAY_S * 1.6)
        times = np.sort(rng.random(number) * horizon_s)
        hour = ((times + week_start_s) / 3600) % 24
        keep = rng.random(number) < (0.62 + 0.38 * np.sin((hour - 8) / 24 * 2 * np.pi))
        for t in times[keep]:
            i = int(np.clip(rng.normal(COLUMNS / 2, 3.6), 0, COLUMNS - 1))
            j = int(np.clip(rng.normal(ROWS / 2, 3.0), 0, ROWS - 1))
            lon, lat = plane.to_lonlat(grid[i, j, 0], grid[i, j, 1])
            rows.append((t, cls, i, j, area_of[i, j], float(lon), float(lat)))
    calls = pd.DataFrame(rows, columns=["time_s", "cls", "i", "j", "area", "lon", "lat"])
    return calls.sort_values("time_s", ignore_index=True)


def _measures(made: Made, units: pd.DataFrame, warmup_s: float, horizon_s: float) -> pd.DataFrame:
    responses = pd.DataFrame(made.responses)
    responses = responses[responses["time_s"] >= warmup_s]
    first = responses.sort_values("response_s").drop_duplicates("incident").copy()
    first["minutes"] = first["response_s"] / 60
    first["hour"] = (first["time_s"] // 3600 % 24).astype(int)
    rows: list[tuple[str, str, str, float, str]] = []

    def add(measure: str, by: str, group: object, value: float, unit: str) -> None:
        rows.append((measure, by, str(group), float(value), unit))

    def describe(by: str, group: object, part: pd.DataFrame) -> None:
        add("response_mean_min", by, group, part["minutes"].mean(), "min")
        add("response_median_min", by, group, part["minutes"].median(), "min")
        add("response_p90_min", by, group, part["minutes"].quantile(0.9), "min")
        add("within_target", by, group, (part["response_s"] <= part["target_s"]).mean(), "share")
        add("queued_share", by, group, part["queued"].mean(), "share")
        add("incidents", by, group, len(part), "count")

    describe("all", "all", first)
    waits = (first["dispatched_s"] - first["time_s"]) / 60
    add("queue_mean_min", "all", "all", waits.mean(), "min")
    full = responses.groupby("incident")["response_s"].max() / 60
    add("full_response_mean_min", "all", "all", full.mean(), "min")
    add("referred_share", "all", "all", 0.0, "share")
    add("preemptions", "all", "all", 0.0, "count")
    for by, key in (("class", "class"), ("area", "area"), ("hour", "hour")):
        for group, part in first.groupby(key):
            describe(by, group, part)
    for group, part in responses.groupby("unit_type"):
        minutes = part["response_s"] / 60
        add("response_mean_min", "type", group, minutes.mean(), "min")
        add("response_p90_min", "type", group, minutes.quantile(0.9), "min")
    for minutes in WITHIN_MIN:
        add(
            "response_within",
            "within",
            f"{minutes:g}",
            (first["minutes"] <= minutes).mean(),
            "share",
        )
    spans = pd.DataFrame(made.intervals)
    spans["s"] = (
        spans["end_s"].clip(upper=horizon_s) - spans["start_s"].clip(lower=warmup_s)
    ).clip(lower=0)
    on_duty = horizon_s - warmup_s
    busy = spans[spans["status"].between(2, 6)]
    add("utilisation", "all", "all", busy["s"].sum() / on_duty / len(units), "share")
    add("km", "all", "all", spans["km"].sum(), "km")
    for unit, name in enumerate(units["name"]):
        mine = spans[spans["unit"] == unit]
        add(
            "utilisation",
            "unit",
            name,
            mine.loc[mine["status"].between(2, 6), "s"].sum() / on_duty,
            "share",
        )
        add("km", "unit", name, mine["km"].sum(), "km")
        for code, s in mine.groupby("status")["s"].sum().items():
            add(
                "status_share",
                "unit_status",
                f"{name}|{STATUS_NAMES[int(code)]}",
                s / on_duty,
                "share",
            )
    for kind in TYPES:
        members = np.flatnonzero((units["type"] == kind).to_numpy())
        share = busy.loc[busy["unit"].isin(members), "s"].sum() / on_duty / len(members)
        add("utilisation", "type", kind, share, "share")
    return pd.DataFrame(rows, columns=["measure", "by", "group", "value", "unit"])


def summarise(measures: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Mean and t interval over the replications of each measure."""
    from scipy.stats import t

    keys = ["measure", "by", "group", "unit"]
    table = measures.groupby(keys, sort=False)["value"].agg(["count", "mean", "std"]).reset_index()
    table = table.rename(columns={"count": "n"})
    quantile = t.ppf(0.5 + level / 2, np.maximum(table["n"] - 1, 1))
    table["half_width"] = quantile * table.pop("std") / np.sqrt(table["n"])
    table["low"] = table["mean"] - table["half_width"]
    table["high"] = table["mean"] + table["half_width"]
    return table[[*keys, "n", "mean", "low", "high", "half_width"]]


def make_run(
    folder: Path,
    *,
    seed: int = 0,
    reps: int = 4,
    days: int = 3,
    stations: int = 4,
    synthetic: bool = True,
    polygons: bool = True,
    name: str = "made-up",
    title: str = "Made-up district",
) -> Path:
    """Write a run folder of a made-up district and return it."""
    rng = np.random.default_rng(seed)
    grid = _grid(rng)
    plane = Projection(LON0, LAT0)
    corners = [(3, 3), (13, 3), (4, 9), (12, 10), (8, 6), (15, 6)][:stations]
    places = [(f"Station {k + 1}", corner) for k, corner in enumerate(corners)]
    area_of = np.empty((COLUMNS, ROWS), dtype=object)
    for i in range(COLUMNS):
        for j in range(ROWS):
            area_of[i, j] = f"{'ABCD'[min(i // 4, 3)]}{min(j // 4, 2) + 1}"
    rows = [
        (f"{kind[0].upper()}{s + 1}{copy}", kind, s)
        for s in range(len(places))
        for kind in TYPES
        for copy in ("a", "b")[: 2 if kind == "ambulance" else 1]
    ]
    units = pd.DataFrame(rows, columns=["name", "type", "station"])
    units.insert(0, "unit", np.arange(len(units)))
    horizon_s, warmup_s, week_start_s = days * DAY_S, DAY_S, 0.0

    replications, first, kept = [], None, None
    for replication in range(reps):
        draws = np.random.default_rng([seed, replication])
        calls = _calls(draws, horizon_s, week_start_s, grid, plane, area_of)
        made = _replicate(draws, grid, places, units, horizon_s, calls)
        table = _measures(made, units, warmup_s, horizon_s)
        table["replication"] = replication
        replications.append(table)
        if replication == 0:
            first, kept = made, calls
    assert first is not None
    assert kept is not None
    measures = pd.concat(replications, ignore_index=True)

    for part in ("tables", "maps", "figures"):
        (folder / part).mkdir(parents=True, exist_ok=True)

    def lonlat(corner: tuple[int, int]) -> tuple[float, float]:
        lon, lat = plane.to_lonlat(*grid[corner])
        return float(lon), float(lat)

    tables = folder / "tables"
    measures.to_parquet(tables / "measures.parquet")
    summarise(measures).to_parquet(tables / "summary.parquet")
    pd.DataFrame(first.responses).to_parquet(tables / "responses.parquet")
    pd.DataFrame(first.intervals).to_parquet(tables / "intervals.parquet")
    tracks = pd.DataFrame(first.tracks, columns=["unit", "t_s", "x", "y", "status"])
    tracks = tracks.sort_values(["unit", "t_s"], kind="stable", ignore_index=True)
    before = tracks[tracks["t_s"] <= warmup_s].drop_duplicates("unit", keep="last")
    during = tracks[(tracks["t_s"] > warmup_s) & (tracks["t_s"] <= warmup_s + DAY_S)]
    tracks = pd.concat([before.assign(t_s=warmup_s), during])
    tracks = tracks.sort_values(["unit", "t_s"], kind="stable", ignore_index=True)
    tracks.to_parquet(tables / "tracks.parquet")
    homes = [lonlat(places[s][1]) for s in units["station"]]
    units["lon"], units["lat"] = zip(*homes, strict=True)
    units.to_parquet(tables / "units.parquet")
    at = [lonlat(corner) for _, corner in places]
    pd.DataFrame(
        {
            "station": range(len(places)),
            "name": [name for name, _ in places],
            "lon": [lon for lon, _ in at],
            "lat": [lat for _, lat in at],
        }
    ).to_parquet(tables / "stations.parquet")
    lon, lat = lonlat((COLUMNS // 2, ROWS // 2))
    pd.DataFrame(
        {"hospital": [0], "name": ["General hospital"], "lon": [lon], "lat": [lat]}
    ).to_parquet(tables / "hospitals.parquet")
    _write_areas(folder, grid, plane, area_of, polygons=polygons)
    _write_streets(folder, grid, plane)
    _write_scenario(
        folder,
        places,
        at,
        synthetic=synthetic,
        seed=seed,
        reps=reps,
        days=days,
        name=name,
        title=title,
    )
    manifest = {
        "command": f"cityops run {name}.toml --seed {seed} --reps {reps}",
        "scenario": {
            "name": name,
            "title": title,
            "title_zh": "虚构的城区",
            "synthetic": synthetic,
        },
        "service": "dispatch",
        "seed": seed,
        "reps": reps,
        "level": 0.95,
        "versions": {"cityops": "0.1.0", "python": "3.11.9", "numpy": "2.4.6", "numba": "0.68.1"},
        "input_hashes": {
            f"{name}.toml": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        },
        "started": "2026-01-05T08:00:00+00:00",
        "finished": "2026-01-05T08:00:07+00:00",
        "demand_hash": "c0ffee",
        "network": {
            "source": "synthetic",
            "mode": "car",
            "n_nodes": COLUMNS * ROWS,
            "n_edges": 800,
            "km": 92.4,
            "attribution": "generated streets" if synthetic else "© OpenStreetMap contributors",
            "dropped_words": {
                "en": "2.1 km of 94.5 km were left out, being cut off from the rest",
                "zh": "94.5 公里中有 2.1 公里因与其余部分不连通而略去",
            },
            "projection": {"lon0": LON0, "lat0": LAT0},
            "hash": "beef",
        },
        "horizon_s": horizon_s,
        "warmup_s": warmup_s,
        "week_start_s": week_start_s,
        "interrupted": False,
    }
    (folder / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False), encoding="utf-8"
    )
    return folder


def _write_areas(folder, grid, plane, area_of, *, polygons: bool) -> None:
    names = sorted(set(area_of.ravel()))
    rows, features = [], []
    for code, name in enumerate(names):
        i, j = np.nonzero(area_of == name)
        x, y = grid[i, j, 0], grid[i, j, 1]
        lon, lat = plane.to_lonlat(x.mean(), y.mean())
        rows.append((code, name, float(lon), float(lat)))
        low = np.array([x.min(), y.min()]) - BLOCK_M / 2
        high = np.array([x.max(), y.max()]) + BLOCK_M / 2
        ring_x = np.array([low[0], high[0], high[0], low[0], low[0]])
        ring_y = np.array([low[1], low[1], high[1], high[1], low[1]])
        ring = np.stack(plane.to_lonlat(ring_x, ring_y), axis=-1).round(6).tolist()
        features.append(
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    table = pd.DataFrame(rows, columns=["area", "name", "lon", "lat"])
    table.to_parquet(folder / "tables" / "areas.parquet")
    if polygons:
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / "maps" / "areas.geojson").write_text(text, encoding="utf-8")


def _write_streets(folder, grid, plane) -> None:
    features = []

    def street(a, b, kind: str) -> None:
        lon, lat = plane.to_lonlat(
            grid[[a[0], b[0]], [a[1], b[1]], 0], grid[[a[0], b[0]], [a[1], b[1]], 1]
        )
        features.append(
            {
                "type": "Feature",
                "properties": {"class": kind, "name": ""},
                "geometry": {
                    "type": "LineString",
                    "coordinates": np.stack([lon, lat], axis=-1).round(6).tolist(),
                },
            }
        )

    kinds = ("primary", "residential", "tertiary", "residential")
    for i in range(COLUMNS):
        for j in range(ROWS):
            if i + 1 < COLUMNS:
                street((i, j), (i + 1, j), kinds[j % 4])
            if j + 1 < ROWS:
                street((i, j), (i, j + 1), kinds[i % 4])
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "maps" / "streets.geojson").write_text(text, encoding="utf-8")


def _write_scenario(folder, places, at, *, synthetic, seed, reps, days, name, title) -> None:
    lines = [
        "[scenario]",
        f'name = "{name}"',
        f'title = "{title}"',
        'title_zh = "虚构的城区"',
        'question = "How fast does help arrive, and who waits longest?"',
        'question_zh = "救援多快到达，谁等得最久？"',
        f"synthetic = {str(synthetic).lower()}",
        'service = "dispatch"',
        'start = "monday 00:00"',
        f"horizon_h = {days * 24}",
        "warmup_h = 24",
        f"seed = {seed}",
        f"reps = {reps}",
        "level = 0.95",
        "[network]",
        'source = "synthetic"',
        'mode = "car"',
        'crs = "wgs84"',
        'speeds = "default"',
        "max_snap_m = 500",
    ]
    for (station, _), (lon, lat) in zip(places, at, strict=True):
        lines += ["[[station]]", f'name = "{station}"', f"lon = {lon}", f"lat = {lat}"]
        lines += ["[[unit]]", 'type = "ambulance"', f'station = "{station}"', "count = 2"]
        lines += ["[[unit]]", 'type = "fire"', f'station = "{station}"', "count = 1"]
    for kind in TYPES:
        lines += [f"[unit_type.{kind}]", "turnout_day_s = 60", "turnout_night_s = 90"]
        lines += ["lights_factor = 1.2", "speed_factor = 1.0", 'night = "22:00-06:00"']
    lines += [
        "[[hospital]]",
        'name = "General hospital"',
        f"lon = {LON0}",
        f"lat = {LAT0}",
        "bays = 4",
    ]
    for cls, kind in CLASSES.items():
        needs = ", ".join(f"{need} = 1" for need in kind["needs"])
        lines += [
            f"[incident_class.{cls}]",
            f"priority = {kind['priority']}",
            f"rate_per_day = {kind['per_day']}",
            f"needs = {{ {needs} }}",
            'on_scene_min = { kind = "gamma", mean = 20.0, cv = 0.5 }',
            "transport_prob = 0.6",
            'handover_min = { kind = "gamma", mean = 15.0, cv = 0.6 }',
            f"target_min = {kind['target_min']}",
            'places = "areas"',
        ]
    lines += ["[policy]", 'dispatch = "nearest"', 'preemption = "off"', 'hospital = "nearest"']
    lines += ['relocation = "none"']
    (folder / "scenario.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
