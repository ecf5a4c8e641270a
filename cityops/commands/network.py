"""``cityops network``: look at streets and turn them into another format."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityops.options import Replace, one_of

if TYPE_CHECKING:
    from networks import RoadNetwork
    from scenarios.schema import NetworkSpec

app = typer.Typer(
    help="Look at streets, and turn them into another format.",
    epilog="Example: cityops network info helsinki",
    rich_markup_mode=None,
)

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help='A file or folder of streets, "helsinki" or "synthetic".'
    ),
]
Mode = Annotated[
    str | None,
    typer.Option(
        "--mode",
        parser=one_of("car", "truck", "bike", "walk"),
        metavar="MODE",
        help="Whose streets: car, truck, bike or walk; what the file says, else car.",
    ),
]
Crs = Annotated[
    str | None,
    typer.Option("--crs", metavar="CRS", help="wgs84, gcj02, bd09 or an EPSG number."),
]
Speeds = Annotated[
    str, typer.Option("--speeds", metavar="PRESET", help="Speeds where none is given.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="OURS=THEIRS", help="Name of a column; may be repeated."),
]


@app.command("info", epilog="Example: cityops network info helsinki --mode bike")
def info(
    source: Source,
    *,
    mode: Mode = None,
    crs: Crs = None,
    speeds: Speeds = "default",
    column: Columns = None,
) -> None:
    """Say how large a street network is, of which classes, and what was left out."""
    import numpy as np

    from cityops.tables import aligned
    from scenarios.remarks import street_remarks

    network = read(source, mode, crs, speeds, column)
    print(f"source       {network.source}")
    print(f"attribution  {network.attribution or '–'}")
    print(f"mode         {network.mode}")
    print(f"junctions    {network.n_nodes:,}")
    print(f"edges        {network.n_edges:,} directed")
    once = (network.reverse < 0) | (network.reverse > np.arange(network.n_edges))
    km, all_km = (float(network.length_m[part].sum()) / 1000.0 for part in (once, slice(None)))
    print(f"length       {km:,.1f} km of streets; {all_km:,.1f} km, each direction counted")
    west, south = float(network.lon.min()), float(network.lat.min())
    east, north = float(network.lon.max()), float(network.lat.max())
    print(f"extent       {west:.4f} to {east:.4f} east, {south:.4f} to {north:.4f} north")
    print(network.dropped.words())
    print(aligned(_classes(network)))
    for remark in street_remarks(_as_spec(source, speeds, column), network):
        print(f"note: {remark}")


@app.command("convert", epilog="Example: cityops network convert helsinki streets.gpkg")
def convert(
    source: Source,
    target: Annotated[
        Path,
        typer.Argument(metavar="TARGET", help=".gpkg, .parquet, or a folder for GMNS tables."),
    ],
    *,
    mode: Mode = None,
    crs: Crs = None,
    speeds: Speeds = "default",
    column: Columns = None,
    replace: Replace = False,
) -> None:
    """Write streets as GeoPackage, GeoParquet or GMNS; they read back the same."""
    from networks import write_network
    from networks.errors import InputError

    if target.exists() and not replace:
        raise InputError("this exists", file=target, mend="give another name, or --replace it")
    network = read(source, mode, crs, speeds, column)
    try:
        written = write_network(network, target)
    except InputError:
        raise
    except (OSError, RuntimeError):  # GDAL's are of the second kind
        raise InputError(
            "this cannot be written", file=target, mend="name a place that you may write to"
        ) from None
    print(f"wrote {written}: {network.n_edges:,} directed edges")


def read(
    source: str, mode: str | None, crs: str | None, speeds: str, column: list[str] | None
) -> "RoadNetwork":
    """Read streets as the options say."""
    from networks import read_network
    from networks.errors import InputError

    if source == "synthetic" and not Path(source).exists():
        return _synthetic(mode, crs, speeds, column)
    options: dict[str, object] = {"columns": _columns(column)} if column else {}
    try:
        return read_network(source, mode=mode, crs=_crs(crs), speeds=speeds, **options)
    except InputError as error:
        raise InputError(
            error.message, file=error.file, place=error.place, mend=_as_options(error.mend)
        ) from None


def _synthetic(
    mode: str | None, crs: str | None, speeds: str, column: list[str] | None
) -> "RoadNetwork":
    """Generate the district that a scenario's source = "synthetic" gives by default."""
    from networks import synthetic_district
    from networks.errors import InputError

    if crs or column:
        raise InputError(
            "a generated district has no coordinates or columns to name", mend="drop them"
        )
    return synthetic_district(mode=mode or "car", speeds=speeds)


def _as_options(mend: str | None) -> str | None:
    """Write what a mend says of keywords as the options of the command line."""
    return None if mend is None else re.sub(r'\bcrs ?= ?"([^"]+)"', r"--crs \1", mend)


def _as_spec(source: str, speeds: str, column: list[str] | None) -> "NetworkSpec":
    from scenarios.schema import NetworkSpec

    return NetworkSpec(source=source, speeds=speeds, columns=_columns(column or []))


def _crs(text: str | None) -> str | int | None:
    digits = (text or "").lower().removeprefix("epsg:")
    return int(digits) if digits.isdecimal() else text


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        ours, sign, theirs = pair.partition("=")
        if not (sign and ours.strip() and theirs.strip()):
            raise typer.BadParameter(f'"{pair}" is no pair; write --column class=fclass')
        columns[ours.strip()] = theirs.strip()
    return columns


def _classes(network: "RoadNetwork") -> list[list[str]]:
    import numpy as np

    km = np.bincount(network.road_class, network.length_m, len(network.class_names)) / 1000.0
    rows = [["class", "directed km", "mean km/h"]]
    for code in np.argsort(-km, kind="stable").tolist():
        here = network.road_class == code
        if not here.any():
            continue
        mean = float(np.average(network.speed_kmh[here], weights=network.length_m[here]))
        rows.append([network.class_names[code] or "–", f"{km[code]:,.1f}", f"{mean:.0f}"])
    return rows
