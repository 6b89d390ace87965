"""How the command line speaks: language, colours, width; plain text where the output is no terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tanheng.app.accounting import Account
    from tanheng.kernel.problems import Problem

WIDTH = 100
"""Columns of a pipe or file, in which nobody can say how wide the paper is."""


class Face:
    """One command's way of speaking: language "zh" or "en", and whether to use colours."""

    def __init__(self) -> None:
        self.lang = "en" if os.environ.get("TANHENG_LANG") == "en" else "zh"
        self.colour = not os.environ.get("NO_COLOR")
        self.csv: dict[str, str] = {}
        self.beside: str | None = None
        for stream in (sys.stdout, sys.stderr):
            # a console that lacks a character shows "?" in its place; it is no reason to stop
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    def say(self, zh: str, en: str) -> str:
        """The text of the reader's language."""
        return en if self.lang == "en" else zh

    def show(self, *parts: RenderableType) -> None:
        """Print tables, trees and texts. In a pipe a table takes the room it needs: no line is broken."""
        import io

        from rich.console import Console
        from rich.measure import Measurement

        terminal = sys.stdout.isatty()
        stream = io.StringIO()
        console = Console(
            file=stream,
            force_terminal=terminal,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            color_system="auto" if self.colour and terminal else None,
            width=None if terminal or os.environ.get("COLUMNS") else WIDTH,
        )
        room = console.width
        for part in parts:
            if is_table(part) and not terminal:
                wide = Measurement.get(console, console.options.update(width=10_000), part).maximum
                console.width = max(room, wide)
            console.print(part)
            console.width = room
        text = stream.getvalue()
        click.echo("".join(f"{line.rstrip()}\n" for line in text.splitlines()), nl=False, color=True)

    def json(self, value: object) -> None:
        """One JSON document on standard output, in UTF-8 whatever the console speaks."""
        import json

        click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8"))

    def done(self, zh: str, en: str, *, err: bool = False) -> None:
        """One line of success."""
        colour = self.colour and (sys.stderr if err else sys.stdout).isatty()
        click.echo(click.style("✓ ", fg="green") + self.say(zh, en), err=err, color=colour)

    def account(self, plant: str, folders: Sequence[str], known_on: Any = None) -> Account:
        """Account a file with a quiet progress line on the error stream."""
        from tanheng.app.accounting import account
        from tanheng.app.library import Library

        with self.busy("正在读取和核算", "Reading and accounting"):
            library = Library.of(folders, known_on.date() if known_on else None)
            return account(plant, library, self.csv, beside=self.beside)

    @contextmanager
    def busy(self, zh: str, en: str) -> Iterator[None]:
        """A spinner while people wait at a terminal; nothing anywhere else."""
        if not (sys.stderr.isatty() and sys.stdout.isatty()):
            yield
            return
        from rich.console import Console

        with Console(stderr=True, no_color=not self.colour).status(self.say(zh, en)):
            yield

    def problems(self, problems: Sequence[Problem], as_json: bool = False, everything: bool = False) -> None:
        """Every problem with code, place, what was seen and what to do; errors first."""
        if as_json:
            from tanheng.app.accounting import KEEPS, refusal_json

            held = any(p.severity in KEEPS for p in problems)
            self.json(refusal_json(problems, self.lang) | {"ok": not held})
            return
        from tanheng.cli.findings import findings

        self.show(*findings(problems, self.lang, everything))


def is_table(part: object) -> bool:
    """Whether breaking a line of it would spoil its columns."""
    from rich.table import Table

    return isinstance(part, Table)
