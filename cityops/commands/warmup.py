"""``cityops warmup``: compile the kernels once, so that later commands start warm."""

from __future__ import annotations

EXAMPLE = "Example: cityops warmup"


def warmup() -> None:
    """Compile all kernels into their cache, by running a small district with every option."""
    from time import perf_counter

    from scenarios.warmup import warm_up

    started = perf_counter()
    for step in warm_up():
        print(f"{step}: ready after {perf_counter() - started:.1f} s")
