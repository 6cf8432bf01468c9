"""What all commands share: a help with examples, and the options that mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Function = TypeVar("Function", bound=Callable[..., Any])
    Decorator = Callable[[Function], Function]


#: Roles that a person can play: `model.snapshot.Role`, without our own account's.
ROLES = ("write", "read", "bot")


class Command(click.Command):
    """A command whose help ends in examples, and that takes `--debug` as the program does."""

    def __init__(self, name: str | None, *, examples: Sequence[tuple[str, str]] = (), **attributes: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(name, context_settings={"help_option_names": ["-h", "--help"]}, **attributes)
        self.examples = examples
        self.params.append(click.Option(["--debug"], is_flag=True, expose_value=False, hidden=True))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the examples, each with what it is for."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(list(self.examples), col_max=52)


class Listing(click.Group):
    """A group that lists its commands as they stand in its file."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands, in order."""
        return list(self.commands)


def _not_empty(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse what a script makes of a variable that is not set: the current folder, or the default, was not meant."""
    if value == "":
        raise click.BadParameter("it is empty; leave it out, or name one.")
    return value


def path_argument() -> Decorator[Any]:
    """The folder that is read."""
    return click.argument("path", default=".", type=click.Path(), required=False, callback=_not_empty)


def rev_option() -> Decorator[Any]:
    """A revision instead of the folder as it is."""
    return click.option("--rev", metavar="REV", help="Read this revision of the repository, not the work tree.")


def tracker_option() -> Decorator[Any]:
    """The tracker."""
    return click.option(
        "--tracker",
        metavar="URL",
        callback=_not_empty,
        help="sqlite:PATH, github:owner/name, gitlab:group/name, or a URL.",
    )


def config_option() -> Decorator[Any]:
    """The service's file."""
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="The service's file.  [default: GAPKEEPER_SERVICE_CONFIG, else gapkeeper-service.toml]",
    )


def format_option(*names: str) -> Decorator[Any]:
    """The form of the output; the first is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="The form of the output.",
    )


def acting_options(role_help: str) -> Decorator[Any]:
    """Who acts, in which role, on which tracker: how a person plays others on the embedded one."""

    def decorate(function: Function) -> Function:
        for option in (
            click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True, help=role_help),
            click.option("--as", "name", metavar="NAME", help="Who does it.  [default: git's user.name]"),
            tracker_option(),
        ):
            function = option(function)
        return function

    return decorate
