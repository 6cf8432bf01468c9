"""A forge as the port `Tracker`: what writes are made of on each of them."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from gapkeeper.adapters import limits
from gapkeeper.adapters.forge.obstacles import archived
from gapkeeper.adapters.forge.reader import ForgeReader
from gapkeeper.errors import NotAuthorisedError, RejectedError, TrackerError
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Capabilities, Issue


class ForgeWriter(ForgeReader):
    """A project's issues. Every write is one request, and none is sent twice."""

    _limits: ClassVar[Capabilities]  # how long texts may be
    _updates_with: ClassVar[str]  # the method of the request that changes an issue
    _comments_are_at: ClassVar[str]  # the end of the path
    _milestone_number: ClassVar[str]  # the key of what an issue names its milestone by
    _all_milestones: ClassVar[Mapping[str, object]]  # asks for all of them

    _kinds_of_links: ClassVar[frozenset[str]]

    _created = False  # an issue, in this run
    _changed_links = False  # in this run

    @abstractmethod
    def _role_obstacle(self) -> NotAuthorisedError | None:
        """Why our account may not write, as far as that is known."""

    @abstractmethod
    def _shaped(self, data: Json) -> Raw:
        """The issue that an answer has."""

    @abstractmethod
    def _to_create(
        self, title: str, body: str, labels: frozenset[str], milestone: str | None, assignees: frozenset[str]
    ) -> dict[str, object]:
        """The body of the request that creates an issue."""

    @abstractmethod
    def _to_update(self, number: int, update: IssueUpdate) -> dict[str, object]:
        """The body of the request that makes an update; empty where nothing is to be changed."""

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """There is nothing to hold. What cannot be written to is said before the first write.

        Raises:
            RefusedError: It was opened to be read.
            NotAuthorisedError: The project is archived, has no issues, or our account may not write to it.
        """
        self._session.client.require_writer()
        if self._obstacle() is not None:  # unless somebody has done meanwhile what we asked for
            self._session.ask_again()
        obstacle = self._obstacle()
        if obstacle is not None:
            raise obstacle
        return contextlib.nullcontext()

    def _obstacle(self) -> NotAuthorisedError | None:
        """Why issues of the project cannot be written to."""
        project = self._session.project
        if project.archived:
            return archived(self.url)
        if not project.has_issues:
            return NotAuthorisedError(
                f"{self.url} has no issues", hint="Switch them on in the project's settings: General, Features."
            )
        return self._role_obstacle()

    # --- Writing ------------------------------------------------------------------------------------

    def create_issue(
        self, title: str, body: str, labels: frozenset[str], *, milestone: str | None, assignees: frozenset[str]
    ) -> Issue:
        """Create an issue, and return it as the forge has it: without rights, labels and assignees are dropped."""
        limits.check_title(title, self._limits)
        limits.check_body(body, self._limits)
        for name in labels:
            limits.check_label_name(name, self._limits)
        asked = self._to_create(title, body, labels, milestone, assignees)
        raw = self._sent("POST", "/issues", asked, creates="issue")
        self._created = True
        self._mirror.put(raw)
        return self._issues.issue(raw)

    def update_issue(self, number: int, update: IssueUpdate) -> Issue:
        """One request that changes state, title, body, labels, milestone and assignees together."""
        self._check(update)
        asked = self._to_update(number, update)
        if not asked:
            return self.issue(number)
        with self._about(number):
            raw = self._sent(self._updates_with, f"/issues/{number}", asked)
        self._mirror.put(raw)
        return self._issues.issue(raw)

    def comment(self, number: int, body: str) -> None:
        """Post a comment. `NotAuthorisedError` where the issue is locked and our account may not write."""
        limits.check_comment(body, self._limits)
        with self._about(number):
            self._write("POST", f"/issues/{number}/{self._comments_are_at}", {"body": body}, creates="comment")
        self._comments.posted(number, body)

    def close(self) -> None:
        """Close connections. After new issues, the list is read once, so that the next run's question is short."""
        if self._created or self._changed_links:
            self._created = self._changed_links = False
            with contextlib.suppress(TrackerError):
                self._renew()
        super().close()

    # --- What a write needs -------------------------------------------------------------------------

    def _check(self, update: IssueUpdate) -> None:
        """Raise `RejectedError` where the forge would refuse an update."""
        if update.title is not None:
            limits.check_title(update.title, self._limits)
        if update.body is not None:
            limits.check_body(update.body, self._limits)
        for name in update.add_labels:
            limits.check_label_name(name, self._limits)
        if update.reason is not None and update.state is not State.CLOSED:
            raise RejectedError(f"`{update.reason}` is a reason for closing, and nothing is closed")

    def _write(self, method: str, path: str, body: Json = None, *, creates: str | None = None) -> Json:
        self._all_are_known = False
        return self._session.client.write(method, self._session.path(path), body, creates=creates).data

    def _sent(self, method: str, path: str, asked: dict[str, object], *, creates: str | None = None) -> Raw:
        """Send an issue; as it is then."""
        return self._shaped(self._write(method, path, asked, creates=creates))

    def _fresh(self, number: int) -> Raw:
        """An issue as it was listed for this plan, or as it is now: a person's label must not be lost."""
        known = self._mirror.issues.get(number)
        return known if known is not None and self._is_recent else self._read(number)

    def _known(self, number: int) -> Raw:
        return self._mirror.issues.get(number) or self._read(number)

    def _check_link(self, number: int, type_: str, other: int) -> None:
        self._session.client.require_writer()
        if type_ not in self._kinds_of_links:
            raise RejectedError(
                f"`{type_}` is no kind of link here", hint=f"Known: {', '.join(sorted(self._kinds_of_links))}."
            )
        if number == other:
            raise RejectedError(f"issue #{number} cannot be tied to itself")

    def _milestone(self, title: str) -> int:
        """A milestone's number.

        Raises `RejectedError` where there is no such milestone.
        """
        known = self._milestones().get(title)
        return self._listed_milestone(title) if known is None else known

    def _listed_milestone(self, title: str) -> int:
        """A milestone's number, as the forge lists it now.

        Raises `RejectedError` where there is no such milestone.
        """
        pages = self._session.client.pages(self._session.path("/milestones"), self._all_milestones)
        self._mirror.set_note("milestones", {})  # one may have been made anew
        self._keep_milestones(one for page in pages for one in page.data)
        found = self._mirror.note("milestones")
        if title not in found:
            raise RejectedError(f"there is no milestone `{title}`", hint="Create the milestone first.")
        return int(str(found[title]))

    def _keep_milestones(self, found: Iterable[Json]) -> None:
        named = {str(one["title"]): one[self._milestone_number] for one in found}
        self._mirror.set_note("milestones", {**self._mirror.note("milestones"), **named})
