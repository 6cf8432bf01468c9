"""The operator's settings: from the environment, and secrets never shown."""

from __future__ import annotations

import os

import pytest

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.listing import operator_settings, unknown_variables
from gapkeeper.settings.operator import load_operator


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


def test_variables_that_set_nothing_are_found() -> None:
    environ = {"GAPKEEPER_GITHUB_TOKN": "x", "GAPKEEPER_ZZZ": "x", "GAPKEEPER_SYNC__BRANCH": "x", "OTHER": "x"}
    assert unknown_variables(environ) == [("GAPKEEPER_GITHUB_TOKN", "GAPKEEPER_GITHUB_TOKEN"), ("GAPKEEPER_ZZZ", None)]
