"""The history of readiness where repositories are not as one expects them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from gapkeeper import wiring
from gapkeeper.errors import DocumentsError, UsageError
from gapkeeper.wiring.readiness_history import history_of_readiness
from histories import alone
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from gapkeeper.model.history import ReadinessHistory

YEAR_10000 = "@253402300800 +0000"


def plan(status: str, id_: str = "ACTION-1") -> str:
    return f"# Plan\n\n| ID | Title | Status |\n|---|---|---|\n| {id_} | Paint | {status} |\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


def history(
    folder: Path, rev: str | None = None, *, since: dt.date | None = None, limit: int | None = None
) -> ReadinessHistory:
    return history_of_readiness(wiring.load_settings(folder), folder, rev, since=since, limit=limit)


def proven(folder: Path, found: ReadinessHistory) -> list[str]:
    """The commits of a history, each of which says what it says alone."""
    for point in found.points:
        assert (point.score, dict(point.open), point.closed, point.unread) == alone(folder, point.commit)
    return [point.commit for point in found.points]


def test_a_commit_that_touches_no_document_is_no_point(repository: Repository) -> None:
    first = repository.commit({"a.md": plan("Open"), "code.py": "1"})
    repository.commit({"code.py": "2"})
    last = repository.commit({"a.md": plan("Done")})
    assert proven(repository.path, history(repository.path)) == [first, last]


def test_a_history_ends_in_the_revision_that_was_named(repository: Repository) -> None:
    first = repository.commit({"a.md": plan("Open")})
    repository.commit({"a.md": plan("Done")})
    found = history(repository.path, "HEAD~1")
    assert (found.revision, [point.commit for point in found.points]) == (first, [first])
    with pytest.raises(DocumentsError, match="v9"):
        history(repository.path, "v9")
    with pytest.raises(UsageError, match="--upload-pack"):
        history(repository.path, "--upload-pack=x")


def test_a_document_that_moves_keeps_its_say_and_its_day(repository: Repository) -> None:
    later = "\n".join(f"Line {number}" for number in range(40))
    repository.commit({"a.md": plan("Open") + later, "b.md": plan("Done")}, date="2026-01-01T12:00:00Z")
    (repository.path / "a.md").rename(repository.path / "moved.md")
    repository.commit({}, date="2026-01-02T12:00:00Z")
    repository.commit({"b.md": plan("Blocked")}, date="2026-01-03T12:00:00Z")
    assert len(proven(repository.path, history(repository.path))) == 3


def test_a_document_that_goes_takes_its_items_along(repository: Repository) -> None:
    repository.commit({"a.md": plan("Open"), "b.md": plan("Open", "ACTION-2")})
    repository.git("rm", "-q", "a.md")
    repository.commit({})
    found = history(repository.path)
    assert [dict(point.open) for point in found.points] == [{"ACTION": 2}, {"ACTION": 1}]
    proven(repository.path, found)


def test_a_document_that_becomes_a_link_is_none(repository: Repository) -> None:
    repository.commit({"a.md": plan("Open"), "b.md": plan("Open", "ACTION-2")})
    (repository.path / "a.md").unlink()
    (repository.path / "a.md").symlink_to("b.md")
    repository.commit({})
    assert [point.total_open for point in history(repository.path).points] == [2, 1]


def test_a_shallow_clone_begins_where_it_was_cut(repository: Repository, tmp_path: Path) -> None:
    made = [repository.commit({"a.md": plan(word)}) for word in ("Open", "Done", "Blocked", "Done")]
    repository.git("clone", "--quiet", "--depth=2", f"file://{repository.path}", str(tmp_path / "shallow"))
    found = history(tmp_path / "shallow")
    assert (found.begins, proven(tmp_path / "shallow", found)) == (made[2], made[2:])
    assert history(repository.path).begins is None


def test_what_is_fetched_later_is_not_answered_from_what_was_kept_before(
    repository: Repository, tmp_path: Path
) -> None:
    dated = {"a.md": plan("Open"), "b.md": plan("Done")}
    repository.commit(dated, date="2026-01-01T12:00:00Z")
    for day, (name, word) in enumerate((("b.md", "Deferred"), ("a.md", "Blocked"), ("c.md", "Open")), 2):
        repository.commit({name: plan(word)}, date=f"2026-01-{day:02}T12:00:00Z")
    shallow = Repository.at(tmp_path / "shallow")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(shallow.path))
    assert len(proven(shallow.path, history(shallow.path))) == 1
    shallow.git("fetch", "--quiet", "--unshallow")
    assert proven(shallow.path, history(shallow.path)) == [p.commit for p in history(repository.path).points]


def test_a_document_that_git_cannot_read_is_counted_and_the_others_speak(repository: Repository) -> None:
    repository.commit({"a.md": plan("Open"), "b.md": plan("Open", "ACTION-2")})
    blob = repository.git("rev-parse", "HEAD:b.md")
    repository.commit({"b.md": plan("Done", "ACTION-2")})
    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    found = history(repository.path)
    assert [(point.unread, point.total_open, point.closed) for point in found.points] == [(1, 1, 0), (0, 1, 1)]
    proven(repository.path, found)


def test_a_folder_of_a_repository_has_its_own_history(repository: Repository) -> None:
    first = repository.commit({"a.md": plan("Open"), "sub/b.md": plan("Open", "LATER-2"), ".gitignore": "x.md\n"})
    repository.commit({"a.md": plan("Done")})
    last = repository.commit({"sub/b.md": plan("Done", "LATER-2"), "sub/x.md": plan("Open", "LATER-3")})
    found = history(repository.path / "sub")
    assert proven(repository.path / "sub", found) == [first, last]
    assert dict(found.points[0].open) == {"LATER": 1}


def test_what_is_ignored_counts_from_when_it_no_longer_is(repository: Repository) -> None:
    files = {"plans/a.md": plan("Open"), "plans/old/b.md": plan("Open", "ACTION-2")}
    repository.commit({**files, ".gitignore": "old/\n"})
    repository.commit({".gitignore": "nothing\n"})
    repository.commit({"plans/.gitignore": "*.md\n!a.md\nold\n"})
    repository.commit({"code.py": "1"})
    repository.commit({"plans/old/b.md": plan("Done", "ACTION-2")})
    (repository.path / "plans" / ".gitignore").unlink()
    repository.commit({})
    found = history(repository.path)
    proven(repository.path, found)
    assert [(point.total_open, point.closed) for point in found.points] == [(1, 0), (2, 0), (1, 0), (1, 1)]


def test_since_and_limit_leave_old_commits_out_and_change_no_point(repository: Repository) -> None:
    for day, word in enumerate(("Open", "Done", "Blocked", "Done"), 1):
        repository.commit({"a.md": plan(word)}, date=f"2026-01-0{day}T23:30:00Z")
    every = history(repository.path).points
    assert history(repository.path, since=dt.date(2026, 1, 3)).points == every[2:]
    assert history(repository.path, limit=3).points == every[1:]
    assert history(repository.path, since=dt.date(2026, 1, 2), limit=1).points == every[3:]
    assert history(repository.path, since=dt.date(2026, 2, 1)).points == ()
    assert history(repository.path, limit=9).points == every


def test_days_are_those_of_utc(repository: Repository) -> None:
    repository.commit({"a.md": plan("Open")}, date="2026-01-02T01:00:00+02:00")
    assert history(repository.path, since=dt.date(2026, 1, 2)).points == ()
    assert len(history(repository.path, since=dt.date(2026, 1, 1)).points) == 1


def test_a_commit_of_the_year_10000_is_a_point_of_every_day(repository: Repository) -> None:
    repository.commit({"a.md": plan("Open")}, date="2026-01-01T12:00:00Z")
    late = repository.commit({"a.md": plan("Done")}, date=YEAR_10000)
    found = history(repository.path)
    assert [point.at is None for point in found.points] == [False, True]
    proven(repository.path, found)
    assert proven(repository.path, history(repository.path, since=dt.date(2026, 6, 1))) == [late]
    assert history(repository.path) == found  # from what was kept


def test_another_configuration_is_not_answered_from_what_was_kept(repository: Repository) -> None:
    repository.commit({"a.md": plan("Open"), "b.md": plan("Open", "ACTION-2")})
    assert [point.total_open for point in history(repository.path).points] == [2]
    (repository.path / "gapkeeper.toml").write_text('[documents]\nexclude = ["b.md"]\n', "utf-8")
    assert [point.total_open for point in history(repository.path).points] == [1]


@pytest.mark.parametrize("where", ["a file", "a read-only folder", "a link"])
def test_nothing_is_kept_where_nothing_can_be(
    repository: Repository, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit({"a.md": plan("Open")})
    kept = repository.path / ".gapkeeper"
    if where == "a file":
        kept.write_text("ours\n", "utf-8")
    elif where == "a link":
        (tmp_path / "elsewhere").mkdir()
        kept.symlink_to(tmp_path / "elsewhere")
    else:
        repository.path.chmod(0o555)  # which stops anybody but root, whose `mkdir` has to be told
        monkeypatch.setattr("pathlib.Path.mkdir", _read_only)
    try:
        for _ in range(2):
            assert proven(repository.path, history(repository.path)) == [commit]
    finally:
        repository.path.chmod(0o755)
    assert kept.exists() == (where != "a read-only folder")
    assert not (tmp_path / "elsewhere").exists() or not any((tmp_path / "elsewhere").iterdir())


def _read_only(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_no_folder_and_no_repository_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        history(tmp_path / "nowhere")
    with pytest.raises(DocumentsError, match="is in no git repository"):
        history(tmp_path)
