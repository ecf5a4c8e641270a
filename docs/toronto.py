"""Make docs/toronto.md and its picture: `python docs/toronto.py`.

Takes about a minute; the record lies beside the checkout, or in the folder that ``--instances``
names. Every figure on the page is reckoned here.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from toronto_picture import draw

from benchmarks.records import arrival_error, forecast_error, response_error
from benchmarks.toronto import FILE, TARGET_S, default_place
from benchmarks.toronto_judged import FEWEST, study
from networks import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.toronto import Choice
    from benchmarks.toronto_judged import Judged, Study, Year

DOCS = Path(__file__).resolve().parent
PICTURE = Path("images") / "toronto.png"

_HEADINGS = "mean, min | simulated | 95 % | p90, min | simulated | within 6:24 | simulated"

LABELS = {
    "response_mean_min": ("mean response, min", "{:.2f}"),
    "response_median_min": ("median response, min", "{:.2f}"),
    "response_p90_min": ("90th percentile, min", "{:.2f}"),
    "within_target": ("within 6:24 min", "{:.1%}"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and the picture; 2 if the record is absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, help="folder that holds the record")
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page")
    chosen = parser.parse_args(arguments)
    place = default_place() if chosen.instances is None else chosen.instances / FILE
    try:
        found = study(place)
    except InputError as fault:
        print(f"docs/toronto.md is left as it is: {fault}", file=sys.stderr)
        return 2
    (chosen.out / PICTURE).parent.mkdir(parents=True, exist_ok=True)
    draw(found, chosen.out / PICTURE)
    (chosen.out / "toronto.md").write_text(page(found), encoding="utf-8")
    return 0


# ---- the page


def page(found: Study) -> str:
    """Text of the page."""
    parts = (
        _opening(found), _what_is_known(found), _fitted(found), _overall(found),
        _arrivals(found), _by_hour(found), _by_area(found), _misses(found),
    )  # fmt: skip
    return "\n\n".join(_flowed(block) for part in parts for block in part.split("\n\n")) + "\n"


def _flowed(block: str) -> str:
    """Break the lines of a paragraph or list anew, now that its figures are in."""
    if block.startswith(("|", "#", "```", "![", ">")):
        return block
    indent = "  " if block.startswith("* ") else ""
    items = re.split(r"\n(?=\* )", block) if indent else [block]
    return "\n".join(
        textwrap.fill(" ".join(item.split()), 100, subsequent_indent=indent,
                      break_long_words=False, break_on_hyphens=False)
        for item in items
    )  # fmt: skip


def _opening(found: Study) -> str:
    mean = found.of("all", "response_mean_min")[0]
    late = found.of("all", "response_p90_min")[0]
    return f"""\
# Toronto's fires: fitted on the earlier years, judged on the later

The dispatch simulation is given {len(found.later):,} real fires of 2019 to 2022, one by one,
knowing only 2011 to 2018. It says a mean response of **{mean.simulated:.2f} min**; the record has
**{mean.recorded:.2f}**. It says that nine in ten are reached within {late.simulated:.2f} min; the
record has {late.recorded:.2f}. By hour of the day it is off by {_hour_error(found):.2f} min on
average, by squares of 5 km by {_area_error(found):.2f} min; below is where, and why.

This page and its picture are made by

```sh
python docs/toronto.py
```

and the same figures, as rows beside what was recorded, by `cityops bench records`. Both need the
record: `{FILE}` in `../shared/data/incidents`, or in the folder that `--instances` names. It is
from Toronto Open Data (Toronto Fire Services, "Fire Incidents"); it contains information licensed
under the Open Government Licence – Toronto. It is not part of this project.

![Fires and response times, recorded and simulated]({PICTURE.as_posix()})"""


def _hour_error(found: Study) -> float:
    return response_error(found.of("hour", "response_mean_min"))[0]


def _area_error(found: Study) -> float:
    return response_error(found.of("area", "response_mean_min"))[0]


def _what_is_known(found: Study) -> str:
    hours = np.bincount(np.concatenate([found.earlier.hour, found.later.hour]), minlength=24)
    total = hours.sum()
    return f"""\
## What the record has, and what it lacks

It has place, alarm and arrival of {total + found.left_out:,} fires from 2011 to 2022.
Left out is what has a response of more than an hour, as a slip of the pen ({found.left_out});
nothing else is changed. The stamps are marked UTC, but the quietest hour is {hours.argmin()} and
the busiest {hours.argmax()}: they are read as the local clock.

It lacks, and so does this study:

* **Streets.** Travel time is a fitted law of straight-line distance, in the form of Kolesar, Walker
  & Hausner (1975): a square root on short trips, a straight line on long ones.
* **Stations.** Units start from *points where they seem to come from*: those from which the law
  explains the recorded times best. They are not addresses.
* **Units and other calls.** Medical calls, alarms and rescues, which keep the same crews busy far
  more than fires do, are not in the record. One unit stands at each point, nearly always free
  (busy {found.utilisation:.2%} of the time). What it costs that the nearest crew is often out is
  not simulated: it is within the fitted law.
* **Time on scene.** Assumed lognormal with a mean of one hour. Three times as much changes the mean
  response by {60.0 * found.busier:.1f} s.
* **Wards.** Areas are squares of 5 km, named by column (A in the west) and row (1 in the north)."""


def _fitted(found: Study) -> str:
    law, profile, chosen = found.fitted.stations.law, found.fitted.profile, found.fitted.chosen
    errors = law.standard_errors
    first, last = found.fitted.night_h
    curve, weeks = profile.harmonics, profile.pooling_weeks
    days = "no other shape for weekends" if curve.bands == 0 else "a shape for each day"
    pooled = "the curve alone"
    if np.isfinite(weeks):
        pooled = f"each hour's own count, drawn towards the curve with a weight of {weeks:g} weeks"
    level = (
        "the mean of the years predicts the next ones better than a trend does, so none is taken"
    )
    if profile.trend_predicts:
        level = "it predicts later years better than their mean does, and is kept"
    return f"""\
## What is fitted, on 2011 to 2018 only

**Arrivals.** A Poisson rate for each hour of the week. Of curves with up to seven waves a day and
three a week, and of weights between such a curve and each hour's own count, that is taken which
predicts years left out best: {_count(curve.day, "wave")} of the day, {_count(curve.week, "wave")}
of the week, {days}; {pooled}. Over a flat rate it gains {profile.held_out[(*curve, weeks)]:.4f} in
log-likelihood a fire; the 168 raw counts gain {profile.held_out[(*curve, 0.0)]:.4f}, as they follow
noise too. The level changes by {100 * profile.trend_per_year:+.1f} % a year (standard error
{100 * profile.trend_error:.1f}); {level}.

**Response times.** Alarm to arrival is

> (start-up + night extra + law of distance) × residual

with start-up {law.start_up_s:.0f} ± {errors["start_up_s"]:.0f} s (taking the call, turning out; the
record does not part them), {law.night_extra_s:.0f} ± {errors["night_extra_s"]:.0f} s more from
{first}:00 to {last}:00, acceleration {law.travel.acceleration_ms2:.3f} ±
{errors["acceleration_ms2"]:.3f} m/s², and a cruising speed of {_cruising(found)}. Standard errors
take the points as given, so they are too small. The acceleration is one of *progress along the
straight line* from a point that is itself guessed, not of an engine. The residual is measured, not
assumed: the ratios of recorded to predicted times in years that were left out (half of them within
{_quartiles(found)}).

Every number here and every choice in the table comes from the earlier years. The form of the study
(how points are searched, which rule takes their number, the squares) was settled while results on
the later years could be seen, so what follows is a little kinder than a forecast made blind.

Alternatives, by how well they predict pairs of years that were left out (2011–12, ..., 2017–18):

| points | law | number | mean deviation of log response | standard error |
|---|---|---:|---:|---:|
{chr(10).join(_choice(choice, taken=choice is chosen) for choice in found.fitted.choices)}

The fewest points within one standard error of the best number are taken (Breiman et al. 1984), and
the law as it was published; its parts alone are there to compare. Medians of the places, where a
planner would put stations who knows no times, predict much worse."""


def _count(number: int, what: str) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven")
    return f"{words[number]} {what}{'' if number == 1 else 's'}"


def _cruising(found: Study) -> str:
    law = found.fitted.stations.law
    speed, error = law.travel.cruising_ms, law.standard_errors["cruising_ms"]
    trips_m = found.fitted.stations.nearest_m(found.earlier.x_m, found.earlier.y_m)
    share = float(np.mean(trips_m <= speed**2 / law.travel.acceleration_ms2))
    if not law.cruising_reached or error > speed:
        return (
            f"{speed:.0f} m/s, which these trips do not determine: on {share:.1%} of them the "
            "square root holds"
        )
    return f"{speed:.1f} ± {error:.1f} m/s"


def _quartiles(found: Study) -> str:
    low, high = found.fitted.stations.law.residual.quantile([0.25, 0.75])
    return f"{low:.2f} to {high:.2f}"


def _choice(choice: Choice, *, taken: bool) -> str:
    law = {"kolesar": "as published", "root": "square root alone", "linear": "one speed"}
    points = {"times": "explain the times", "medians": "medians of places"}
    cells = [points[choice.points], law[choice.form], str(choice.count)]
    cells += [f"{choice.error:.4f}", f"{choice.spread:.4f}"]
    if taken:
        cells = [f"**{cell}**" for cell in cells]
    return "| " + " | ".join(cells) + " |"


def _overall(found: Study) -> str:
    lines = [
        "| | recorded | recorded fires, simulated | 95 % | drawn fires, simulated | 95 % |",
        "|---|---:|---:|---|---:|---|",
    ]
    for measure, (label, style) in LABELS.items():
        replay = found.of("all", measure)[0]
        drawn = found.of("all", measure, drawn=True)[0]
        cells = [label, style.format(replay.recorded)]
        for judged in (replay, drawn):
            cells += [style.format(judged.simulated), _interval(judged, style)]
        lines.append("| " + " | ".join(cells) + " |")
    return f"""\
## 2019 to 2022, all of them

{chr(10).join(lines)}

*Recorded fires* go into the simulation as they were, with their time and place; *drawn fires* come
from the fitted profile at places of the earlier years. The interval is that for one further
replication of four years: if the model were right, the record would lie within 19 times of 20.
Values outside are marked with an asterisk. The target is NFPA 1710's: 64 s of alarm handling, 80 s
of turn-out, 240 s of travel, {TARGET_S:.0f} s in all."""


def _interval(judged: Judged, style: str) -> str:
    star = " *" if judged.missed else ""
    return f"{style.format(judged.low)} – {style.format(judged.high)}{star}"


def _arrivals(found: Study) -> str:
    recorded, expected, drawn = found.hourly
    error = arrival_error(recorded, expected)
    chance = float(np.mean([arrival_error(one, expected) for one in drawn]))
    total = found.of("all", "incidents", drawn=True)[0]
    spread = [
        f"| {span} | {d.degrees + 1} | {d.ratio:.2f} | {_p(d.p_value)} |"
        for span, d in found.arrivals.items()
    ]
    fits = "does not hold" if found.arrivals["hour of the day"].p_value < 0.05 else "holds"
    night = slice(0, 6)
    scale = recorded.sum() / expected.sum()
    shift = recorded[night].sum() / (scale * expected[night].sum()) - 1.0
    weekly = found.arrivals["week"]
    return f"""\
## Arrivals

Over the 24 hours of the day the later fires differ from the fitted profile by {error:.1%} on
average, totals made equal; Poisson fires drawn from that very profile differ by {chance:.1%}. In
number they were {total.recorded:,.0f} against {total.simulated:,.0f} expected (Poisson:
{total.low:,.0f} – {total.high:,.0f}).

| counts by | cells | dispersion | p if Poisson |
|---|---:|---:|---:|
{chr(10).join(spread)}

Dispersion is the chi-square over its degrees of freedom, 1 for Poisson counts of the fitted shape.
The shape of the day {fits}: from midnight to 6:00 there were {abs(shift):.0%}
{"more" if shift > 0 else "fewer"} than the share of earlier years. (The profile's own error makes
these p somewhat too small.) From week to week the variance is {weekly.ratio:.1f} times that of
Poisson counts (p = {_p(weekly.p_value)}): fires come in clusters. {_busiest(found)}
A simulation with Poisson arrivals has too few quiet and too few bad weeks.

| year | fires | expected | difference | mean response, min | simulated | 95 % |
|---|---:|---:|---:|---:|---:|---|
{chr(10).join(_year(year) for year in found.years)}"""


def _year(year: Year) -> str:
    inside = year.response_low_min <= year.response_min <= year.response_high_min
    cells = [
        str(year.year),
        f"{year.fires:,}",
        f"{year.fires_expected:,.0f}",
        f"{year.fires / year.fires_expected - 1:+.1%}",
        f"{year.response_min:.2f}",
        f"{year.response_simulated_min:.2f}",
        f"{year.response_low_min:.2f} – {year.response_high_min:.2f}{'' if inside else ' *'}",
    ]
    return "| " + " | ".join(cells) + " |"


def _busiest(found: Study) -> str:
    days = np.concatenate([found.earlier.time, found.later.time]).astype("datetime64[D]")
    day, count = np.unique(days, return_counts=True)
    worst = day[int(np.argmax(count))].item()
    return (
        f"The busiest day of the record, {worst.day} {worst:%B %Y}, had {count.max()} where "
        f"{len(days) / ((days[-1] - days[0]).astype(int) + 1):.1f} are usual."
    )


def _p(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 else f"{value:.0e}"


def _by_hour(found: Study) -> str:
    recorded, expected, _ = found.hourly
    lines = [
        f"| hour | fires | expected | {_HEADINGS} |",
        "|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    scale = recorded.sum() / expected.sum()
    tables = _together(found, "hour")
    for hour in range(24):
        counts = f"{recorded[hour]:.0f} | {expected[hour] * scale:.0f}"
        lines.append(f"| {hour} | {counts} | {_cells(*tables[str(hour)])}")
    return f"""\
## By hour of the day

{_verdict(found, "hour", "hours")}

{chr(10).join(lines)}

*Expected* is the fitted shape at the recorded total."""


def _by_area(found: Study) -> str:
    lines = [
        f"| square | fires | 2011–18, min | {_HEADINGS} |",
        "|---|---:|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    tables = _together(found, "area")
    for name, (mean, late, target) in tables.items():
        before = found.earlier_min["area", name]
        lines.append(f"| {name} | {mean.count} | {before:.2f} | {_cells(mean, late, target)}")
    small = [r for r in found.replayed if r.by == "area" and r.measure == "response_mean_min"]
    others = len(small) - len(tables)
    return f"""\
## By area

{_verdict(found, "area", "squares")}

{chr(10).join(lines)}

{others} more squares at the edges have fewer than {FEWEST} fires each and are not judged one by
one."""


def _together(found: Study, by: str) -> dict[str, tuple[Judged, Judged, Judged]]:
    columns = [
        {row.group: row for row in found.of(by, measure)}
        for measure in ("response_mean_min", "response_p90_min", "within_target")
    ]
    return {group: (row, columns[1][group], columns[2][group]) for group, row in columns[0].items()}


def _cells(mean: Judged, late: Judged, target: Judged) -> str:
    cells = [f"{mean.recorded:.2f}", f"{mean.simulated:.2f}", _interval(mean, "{:.2f}")]
    cells += [f"{late.recorded:.2f}", f"{late.simulated:.2f}{' *' if late.missed else ''}"]
    cells += [f"{target.recorded:.0%}", f"{target.simulated:.0%}{' *' if target.missed else ''}"]
    return " | ".join(cells) + " |"


def _verdict(found: Study, by: str, what: str) -> str:
    rows = found.of(by, "response_mean_min")
    error, chance = response_error(rows)
    plain = forecast_error(found, rows)
    missed = [sum(r.missed for r in found.of(by, m)) for m in LABELS if m != "response_median_min"]
    drawn = sum(r.missed for r in found.of(by, "response_mean_min", drawn=True))
    correlation = np.corrcoef([r.simulated for r in rows], [r.recorded for r in rows])[0, 1]
    return f"""\
Of {len(rows)} {what}, {missed[0]} have a mean outside the interval, {missed[1]} a 90th percentile,
{missed[2]} a share within the target; chance would put {0.05 * len(rows):.1f} there. Means differ
by {error:.2f} min on average (correlation {correlation:.2f}). If the model were right, chance alone
would make them differ by {chance:.2f}; the plainest forecast, that each of the {what} keeps its
mean of 2011–2018, differs by {plain:.2f}. With drawn fires, {drawn} means lie outside."""


def _misses(found: Study) -> str:
    years = found.years
    drift = [y.response_min - y.response_simulated_min for y in years]
    fewest = min(years, key=lambda y: y.fires / y.fires_expected)
    rows = found.of("area", "response_mean_min")
    error, chance = response_error(rows)
    plain = forecast_error(found, rows)
    worst = sorted(rows, key=lambda r: -abs(r.recorded - r.simulated))[:4]
    named = ", ".join(f"{r.group} ({r.recorded:.2f} against {r.simulated:.2f} min)" for r in worst)
    median = found.of("all", "response_median_min")[0]
    seconds = 60.0 * (median.simulated - median.recorded)
    return f"""\
## Where it misses, and why

* **By area.** The error of {error:.2f} min is well above chance ({chance:.2f}), and
  {"above" if error > plain else "below"} that of simply repeating each square's earlier mean
  ({plain:.2f}): without streets and stations the law smooths what a ravine, a railway or a motorway
  does to one neighbourhood, and one start-up time stands for the whole city. Farthest off are
  {named}. Some of it may be change that no fit to earlier years can know, such as stations that
  moved. This model is for comparing plans over the whole city, not for promising minutes to a ward.
* **By hour.** One step between day and night leaves the hours at its edges off: the start-up time
  does not change at once. Traffic by hour is not modelled.
* **By year.** Recorded less simulated mean goes from {drift[0]:+.2f} min in {years[0].year} to
  {drift[-1]:+.2f} in {years[-1].year}. The model has no such trend; the four years nearly cancel,
  so the good agreement of the overall mean is partly luck.
* **Number of fires.** {fewest.year}, in the pandemic, had
  {fewest.fires / fewest.fires_expected - 1:+.1%} against the expectation. Poisson years do not
  differ so much. What the pandemic did, and what would have come anyway, this record cannot part.
* **Shape of the distribution.** The simulated median is {abs(seconds):.0f} s
  {"below" if seconds < 0 else "above"} the recorded one: a sign that one distribution of residuals
  for near and far, day and night and every year is too few."""


if __name__ == "__main__":
    sys.exit(main())
