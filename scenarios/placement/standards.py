"""Standards of facilities: named, with their source and with how sure we are of the number.

Only what was seen in the text of a standard, or in an excerpt of it, is ever a default. What a
press report or a code comment says can be asked for by its name (`standard = "..."`) and is then
named as such in the warnings. What could not be confirmed, or what sources contradict each other
about, has no number here at all: a scenario that needs it must give its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["STANDARDS", "Confidence", "Standard", "default_standards", "unconfirmed"]

Confidence = Literal["seen", "reported", "unconfirmed"]
"""In the text or an excerpt of it; second-hand (press, encyclopaedia, code comment); not at all."""


@dataclass(frozen=True)
class Standard:
    """One provision.

    Parameters
    ----------
    name
        By which a scenario names it.
    title
        The document and clause.
    says, says_zh
        What it asks, in English and Chinese words; the title stays a name.
    confidence, source
        How it was confirmed, and where.
    values
        Keys of [placement.NAME] and what they get; empty where it is a fact for the reader alone.
    preset
        Whose default it is, None where it is no default.
    needs
        Where nothing is confirmed: the key that a scenario has to give.
    """

    name: str
    title: str
    says: str
    says_zh: str
    confidence: Confidence
    source: str
    values: dict[str, float] = field(default_factory=dict)
    preset: str | None = None
    needs: str | None = None


STANDARDS: tuple[Standard, ...] = (
    # ---- public toilets
    Standard(
        "gb-55013-2021",
        "GB 55013-2021, clause 5.0.1 (mandatory from 2022-01-01)",
        "service radius of a public toilet at workplaces and crowded places: at most 300 m",
        "工作场所和人流密集场所的公共厕所服务半径不超过 300 米",
        "seen",
        "clause text, m.jianbiaoku.com/webarbs/book/159282/4696807.shtml",
        {"within_m": 300.0},
        preset="toilets",
    ),
    Standard(
        "cjj-27-2012-commercial",
        "CJJ 27-2012, table 3.4.3",
        "spacing of public toilets on commercial streets: less than 400 m",
        "商业街公共厕所间距小于 400 米",
        "seen",
        "excerpt, guangliangji.com.cn/fanwen/1452408.html",
        {"kind_spacing_m.commercial": 400.0},
        preset="toilets",
    ),
    Standard(
        "cjj-27-2012-living",
        "CJJ 27-2012, table 3.4.3",
        "spacing on living streets",
        "生活性道路的公共厕所间距",
        "unconfirmed",
        "no source could be found",
        needs="kind_spacing_m.living",
    ),
    Standard(
        "cjj-27-2012-traffic",
        "CJJ 27-2012, table 3.4.3",
        "spacing on traffic streets",
        "交通性道路的公共厕所间距",
        "unconfirmed",
        "no source could be found",
        needs="kind_spacing_m.traffic",
    ),
    Standard(
        "toilet-by-law",
        "a Chinese city's by-law",
        "spacing: 300-500 m on busy streets, less than 300 m in crowds, 750-1,000 m elsewhere",
        "公共厕所间距：繁华街道 300 至 500 米，人流密集处小于 300 米，其他 750 至 1000 米",
        "seen",
        "fymate.net/html/text/lar/168001/16800153_1.html",
        {
            "kind_spacing_m.busy": 500.0,
            "kind_spacing_m.crowded": 300.0,
            "kind_spacing_m.ordinary": 1000.0,
        },
    ),
    Standard(
        "cjj-27-2012-density-transport",
        "CJJ 27-2012, notes of table 3.4.2",
        "5 to 6 public toilets a km2 at transport hubs, car parks, parks and squares",
        "交通枢纽、停车场、公园和广场每平方公里设公共厕所 5 至 6 座",
        "seen",
        "excerpt, guangliangji.com.cn/fanwen/1452408.html",
    ),
    Standard(
        "cjj-27-2012-density-industry",
        "CJJ 27-2012, table 3.4.2",
        "1 to 2 public toilets a km2 on industrial, storage and utility land",
        "工业、仓储和公用设施用地每平方公里设公共厕所 1 至 2 座",
        "seen",
        "excerpt, guangliangji.com.cn/fanwen/1452408.html",
    ),
    # ---- waste transfer stations
    Standard(
        "cjj-27-2012-small",
        "CJJ 27-2012 and CJJ/T 47",
        "a small transfer station handles less than 150 t a day",
        "小型转运站日处理量小于 150 吨",
        "seen",
        "3dmxku.com/daquan/zonghe/4619047.html",
        {"size.small.capacity": 150.0},
        preset="stations",
    ),
    Standard(
        "cjj-27-2012-medium",
        "CJJ 27-2012 and CJJ/T 47",
        "a medium transfer station handles 150 to 450 t a day, a large one more",
        "中型转运站日处理量 150 至 450 吨，大型站更多",
        "seen",
        "3dmxku.com/daquan/zonghe/4619047.html",
        {"size.medium.capacity": 450.0},
        preset="stations",
    ),
    Standard(
        "cjjt-47-2016-clear",
        "CJJ/T 47-2016",
        "distance to adjacent buildings: small 10 m, medium 15 m, large 30 m at least",
        "与相邻建筑的间距：小型站至少 10 米，中型站 15 米，大型站 30 米",
        "seen",
        "3dmxku.com/daquan/zonghe/4619047.html",
        {"size.small.clear_m": 10.0, "size.medium.clear_m": 15.0, "size.large.clear_m": 30.0},
        preset="stations",
    ),
    Standard(
        "cjj-47-2006-motor",
        "CJJ 47-2006, clause 2.2.7",
        "collection radius with small motor vehicles: at most 3.0 km, 5.0 km as the extreme",
        "小型机动车收集半径不超过 3.0 公里，极限 5.0 公里",
        "seen",
        "365zhishi.com/knowledge/63063.html",
        {"within_m": 3000.0, "farthest_m": 5000.0},
    ),
    Standard(
        "cjj-47-2006-hand",
        "CJJ 47-2006, clause 2.2.7",
        "collection radius by hand: at most 0.4 km, 1.0 km as the extreme",
        "人力收集半径不超过 0.4 公里，极限 1.0 公里",
        "seen",
        "365zhishi.com/knowledge/63063.html",
        {"within_m": 400.0, "farthest_m": 1000.0},
    ),
    Standard(
        "collection-point",
        "quoted together with CJJ 47-2006",
        "service radius of a waste collection point: at most 70 m",
        "垃圾收集点服务半径不超过 70 米",
        "seen",
        "365zhishi.com/knowledge/63063.html",
        {"within_m": 70.0},
    ),
    Standard(
        "cjjt-47-land",
        "CJJ/T 47",
        "land of a transfer station by class",
        "各级转运站的用地面积",
        "unconfirmed",
        "sources contradict each other, the smaller classes have none",
    ),
    # ---- charging
    Standard(
        "state-council-2015-73",
        "State Council 2015, No. 73",
        "one public charging station for at most 2,000 electric vehicles",
        "每 2000 辆电动汽车至少配建一座公共充电站",
        "seen",
        "enet.com.cn/article/2015/1010/A20151010005895.html",
        {"candidates.capacity": 2000.0},
        preset="charging",
    ),
    Standard(
        "shanghai-2016-charging",
        "Shanghai's plan 2016-2020 (draft)",
        "public charging within 0.9 km inside the outer ring",
        "外环以内公共充电服务半径 0.9 公里",
        "reported",
        "press, feifmx.com/domesticgd/10000159/20160402/22357537.html",
        {"within_m": 900.0},
    ),
    Standard(
        "hunan-2016-charging",
        "Hunan's plan of 2016",
        "public charging within less than 2.5 km in core areas",
        "核心区公共充电服务半径小于 2.5 公里",
        "reported",
        "press, sl.moto188.com (itemid 8121)",
        {"within_m": 2500.0},
    ),
    Standard(
        "gb-51313-2018",
        "GB/T 51313-2018",
        "service radius of charging",
        "充电设施服务半径",
        "unconfirmed",
        "no radius was found: the cover page alone could be read",
        needs="within_m",
    ),
    # ---- fire and ambulance posts
    Standard(
        "jianbiao-152-2017",
        "JianBiao 152-2017, article 14",
        "area of a fire station: first class 7, second class 4, small 2, suburban 15 km2 at most",
        "消防站辖区面积上限：一级站 7、二级站 4、小型站 2、近郊站 15 平方公里",
        "seen",
        "guoturen.com/wenti-3369.html",
    ),
    Standard(
        "jianbiao-152-arrival",
        "JianBiao 152",
        "a fire engine reaches the edge of its district 5 min after dispatch",
        "消防车接到出动指令后 5 分钟内到达辖区边缘",
        "reported",
        "m.byxx.com/g75335163.html",
        {"within_min": 5.0},
    ),
    Standard(
        "ems-2020-urban",
        "ministries' guidance of 2020 for 2025",
        "radius of ambulance posts in towns: at most 5 km",
        "城镇急救站点服务半径不超过 5 公里",
        "reported",
        "press, nanmuxuan.com",
        {"within_m": 5000.0},
    ),
    # ---- life circles
    Standard(
        "life-circle-5",
        "GB 50180-2018 with TD/T 1062-2021",
        "5-minute life circle: 300 m",
        "5 分钟生活圈：300 米",
        "reported",
        "a code comment",
        {"within_m": 300.0},
    ),
    Standard(
        "life-circle-10",
        "GB 50180-2018 with TD/T 1062-2021",
        "10-minute life circle: 500 m",
        "10 分钟生活圈：500 米",
        "reported",
        "a code comment and an encyclopaedia",
        {"within_m": 500.0},
    ),
    Standard(
        "life-circle-15",
        "GB 50180-2018 with TD/T 1062-2021",
        "15-minute life circle: 800 to 1,000 m",
        "15 分钟生活圈：800 至 1000 米",
        "reported",
        "a code comment",
        {"within_m": 1000.0},
    ),
    Standard(
        "gb-50180-2018-population",
        "GB 50180-2018, clauses 2.0.2 and 2.0.5",
        "a 15-minute circle holds 50,000 to 100,000 people, a residential block 1,000 to 3,000",
        "15 分钟生活圈居住人口 50000 至 100000 人，居住街坊 1000 至 3000 人",
        "seen",
        "the clauses",
    ),
)
"""Every provision that was looked for, whether or not it could be confirmed."""


def default_standards(preset: str) -> tuple[Standard, ...]:
    """Provisions that a preset takes as its defaults: seen ones alone."""
    return tuple(s for s in STANDARDS if s.preset == preset and s.confidence == "seen")


def unconfirmed(key: str) -> Standard | None:
    """Find the provision about a key whose number could not be confirmed."""
    return next((s for s in STANDARDS if s.needs == key), None)
