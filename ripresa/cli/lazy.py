"""Commands of other rooms, imported when they are called: so that `--help` comes in a blink."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

if TYPE_CHECKING:
    import typer

__all__ = ["LazyGroup", "lazy_commands"]

LONGEST_SUMMARY = 300


class ListedInFull(TyperGroup):
    """A group whose help wraps what its commands do instead of cutting it."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands."""
        known = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(LONGEST_SUMMARY))
            for name, command in known
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class LazyCommands(ListedInFull):
    """A group of commands whose typer application, `module:attribute`, is not imported yet."""

    def __init__(self, name: str, source: str, summary: str) -> None:
        super().__init__(name=name, help=summary, no_args_is_help=True, rich_markup_mode=None)
        self._source = source
        self._loaded: Any = None

    def _group(self) -> Any:
        if self._loaded is None:
            import typer.main

            module, attribute = self._source.split(":")
            app: typer.Typer = getattr(importlib.import_module(module), attribute)
            self._loaded = typer.main.get_group(app)
            # All rooms' help looks alike, whatever their own default.
            for command in self._loaded.commands.values():
                command.rich_markup_mode = None
        return self._loaded

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands."""
        names: list[str] = self._group().list_commands(ctx)
        return names

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command."""
        return self._group().get_command(ctx, cmd_name)


class LazyGroup(ListedInFull):
    """The top of the command line: its own commands, and those of `lazy_commands`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands."""
        return [*super().list_commands(ctx), *lazy_commands]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command, imported or not."""
        if cmd_name in lazy_commands:
            source, summary = lazy_commands[cmd_name]
            return LazyCommands(cmd_name, source, summary)
        return super().get_command(ctx, cmd_name)


lazy_commands: dict[str, tuple[str, str]] = {}
"""Name of a group: where its application is, and what it is for."""
