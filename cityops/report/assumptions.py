"""What a run took for granted, in plain sentences, from its resolved scenario and manifest.

The sentences are kept here, beside the keys that they speak of; all other words of the report are
in `cityops.report.words`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cityops.report.facts import closures_and_times, measured_share, shifts_said, speed_sentence
from cityops.report.formats import clock, hours_said, level_text, plain
from cityops.report.words import TEXTS

if TYPE_CHECKING:
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

Table = dict[str, Any]


class Assumed(NamedTuple):
    """A heading and the sentences under it."""

    heading: str
    sentences: list[str]


RULES: dict[tuple[str, str], tuple[str, str]] = {
    ("dispatch", "nearest"): (
        "The free unit that would be there first is sent, by travel time at that moment",
        "派遣当时预计最先到达的空闲车组",
    ),
    ("dispatch", "preference"): (
        "Units are sent in each area's fixed order of preference; others follow by travel time",
        "按各片区的固定优先顺序派遣，名单之外按行驶时间",
    ),
    ("dispatch", "keep-coverage"): (
        "Among the units in time, the one whose leaving costs the least expected coverage is sent",
        "在能及时到达的车组中，派出对预期覆盖影响最小者",
    ),
    ("preemption", "off"): (
        "A unit under way is never called off to another case",
        "已出动的车组不会中途改派",
    ),
    ("preemption", "when-none-free"): (
        "When no unit is free, one on its way to a less urgent case is called off",
        "没有空闲车组时，可改派正赶往较低优先级事件的车组",
    ),
    ("preemption", "if-nearer"): (
        "A unit on its way to a less urgent case is called off if it is nearer than any free one",
        "若比空闲车组更近，可改派正赶往较低优先级事件的车组",
    ),
    ("hospital", "nearest"): (
        "Patients go to the hospital that is nearest by travel time",
        "患者送往行驶时间最短的医院",
    ),
    ("hospital", "least-wait"): (
        "Patients go to the hospital where travel and expected wait together are shortest",
        "患者送往“行驶加预计等待”时间最短的医院",
    ),
    ("relocation", "none"): (
        "Units return to their own station and are not moved to cover for others",
        "车组返回本站，不为他站补位",
    ),
    ("relocation", "compliance"): (
        "Free units are moved to the stations of a compliance table",
        "空闲车组按补位表调防",
    ),
    ("relocation", "dmexclp"): (
        "A unit that becomes free goes where it adds most expected coverage (DMEXCLP)",
        "空出的车组前往使预期覆盖增加最多的站点（DMEXCLP）",
    ),
}

STATED: dict[str, tuple[str, str]] = {
    "on_scene_min": ("Time on the scene", "现场时长"),
    "transport": ("Transport to hospital", "是否送医"),
    "handover_min": ("Hand-over at hospital", "医院交接时长"),
}


class Teller:
    """Says a scenario's assumptions in one language."""

    def __init__(self, run: RunFolder, words: Words) -> None:
        self.run, self.words = run, words
        self.chinese = words.lang == "zh"

    def pick(self, english: str, chinese: str) -> str:
        """Return the one of two texts that is in the report's language."""
        return chinese if self.chinese else english

    def tables(self, key: str) -> list[Table]:
        """Return the tables of an array in the scenario."""
        found = self.run.scenario.get(key)
        return (
            [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
        )

    def table(self, key: str) -> Table:
        """Return a table of the scenario, empty if there is none."""
        found = self.run.scenario.get(key)
        return found if isinstance(found, dict) else {}

    def rule(self, kind: str) -> str | None:
        """Return what a policy's setting means."""
        texts = RULES.get((kind, str(self.table("policy").get(kind))))
        return self.pick(*texts) if texts else None

    def stated(self) -> list[str]:
        """Return what the scenario's author says himself."""
        head = self.table("scenario")
        found = (head.get("assumed_zh") if self.chinese else None) or head.get("assumed")
        return [str(text) for text in found] if isinstance(found, list) else []

    def streets(self) -> list[str]:
        """Return the streets and the travel on them."""
        found = []
        network = self.table("network")
        travel = self.table("travel")
        law = travel.get("law")
        if isinstance(law, dict):
            found.append(
                self.pick(
                    "Travel time follows from straight-line distance: accelerate at "
                    f"{law.get('acceleration_ms2'):g} m/s², cruise at "
                    f"{law.get('cruising_ms'):g} m/s, brake",
                    f"行驶时间由直线距离推算：以 {law.get('acceleration_ms2'):g} m/s² 加减速，"
                    f"以 {law.get('cruising_ms'):g} m/s 巡航",
                )
            )
        elif travel.get("matrix_csv"):
            found.append(self.pick("Travel times are given as a table", "行驶时间由给定矩阵确定"))
        if not network:
            return found
        dropped = self.run.network.get("dropped_words")
        if isinstance(dropped, dict) and dropped.get(self.words.lang):
            found.append(str(dropped[self.words.lang]))
        speeds = speed_sentence(self.run, self.words)
        if speeds:
            found.append(speeds)
        found += self._speed_changes(network)
        snap = network.get("max_snap_m")
        if snap is not None:
            found.append(
                self.pick(
                    "Stations, hospitals and incidents lie on the nearest street, at most "
                    f"{snap:g} m away",
                    f"站点、医院与事件落在最近的道路上，距离不超过 {snap:g} 米",
                )
            )
        return found

    def _speed_changes(self, network: Table) -> list[str]:
        found = []
        factor = network.get("factor")
        if isinstance(factor, int | float) and factor != 1:
            found.append(
                self.pick(f"All speeds are multiplied by {factor:g}", f"全部车速乘以 {factor:g}")
            )
        periods = network.get("period") or []
        for period in periods:
            name, hours = period.get("name"), hours_said(self.words, str(period.get("hours")))
            some = "".join(
                self.pick(f", on {kind} {value:g}", f"，{kind} 为 {value:g}")
                for kind, value in (period.get("classes") or {}).items()
            )
            found.append(
                self.pick(
                    f"{name} ({hours}): speeds are multiplied by {period.get('factor', 1):g}{some}",
                    f"{name}（{hours}）：车速乘以 {period.get('factor', 1):g}{some}",
                )
            )
        if not periods:
            found.append(
                self.pick("Travel times are the same at every hour", "行驶时间不随时刻变化")
            )
        found += [
            self.pick(
                f"Closed {when or 'all the time'}: {what}",
                f"{f'{when} ' if when else '全程'}封闭：{what}",
            )
            for what, when in closures_and_times(self.run, self.words)
        ]
        return found

    def units(self) -> list[str]:
        """Return turn-out, speed and shifts."""
        found = []
        types = self.table("unit_type")
        for key, kind in types.items():
            name = self.run.title_of("unit_type", key, self.words.lang)
            day, night = kind.get("turnout_day_s", 0), kind.get("turnout_night_s", 0)
            night_hours = hours_said(self.words, str(kind.get("night")))
            speed = float(kind.get("lights_factor", 1)) * float(kind.get("speed_factor", 1))
            text = self.pick(
                f"{name}: turns out in {day:g} s by day"
                + (f", {night:g} s at night ({night_hours})" if night != day else " and night")
                + (
                    f"; drives {speed:g} times the streets' speed to an incident"
                    if speed != 1
                    else ""
                ),
                f"{name}：白天出动准备 {day:g} 秒"
                + (f"，夜间 {night:g} 秒（{night_hours}）" if night != day else "，夜间相同")
                + (f"；出警车速为道路车速的 {speed:g} 倍" if speed != 1 else ""),
            )
            found.append(text)
        shifts = shifts_said(self.run, self.words)
        if [hours for hours, _ in shifts] == ["always"]:
            found.append(self.pick("All units are on duty all the time", "全部车组全天在岗"))
            return found
        for hours, who in shifts:
            listed = self.words.listed(who)
            if hours == "always":
                found.append(self.pick(f"On duty all the time: {listed}", f"全天在岗：{listed}"))
            else:
                found.append(self.pick(f"On duty {hours}: {listed}", f"{hours} 在岗：{listed}"))
        return found

    def _most_needed(self) -> int:
        """Most units of one type that a class of incident needs."""
        needs = [kind.get("needs") for kind in self.table("incident_class").values()]
        counts = [n for need in needs if isinstance(need, dict) for n in need.values()]
        return max((int(n) for n in counts if isinstance(n, int | float)), default=1)

    def demand(self) -> list[str]:
        """Return where the incidents come from."""
        record = self.table("record")
        if record.get("file"):
            found = [
                self.pick(
                    f"Incidents are those of the record {Path(str(record['file'])).name}",
                    f"事件取自记录 {Path(str(record['file'])).name}",
                )
            ]
            found += self._measured()
        else:
            found = [
                self.pick(
                    "Incidents are drawn at random (a Poisson process by hour of the week), each "
                    "class at its own rate and places",
                    "事件随机产生（按每周小时变化的泊松过程），各类有各自的强度与地点分布",
                )
            ]
        factor = self.table("demand").get("factor")
        if isinstance(factor, int | float) and factor != 1 and not record.get("file"):
            found.append(self.pick(f"All rates times {factor:g}", f"全部事件强度乘以 {factor:g}"))
        for key, kind in self.table("incident_class").items():
            name = self.run.title_of("incident_class", key, self.words.lang)
            chance = float(kind.get("transport_prob") or 0)
            scene = spread(self.words, kind.get("on_scene_min"))
            hand = spread(self.words, kind.get("handover_min"))
            parts = []
            if scene and self._drawn("on_scene_min"):
                parts.append(self.pick(f"{scene} on the scene", f"现场{gap(scene)}"))
            if chance and self._drawn("transport"):
                share = plain(100 * chance, 0) + "%"
                parts.append(self.pick(f"{share} taken to hospital", f"{share} 送医"))
            carried = chance or measured_share(self.run, "transport")[0]
            if carried and hand and self._drawn("handover_min"):
                parts.append(self.pick(f"hand-over {hand}", f"交接{gap(hand)}"))
            if parts:
                found.append(name + self.words("colon") + self.words("list").join(parts))
        return found

    def _drawn(self, key: str) -> bool:
        """Whether something is drawn for any incident at all: a record may state it for all."""
        known, rows = measured_share(self.run, key)
        return not rows or known < rows

    def _measured(self) -> list[str]:
        """Return what the record states by itself, so that it is not drawn."""
        found = []
        for key, (english, chinese) in STATED.items():
            known, rows = measured_share(self.run, key)
            if known:
                found.append(
                    self.pick(
                        f"{english} is as recorded for {known:,} of {rows:,} incidents"
                        + ("" if known == rows else ", drawn for the others"),
                        f"{chinese}：{rows:,} 起事件中 {known:,} 起按记录"
                        + ("" if known == rows else "，其余随机抽取"),
                    )
                )
        if any(self._drawn(key) for key in STATED):
            found.append(
                self.pick(
                    "What the record does not state is drawn as the classes say:",
                    "记录未给出者按类别抽取：",
                )
            )
        return found

    def rules(self) -> list[str]:
        """Return the policy."""
        kinds = ["dispatch", "preemption"]
        kinds += ["hospital"] if self.tables("hospital") or self.table("hospitals") else []
        found = [text for kind in (*kinds, "relocation") if (text := self.rule(kind))]
        policy = self.table("policy")
        found.append(
            self.pick(
                "Incidents without a free unit wait, the most urgent first, then by time of call",
                "无空闲车组时事件排队，先按紧急程度，再按接报先后",
            )
        )
        if self._most_needed() > 1:
            found.append(
                self.pick(
                    "An incident that needs several units of a type may be served by one unit "
                    "several times, one need after another, when no other is free",
                    "事件需要多个同类车组时，若无其他空闲车组，同一车组可先后满足多项需求",
                )
            )
        limit = policy.get("queue_limit")
        if limit is not None:
            found.append(
                self.pick(
                    f"At most {limit} incidents wait; more are referred elsewhere",
                    f"最多 {limit} 起排队，超出者转交外部",
                )
            )
        if "keep-coverage" in policy.values() or "dmexclp" in policy.values():
            busy = 100 * float(policy.get("busy_fraction", 0))
            found.append(
                self.pick(
                    f"Expected coverage takes a unit to be busy {busy:g}% of the time",
                    f"预期覆盖按车组忙碌率 {busy:g}% 计算",
                )
            )
        return found

    def statistics(self) -> list[str]:
        """Return how the numbers were made."""
        run, words = self.run, self.words
        n, seed = run.reps, run.manifest.get("seed")
        start = clock(words, run.week_start_s)
        warm = words("unit.h", value=f"{run.warmup_s / 3600:g}")
        times = words.counted("replications", n)
        if run.recorded:
            found = [
                self.pick(
                    f"{times}, seed {seed}; all of them replay the recorded incidents, and only "
                    "what the record does not state is drawn anew, the same for every plan that "
                    "is tried",
                    f"{times}，随机种子 {seed}；每次重复都重放记录中的事件，只有记录未给出的部分"
                    "重新抽取，且对所有方案一致",
                )
            ]
        else:
            found = [
                self.pick(
                    f"{times}, seed {seed}; every replication has its own incidents, the "
                    "same for every plan that is tried",
                    f"{times}，随机种子 {seed}；每次重复的事件各不相同，但对所有方案一致",
                )
            ]
        if run.warmup_s > 0:
            found.append(
                self.pick(
                    f"The first {warm} (from {start}) are left out, so that the city is in full "
                    "swing",
                    f"舍去最初 {warm}（自{start}起），使系统进入常态",
                )
            )
        if n > 1:
            found.append(
                self.pick(
                    f"Intervals: Student t over replication means, {level_text(run.level)} each",
                    f"区间：对各次重复均值的 t 区间，每个指标置信水平 {level_text(run.level)}",
                )
            )
        if n > 1 and run.recorded:
            found.append(
                self.pick(
                    "The intervals cover only the draws, not how other incidents than the "
                    "recorded ones would differ",
                    "区间只反映随机抽取的部分，不反映换一批事件会有多大不同",
                )
            )
        if n > 1:
            found.append(
                self.pick(
                    "Intervals end at 0 and at 100% where the formula would go beyond",
                    "区间按公式超出 0 或 100% 时，截止于该处",
                )
            )
        found.append(
            self.pick(
                "Response time runs from the call to the first unit's arrival on the scene",
                "响应时间指从接报到首个车组到场",
            )
        )
        return found


def gap(text: str) -> str:
    """Return a Chinese piece as it follows a word: digits stand off, signs do not."""
    return text if text[:1] > "\u2e80" else f" {text}"


def spread(words: Words, given: Any) -> str:  # noqa: ANN401 - a number or a distribution's table
    """Say a duration in minutes and how it varies; empty if it is not given."""
    if isinstance(given, int | float):
        return words("unit.min", value=f"{given:g}")
    if not isinstance(given, dict):
        return ""
    kind = str(given.get("kind", ""))
    name = words(f"dist.{kind}") if f"dist.{kind}" in TEXTS else kind
    typical = given.get("mean", given.get("value", given.get("mode")))
    if isinstance(typical, int | float):
        text = words("unit.min", value=f"{typical:g}")
        return text if kind in ("", "fixed") else words("dist.mean", mean=text, kind=name)
    if "low" in given and "high" in given:
        return words("unit.min", value=f"{given['low']:g}–{given['high']:g}")
    return name


def assumptions(run: RunFolder, words: Words) -> list[Assumed]:
    """Everything that was assumed, under headings; headings without sentences are left out."""
    teller = Teller(run, words)
    groups = [
        (("Stated with the scenario", "方案自述"), teller.stated()),
        (("Rules", "规则"), teller.rules()),
        (("Units", "车组"), teller.units()),
        (("Incidents", "事件"), teller.demand()),
        (("Streets and travel", "道路与行驶"), teller.streets()),
        (("Numbers", "统计"), teller.statistics()),
        (("Remarks of the run", "运行提示"), [str(w) for w in run.manifest.get("warnings") or []]),
    ]
    return [Assumed(teller.pick(*heading), texts) for heading, texts in groups if texts]
