"""The verdict as the status of a commit, which is a job of a pipeline: an own one, where there is no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters.forge.verdicts import one_line
from gapkeeper.adapters.gitlab.expecting import expected
from gapkeeper.adapters.gitlab.permission import STATUSES, needing
from gapkeeper.errors import ConflictError, NotFoundError, RejectedError
from gapkeeper.model.pulls import CONTEXT, Conclusion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.pulls import PullRequest, Verdict

_LONGEST = 255  # characters of a description, and of an address
_AS_IT_IS = "cannot transition status"


class Place(NamedTuple):
    """Where the status of a merge request belongs."""

    commit: str  # of the pipeline: that of merged results is not the head
    ref: str
    pipeline: int | None  # None: there is none yet, and GitLab makes one at the branch


class Statuses:
    """The statuses of a project's merge requests.

    A status joins the pipeline of the merge request, since one beside it would be taken for the newest. What comes
    from a fork has its branch in another project: without a pipeline in ours there is no place for a status.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[tuple[int, str], Json] = {}  # merge requests, by number and head

    def note(self, number: int, data: Json) -> None:
        """A merge request as it was read just now."""
        self._read[number, str(data["sha"] or "")] = data

    def has(self, pull: PullRequest, verdict: Verdict) -> bool:
        """Whether the newest of our name says this already."""
        place = self._place(pull)
        if place is None:
            return False
        newest = self._newest(place)
        said = _said(pull, verdict)
        shown = {"status": said["state"], "description": said["description"]}
        return newest is not None and all(newest.get(name) == value for name, value in shown.items())

    def set(self, pull: PullRequest, verdict: Verdict) -> None:
        """Set it.

        Raises:
            RejectedError: A merge request from a fork has no pipeline in this project.
            NotAuthorisedError: Our account is no developer.
        """
        place = self._place(pull)
        if place is None:
            raise RejectedError(
                f"{self._session.address.url}: !{pull.number} comes from a fork and has no pipeline here, so that its "
                "commit can have no status",
                hint="Let merge request pipelines run in this project, or do without the status: the comment says the "
                "same.",
            )
        pipeline = {} if place.pipeline is None else {"pipeline_id": place.pipeline}
        asked = {"name": CONTEXT, "ref": place.ref, **_said(pull, verdict), **pipeline}
        try:
            with needing(STATUSES):
                self._session.write("POST", f"/statuses/{place.commit}", asked)
        except NotFoundError as error:
            gone = f"!{pull.number} has moved meanwhile ({error.message})"
            raise ConflictError(gone, hint="Run again: it is read anew.") from error
        except RejectedError as error:
            if _AS_IT_IS not in error.message.casefold() or not self.has(pull, verdict):
                raise

    def _newest(self, place: Place) -> Json:
        asked: dict[str, object] = {"name": CONTEXT, "ref": place.ref, "per_page": 100}
        if place.pipeline is not None:
            asked["pipeline_id"] = place.pipeline
        path = self._session.path(f"/repository/commits/{place.commit}/statuses")
        with needing(STATUSES):
            found = [one for page in self._session.client.pages(path, asked) for one in page.data]
        with expected("a list of statuses"):
            ours = [one for one in found if one["name"] == CONTEXT]
            return max(ours, key=lambda one: int(one["id"]), default=None)

    def _place(self, pull: PullRequest) -> Place | None:
        key = (pull.number, pull.head)
        if key not in self._read:
            data = self._session.client.get(self._session.path(f"/merge_requests/{pull.number}")).data
            with expected("a merge request"):
                self.note(pull.number, data)
        if key not in self._read:
            raise ConflictError(f"!{pull.number} has got other commits meanwhile", hint="Run again: it is read anew.")
        with expected("a merge request"):
            return _place_of(self._read[key], self._session.project.id)


def _place_of(data: Json, project: int) -> Place | None:
    source = int(data["source_project_id"] or 0)  # none where the fork is gone
    pipeline = data.get("head_pipeline")
    if pipeline is not None and int(pipeline.get("project_id") or source) == project:
        return Place(str(pipeline["sha"]), str(pipeline["ref"]), int(pipeline["id"]))
    return Place(str(data["sha"]), str(data["source_branch"]), None) if source == project else None


def _said(pull: PullRequest, verdict: Verdict) -> Mapping[str, str]:
    """There is no neutral status: what is not to be red is green."""
    state = "failed" if verdict.conclusion is Conclusion.FAILURE else "success"
    said = {"state": state, "description": one_line(verdict.title, _LONGEST)}
    return {**said, "target_url": pull.url} if len(pull.url) <= _LONGEST else said
