"""The report of one run: a single page that works from disk, with every chart's data inside."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityops.report import contents, palette
from cityops.report.assumptions import assumptions
from cityops.report.charts import by_hour, response_cdf, response_histogram, unit_bars
from cityops.report.facts import command_said, named_hashes
from cityops.report.formats import clock, duration, level_text
from cityops.report.map_charts import area_map, few_calls, map_layers
from cityops.report.maps import FEW_CALLS, DistrictMap, district_map, page_map
from cityops.report.playback import SPEED_MIN_PER_S, SPEEDS_MIN_PER_S, playback
from cityops.report.reading import RunFolder
from cityops.report.words import TEXTS, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES = Path(__file__).with_name("templates")
WIDEST, TALLEST = 2.1, 0.98


def write_report(run_folder: Path, *, lang: str = "en", out: Path | None = None) -> Path:
    """Write the report of a finished run as one HTML file that loads nothing.

    Parameters
    ----------
    run_folder
        A run folder with at least `manifest.json` and `tables/summary.parquet`; whatever else it
        holds is shown, whatever it lacks is left out.
    lang
        "en" or "zh".
    out
        The file to write; `report.html` in the run folder by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the folder is no finished run, or the language is not known.
    """
    words = Words(lang)
    run = RunFolder.load(Path(run_folder))
    page = render("report.html.j2", report_context(run, words), words)
    return save_page(page, run.folder / "report.html" if out is None else Path(out))


def report_context(run: RunFolder, words: Words) -> dict[str, Any]:
    """Everything that the template of the report shows."""
    district = district_map(run, words)
    layers = map_layers([run], words)
    figures = {
        "cdf": response_cdf(run, words),
        "histogram": response_histogram(run, words),
        "hours": by_hour(run, words),
        "map": area_map(run, district, layers, words),
        "units": unit_bars(run, words),
    }
    day = playback(run, district, words)
    blobs: dict[str, Any] = {f"chart-{name}": figure for name, figure in figures.items() if figure}
    blobs |= {"streets": page_map(district), "page": page_words(words)}
    if day is not None:
        blobs["playback"] = day
    first = run.first_responses()
    level = level_text(run.level)
    few = few_calls(run)
    cards = contents.cards(run, words)
    return {
        **head_context(run, words),
        "answer": sentence(contents.answer(run, words), words),
        "cards": cards,
        "small_span": small_span(len(cards) - 3),
        "reading": contents.reading(run, words),
        "inputs": contents.inputs(run, words),
        "charts": figures,
        "cdf_note": words("response.cdf_note", level=level) if run.reps > 1 else "",
        "histogram_note": words("response.histogram_note", n=0 if first is None else len(first)),
        "takeaways": {
            "response": contents.response_takeaway(run, words),
            "hours": contents.hours_takeaway(run, words),
            "areas": contents.areas_takeaway(run, words),
            "units": contents.units_takeaway(run, words),
        },
        "layers": layers,
        "few": few,
        "few_note": words("areas.few_note", n=round(FEW_CALLS)),
        "aspect": aspect(district),
        "has_stations": bool(district.stations),
        "has_hospitals": bool(district.hospitals),
        "slowest": contents.slowest_areas(run, words) if figures["map"] else None,
        "by_class": contents.group_sheet(run, words, "class"),
        "by_type": contents.group_sheet(run, words, "type"),
        "first_note": words("classes.first_note") if contents.is_joint(run) else "",
        "whisker_title": words("classes.mean_plot", level=level),
        "has_playback": day is not None,
        "speeds": SPEEDS_MIN_PER_S,
        "speed": SPEED_MIN_PER_S,
        "assumed": assumptions(run, words),
        "command": command_said(str(run.manifest.get("command") or "")),
        "hashes": named_hashes(run.manifest.get("input_hashes") or {}),
        "versions": versions_text(run.manifest.get("versions") or {}, words),
        "took": took_text(run.manifest, words),
        "blobs": {name: script_json(content) for name, content in blobs.items()},
    }


def head_context(run: RunFolder, words: Words) -> dict[str, Any]:
    """Title, question and the small print under them."""
    days = duration(words, run.measured_s)
    start = clock(words, run.week_start_s + run.warmup_s)
    meta = [
        words("period_measured", days=days, start=start),
        words.counted("replications", run.reps),
    ]
    started = moment(run.manifest.get("started"))
    if started is not None:
        meta.append(words("run_of", date=f"{started:%Y-%m-%d}"))
    service = str(run.manifest.get("service") or "dispatch")
    interrupted = bool(run.manifest.get("interrupted"))
    return {
        "service": service if f"service.{service}" in TEXTS else "dispatch",
        "title": run.title(words.lang),
        "question": run.question(words.lang),
        "synthetic": run.synthetic,
        "meta": meta,
        "attribution": run.credit(words),
        "version": str((run.manifest.get("versions") or {}).get("cityops", "")),
        "interrupted": words("interrupted", n=run.reps) if interrupted else "",
    }


def sentence(pieces: list[str], words: Words) -> str:
    """Pieces as one sentence, its first letter large."""
    if not pieces:
        return ""
    text = words("join").join(pieces) + words("stop")
    return text[0].upper() + text[1:]


def small_span(number: int) -> int:
    """Twelfths of a row that a small card takes, so that the rows are full where they can be."""
    return 4 if number in (3, 5, 6, 9) else 6 if number == 2 else 3


def page_words(words: Words) -> dict[str, Any]:
    """Return the words that the page's scripts use."""
    return {
        "locale": "zh-CN" if words.lang == "zh" else "en-cityops",
        "plotly": {
            key.removeprefix("plotly."): words(key) for key in TEXTS if key.startswith("plotly.")
        },
        "player": {"comma": words("list"), "late": words("waiting_late")},
    }


def aspect(district: DistrictMap) -> str:
    """Width to height of the map's box, kept within what reads well on a page."""
    ratio = district.frame.width / max(district.frame.height, 1e-9)
    return f"{min(max(ratio, TALLEST), WIDEST):.4f}"


def versions_text(versions: Mapping[str, object], words: Words) -> str:
    """Versions in one line."""
    return words("list").join(f"{name} {version}" for name, version in versions.items())


def moment(text: object) -> datetime | None:
    """Moment of an ISO text, or None if it is none."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def took_text(manifest: Mapping[str, Any], words: Words) -> str:
    """When the run started and how long it took; empty if the manifest does not say."""
    start, end = moment(manifest.get("started")), moment(manifest.get("finished"))
    if start is None or end is None:
        return ""
    seconds = max((end - start).total_seconds(), 0.0)
    shown = f"{start:%Y-%m-%d %H:%M}"
    return words("reproduce.took", start=shown, took=duration(words, seconds))


def script_json(content: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """JSON that can stand inside a script element, whatever names it holds."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def render(template: str, context: Mapping[str, Any], words: Words) -> str:
    """Fill a template; texts are escaped, Plotly's script is put in whole."""
    import jinja2
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page: str = environment.get_template(template).render(
        **context, words=words, font=palette.FONT, plotlyjs=script_text(get_plotlyjs())
    )
    return page


def save_page(page: str, target: Path) -> Path:
    """Write a page, and the folders that it lies in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


def script_text(script: str) -> str:
    """Return a script that cannot end its own element early."""
    return script.replace("</script", "<\\/script")


def bold(text: str) -> str:
    """Text in bold HTML, escaped."""
    return f"<b>{escape(text)}</b>"
