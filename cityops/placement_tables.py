"""What the terminal says of a placement: before and after, then value, bound and proof."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from cityops.tables import aligned

if TYPE_CHECKING:
    from scenarios.placement.output import OptimizeRun

__all__ = ["outcome"]

_LABELS = {
    "facilities": "open sites",
    "covered_share": "demand covered",
    "within_share": "within",
    "mean_travel": "mean way",
    "max_travel": "longest way",
    "unreached_weight": "demand that reaches none",
}
_VALUES = {
    "share": "share of demand",
    "sites": "sites",
    "cost": "cost",
    "travel": "way",
}
_PARTS = {
    "opening": "opening sites",
    "sizes": "their sizes",
    "travel": "travel to them",
    "onward": "onward to plants",
    "plants": "plants",
    "preference": "preferences",
}


def outcome(done: OptimizeRun) -> str:
    """Lay out what a placement came to.

    Parameters
    ----------
    done
        A placement that was solved and written.
    """
    figures = aligned(_figures(done))
    return "\n".join(
        [_title(done), *_coverable(done), figures, *_cabins(done), *_value(done), *_files(done)]
    )


def _title(done: OptimizeRun) -> str:
    manifest = done.manifest
    n, sites = int(manifest["n_open"]), done.answer.tables["sites"]
    new = int((sites["kind"] != "existing").sum())
    more = f", {new} of them new" if int(manifest["n_existing"]) else ""
    return f"{manifest['question']['title']}: {n} open site{'s' if n != 1 else ''}{more}"


def _coverable(done: OptimizeRun) -> list[str]:
    """One line on how much a set cover could cover at all; none where that is everything."""
    manifest = done.manifest
    lost = sum(float(each["weight"]) for each in manifest["left_out"])
    if manifest["question"]["model"] != "set-cover" or lost <= 0:
        return []
    inside, question = float(manifest["weight"]), manifest["question"]
    limit = question["limit"]
    near = "covered" if limit is None else f"within {limit:g} {question['unit']}"
    share = 100 * inside / (inside + lost)
    return [f"only {share:.1f} % of demand can be covered by any candidate; all of that is {near}"]


def _cabins(done: OptimizeRun) -> list[str]:
    """Queues at the peak: the mean over all visitors of a sex, and the worst toilet."""
    table = done.answer.tables.get("cabins")
    if table is None or not len(table):
        return []
    said = []
    for who in ("women", "men"):
        wait = table[f"{who}_wait_min"].fillna(0.0)
        come = table["visitors_per_h"]
        mean = float((wait * come).sum() / max(1e-12, float(come.sum())))
        worst = table.iloc[int(wait.to_numpy().argmax())]
        said.append(f"{who} {mean:.1f} min (at most {float(wait.max()):.1f}, {worst['name']})")
    return [f"waits in the busiest hours: {'; '.join(said)}"]


def _figures(done: OptimizeRun) -> list[list[str]]:
    unit = str(done.manifest["question"]["unit"])
    table = done.answer.tables["before_after"]
    states = ("before", "after") if int(done.manifest["n_existing"]) else ("after",)
    lines = [["figure", *(state if len(states) > 1 else "plan" for state in states)]]
    for row in table.to_dict("records"):
        label = _LABELS.get(str(row["measure"]))
        if label is None or (row["measure"] == "unreached_weight" and not row["after"]):
            continue
        if row["measure"] == "within_share":
            label = f"within {row['limit']:g} {unit}"
        elif row["unit"] == unit:
            if row["measure"] == "mean_travel":
                label += _to_whom(done)
            label = f"{label}, {unit}"
        lines.append([label, *(_cell(row[key], str(row["unit"])) for key in states)])
    return lines


def _to_whom(done: OptimizeRun) -> str:
    """Where the mean way leads."""
    if not done.manifest["question"]["given"]:
        return " to the nearest"
    if done.answer.question.plants is not None and done.answer.question.spec.direct:
        return " to the assigned site or plant"
    return " to the assigned site"


def _cell(value: float, unit: str) -> str:
    if not isfinite(value):
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit in {"count", "weight", "m"}:
        return f"{value:,.0f}"
    return f"{value:.2f}"


def _value(done: OptimizeRun) -> list[str]:
    manifest = done.manifest
    shown, unit = manifest["shown"], str(manifest["shown"]["unit"])
    travel = str(manifest["question"]["unit"])

    def said(value: float | None) -> str:
        if value is None:
            return "unknown"
        if unit == "share":
            return f"{100 * value:.2f} %"
        if unit == "cost":
            return cost_said(value)
        return f"{value:,.6g}" + (f" {travel}" if unit == "travel" else "")

    gap = "unknown" if manifest["gap"] is None else f"{100 * manifest['gap']:.3g} %"
    proof = "proven best" if manifest["proven"] else f"not proven, gap {gap}"
    words = [
        (
            f"value {said(shown['value'])} ({_counted(manifest, unit)}), "
            f"bound {said(shown['bound'])}: {proof}"
        ),
        *_parts(manifest),
        f"{manifest['seconds']:.1f} s by {manifest['method']}",
    ]
    if manifest["interrupted"]:
        words.insert(0, "interrupted: this is the best plan until then")
    return words


def cost_said(value: float) -> str:
    """Write a cost in full, with digits after the point where it is small.

    Parameters
    ----------
    value
        In whatever the scenario counts costs.

    Examples
    --------
    >>> cost_said(6856640.2), cost_said(12.5), cost_said(3000.0)
    ('6,856,640', '12.50', '3,000')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.2f}"


def _counted(manifest: dict[str, Any], unit: str) -> str:
    """Say what the value counts, a cost with its unit where the scenario gives one."""
    money = str(manifest.get("cost_unit") or "") if unit == "cost" else ""
    return f"cost, {money}" if money else _VALUES.get(unit, unit)


def _parts(manifest: dict[str, Any]) -> list[str]:
    """One line on what a cost adds up from; none where it is all one."""
    parts = manifest.get("cost_parts") or {}
    if len(parts) < 2:
        return []
    from scenarios.placement.costs import rounded_parts

    rounded, digits = rounded_parts(parts)
    said = [f"{_PARTS[name]} {value:,.{digits}f}" for name, value in rounded.items()]
    return [f"cost: {' + '.join(said)}"]


def _files(done: OptimizeRun) -> list[str]:
    name = done.manifest["question"]["name"]
    return [
        f"plan: {done.folder / 'plan' / f'{name}.csv'}",
        f"report: {done.folder / 'report.html'}",
    ]
