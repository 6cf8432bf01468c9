"""The settings in force: which source wins, and what each says of its place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import ConfigurationError, UsageError
from gapkeeper.settings.conform import assemble, is_table, keys_of
from gapkeeper.settings.load import load
from gapkeeper.settings.repository import RepositorySettings

if TYPE_CHECKING:
    from pathlib import Path

ON_CLOSE = ("sync", "on_close")


def write(folder: Path, text: str, name: str = "gapkeeper.toml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_without_any_configuration_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={})
    assert settings.repository == RepositorySettings()
    assert settings.origin(ON_CLOSE) == "default"


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    settings = load(write(tmp_path, "[sync]\n[kinds]\n"), environ={})
    assert settings.repository == RepositorySettings()
    assert settings.origin(("kinds",)) == "default"


def test_both_ways_to_the_defaults_agree() -> None:
    """What the fast path returns is what assembling nothing gives."""
    assert assemble(RepositorySettings, {}) == RepositorySettings()


def test_the_defaults_load_no_library_that_is_slow_to_import(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from gapkeeper.settings.load import load; "
        f"load(pathlib.Path({str(tmp_path)!r}), environ={{}}); "
        "print(sorted({'pydantic', 'pydantic_settings', 'tomllib', 'tomlkit', 're2', 'json'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_file_loads_no_validation_library(tmp_path: Path) -> None:
    write(tmp_path, '[sync]\non_close = "ignore"\n')
    code = (
        "import sys, pathlib; from gapkeeper.settings.load import load; "
        f"load(pathlib.Path({str(tmp_path)!r}), environ={{}}); "
        "print(sorted({'pydantic', 'pydantic_settings', 'tomlkit', 're2'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


class TestWhichSourceWins:
    def test_the_later_one(self, tmp_path: Path) -> None:
        write(tmp_path, '# ours\n[sync]\non_close = "undo"\non_reopen = "undo"\non_remove = "close"\n')
        settings = load(
            tmp_path,
            environ={"GAPKEEPER_SYNC__ON_CLOSE": "comment", "GAPKEEPER_SYNC__ON_REOPEN": "comment"},
            overrides={"sync.on_close": "ignore"},
        )
        sync = settings.repository.sync
        assert (sync.on_close, sync.on_reopen, sync.on_remove) == ("ignore", "comment", "close")
        assert settings.origin(("sync", "on_close")) == "command line"
        assert settings.origin(("sync", "on_reopen")) == "GAPKEEPER_SYNC__ON_REOPEN"
        assert settings.origin(("sync", "on_remove")) == "gapkeeper.toml:5"
        assert settings.origin(("sync", "backfill")) == "default"

    def test_tables_are_joined_key_by_key(self, tmp_path: Path) -> None:
        write(tmp_path, '[owners]\nInfra = "anna"\nData = "ben"\n[sync]\nmass_change = { count = 9 }\n')
        environ = {"GAPKEEPER_OWNERS": '{"Data": "cleo"}', "GAPKEEPER_SYNC__MASS_CHANGE__SHARE": "0.5"}
        settings = load(tmp_path, environ=environ)
        assert settings.repository.owners == {"Infra": "anna", "Data": "cleo"}
        assert settings.origin(("owners", "Infra")) == "gapkeeper.toml:2"
        assert settings.origin(("owners", "Data")) == "GAPKEEPER_OWNERS"
        mass = settings.repository.sync.mass_change
        assert (mass.share, mass.count) == (0.5, 9)

    def test_lists_are_replaced(self, tmp_path: Path) -> None:
        write(tmp_path, '[documents]\nexclude = ["a/"]\n')
        settings = load(tmp_path, environ={"GAPKEEPER_DOCUMENTS__EXCLUDE": '["b/"]'})
        assert settings.repository.documents.exclude == ("b/",)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "table", "place"),
        [
            ("gapkeeper.toml", "sync", "gapkeeper.toml:2"),
            ("pyproject.toml", "tool.gapkeeper.sync", "pyproject.toml:2"),
            (".github/gapkeeper.toml", "sync", ".github/gapkeeper.toml:2"),
            (".gitlab/gapkeeper.toml", "sync", ".gitlab/gapkeeper.toml:2"),
        ],
    )
    def test_each_of_the_four_places_is_read(self, tmp_path: Path, name: str, table: str, place: str) -> None:
        settings = load(write(tmp_path, f"[{table}]\nbackfill = true\n", name), environ={})
        assert settings.repository.sync.backfill
        assert settings.origin(("sync", "backfill")) == place

    def test_two_are_an_error_that_names_both(self, tmp_path: Path) -> None:
        write(tmp_path, "")
        write(tmp_path, "[tool.gapkeeper]\n", "pyproject.toml")
        with pytest.raises(ConfigurationError) as caught:
            load(tmp_path, environ={})
        assert "gapkeeper.toml" in caught.value.message
        assert "pyproject.toml [tool.gapkeeper]" in caught.value.message
        assert caught.value.hint == "Keep one of them."
        assert caught.value.exit_code == 65

    def test_a_project_that_only_depends_on_us_is_not_configured(self, tmp_path: Path) -> None:
        write(tmp_path, '[project]\ndependencies = ["gapkeeper"]\n[tool.other]\n', "pyproject.toml")
        assert load(write(tmp_path, ""), environ={}).repository == RepositorySettings()

    def test_what_lies_above_the_folder_does_not_count(self, tmp_path: Path) -> None:
        write(tmp_path, "[sync]\nbackfill = true\n")
        below = tmp_path / "docs"
        below.mkdir()
        assert not load(below, environ={}).repository.sync.backfill

    def test_a_byte_order_mark_and_windows_line_ends_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "gapkeeper.toml").write_bytes(b"\xef\xbb\xbf[sync]\r\nbackfill = true\r\n")
        settings = load(tmp_path, environ={})
        assert settings.origin(("sync", "backfill")) == "gapkeeper.toml:2"

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"[sync]\non_close = \n", "gapkeeper.toml:2:12: this is not TOML: invalid value"),
            (b"[sync]\nbackfill = true\nbackfill = false\n", "gapkeeper.toml:3:17: this is not TOML"),
            (b"a = '''\n\n", "gapkeeper.toml:1: this is not TOML"),
            (b"[sync]\n\nbranch = '\xe9'\n", "gapkeeper.toml:3: this is not UTF-8"),
            (b"\na = " + b"9" * 9_999 + b"\n\n", "gapkeeper.toml:2: a number has thousands of digits"),
            (b"a = " + b"[" * 100_000, "gapkeeper.toml is nested too deeply"),
            (b"#" * 1_000_001, "gapkeeper.toml is longer than 1,000,000 bytes"),
        ],
    )
    def test_what_is_no_toml_is_an_error_with_its_line(self, tmp_path: Path, data: bytes, message: str) -> None:
        (tmp_path / "gapkeeper.toml").write_bytes(data)
        with pytest.raises(ConfigurationError) as caught:
            load(tmp_path, environ={})
        assert caught.value.message.startswith(message)
        assert caught.value.hint

    def test_a_folder_in_its_place_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "gapkeeper.toml").mkdir()
        with pytest.raises(ConfigurationError, match=r"gapkeeper\.toml is not a file"):
            load(tmp_path, environ={})

    def test_a_link_out_of_the_folder_is_not_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "repository"
        folder.mkdir()
        write(tmp_path, "secret = 'x'\n", "outside.toml")
        (folder / "gapkeeper.toml").symlink_to(tmp_path / "outside.toml")
        with pytest.raises(ConfigurationError) as caught:
            load(folder, environ={})
        assert caught.value.message == "gapkeeper.toml is a link that leaves the folder"


class TestEnvironment:
    def test_every_type_of_value(self, tmp_path: Path) -> None:
        environ = {
            "GAPKEEPER_SYNC__BACKFILL": "true",
            "GAPKEEPER_SYNC__MAX_CREATES": "7",
            "GAPKEEPER_READINESS__FAIL_UNDER": "62.5",
            "GAPKEEPER_DOCUMENTS__KINDS": "*",
            "GAPKEEPER_STATUS__LANGUAGES": '["en"]',
            "GAPKEEPER_LABELS__KIND": "false",
            "GAPKEEPER_LABELS__OWNER": "owner: {value}",
            "GAPKEEPER_KINDS__TECHDEBT__PATTERN": r"TD_\d+",
            "GAPKEEPER_STATUS__WORDS": '{"Parked": "deferred"}',
        }
        settings = load(tmp_path, environ=environ).repository
        assert settings.sync.backfill is True
        assert settings.sync.max_creates == 7
        assert settings.readiness.fail_under == 62.5
        assert settings.documents.kinds == "*"
        assert settings.status.languages == ("en",)
        assert settings.labels.kind is False
        assert settings.labels.owner == "owner: {value}"
        assert settings.kinds["TECHDEBT"].pattern == r"TD_\d+"
        assert settings.status.words == {"Parked": "deferred"}

    def test_a_key_wins_over_the_variable_of_its_table(self, tmp_path: Path) -> None:
        environ = {
            "GAPKEEPER_SYNC__ON_CLOSE": "undo",
            "GAPKEEPER_SYNC": json.dumps({"on_close": "ignore", "backfill": True}),
        }
        settings = load(tmp_path, environ=environ)
        assert settings.repository.sync.on_close == "undo"
        assert settings.repository.sync.backfill
        assert settings.origin(("sync", "on_close")) == "GAPKEEPER_SYNC__ON_CLOSE"
        assert settings.origin(("sync", "backfill")) == "GAPKEEPER_SYNC"

    def test_an_empty_variable_counts_as_not_set(self, tmp_path: Path) -> None:
        assert load(tmp_path, environ={"GAPKEEPER_SYNC__BACKFILL": ""}).repository == RepositorySettings()

    def test_variables_of_others_and_of_the_operator_are_let_alone(self, tmp_path: Path) -> None:
        environ = {"GAPKEEPER_GITHUB_TOKEN": "x", "GAPKEEPER_CORPUS": "/x", "SYNC__BACKFILL": "true"}
        assert load(tmp_path, environ=environ).repository == RepositorySettings()

    @pytest.mark.parametrize(
        ("variable", "value", "says", "hint"),
        [
            ("SNYC__BACKFILL", "true", "there is no table snyc", "Did you mean GAPKEEPER_SYNC__...?"),
            ("SYNC__BACKFIL", "true", "sync.backfil is not a key of [sync]", "Did you mean backfill?"),
            ("SYNC__BACKFILL", "maybe", 'sync.backfill is the text "maybe"', "Allowed: true or false."),
            ("SYNC__ACCOUNTS", "a,b", 'sync.accounts is the text "a,b"', 'Allowed: a list of texts, as in ["a", "b"].'),
            ("SYNC", "null", "sync is nothing", "Allowed: a table."),
            ("SYNC__ACCOUNTS", "[" * 9_999, f'sync.accounts is the text "{"[" * 59}...', 'as in ["a", "b"].'),
            ("SYNC__MAX_CREATES", "nan", 'sync.max_creates is the text "nan"', "Allowed: a whole number."),
            ("READINESS__FAIL_UNDER", "nan", "readiness.fail_under is the number nan", "from 0 to 100."),
        ],
    )
    def test_faults_name_the_variable(self, tmp_path: Path, variable: str, value: str, says: str, hint: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load(tmp_path, environ={f"GAPKEEPER_{variable}": value})
        assert caught.value.message == f"GAPKEEPER_{variable}: {says}"
        assert caught.value.hint is not None
        assert caught.value.hint.endswith(hint)


def test_a_fault_of_the_command_line_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"command line: tracker\.url is") as caught:
        load(tmp_path, overrides={"tracker.url": "jira:x"}, environ={})
    assert caught.value.exit_code == 64


def test_every_table_is_frozen() -> None:
    """Settings are handed about; nobody may change them for somebody else."""

    def check(value: object) -> None:
        for name in keys_of(type(value)):
            member = getattr(value, name)
            with pytest.raises(AttributeError):
                setattr(value, name, member)
            if isinstance(member, Mapping):
                with pytest.raises(TypeError):
                    member["x"] = "y"  # type: ignore[index]  # that is the point
            if is_table(type(member)):
                check(member)

    check(RepositorySettings())
