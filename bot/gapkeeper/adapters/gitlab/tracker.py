"""GitLab as the port `Tracker`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar

from gapkeeper.adapters import limits
from gapkeeper.adapters.forge.issues import RELATES_TO
from gapkeeper.adapters.forge.raw import label_names
from gapkeeper.adapters.forge.writer import ForgeWriter
from gapkeeper.adapters.gitlab.issues import KINDS
from gapkeeper.adapters.gitlab.labels import require_no_comma
from gapkeeper.adapters.gitlab.people import number_of
from gapkeeper.adapters.gitlab.raw import NOT_PLANNED, trimmed
from gapkeeper.adapters.gitlab.reader import CAPABILITIES, GitLabReader
from gapkeeper.adapters.gitlab.session import PLANNER
from gapkeeper.errors import ConflictError, NotAuthorisedError, NotFoundError, RejectedError
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.plan import IssueUpdate
    from gapkeeper.model.snapshot import Label

#: How GitLab says that it has no blocking links: on Free, on Free since 17, and in the Community Edition.
_WITHOUT_BLOCKING = ("current license", "subscription tier", "link_type does not have a valid value")
_NOBODY = [0]  # GitLab: "set to 0 or provide an empty value to unassign all"


class GitLabTracker(ForgeWriter, GitLabReader):
    """A project's issues on GitLab."""

    _limits = CAPABILITIES
    _updates_with = "PUT"
    _comments_are_at = "notes"
    _milestone_number = "id"
    _kinds_of_links = frozenset(KINDS)
    _all_milestones: ClassVar[Mapping[str, object]] = {"include_ancestors": "true", "per_page": 100}

    def __init__(self, session: Session, *, confidential: bool = False) -> None:
        """``confidential``: new issues are, whoever may see the project."""
        super().__init__(session)
        self._confidential = confidential

    # --- Writing ------------------------------------------------------------------------------------

    def create_label(self, label: Label) -> None:
        """Create a label; one that is there already (any case) is left as it is."""
        limits.check_label(label, self._limits)
        require_no_comma(label.name)
        self._session.client.require_writer()
        if self._names.find(label.name) is not None:
            return
        made = {"name": label.name, "color": f"#{label.colour}", "description": label.description}
        try:
            self._names.keep([self._write("POST", "/labels", made)])
        except ConflictError:  # somebody made it a moment ago
            self._names.keep([made])

    def create_milestone(self, title: str) -> None:
        """Create a milestone; one that is there already, in the project or a group of it, is left as it is."""
        limits.check_name("the milestone's title", title, self._limits)
        self._session.client.require_writer()
        if title in self._milestones():
            return
        try:
            made = self._write("POST", "/milestones", {"title": title})
        except RejectedError:
            with contextlib.suppress(RejectedError):
                self._milestone(title)
                return
            raise
        self._keep_milestones([made])

    def comment(self, number: int, body: str) -> None:
        """Post a comment. `NotAuthorisedError` where the discussion is locked and our account is no member."""
        try:
            super().comment(number, body)
        except (NotFoundError, NotAuthorisedError) as error:
            if self._read(number)["locked"]:  # or the issue is not there, which is said
                raise NotAuthorisedError(
                    f"the discussion of issue #{number} of {self.url} is locked",
                    hint="Only members of the project comment on it.",
                ) from error
            raise
        self._issues.note_touch(self._known(number))

    def add_link(self, number: int, type_: str, other: int) -> None:
        """Tie two issues: `blocked_by`, or on Free `relates_to`. Two that a person tied in another way are left so."""
        self._check_link(number, type_, other)
        raw, blocker = self._known(number), self._known(other)
        before = self._issues.links(raw)
        if (type_, other) in before:
            return
        project = self._session.project.id
        asked = {"target_project_id": project, "target_issue_iid": other, "link_type": KINDS[type_]}
        try:
            self._write("POST", f"/issues/{number}/links", asked)
        except ConflictError:  # they are tied already, and how is asked
            self.issue(number)
            return
        except NotFoundError:
            for one in (number, other):
                self.issue(one)
            raise
        except (NotAuthorisedError, RejectedError) as error:
            if type_ == RELATES_TO or not any(words in error.message for words in _WITHOUT_BLOCKING):
                raise
            self._mirror.set_note("tier", {"no_blocking": self._session.client.now.isoformat()})
            raise RejectedError(
                f"{self.url}: on this GitLab no issue can block another, which takes Premium",
                hint="Run again: they are related to each other, and the text says which waits, from now on.",
            ) from error
        self._changed_links = True
        self._issues.note_link((raw, blocker), type_, there=True)

    def remove_link(self, number: int, type_: str, other: int) -> None:
        """Untie two issues."""
        self._check_link(number, type_, other)
        raw, blocker = self._known(number), self._known(other)
        before = self._issues.links(raw)
        if (type_, other) not in before:
            return
        for link in self._issues.linked(number):
            if (link.type, link.number) == (KINDS[type_], other):
                with contextlib.suppress(NotFoundError):  # it is not tied any more
                    self._write("DELETE", f"/issues/{number}/links/{link.id}")
        self._changed_links = True
        self._issues.note_link((raw, blocker), type_, there=False)

    # --- What a write needs -------------------------------------------------------------------------

    def _role_obstacle(self) -> NotAuthorisedError | None:
        level = self._session.project.access_level
        if level is None or level >= PLANNER:
            return None
        return NotAuthorisedError(
            f"{self._session.account} has too low a role in {self.url}: labels would be dropped",
            hint="The token needs the role Developer, or Planner where nothing is written back.",
        )

    def _write(self, method: str, path: str, body: Json = None, *, creates: str | None = None) -> Json:
        self._all_are_known = False
        return self._session.write(method, path, body, creates=creates)

    def _sent(self, method: str, path: str, asked: dict[str, object], *, creates: str | None = None) -> Raw:
        """Of a milestone that is gone GitLab says nothing, and takes none: one that was made anew is looked up."""
        raw = super()._sent(method, path, asked, creates=creates)
        wanted = asked.get("milestone_id")
        if wanted is None or (raw["milestone"] or {}).get("number") == wanted:
            return raw
        title = next(title for title, number in self._milestones().items() if number == wanted)
        self._forget_milestone(int(str(wanted)))
        try:
            anew = self._listed_milestone(title)
        except RejectedError:  # there is none: the next plan makes it
            return raw
        if anew == wanted:  # it is there, and not for us to set
            return raw
        return super()._sent(self._updates_with, f"/issues/{raw['number']}", {"milestone_id": anew})

    def _forget_milestone(self, number: int) -> None:
        for raw in [*self._mirror.issues.values()]:
            if (raw["milestone"] or {}).get("number") == number:
                self._mirror.put({**raw, "milestone": None})

    def _shaped(self, data: Json) -> Raw:
        raw = trimmed(data)
        self._issues.keep_links(raw)
        return raw

    def _to_create(
        self, title: str, body: str, labels: frozenset[str], milestone: str | None, assignees: frozenset[str]
    ) -> dict[str, object]:
        asked: dict[str, object] = {"title": title, "description": body}
        if labels:
            asked["labels"] = self._names.all_spelt(labels)
        if milestone is not None:
            asked["milestone_id"] = self._milestone(milestone)
        if assignees:
            asked["assignee_ids"] = self._numbers_of(assignees)
        if self._confidential or self._session.issues_are_more_public:
            asked["confidential"] = True
        return asked

    def _to_update(self, number: int, update: IssueUpdate) -> dict[str, object]:
        """Only what differs: an update that changes nothing would be a change to GitLab."""
        raw = self._fresh(number)
        asked: dict[str, object] = {}
        if update.title is not None and update.title != raw["title"]:
            asked["title"] = update.title
        if update.body is not None and update.body != raw["body"]:
            asked["description"] = update.body
        if update.milestone is not None and (raw["milestone"] or {}).get("title") != update.milestone:
            asked["milestone_id"] = self._milestone(update.milestone)
        if update.assignees is not None and update.assignees != frozenset(raw["assignees"]):
            asked["assignee_ids"] = self._numbers_of(update.assignees) or _NOBODY
        if update.state is not None and update.state.value != raw["state"]:
            asked["state_event"] = "close" if update.state is State.CLOSED else "reopen"
        return asked | self._labels_to_change(raw, update)

    def _labels_to_change(self, raw: Raw, update: IssueUpdate) -> dict[str, object]:
        had = {name.casefold(): name for name in label_names(raw)}
        wanted = {name.casefold() for name in update.add_labels}
        add = set(self._names.all_spelt([name for name in update.add_labels if name.casefold() not in had]))
        remove = {had[key] for name in update.remove_labels if (key := name.casefold()) in had and key not in wanted}
        if _is_to_be_not_planned(raw, update):
            if not raw["not_planned"]:
                add.add(self._names.spelt(NOT_PLANNED))
        elif update.state is not None:
            remove.update(raw["not_planned"])
        changes = {"add_labels": sorted(add), "remove_labels": sorted(remove)}
        return {name: ",".join(labels) for name, labels in changes.items() if labels}

    def _numbers_of(self, people: frozenset[str]) -> list[int]:
        return [number_of(self._session, name) for name in sorted(people)]


def _is_to_be_not_planned(raw: Raw, update: IssueUpdate) -> bool:
    """Whether the issue carries the label for that reason once an update is made. Closed without one is completed."""
    if update.state is State.OPEN:
        return False
    if update.reason is not None:
        return update.reason is Reason.NOT_PLANNED
    return bool(raw["not_planned"]) and (update.state is None or raw["state"] == "closed")
