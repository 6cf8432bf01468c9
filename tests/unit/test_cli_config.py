"""`gapkeeper config show` and `config schema`."""

from __future__ import annotations

import json
import os
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from gapkeeper.entry.cli.run import run
from gapkeeper.settings.schema import json_schema
from repositories import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Invoke = Callable[..., tuple[int, str, str]]


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Runs a command and returns its exit code, output and complaints."""
    for name in list(os.environ):
        if name.startswith("GAPKEEPER_") or name == "GITHUB_TOKEN":
            monkeypatch.delenv(name)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def shown(invoke: Invoke, folder: Path) -> dict[str, Any]:
    code, out, _ = invoke("config", "show", folder, "--format", "json")
    assert code == 0
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_each_setting_with_its_origin(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"gapkeeper.toml": '# ours\n[sync]\non_close = "ignore"\n[owners]\n"A b" = "anna"\n'})
    monkeypatch.setenv("GAPKEEPER_SYNC__BACKFILL", "true")
    code, out, err = invoke("config", "show", tmp_path)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert 'sync.on_close = "ignore"  # gapkeeper.toml:3' in lines
    assert "sync.backfill = true  # GAPKEEPER_SYNC__BACKFILL" in lines
    assert 'owners."A b" = "anna"  # gapkeeper.toml:5' in lines
    assert 'sync.on_reopen = "write-back"  # default' in lines
    assert '# GAPKEEPER_GITHUB_URL = "https://github.com"  # default' in lines
    assert "# GAPKEEPER_GITHUB_TOKEN  # not set" in lines


def test_the_text_is_a_configuration_that_says_the_same(invoke: Invoke, tmp_path: Path) -> None:
    write(
        tmp_path / "a",
        {"gapkeeper.toml": '[kinds.TD]\npattern = \'TD_\\d+\'\n[status.words]\n"\\u001b[2J" = "blocked"\n'},
    )
    _, out, _ = invoke("config", "show", tmp_path / "a")
    assert "\x1b" not in out
    write(tmp_path / "b", {"gapkeeper.toml": out})
    values = [[(s["key"], s["value"]) for s in shown(invoke, tmp_path / name)["settings"]] for name in ("a", "b")]
    assert values[0] == values[1]


def test_json(invoke: Invoke, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.gapkeeper.sync]\naccounts = ['x']\n"})
    answer = shown(invoke, tmp_path)
    assert answer["version"] == 1
    settings = {setting["key"]: setting for setting in answer["settings"]}
    assert settings["sync.accounts"] == {
        "key": "sync.accounts",
        "value": ["x"],
        "origin": "file",
        "place": "pyproject.toml:2",
    }
    assert settings["owners"] == {"key": "owners", "value": {}, "origin": "default", "place": "default"}
    assert answer["operator"][0] == {
        "variable": "GAPKEEPER_GITHUB_URL",
        "value": "https://github.com",
        "secret": False,
        "set": False,
    }


def test_secrets_are_not_shown(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GAPKEEPER_GITHUB_TOKEN", "GAPKEEPER_GITLAB_TOKEN", "GAPKEEPER_GITHUB_APP_PRIVATE_KEY"):
        monkeypatch.setenv(name, "hunter2")
    for form in ("text", "json"):
        code, out, err = invoke("config", "show", tmp_path, "--format", form)
        assert code == 0
        assert "hunter2" not in out + err
    _, out, _ = invoke("config", "show", tmp_path)
    assert "# GAPKEEPER_GITHUB_TOKEN  # set, and not shown" in out.splitlines()


def test_a_variable_that_sets_nothing_is_told(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPKEEPER_GITHUB_TOKN", "hunter2")
    code, out, err = invoke("config", "show", tmp_path)
    assert code == 0
    assert err == "warning: GAPKEEPER_GITHUB_TOKN sets nothing\n  Did you mean GAPKEEPER_GITHUB_TOKEN?\n"
    assert "hunter2" not in out


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"gapkeeper.toml": "[sync]\non_clsoe = 1\n"}, "gapkeeper.toml:2: sync.on_clsoe is not a key of [sync]\n  Did"),
        ({"gapkeeper.toml": "[sync]\nbackfill = 'x'\n"}, 'gapkeeper.toml:2: sync.backfill is the text "x"\n  Allowed:'),
        ({"gapkeeper.toml": "", ".github/gapkeeper.toml": ""}, "there is more than one configuration: gapkeeper.toml"),
        ({"gapkeeper.toml": "x"}, "gapkeeper.toml:1: this is not TOML: expected '=' after a key"),
    ],
)
def test_bad_configurations_are_clear_errors(invoke: Invoke, tmp_path: Path, files: dict[str, str], says: str) -> None:
    write(tmp_path, files)
    for command in (["config", "show"], ["items"]):
        code, out, err = invoke(*command, tmp_path)
        assert (code, out) == (65, "")
        assert err.startswith(f"error: {says}")
        assert "Traceback" not in err


def test_no_such_folder(invoke: Invoke, tmp_path: Path) -> None:
    code, _, err = invoke("config", "show", tmp_path / "nowhere")
    assert code == 64
    assert err.startswith("error: there is no folder")


def test_schema(invoke: Invoke) -> None:
    code, out, err = invoke("config", "schema")
    assert (code, err) == (0, "")
    assert json.loads(out) == json_schema()


@pytest.mark.parametrize("command", [["config", "show"], ["config", "schema"], ["init"]])
def test_help_has_examples(invoke: Invoke, command: list[str]) -> None:
    code, out, _ = invoke(*command, "--help")
    assert code == 0
    assert "Examples:" in out
    assert f"gapkeeper {' '.join(command)}" in out


def test_toml_of_the_environment_is_read_as_written(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAPKEEPER_OWNERS", '{"Zoë \\u202e": "zoe"}')
    _, out, _ = invoke("config", "show", tmp_path)
    (line,) = [line for line in out.splitlines() if line.startswith("owners")]
    assert line == 'owners."Zoë \\u202e" = "zoe"  # GAPKEEPER_OWNERS'
    assert tomllib.loads(line) == {"owners": {"Zoë \u202e": "zoe"}}
