"""Both sides as people have them: a repository of git, the tracker's file, and the command line, in this process."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gapkeeper.__main__ import main
from gapkeeper.adapters.sqlite_tracker import open_tracker
from gapkeeper.model.delivery import BRANCH
from repositories import ENVIRONMENT, Repository
from two_sides import Planned, Ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.sqlite_tracker.tracker import SqliteTracker
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.snapshot import Actor
    from two_sides import Files


class GitPlace:
    """See `two_sides.Place`."""

    def __init__(self, files: Mapping[str, bytes], policy: SyncPolicy) -> None:
        self.policy = policy
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name).resolve() / "project"
        self._repository = Repository(self._path)
        self._git("config", "core.autocrlf", "false")
        self.put("gapkeeper.toml", _settings(policy))
        for path, data in files.items():
            self.put(path, data)
        self.commit()

    def _git(self, *arguments: str) -> str:
        return self._repository.git(*arguments)

    # --- Documents ----------------------------------------------------------------------------------

    @property
    def files(self) -> Files:
        found = (path for path in self._path.rglob("*.md") if ".git" not in path.parts)
        return {path.relative_to(self._path).as_posix(): path.read_bytes() for path in found}

    @property
    def committed(self) -> Files:
        return self._of("HEAD")

    def _of(self, revision: str) -> Files:
        names = self._git("ls-tree", "-r", "--name-only", revision).splitlines()
        return {name: self._blob(f"{revision}:{name}") for name in names if name.endswith(".md")}

    def _blob(self, name: str) -> bytes:
        command = ["git", "cat-file", "blob", name]
        return subprocess.run(command, cwd=self._path, env=ENVIRONMENT, capture_output=True, check=True).stdout

    def put(self, path: str, data: bytes | None) -> None:
        place = self._path / path
        if data is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    def commit(self) -> None:
        self._git("add", "--all")
        if self._git("status", "--porcelain"):
            self._git("commit", "--quiet", "--message=change")

    def proposed(self) -> Files | None:
        return None if self.tips()[1] is None else self._of(BRANCH)

    def tips(self) -> tuple[str, str | None]:
        tip = self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{BRANCH}")
        return self._git("rev-parse", "HEAD"), tip or None

    def merge(self, how: str) -> bool:
        tip = self.tips()[1]
        if tip is None or self._git("status", "--porcelain") or not self._git("rev-list", f"HEAD..{BRANCH}"):
            return False
        fork = self._git("merge-base", "HEAD", BRANCH)
        changed = self._git("diff", "--name-only", fork, BRANCH).splitlines()
        if self._git("diff", "--name-only", "--no-renames", fork, "HEAD", "--", *changed):
            return False
        if how == "squash":
            self._git("merge", "--quiet", "--squash", BRANCH)
            self._git("commit", "--quiet", "--allow-empty", "--message=merge")
        else:
            self._git("merge", "--quiet", "--no-edit", "--ff" if how == "ff" else "--no-ff", BRANCH)
        return True

    def delete_branch(self) -> None:
        if self.tips()[1] is not None:
            self._git("branch", "--quiet", "-D", BRANCH)

    def commit_on_branch(self, path: str, data: bytes) -> None:
        there = Path(self._folder.name) / "there"
        self._git("worktree", "add", "--quiet", str(there), BRANCH)
        (there / path).write_bytes(data)
        self._git("-C", str(there), "commit", "--quiet", "--all", "--message=mine")
        self._git("worktree", "remove", str(there))

    # --- The tracker, and syncs ---------------------------------------------------------------------

    def acting(self, actor: Actor) -> contextlib.AbstractContextManager[SqliteTracker]:
        return open_tracker(self._path / ".gapkeeper" / "tracker.db", actor=actor)

    def says(self) -> None:
        """See `two_sides.Place`."""

    def plan(self) -> tuple[Planned, ...]:
        code, answer, told = self._run("plan")
        assert code == 0, told
        return _changes(answer)

    def sync(self) -> Ran:
        code, answer, told = self._run("sync")
        if not answer:
            return Ran(code, errors=(told,))
        return Ran(code, _changes(answer), tuple(c["error"] for c in answer["changes"] if c["error"]))

    def _run(self, command: str) -> tuple[int, dict[str, Any], str]:
        arguments = [command, str(self._path), "--format", "json", "--allow-mass-change"]
        if self.policy.accept_renumbering:
            arguments.append("--accept-renumbering")
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        printed, told = _text(out), _text(err)
        assert "Traceback" not in told, told
        return code, json.loads(printed) if printed else {}, told

    def close(self) -> None:
        self._folder.cleanup()


def _settings(policy: SyncPolicy) -> bytes:
    words = {name: getattr(policy, name).value for name in ("on_close", "on_reopen", "on_remove", "write_back")}
    lines = [f'{name} = "{word}"' for name, word in words.items()]
    return "\n".join(["[sync]", *lines, f"backfill = {str(policy.backfill).lower()}", ""]).encode()


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def _changes(answer: dict[str, Any]) -> tuple[Planned, ...]:
    return tuple(Planned(c["op"], c["key"], c["held"], c["obstacle"]) for c in answer["changes"])
