"""What the service fetches and reads of a repository before it asks a forge anything."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.git_mirror import GitAccess, Mirror, MovedError
from gapkeeper.adapters.git_mirror_folder import remove_others
from gapkeeper.app.parsed import ParsedDocuments
from gapkeeper.errors import ConfigurationError, DocumentsError
from gapkeeper.model.jobs import Known
from gapkeeper.wiring import shared
from gapkeeper.wiring.reconciling import Ground, Place, ground, known_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

TRACKER = "github:octo/harbour"
LATER = "# Later\n\n### LATER-001: Mend the pier\n\n**Status:** Pending\n"


class Remote:
    """A repository, as people work on it, and the service's view of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "remote"
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.known = Known(tracker=TRACKER)
        self.again = False  # whether the forge knows another address
        self.access = GitAccess(str(self.folder))
        mirror = Mirror(folder / "mirrors" / "harbour", lambda: self.access, limit_bytes=10_000_000)
        self.place = Place("harbour", TRACKER, mirror, self._look_again, "refs/pull/*/head")

    def git(self, *arguments: str) -> str:
        run = subprocess.run(["git", "-C", self.folder, *arguments], check=True, capture_output=True, text=True)
        return run.stdout.strip()

    def commit(self, path: str = "LATER.md", text: str = LATER, *more: str) -> str:
        (self.folder / path).write_text(text, "utf-8")
        self.git("add", "-A")
        self.git("-c", "user.name=Rosa", "-c", "user.email=rosa@example.org", "commit", "-qm", "Write", *more)
        return self.git("rev-parse", "HEAD")

    def look(self) -> Ground:
        """As a run does it, which remembers what it saw."""
        on = ground(self.place, self.known)
        assert on is not None
        self.known = Known(tracker=TRACKER, branch=on.branch, refs=on.look.digest)
        return on

    def _look_again(self) -> bool:
        return self.again


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path)


@pytest.fixture(autouse=True)
def counted() -> Iterator[Counter[str]]:
    with (
        shared.share(shared.Shared(documents=ParsedDocuments(1_000_000, told=shared.count))),
        shared.tally() as counts,
    ):
        yield counts


def test_a_repository_without_a_commit_has_nothing_to_do(remote: Remote) -> None:
    assert ground(remote.place, Known()) is None


def test_what_did_not_move_is_neither_fetched_nor_parsed(remote: Remote, counted: Counter[str]) -> None:
    commit = remote.commit()
    first = remote.look()
    assert (first.commit, first.branch, first.open_items, counted["fetched"]) == (commit, "main", 1, 1)
    counted.clear()
    assert remote.look().documents is first.documents
    assert counted == {"cached": 1}


def test_another_branch_that_moved_costs_neither(remote: Remote, counted: Counter[str]) -> None:
    remote.commit()
    remote.look()
    counted.clear()
    remote.git("branch", "topic")
    remote.look()
    assert counted == {"cached": 1}


def test_a_branch_that_was_rewritten_is_read_as_it_is_now(remote: Remote) -> None:
    remote.commit()
    remote.look()
    rewritten = remote.commit("LATER.md", LATER.replace("Pending", "Resolved"), "--amend")
    assert (remote.look().commit, remote.look().open_items) == (rewritten, 0)


def test_a_default_branch_that_was_renamed_is_followed(remote: Remote) -> None:
    commit = remote.commit()
    remote.look()
    remote.git("branch", "-m", "trunk")
    assert (remote.look().branch, remote.look().commit) == ("trunk", commit)


def test_the_branch_of_the_settings_counts_with_its_own_settings(remote: Remote) -> None:
    remote.commit("gapkeeper.toml", '[sync]\nbranch = "release"\n')
    remote.git("switch", "-qc", "release")
    commit = remote.commit("gapkeeper.toml", '[sync]\nbranch = "release"\n[schedule]\nminutes = 45\n')
    remote.git("switch", "-q", "main")
    for _ in range(2):
        on = remote.look()
        assert (on.branch, on.commit, on.settings.repository.schedule.minutes) == ("release", commit, 45)
    remote.commit("gapkeeper.toml", "")
    assert remote.look().branch == "main"


def test_a_branch_that_is_not_there_is_said(remote: Remote) -> None:
    remote.commit("gapkeeper.toml", '[sync]\nbranch = "relaese"\n')
    with pytest.raises(DocumentsError, match="relaese"):
        ground(remote.place, Known())


def test_a_configuration_that_cannot_be_obeyed_is_said_with_its_line(remote: Remote) -> None:
    remote.commit("gapkeeper.toml", "[sync]\nbrnach = 1\n")
    with pytest.raises(ConfigurationError, match=r"gapkeeper\.toml:2"):
        ground(remote.place, Known())


def test_a_repository_does_not_choose_where_its_issues_are(remote: Remote) -> None:
    remote.commit("gapkeeper.toml", '[tracker]\nurl = "github:evil/twin"\n')
    assert remote.look().settings.repository.tracker.url == TRACKER


def test_a_mirror_that_was_lost_is_fetched_again_although_nothing_moved(remote: Remote, tmp_path: Path) -> None:
    commit = remote.commit()
    remote.look()
    shutil.rmtree(tmp_path / "mirrors")
    assert remote.look().commit == commit


def test_a_mirror_that_was_damaged_is_not_believed_and_can_be_mended(remote: Remote) -> None:
    remote.commit()
    remote.look()
    for pack in (remote.place.mirror.folder / ".git" / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:-200] + b"\0" * 200)
    with (
        shared.share(shared.Shared(documents=ParsedDocuments(1_000_000))),  # as after a start
        pytest.raises((DocumentsError, ConfigurationError)),
    ):
        remote.look()
    assert remote.place.mirror.mend()
    assert remote.look().open_items == 1


def test_a_project_that_moved_is_followed_where_the_forge_knows_where_to(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.commit()
    look = remote.place.mirror.look

    def moved(*asked: object) -> object:
        if not remote.again:
            raise MovedError("moved")
        return look(*asked)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(remote.place.mirror, "look", moved)
    with pytest.raises(MovedError):
        remote.look()
    remote.again = True
    assert remote.look().open_items == 1


def test_what_is_known_of_another_project_of_the_same_name_is_forgotten(remote: Remote) -> None:
    known = Known(project_id="7", account="bot", tracker="github:octo/former")
    assert known_of(remote.place, known) == Known(tracker=TRACKER)
    mine = Known(project_id="7", tracker=TRACKER)
    assert known_of(remote.place, mine) is mine


def test_mirrors_that_nobody_asks_for_any_more_are_removed_and_nothing_else(remote: Remote, tmp_path: Path) -> None:
    remote.commit()
    remote.look()
    mirrors = tmp_path / "mirrors"
    shutil.copytree(mirrors / "harbour", mirrors / "former")
    (mirrors / "notes").mkdir()
    (mirrors / "link").symlink_to(mirrors / "former")
    assert remove_others(mirrors, [mirrors / "harbour"]) == ["former"]
    assert sorted(path.name for path in mirrors.iterdir()) == ["harbour", "link", "notes"]
    assert remove_others(tmp_path / "nowhere", []) == []
