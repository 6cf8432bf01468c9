"""What the doctor says of git, configuration, documents and disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from diagnosing import LATER, Patient, patient
from gapkeeper.adapters import disk
from gapkeeper.adapters.disk import place_facts
from gapkeeper.adapters.git_facts import git_facts
from gapkeeper.app.doctor.local import of_documents, of_git, of_place
from gapkeeper.model.doctor import DocumentFacts, GitFacts, Health, PlaceFacts, Trouble
from repositories import Repository, write

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture


class TestGit:
    def test_without_a_repository_only_a_forge_is_lost(self) -> None:
        facts = GitFacts(trouble=Trouble("no repository"))
        assert [check.health for check in of_git(facts, forge=False)] == [Health.NOTE]
        assert [check.health for check in of_git(facts, forge=True)] == [Health.WRONG]

    @pytest.mark.parametrize(
        ("facts", "health", "words"),
        [
            (GitFacts((2, 39, 5), commit=True), Health.OK, "git 2.39.5"),
            (GitFacts((), commit=True), Health.OK, "unknown version"),
            (GitFacts((2, 31), commit=True), Health.OK, "git 2.31,"),
            (GitFacts((2, 30, 9), commit=True), Health.NOTE, "older than 2.31"),
            (GitFacts((2, 39), commit=True, shallow=True), Health.NOTE, "shallow"),
            (GitFacts((2, 39)), Health.WRONG, "no commit"),
        ],
    )
    def test_what_is_worth_a_word(self, facts: GitFacts, health: Health, words: str) -> None:
        first, *_ = of_git(facts, forge=True)
        assert first.health is health
        assert words in first.what

    def test_facts_of_real_repositories(self, tmp_path: Path) -> None:
        assert git_facts(tmp_path).trouble is not None
        here = Repository(tmp_path / "here")
        assert git_facts(here.path).commit is False
        for _ in range(2):
            here.commit({"a": "a"})
        facts = git_facts(here.path)
        assert (facts.commit, facts.shallow, facts.trouble) == (True, False, None)
        assert facts.version >= (2,)
        here.git("clone", "--quiet", "--depth=1", f"file://{here.path}", str(tmp_path / "shallow"))
        assert git_facts(tmp_path / "shallow").shallow is True

    def test_a_machine_without_git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        trouble = git_facts(tmp_path).trouble
        assert trouble is not None
        assert trouble.what == "git is not installed"


class TestDocuments:
    @pytest.mark.parametrize(
        ("facts", "healths"),
        [
            (DocumentFacts(2, 3, 0), [Health.OK]),
            (DocumentFacts(0, 0, 0), [Health.WRONG]),
            (DocumentFacts(2, 0, 0), [Health.NOTE]),
            (DocumentFacts(2, 3, 1), [Health.NOTE]),
            (DocumentFacts(2, 3, 0, ("a.md: x",)), [Health.WRONG, Health.OK]),
            (DocumentFacts(1, 0, 0, ("a.md: x",)), [Health.WRONG]),
            (DocumentFacts(9, 1, 0, ("a.md: x",) * 5), [*[Health.WRONG] * 5, Health.OK]),
            (DocumentFacts(9, 1, 0, ("a.md: x",) * 8), [*[Health.WRONG] * 6, Health.OK]),
        ],
    )
    def test_none_none_that_can_be_read_and_nothing_in_them(self, facts: DocumentFacts, healths: list[Health]) -> None:
        assert [check.health for check in of_documents(facts)] == healths


class TestDisk:
    @pytest.mark.parametrize(
        ("free", "writable", "health"),
        [
            (5 * 10**9, True, Health.OK),
            (None, True, Health.OK),
            (10**9, True, Health.OK),
            (10**9 - 1, True, Health.NOTE),
            (10**8, True, Health.NOTE),
            (10**8 - 1, True, Health.WRONG),
            (0, True, Health.WRONG),
            (5 * 10**9, False, Health.WRONG),
        ],
    )
    def test_room_and_rights(self, *, free: int | None, writable: bool, health: Health) -> None:
        assert of_place(PlaceFacts("the state", "s.db", free, writable)).health is health

    def test_what_is_only_kept_to_be_quick_may_be_missing(self) -> None:
        assert of_place(PlaceFacts("x", "s.db", 10**10, writable=False, needed=False)).health is Health.NOTE

    def test_a_file_that_is_not_there_is_judged_by_the_folder_that_it_will_be_in(self, tmp_path: Path) -> None:
        facts = place_facts("x", tmp_path / "a" / "b" / "state.db")
        assert facts.writable
        assert facts.free
        assert not (tmp_path / "a").exists()

    def test_nothing_can_be_made_below_a_file_and_no_file_is_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert place_facts("x", tmp_path / "file").writable
        assert not place_facts("x", tmp_path / "file", folder=True).writable
        assert not place_facts("x", tmp_path / "file" / "mirrors", folder=True).writable

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_is_only_read(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)
        assert not place_facts("x", tmp_path / "state.db").writable
        tmp_path.chmod(0o755)

    def test_the_question_asks_for_writing_and_for_entering(self, tmp_path: Path) -> None:
        asked: list[int] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "access", lambda _, mode: asked.append(mode))
            assert not place_facts("x", tmp_path / "state.db").writable
        assert asked == [os.W_OK | os.X_OK]


class Usage(NamedTuple):
    free: int


class TestCommand:
    def test_a_folder_without_anything(self, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        found = Patient(tmp_path, capsys).ask(expect=1)
        assert {name: told.health for name, told in found.items()} == {
            "git": "note",
            "configuration": "ok",
            "documents": "wrong",
            "tracker": "ok",
            "disk": "ok",
        }

    def test_a_repository_in_order_is_healthy(self, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        here = patient(tmp_path, capsys)
        found = here.ask(expect=0)
        assert {told.health for told in found.values()} == {"ok"}
        assert here.run(expect=0).endswith("\nnothing is wrong\n")

    def test_a_configuration_with_faults_keeps_nothing_else_from_being_looked_at(
        self, tmp_path: Path, capsys: CaptureFixture[str]
    ) -> None:
        here = patient(tmp_path, capsys)
        write(tmp_path, {"gapkeeper.toml": "[documents]\ninclde = []\n[sync]\nbranhc = 'x'\n"})
        found = here.ask(expect=1)
        assert "gapkeeper.toml:2" in str(found["configuration"])
        assert "gapkeeper.toml:4" in str(found["configuration"])
        assert found["git"].health == "ok"
        assert found["documents"].health == "note"
        assert found["tracker"].health == "note"

    def test_where_the_tracker_comes_from(self, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        here = patient(tmp_path, capsys)
        write(tmp_path, {"gapkeeper.toml": "[tracker]\nurl = 'sqlite:own.db'\n"})
        assert "sqlite:own.db (gapkeeper.toml:2)" in str(here.ask(expect=0)["configuration"])
        assert "sqlite:x.db (command line)" in str(here.ask("--tracker", "sqlite:x.db", expect=0)["configuration"])

    def test_a_clone_of_a_forge_is_told_how_to_name_it(self, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        here = patient(tmp_path, capsys)
        Repository.at(tmp_path).git("remote", "add", "origin", "https://github.com/harbour/pier.git")
        assert "--tracker github:harbour/pier" in str(here.ask(expect=0)["configuration"])

    def test_write_back_that_is_not_allowed_and_variables_that_set_nothing(
        self, tmp_path: Path, capsys: CaptureFixture[str]
    ) -> None:
        here = patient(tmp_path, capsys)
        write(tmp_path, {"gapkeeper.toml": "[sync]\nwrite_back = 'commit'\n"})
        here.environment |= {"GAPKEEPER_WRITE_BACK_ALLOWED": '["off"]', "GAPKEEPER_GITHUB_TOKN": "s3cret"}
        found = here.ask(expect=1)
        assert 'write_back = "commit" is not allowed' in str(found["configuration"])
        assert "GAPKEEPER_GITHUB_TOKN sets nothing" in found["configuration"].messages
        assert "Did you mean GAPKEEPER_GITHUB_TOKEN?" in found["configuration"].hints
        assert "s3cret" not in here.said

    def test_settings_of_the_operator_that_are_wrong_keep_nothing_else_from_being_looked_at(
        self, tmp_path: Path, capsys: CaptureFixture[str]
    ) -> None:
        here = patient(tmp_path, capsys)
        here.environment |= {"GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES": "soon"}
        found = here.ask("--tracker", "github:a/b", expect=1)
        assert "GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES" in str(found["configuration"])
        assert found["git"].health == found["documents"].health == found["disk"].health == "ok"

    def test_documents_of_strangers_cannot_write_to_the_terminal(
        self, tmp_path: Path, capsys: CaptureFixture[str]
    ) -> None:
        here = patient(tmp_path, capsys)
        write(tmp_path, {"docs/\x1b[2J\u202e::error::LATER.md": "x" * 11_000_000})
        assert here.ask(expect=1)["documents"].health == "wrong"
        told = here.run(expect=1)
        assert "LATER.md" in told
        assert not {"\x1b", "\u202e"} & set(told)

    def test_a_damaged_tracker(self, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        here = patient(tmp_path, capsys)
        write(tmp_path, {"own.db": b"this is no database, and long enough to be one" * 100})
        assert here.ask("--tracker", "sqlite:own.db", expect=1)["tracker"].health == "wrong"

    def test_a_tracker_in_a_folder_that_is_not_there(self, tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        told = patient(tmp_path, capsys).ask("--tracker", "sqlite:nowhere/t.db", expect=1)["tracker"]
        assert "there is no folder nowhere" in str(told)

    def test_a_disk_that_is_full(
        self, tmp_path: Path, capsys: CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: Usage(free=10**6))
        told = patient(tmp_path, capsys).ask(expect=1)["disk"]
        assert told.health == "wrong"
        assert "1 MB free" in str(told)

    @pytest.mark.parametrize(
        "arguments",
        [["nowhere"], ["--config", "x", "docs"], ["--tracker", ""], ["--config", "x", "--tracker", "sqlite:x"]],
    )
    def test_wrong_usage(self, arguments: list[str], tmp_path: Path, capsys: CaptureFixture[str]) -> None:
        assert Patient(tmp_path, capsys).run(*arguments, expect=64) == ""

    def test_the_documents_of_a_forge_are_those_that_are_committed(
        self, tmp_path: Path, capsys: CaptureFixture[str]
    ) -> None:
        here = patient(tmp_path, capsys)
        write(tmp_path, {"docs/more.md": LATER.replace("001", "002")})
        assert "1 document with 1 item" in str(here.ask("--tracker", "github:a/b", expect=1)["documents"])
        assert "2 documents with 2 items" in str(here.ask(expect=0)["documents"])
