"""GitHub as the port `Tracker`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from gapkeeper.adapters import limits
from gapkeeper.adapters.forge.raw import label_names
from gapkeeper.adapters.forge.writer import ForgeWriter
from gapkeeper.adapters.github.raw import blocked_by_count, trimmed
from gapkeeper.adapters.github.reader import CAPABILITIES, GitHubReader
from gapkeeper.errors import NotAuthorisedError, NotFoundError, RejectedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Label


class GitHubTracker(ForgeWriter, GitHubReader):
    """A project's issues on GitHub."""

    _limits = CAPABILITIES
    _updates_with = "PATCH"
    _comments_are_at = "comments"
    _milestone_number = "number"
    _kinds_of_links = CAPABILITIES.links
    _all_milestones: ClassVar[Mapping[str, object]] = {"state": "all", "per_page": 100}

    def _role_obstacle(self) -> NotAuthorisedError | None:
        project = self._session.project
        if project.may_push is False and not self._session.account.endswith("[bot]"):
            return NotAuthorisedError(
                f"{self._session.account} may read {self.url} and not write to it: labels would be dropped",
                hint="Give the account the role Write in the project's settings (Collaborators and teams), or use the "
                "token of one that has it.",
            )
        return None

    def _shaped(self, data: Json) -> Raw:
        return trimmed(data)

    # --- Writing ------------------------------------------------------------------------------------

    def create_label(self, label: Label) -> None:
        """Create a label; one that is there already (any case) is left as it is."""
        limits.check_label(label)
        self._session.client.require_writer()
        if label.name.casefold() in {name.casefold() for name in self._labels()}:
            return
        made = {"name": label.name, "color": label.colour, "description": label.description}
        try:
            made = self._write("POST", "/labels", made)
        except RejectedError as error:
            if "already_exists" not in error.message:
                raise
            path = self._session.path(f"/labels/{quote(label.name, safe='')}")
            made = self._session.client.get(path).data
        kept = {"name": made["name"], "color": made["color"], "description": made.get("description")}
        self._mirror.set_note("labels", {**self._mirror.note("labels"), str(made["name"]): kept})

    def create_milestone(self, title: str) -> None:
        """Create a milestone; one that is there already is left as it is."""
        limits.check_name("the milestone's title", title)
        self._session.client.require_writer()
        if title in self._milestones():
            return
        try:
            made = self._write("POST", "/milestones", {"title": title})
        except RejectedError as error:
            if "already_exists" not in error.message:
                raise
            self._listed_milestone(title)
        else:
            self._keep_milestones([made])

    def add_link(self, number: int, type_: str, other: int) -> None:
        """Tie two issues: `blocked_by`."""
        self._check_link(number, type_, other)
        raw, blocker = self._known(number), self._known(other)
        before = self._issues.links(raw)
        if (type_, other) in before:
            return
        try:
            self._write("POST", f"/issues/{number}/dependencies/blocked_by", {"issue_id": blocker["id"]})
        except NotFoundError as error:
            self.issue(number)  # one of them may be gone; where both are there, it is the dependencies
            self.issue(other)
            if blocked_by_count(self._known(number)) is not None:
                raise UnavailableError(
                    f"{self.url}: GitHub does not find #{number} or #{other}, which are there", hint="Run again later."
                ) from error
            self._mirror.set_note("server", {**self._mirror.note("server"), "links": False})
            raise RejectedError(
                f"{self.url}: this GitHub knows no dependencies between issues",
                hint="Run again: they are written into the issues' text from now on.",
            ) from error
        except RejectedError:
            if (type_, other) not in self._issues.links(self._read(number)):
                raise
        else:
            self._issues.note_links(raw, before | {(type_, other)})

    def remove_link(self, number: int, type_: str, other: int) -> None:
        """Untie two issues."""
        self._check_link(number, type_, other)
        raw, blocker = self._known(number), self._known(other)
        before = self._issues.links(raw)
        if (type_, other) in before:
            with contextlib.suppress(NotFoundError):  # it is not tied any more
                self._write("DELETE", f"/issues/{number}/dependencies/blocked_by/{blocker['id']}")
            self._issues.note_links(raw, before - {(type_, other)})

    # --- What a write needs -------------------------------------------------------------------------

    def _write(self, method: str, path: str, body: Json = None, *, creates: str | None = None) -> Json:
        self._all_are_known = False
        return self._session.write(method, path, body, creates=creates)

    def _sent(self, method: str, path: str, asked: dict[str, object], *, creates: str | None = None) -> Raw:
        """Sent once more where its milestone was deleted and made anew: what was refused did nothing."""
        try:
            return super()._sent(method, path, asked, creates=creates)
        except RejectedError as error:
            former = asked.get("milestone")
            title = next((title for title, number in self._milestones().items() if number == former), None)
            if title is None or "milestone" not in error.message:
                raise
            number = self._listed_milestone(title)
            if number == former:
                raise
        return super()._sent(method, path, {**asked, "milestone": number}, creates=creates)

    def _to_create(
        self, title: str, body: str, labels: frozenset[str], milestone: str | None, assignees: frozenset[str]
    ) -> dict[str, object]:
        asked: dict[str, object] = {"title": title, "body": body}
        if labels:
            asked["labels"] = sorted(labels)
        if milestone is not None:
            asked["milestone"] = self._milestone(milestone)
        if assignees:
            asked["assignees"] = sorted(assignees)
        return asked

    def _to_update(self, number: int, update: IssueUpdate) -> dict[str, object]:
        asked = _plain(update)
        if update.milestone is not None:
            asked["milestone"] = self._milestone(update.milestone)
        if update.add_labels or update.remove_labels:
            had = label_names(self._fresh(number))
            wanted = _changed(had, update.add_labels, update.remove_labels)
            if wanted != had:
                asked["labels"] = sorted(wanted)  # GitHub takes the whole set
        return asked


def _plain(update: IssueUpdate) -> dict[str, object]:
    """What an update says without looking anything up."""
    asked = {
        "title": update.title,
        "body": update.body,
        "state": None if update.state is None else update.state.value,
        "state_reason": None if update.reason is None else update.reason.value,
        "assignees": None if update.assignees is None else sorted(update.assignees),
    }
    return {name: value for name, value in asked.items() if value is not None}


def _changed(had: frozenset[str], add: frozenset[str], remove: frozenset[str]) -> frozenset[str]:
    """The labels of an issue after a change; names differ by more than their case."""
    added = {name.casefold(): name for name in sorted(add)}
    gone = {name.casefold() for name in remove} - added.keys()
    kept = frozenset(name for name in had if name.casefold() not in gone)
    there = {name.casefold() for name in kept}
    return kept | {name for key, name in added.items() if key not in there}
