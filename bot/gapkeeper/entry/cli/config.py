"""`gapkeeper config`: the settings in force, and their schema."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gapkeeper import wiring
from gapkeeper.entry.cli.command import Command, format_option, path_argument
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.errors import UsageError
from gapkeeper.reporting.complaint import error_lines
from gapkeeper.reporting.json_text import json_text
from gapkeeper.reporting.style import Tone, line, say
from gapkeeper.settings import listing
from gapkeeper.settings.load import DEFAULT
from gapkeeper.settings.schema import json_schema, service_schema
from gapkeeper.settings.toml_text import dotted, inline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.reporting.style import Line, Piece

JSON_VERSION = 1


@click.group(
    "config",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each has examples: gapkeeper config show --help",
)
def command() -> None:
    """Show the settings in force, or the schema of the configuration file."""


@command.command(
    "show",
    cls=Command,
    short_help="Show every setting, and where it comes from.",
    examples=[
        ("gapkeeper config show", "every setting, and where it comes from"),
        ("gapkeeper config show ../other --format json", "of another folder, for a program"),
        ("GAPKEEPER_SYNC__BACKFILL=true gapkeeper config show", "a variable wins over the file"),
    ],
)
@path_argument()
@format_option("text", "json")
def show_command(path: str, form: str) -> int:
    """Show every setting in force and where it comes from: the default, a file and line, or a variable.

    Variables are named after table and key, with two underscores between: GAPKEEPER_SYNC__ON_CLOSE. Lists and
    tables are written in JSON. Secrets are never shown.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(f"there is no folder {path}", hint="Name a folder that exists.")
    settings = list(listing.repository_settings(wiring.load_settings(folder)))
    operator = listing.operator_settings()
    if form == "json":
        write_data(json_text(_json(settings, operator)))
    else:
        show(lambda _: _lines(settings, operator))
    for variable, meant in listing.unknown_variables(os.environ):
        hint = f"Did you mean {meant}?" if meant else "No setting has this name."
        _warn(f"{variable} sets nothing", hint)
    return 0


@command.command(
    "schema",
    cls=Command,
    short_help="Print the JSON schema of gapkeeper.toml.",
    examples=[
        ("gapkeeper config schema > gapkeeper.schema.json", "for an editor that completes TOML"),
        ("gapkeeper config schema --service", "of the file of gapkeeper serve"),
    ],
)
@click.option("--service", is_flag=True, help="Of gapkeeper-service.toml, the service's own file.")
def schema_command(service: bool) -> int:
    """Print the JSON schema of gapkeeper.toml."""
    write_data(json_text(service_schema() if service else json_schema()))
    return 0


def _warn(message: str, hint: str) -> None:
    show(lambda look: error_lines(message, hint, look, word="warning"), error=True)


def _lines(settings: list[listing.Setting], operator: list[listing.OperatorSetting]) -> Iterator[Line]:
    """Lines that are TOML again: what follows the # says where a value comes from."""
    for key in settings:
        yield line(f"{dotted(key.path)} = {inline(key.value)}  ", _origin(key.place, default=key.origin == DEFAULT))
    yield ()
    yield line(say("# The operator's settings come from the environment; a repository cannot set them.", Tone.FAINT))
    for variable in operator:
        value = "" if variable.value is None else f" = {inline(variable.value)}"
        place = DEFAULT if value else "not set"
        if variable.given:
            place = "set, and not shown" if variable.secret else "environment"
        yield line(say("# ", Tone.FAINT), f"{variable.variable}{value}  ", _origin(place, default=not variable.given))


def _origin(place: str, *, default: bool) -> Piece:
    return say(f"# {place}", Tone.FAINT if default else Tone.INFO)


def _json(settings: list[listing.Setting], operator: list[listing.OperatorSetting]) -> dict[str, Any]:
    return {
        "version": JSON_VERSION,
        "settings": [
            {"key": dotted(key.path), "value": _plain(key.value), "origin": key.origin, "place": key.place}
            for key in settings
        ],
        "operator": [
            {"variable": o.variable, "value": _plain(o.value), "secret": o.secret, "set": o.given} for o in operator
        ],
    }


def _plain(value: object) -> object:
    """A value as JSON has it: an empty table is one, and a list a list."""
    if isinstance(value, tuple):
        return list(value)
    return value if value is None or isinstance(value, (str, bool, int, float)) else {}
