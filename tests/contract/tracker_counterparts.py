"""The trackers that the contract suite runs on, each with what a test needs around it.

A new implementation is one class and one line in `COUNTERPARTS`. A test is skipped only where the
counterpart lacks what the test's `needs` marker names; `NEEDS` lists all there is to lack.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

from gapkeeper.adapters.sqlite_tracker import SqliteTracker, open_reader, open_tracker
from gapkeeper.model.snapshot import Actor, Capabilities, Issue, Reason, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pytest

    from gapkeeper.ports import Tracker, TrackerReader


class Counterpart(Protocol):
    """One tracker as a test sees it: from our account, from others, and from behind."""

    capabilities: Capabilities
    abilities: frozenset[str]  # what the test can do beside the protocol: see NEEDS
    assignee: str  # somebody whom issues can be assigned to

    def open(self) -> Tracker:
        """The tracker as our own account."""

    def open_reader(self) -> TrackerReader:
        """The same tracker, read-only."""

    def open_as(self, name: str, role: Role) -> Tracker:
        """The same tracker as somebody else. Needs `others`."""

    def delete(self, number: int) -> None:
        """Delete an issue behind our back. Needs `delete`."""

    def lock(self, number: int) -> None:
        """Lock an issue. Needs `lock`."""

    def record(self) -> object:
        """A value that is another one after every write. Needs `record`."""

    def close(self) -> None:
        """Release everything."""


#: What a counterpart may lack, and how that is told.
NEEDS: Mapping[str, Callable[[Counterpart], bool]] = {
    "duplicate": lambda tracker: Reason.DUPLICATE in tracker.capabilities.reasons,
    "not-planned": lambda tracker: Reason.NOT_PLANNED in tracker.capabilities.reasons,
    "links": lambda tracker: bool(tracker.capabilities.links),
    "others": lambda tracker: "others" in tracker.abilities,  # can be written to by other people and programs
    "delete": lambda tracker: "delete" in tracker.abilities,
    "lock": lambda tracker: "lock" in tracker.abilities,
    "record": lambda tracker: "record" in tracker.abilities,
}


class Ticking:
    """A clock that is a second later each time somebody looks."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


class Embedded:
    """The embedded tracker in a temporary folder."""

    abilities = frozenset({"others", "delete", "lock", "record"})
    assignee = "Rosa"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "tracker.db"
        self._clock = Ticking()
        self._opened: list[SqliteTracker] = []
        self._own = self._remember(open_tracker(self._path, clock=self._clock))
        self.capabilities = self._own.capabilities

    def open(self) -> SqliteTracker:
        return self._own

    def open_reader(self) -> TrackerReader:
        return self._remember(open_reader(self._path, clock=self._clock))

    def open_as(self, name: str, role: Role) -> SqliteTracker:
        return self._remember(open_tracker(self._path, actor=Actor(name, role), clock=self._clock))

    def delete(self, number: int) -> None:
        self.open_as("Rosa", Role.WRITE).delete_issue(number)

    def lock(self, number: int) -> None:
        self.open_as("Rosa", Role.WRITE).set_locked(number, locked=True)

    def record(self) -> object:
        return self._own.events()

    def close(self) -> None:
        for tracker in self._opened:
            tracker.close()

    def _remember(self, tracker: SqliteTracker) -> SqliteTracker:
        self._opened.append(tracker)
        return tracker


def on_github(request: pytest.FixtureRequest, folder: Path) -> Counterpart:
    """GitHub, as far as tests have it; skipped where what they need is not installed."""
    make_github = request.getfixturevalue("make_github")
    from github_tracker import OnGitHub  # noqa: PLC0415 - it loads a forge's libraries

    return OnGitHub(make_github(), folder)


def on_gitlab(request: pytest.FixtureRequest, folder: Path) -> Counterpart:
    """GitLab with the features of Premium."""
    return _on_gitlab(request, folder, premium=True)


def on_gitlab_free(request: pytest.FixtureRequest, folder: Path) -> Counterpart:
    """GitLab on its Free tier: no issue blocks another."""
    return _on_gitlab(request, folder, premium=False)


def _on_gitlab(request: pytest.FixtureRequest, folder: Path, *, premium: bool) -> Counterpart:
    make_gitlab = request.getfixturevalue("make_gitlab")
    from gitlab_tracker import OnGitLab  # noqa: PLC0415 - it loads a forge's libraries

    return OnGitLab(make_gitlab(premium=premium), folder)


COUNTERPARTS: Mapping[str, Callable[[pytest.FixtureRequest, Path], Counterpart]] = {
    "embedded": lambda _request, folder: Embedded(folder),
    "github": on_github,
    "gitlab": on_gitlab,
    "gitlab-free": on_gitlab_free,
}


def create(tracker: Tracker, title: str = "A title", body: str = "", labels: Iterable[str] = ()) -> Issue:
    """An issue without milestone and assignees."""
    return tracker.create_issue(title, body, frozenset(labels), milestone=None, assignees=frozenset())


def kind_of_links(tracker: TrackerReader) -> str:
    """How issues are tied there: `blocked_by`, or `relates_to`, which both of them show."""
    (kind,) = tracker.capabilities.links
    return kind


def create_planned(counterpart: Counterpart, title: str, body: str, labels: Iterable[str]) -> Issue:
    """An issue with the milestone `Phase 1` and the counterpart's assignee."""
    tracker = counterpart.open()
    tracker.create_milestone("Phase 1")
    people = frozenset({counterpart.assignee})
    return tracker.create_issue(title, body, frozenset(labels), milestone="Phase 1", assignees=people)
