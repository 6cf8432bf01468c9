"""The commands, by name. A command's module is imported when it is called, so that each starts fast."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gapkeeper import __version__
from gapkeeper.entry.cli import completion

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Listed(NamedTuple):
    """Where a command is (`module` has it under the name `command`), and what help says of it."""

    module: str
    help: str


COMMANDS = {
    "check": Listed("check", "find what the documents get wrong"),
    "items": Listed("items", "list the items that the documents hold"),
    "why": Listed("why", "explain one item: who says what, and what counts"),
    "score": Listed("score", "compute the readiness score, and compare it"),
    "comment": Listed("comment", "say on a pull request what it does to readiness"),
    "history": Listed("history", "show how readiness went, as a table or a chart"),
    "graph": Listed("graph", "show dependencies and the critical path"),
    "plan": Listed("plan", "show what a sync would change; writes nothing"),
    "sync": Listed("sync", "bring issues and documents in step"),
    "issues": Listed("issues", "look at the tracker's issues, and work on them"),
    "proposals": Listed("proposals", "look at the changes of documents that were proposed"),
    "runs": Listed("runs", "list the syncs, and how they ended"),
    "serve": Listed("serve", "keep repositories in step, by schedule and webhooks"),
    "jobs": Listed("jobs", "look at what the service has to do, and ask it for something"),
    "detach": Listed("detach", "leave: take markers and labels off, keep the issues"),
    "init": Listed("init", "write a commented configuration"),
    "config": Listed("config", "show the settings in force, or their schema"),
    "doctor": Listed("doctor", "say what is wrong, and what to do"),
}


class Commands(click.Group):
    """A group that knows its commands by name, imports the one that is called, and helps on one screen."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands, in the order in which help lists them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a command."""
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        command: click.Command = importlib.import_module(f"gapkeeper.entry.cli.{listed.module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called, or suggest one."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 - start-up

            like = difflib.get_close_matches(name, COMMANDS)
            meant = f"; did you mean {' or '.join(like)}?" if like else ""
            raise click.UsageError(f"there is no command {name!r}{meant}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Say what it is for, without the blank lines that would push the commands off a screen."""
        for text in (self.help or "").split("\n\n"):
            formatter.write(f"  {text}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, without importing any, and the few options under them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.help) for name, listed in COMMANDS.items()])
        names = ", ".join(param.opts[-1] for param in self.get_params(ctx))
        formatter.write_text(f"Options: {names}")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """Complete a command's name without importing any."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only completion needs it

        names = [
            CompletionItem(name, help=listed.help) for name, listed in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    cls=Commands,
    params=completion.options(),
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keep planning documents and issue trackers in step.\n\nEach command has examples: gapkeeper COMMAND --help",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback with an error.")
def app() -> None:
    """Run one of the commands."""
