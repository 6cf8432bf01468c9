"""Shell completion: click's scripts, shown or put where the shell looks for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gapkeeper.entry.cli.terminal import write, write_data
from gapkeeper.errors import UsageError

SHELLS = ("bash", "zsh", "fish")
_THIS_SHELL = "this"


def options() -> list[click.Parameter]:
    """`--show-completion [SHELL]` and `--install-completion [SHELL]`; without a name it is the shell of `$SHELL`."""
    return [
        click.Option(
            [name],
            is_flag=False,
            flag_value=_THIS_SHELL,
            type=click.Choice([*SHELLS, _THIS_SHELL]),
            callback=callback,
            is_eager=True,
            expose_value=False,
        )
        for name, callback in (("--show-completion", _show), ("--install-completion", _install))
    ]


def _show(ctx: click.Context, _param: click.Parameter, shell: Any) -> None:  # noqa: ANN401 - click's signature
    if shell is not None and not ctx.resilient_parsing:
        write_data(_script(ctx, _named(shell)))
        ctx.exit()


def _install(ctx: click.Context, _param: click.Parameter, shell: Any) -> None:  # noqa: ANN401 - click's signature
    if shell is None or ctx.resilient_parsing:
        return
    name = _named(shell)
    path = _home(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_script(ctx, name), "utf-8")
    hint = {
        "bash": "bash-completion reads it in the next shell.",
        "zsh": "Should zsh not find it, add to ~/.zshrc: fpath+=~/.zfunc; autoload -Uz compinit; compinit",
        "fish": "fish reads it in the next shell.",
    }
    write(f"Written to {path}. {hint[name]}\n")
    ctx.exit()


def _named(shell: str) -> str:
    if shell != _THIS_SHELL:
        return shell
    name = Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError("which shell this is could not be told from $SHELL", hint=f"Name one: {', '.join(SHELLS)}")
    return name


def _script(ctx: click.Context, shell: str) -> str:
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only completion needs it

    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"there is no completion for {shell}")
    return found(ctx.command, {}, "gapkeeper", "_GAPKEEPER_COMPLETE").source() + "\n"


def _home(shell: str) -> Path:
    """Where a shell looks for completions of this user."""
    home = Path.home()
    if shell == "bash":  # bash-completion's README: BASH_COMPLETION_USER_DIR
        data = os.environ.get("XDG_DATA_HOME")
        return Path(data or home / ".local/share", "bash-completion/completions/gapkeeper")
    if shell == "fish":  # https://fishshell.com/docs/current/completions.html
        return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "fish/completions/gapkeeper.fish")
    return home / ".zfunc/_gapkeeper"
