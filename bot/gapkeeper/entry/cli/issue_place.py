"""Which tracker, which issue, who acts, and with what text: what the commands about issues ask first."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gapkeeper import wiring
from gapkeeper.adapters.sqlite_tracker import ACCOUNT, SqliteTracker
from gapkeeper.entry.cli import issue_text
from gapkeeper.errors import NotFoundError, UsageError
from gapkeeper.model.snapshot import Actor, Role
from gapkeeper.planning.observe import carries, word_counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.snapshot import Issue
    from gapkeeper.ports import TrackerReader
    from gapkeeper.settings.load import Settings

_DIGITS = 18  # SQLite has no longer numbers


@dataclass(frozen=True, slots=True)
class Place:
    """The folder and settings that a command works with, and through them its tracker."""

    folder: Path
    settings: Settings

    @classmethod
    def of(cls, folder: str, tracker: str | None) -> Place:
        """A folder, and the tracker that is named, else that of its settings, else the default."""
        place = Path(folder)
        if not place.is_dir():
            raise UsageError(f"there is no folder {folder}", hint="PATH is the folder whose tracker is meant.")
        return cls(place, wiring.load_settings(place, overrides={"tracker.url": tracker} if tracker else None))

    @property
    def managed_label(self) -> str:
        """The label of issues that are kept in step."""
        return self.settings.repository.labels.managed

    def ours(self, tracker: TrackerReader) -> tuple[Issue, ...]:
        """The issues that are kept in step, or were and are released; no stranger's copy of one."""
        issues = tracker.snapshot(self.managed_label, everything=False).issues
        accounts = frozenset(name.casefold() for name in self.settings.repository.sync.accounts)
        return tuple(
            issue for issue in issues if carries(issue, self.managed_label) or word_counts(issue.author, accounts)
        )

    @contextlib.contextmanager
    def look(self) -> Iterator[TrackerReader]:
        """The tracker, whichever it is, read-only."""
        with wiring.open_reader(self.settings, self.folder) as tracker:
            yield tracker

    @contextlib.contextmanager
    def read(self) -> Iterator[SqliteTracker]:
        """The embedded tracker, read-only."""
        with self.look() as tracker:
            yield _embedded(tracker)

    @contextlib.contextmanager
    def write(self, issue: str, actor: Actor) -> Iterator[tuple[SqliteTracker, Issue]]:
        """The tracker, to write to it as somebody, and the issue. No tracker is made where there is none."""
        with self.read() as reader:
            found = self.find(reader, issue)
        with wiring.open_tracker(self.settings, self.folder, actor=actor) as tracker:
            yield _embedded(tracker), found

    def find(self, tracker: TrackerReader, name: str) -> Issue:
        """The issue with this number, or of the item with this key."""
        number = name.removeprefix("#")
        if number.isascii() and number.isdecimal() and len(number) <= _DIGITS:
            return tracker.issue(int(number))
        found = [
            issue for issue in self.ours(tracker) if (issue_text.key_of(issue) or "").casefold() == name.casefold()
        ]
        if not found:
            hint = "`gapkeeper issues list` shows what there is."
            raise NotFoundError(f"{tracker.url} has no issue of {name}", hint=hint)
        if len(found) > 1:
            numbers = ", ".join(f"#{issue.number}" for issue in found)
            raise UsageError(f"{name} has several issues: {numbers}", hint="Name one by its number.")
        return found[0]


def _embedded(tracker: TrackerReader) -> SqliteTracker:
    """Comments and history are read, and others are played, on the embedded tracker only."""
    if not isinstance(tracker, SqliteTracker):
        raise UsageError(
            f"{tracker.url} is not an embedded tracker", hint="Work on its issues where they are, on its own pages."
        )
    return tracker


def actor_of(name: str | None, role: str, folder: Path) -> Actor:
    """Who acts: as named, else git's user, else who is logged in."""
    name = name or _git_user_name(folder) or _login_name()
    if name.casefold() == ACCOUNT:
        raise UsageError(f"{name} is the account of the sync itself", hint="Name somebody else: --as NAME.")
    return Actor(name, Role(role))


def _git_user_name(folder: Path) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    asked = subprocess.run(  # noqa: S603 - no text of others is in it
        [git, "-C", str(folder), "config", "--get", "user.name"], capture_output=True, check=False
    )
    return asked.stdout.decode("utf-8", "replace").strip()


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):  # as the versions of Python and the systems have it
        raise UsageError("who acts could not be told from git or the system", hint="Say it: --as NAME.") from None


def text_of(body: str | None, body_file: str | None) -> str | None:
    """The text that the options give; None where neither does."""
    if body is not None and body_file is not None:
        raise UsageError("--body and --body-file exclude each other")
    if body_file is None:
        return body
    try:
        data = sys.stdin.buffer.read() if body_file == "-" else Path(body_file).read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise UsageError(f"{body_file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{body_file} is not UTF-8 at byte {error.start + 1}") from None
