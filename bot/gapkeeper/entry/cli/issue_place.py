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

from gapkeeper.adapters import sqlite_tracker
from gapkeeper.entry.cli import issue_text
from gapkeeper.errors import NotFoundError, UsageError
from gapkeeper.model.snapshot import Actor, Role
from gapkeeper.settings.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.sqlite_tracker import SqliteTracker
    from gapkeeper.model.snapshot import Issue

_DIGITS = 18  # SQLite has no longer numbers


@dataclass(frozen=True, slots=True)
class Place:
    """The tracker that a command works on."""

    folder: Path
    url: str
    path: Path
    managed_label: str

    @classmethod
    def of(cls, folder: str, tracker: str | None) -> Place:
        """The tracker of a folder: the one that is named, else that of its settings, else the default."""
        place = Path(folder)
        if not place.is_dir():
            raise UsageError(
                f"there is no folder {folder}", hint="PATH is the folder whose documents are in the tracker."
            )
        settings = load(place, overrides={"tracker.url": tracker} if tracker else None).repository
        url = settings.tracker.url or sqlite_tracker.DEFAULT_URL
        return cls(place, url, sqlite_tracker.database_path(url, place), settings.labels.managed)

    def read(self) -> SqliteTracker:
        """The tracker, read-only."""
        return sqlite_tracker.open_reader(self.path, url=self.url)


def find_issue(tracker: SqliteTracker, name: str, managed_label: str) -> Issue:
    """The issue with this number, or of the item with this key."""
    number = name.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) <= _DIGITS:
        return tracker.issue(int(number))
    issues = tracker.snapshot(managed_label, everything=False).issues
    found = [issue for issue in issues if (issue_text.key_of(issue) or "").casefold() == name.casefold()]
    if not found:
        raise NotFoundError(
            f"{tracker.url} has no issue of {name}", hint="`gapkeeper issues list` shows what there is."
        )
    if len(found) > 1:
        numbers = ", ".join(f"#{issue.number}" for issue in found)
        raise UsageError(f"{name} has several issues: {numbers}", hint="Name one by its number.")
    return found[0]


@contextlib.contextmanager
def issue_to_write(issue: str, place: Place, actor: Actor) -> Iterator[tuple[SqliteTracker, Issue]]:
    """The tracker, opened for one write, and the issue; no tracker is made where there is none."""
    with place.read() as reader:
        found = find_issue(reader, issue, place.managed_label)
    with sqlite_tracker.open_tracker(place.path, url=place.url, actor=actor) as tracker:
        yield tracker, found


def actor_of(name: str | None, role: str, folder: Path) -> Actor:
    """Who acts: as named, else git's user, else who is logged in."""
    name = name or _git_user_name(folder) or _login_name()
    if name.casefold() == sqlite_tracker.ACCOUNT:
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
