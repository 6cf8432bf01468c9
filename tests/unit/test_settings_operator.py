"""The operator's settings: from the environment, and secrets never shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.listing import operator_settings, unknown_variables
from gapkeeper.settings.operator import load_operator

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("GAPKEEPER_") or name == "GITHUB_TOKEN":
            monkeypatch.delenv(name)


def test_defaults() -> None:
    operator = load_operator()
    assert (operator.github_url, operator.gitlab_url) == ("https://github.com", "https://gitlab.com")
    assert operator.github_token is None
    assert operator.write_back_allowed is None


def test_our_own_variable_wins_over_the_one_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "from-actions")
    token = load_operator().github_token
    assert token is not None
    assert token.get_secret_value() == "from-actions"
    monkeypatch.setenv("GAPKEEPER_GITHUB_TOKEN", "ours")
    token = load_operator().github_token
    assert token is not None
    assert token.get_secret_value() == "ours"


def test_the_end_of_the_line_that_a_token_was_read_from_is_not_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPKEEPER_GITHUB_TOKEN", "ours\r\n")
    token = load_operator().github_token
    assert token is not None
    assert token.get_secret_value() == "ours"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GITHUB_APP_PRIVATE_KEY", "GITLAB_TOKEN"):
        monkeypatch.setenv(f"GAPKEEPER_{name}", "hunter2")
    operator = load_operator()
    assert "hunter2" not in repr(operator) + str(operator.model_dump()) + operator.model_dump_json()
    listed = {setting.variable: setting for setting in operator_settings()}
    assert "hunter2" not in str(listed)
    assert {name for name, setting in listed.items() if setting.secret} == {
        "GAPKEEPER_GITHUB_TOKEN",
        "GAPKEEPER_GITHUB_APP_PRIVATE_KEY",
        "GAPKEEPER_GITLAB_TOKEN",
    }
    assert listed["GAPKEEPER_GITLAB_TOKEN"].given
    assert not listed["GAPKEEPER_GITLAB_URL"].given


@pytest.mark.parametrize(
    ("variable", "value", "hint"),
    [
        ("GAPKEEPER_GITHUB_URL", "https://user:hunter2@host", "without a name, password or query"),
        ("GAPKEEPER_GITLAB_URL", "hunter2", "https://host"),
        ("GAPKEEPER_GITHUB_TOKEN", "hunter2 hunter2", "no white space"),
        ("GAPKEEPER_GITHUB_TOKEN", "hunter2ä", "ASCII"),
        ("GAPKEEPER_GITLAB_TOKEN", "hunter2\nhunter2", "no white space"),
        ("GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES", "-1", "greater than or equal to 0"),
        ("GAPKEEPER_WRITE_BACK_ALLOWED", "pull-request,off", 'Write it like this: ["pull-request", "off"]'),
        ("GAPKEEPER_WRITE_BACK_ALLOWED", '["hunter2"]', "'pull-request', 'commit', 'worktree' or 'off'"),
        ("GAPKEEPER_WRITE_BACK_ALLOWED", "[", "Write it like this"),
    ],
)
def test_a_fault_names_the_variable_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        load_operator()
    assert caught.value.message == f"{variable} is not what is allowed"
    assert hint in (caught.value.hint or "")
    assert "hunter2" not in str(caught.value)


class TestSecretsInFiles:
    NAMES = ("GAPKEEPER_GITHUB_TOKEN", "GAPKEEPER_GITHUB_APP_PRIVATE_KEY", "GAPKEEPER_GITLAB_TOKEN")

    @pytest.mark.parametrize("name", NAMES)
    def test_are_read(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
        (tmp_path / "secret").write_text("hunter2\n", "utf-8")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
        secret = getattr(load_operator(), name.removeprefix("GAPKEEPER_").lower())
        assert secret.get_secret_value().strip() == "hunter2"
        listed = {setting.variable: setting for setting in operator_settings()}
        assert (listed[name].given, listed[name].value) == (True, None)
        assert unknown_variables(os.environ) == []

    def test_the_next_look_reads_what_the_file_holds_then(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GAPKEEPER_GITLAB_TOKEN_FILE", str(tmp_path / "secret"))
        for text in ("old", "new"):
            (tmp_path / "secret").write_text(text, "utf-8")
            token = load_operator().gitlab_token
            assert token is not None
            assert token.get_secret_value() == text

    def test_win_over_the_token_of_actions(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("ours", "utf-8")
        monkeypatch.setenv("GITHUB_TOKEN", "from-actions")
        monkeypatch.setenv("GAPKEEPER_GITHUB_TOKEN_FILE", str(tmp_path / "secret"))
        token = load_operator().github_token
        assert token is not None
        assert token.get_secret_value() == "ours"

    @pytest.mark.parametrize("name", NAMES)
    def test_in_two_places_are_an_error(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
        (tmp_path / "secret").write_text("hunter2", "utf-8")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
        monkeypatch.setenv(name, "hunter2")
        with pytest.raises(ConfigurationError, match=f"{name} and {name}_FILE are both set") as caught:
            load_operator()
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (None, "the file that GAPKEEPER_GITLAB_TOKEN_FILE names cannot be read: No such file or directory"),
            (b" \n", "the file that GAPKEEPER_GITLAB_TOKEN_FILE names is empty"),
            (b"\xffhunter2", "the file that GAPKEEPER_GITLAB_TOKEN_FILE names is no text"),
            (b"hunter2 hunter2", "GAPKEEPER_GITLAB_TOKEN_FILE is not what is allowed"),
        ],
    )
    def test_a_file_that_is_of_no_use_is_named_by_its_variable(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, says: str
    ) -> None:
        if content is not None:
            (tmp_path / "secret").write_bytes(content)
        monkeypatch.setenv("GAPKEEPER_GITLAB_TOKEN_FILE", str(tmp_path / "secret"))
        with pytest.raises(ConfigurationError) as caught:
            load_operator()
        assert caught.value.message == says
        assert "hunter2" not in str(caught.value)


def test_variables_that_set_nothing_are_found() -> None:
    environ = {"GAPKEEPER_GITHUB_TOKN": "x", "GAPKEEPER_ZZZ": "x", "GAPKEEPER_SYNC__BRANCH": "x", "OTHER": "x"}
    assert unknown_variables(environ) == [("GAPKEEPER_GITHUB_TOKN", "GAPKEEPER_GITHUB_TOKEN"), ("GAPKEEPER_ZZZ", None)]
