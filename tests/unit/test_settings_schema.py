"""One definition of the keys: reading, the JSON schema, the template and the values of the middle agree."""

from __future__ import annotations

import re
import tomllib
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.model.policy import OnMove, OnRemove, WriteBack
from gapkeeper.model.rules import Scope
from gapkeeper.model.status import Status
from gapkeeper.reading.lexicon import LANGUAGES
from gapkeeper.settings import repository
from gapkeeper.settings.conform import assemble, conform, is_table, keys_of
from gapkeeper.settings.repository import RepositorySettings
from gapkeeper.settings.schema import json_schema
from gapkeeper.settings.template import commented_toml

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

TABLES = [
    repository.Documents, repository.Kind, repository.Status, repository.Area, repository.Readiness,
    repository.MassChange, repository.Sync, repository.Tracker, repository.Labels, repository.Milestones,
    repository.Comment, repository.Schedule, RepositorySettings,
]  # fmt: skip

NAMES = sorted({name for table in TABLES for name in keys_of(table)} | {"LATER", "on_clsoe", ""})
WORDS = ["*", "", "ignore", "repository", "label", "off", "always", "project", "resolved", "owner", "en", "LATER"]
values = st.recursive(
    st.one_of(st.booleans(), st.integers(-1, 101), st.sampled_from([0.5, -0.5, float("inf")]), st.sampled_from(WORDS)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=3))
def test_the_schema_allows_what_reading_allows(data: dict[str, Any]) -> None:
    _, faults = conform(RepositorySettings, data)
    assert VALIDATOR.is_valid(data) == (not faults)


@given(st.sampled_from(list(keys_of(RepositorySettings))), st.data())
def test_it_does_so_key_by_key(section: str, data: st.DataObject) -> None:
    kind = keys_of(RepositorySettings)[section].type
    names = list(keys_of(kind)) if is_table(kind) else ["LATER", " "]
    given_ = {section: data.draw(st.dictionaries(st.sampled_from(names), values, max_size=2))}
    _, faults = conform(RepositorySettings, given_)
    assert VALIDATOR.is_valid(given_) == (not faults)


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_explained(table: type) -> None:
    for name, info in keys_of(table).items():
        assert re.fullmatch(r"[A-Z`\"].*\.", info.key.text), name


def test_words_are_those_of_the_model() -> None:
    assert set(get_args(repository.MoveWord)) == {word.value for word in OnMove}
    assert set(get_args(repository.StatusWord)) == {word.value for word in Status}
    sync = keys_of(repository.Sync)
    assert set(get_args(sync["on_remove"].type)) == {word.value for word in OnRemove}
    assert set(get_args(sync["write_back"].type)) == {word.value for word in WriteBack}
    scope = get_args(keys_of(repository.Kind)["scope"].type)[0]
    assert set(get_args(scope)) == {word.value for word in Scope}


class TestTemplate:
    """The file that `gapkeeper init` writes."""

    TEXT = commented_toml(["Found here: 3 documents", "with \x1b[2J and \u202e in a name", ""])

    def test_as_it_is_it_sets_nothing(self) -> None:
        right, faults = conform(RepositorySettings, tomllib.loads(self.TEXT))
        assert not faults
        assert assemble(RepositorySettings, right) == RepositorySettings()

    def test_with_every_line_switched_on_it_still_says_the_defaults(self) -> None:
        text = re.sub(r"^#(?=[a-z_]+ = )", "", self.TEXT, flags=re.MULTILINE)
        data = tomllib.loads(text)
        right, faults = conform(RepositorySettings, data)
        assert not faults
        assert assemble(RepositorySettings, right) == RepositorySettings()
        for section, info in keys_of(RepositorySettings).items():
            expected = keys_of(info.type) if is_table(info.type) else ()
            assert list(data[section]) == list(expected)

    def test_its_examples_are_allowed(self) -> None:
        table, seen = "", 0
        for line in self.TEXT.splitlines():
            if header := re.fullmatch(r"(\[\w+\])", line):
                table = header[1]
            if example := re.fullmatch(r"# Example: (.*)", line):
                _, faults = conform(RepositorySettings, tomllib.loads(f"{table}\n{example[1]}\n"))
                assert not faults, line
                seen += 1
        assert seen == 9

    def test_what_was_found_stands_in_comments_that_nothing_can_leave(self) -> None:
        assert "# Found here: 3 documents\n# with \\u001b[2J and \\u202e in a name\n#\n" in self.TEXT

    def test_lines_fit_a_terminal(self) -> None:
        assert max(len(line) for line in self.TEXT.splitlines()) <= 110


def test_languages_that_are_named_in_examples_exist() -> None:
    assert {"en", "de"} <= set(LANGUAGES)
