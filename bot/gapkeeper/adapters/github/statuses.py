"""The verdict as a commit's status: what any token can set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.verdicts import one_line
from gapkeeper.adapters.github.permission import STATUSES, needing, needing_write_access
from gapkeeper.errors import UnavailableError
from gapkeeper.model.pulls import CONTEXT, Conclusion

if TYPE_CHECKING:
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.pulls import PullRequest, Verdict

_DESCRIPTION = 140  # characters


class Statuses:
    """The statuses of a project's commits. They have a line of text, and neither a summary nor annotations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has(self, pull: PullRequest, verdict: Verdict) -> bool:
        """Whether the newest of our name says this already."""
        newest = self._newest(pull)
        return newest is not None and all(newest.get(name) == value for name, value in _said(pull, verdict).items())

    def set(self, pull: PullRequest, verdict: Verdict) -> None:
        """One more, which counts from now on."""
        with needing_write_access(STATUSES):
            self._session.write("POST", f"/statuses/{pull.head}", {"context": CONTEXT, **_said(pull, verdict)})

    def _newest(self, pull: PullRequest) -> Json:
        path = self._session.path(f"/commits/{pull.head}/statuses")
        with needing(STATUSES):
            for page in self._session.client.pages(path, {"per_page": 100}):  # the newest first
                try:
                    ours = next((one for one in page.data if one["context"] == CONTEXT), None)
                except (LookupError, TypeError) as error:
                    raise UnavailableError("GitHub's answer is no list of statuses", hint="Run again later.") from error
                if ours is not None:
                    return ours
        return None


def _said(pull: PullRequest, verdict: Verdict) -> dict[str, str]:
    """There is no neutral status: what is not to be red is green."""
    state = "failure" if verdict.conclusion is Conclusion.FAILURE else "success"
    return {"state": state, "description": one_line(verdict.title, _DESCRIPTION), "target_url": pull.url}
