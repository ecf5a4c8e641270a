"""The words of the report on street cleaning, in English and Chinese; `words` takes them."""

from __future__ import annotations

from typing import Final

__all__ = ["CLEANING_TEXTS"]

CLEANING_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "service.cleaning": ("Street cleaning", "道路保洁"),
    # Answer
    "cl.answer.clean": (
        "Of all street length, taken over all hours, {share} meets its standard",
        "按全部时段计，{share} 的道路长度达到标准",
    ),
    "cl.answer.worst": (
        "least between {low} and {high} ({share})",
        "{low}至{high}最低（{share}）",
    ),
    "cl.answer.missed": (
        "{share} of what is planned is not swept on its day",
        "{share} 的计划清扫未能当日完成",
    ),
    "cl.answer.all_swept": ("all that is planned is swept on its day", "计划清扫均当日完成"),
    "cl.answer.cost": ("the work costs {cost} a week", "作业费用每周 {cost}"),
    "cl.a_week": ("{unit} a week", "{unit}/周"),
    "cl.reading": (
        (
            "A street side is clean in an hour if no more than its standard lies on it at the "
            "hour's begin; shares are by length. Amounts are a week. Each figure is the mean over "
            "the replications; the interval is where the true mean lies with {level} confidence "
            "(Student t)."
        ),
        (
            "路侧在某整点的积尘不超过标准即为达标，占比按长度加权；各量均按周计。各数字为多次重复的"
            "均值；区间为真实均值的 {level} 置信区间（t 分布）。"
        ),
    ),
    # Inputs
    "cl.in.sides": ("Streets to sweep", "清扫范围"),
    "cl.in.sides_value": ("{km} of street sides in {n} pieces", "路侧共 {km}，分为 {n} 段"),
    "cl.in.plan": ("Routes", "路线"),
    "cl.in.plan_made": (
        "{n} made for this run, a quick plan: “cityops routes” makes better ones",
        "为本次运行快速生成 {n} 条；用 cityops routes 可得更优路线",
    ),
    "cl.in.plan_read": ("{n} of the plan {file}", "取自计划 {file}，共 {n} 条"),
    "cl.in.days": ("Driven on", "作业日"),
    "cl.in.every_day": ("every day", "每天"),
    "cl.in.plan_days": ("the days of the plan", "按计划所定"),
    "cl.in.vehicles": ("Sweepers", "清扫车"),
    "cl.in.depots": ("Depots", "车场"),
    "cl.in.dumps": ("Dump sites", "倾倒点"),
    "cl.vehicle": ("Sweeper {name}", "清扫车 {name}"),
    # By hour
    "cl.hours": ("When streets are dirty", "何时不达标"),
    "cl.hours.title": ("Length above the standard by hour of day", "各时刻超标的道路长度占比"),
    "cl.hours.takeaway": (
        "Most length is above its standard at {high_hour} ({high}), least at {low_hour} ({low}).",
        "{high_hour}超标最多（{high}），{low_hour}最少（{low}）。",
    ),
    "cl.col.above": ("Length above the standard", "超标长度占比"),
    "cl.axis.dirty": ("length above the standard", "超标长度占比"),
    "cl.course": ("The first replication, hour by hour", "首次重复：逐小时变化"),
    "cl.course.note": (
        "Dirt comes by day, sweepers and rain take it away; the warm-up is shaded.",
        "积尘随日间增长，清扫与降雨使之下降；阴影为预热期。",
    ),
    "cl.axis.day": ("day of the run", "运行日"),
    "cl.hover.course": ("{when}: {share} above the standard", "{when}：{share} 超标"),
    # Where
    "cl.where": ("Where streets are dirty", "何处不达标"),
    "cl.where.takeaway": (
        "Worst is {street}: above its standard for {share} of the time.",
        "{street}最差：{share} 的时间超标。",
    ),
    "cl.where.all_clean": (
        "No street is above its standard at any hour.",
        "任何时刻均无道路超标。",
    ),
    "cl.map.note": (
        "Share of hours above the standard, each side of a street by itself.",
        "各路侧超标时间占比，两侧分别着色。",
    ),
    "cl.worst": ("Worst streets", "最差的道路"),
    "cl.col.street": ("Street", "道路"),
    "cl.col.sides_km": ("Sides, km", "路侧（公里）"),
    "cl.col.dirty": ("Time above the standard", "超标时间占比"),
    "cl.unnamed": ("Streets without a name", "无名道路"),
    "cl.no_area": ("Elsewhere", "其他"),
    "cl.by_class": ("By class of street", "按道路等级"),
    "cl.by_area": ("By area, the ten worst", "按片区（最差的十个）"),
    "cl.col.standard": ("Standard, g/m", "标准（克/米）"),
    "cl.depot": ("Depot", "车场"),
    "cl.dump": ("Dump site", "倾倒点"),
    # Work
    "cl.work": ("What the crews do", "作业情况"),
    "cl.work.takeaway": (
        "Of {total} driven a week {share} is driven without sweeping; {overtime} of overtime.",
        "每周行驶 {total}，空驶占 {share}；加班 {overtime}。",
    ),
    "cl.vehicles": ("By sweeper, a week", "按清扫车（每周）"),
    "cl.routes": ("Planned and simulated, route by route", "计划与仿真用时对照"),
    "cl.routes.note": (
        "From leaving to coming home, over all days of the first replication after the warm-up.",
        "自出场至回场；统计首次重复预热之后的全部作业日。",
    ),
    "cl.col.route": ("Route", "路线"),
    "cl.col.vehicle": ("Sweeper", "清扫车"),
    "cl.col.driven": ("Driven", "次数"),
    "cl.col.planned": ("Planned, h", "计划（小时）"),
    "cl.col.mean": ("Simulated, h", "仿真均值（小时）"),
    "cl.col.longest": ("Longest, h", "最长（小时）"),
    "cl.col.late": ("Later than planned", "晚于计划"),
    # Assumptions
    "cl.as.spread": (
        "Streets differ in it by {share} of the mean (standard deviation)",
        "各道路积尘速度的标准差为均值的 {share}",
    ),
    "cl.as.dirt": ("Dirt", "积尘"),
    "cl.as.growth": (
        "Dirt that comes to a metre of a side in an hour, g: {list}",
        "每米路侧每小时积尘（克）：{list}",
    ),
    "cl.as.standard": ("Clean is at most, g along a metre: {list}", "达标上限（克/米）：{list}"),
    "cl.as.market": (
        "On {streets} {factor} times as much comes at {hours}",
        "{streets}在{hours}积尘为平时的 {factor} 倍",
    ),
    "cl.as.leaves": (
        "Where leaves fall, growth is multiplied by {factor}",
        "落叶路段积尘乘以 {factor}",
    ),
    "cl.as.weather": (
        (
            "A day rains with a chance of {rain}, when {washes} of what lies is washed away, and "
            "storms with {storm}, when dirt comes {growth} times as fast"
        ),
        "降雨概率 {rain}，冲走积尘的 {washes}；大风概率 {storm}，积尘速度为平时的 {growth} 倍",
    ),
    "cl.as.sweeping": ("Sweeping", "清扫"),
    "cl.as.removal": (
        (
            "A pass takes {slow} of what lies at {slow_kmh} km/h and {fast} at {fast_kmh} km/h, "
            "of the part of the kerb on which no car stands"
        ),
        "在无停车的路侧，时速 {slow_kmh} 公里时单次去除 {slow}，{fast_kmh} 公里时 {fast}",
    ),
    "cl.as.parked": ("Cars stand on this share of the kerb: {list}", "路侧停车占比：{list}"),
    "cl.as.breakdown": (
        "A sweeper breaks down every {hours} h of driving and sweeping on average",
        "清扫车平均每行驶作业 {hours} 小时故障一次",
    ),
    "cl.as.no_breakdown": ("Sweepers do not break down", "不考虑车辆故障"),
    "cl.as.overtime": (
        "A crew goes home rather than be more than {minutes} late; what it misses {then}",
        "预计回场超时 {minutes} 以上即收车；漏扫路段{then}",
    ),
    "cl.carry.next": ("comes first on its next route", "于下次出车时补扫"),
    "cl.carry.drop": ("waits for the next route that has it", "留待下一次计划"),
    "cl.as.bays": ("A dump site serves {n} at a time", "倾倒点同时容纳 {n} 辆"),
    "cl.as.cost": ("Costs", "费用"),
    "cl.as.energy": (
        (
            "Energy, {unit}: {swept} a km swept, {driven} a km driven, {standing} an hour "
            "standing, at {price} {currency} each"
        ),
        (
            "能耗（{unit}）：清扫每公里 {swept}，行驶每公里 {driven}，停驻每小时 {standing}；"
            "单价 {price} {currency}"
        ),
    ),
    "cl.as.rates": (
        (
            "{crew} {currency} an hour out, {overtime} an hour of overtime, {km} a km, {dump} a "
            "tonne tipped"
        ),
        "出车每小时 {crew} {currency}，加班每小时 {overtime}，每公里 {km}，每吨倾倒 {dump}",
    ),
    "cl.as.stated": ("Stated by the scenario", "方案说明"),
    # Classes of streets
    "road.motorway": ("motorway", "高速公路"),
    "road.trunk": ("trunk road", "快速路"),
    "road.primary": ("primary", "主干路"),
    "road.secondary": ("secondary", "次干路"),
    "road.tertiary": ("tertiary", "支路"),
    "road.unclassified": ("unclassified", "等外道路"),
    "road.residential": ("residential", "居住区道路"),
    "road.living_street": ("living street", "生活街道"),
    "road.service": ("service", "内部道路"),
    "road.pedestrian": ("pedestrian", "步行街"),
    "road.other": ("others", "其他"),
    # Comparison
    "cl.cmp.areas": (
        "By area: length that meets its standard, largest changes",
        "按片区：达标道路长度占比，变化最大者",
    ),
    "cl.cmp.paired": (
        (
            "Differences are paired: in each replication all scenarios meet the same weather, "
            "dirt and breakdowns."
        ),
        "差值为成对差值：在每次重复中，各方案面对相同的天气、积尘与故障。",
    ),
    "cl.cmp.demand": (
        (
            "The runs met different streets, dirt or weather: they differ in more than how the "
            "streets are swept."
        ),
        "各方案面对的道路、积尘或天气不同，差别不只在清扫方式。",
    ),
    "cl.block.count": ("A week", "每周"),
    "cl.block.km": ("Kilometres a week", "每周公里数"),
    "phrase.clean_share": ("the street length that meets its standard", "达标道路长度占比"),
    "phrase.delay_p90_min": (
        "the 90th percentile of delay against the plan",
        "较计划延误第90百分位",
    ),
}
