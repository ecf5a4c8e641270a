"""The words of the report on routes, in English and Chinese; `cityops.report.words` takes them."""

from __future__ import annotations

from typing import Final

__all__ = ["ROUTES_TEXTS"]

ROUTES_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "service.routes": ("Street cleaning", "道路清扫"),
    "rt.over": ("Street cleaning", "道路清扫"),
    "rt.report": ("Routes and run sheets", "路线与行车单"),
    "rt.answer": (
        "{routes} sweep {km} km in {hours} h; {share} of the way is driven without sweeping",
        "{routes}清扫 {km} 公里，共 {hours} 小时；空驶占行驶里程的 {share}",
    ),
    "rt.routes": ("{n} routes", "{n} 条路线"),
    "rt.routes_one": ("1 route", "1 条路线"),
    "rt.gap": (
        "no plan needs less than {bound} h: at most {gap} of these hours could be saved (the gap)",
        "任何方案都不少于 {bound} 小时：本方案的工时最多还能节省 {gap}（即差距）",
    ),
    "rt.gap.cost": (
        (
            "with {cost} h that the routes cost apart they come to {value} h, and no plan comes "
            "to less than {bound} h: at most {gap} of it could be saved (the gap)"
        ),
        (
            "另计出车费用折合 {cost} 小时，合计 {value} 小时；任何方案合计都不少于 {bound} 小时："
            "最多还能节省 {gap}（即差距）"
        ),
    ),
    "rt.unbounded": (
        "how few hours there can be at least is not known",
        "最少需要多少工时尚无下界",
    ),
    "rt.left_out_unit": ("km", "公里"),
    "rt.optimal": ("no plan needs less: this one is proven best", "已证明没有更省的方案"),
    "rt.checked": (
        (
            "checked against the streets: {sides} street sides are swept as often as asked, "
            "every edge begins where the last one ends, and times add up"
        ),
        "已按路网核对：{sides} 个路侧均按要求的次数清扫，路段首尾相接，时间加总一致",
    ),
    "rt.failed": (
        "the check against the streets failed: {n} faults",
        "按路网核对未通过：{n} 处错误",
    ),
    "rt.interrupted": (
        "The search was stopped early; these are the best routes until then.",
        "搜索被提前中止，此为当时最好的路线。",
    ),
    "rt.map": ("All routes", "全部路线"),
    "rt.map.note": (
        "Thick lines are swept, thin dashed ones only driven along.",
        "粗线为清扫，细虚线为空驶。",
    ),
    "rt.depot": ("Depot", "车场"),
    "rt.dump": ("Dump site", "倾倒点"),
    "rt.route": ("Route {n}", "路线 {n}"),
    "rt.sheet": ("Run sheet", "行车单"),
    "rt.col.route": ("Route", "路线"),
    "rt.col.time": ("Time", "时间"),
    "rt.col.hours": ("Hours", "小时"),
    "rt.col.swept": ("km swept", "清扫公里"),
    "rt.col.deadhead": ("km deadhead", "空驶公里"),
    "rt.col.dumps": ("Dumps", "倾倒次数"),
    "rt.col.dirt": ("Dirt, t", "尘土（吨）"),
    "rt.col.do": ("What to do", "操作"),
    "rt.col.side": ("Sweep", "清扫"),
    "rt.col.km": ("km", "公里"),
    "rt.col.min": ("min", "分钟"),
    "rt.col.load": ("Load, kg", "载重（千克）"),
    "rt.total": ("All", "合计"),
    "rt.pdf.no": ("No.", "序号"),
    "rt.pdf.vehicle": ("Vehicle", "车号"),
    "rt.pdf.driver": ("Driver", "驾驶员"),
    "rt.pdf.date": ("Date", "日期"),
    "rt.pdf.signed": ("Signature", "签名"),
    "rt.pdf.swept": ("sweep this side", "清扫该侧"),
    "rt.pdf.driven": ("drive, do not sweep", "空驶，不清扫"),
    "rt.pdf.numbers": ("row of the list", "单中序号"),
    "rt.pdf.page": ("page {n} of {m}", "第 {n} 页，共 {m} 页"),
    "rt.left_out": ("Streets that are not swept", "未能清扫的道路"),
    "rt.unnamed": ("unnamed", "无名道路"),
    "rt.pieces": (
        "{n} street pieces of {km} km were asked for and cannot be served:",
        "{n} 个路段（{km} 公里）应清扫而无法到达：",
    ),
    "rt.files": (
        (
            "To print: run-sheets.pdf. To edit: {name}.xlsx or plan/{name}.csv; cityops routes "
            "--from reads it back. Each route for maps and navigation devices: "
            "routes/route-NN.geojson and .gpx."
        ),
        (
            "打印：run-sheets.pdf。修改：{name}.xlsx 或 plan/{name}.csv，"
            "改后用 cityops routes --from 读回。"
            "各路线的地图与导航文件：routes/route-NN.geojson 与 .gpx。"
        ),
    ),
    # Watering trucks: in place of the text of the same name above
    "wt.answer": (
        "{routes} water {km} km in {hours} h; {share} of the way is driven without watering",
        "{routes}洒水 {km} 公里，共 {hours} 小时；空驶占行驶里程的 {share}",
    ),
    "wt.checked": (
        (
            "checked against the streets: {sides} street sides are watered exactly as often as "
            "asked, every edge begins where the last one ends, and times add up"
        ),
        "已按路网核对：{sides} 个路侧均按要求的次数洒水，路段首尾相接，时间加总一致",
    ),
    "wt.map.note": (
        "Thick lines are watered, thin dashed ones only driven along.",
        "粗线为洒水，细虚线为空驶。",
    ),
    "wt.dump": ("Fill point", "加水点"),
    "wt.col.swept": ("km watered", "洒水公里"),
    "wt.col.dumps": ("Fills", "加水次数"),
    "wt.col.dirt": ("Water, m³", "用水（立方米）"),
    "wt.col.side": ("Water", "洒水"),
    "wt.col.load": ("Water left, l", "余水（升）"),
    "wt.pdf.swept": ("water this side", "洒水该侧"),
    "wt.pdf.driven": ("drive, do not water", "空驶，不洒水"),
    "wt.left_out": ("Streets that are not watered", "未能洒水的道路"),
    "wt.pieces": (
        "{n} street pieces of {km} km were asked for and cannot be served:",
        "{n} 个路段（{km} 公里）应洒水而无法到达：",
    ),
    # Trucks that collect waste, likewise
    "ct.answer": (
        "{routes} collect {t} t at {points} points in {hours} h, over {km} km",
        "{routes}在 {points} 个点位收运 {t} 吨，共 {hours} 小时，行驶 {km} 公里",
    ),
    "ct.checked": (
        (
            "checked against the streets: {sides} points are collected as often as asked, loads, "
            "hours and lunch are kept, every edge begins where the last one ends, and times add up"
        ),
        (
            "已按路网核对：{sides} 个点位均按要求的次数收运，载重、时段与午休符合要求，"
            "路段首尾相接，时间加总一致"
        ),
    ),
    "ct.over": ("Waste collection", "垃圾收运"),
    "ct.map.note": (
        "Dots are points that are collected, lines the way between them.",
        "圆点为收运点位，线为行驶路径。",
    ),
    "ct.dump": ("Facility", "处理设施"),
    "ct.col.swept": ("Points", "点位数"),
    "ct.col.deadhead": ("km", "公里"),
    "ct.col.dumps": ("Unloads", "卸料次数"),
    "ct.col.dirt": ("Waste, t", "垃圾（吨）"),
    "ct.col.side": ("Side", "路侧"),
    "ct.pdf.swept": ("collect here", "在此收运"),
    "ct.pdf.driven": ("drive", "行驶"),
    "ct.left_out": ("Points that are not collected", "未能收运的点位"),
    "ct.left_out_unit": ("kg", "千克"),
    "ct.pieces": (
        "{n} points with {km} kg were asked for and are not collected:",
        "{n} 个点位（{km} 千克）应收运而未收运：",
    ),
    "rt.reason.no truck for its stream": ("no truck for its stream", "无适用该品类的车辆"),
    "rt.reason.larger than a truck": ("larger than a truck", "超过一车容量"),
    "rt.reason.its hours are shorter than the stop": (
        "its hours are shorter than the stop",
        "允许时段短于作业时间",
    ),
    "rt.reason.not worth its prize": ("not worth its prize", "收运价值低于成本"),
    "rt.break": ("Break", "休息"),
    "rt.reason.outside all shifts": ("outside all shifts", "不在任何班次时段内"),
    "rt.reason.no vehicle for its class": ("no vehicle for its class", "无适用车型"),
    "rt.reason.no room in the shifts": ("no room in the shifts", "班次内排不下"),
    "rt.reason.closed": ("closed", "封闭"),
    "rt.reason.no way there from the depot": ("no way there from the depot", "从车场无法到达"),
    "rt.reason.no way back to the depot": ("no way back to the depot", "无法返回车场"),
}
