"""GitLab as the port `TrackerReader`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.issues import RELATES_TO
from gapkeeper.adapters.forge.listing import Listing
from gapkeeper.adapters.forge.mirror import Mirror, age
from gapkeeper.adapters.forge.paces import paced
from gapkeeper.adapters.forge.people import People
from gapkeeper.adapters.forge.raw import is_issue
from gapkeeper.adapters.forge.reader import ForgeReader
from gapkeeper.adapters.gitlab.comments import GitLabComments
from gapkeeper.adapters.gitlab.explain import ProjectGoneError
from gapkeeper.adapters.gitlab.issues import GitLabIssues
from gapkeeper.adapters.gitlab.labels import Labels
from gapkeeper.adapters.gitlab.listing import Listed
from gapkeeper.adapters.gitlab.people import role_of
from gapkeeper.adapters.gitlab.raw import trimmed
from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Capabilities, Reason

if TYPE_CHECKING:
    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.model.snapshot import Issue

#: With Premium's features.
CAPABILITIES = Capabilities(
    name="GitLab",
    title_limit=255,
    body_limit=1_000_000,  # of comments; issues may be 48,576 characters longer
    label_limit=255,
    label_description_limit=255,
    reasons=frozenset({Reason.COMPLETED, Reason.NOT_PLANNED}),  # the second is a label
    confidential=True,
    quick_actions=True,
    mermaid_limit=2_000,  # a longer one waits for a click
)
ON_FREE = replace(CAPABILITIES, links=frozenset({RELATES_TO}))
#: So long it is remembered that a GitLab would not have one issue block another.
_REMEMBERED = dt.timedelta(days=30)


class GitLabReader(ForgeReader):
    """A project's issues, read."""

    _session: Session
    _issues: GitLabIssues

    def __init__(self, session: Session) -> None:
        mirror = Mirror(session.store, session.scope)
        people = People(session, lambda user: role_of(session, user))
        self._names = Labels(session, mirror, self._labels)
        super().__init__(
            session,
            mirror,
            people=people,
            listing=Listing(Listed(session, self._names.spelt), mirror),
            issues=GitLabIssues(session, mirror, people),
            comments=GitLabComments(session, mirror),
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this GitLab can do: on Free no issue blocks another."""
        refused = age(str(self._mirror.note("tier").get("no_blocking")), self._session.client.now)
        is_free = not self._session.project.premium or (refused is not None and refused < _REMEMBERED)
        known = ON_FREE if is_free else CAPABILITIES
        return paced(known, self._session.client.limits)

    def _renew(self, managed_label: str | None = None, *, everything: bool = False) -> None:
        """A project that was made anew under its name has another number, which is asked for once a day otherwise."""
        try:
            super()._renew(managed_label, everything=everything)
        except ProjectGoneError:
            former = self._session.project.id
            if self._session.ask_again().id == former:
                raise
            super()._renew(managed_label, everything=everything)

    def issue(self, number: int) -> Issue:
        """One issue as it is now, and what it is tied to: the other one may be gone, of which it does not tell."""
        raw = self._read(number)
        self._issues.forget_links(raw)
        return self._issues.issue(raw)

    def _ask(self, number: int) -> Raw:
        raw = trimmed(self._session.client.get(self._session.path(f"/issues/{number}")).data)
        if raw["number"] != number or not is_issue(raw):
            raise NotFoundError("it was moved to another project")
        return raw
