"""``cityops network``: look at streets and turn them into another format."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityops.options import Replace, one_of

if TYPE_CHECKING:
    from networks import RoadNetwork

app = typer.Typer(
    help="Look at streets, and turn them into another format.",
    epilog="Example: cityops network info helsinki",
    rich_markup_mode=None,
)

Source = Annotated[
    str, typer.Argument(metavar="SOURCE", help='A file or folder of streets, or "helsinki".')
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
    from cityops.tables import aligned

    network = read(source, mode, crs, speeds, column)
    print(f"source       {network.source}")
    print(f"attribution  {network.attribution or '–'}")
    print(f"mode         {network.mode}")
    print(f"junctions    {network.n_nodes:,}")
    print(f"edges        {network.n_edges:,} directed")
    west, south = float(network.lon.min()), float(network.lat.min())
    east, north = float(network.lon.max()), float(network.lat.max())
    print(f"extent       {west:.4f} to {east:.4f} east, {south:.4f} to {north:.4f} north")
    print(network.dropped.words())
    print(aligned(_classes(network)))


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
    print(f"wrote {write_network(network, target)}: {network.n_edges:,} directed edges")


def read(
    source: str, mode: str | None, crs: str | None, speeds: str, column: list[str] | None
) -> "RoadNetwork":
    """Read streets as the options say."""
    from networks import read_network

    options: dict[str, object] = {"columns": _columns(column)} if column else {}
    return read_network(source, mode=mode, crs=_crs(crs), speeds=speeds, **options)


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
