"""What a run of waste collection took for granted, in plain sentences, from its scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cityops.report.assumptions import Assumed, spread
from cityops.report.formats import digits, hours_said, plain
from cityops.report.waste_charts import stream_name
from cityops.report.waste_sheets import kind_name

if TYPE_CHECKING:
    from cityops.report.reading import RunFolder
    from cityops.report.words import Words

__all__ = ["assumed", "facility_kinds"]


def assumed(run: RunFolder, words: Words) -> list[Assumed]:
    """Say what was assumed, under headings.

    Parameters
    ----------
    run
        A run of waste collection.
    words
        The language.
    """
    table = run.scenario.get("waste") or {}
    head = run.scenario.get("scenario") or {}
    stated = head.get("assumed_zh") if words.lang == "zh" else head.get("assumed")
    groups = [
        Assumed(words("cl.as.stated"), [str(text) for text in stated or head.get("assumed") or []]),
        Assumed(words("ws.as.bins"), _bins(run, table, words)),
        Assumed(words("ws.as.collecting"), _collecting(run, table, words)),
        Assumed(words("ws.as.sites"), _sites(run, table, words)),
        Assumed(words("cl.as.cost"), _costs(table, words)),
    ]
    return [group for group in groups if group.sentences]


def facility_kinds(run: RunFolder, words: Words) -> list[str]:
    """Name facilities with what they are."""
    return [
        f"{entry['name']}{words('paren', text=words('ws.kind.' + str(entry['kind'])))}"
        for entry in run.manifest.get("facilities") or []
    ]


def _bins(run: RunFolder, table: dict[str, Any], words: Words) -> list[str]:
    filling = table.get("filling") or {}
    litres = _figures(run, filling.get("deposit_l"), words, "unit.l")
    found = [words("ws.as.deposit", litres=litres, cv=f"{filling.get('cv', 1.0):g}")]
    collection = run.scenario.get("collection") or {}
    known = [
        f"{stream_name(run, str(entry['name']), words)} {entry['density_kg_l']:g}"
        for entry in collection.get("stream") or []
        if entry.get("density_kg_l")
    ]
    if known:
        found.append(words("ws.as.density", list=words.listed(known)))
    own = [kind_name(str(kind), words) for kind in filling.get("by_kind") or {}]
    if own:
        found.append(words("ws.as.by_kind", list=words.listed(own)))
    factors = filling.get("day_factors") or []
    if factors:
        found.append(words("ws.as.days", list=words.listed([f"{f:g}" for f in factors])))
    return found


def _collecting(run: RunFolder, table: dict[str, Any], words: Words) -> list[str]:
    found = []
    for name in table.get("routes") or []:
        own = (run.scenario.get("routes") or {}).get(name) or {}
        for kind in own.get("vehicle") or [{}]:
            space = kind.get("volume_m3") or own.get("volume_m3")
            pressed = kind.get("compaction") or own.get("compaction") or 1.0
            volume = words("ws.as.volume", m3=f"{space:g}", factor=f"{pressed:g}") if space else ""
            tonnes = kind.get("capacity_t") or own.get("capacity_t") or 0.0
            label = " ".join(word for word in (str(name), str(kind.get("name", ""))) if word)
            found.append(words("ws.as.truck", name=label, t=f"{tonnes:g}", volume=volume))
        found.append(
            words(
                "ws.as.stop",
                name=name,
                stop=f"{own.get('stop_s', 0.0):g}",
                bin=f"{own.get('bin_s', 0.0):g}",
            )
        )
        found += _selection(table, str(name), words)
    found.append(words("ws.as.ground", seconds=f"{table['ground_s_l']:g}"))
    every = table.get("breakdown_h")
    found.append(
        words("ws.as.breakdown", hours=f"{every:g}") if every else words("ws.as.no_breakdown")
    )
    minutes = words("unit.min", value=f"{table['overtime_min']:g}")
    then = words(f"ws.carry.{table['carry_over']}")
    found.append(words("ws.as.overtime", minutes=minutes, then=then))
    return found


def _selection(table: dict[str, Any], name: str, words: Words) -> list[str]:
    from scenarios.waste.schema import of_routes

    policy = str(of_routes(table.get("select"), name, "fixed"))
    if policy == "fixed":
        return []
    share = digits(float(of_routes(table.get("select_share"), name, 0.7)), "share")
    hours = f"{float(of_routes(table.get('ahead_h'), name, 24.0)):g}"
    blanks = {"name": name, "share": share, "hours": hours}
    if policy == "threshold":
        del blanks["hours"]
    return [words(f"ws.as.select.{policy}", **blanks)]


def _sites(run: RunFolder, table: dict[str, Any], words: Words) -> list[str]:
    found = [_site(run, site, words) for site in table.get("facility") or []]
    for hauler in table.get("hauler") or []:
        takes = hauler["takes"]
        found.append(
            words(
                "ws.as.hauler",
                name=hauler["name"],
                n=hauler["count"],
                takes=words("ws.as.takes_orders") if takes == "orders" else takes,
                t=f"{hauler['load_t']:g}",
                hours=_hours(words, str(hauler["hours"])),
            )
        )
    found += [
        words(
            "ws.as.delivery",
            name=own["name"],
            n=f"{own['per_day']:g}",
            t=f"{own['load_t']:g}",
            facility=own["facility"],
        )
        for own in table.get("delivery") or []
    ]
    orders = table.get("orders")
    if orders:
        found.append(
            words(
                "ws.as.orders",
                t=f"{sum(site['t_day'] for site in table.get('site') or []):g}",
                stream=stream_name(run, str(orders["stream"]), words),
                load=f"{orders['order_t']:g}",
            )
        )
    found += [
        words("ws.as.ban", name=ban["name"], hours=_hours(words, str(ban["hours"])))
        for ban in table.get("ban") or []
    ]
    found += [
        words("ws.as.known_outage", name=own["name"], facility=own["facility"])
        for own in table.get("outage") or []
    ]
    return found


def _site(run: RunFolder, site: dict[str, Any], words: Words) -> str:
    more = ""
    if site.get("beyond_km") or site.get("beyond_min"):
        minutes = words("unit.min", value=f"{site['beyond_min']:g}")
        more += words("ws.as.beyond", km=f"{site['beyond_km']:g}", min=minutes)
    if site["kind"] == "station":
        more += words(
            "ws.as.press",
            n=site["compactors"],
            t_h=f"{site['press_t_h']:g}",
            pit=f"{site['pit_t']:g}",
            container=f"{site['container_t']:g}",
            buffer=site["buffer"],
        )
    if site.get("intake_t_day") is not None:
        more += words("ws.as.intake", list=_figures(run, site["intake_t_day"], words, "unit.t"))
    if site.get("outage_h"):
        more += words("ws.as.outage", hours=f"{site['outage_h']:g}")
    return words(
        "ws.as.site",
        name=site["name"],
        kind=words("ws.kind." + site["kind"]),
        bays=site["bays"],
        tip=spread(words, site["tip_min"]),
        hours=_hours(words, str(site["opens"])),
        more=more,
    )


def _hours(words: Words, text: str) -> str:
    return words("ws.as.always") if text == "always" else hours_said(words, text)


def _costs(table: dict[str, Any], words: Words) -> list[str]:
    energy, cost = table["energy"], table["cost"]
    currency = str(cost["currency"])
    route = words("ws.as.route_cost", cost=plain(cost["route"], 0)) if cost.get("route") else ""
    found = [
        words(
            "ws.as.energy",
            unit=energy["unit"],
            truck=f"{energy['truck_km']:g}",
            hauler=f"{energy['hauler_km']:g}",
            bin=f"{energy['bin']:g}",
            standing=f"{energy['standing_h']:g}",
            press=f"{energy['press_t']:g}",
            price=f"{energy['price']:g}",
            co2=f"{energy['co2_kg']:g}",
            currency=currency,
        ),
        words(
            "ws.as.rates",
            crew=f"{cost['crew_h']:g}",
            n=table["crew"],
            overtime=f"{cost['overtime_h']:g}",
            km=f"{cost['truck_km']:g}",
            haul_h=f"{cost['hauler_h']:g}",
            haul_km=f"{cost['hauler_km']:g}",
            currency=currency,
            route=route,
        ),
    ]
    fees = [
        f"{site['name']} {site['gate_fee']:g}"
        for site in table.get("facility") or []
        if site.get("gate_fee")
    ]
    if fees:
        found.append(words("ws.as.gates", list=words.listed(fees)))
    return found


def _figures(run: RunFolder, figure: Any, words: Words, unit: str) -> str:  # noqa: ANN401
    """Say a figure by stream, or one for all."""
    if not isinstance(figure, dict):
        return words(unit, value=f"{float(figure or 0.0):g}")
    return words.listed(
        [
            f"{stream_name(run, str(name), words)} " + words(unit, value=f"{float(value):g}")
            for name, value in figure.items()
        ]
    )
