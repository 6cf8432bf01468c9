"""GitHub as the port `Reviews`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.adapters import limits
from gapkeeper.adapters.forge.listing import PAGE
from gapkeeper.adapters.forge.open_pulls import open_pulls
from gapkeeper.adapters.forge.paces import paced
from gapkeeper.adapters.github.app_auth import AppAuth
from gapkeeper.adapters.github.checks import Checks
from gapkeeper.adapters.github.permission import COMMENTS, needing
from gapkeeper.adapters.github.pulls import is_of_a_fork
from gapkeeper.adapters.github.reader import CAPABILITIES
from gapkeeper.adapters.github.statuses import Statuses
from gapkeeper.errors import NotFoundError, UnavailableError
from gapkeeper.model.pulls import COMMENT_START, PostedComment, PullRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.pulls import Verdict
    from gapkeeper.model.snapshot import Capabilities


class GitHubReviews:
    """A project's pull requests. The verdict is a check run where we are an App, and a commit's status elsewhere."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._verdicts = Checks(session) if isinstance(session.auth, AppAuth) else Statuses(session)

    @property
    def capabilities(self) -> Capabilities:
        """What GitHub can hold."""
        return paced(CAPABILITIES, self._session.client.limits)

    def pull(self, number: int) -> PullRequest:
        """One pull request as it is now. `NotFoundError` where there is none."""
        try:
            with needing(COMMENTS):
                data = self._session.client.get(self._session.path(f"/pulls/{number}")).data
        except NotFoundError as error:
            hint = "Look at its number: an issue is no pull request."
            raise NotFoundError(f"{self._session.address.url} has no pull request #{number}", hint=hint) from error
        return self._pull(data)

    def open_pulls(self) -> tuple[PullRequest, ...]:
        """All open pull requests as they are now, by number."""
        with needing(COMMENTS):
            return open_pulls(self._open_pages)

    def _open_pages(self) -> Iterator[list[PullRequest]]:
        asked = {"state": "open", "per_page": PAGE}
        for page in self._session.client.pages(self._session.path("/pulls"), asked):
            yield [self._pull(one) for one in page.data]

    def _pull(self, data: Json) -> PullRequest:
        try:
            number = int(data["number"])
            return PullRequest(
                number=number,
                open=data["state"] == "open",
                head=str(data["head"]["sha"]),
                base=str(data["base"]["ref"]),
                head_ref=f"refs/pull/{number}/head",
                fork=is_of_a_fork(data, self._session.project.id),
                url=str(data["html_url"]),
            )
        except (LookupError, TypeError, ValueError) as error:
            raise UnavailableError("GitHub's answer is no pull request", hint="Run again later.") from error

    def comments(self, number: int) -> tuple[PostedComment, ...]:
        """The comments of our own account that begin with the review marker, the oldest first."""
        path = self._session.path(f"/issues/{number}/comments")
        with needing(COMMENTS):
            found = [one for page in self._session.client.pages(path, {"per_page": 100}) for one in page.data]
        try:
            ours = [PostedComment(int(one["id"]), str(one["body"])) for one in found if self._is_ours(one)]
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise UnavailableError("GitHub's answer is no list of comments", hint="Run again later.") from error
        return tuple(sorted(ours, key=lambda one: one.id))

    def post_comment(self, number: int, body: str) -> None:
        """Post the comment."""
        limits.check_comment(body, CAPABILITIES)
        with needing(COMMENTS):
            self._session.write("POST", f"/issues/{number}/comments", {"body": body}, creates="comment")

    def edit_comment(self, number: int, comment: int, body: str) -> None:  # noqa: ARG002 - GitHub needs no number
        """Change what it says. `NotFoundError` where it was deleted meanwhile."""
        limits.check_comment(body, CAPABILITIES)
        with needing(COMMENTS):
            self._session.write("PATCH", f"/issues/comments/{comment}", {"body": body})

    def delete_comment(self, number: int, comment: int) -> None:  # noqa: ARG002 - as above
        """Take one away; one that is gone already stays so."""
        with contextlib.suppress(NotFoundError), needing(COMMENTS):
            self._session.write("DELETE", f"/issues/comments/{comment}")

    def has_verdict(self, pull: PullRequest, verdict: Verdict) -> bool:
        """Whether the head already has this status or check, as the newest of its name."""
        return self._verdicts.has(pull, verdict)

    def set_verdict(self, pull: PullRequest, verdict: Verdict) -> None:
        """Set the status or check of the head. `NotAuthorisedError` where we may not, with what is missing."""
        limits.check_verdict(verdict.title, verdict.summary, CAPABILITIES)
        self._session.client.require_writer()
        self._verdicts.set(pull, verdict)

    def _is_ours(self, comment: Json) -> bool:
        """What others quote does not count: the marker of ours begins with the first character."""
        author = comment.get("user") or {}
        return str(comment.get("body") or "").startswith(COMMENT_START) and self._session.is_us(
            str(author.get("login"))
        )
