"""How the command line ends: exit codes, and what is said, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import gapkeeper
from gapkeeper.__main__ import main
from gapkeeper.entry.cli import app, run
from gapkeeper.errors import ConfigurationError, GapkeeperError, NewerMarkerError, NotAuthorisedError, UnavailableError

if TYPE_CHECKING:
    from _pytest.capture import CaptureFixture


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> dict[str, BaseException | object]:
    """`gapkeeper check` does what the test says: raises `effect`, or returns it."""
    wanted: dict[str, BaseException | object] = {}

    @click.command("check")
    @click.option("--debug", is_flag=True, expose_value=False)
    def command() -> object:
        effect = wanted["effect"]
        if isinstance(effect, BaseException):
            raise effect
        return effect

    monkeypatch.setattr(app.Commands, "get_command", lambda *_: command)
    return wanted


def test_the_version(capsys: CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gapkeeper {gapkeeper.__version__}\n"
    assert main(["--debug", "--version"]) == 0
    assert capsys.readouterr().out == f"gapkeeper {gapkeeper.__version__}\n"


def test_help_lists_every_command_on_one_screen(capsys: CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for name in app.COMMANDS:
        assert any(text.startswith(f"  {name} ") for text in lines)
    for option in ("--version", "--debug", "--help", "--install-completion", "--show-completion"):
        assert option in lines[-1]


def test_help_imports_no_command() -> None:
    code = "import sys; from gapkeeper.__main__ import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'gapkeeper.entry.cli.app'" in done.stdout
    assert "'gapkeeper.entry.cli.items'" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["chekc"],
        ["check", "--formt", "json"],
        ["why"],
        ["check", ""],  # of a variable that is not set: nobody meant the current folder
        ["plan", "--tracker", ""],
        ["score", "--fail-under", "nan"],
        ["score", "--fail-under", "100.5"],
    ],
)
def test_wrong_usage_is_64(arguments: list[str], capsys: CaptureFixture[str]) -> None:
    assert main(arguments) == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert "--help says what there is" in printed.err


def test_no_command_shows_what_there_is(capsys: CaptureFixture[str]) -> None:
    assert main([]) == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Usage: gapkeeper ")


def every_command() -> list[list[str]]:
    """The words that call each command, those of groups one by one."""
    context = click.Context(app.app)
    calls = []
    for name in app.COMMANDS:
        command = app.app.get_command(context, name)
        calls += [[name, sub] for sub in command.commands] if isinstance(command, click.Group) else [[name]]
    return calls


@pytest.mark.parametrize("call", every_command(), ids=" ".join)
def test_every_command_has_examples_in_its_help(call: list[str], capsys: CaptureFixture[str]) -> None:
    assert main([*call, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    examples = lines[lines.index("Examples:") + 1 :]
    assert examples
    assert any(text.startswith(f"  gapkeeper {' '.join(call)}") for text in examples)


def test_a_misspelt_command_gets_a_suggestion(capsys: CaptureFixture[str]) -> None:
    main(["chekc"])
    assert "did you mean check?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("gapkeeper.toml:3: unknown key"), 65),
        (NewerMarkerError("#3"), 65),
        (UnavailableError("cannot open"), 69),
        (NotAuthorisedError("no token"), 77),
        (GapkeeperError("odd"), 70),
        (click.UsageError("no"), 64),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_code(failing: dict[str, object], error: BaseException, code: int) -> None:
    failing["effect"] = error
    assert main(["check"]) == code


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (1, 1), (5, 5)])
def test_a_command_returns_its_code(failing: dict[str, object], result: object, code: int) -> None:
    failing["effect"] = result
    assert main(["check"]) == code


def test_an_error_says_what_where_and_what_to_do(failing: dict[str, object], capsys: CaptureFixture[str]) -> None:
    failing["effect"] = ConfigurationError(
        "gapkeeper.toml:3: no key `kindz`\ngapkeeper.toml:9: no", hint="Did you mean kinds?"
    )
    main(["check"])
    assert capsys.readouterr().err.splitlines() == [
        "error: gapkeeper.toml:3: no key `kindz`",
        "  gapkeeper.toml:9: no",
        "  Did you mean kinds?",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is always full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"], ["check", "--explain", "stale"]])
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_full_disk_under_the_output_is_no_bug_of_ours(arguments: list[str], buffered: str) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gapkeeper", *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": buffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 74
    assert done.stderr.startswith(("error: the disk is full\n", "error: the output could not be written: "))
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_our_own_bug_is_70_and_says_what_to_report(failing: dict[str, object], capsys: CaptureFixture[str]) -> None:
    failing["effect"] = ZeroDivisionError("a secret")
    assert main(["check"]) == 70
    printed = capsys.readouterr().err
    assert "this is a bug of gapkeeper: ZeroDivisionError" in printed
    assert gapkeeper.__version__ in printed
    assert "gapkeeper check --debug" in printed
    assert "Traceback" not in printed
    assert "a secret" not in printed


@pytest.mark.parametrize("arguments", [["--debug", "check"], ["check", "--debug"]])
def test_debug_shows_the_traceback(
    failing: dict[str, object], arguments: list[str], capsys: CaptureFixture[str]
) -> None:
    failing["effect"] = ZeroDivisionError("x")
    assert main(arguments) == 70
    assert "Traceback" in capsys.readouterr().err


def test_debug_of_something_else_is_not_ours(failing: dict[str, object], capsys: CaptureFixture[str]) -> None:
    failing["effect"] = ConfigurationError("no")
    assert main(["check", "--debug"]) == 65
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown(shell: str, capsys: CaptureFixture[str]) -> None:
    assert main(["--show-completion", shell]) == 0
    assert "_GAPKEEPER_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".local/share/bash-completion/completions/gapkeeper"),
        ("zsh", ".zfunc/_gapkeeper"),
        ("fish", ".config/fish/completions/gapkeeper.fish"),
    ],
)
def test_completion_is_installed(
    shell: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert main(["--install-completion"]) == 0
    assert "_GAPKEEPER_COMPLETE" in (tmp_path / place).read_text("utf-8")
    assert str(tmp_path / place) in capsys.readouterr().out


def test_completion_of_an_unknown_shell_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/ksh")
    assert main(["--show-completion"]) == 64


def test_the_shell_gets_names_of_commands_and_of_options(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(words: str, index: int) -> list[str]:
        environment = {"_GAPKEEPER_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(index)}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        done = subprocess.run([sys.executable, "-m", "gapkeeper"], capture_output=True, text=True, check=True)
        return [text.rpartition(",")[2] for text in done.stdout.splitlines()]

    assert completed("gapkeeper s", 1) == ["score", "sync", "serve"]
    assert completed("gapkeeper check --f", 2) == ["--format"]
    assert completed("gapkeeper check --format g", 3) == ["github", "gitlab"]


def test_run_is_what_main_calls() -> None:
    assert run.run(["--version"]) == 0
