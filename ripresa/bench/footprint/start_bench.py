"""How long a person waits for the first repetition: after set-up, and from nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from ripresa.demo.demo import Demo, DemoOptions, run_demo
from telemetry.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["bench_start"]

ROUNDS: Final = 5
ROOT: Final = Path(__file__).parents[3]
PATIENCE_S: Final = 600
FIRST_REPETITION: Final = "first repetition"


def bench_start(folder: Path, *, said: Callable[[str], None] = lambda _: None) -> dict[str, float]:
    """Seconds from the start of a headless demo's process to its first counted repetition.

    Args:
        folder: scratch space; what is set up from nothing goes there.
        said: told of progress.

    Returns:
        `start_to_first_repetition_s`, the median of five, of which
        `recording_to_first_repetition_s` is the recording's own: no program is faster than the
        arm; in a checkout with git and make also `from_nothing_to_first_repetition_s`: a new
        clone, `make setup`, and such a start. Packages may come from the cache of their installer.

    Raises:
        TransportError: it did not come to a repetition, or the set-up failed.
    """
    found = []
    for number in range(ROUNDS):
        said(f"start {number + 1} of {ROUNDS}")
        found.append(_started(Path(sys.executable), ROOT, folder / f"start-{number}"))
    figures = {
        "start_to_first_repetition_s": median(total for total, _ in found),
        "recording_to_first_repetition_s": median(own for _, own in found),
    }
    if (ROOT / ".git").exists() and shutil.which("git") and shutil.which("make"):
        said("from nothing")
        figures["from_nothing_to_first_repetition_s"] = _from_nothing(folder)
    return figures


def _started(python: Path, root: Path, place: Path) -> tuple[float, float]:
    """Seconds to the first repetition, and of these the seconds since the first sample."""
    began = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")}
    done = subprocess.run(  # noqa: S603 - our own program
        [python, "-m", __name__],
        cwd=root,
        env=environment | {"RIPRESA_HOME": str(place)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    told = [line.split() for line in done.stdout.splitlines() if line.startswith(FIRST_REPETITION)]
    if not told:
        raise TransportError(f"no repetition was counted: {done.stderr.strip()[-500:]}")
    at, since_first_sample = float(told[0][-2]), float(told[0][-1])
    return at - began, since_first_sample


def _from_nothing(folder: Path) -> float:
    clone = folder / "clone"
    began = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    for command, where in (
        (["git", "clone", "-q", str(ROOT), str(clone)], folder),
        (["make", "setup"], clone),
    ):
        done = subprocess.run(  # noqa: S603 - named above
            command,
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode:
            raise TransportError(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-500:]}")
    set_up_s = time.monotonic() - began
    started_s, _ = _started(clone / ".venv" / "bin" / "python", clone, folder / "start-fresh")
    return set_up_s + started_s


async def _until_first_repetition() -> None:
    """Run a demo, print when it counted, and end."""
    counted = asyncio.Event()

    async def watch(demo: Demo) -> None:
        while demo.played() == 0:  # noqa: ASYNC110 - a count has no event
            await asyncio.sleep(0.005)
        first_sample = time.monotonic()
        while demo.repetitions == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        at = time.monotonic()
        print(FIRST_REPETITION, at, at - first_sample, flush=True)  # noqa: T201 - told to the parent
        counted.set()

    demo = asyncio.create_task(run_demo(DemoOptions(headless=True), watch))
    waiting = asyncio.create_task(counted.wait())
    await asyncio.wait((demo, waiting), return_when=asyncio.FIRST_COMPLETED)
    for task in (demo, waiting):
        task.cancel()
    await asyncio.gather(demo, waiting, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_until_first_repetition())
