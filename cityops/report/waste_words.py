"""The words of the report on waste collection, in English and Chinese; `words` takes them."""

from __future__ import annotations

from typing import Final

__all__ = ["WASTE_TEXTS"]

WASTE_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "service.waste": ("Waste collection", "垃圾收运"),
    # Answer
    "ws.answer.over": (
        "Of all bin-hours {share} are in overflow, most between {low} and {high} ({worst})",
        "垃圾桶有 {share} 的时间处于满溢，{low}至{high}最多（{worst}）",
    ),
    "ws.answer.never": ("no bin ever overflows", "垃圾桶从不满溢"),
    "ws.answer.missed": (
        "{share} of the planned stops are missed on their day",
        "{share} 的计划收运未能当日完成",
    ),
    "ws.answer.all_served": (
        "all planned stops are served on their day",
        "计划收运均当日完成",
    ),
    "ws.answer.wait": (
        "vehicles wait {mean} at the gates of facilities on average",
        "车辆在设施门口平均等候 {mean}",
    ),
    "ws.answer.cost": (
        "the work costs {cost} a week, {per_t} a tonne",
        "费用每周 {cost}，每吨 {per_t}",
    ),
    "ws.reading": (
        (
            "A bin overflows while more lies at its stand than the bins hold; each bin of it "
            "counts. Amounts are a week. Each figure is the mean over the replications; the "
            "interval is where the true mean lies with {level} confidence (Student t)."
        ),
        (
            "投放点的存量超过其垃圾桶容量时，该点每个桶均计为满溢；各量均按周计。各数字为多次重复的"
            "均值；区间为真实均值的 {level} 置信区间（t 分布）。"
        ),
    ),
    # Inputs
    "ws.in.points": ("Collection points", "投放点"),
    "ws.in.points_value": (
        "{points}, {stands} stands of one stream each, {bins} bins",
        "{points} 处，分流收运点位 {stands} 个，垃圾桶 {bins} 个",
    ),
    "ws.in.tonnes": ("Waste a day", "日产生量"),
    "ws.in.plan": ("Routes", "路线"),
    "ws.in.plan_made": ("{name}: {n} made for this run, {days}", "{name}：本次生成 {n} 条，{days}"),
    "ws.in.plan_read": ("{name}: {n} of {file}, {days}", "{name}：取自 {file}，{n} 条，{days}"),
    "ws.in.every_day": ("every day", "每天"),
    "ws.in.trucks": ("Collection trucks", "收集车"),
    "ws.in.haulers": ("Haulers", "转运车"),
    "ws.in.facilities": ("Facilities", "设施"),
    # Overflow
    "ws.over": ("When and where bins overflow", "满溢的时间与地点"),
    "ws.over.where": ("Where bins overflow", "满溢的地点"),
    "ws.over.title": ("Bin-hours of overflow by hour of day", "各时刻满溢桶占比"),
    "ws.over.takeaway": (
        "Most bins overflow at {high_hour} ({high}), fewest at {low_hour} ({low}).",
        "{high_hour}满溢最多（{high}），{low_hour}最少（{low}）。",
    ),
    "ws.over.none": ("No bin overflows at any hour.", "任何时刻均无满溢。"),
    "ws.axis.over": ("bins in overflow", "满溢桶占比"),
    "ws.axis.bins": ("bins in overflow", "满溢桶数"),
    "ws.course": ("The first replication, hour by hour", "首次重复：逐小时变化"),
    "ws.course.note": (
        "Bins in overflow by stream; the warm-up is shaded.",
        "各类垃圾满溢桶数；阴影为预热期。",
    ),
    "ws.hover.course": ("{when}, {stream}: {n} bins", "{when}，{stream}：{n} 桶"),
    "ws.map.note": (
        (
            "Share of time in overflow of the worst stream at each point, after the warm-up; the "
            "size says how many bins there are."
        ),
        "各投放点最差一类的满溢时间占比（预热期之后）；圆点大小表示桶数。",
    ),
    "ws.col.over": ("Time in overflow", "满溢时间占比"),
    "ws.worst": ("Worst points", "满溢最严重的投放点"),
    "ws.col.point": ("Point", "投放点"),
    "ws.col.stream": ("Stream", "类别"),
    "ws.col.kind": ("Kind of point", "投放点类型"),
    "ws.col.bins": ("Bins", "桶数"),
    "ws.col.beside": ("Beside bins, l a week", "桶外（升/周）"),
    "ws.col.stands": ("Stands overflown", "发生满溢的点位"),
    "ws.household": ("households", "居民"),
    "ws.market": ("markets", "市场"),
    "ws.office": ("offices", "单位"),
    "ws.by_stream": ("By stream", "按类别"),
    "ws.by_kind": ("By kind of point", "按投放点类型"),
    "ws.by_area": ("By area, the ten worst", "按片区（最差的十个）"),
    # Amounts
    "ws.amounts": ("What is collected", "收集量"),
    "ws.amounts.title": ("Tonnes collected by stream and day", "各类每日收集量（吨）"),
    "ws.amounts.takeaway": (
        "{total} a week; most on {day} ({most}).",
        "每周 {total}，{day}最多（{most}）。",
    ),
    "ws.axis.tonnes": ("t a day", "吨/日"),
    # Facilities
    "ws.sites": ("Stations and plants", "中转站与处理设施"),
    "ws.sites.takeaway": (
        "Longest waits are at {name}: {mean} on average, nine in ten within {p90}.",
        "{name}等候最久：平均 {mean}，九成在 {p90} 以内。",
    ),
    "ws.sites.none": ("Nobody waits at a gate.", "各设施均无排队。"),
    "ws.queue.title": (
        "Vehicles in line, and bays in use, by hour of day",
        "各时刻排队车数与卸料位利用率",
    ),
    "ws.axis.queue": ("in line", "排队车数"),
    "ws.axis.busy": ("bays in use", "卸料位利用率"),
    "ws.hover.queue": ("{name}, {hour}: {n} in line", "{name}，{hour}：排队 {n} 辆"),
    "ws.hover.busy": ("{name}, {hour}: {share} of bays", "{name}，{hour}：利用率 {share}"),
    "ws.sheet.sites": ("By facility, a week", "按设施（每周）"),
    "ws.col.facility": ("Facility", "设施"),
    "ws.col.tipped": ("Tipped, t", "卸料（吨）"),
    "ws.col.others": ("of it by others, t", "其中外单位（吨）"),
    "ws.col.trips": ("Trucks", "收集车趟次"),
    "ws.col.hauls": ("Haulers", "转运车趟次"),
    "ws.col.use": ("Bays in use", "卸料位利用率"),
    "ws.col.wait": ("Wait, min", "平均等候（分钟）"),
    "ws.col.wait90": ("90% within, min", "九成以内（分钟）"),
    "ws.col.blocked": ("Pit full, h", "料坑满（小时）"),
    "ws.col.full": ("No container place, h", "箱位占满（小时）"),
    "ws.stream.construction": ("construction spoil", "建筑渣土"),
    "ws.kind.station": ("transfer station", "中转站"),
    "ws.kind.incinerator": ("incinerator", "焚烧厂"),
    "ws.kind.landfill": ("landfill", "填埋场"),
    "ws.kind.kitchen plant": ("kitchen waste plant", "厨余处理厂"),
    "ws.kind.recycler": ("sorting plant", "分拣中心"),
    "ws.kind.depot": ("depot", "车场"),
    "ws.beyond": ("{km} km beyond the streets shown", "位于图示路网以外 {km} 公里"),
    # Work
    "ws.work": ("Trucks and long haul", "收集与转运"),
    "ws.work.takeaway": (
        "{trips} unloadings a week; trucks drive {km}, {empty} of it empty; haulers {haul}.",
        "每周卸料 {trips} 趟；收集车行驶 {km}，空驶占 {empty}；转运车 {haul}。",
    ),
    "ws.km.title": ("Kilometres a week, loaded and empty", "每周里程：载货与空驶"),
    "ws.km.note": (
        "Dark: with waste aboard; light: empty.",
        "深色为载货，浅色为空驶。",
    ),
    "ws.axis.km": ("km a week", "公里/周"),
    "ws.loaded": ("with waste aboard", "载货"),
    "ws.empty": ("empty", "空驶"),
    "ws.of_trucks": ("Trucks", "收集车"),
    "ws.of_haulers": ("Haulers", "转运车"),
    "ws.cost.title": ("Cost of a week by part", "每周费用构成"),
    "ws.part.routes": ("Trucks, fixed", "车辆固定"),
    "ws.part.crews": ("Crews", "人工"),
    "ws.part.km": ("Trucks, by km", "收集里程"),
    "ws.part.haulers": ("Long haul", "转运"),
    "ws.part.energy": ("Energy", "能耗"),
    "ws.part.gates": ("Gate fees", "处理费"),
    "ws.vehicles": ("By truck, a week", "按收集车（每周）"),
    "ws.col.vehicle": ("Truck", "收集车"),
    "ws.routes": ("Planned and simulated, route by route", "计划与仿真用时对照"),
    "ws.route.route": ("Route", "路线"),
    "ws.route.vehicle": ("Truck", "收集车"),
    "ws.route.driven": ("Times a week", "每周次数"),
    "ws.route.planned": ("Planned, h", "计划（小时）"),
    "ws.route.mean": ("Simulated, h", "仿真均值（小时）"),
    "ws.route.longest": ("Longest, h", "最长（小时）"),
    "ws.route.passed": ("Stands passed over", "跳过点位"),
    # Assumptions
    "ws.as.always": ("around the clock", "全天"),
    "ws.as.bins": ("Bins and waste", "垃圾桶与产生量"),
    "ws.as.deposit": (
        "A deposit has {litres} on average (coefficient of variation {cv}); they come at random",
        "单次投放平均 {litres}（变异系数 {cv}），随机到达",
    ),
    "ws.as.density": ("Kg of a litre in the bin: {list}", "桶内容重（公斤/升）：{list}"),
    "ws.as.by_kind": ("Hours of their own have: {list}", "另有时段规律：{list}"),
    "ws.as.days": ("Factors of the first days: {list}", "首日起逐日系数：{list}"),
    "ws.as.collecting": ("Collecting", "收集"),
    "ws.as.stop": (
        "{name}: a stop takes {stop} s and {bin} s for each bin that is not empty",
        "{name}：每次停靠 {stop} 秒，每个非空桶另加 {bin} 秒",
    ),
    "ws.as.ground": (
        "A litre beside the bins takes {seconds} s more",
        "清理桶外垃圾每升另加 {seconds} 秒",
    ),
    "ws.as.truck": (
        "{name}: {t} t{volume} aboard",
        "{name}：载重 {t} 吨{volume}",
    ),
    "ws.as.volume": (
        " and {m3} m3, pressed {factor} times",
        "、容积 {m3} 立方米，压缩 {factor} 倍",
    ),
    "ws.as.select.threshold": (
        "{name}: only stands filled to {share} are served",
        "{name}：仅收运满溢度达 {share} 的点位",
    ),
    "ws.as.select.predicted": (
        "{name}: only stands that will be filled to {share} within {hours} h are served",
        "{name}：仅收运 {hours} 小时内预计达 {share} 的点位",
    ),
    "ws.as.select.risk": (
        "{name}: only stands that overflow within {hours} h with a chance of {share} are served",
        "{name}：仅收运 {hours} 小时内满溢概率达 {share} 的点位",
    ),
    "ws.as.breakdown": (
        "A truck breaks down every {hours} h of driving and loading on average",
        "收集车平均每行驶作业 {hours} 小时故障一次",
    ),
    "ws.as.no_breakdown": ("Trucks do not break down", "不考虑收集车故障"),
    "ws.as.overtime": (
        "A crew goes home rather than be more than {minutes} late; what it misses {then}",
        "预计回场超时 {minutes} 以上即收车；漏收点位{then}",
    ),
    "ws.carry.next": ("comes first on its next route", "于下次出车时补收"),
    "ws.carry.drop": ("waits for the next route that has it", "留待下一次计划"),
    "ws.as.sites": ("Facilities and long haul", "设施与转运"),
    "ws.as.site": (
        "{name} ({kind}): {bays} bays, tipping takes {tip}, opens {hours}{more}",
        "{name}（{kind}）：卸料位 {bays} 个，单次 {tip}，开放时间 {hours}{more}",
    ),
    "ws.as.intake": (", takes at most {list} a day", "，日限 {list}"),
    "ws.as.press": (
        (
            ", {n} compactors of {t_h} t/h, pit of {pit} t, containers of {container} t, "
            "{buffer} places"
        ),
        "，压缩机 {n} 台（{t_h} 吨/小时），料坑 {pit} 吨，集装箱 {container} 吨，箱位 {buffer} 个",
    ),
    "ws.as.beyond": (
        ", {km} km and {min} beyond the streets",
        "，路网以外 {km} 公里、{min}",
    ),
    "ws.as.outage": (", out of order every {hours} h on average", "，平均每 {hours} 小时停运一次"),
    "ws.as.hauler": (
        "{name}: {n} for {takes}, {t} t each, sets out {hours}",
        "{name}：{n} 辆，{takes}，每辆 {t} 吨，出车时间 {hours}",
    ),
    "ws.as.takes_orders": ("orders of sites", "工地预约"),
    "ws.as.delivery": (
        "{name}: {n} loads of {t} t a day to {facility}",
        "{name}：每日 {n} 车、每车 {t} 吨运至{facility}",
    ),
    "ws.as.orders": (
        "Sites order {t} t a day of {stream}, {load} t at a time",
        "工地每日预约{stream} {t} 吨，每次 {load} 吨",
    ),
    "ws.as.ban": ("No trucks {hours}: {name}", "{hours}禁行：{name}"),
    "ws.as.known_outage": ("{name}: {facility} is out of order", "{name}：{facility}停运"),
    "ws.as.energy": (
        (
            "Energy, {unit}: {truck} a km of a truck, {hauler} of a hauler, {bin} a bin emptied, "
            "{standing} an hour at stops, {press} a tonne pressed, at {price} {currency} and "
            "{co2} kg of CO2 each"
        ),
        (
            "能耗（{unit}）：收集车每公里 {truck}，转运车每公里 {hauler}，每桶 {bin}，停靠每小时 "
            "{standing}，压缩每吨 {press}；单价 {price} {currency}，排放 {co2} 千克二氧化碳"
        ),
    ),
    "ws.as.rates": (
        (
            "{crew} {currency} an hour of each of a crew of {n}, {overtime} of overtime, {km} a km "
            "of a truck; {haul_h} an hour and {haul_km} a km of a hauler{route}"
        ),
        (
            "人工每人时 {crew} {currency}（每车 {n} 人），加班 {overtime}，收集车每公里 {km}；"
            "转运车每小时 {haul_h}、每公里 {haul_km}{route}"
        ),
    ),
    "ws.as.route_cost": ("; {cost} a route", "；每次出车 {cost}"),
    "ws.as.gates": ("Gate fees a tonne: {list}", "每吨处理费：{list}"),
    # Comparison
    "ws.cmp.areas": (
        "By area: bin-hours without overflow, largest changes",
        "按片区：未满溢时间占比，变化最大者",
    ),
    "ws.cmp.paired": (
        (
            "Differences are paired: in each replication all scenarios meet the same waste, orders "
            "and luck."
        ),
        "差值为成对差值：在每次重复中，各方案面对相同的垃圾产生、预约与随机因素。",
    ),
    "ws.cmp.demand": (
        "The runs met different waste or orders: they differ in more than how it is collected.",
        "各方案面对的垃圾产生量或预约不同，差别不只在收运方式。",
    ),
    "ws.cmp.record": (
        (
            "What comes to the bins is that of one record: the intervals say nothing about how "
            "another period would differ."
        ),
        "垃圾产生量取自同一份记录：区间不反映换一个时段会有多大不同。",
    ),
    "ws.cmp.km": ("the distance that trucks drive", "收集车行驶里程"),
    "ws.cmp.haul_km": ("the distance that haulers drive", "转运车行驶里程"),
    "ws.cmp.count": ("A week", "每周"),
    "phrase.not_full_share": ("the bin-hours without overflow", "未满溢时间占比"),
    "phrase.station_wait_mean_min": ("the mean wait at facilities", "设施平均等候时间"),
    "phrase.co2_t": ("CO2", "二氧化碳排放"),
    "phrase.station_wait_p90_min": (
        "the 90th percentile of the wait at facilities",
        "设施等候时间第90百分位",
    ),
}
