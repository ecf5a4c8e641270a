"""The words of a placement's report, in English and Chinese; `cityops.report.words` takes them in.

Nouns of what is placed stand by preset; a question without one places "sites".
"""

from __future__ import annotations

from typing import Final

__all__ = ["PLACEMENT_TEXTS"]

PLACEMENT_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "service.placement": ("Placement", "设施选址"),
    "pl.report": ("Placement report", "选址报告"),
    # What is placed: one, several
    "pl.one.sites": ("site", "个站点"),
    "pl.many.sites": ("sites", "个站点"),
    "pl.one.toilets": ("public toilet", "座公厕"),
    "pl.many.toilets": ("public toilets", "座公厕"),
    "pl.one.stations": ("transfer station", "座转运站"),
    "pl.many.stations": ("transfer stations", "座转运站"),
    "pl.one.charging": ("charging site", "处充电站"),
    "pl.many.charging": ("charging sites", "处充电站"),
    "pl.one.posts": ("post", "个站点"),
    "pl.many.posts": ("posts", "个站点"),
    "pl.one.shelters": ("shelter", "处避难场所"),
    "pl.many.shelters": ("shelters", "处避难场所"),
    "pl.one.depots": ("supply depot", "处物资储备点"),
    "pl.many.depots": ("supply depots", "处物资储备点"),
    "pl.one.stands": ("bike stand", "处停放点"),
    "pl.many.stands": ("bike stands", "处停放点"),
    "pl.one.vendors": ("vendor zone", "处摊贩疏导点"),
    "pl.many.vendors": ("vendor zones", "处摊贩疏导点"),
    # Models
    "pl.model.set-cover": ("fewest sites that cover all", "集合覆盖（全覆盖最少站点）"),
    "pl.model.max-cover": ("most demand covered", "最大覆盖"),
    "pl.model.p-median": ("shortest mean way", "p-中位（平均行程最短）"),
    "pl.model.p-center": ("shortest longest way", "p-中心（最远行程最短）"),
    "pl.model.reliable-median": (
        "shortest mean way though sites may fail",
        "可靠 p-中位（考虑站点失效）",
    ),
    "pl.model.capacitated": ("least cost with limited capacity", "有容量限制的最低成本"),
    "pl.model.two-echelon": (
        "least cost from sources over stations to plants",
        "两级转运的最低成本",
    ),
    "pl.model.expected-cover": (
        "most expected cover by busy units",
        "期望覆盖（考虑车组忙碌）",
    ),
    "pl.model.availability-cover": (
        "most demand with a free unit in reach reliably",
        "可靠覆盖（保证有空闲车组）",
    ),
    "pl.model.dispersion": ("sites as far apart as can be", "p-分散（站点间距最大）"),
    "pl.model.queueing": ("least cost with a bound on waiting", "排队约束下的最低成本"),
    "pl.model.phases": ("building in phases", "分期建设"),
    "pl.model.equity": ("fair between areas", "区域公平"),
    "pl.mode.walk": ("on foot", "步行"),
    "pl.mode.bike": ("by bike", "骑行"),
    "pl.mode.car": ("by car", "驾车"),
    "pl.mode.truck": ("by truck", "货车"),
    # Headline
    "pl.say.count": ("With <b>{n} {things}</b>", "设 <b>{n} {things}</b>"),
    "pl.say.count_new": (
        "With <b>{n} {things}</b>, {new} of them new",
        "设 <b>{n} {things}</b>（其中新增 {new}）",
    ),
    "pl.say.units": (
        "With <b>{units} units</b> at {n} {things}",
        "{units} 个车组部署于 {n} {things}",
    ),
    "pl.glue": (", ", "，"),
    "pl.say.closes": ("{n} of the existing ones close", "关停现有 {n} 处"),
    "pl.say.share_limit": (
        "<b>{value}</b> of demand is within {limit} {mode}",
        "{mode} {limit}内覆盖 <b>{value}</b> 的需求",
    ),
    "pl.say.levels": (
        "demand is covered to <b>{value}</b>, what is farther counting less",
        "按距离折减后覆盖 <b>{value}</b> 的需求",
    ),
    "pl.say.share_units": (
        "a free unit is within {limit} for <b>{value}</b> of demand on average",
        "平均 <b>{value}</b> 的需求在 {limit}内有空闲车组",
    ),
    "pl.say.share_reliable": (
        "<b>{value}</b> of demand reliably has a free unit within {limit}",
        "<b>{value}</b> 的需求在 {limit}内可靠地有空闲车组",
    ),
    "pl.say.mean": (
        "the mean way to the nearest is <b>{value}</b> {mode}",
        "到最近站点的平均{mode}行程为 <b>{value}</b>",
    ),
    "pl.say.mean_reliable": (
        "the mean way is <b>{value}</b> {mode}, failures of sites included",
        "计入站点失效后平均{mode}行程为 <b>{value}</b>",
    ),
    "pl.say.mean_nearest": (
        "the mean way to the {k} nearest is <b>{value}</b> {mode}",
        "到最近 {k} 处站点的平均{mode}行程为 <b>{value}</b>",
    ),
    "pl.say.longest": (
        "nobody is farther from the nearest than <b>{value}</b> {mode}",
        "所有人到最近站点的{mode}行程不超过 <b>{value}</b>",
    ),
    "pl.say.apart": (
        "no two are nearer to each other than <b>{value}</b>",
        "任意两处间距不小于 <b>{value}</b>",
    ),
    "pl.say.all": ("all demand is within {limit} {mode}", "{mode} {limit}内实现全覆盖"),
    "pl.say.all_reached": (
        (
            "only <b>{share}</b> of demand can be covered by any candidate; all of that is within "
            "{limit} {mode}"
        ),
        "候选点仅能覆盖 <b>{share}</b> 的需求，这部分均在{mode} {limit}以内",
    ),
    "pl.say.all_reached_cost": (
        (
            "only <b>{share}</b> of demand can be covered by any candidate; all of that is within "
            "{limit} {mode} at a cost of <b>{value}</b>"
        ),
        "候选点仅能覆盖 <b>{share}</b> 的需求，这部分均在{mode} {limit}以内，成本为 <b>{value}</b>",
    ),
    "pl.say.all_cost": (
        "all demand is within {limit} {mode} at a cost of <b>{value}</b>",
        "以 <b>{value}</b> 的成本在{mode} {limit}内实现全覆盖",
    ),
    "pl.say.cost": (
        "all demand is served at a cost of <b>{value}</b>",
        "服务全部需求的成本为 <b>{value}</b>",
    ),
    "pl.say.mean_given": (
        "the mean way to the site that has room is <b>{value}</b> {mode}",
        "到有余量站点的平均{mode}行程为 <b>{value}</b>",
    ),
    "pl.say.proven": ("This is proven to be the best plan", "已证明为最优方案"),
    "pl.say.proven_fewest": ("It is proven that fewer cannot do it", "已证明不能更少"),
    "pl.say.bound_gain": (
        "No plan can reach more than {bound}: the best is at most {gap} better than this one",
        "任何方案不超过 {bound}：最优方案至多比本方案高 {gap}",
    ),
    "pl.say.bound_cost": (
        "No plan can do with less than {bound}: the best is at most {gap} below this one",
        "任何方案不低于 {bound}：最优方案至多比本方案低 {gap}",
    ),
    "pl.say.no_bound": ("How far it is from the best is not known", "与最优的差距未知"),
    "pl.gains": (
        "{gain} of demand is newly within {limit}",
        "{gain} 的需求新进入 {limit}范围",
    ),
    "pl.nearer": ("{share} of demand gets a shorter way", "{share} 的需求行程缩短"),
    "pl.farther": ("{share} gets a longer one", "{share} 行程变长"),
    "pl.loses": ("{loss} of demand is no longer within {limit}", "{loss} 的需求不再处于 {limit}内"),
    "pl.out": ("{out} stays beyond {limit}", "{out} 仍在 {limit}之外"),
    "pl.left_out": (
        "{share} of all demand could not be taken in, and counts as beyond: {why}",
        "另有 {share} 的需求未能纳入（计为未覆盖）：{why}",
    ),
    "pl.all_in": ("nobody stays beyond {limit}", "全部需求均在 {limit}以内"),
    "pl.best_area": (
        "{area} gains most: {before} to {after} within {limit}",
        "{area}改善最大：{limit}内覆盖率由 {before} 升至 {after}",
    ),
    "pl.worst_area": (
        "{area} stays worst off at {after}",
        "{area}仍最低，为 {after}",
    ),
    "pl.interrupted": (
        "The search was interrupted: this is the best plan found until then.",
        "搜索被中断：此为截至当时的最好方案。",
    ),
    "pl.none_open": (
        "No site is open: the warnings among the assumptions say why.",
        "未启用任何站点：原因见假设中的提示。",
    ),
    "pl.fewer_open": (
        "Of the {p} sites asked for {n} opened: the warnings among the assumptions say why.",
        "要求 {p} 处，仅启用 {n} 处：原因见假设中的提示。",
    ),
    "pl.from_plan": (
        "Rows locked by hand in {file} were kept.",
        "已保留 {file} 中手工锁定的站点。",
    ),
    # Cards
    "pl.card.value": ("Value of the plan", "目标值"),
    "pl.card.within": ("Within {limit}", "{limit}内"),
    "pl.card.mean": ("Mean way to the nearest", "到最近站点平均行程"),
    "pl.card.mean_assigned": ("Mean way to the assigned site", "到指定站点平均行程"),
    "pl.card.mean_direct": (
        "Mean way to the assigned site, or straight to the plant",
        "到指定站点（或直运末端设施）平均行程",
    ),
    "pl.card.max": ("Longest way", "最远行程"),
    "pl.card.sites": ("Open sites", "启用站点"),
    "pl.card.bound": ("No plan above", "理论上界"),
    "pl.card.bound_cost": ("No plan below", "理论下界"),
    "pl.card.seconds": ("Search", "求解用时"),
    "pl.before_was": ("{value} before", "现状 {value}"),
    "pl.before_none": ("none before", "现状无设施"),
    "pl.of_demand": ("of demand", "占需求"),
    "pl.gap_of": ("gap {gap}", "差距 {gap}"),
    "pl.proven": ("proven best", "已证明最优"),
    "pl.not_proven": ("not proven", "未证明最优"),
    "pl.new": ("{n} new", "新增 {n}"),
    # Inputs
    "pl.in.question": ("Question", "问题"),
    "pl.in.number": ("Number", "数量"),
    "pl.in.number_p": ("{n} open, existing ones included", "启用 {n}（含现有）"),
    "pl.in.number_budget": ("budget {n}", "预算 {n}"),
    "pl.in.number_units": ("{n} units", "{n} 个车组"),
    "pl.in.number_free": ("as many as it takes", "由模型决定"),
    "pl.in.points": ("Demand", "需求"),
    "pl.in.points_value": (
        "{n} points, {weight} in all",
        "{n} 个需求点，合计 {weight}",
    ),
    "pl.in.sites": ("Sites", "站点"),
    "pl.in.sites_value": (
        "{candidates} candidates, {existing} existing",
        "候选 {candidates} 处，现有 {existing} 处",
    ),
    "pl.in.limit": ("Within reach", "可达标准"),
    "pl.in.left_out": ("Left out", "未纳入"),
    "pl.in.left_out_value": (
        "{n} points with {weight} of demand: {reason}",
        "{n} 个点，需求 {weight}：{reason}",
    ),
    "pl.source.areas": ("the scenario's areas", "方案分区"),
    "pl.source.streets": ("along the streets", "沿街道"),
    "pl.source.incidents": ("where incidents happen", "警情分布"),
    "pl.source.corners": ("street corners", "街角"),
    "pl.source.grid": ("a grid", "网格"),
    "pl.source.stations": ("the scenario's stations", "方案站点"),
    "pl.source.hospitals": ("the scenario's hospitals", "方案医院"),
    "pl.unit.m": ("{value} m", "{value} 米"),
    "pl.unit.min": ("{value} min", "{value} 分钟"),
    # Map
    "pl.map": ("The plan on the map", "方案地图"),
    "pl.map.note": (
        (
            "Point at a site for its figures. Straight away from streets nothing is reckoned: ways "
            "follow the street network."
        ),
        "指向站点可查看数据。所有行程均沿路网计算，而非直线距离。",
    ),
    "pl.layer.catchments": ("Catchments", "服务范围"),
    "pl.layer.ways": ("Way to the nearest", "到最近站点行程"),
    "pl.layer.ways_assigned": ("Way to the assigned site", "到指定站点行程"),
    "pl.layer.ways_direct": ("Way to the assigned site or plant", "到指定站点或末端设施行程"),
    "pl.layer.life": ("Life circles", "生活圈"),
    "pl.map.show": ("Show on the map", "地图显示"),
    "pl.key.new": ("New", "新增"),
    "pl.key.kept": ("Existing, stays", "现有保留"),
    "pl.key.closed": ("Existing, closes", "现有关停"),
    "pl.key.open": ("Open", "启用"),
    "pl.key.plant": ("Plant", "末端设施"),
    "pl.key.candidate": ("Candidate not chosen", "未选候选点"),
    "pl.key.out": ("Demand beyond {limit}", "{limit}之外的需求"),
    "pl.key.unserved": ("Demand not covered", "未覆盖的需求"),
    "pl.key.catchment": (
        "One tint a site: who has the nearest (or given) way to it",
        "每种底色为一个站点的服务范围",
    ),
    "pl.key.direct": (
        "Untinted: goes straight to a plant",
        "无底色区域：直接运往末端设施",
    ),
    "pl.ring.within": ("up to {limit}", "{limit}以内"),
    "pl.ring.over": ("over {limit}", "超过 {limit}"),
    "pl.hover.site": (
        "{share} of demand, mean way {mean}, longest {max}",
        "占需求 {share}，平均行程 {mean}，最远 {max}",
    ),
    "pl.hover.site_plain": ("{share} of demand", "占需求 {share}"),
    "pl.hover.size": ("size {size}", "规模 {size}"),
    "pl.hover.out": ("{weight} of demand", "需求 {weight}"),
    # Before and after
    "pl.change": ("Before and after", "前后对比"),
    "pl.before": ("Before", "现状"),
    "pl.after": ("After", "规划后"),
    "pl.pair.before": ("Today: {n} {things}", "现状：{n} {things}"),
    "pl.pair.after": ("The plan: {n} {things}", "规划：{n} {things}"),
    "pl.cdf": (
        "Share of demand within the way on the axis",
        "行程不超过横轴值的需求占比",
    ),
    "pl.cdf.axis_min": ("Way to the nearest, minutes {mode}", "到最近站点{mode}行程（分钟）"),
    "pl.cdf.axis_m": ("Way to the nearest, metres {mode}", "到最近站点{mode}距离（米）"),
    "pl.cdf.axis_min_assigned": (
        "Way to the assigned site, minutes {mode}",
        "到指定站点{mode}行程（分钟）",
    ),
    "pl.cdf.axis_m_assigned": (
        "Way to the assigned site, metres {mode}",
        "到指定站点{mode}距离（米）",
    ),
    "pl.cdf.axis_min_direct": (
        "Way to the assigned site or plant, minutes {mode}",
        "到指定站点或末端设施{mode}行程（分钟）",
    ),
    "pl.cdf.axis_m_direct": (
        "Way to the assigned site or plant, metres {mode}",
        "到指定站点或末端设施{mode}距离（米）",
    ),
    "pl.cdf.share": ("Share of demand", "需求占比"),
    "pl.circles": ("Within the life circle", "生活圈可达"),
    "pl.hover.cdf": ("{when}: {share} within {limit}", "{when}：{limit}内 {share}"),
    # Areas
    "pl.areas": ("Who gains, and who stays out", "谁受益，谁仍未覆盖"),
    "pl.col.area": ("Area", "区域"),
    "pl.col.weight": ("Demand", "需求"),
    "pl.col.after": ("After", "规划后"),
    "pl.col.within_before": ("{within}: before", "{within}：现状"),
    "pl.col.covered": ("Covered", "覆盖率"),
    "pl.col.mean_before": ("Mean way before", "现状平均行程"),
    "pl.col.out": ("Left out", "未覆盖"),
    "pl.col.within": ("Within {limit}", "{limit}内"),
    "pl.col.plot": ("Before to after", "现状至规划后"),
    "pl.areas.more": (
        "The {shown} areas with the most demand of {all}; all are in {file}.",
        "仅列需求最大的 {shown} 个区域（共 {all} 个），完整数据见 {file}。",
    ),
    # Open sites
    "pl.sites": ("The open sites", "启用站点"),
    "pl.col.site": ("Site", "站点"),
    "pl.col.kind": ("Kind", "类型"),
    "pl.col.size": ("Size", "规模"),
    "pl.col.share": ("Share of demand", "需求占比"),
    "pl.col.mean": ("Mean way", "平均行程"),
    "pl.col.max": ("Longest", "最远"),
    "pl.col.cost": ("Cost", "成本"),
    "pl.kind.existing": ("existing", "现有"),
    "pl.kind.candidate": ("new", "新增"),
    "pl.sites.more": (
        "The {shown} busiest of {all}; all are in {file}.",
        "仅列需求最大的 {shown} 处（共 {all} 处），完整数据见 {file}。",
    ),
    "pl.cost": ("Cost{unit}: {value} = {parts}.", "成本{unit}：{value} = {parts}。"),
    "pl.cost.opening": ("opening sites {value}", "站点启用 {value}"),
    "pl.cost.sizes": ("their sizes {value}", "站点规模 {value}"),
    "pl.cost.travel": ("travel to them {value}", "前往站点的运输 {value}"),
    "pl.cost.onward": ("onward to plants {value}", "运往末端设施 {value}"),
    "pl.cost.plants": ("plants {value}", "末端设施 {value}"),
    "pl.cost.preference": ("preferences {value}", "偏好 {value}"),
    # Queues at toilets
    "pl.cabins": ("Queues in the busiest hours", "高峰时段排队情况"),
    "pl.cabins.note": (
        (
            "Simulated with {women} women's stalls, {men} men's stalls, {urinals} urinals and "
            "{shared} shared stalls at each toilet; mean waits."
        ),
        (
            "按每处女厕位 {women}、男厕位 {men}、小便器 {urinals}、通用厕位 {shared} 仿真，"
            "均为平均等候时间。"
        ),
    ),
    "pl.cabins.worst": (
        "Women wait longest at {name}: {wait} on average",
        "女性在“{name}”等候最久，平均 {wait}",
    ),
    "pl.cabins.needed": (
        "{women} women's and {men} men's stalls there would keep waits within {target}",
        "该处设女厕位 {women}、男厕位 {men} 可将等候控制在 {target} 以内",
    ),
    "pl.cabins.none": ("more than 60", "60以上"),
    "pl.cabins.visitors": ("Visitors an hour", "每小时人次"),
    "pl.cabins.women": ("Women wait", "女性等候"),
    "pl.cabins.men": ("Men wait", "男性等候"),
    "pl.cabins.p90": ("Nine in ten wait at most", "九成等候不超过"),
    "pl.cabins.left": ("Left unserved", "排队放弃"),
    "pl.cabins.women_needed": ("Women's stalls needed", "所需女厕位"),
    "pl.cabins.men_needed": ("Men's stalls needed", "所需男厕位"),
    # Sensitivity
    "pl.curve": ("One more, one fewer", "多一处，少一处"),
    "pl.curve.p": ("Number of open sites", "启用站点数"),
    "pl.curve.radius_min": ("Minutes that count as near", "可达时限（分钟）"),
    "pl.curve.radius_m": ("Metres that count as near", "可达距离（米）"),
    "pl.curve.budget": ("Budget", "预算"),
    "pl.curve.units": ("Number of units", "车组数"),
    "pl.curve.share": ("Share of demand covered", "覆盖的需求占比"),
    "pl.curve.travel_min": ("Minutes", "分钟"),
    "pl.curve.travel_m": ("Metres", "米"),
    "pl.curve.cost": ("Cost", "成本"),
    "pl.curve.sites": ("Sites needed", "所需站点数"),
    "pl.curve.here": ("this plan", "本方案"),
    "pl.curve.note": (
        "The band reaches from the plans found to what is proven that none can better.",
        "色带由已找到的方案延伸至已证明不可超越的界。",
    ),
    "pl.curve.now": ("this plan: {value}", "本方案：{value}"),
    "pl.curve.more_p": ("one site more: {value}", "多一处：{value}"),
    "pl.curve.fewer_p": ("one fewer: {value}", "少一处：{value}"),
    "pl.curve.more_units": ("one unit more: {value}", "多一个车组：{value}"),
    "pl.curve.fewer_units": ("one fewer: {value}", "少一个车组：{value}"),
    "pl.closing.none": ("some would have none", "部分需求将无处可去"),
    "pl.closing": ("What closing one would cost", "关停任一站点的影响"),
    "pl.closing.note": (
        "The others stay as they are; whoever used it goes to the next.",
        "其余站点不变，原使用者转往次近站点。",
    ),
    "pl.closing.share": ("Demand no longer covered", "失去覆盖的需求占比"),
    "pl.closing.travel_min": ("Mean way grows by, minutes", "平均行程增加（分钟）"),
    "pl.closing.travel_m": ("Mean way grows by, metres", "平均行程增加（米）"),
    "pl.closing.longest_min": ("Longest way grows by, minutes", "最远行程增加（分钟）"),
    "pl.closing.longest_m": ("Longest way grows by, metres", "最远行程增加（米）"),
    "pl.closing.cost": ("Cost grows by", "成本增加"),
    # Assumptions
    "pl.as.own": ("The scenario's own", "方案自述"),
    "pl.as.travel": ("Ways", "行程"),
    "pl.as.travel_mode": (
        "Ways are the shortest {mode} on the street network, from each demand point to each site.",
        "行程为路网上从各需求点到各站点的最短{mode}路径。",
    ),
    "pl.as.travel_free": (
        "Ways take no account of waiting at crossings, slopes or barriers that the map lacks.",
        "未计入路口等待、坡度以及地图中缺失的障碍。",
    ),
    "pl.as.choice": ("Choice", "选择"),
    "pl.as.nearest": (
        "Everybody uses the nearest open site.",
        "假定每人使用最近的启用站点。",
    ),
    "pl.as.crews": (
        "Who comes sets out from the nearest open site.",
        "由最近的启用站点出动。",
    ),
    "pl.as.given": (
        (
            "Sites are given to demand by the model, so that none is over its capacity; the "
            "nearest need not be the one that serves."
        ),
        "需求由模型按容量分配，未必由最近站点服务。",
    ),
    "pl.as.limit": (
        "Near means within {limit} {mode}; who is farther counts as left out.",
        "“可达”指{mode} {limit}以内，超出即视为未覆盖。",
    ),
    "pl.as.existing": (
        "Existing facilities: {n}, of which {kept} stay open.",
        "读入现有设施 {n} 处，其中保留 {kept} 处。",
    ),
    "pl.as.no_existing": (
        "No existing facility was given: “before” is a district without any.",
        "未提供现有设施：“现状”按无设施计。",
    ),
    "pl.as.standards": ("Standards", "标准"),
    "pl.as.standard": (
        "{title}: {says}. Source: {source} ({confidence}).",
        "{title}：{says}。来源：{source}（{confidence}）。",
    ),
    "pl.confidence.seen": ("seen in the text or an excerpt", "已见原文或摘录"),
    "pl.confidence.reported": ("second-hand", "二手资料"),
    "pl.confidence.unconfirmed": ("not confirmed", "未证实"),
    "pl.as.no_standard": (
        "No standard was named: the limits are those of the scenario.",
        "未指定标准：限值取自方案文件。",
    ),
    "pl.as.proof": ("Proof", "最优性"),
    "pl.as.method": (
        "Found and bounded by: {method}.",
        "求解与定界方法：{method}。",
    ),
    "pl.as.judged": (
        "The value was reckoned again from plan and ways, by code apart from the search.",
        "目标值已由与求解器无关的程序依据方案与行程重新核算。",
    ),
    "pl.as.warnings": ("Warnings", "提示"),
    "pl.reproduce.note": (
        (
            "The same inputs and seed give the same plan, unless the time limit cuts the search "
            "short. Lock rows of {file} and give it to --from to keep them."
        ),
        "相同输入与种子得到相同方案（除非时间不足）。可在 {file} 中锁定站点后用 --from 重新求解。",
    ),
    "pl.files_note": (
        (
            "Tables lie beside this file as {book} and in “tables”, layers for a map program in "
            "{gpkg}, pictures in “figures”."
        ),
        "表格见同目录 {book} 与 tables 文件夹，地图图层见 {gpkg}，图片见 figures 文件夹。",
    ),
}
