"""GitHub as the port `Tracker`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from gapkeeper.adapters import limits
from gapkeeper.adapters.github.issues import BLOCKED_BY
from gapkeeper.adapters.github.raw import blocked_by_count, label_names, trimmed
from gapkeeper.adapters.github.reader import GitHubReader
from gapkeeper.errors import NotAuthorisedError, NotFoundError, RejectedError, TrackerError, UnavailableError
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from gapkeeper.adapters.github.raw import Raw
    from gapkeeper.adapters.github.session import Project, Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Issue, Label


class GitHubTracker(GitHubReader):
    """A project's issues. Every write is one request, and none is sent twice."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._created = False

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """There is nothing to hold. What cannot be written to is said before the first write.

        Raises:
            RefusedError: It was opened to be read.
            NotAuthorisedError: The project is archived, has no issues, or our account may not write to it.
        """
        self._session.client.require_writer()
        obstacle = self._obstacle(self._session.project)
        if obstacle is not None:  # unless somebody has done meanwhile what we asked for
            obstacle = self._obstacle(self._session.ask_again())
        if obstacle is not None:
            raise obstacle
        return contextlib.nullcontext()

    def _obstacle(self, project: Project) -> NotAuthorisedError | None:
        """Why issues of a project cannot be written to."""
        if project.archived:
            return NotAuthorisedError(f"{self.url} is archived, and read-only", hint="Unarchive it in its settings.")
        if not project.has_issues:
            return NotAuthorisedError(
                f"{self.url} has no issues", hint="Switch them on in the project's settings: General, Features."
            )
        if project.may_push is False and not self._session.account.endswith("[bot]"):
            return NotAuthorisedError(
                f"{self._session.account} may read {self.url} and not write to it: labels would be dropped",
                hint="Give the account the role Write in the project's settings (Collaborators and teams), or use the "
                "token of one that has it.",
            )
        return None

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
            kept = {str(made["title"]): made["number"]}
            self._mirror.set_note("milestones", {**self._mirror.note("milestones"), **kept})

    def create_issue(
        self, title: str, body: str, labels: frozenset[str], *, milestone: str | None, assignees: frozenset[str]
    ) -> Issue:
        """Create an issue, and return it as GitHub has it: without rights, labels and assignees are dropped."""
        limits.check_title(title)
        limits.check_body(body)
        for name in labels:
            limits.check_label_name(name)
        asked: dict[str, object] = {"title": title, "body": body}
        if labels:
            asked["labels"] = sorted(labels)
        if assignees:
            asked["assignees"] = sorted(assignees)
        raw = self._sent("POST", "/issues", asked, milestone, creates=True)
        self._created = True
        self._mirror.put(raw)
        return self._issues.issue(raw)

    def update_issue(self, number: int, update: IssueUpdate) -> Issue:
        """One request that changes state, title, body, labels, milestone and assignees together."""
        asked = self._asked(number, update)
        if not asked and update.milestone is None:
            return self.issue(number)
        with self._about(number):
            raw = self._sent("PATCH", f"/issues/{number}", asked, update.milestone)
        self._mirror.put(raw)
        return self._issues.issue(raw)

    def comment(self, number: int, body: str) -> None:
        """Post a comment. `NotAuthorisedError` where the issue is locked and our account may not write."""
        limits.check_comment(body)
        with self._about(number):
            self._write("POST", f"/issues/{number}/comments", {"body": body}, creates=True)
        self._comments.posted(number, body)

    def add_link(self, number: int, type_: str, other: int) -> None:
        """Tie two issues: `blocked_by`."""
        self._check_link(number, type_, other)
        raw, blocker = self._known(number), self._known(other)
        before = self._linked(raw)
        if other in before:
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
            if other not in self._linked(self._read(number)):
                raise
        else:
            self._issues.note_links(raw, before | {other})

    def remove_link(self, number: int, type_: str, other: int) -> None:
        """Untie two issues."""
        self._check_link(number, type_, other)
        raw, blocker = self._known(number), self._known(other)
        before = self._linked(raw)
        if other in before:
            with contextlib.suppress(NotFoundError):  # it is not tied any more
                self._write("DELETE", f"/issues/{number}/dependencies/blocked_by/{blocker['id']}")
            self._issues.note_links(raw, before - {other})

    def close(self) -> None:
        """Close connections. After new issues, the list is read once, so that the next run's question is short."""
        if self._created:
            self._created = False
            with contextlib.suppress(TrackerError):
                self._listing.renew()
        super().close()

    # --- What a write needs -------------------------------------------------------------------------

    def _write(self, method: str, path: str, body: Json = None, *, creates: bool = False) -> Json:
        self._all_are_known = False
        return self._session.write(method, path, body, creates=creates)

    def _asked(self, number: int, update: IssueUpdate) -> dict[str, object]:
        """The body of the request that makes an update, but for the milestone; empty where nothing is to be changed."""
        asked = _plain(update)
        if update.add_labels or update.remove_labels:
            had = label_names(self._fresh(number))
            wanted = _changed(had, update.add_labels, update.remove_labels)
            if wanted != had:
                asked["labels"] = sorted(wanted)  # GitHub takes the whole set
        return asked

    def _fresh(self, number: int) -> Raw:
        """An issue as it was listed for this plan, or as it is now: a person's label must not be lost."""
        known = self._mirror.issues.get(number)
        return known if known is not None and self._is_recent else self._read(number)

    def _known(self, number: int) -> Raw:
        return self._mirror.issues.get(number) or self._read(number)

    def _linked(self, raw: Raw) -> frozenset[int]:
        return frozenset(number for _, number in self._issues.links(raw))

    def _check_link(self, number: int, type_: str, other: int) -> None:
        self._session.client.require_writer()
        if type_ != BLOCKED_BY:
            raise RejectedError(f"`{type_}` is no kind of link here", hint=f"Known: {BLOCKED_BY}.")
        if number == other:
            raise RejectedError(f"issue #{number} cannot be tied to itself")

    def _sent(
        self, method: str, path: str, asked: dict[str, object], milestone: str | None, *, creates: bool = False
    ) -> Raw:
        """Send an issue; once more where its milestone was deleted and made anew: what was refused did nothing."""
        if milestone is None:
            return trimmed(self._write(method, path, asked, creates=creates))
        known = self._milestones().get(milestone)
        number = known or self._listed_milestone(milestone)
        try:
            data = self._write(method, path, {**asked, "milestone": number}, creates=creates)
        except RejectedError as error:
            if known is None or "milestone" not in error.message:
                raise
            number = self._listed_milestone(milestone)
            data = self._write(method, path, {**asked, "milestone": number}, creates=creates)
        return trimmed(data)

    def _listed_milestone(self, title: str) -> int:
        """A milestone's number, as GitHub lists it now.

        Raises `RejectedError` where there is no such milestone.
        """
        pages = self._session.client.pages(self._session.path("/milestones"), {"state": "all", "per_page": 100})
        found = {str(one["title"]): int(one["number"]) for page in pages for one in page.data}
        self._mirror.set_note("milestones", dict(found))
        if title not in found:
            raise RejectedError(f"there is no milestone `{title}`", hint="Create the milestone first.")
        return found[title]


def _plain(update: IssueUpdate) -> dict[str, object]:
    """What an update says without looking anything up.

    Raises `RejectedError` where GitHub would refuse it.
    """
    if update.title is not None:
        limits.check_title(update.title)
    if update.body is not None:
        limits.check_body(update.body)
    for name in update.add_labels:
        limits.check_label_name(name)
    if update.reason is not None and update.state is not State.CLOSED:
        raise RejectedError(f"`{update.reason}` is a reason for closing, and nothing is closed")
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
