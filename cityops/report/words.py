"""Every word of the reports, in English and Chinese: one table, one entry a text.

Those of street cleaning lie in `cityops.report.cleaning_words`, of placements in
`placement_words`, of routes in `routes_words`, of waste collection in `waste_words`.

`Words` looks a text up in its language and fills its blanks. A key that is missing is a bug and
raises `KeyError`; tests check that every text has both languages and the same blanks.
"""

from __future__ import annotations

from typing import Final, Literal

from cityops.report.cleaning_words import CLEANING_TEXTS
from cityops.report.placement_words import PLACEMENT_TEXTS
from cityops.report.routes_words import ROUTES_TEXTS
from cityops.report.waste_words import WASTE_TEXTS

Lang = Literal["en", "zh"]

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # The page
    "html_lang": ("en", "zh-CN"),
    "service.dispatch": ("Emergency dispatch", "应急调度"),
    "report": ("Simulation report", "仿真报告"),
    "comparison": ("Comparison of scenarios", "方案对比"),
    "synthetic": ("Synthetic district", "合成城区"),
    "synthetic_long": (
        "Streets, places and demand are generated. No result here describes a real place.",
        "道路、地点与需求均由程序生成，任何结果都不代表真实地区。",
    ),
    "synthetic_streets": ("Synthetic streets: no real place", "合成道路，并非真实地点"),
    "interrupted": (
        "This run was stopped early: it holds {n} replications.",
        "本次运行被提前中止，仅含 {n} 次重复。",
    ),
    "period_measured": ("{days} measured, from {start}", "统计 {days}，自{start}起"),
    "replications": ("{n} replications", "{n} 次重复"),
    "replications_one": ("1 replication", "1 次重复"),
    "run_of": ("Run of {date}", "运行日期 {date}"),
    "days": ("{n} days", "{n} 天"),
    "days_one": ("1 day", "1 天"),
    "no_script": (
        (
            "The charts need JavaScript, which is switched off here. Figures and tables can be "
            "read without it; where there are pictures, they lie in the folder “figures”."
        ),
        "图表需要 JavaScript，当前已被禁用。数字与表格不受影响；如有静态图片，见 figures 文件夹。",
    ),
    "figures_note": (
        "Pictures of the charts for slides lie beside this file in “figures”.",
        "幻灯片用图见同目录 figures 文件夹。",
    ),
    "made_with": (
        "Made with cityops {version}. This file is complete: it loads nothing from the network.",
        "由 cityops {version} 生成。本文件内容完整，打开时不从网络加载任何内容。",
    ),
    # Answer
    "answer.mean": (
        "Help reaches the scene {mean} after the call on average",
        "从接报到首个车组到场平均 {mean}",
    ),
    "answer.p90": ("nine incidents in ten within {p90}", "九成事件在 {p90} 内到场"),
    "answer.target": (
        "{share} of incidents are reached within their target time",
        "{share} 的事件在目标时间内到场",
    ),
    "answer.unanswered": (
        "{share} of incidents are never reached by any unit",
        "{share} 的事件始终无车组到场",
    ),
    "answer.mean_reached": (
        "those that are reached wait {mean} for help on average",
        "有车组到场的事件，从接报到首个车组到场平均 {mean}",
    ),
    "answer.p90_reached": (
        "nine in ten of those reached within {p90}",
        "其中九成在 {p90} 内到场",
    ),
    "answer.busy": (
        "units are busy for {share} of their time on duty",
        "车组在岗时间中 {share} 处于忙碌",
    ),
    "join": ("; ", "；"),
    "comma": (", ", "、"),
    "list": (", ", "，"),
    "colon": (": ", "："),
    "space": (" ", ""),
    "stop": (".", "。"),
    "paren": (" ({text})", "（{text}）"),
    "stop_list": ("; ", "；"),
    # Inputs
    "inputs": ("What was put in", "输入"),
    "in.streets": ("Streets", "路网"),
    "in.streets_value": (
        "{km}, two-way streets counted once{directed}; {nodes} junctions",
        "{km}（双向道路只计一次{directed}），{nodes} 个路口",
    ),
    "in.streets_directed": (" ({km} counting each direction)", "；双向分别计为 {km}"),
    "in.closed": ("Closed streets", "封闭道路"),
    "in.period": ("Simulated period", "仿真时段"),
    "in.period_value": (
        "{days} from {start}, after {warmup} to warm up",
        "{days}，自{start}起；另有 {warmup}预热",
    ),
    "in.demand": ("Incidents", "事件"),
    "in.demand_value": ("{n} a day expected", "预期每天 {n} 起"),
    "in.demand_simulated": ("{n} a day in the simulation", "仿真中平均每天 {n} 起"),
    "in.record_value": ("taken from the record {file}", "取自记录 {file}"),
    "in.classes": ("Incident classes", "事件类别"),
    "in.fleet": ("Units", "车组"),
    "in.unit_hours": ("Hours on duty", "在岗时长"),
    "in.unit_hours_value": ("{hours} a week, all units together", "每周合计 {hours}"),
    "in.stations": ("Stations", "站点"),
    "in.hospitals": ("Hospitals", "医院"),
    "in.rule": ("Dispatch rule", "派遣规则"),
    "in.reps": ("Replications", "重复次数"),
    "in.reps_value": ("{n}, seed {seed}", "{n} 次，随机种子 {seed}"),
    # Key figures
    "interval": ("{level} interval {range}", "{level} 置信区间 {range}"),
    "interval_band": ("bands: {level} intervals", "色带：{level} 置信区间"),
    "interval_head": ("{level} interval", "{level} 置信区间"),
    "no_interval": ("one replication, no interval", "仅一次重复，无区间"),
    "range": ("{low} to {high}", "{low} 至 {high}"),
    "n": ("n = {n}", "n = {n}"),
    "reading": (
        (
            "Each figure is the mean over the replications; the interval is where the true mean "
            "lies with {level} confidence (Student t)."
        ),
        "各数字为多次重复的均值；区间为真实均值的 {level} 置信区间（t 分布）。",
    ),
    "reading.record": (
        (
            "Each figure is the mean over the replications. All of them replay the same recorded "
            "incidents: the {level} interval (Student t) covers only what the record leaves open "
            "and is drawn, not how another period would differ."
        ),
        (
            "各数字为多次重复的均值。每次重复都重放同一份事件记录：{level} 区间（t 分布）"
            "只反映记录未给出而随机抽取的部分，不反映换一个时段会有多大不同。"
        ),
    ),
    "reading.reached": (
        "Response times are those of the incidents that are reached.",
        "响应时间只统计有车组到场的事件。",
    ),
    "reading.cut": (
        "An interval that would reach below 0 or above 100% ends there.",
        "区间若超出 0 或 100%，则截止于该处。",
    ),
    "per_day_unit": ("{unit} a day", "{unit}/天"),
    "unit_head.min": ("Mean, min", "均值（分钟）"),
    "per_day": ("{value} a day", "每天 {value}"),
    # Response times
    "response": ("How long until help arrives", "救援多久到达"),
    "response.cdf": ("Incidents reached within a given time", "给定时间内到场的事件比例"),
    "response.cdf_note": (
        "Mean over the replications; the band is the {level} interval.",
        "各次重复的均值，色带为 {level} 置信区间。",
    ),
    "response.histogram": ("Response times in one replication", "单次重复的响应时间"),
    "response.histogram_note": ("First replication, {n} incidents.", "首次重复，共 {n} 起事件。"),
    "response.takeaway": (
        "Half of all incidents are reached within {median}, nine in ten within {p90}.",
        "半数事件在 {median} 内到场，九成在 {p90} 内到场。",
    ),
    "response.takeaway_reached": (
        (
            "Of the incidents that are reached, half are reached within {median}, nine in ten "
            "within {p90}; {share} of all are never reached."
        ),
        (
            "有车组到场的事件中，半数在 {median} 内到场，九成在 {p90} 内到场；"
            "另有 {share} 的事件始终无车组到场。"
        ),
    ),
    "axis.minutes": ("minutes after the call", "接报后分钟数"),
    "axis.share_reached": ("incidents reached", "已到场事件"),
    "axis.calls": ("incidents", "事件数"),
    "axis.hour": ("hour of day", "时刻"),
    "axis.response_min": ("response time, minutes", "响应时间（分钟）"),
    "axis.calls_hour": ("incidents a day", "每日事件数"),
    "axis.share_time": ("share of time on duty", "在岗时间占比"),
    "target_of": ("target for {name}", "{name}目标"),
    "target": ("target", "目标"),
    "hover.cdf": ("Within {minutes}: {share}", "{minutes} 内到场：{share}"),
    "under": ("< {value}", "< {value}"),
    "over": ("≥ {value}", "≥ {value}"),
    "hover.histogram": ("{low}–{high} min: {n} incidents", "{low}–{high} 分钟：{n} 起"),
    "hover.histogram_last": ("over {low} min: {n} incidents", "超过 {low} 分钟：{n} 起"),
    # By hour
    "hours": ("When it takes longest", "何时最慢"),
    "hours.response": ("Response time by hour of day", "各时刻的响应时间"),
    "hours.takeaway": (
        (
            "Slowest between {low} and {high} ({slow} on average), fastest between {fast_low} and "
            "{fast_high} ({fast})."
        ),
        "{low}至{high}最慢（平均 {slow}），{fast_low}至{fast_high}最快（{fast}）。",
    ),
    "hover.hour": ("{low}–{high}: {value}", "{low}–{high}：{value}"),
    "mean": ("mean", "均值"),
    "p90": ("nine in ten", "九成"),
    # By area
    "areas": ("Where it takes longest", "何处最慢"),
    "areas.takeaway": (
        "Slowest is {slow} ({slow_value} on average), fastest {fast} ({fast_value}).",
        "最慢：{slow}（平均 {slow_value}）；最快：{fast}（{fast_value}）。",
    ),
    "areas.response": ("Mean response time by area", "各片区平均响应时间"),
    "areas.slowest": ("Slowest areas", "最慢的片区"),
    "areas.few": ("few incidents", "事件过少"),
    "areas.few_note": (
        "Areas with fewer than {n} incidents in a replication are drawn grey and not ranked.",
        "每次重复少于 {n} 起事件的片区以灰色表示，不参与排名。",
    ),
    "areas.show": ("Colour by", "着色指标"),
    "areas.calls": ("Incidents a day", "每日事件数"),
    "area": ("Area", "片区"),
    "station": ("Station", "站点"),
    "hospital": ("Hospital", "医院"),
    # Classes, types
    "classes": ("Who is reached how fast", "各类事件与各类车组"),
    "classes.by_class": ("By class of incident", "按事件类别"),
    "classes.by_type": ("By type of unit", "按车组类型"),
    "classes.first_note": (
        (
            "Response and target are about the first unit to arrive, of whatever type; some "
            "incidents need several. When all of them are there is a column of its own; by type "
            "of unit, every arrival counts by itself."
        ),
        (
            "响应时间与达标率以首个到场车组为准，不论类型；部分事件需要多个车组，"
            "“全部到齐”另列一栏；按车组类型统计时，每个车组的到场各自计算。"
        ),
    ),
    "class": ("Class", "类别"),
    "type": ("Type of unit", "车组类型"),
    "target_min": ("Target", "目标"),
    "classes.mean_plot": ("Mean and {level} interval", "均值与 {level} 置信区间"),
    # Units
    "units": ("How busy the units are", "车组有多忙"),
    "units.takeaway": (
        (
            "Busiest is {unit}, busy for {share} of its time on duty; on average units are busy "
            "for {mean}."
        ),
        "最忙的是 {unit}，忙碌时间占在岗时间的 {share}；全部车组平均 {mean}。",
    ),
    "units.chart": ("Time on duty by status", "在岗时间构成"),
    "units.busy_note": (
        (
            "Busy is the time from turning out to the end of the hand-over. Returning and "
            "relocating have a colour of their own and do not count as busy."
        ),
        "忙碌指从出动准备到医院交接结束；返站与调防虽着色，但不计入忙碌。",
    ),
    "hover.status": ("{unit}, {status}: {share}", "{unit}，{status}：{share}"),
    # Playback
    "playback": ("One day on the streets", "街上的一天"),
    "playback.note": (
        (
            "First replication, 24 hours after the warm-up. An incident appears with the call "
            "and goes when the first unit is on the scene."
        ),
        "首次重复，预热之后的 24 小时。事件在接报时出现，首个车组到场后消失。",
    ),
    "playback.print_note": (
        "The page on screen plays this day back; printed here: its busiest moment.",
        "在屏幕上可回放这一天；此处打印的是最忙的时刻。",
    ),
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "speed": ("Speed", "速度"),
    "speed_value": ("{n} min per second", "每秒 {n} 分钟"),
    "time_of_day": ("Time", "时间"),
    "waiting": ("Incidents waiting", "待救事件"),
    "waiting_late": ("of these past their target", "其中已超时"),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "缩小"),
    "whole_map": ("Whole map", "全图"),
    "call": ("Incident", "事件"),
    "playback.keys": (
        "Space plays and pauses; drag the map to move it.",
        "空格键播放或暂停；可拖动地图。",
    ),
    # Assumptions, reproduction
    "assumed": ("What was assumed", "假设与方法"),
    "reproduce": ("How to get the same numbers again", "如何复现"),
    "reproduce.note": (
        "The same inputs, seed and versions give the same numbers, on any number of workers.",
        "输入、种子与版本相同，则结果相同，与并行数无关。",
    ),
    "reproduce.inputs": ("Inputs (SHA-256)", "输入文件（SHA-256）"),
    "reproduce.versions": ("Versions", "版本"),
    "in.period_run": ("Run", "运行"),
    "reproduce.took": ("Started {start}, took {took}", "开始于 {start}，用时 {took}"),
    # Comparison
    "cmp.better": ("better", "更好"),
    "cmp.worse": ("worse", "更差"),
    "cmp.unclear": ("no clear difference", "差异不明确"),
    "cmp.sentence": ("Compared with {base}, {other}: ", "与{base}相比，{other}"),
    "cmp.sentence_better": ("better in {list}", "在{list}上更好"),
    "cmp.sentence_worse": ("worse in {list}", "在{list}上更差"),
    "cmp.sentence_unclear": ("no clear difference in {list}", "{list}的差异不明确"),
    "cmp.sentence_same": ("no change at all in {list}", "{list}毫无变化"),
    "cmp.versus": ("and", "与"),
    "cmp.key": ("Key figures side by side", "关键指标对照"),
    "cmp.measure": ("Measure", "指标"),
    "cmp.difference": ("Difference", "差值"),
    "cmp.forest": ("Difference with its interval", "差值及区间"),
    "cmp.verdict": ("Verdict", "判断"),
    "cmp.same_value": ("unchanged", "无变化"),
    "cmp.groups": ("By class of incident", "按事件类别"),
    "cmp.areas": (
        "By area: mean response time, largest changes",
        "按片区：平均响应时间，变化最大者",
    ),
    "cmp.paired": (
        "Differences are paired: in each replication all scenarios meet the same incidents.",
        "差值为成对差值：在每次重复中，各方案面对相同的事件。",
    ),
    "cmp.each": (
        (
            "Each interval holds at the {level} level by itself: of the {n} figures on this page "
            "that differ at all, about {chance} may look changed by chance alone."
        ),
        (
            "各区间单独的置信水平为 {level}：本页有差异的 {n} 项中，约 {chance} 项"
            "可能仅因偶然而显得有差异。"
        ),
    ),
    "cmp.family": (
        (
            "The intervals of one table hold together at the {level} level, so a verdict is not "
            "the luck of having looked at many figures."
        ),
        "同一表内各区间在 {level} 水平上同时成立，判断不会因比较指标多而偶然得出。",
    ),
    "cmp.record": (
        (
            "The incidents are those of one record: the intervals say nothing about how another "
            "period would differ."
        ),
        "事件取自同一份记录：区间不反映换一个时段会有多大不同。",
    ),
    "cmp.itself": (
        "A run stands beside itself here: nothing can differ.",
        "此处有运行与其自身对照，不会有任何差异。",
    ),
    "cmp.keys": ("In the scenario files", "方案文件中的不同"),
    "cmp.key_name": ("Key", "键"),
    "cmp.keys_more": ("{n} more keys differ.", "另有 {n} 个键不同。"),
    "cmp.points": ("{value} points", "{value} 个百分点"),
    "cmp.block.min": ("Minutes", "分钟"),
    "cmp.block.share": ("Per cent; differences in points", "百分比；差值为百分点"),
    "cmp.block.count": ("A day", "每天"),
    "cmp.block.km": ("Kilometres a day", "每天公里数"),
    "cmp.differs": ("Where the scenarios differ", "方案之间的不同"),
    "cmp.same": ("The inputs that the reports list are the same.", "报告所列输入均相同。"),
    "cmp.cdf": ("How long until help arrives", "救援多久到达"),
    "cmp.maps": ("Where it takes how long", "各处用时"),
    "cmp.maps_note": ("All maps share one colour scale.", "各图采用同一色标。"),
    "cmp.demand": (
        "Not all runs met the same incidents: the differences include the luck of the draw.",
        "各方案面对的事件不完全相同，差值中含有随机抽样的影响。",
    ),
    # Speeds
    "closed_km": ("{km}, each direction counted", "双向分别计 {km}"),
    "speeds.given_times": (
        "Travel times of the streets are those given with the network",
        "各路段行驶时间由路网数据给出",
    ),
    "speeds.flat": (
        "The network states neither speeds nor classes of street: one speed is taken for all",
        "路网既无车速也无道路等级：全部道路取同一车速",
    ),
    "speeds.table": (
        "Speeds are usual ones for each class of street: the network states no limits",
        "路网未给出限速，车速取各道路等级的常用值",
    ),
    "speeds.table_china": (
        (
            "Speeds are usual ones for each class of street in Chinese cities: the network "
            "states no limits"
        ),
        "路网未给出限速，车速取中国城市各道路等级的常用值",
    ),
    "speeds.limits": (
        (
            "Speeds are the signposted limits; where there is none, a usual speed for the street's "
            "class"
        ),
        "车速取限速值，无限速信息时取该道路等级的常用值",
    ),
    "speeds.limits_china": (
        (
            "Speeds are the signposted limits; where there is none, a usual speed for the street's "
            "class in Chinese cities"
        ),
        "车速取限速值，无限速信息时取中国城市该道路等级的常用值",
    ),
    "speeds.own": (
        "Speeds by class of street, in km/h: {list}",
        "各等级道路车速（km/h）：{list}",
    ),
    "speeds.own_limits": (
        (
            "Speeds are the signposted limits; where there is none, by class of street, in km/h: "
            "{list}"
        ),
        "车速取限速值，无限速信息时按道路等级（km/h）：{list}",
    ),
    # Distributions
    "dist.mean": ("{mean} on average ({kind})", "平均 {mean}（{kind}）"),
    "dist.exponential": ("exponential", "指数分布"),
    "dist.lognormal": ("lognormal", "对数正态分布"),
    "dist.gamma": ("gamma", "伽马分布"),
    "dist.weibull": ("Weibull", "威布尔分布"),
    "dist.uniform": ("uniform", "均匀分布"),
    "dist.triangular": ("triangular", "三角分布"),
    "dist.erlang": ("Erlang", "爱尔朗分布"),
    "dist.empirical": ("as recorded", "经验分布"),
    # Measures inside a sentence; their labels are `scenarios.services.label`
    "phrase.response_mean_min": ("mean response time", "平均响应时间"),
    "phrase.response_median_min": ("median response time", "响应时间中位数"),
    "phrase.response_p90_min": (
        "the time within which nine incidents in ten are reached",
        "九成到场时间",
    ),
    "phrase.within_target": ("the share reached within target", "达标率"),
    "phrase.queued_share": (
        "the share that has to wait for at least one of its units",
        "至少一个所需车组需等待的比例",
    ),
    "phrase.queue_mean_min": ("the wait for a free unit", "平均排队时间"),
    "phrase.referred_share": ("the share referred elsewhere", "转交外部的比例"),
    "phrase.unanswered_share": ("the share that nobody answers", "无力量到场占比"),
    "phrase.utilisation": ("how busy units are", "车组忙碌率"),
    "phrase.km": ("distance driven a day", "每日行驶里程"),
    "phrase.incidents": ("incidents", "事件数"),
    "phrase.full_response_mean_min": (
        "the time until everyone needed is there",
        "全部到齐平均时间",
    ),
    # Units of measure
    "unit.min": ("{value} min", "{value} 分钟"),
    "unit.km": ("{value} km", "{value} 公里"),
    "unit.h": ("{value} h", "{value} 小时"),
    "unit.s": ("{value} s", "{value} 秒"),
    "unit.t": ("{value} t", "{value} 吨"),
    "unit.l": ("{value} l", "{value} 升"),
    # Statuses, by code
    "status.0": ("Off duty", "下班"),
    "status.1": ("Idle at station", "站内待命"),
    "status.2": ("Turning out", "出动准备"),
    "status.3": ("To the scene", "赶往现场"),
    "status.4": ("On the scene", "现场处置"),
    "status.5": ("To hospital", "送往医院"),
    "status.6": ("Hand-over", "医院交接"),
    "status.7": ("Returning", "返站"),
    "status.8": ("Relocating", "调防"),
    # Days
    "to_day": ("–", "至"),
    "day.0": ("Mon", "周一"),
    "day.1": ("Tue", "周二"),
    "day.2": ("Wed", "周三"),
    "day.3": ("Thu", "周四"),
    "day.4": ("Fri", "周五"),
    "day.5": ("Sat", "周六"),
    "day.6": ("Sun", "周日"),
    # Plotly's own buttons
    "plotly.Download plot as a PNG": ("Save as a picture", "保存为图片"),
    "plotly.Zoom in": ("Zoom in", "放大"),
    "plotly.Zoom out": ("Zoom out", "缩小"),
    "plotly.Reset axes": ("Whole map", "全图"),
    "plotly.Pan": ("Move", "移动"),
    **CLEANING_TEXTS,
    **PLACEMENT_TEXTS,
    **ROUTES_TEXTS,
    **WASTE_TEXTS,
}


class Words:
    """The texts of one language.

    Parameters
    ----------
    lang
        "en" or "zh".

    Examples
    --------
    >>> Words("en")("replications", n=20)
    '20 replications'
    >>> Words("zh").measure("within_target")
    '达标率'
    """

    def __init__(self, lang: str = "en") -> None:
        if lang not in ("en", "zh"):
            from networks.errors import InputError

            raise InputError(f'no report in the language "{lang}"', mend='choose "en" or "zh"')
        self.lang: Lang = "zh" if lang == "zh" else "en"

    def __call__(self, key: str, **blanks: object) -> str:
        """Text of a key with its blanks filled; ``KeyError`` if there is none."""
        text = TEXTS[key][self.lang == "zh"]
        return text.format(**blanks) if blanks else text

    def counted(self, key: str, n: int) -> str:
        """Text of a number of things: ``key_one`` for one, ``key`` for more."""
        return self(f"{key}_one" if n == 1 and f"{key}_one" in TEXTS else key, n=n)

    def measure(self, name: str) -> str:
        """Label of a measure; an unknown one is shown by its name."""
        from scenarios.services import label

        return label(name, self.lang).replace("_", " ")

    def road_class(self, name: str) -> str:
        """Name of a class of streets; an unknown one is shown as the map has it."""
        key = f"road.{name}"
        return self(key) if key in TEXTS else name

    def in_sentence(self, name: str) -> str:
        """Name of a measure inside a sentence."""
        key = f"phrase.{name}"
        if key in TEXTS:
            return self(key)
        label = self.measure(name)
        return label[:1].lower() + label[1:]

    def status(self, code: int) -> str:
        """Name of a unit's status code."""
        return self(f"status.{code}")

    def listed(self, items: list[str]) -> str:
        """Items as a list in a sentence."""
        return self("comma").join(items)


_JOB_TEXTS: Final = {"water": "wt.", "collect": "ct."}


class RouteWords(Words):
    """The texts of routes: those of the job stand for those of sweeping, ``rt.``.

    Parameters
    ----------
    lang
        "en" or "zh".
    job
        What vehicles do: "sweep", "water" (texts ``wt.``) or "collect" (``ct.``).

    Examples
    --------
    >>> RouteWords("en", job="water")("rt.dump"), RouteWords("en", job="sweep")("rt.dump")
    ('Fill point', 'Dump site')
    """

    def __init__(self, lang: str = "en", *, job: str) -> None:
        super().__init__(lang)
        self.own = _JOB_TEXTS.get(job, "")

    def __call__(self, key: str, **blanks: object) -> str:
        """Text of a key with its blanks filled; ``KeyError`` if there is none."""
        own = f"{self.own}{key.removeprefix('rt.')}"
        is_own = bool(self.own) and key.startswith("rt.") and own in TEXTS
        return super().__call__(own if is_own else key, **blanks)
