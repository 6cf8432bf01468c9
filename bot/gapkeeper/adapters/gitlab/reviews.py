"""GitLab as the port `Reviews`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.adapters import limits
from gapkeeper.adapters.forge.listing import PAGE
from gapkeeper.adapters.forge.open_pulls import open_pulls
from gapkeeper.adapters.forge.paces import paced
from gapkeeper.adapters.gitlab.expecting import expected
from gapkeeper.adapters.gitlab.permission import COMMENTS, needing
from gapkeeper.adapters.gitlab.reader import CAPABILITIES
from gapkeeper.adapters.gitlab.statuses import Statuses
from gapkeeper.errors import NotFoundError
from gapkeeper.model.pulls import COMMENT_START, PostedComment, PullRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.pulls import Verdict
    from gapkeeper.model.snapshot import Capabilities

_OPEN = frozenset({"opened", "locked"})  # locked: it is being merged


class GitLabReviews:
    """A project's merge requests."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._statuses = Statuses(session)

    @property
    def capabilities(self) -> Capabilities:
        """What GitLab can hold."""
        return paced(CAPABILITIES, self._session.client.limits)

    def pull(self, number: int) -> PullRequest:
        """One merge request as it is now. `NotFoundError` where there is none."""
        try:
            with needing(COMMENTS):
                data = self._session.client.get(self._session.path(f"/merge_requests/{number}")).data
        except NotFoundError as error:
            hint = "Look at its number: an issue is no merge request."
            raise NotFoundError(f"{self._session.address.url} has no merge request !{number}", hint=hint) from error
        with expected("a merge request"):
            self._statuses.note(number, data)
            return _pull(data)

    def open_pulls(self) -> tuple[PullRequest, ...]:
        """All open merge requests as they are now, by number, without those that are being merged.

        What the list says of them does not tell their pipelines: where a status belongs is asked for each.
        """
        with needing(COMMENTS):
            return open_pulls(self._open_pages)

    def _open_pages(self) -> Iterator[list[PullRequest]]:
        asked = {"state": "opened", "per_page": PAGE}
        for page in self._session.client.pages(self._session.path("/merge_requests"), asked):
            with expected("a list of merge requests"):
                found = [_pull(one) for one in page.data]
            yield found

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The notes of our own account that begin with the review marker, the oldest first."""
        asked = {"order_by": "created_at", "sort": "asc", "activity_filter": "only_comments", "per_page": 100}
        with needing(COMMENTS):
            found = [
                one
                for page in self._session.client.pages(self._session.path(self._notes(number)), asked)
                for one in page.data
            ]
        with expected("a list of notes"):
            ours = [PostedComment(int(one["id"]), str(one["body"])) for one in found if self._is_ours(one)]
        return tuple(sorted(ours, key=lambda one: one.id))

    def post_comment(self, number: int, body: str) -> None:
        """Post the comment."""
        limits.check_comment(body, CAPABILITIES)
        with needing(COMMENTS):
            self._session.write("POST", self._notes(number), {"body": body}, creates="comment")

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """Change what it says. `NotFoundError` where it was deleted meanwhile."""
        limits.check_comment(body, CAPABILITIES)
        with needing(COMMENTS):
            self._session.write("PUT", self._notes(number, comment), {"body": body})

    def delete_comment(self, number: int, comment: int) -> None:
        """Take one away; one that is gone already stays so."""
        with contextlib.suppress(NotFoundError), needing(COMMENTS):
            self._session.write("DELETE", self._notes(number, comment))

    def has_verdict(self, pull: PullRequest, verdict: Verdict) -> bool:
        """Whether the head already has this status, as the newest of its name; False where it can have none."""
        return self._statuses.has(pull, verdict)

    def set_verdict(self, pull: PullRequest, verdict: Verdict) -> None:
        """Set the status of the head.

        Raises `RejectedError` where a merge request from a fork has no pipeline in this project, `NotAuthorisedError`
        where we may not.
        """
        limits.check_verdict(verdict.title, verdict.summary, CAPABILITIES)
        self._session.client.require_writer()
        self._statuses.set(pull, verdict)

    @staticmethod
    def _notes(number: int, note: int | None = None) -> str:
        return f"/merge_requests/{number}/notes{'' if note is None else f'/{note}'}"

    def _is_ours(self, note: Json) -> bool:
        """What others quote does not count: the marker of ours begins with the first character."""
        ours = str(note["body"]).startswith(COMMENT_START) and not note.get("system")
        return ours and self._session.is_us(str((note.get("author") or {}).get("username")))


def _pull(data: Json) -> PullRequest:
    number = int(data["iid"])
    return PullRequest(
        number=number,
        open=data["state"] in _OPEN,
        head=str(data["sha"] or ""),  # none where the branch has never been there
        base=str(data["target_branch"]),
        head_ref=f"refs/merge-requests/{number}/head",
        fork=int(data["source_project_id"] or 0) != int(data["target_project_id"]),
        url=str(data["web_url"]),
    )
