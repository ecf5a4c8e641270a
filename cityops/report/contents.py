"""What stands on the page beside the charts: the answer in a sentence, cards, tables."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cityops.report.assumptions import Teller
from cityops.report.charts import hour_rows, targets_min, unit_names
from cityops.report.facts import closures, unit_hours
from cityops.report.formats import (
    clock,
    digits,
    duration,
    hour_text,
    level_text,
    plain,
    span,
    with_unit,
)
from cityops.report.map_charts import area_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cityops.report.reading import Estimate, RunFolder
    from cityops.report.words import Words

# Measures on the cards, in this order; the first three are the large ones.
KEY_MEASURES = (
    "response_mean_min",
    "response_p90_min",
    "within_target",
    "response_median_min",
    "full_response_mean_min",
    "queued_share",
    "referred_share",
    "unanswered_share",
    "utilisation",
    "incidents",
    "km",
)
PER_DAY = ("incidents", "km", "preemptions")
SLOWEST = 8


class Card(NamedTuple):
    """A key figure: its label, digits and unit apart, its interval in words, replications."""

    label: str
    digits: str
    unit: str
    interval: str
    n: str
    large: bool


class Dot(NamedTuple):
    """A value and its interval as shares of a common axis, for a drawn whisker."""

    at: float
    low: float
    high: float


class Row(NamedTuple):
    """A row of a table: what it is about, its cells, and a whisker if it has one."""

    name: str
    cells: list[str]
    dot: Dot | None


class Sheet(NamedTuple):
    """A table: column heads, rows, ends of the whiskers' axis."""

    heads: list[str]
    rows: list[Row]
    axis: tuple[str, str] | None


def daily(run: RunFolder, measure: str, estimate: Estimate) -> Estimate:
    """Return counts and distances a day, everything else as it is."""
    if measure not in PER_DAY:
        return estimate
    days = run.measured_s / 86_400
    mean, low, high = (v / days for v in (estimate.mean, estimate.low, estimate.high))
    return estimate._replace(mean=mean, low=low, high=high)


def parted(words: Words, value: float, unit: str) -> tuple[str, str]:
    """Return digits and unit apart, so that the unit can be set smaller."""
    text = digits(value, unit)
    if unit == "share" and text.endswith("%"):
        return text[:-1], "%"
    return text, with_unit(words, value, unit).removeprefix(text).strip()


def cards(run: RunFolder, words: Words) -> list[Card]:
    """Key figures that the run has; those that tell nothing are left out."""
    found: list[Card] = []
    for measure in KEY_MEASURES:
        estimate = run.estimate(measure)
        if estimate is None or not math.isfinite(estimate.mean):
            continue
        if measure in ("referred_share", "unanswered_share") and estimate.mean == 0:
            continue
        if measure == "full_response_mean_min" and not is_joint(run):
            continue
        estimate = daily(run, measure, estimate)
        number, unit = parted(words, estimate.mean, estimate.unit)
        if measure in PER_DAY:
            unit = words("per_day_unit", unit=unit).strip()
        if math.isfinite(estimate.low):
            ends = span(words, estimate.low, estimate.high, estimate.unit)
            interval = words("interval", level=level_text(run.level), range=ends)
        else:
            interval = words("no_interval")
        n = words("n", n=estimate.n)
        found.append(Card(words.measure(measure), number, unit, interval, n, len(found) < 3))
    return found


def is_joint(run: RunFolder) -> bool:
    """Whether incidents need more than one unit, so that the last arrival is worth telling."""
    first, full = run.estimate("response_mean_min"), run.estimate("full_response_mean_min")
    return full is not None and (first is None or abs(full.mean - first.mean) > 0.01)


def answer(run: RunFolder, words: Words) -> list[str]:
    """Return the sentence that answers, in pieces; figures are bold HTML of our own making."""
    pieces = []
    missed = unanswered(run)
    if missed:
        share = escape(share_said(words, missed))
        pieces.append(words("answer.unanswered", share=f"<b>{share}</b>"))
    for key, measure, name in (
        ("answer.mean_reached" if missed else "answer.mean", "response_mean_min", "mean"),
        ("answer.p90_reached" if missed else "answer.p90", "response_p90_min", "p90"),
        ("answer.target", "within_target", "share"),
        ("answer.busy", "utilisation", "share"),
    ):
        estimate = run.estimate(measure)
        if estimate is not None and math.isfinite(estimate.mean):
            text = with_unit(words, estimate.mean, estimate.unit)
            pieces.append(words(key, **{name: f"<b>{text}</b>"}))
    return pieces


def unanswered(run: RunFolder) -> float:
    """Share of incidents that no unit ever reached; 0 if the run does not say."""
    estimate = run.estimate("unanswered_share")
    return estimate.mean if estimate is not None and estimate.mean > 0 else 0.0


def share_said(words: Words, share: float) -> str:
    """Return a share that is not nought so that it does not read as nought."""
    return digits(share, "share") if share >= 0.0005 else words("under", value="0.1%")


def reading(run: RunFolder, words: Words) -> str:
    """Return what the figures on the cards are and what their intervals promise."""
    notes = []
    if run.reps > 1:
        key = "reading.record" if run.recorded else "reading"
        notes.append(words(key, level=level_text(run.level)))
        if run.cut_short(KEY_MEASURES):
            notes.append(words("reading.cut"))
    if unanswered(run):
        notes.append(words("reading.reached"))
    return words("space").join(notes)


# Inputs ---------------------------------------------------------------------------------------


def inputs(run: RunFolder, words: Words) -> list[tuple[str, str]]:
    """List what was put in: label and value, in the order of the scenario file."""
    teller = Teller(run, words)
    return [
        *_streets(run, words),
        (words("in.period"), _period(run, words)),
        *_demand(run, words, teller),
        *_fleet(run, words),
        *([(words("in.rule"), rule)] if (rule := teller.rule("dispatch")) else []),
        (words("in.reps"), words("in.reps_value", n=run.reps, seed=run.manifest.get("seed", "–"))),
    ]


def _streets(run: RunFolder, words: Words) -> Iterable[tuple[str, str]]:
    km, nodes = run.network.get("km"), run.network.get("n_nodes")
    if km and nodes:
        km_text = with_unit(words, float(km), "km")
        both = run.network.get("km_directed")
        directed = (
            words("in.streets_directed", km=with_unit(words, float(both), "km")) if both else ""
        )
        text = words("in.streets_value", km=km_text, nodes=plain(nodes, 0), directed=directed)
        yield words("in.streets"), text
    closed = closures(run, words)
    if closed:
        yield words("in.closed"), words("stop_list").join(closed)


def _period(run: RunFolder, words: Words) -> str:
    start = clock(words, run.week_start_s + run.warmup_s)
    days = duration(words, run.measured_s)
    if run.warmup_s > 0:
        warm = duration(words, run.warmup_s)
        return words("in.period_value", days=days, start=start, warmup=warm)
    return words("period_measured", days=days, start=start)


def _demand(run: RunFolder, words: Words, teller: Teller) -> Iterable[tuple[str, str]]:
    record = teller.table("record").get("file")
    estimate = run.estimate("incidents")
    parts = []
    expected = run.manifest.get("expected_incidents_per_day")
    if record:
        parts.append(words("in.record_value", file=Path(str(record)).name))
    elif isinstance(expected, int | float) and math.isfinite(expected):
        parts.append(words("in.demand_value", n=plain(float(expected), 1)))
    if estimate is not None:
        a_day = plain(daily(run, "incidents", estimate).mean, 1)
        parts.append(words("in.demand_simulated", n=a_day))
    if parts:
        yield words("in.demand"), words("list").join(parts)
    classes = [
        run.title_of("incident_class", key, words.lang) for key in teller.table("incident_class")
    ]
    if classes:
        yield words("in.classes"), words.listed(classes)


def _fleet(run: RunFolder, words: Words) -> Iterable[tuple[str, str]]:
    units = run.units
    if units is not None and len(units):
        counts = units["type"].astype(str).value_counts(sort=False)
        kinds = [
            f"{number} × {run.title_of('unit_type', str(kind), words.lang)}"
            for kind, number in counts.items()
        ]
        yield words("in.fleet"), words.listed(kinds)
    hours = unit_hours(run, words)
    if hours:
        yield words("in.unit_hours"), words("in.unit_hours_value", hours=hours)
    for key, label in (("stations", "in.stations"), ("hospitals", "in.hospitals")):
        places = run.table(key)
        if places is not None and len(places):
            names = [str(name) for name in places["name"]]
            more = len(names) - 6
            text = words.listed(names[:6]) + (f" + {more}" if more > 0 else "")
            yield words(label), f"{len(names)}{words('colon')}{text}"


# Tables ---------------------------------------------------------------------------------------


def group_sheet(run: RunFolder, words: Words, by: str) -> Sheet | None:
    """Responses by class of incident or by type of unit, with whiskers on the mean."""
    mean = run.rows("response_mean_min", by)
    if mean.empty:
        return None
    columns = [
        ("response_mean_min", "min"),
        ("response_p90_min", "min"),
        *([("full_response_mean_min", "min")] if is_joint(run) else []),
        ("within_target", "share"),
        ("unanswered_share", "share"),
        ("queued_share", "share"),
        ("utilisation", "share"),
    ]
    if not unanswered(run):
        columns.remove(("unanswered_share", "share"))
    present = [(m, unit) for m, unit in columns if not run.rows(m, by).empty]
    targets = {name: t for t, names in targets_min(run).items() for name in names}
    groups = [str(group) for group in mean["group"]]
    has_target = by == "class" and any(group in targets for group in groups)
    has_calls = not run.rows("incidents", by).empty
    heads = [words("class" if by == "class" else "type")]
    heads += [words("areas.calls")] if has_calls else []
    heads += [words("target_min")] if has_target else []
    heads += [words.measure(m) for m, _ in present]
    ends = mean[["mean", "low", "high"]].to_numpy(dtype=float)
    top = float(max([v for v in ends.ravel() if math.isfinite(v)], default=1.0)) * 1.05
    table = "incident_class" if by == "class" else "unit_type"
    rows = []
    for group in groups:
        cells = []
        if has_calls:
            calls = run.estimate("incidents", by, group)
            cells.append(digits(daily(run, "incidents", calls).mean, "count") if calls else "–")
        if has_target:
            target = f"{targets[group]:g}" if group in targets else ""
            cells.append(words("unit.min", value=target) if target else "–")
        for measure, _ in present:
            estimate = run.estimate(measure, by, group)
            cells.append(digits(estimate.mean, estimate.unit) if estimate else "–")
        title = run.title_of(table, group, words.lang)
        rows.append(Row(title, cells, whisker(run.estimate("response_mean_min", by, group), top)))
    return Sheet(heads, rows, ("0", with_unit(words, top, "min")))


def whisker(estimate: Estimate | None, top: float) -> Dot | None:
    """Return where a value and its interval lie between nought and a top."""
    if estimate is None or not math.isfinite(estimate.mean):
        return None
    low = estimate.low if math.isfinite(estimate.low) else estimate.mean
    high = estimate.high if math.isfinite(estimate.high) else estimate.mean
    return Dot(*(min(max(v / top, 0.0), 1.0) for v in (estimate.mean, low, high)))


def slowest_areas(run: RunFolder, words: Words) -> Sheet | None:
    """Areas by mean response time, slowest first; those with few calls are not ranked."""
    values = {k: v for k, v in area_values(run, "response_mean_min").items() if math.isfinite(v)}
    if len(values) < 2:
        return None
    ranked = sorted(values, key=lambda name: -values[name])[:SLOWEST]
    found = [run.estimate("response_mean_min", "area", name) for name in ranked]
    rows = []
    for name, estimate in zip(ranked, found, strict=True):
        share = run.estimate("within_target", "area", name)
        cells = [
            digits(values[name], "min"),
            span(words, estimate.low, estimate.high, "min") if estimate else "–",
            digits(share.mean, "share") if share else "–",
        ]
        rows.append(Row(name, cells, None))
    heads = [words("area"), words("unit_head.min")]
    heads += [words("interval_head", level=level_text(run.level)), words.measure("within_target")]
    return Sheet(heads, rows, None)


# Takeaways ------------------------------------------------------------------------------------


def response_takeaway(run: RunFolder, words: Words) -> str:
    """Median and ninth decile in a sentence."""
    median, p90 = run.estimate("response_median_min"), run.estimate("response_p90_min")
    if median is None or p90 is None or not math.isfinite(median.mean + p90.mean):
        return ""
    times = {
        "median": with_unit(words, median.mean, "min"),
        "p90": with_unit(words, p90.mean, "min"),
    }
    missed = unanswered(run)
    if missed:
        return words("response.takeaway_reached", **times, share=share_said(words, missed))
    return words("response.takeaway", **times)


def hours_takeaway(run: RunFolder, words: Words) -> str:
    """Slowest and fastest hour in a sentence."""
    rows = hour_rows(run, "response_mean_min")
    rows = rows[rows["mean"].notna()]
    if len(rows) < 2:
        return ""
    slow, fast = (rows.iloc[int(k)] for k in (rows["mean"].argmax(), rows["mean"].argmin()))
    return words(
        "hours.takeaway",
        low=hour_text(int(slow["hour"])),
        high=hour_text(int(slow["hour"]) + 1),
        slow=with_unit(words, float(slow["mean"]), "min"),
        fast_low=hour_text(int(fast["hour"])),
        fast_high=hour_text(int(fast["hour"]) + 1),
        fast=with_unit(words, float(fast["mean"]), "min"),
    )


def areas_takeaway(run: RunFolder, words: Words) -> str:
    """Slowest and fastest area in a sentence."""
    values = {k: v for k, v in area_values(run, "response_mean_min").items() if math.isfinite(v)}
    if len(values) < 2:
        return ""
    slow, fast = max(values, key=lambda k: values[k]), min(values, key=lambda k: values[k])
    return words(
        "areas.takeaway",
        slow=slow,
        slow_value=with_unit(words, values[slow], "min"),
        fast=fast,
        fast_value=with_unit(words, values[fast], "min"),
    )


def units_takeaway(run: RunFolder, words: Words) -> str:
    """Busiest unit and the mean in a sentence."""
    mean = run.estimate("utilisation")
    rows = run.rows("utilisation", "unit")
    if mean is None or rows.empty:
        return ""
    rows = rows.assign(name=unit_names(run, rows["group"], words.lang))
    busiest = rows.iloc[int(rows["mean"].argmax())]
    return words(
        "units.takeaway",
        unit=str(busiest["name"]),
        share=digits(float(busiest["mean"]), "share"),
        mean=digits(mean.mean, "share"),
    )
