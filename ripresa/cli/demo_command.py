"""`ripresa demo`: progress while it runs, the page in a browser, a summary at the end."""

from __future__ import annotations

import asyncio
import contextlib
import webbrowser
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ripresa.demo.demo import DemoOptions, run_demo
from ripresa.demo.summary import print_summary
from ripresa.platform.program import run_until_stopped
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from ripresa.demo.demo import Demo

__all__ = ["run_demo_command"]

REFRESH_S = 0.2


def run_demo_command(options: DemoOptions, json_file: Path | None) -> None:
    """Run a demo; print its summary and write it as JSON.

    Raises:
        RipresaError: see `run_demo`; or the JSON file cannot be written.
    """
    console = Console()
    with Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:

        async def show(demo: Demo) -> None:
            console.print(f"Web page: {demo.web_url}")
            if not options.headless:
                _open_browser(demo.web_url)
            bar = progress.add_task("starting", total=demo.total, said="")
            while True:
                said = f"{demo.repetitions} repetitions"
                progress.update(bar, description=demo.stage, completed=demo.played(), said=said)
                await asyncio.sleep(REFRESH_S)

        summary = run_until_stopped(run_demo(options, show))
    if summary is None:
        return
    print_summary(summary, console)
    if json_file is not None:
        try:
            json_file.write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
        except OSError as e:
            raise ConfigurationError(f"{json_file} cannot be written: {e.strerror}") from e


def _open_browser(url: str) -> None:
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)
