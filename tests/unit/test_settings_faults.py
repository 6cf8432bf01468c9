"""Every fault of a configuration: its line, what was found, and what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.load import load

if TYPE_CHECKING:
    from pathlib import Path


def refusal(folder: Path, text: str) -> ConfigurationError:
    (folder / "gapkeeper.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(folder, environ={})
    return caught.value


MISSPELT = [
    ("[sync]\non_clsoe = 'undo'", 2, "sync.on_clsoe is not a key of [sync]", "Did you mean on_close?"),
    ("[sync]\non-close = 'undo'", 2, "sync.on-close is not a key of [sync]", "Did you mean on_close?"),
    ("\n[snyc]\n", 2, "snyc is not a key of the configuration", "Did you mean sync?"),
    ("[sync]\nfail_under = 3", 2, "sync.fail_under is not a key of [sync]", "Did you mean readiness.fail_under?"),
    (
        "[sync.mass_change]\nshares = 1",
        2,
        "sync.mass_change.shares is not a key of [sync.mass_change]",
        "Did you mean share?",
    ),
    (
        "[sync]\nmass_change = { cuont = 1 }",
        2,
        "sync.mass_change.cuont is not a key of [sync.mass_change]",
        "Did you mean count?",
    ),
    ("[kinds.GAP]\nscop = 'document'", 2, "kinds.GAP.scop is not a key of [kinds.GAP]", "Did you mean scope?"),
    (
        "[comment]\nx = 1",
        2,
        "comment.x is not a key of [comment]",
        "Its keys: when, status, no_regression, no_new_errors.",
    ),
    ('[sync]\n"a\\nb" = 1', 2, 'sync."a\\nb" is not a key of [sync]', "Its keys: branch,"),
]

WRONG_TYPE = [
    ("[sync]\nbackfill = 1", 2, "sync.backfill is the number 1", "Allowed: true or false."),
    ("[sync]\nmax_creates = true", 2, "sync.max_creates is true", "Allowed: a whole number."),
    ("[sync]\nmax_creates = 1.5", 2, "sync.max_creates is the number 1.5", "Allowed: a whole number."),
    ("[sync]\nbranch = 2026-11-24", 2, "sync.branch is the date 2026-11-24", "Allowed: a text in quotes."),
    ("[sync]\naccounts = 'me'", 2, 'sync.accounts is the text "me"', 'Allowed: a list of texts, as in ["a", "b"].'),
    ("[sync]\naccounts = [1, 'a']", 2, 'sync.accounts is a list of 2: the number 1, the text "a"', "Allowed: a list"),
    ("sync = 3", 1, "sync is the number 3", "Allowed: a table."),
    ("[[sync]]\n", 1, "sync is a list of 1: a table", "Allowed: a table."),
    (
        "[sync]\nmax_creates = 0x" + "f" * 99_999,
        2,
        "sync.max_creates is a number of more than 64 bits",
        "Allowed: a whole",
    ),
    (
        "[readiness]\nfail_under = 1" + "0" * 99,
        2,
        "readiness.fail_under is a number of more than 64 bits",
        "Allowed: a num",
    ),
    ("[sync]\naccounts = " + "[" * 99 + "]" * 99, 2, "sync.accounts is a list of 1: a list", "Allowed: a list"),
    ("[sync]\nbranch = { a = 1 }", 2, "sync.branch is a table", "Allowed: a text in quotes."),
    (
        "[documents]\nkinds = 'all'",
        2,
        'documents.kinds is the text "all"',
        'Allowed: a list of texts, as in ["a", "b"], or "*".',
    ),
    ("[labels]\nowner = true", 2, "labels.owner is true", "Allowed: a text in quotes, or false."),
    ("[owners]\nInfra = 5", 2, "owners.Infra is the number 5", "Allowed: a text in quotes."),
    ("[readiness]\nareas = { A = 'x' }", 2, 'readiness.areas.A is the text "x"', "Allowed: a table."),
    (
        "[documents]\ninclude = []\nexclude = [[]]",
        3,
        "documents.exclude is a list of 1: an empty list",
        "Allowed: a list",
    ),
]

NOT_ALLOWED = [
    ("[sync]\non_close = 'undoo'", 2, 'sync.on_close is the text "undoo"', 'Did you mean "undo"?'),
    (
        "[sync]\non_close = 'x'",
        2,
        'sync.on_close is the text "x"',
        'Allowed: "write-back", "comment", "ignore" or "undo".',
    ),
    (
        "[status]\nwords = { Parked = 'defered' }",
        2,
        'status.words.Parked is the text "defered"',
        'Did you mean "deferred"?',
    ),
    ("[sync]\nmax_creates = -1", 2, "sync.max_creates is the number -1", "Allowed: a number at least 0."),
    (
        "[sync]\nmass_change = { share = 2 }",
        2,
        "sync.mass_change.share is the number 2",
        "Allowed: a number from 0 to 1.",
    ),
    ("[readiness]\nfail_under = inf", 2, "readiness.fail_under is the number inf", "Allowed: a number from 0 to 100."),
    ("[schedule]\nminutes = 0", 2, "schedule.minutes is the number 0", "Allowed: a number from 1 to 10080."),
    ("[documents]\nkinds = []", 2, "documents.kinds is empty", 'Name at least one kind, or "*"'),
    ("[documents]\nkinds = ['later']", 2, '"later" is no kind of items', 'Did you mean "LATER"?'),
    ("[documents]\nkinds = ['LATER-']", 2, '"LATER-" is no kind of items', "IDs of another shape need a pattern."),
    ("[kinds.'Issue #']\nlabels = []", 1, '"Issue #" is no kind of items', "IDs of another shape need a pattern."),
    ("[kinds.A]\npattern = '('", 2, "kinds.A.pattern is not a regular expression that RE2 knows", "no look-around"),
    ("[kinds.A]\npattern = '(?=x)'", 2, "kinds.A.pattern is not a regular expression that RE2 knows", "no look-around"),
    ("[kinds.A]\npattern = 'a*'", 2, "kinds.A.pattern matches an empty text", "at least one character"),
    ("[status]\nlanguages = ['xx']", 2, 'status.languages: there are no words for "xx"', "There are: en, de,"),
    ("[labels]\nkind = 'k {valu}'", 2, 'labels.kind is "k {valu}"', "Did you mean {value}?"),
    ("[labels]\nkind = 'k {value.__class__}'", 2, 'labels.kind is "k {value.__class__}"', "and nothing else"),
    ("[labels]\nkind = 'k {'", 2, 'labels.kind is "k {"', "and nothing else"),
    ("[labels]\nmanaged = ''", 2, 'labels.managed is ""', "Give it a name"),
    ('[labels]\nhold = "a\\u001b[2J"', 2, 'labels.hold is "a\\u001b[2J"', "Give it a name"),
    (f"[labels]\nhold = '{'x' * 51}'", 2, "labels.hold is longer than 50 characters", "No tracker"),
    (
        "[labels]\nhold = 'Gapkeeper'",
        1,
        "labels.managed, labels.hold and labels.orphaned are not three labels",
        "Tell them",
    ),
    ("[kinds.A]\nlabels = ['']", 2, 'kinds.A.labels is ""', "Give it a name"),
    ("[owners]\n' ' = 'anna'", 2, "owners has an empty name", "Give it a name"),
    ("[documents]\norder = ['../x.md']", 2, 'documents.order names "../x.md"', "docs/LATER.md"),
    ("[kinds.A]\nregister = '/x.md'", 2, 'kinds.A.register names "/x.md"', "docs/LATER.md"),
    ("[tracker]\nurl = 'jira:x'", 2, 'tracker.url is "jira:x"', "A tracker is sqlite:PATH"),
    ("[tracker]\nurl = 'sqlite:'", 2, 'tracker.url is "sqlite:"', "A tracker is sqlite:PATH"),
    ("[tracker]\nurl = 'sqlite:../../x'", 2, 'tracker.url is "sqlite:../../x"', "inside its own folder only"),
    ("[tracker]\nurl = 'sqlite:/etc/x'", 2, 'tracker.url is "sqlite:/etc/x"', "inside its own folder only"),
]


@pytest.mark.parametrize(("text", "line", "says", "hint"), [*MISSPELT, *WRONG_TYPE, *NOT_ALLOWED])
def test_a_fault_has_a_line_a_reason_and_a_remedy(tmp_path: Path, text: str, line: int, says: str, hint: str) -> None:
    error = refusal(tmp_path, text)
    assert error.message.startswith(f"gapkeeper.toml:{line}: {says}")
    assert hint in (error.hint or "")
    assert error.exit_code == 65


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    error = refusal(tmp_path, "[sync]\non_clsoe = 'undo'\nbackfill = 'yes'\n[labels]\nowner = 3\n")
    assert str(error).splitlines() == [
        "gapkeeper.toml:2: sync.on_clsoe is not a key of [sync]",
        "    Did you mean on_close?",
        'gapkeeper.toml:3: sync.backfill is the text "yes"',
        "    Allowed: true or false.",
        "gapkeeper.toml:5: labels.owner is the number 3",
        "    Allowed: a text in quotes, or false.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[github]\ntoken = 'ghp_secret'",
        "github_token = 'ghp_secret'",
        "[tracker]\npassword = 'ghp_secret'",
        "write_back_allowed = ['ghp_secret']",
        "[[repositories]]\nurl = 'ghp_secret'",
        "state = 'postgresql://u:ghp_secret@h'",
        "[service]\nlisten = 'ghp_secret'",
    ],
)
def test_what_is_the_operators_says_where_it_belongs_and_is_never_repeated(tmp_path: Path, text: str) -> None:
    error = refusal(tmp_path, text)
    assert "the environment (GAPKEEPER_GITHUB_TOKEN" in (error.hint or "")
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "[tracker]\nurl = 'https://u:hunter2@github.example.org/o/n'",
        "[tracker]\nurl = ['https://u:hunter2@github.example.org/o/n']",
        "[sync]\nbackfill = 'https://u:hunter2@github.example.org/o/n'",
    ],
)
def test_a_password_in_a_url_is_never_repeated(tmp_path: Path, text: str) -> None:
    assert "hunter2" not in str(refusal(tmp_path, text))


def test_a_person_may_name_any_file_for_the_tracker(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={}, overrides={"tracker.url": "sqlite:/elsewhere/x.db"})
    assert settings.repository.tracker.url == "sqlite:/elsewhere/x.db"


def test_faults_in_pyproject_have_its_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n\n[tool.gapkeeper.sync]\non_clsoe = 1\n")
    with pytest.raises(ConfigurationError, match=r"^pyproject\.toml:5: sync\.on_clsoe is not a key of \[sync\]"):
        load(tmp_path, environ={})
