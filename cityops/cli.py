"""The commands and their order in ``cityops --help``; nothing heavy is imported here."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from cityops.commands import bench, check, compare, network, new, optimize, routes, run, warmup

__all__ = ["app", "command"]

app = typer.Typer(
    name="cityops",
    help="Simulate and optimise the daily work of a city on its road network.",
    epilog="Example: cityops run helsinki-centre",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        from cityops import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def cityops(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Simulate and optimise the daily work of a city on its road network."""


app.command("new", epilog=new.EXAMPLE)(new.new)
app.command("check", epilog=check.EXAMPLE)(check.check)
app.add_typer(network.app, name="network")
app.command("run", epilog=run.EXAMPLE)(run.run)
app.command("optimize", epilog=optimize.EXAMPLE)(optimize.optimize)
app.command("routes", epilog=routes.EXAMPLE)(routes.routes)
app.command("compare", epilog=compare.EXAMPLE)(compare.compare)
app.command("bench", epilog=bench.EXAMPLE)(bench.bench)
app.command("warmup", epilog=warmup.EXAMPLE)(warmup.warmup)


def command() -> Callable[..., Any]:
    """Build the command line as something to call with ``args``."""
    return typer.main.get_command(app)
