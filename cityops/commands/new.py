"""``cityops new``: a commented scenario to start from."""

from pathlib import Path
from typing import Annotated

import typer

from cityops.options import Replace

EXAMPLE = "Example: cityops new my-city"


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    *,
    replace: Replace = False,
) -> None:
    """Write a commented scenario that runs as it is, and a variant of it to compare with."""
    from scenarios import write_new

    written = write_new(folder, replace=replace)
    for path in written:
        print(f"wrote {path}")
    first, second = (path for path in written if path.suffix == ".toml")
    print(f"next: cityops run {first}")
    print(f"then: cityops compare {first} {second}")
