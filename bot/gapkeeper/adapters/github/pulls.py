"""Pull requests as proposals: what people made of each is what GitHub says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.raw import moment
from gapkeeper.errors import ConflictError, UnavailableError
from gapkeeper.model.delivery import Proposal, ProposalState

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.delivery import ProposalText

#: Says in the text of a closed pull request that we closed it ourselves, and nobody declined it.
_WITHDRAWN = "<!-- gapkeeper: withdrawn -->"


class Pulls:
    """The pull requests from one branch of a project."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, branch: str, *, within: dt.timedelta | None = None) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from a branch, the newest first; ``within`` as for `Client.get`."""
        owner = self._session.project.full_name.partition("/")[0]
        asked = {"head": f"{owner}:{branch}", "state": "all", "sort": "created", "direction": "desc", "per_page": 100}
        pages = self._session.client.pages(self._session.path("/pulls"), asked, within=within)
        return tuple(
            _proposal(pull) for page in pages for pull in page.data if not is_of_a_fork(pull, self._session.project.id)
        )

    def propose(self, branch: str, base: str, text: ProposalText) -> Proposal:
        """Open one. `RejectedError` where there is no such branch, or one is open already."""
        body = {"title": text.title, "body": text.body, "head": branch, "base": base}
        return _proposal(self._session.write("POST", "/pulls", body, creates="pull request"))

    def update(self, number: int, base: str, text: ProposalText) -> None:
        """Change what an open one says, and what it goes to. `ConflictError` where it is not open any more."""
        data = self._session.write("PATCH", f"/pulls/{number}", {"title": text.title, "body": text.body})
        done = _proposal(data)
        if done.state is not ProposalState.OPEN:
            raise ConflictError(f"{done.name} is {done.state} already", hint="Only what is open can be changed.")
        if (data.get("base") or {}).get("ref") != base:
            self._session.write("PATCH", f"/pulls/{number}", {"base": base})

    def withdraw(self, number: int, reason: str) -> None:
        """Close an open one, and say why. `ConflictError` where it is not open any more."""
        before = _proposal(self._session.client.get(self._session.path(f"/pulls/{number}")).data)
        if before.state is not ProposalState.OPEN:
            raise ConflictError(f"{before.name} is {before.state} already", hint="Only what is open can be changed.")
        asked = {"state": "closed", "body": f"{reason}\n\n{_WITHDRAWN}\n\n{before.body}"}
        self._session.write("PATCH", f"/pulls/{number}", asked)


def is_of_a_fork(pull: Json, project: int) -> bool:
    """Whether its branch is in another repository than the project with this number, or in one that is gone.

    An owner can have several repositories of one project, and all their branches are listed by its name.
    """
    try:
        return pull["head"]["repo"] is None or int(pull["head"]["repo"]["id"]) != project
    except (LookupError, TypeError, ValueError) as error:
        raise UnavailableError("GitHub's answer is no pull request", hint="Run again later.") from error


def _proposal(data: Json) -> Proposal:
    try:
        body = str(data.get("body") or "")
        if data["state"] == "open":
            state = ProposalState.OPEN
        elif data["merged_at"]:
            state = ProposalState.MERGED
        else:
            state = ProposalState.WITHDRAWN if _WITHDRAWN in body else ProposalState.DECLINED
        return Proposal(
            number=int(data["number"]),
            branch=str(data["head"]["ref"]),
            title=str(data["title"]),
            body=body,
            state=state,
            head=str(data["head"]["sha"]),
            closed_at=moment(data["closed_at"]) if data.get("closed_at") else None,
            url=str(data["html_url"]),
        )
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError("GitHub's answer is no pull request", hint="Run again later.") from error
