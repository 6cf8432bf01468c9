"""Merge requests as proposals: what people made of each is what GitLab says of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.adapters.forge.raw import moment
from gapkeeper.adapters.gitlab.expecting import expected
from gapkeeper.errors import ConflictError, NotAuthorisedError
from gapkeeper.model.delivery import Proposal, ProposalState

if TYPE_CHECKING:
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.delivery import ProposalText

#: Says in the description of a closed merge request that we closed it ourselves, and nobody declined it.
_WITHDRAWN = "<!-- gapkeeper: withdrawn -->"
#: What people put before the title of a merge request that is not to be merged yet.
_DRAFT = re.compile(r"(?:\s*(?:draft:|\[draft\]|\(draft\)))+\s*", re.IGNORECASE)
_SWITCHED_OFF = (
    " Merge requests have to be switched on as well: Settings, General, Visibility; or choose another way for [sync] "
    "write_back."
)
_STATES = {
    "opened": ProposalState.OPEN,
    "locked": ProposalState.OPEN,
    "merged": ProposalState.MERGED,
}  # locked: merging


class MergeRequests:
    """The merge requests from a branch of a project."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, branch: str, base: str) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from a branch of the project itself, and of no fork, the newest first.

        Into the base; and what our account proposed into another branch, which was the base then, unless one into the
        base is open already.
        """
        asked = {"source_branch": branch, "state": "all", "order_by": "created_at", "sort": "desc", "per_page": 100}
        found: list[Proposal] = []
        try:
            for page in self._session.client.pages(self._session.path("/merge_requests"), asked):
                with expected("a list of merge requests"):
                    found += [_proposal(one, base) for one in page.data if self._is_ours(one, base)]
        except NotAuthorisedError as error:
            raise NotAuthorisedError(error.message, hint=f"{error.hint or ''}{_SWITCHED_OFF}".lstrip()) from error
        there = any(one.state is ProposalState.OPEN and not one.astray for one in found)
        return tuple(one for one in found if not (there and one.astray and one.state is ProposalState.OPEN))

    def _is_ours(self, data: Json, base: str) -> bool:
        """Whether it is from the project itself, and into the base or by us: others propose our branch elsewhere."""
        if data["source_project_id"] != self._session.project.id:
            return False
        return data["target_branch"] == base or self._session.is_us(str((data.get("author") or {}).get("username")))

    def propose(self, branch: str, base: str, text: ProposalText) -> Proposal:
        """Open one; where one was opened meanwhile, it is that one, and says this.

        Raises `ConflictError` where GitLab has one that is not found. Whether there is such a branch it does not ask.
        """
        body = {
            "source_branch": branch,
            "target_branch": base,
            "title": text.title,
            "description": text.body,
            "remove_source_branch": True,
        }
        try:
            made = self._session.write("POST", "/merge_requests", body, creates="merge request")
        except ConflictError:
            standing = next((one for one in self.of(branch, base) if one.state is ProposalState.OPEN), None)
            if standing is None:
                raise
            self.update(standing.number, base, text)
            return replace(standing, title=text.title, body=text.body, astray=False)
        with expected("a merge request"):
            return _proposal(made, base)

    def update(self, number: int, base: str, text: ProposalText) -> None:
        """Change what an open one says, and what it goes to; a draft stays one.

        Raises `ConflictError` where it is not open any more.
        """
        before = self._open(number)
        with expected("a merge request"):
            draft = _DRAFT.match(str(before["title"]))
            goes_to = {} if before["target_branch"] == base else {"target_branch": base}
        title = text.title if draft is None else f"{draft[0]}{text.title}"
        self._change(number, {"title": title, "description": text.body, **goes_to})

    def withdraw(self, number: int, reason: str) -> None:
        """Say why in a note, and close an open one. `ConflictError` where it is not open any more.

        That it was us is said in the same request that closes it: a crash must not make it look declined.
        """
        before = _proposal(self._open(number))
        key = f"<!-- gapkeeper: withdrawn {before.head} -->"
        if not self._is_noted(number, key):
            note = {"body": f"{reason}\n\n{key}"}
            self._session.write("POST", _rest(number, "/notes"), note, creates="comment")
        body = f"{reason}\n\n{_WITHDRAWN}\n\n{escaping.without_commands(before.body)}"
        self._change(number, {"state_event": "close", "description": body})

    def _is_noted(self, number: int, key: str) -> bool:
        asked = {"order_by": "created_at", "sort": "desc", "per_page": 100}
        for page in self._session.client.pages(self._session.path(_rest(number, "/notes")), asked):
            with expected("a list of notes"):
                if any(key in str(one["body"]) for one in page.data):
                    return True
        return False

    def _open(self, number: int) -> Json:
        data = self._session.client.get(self._session.path(_rest(number))).data
        with expected("a merge request"):
            proposal = _proposal(data)
        if proposal.state is not ProposalState.OPEN:
            raise ConflictError(f"!{number} is {proposal.state} already", hint="Only what is open can be changed.")
        return data

    def _change(self, number: int, body: Json) -> None:
        self._session.write("PUT", _rest(number), body)


def _rest(number: int, rest: str = "") -> str:
    return f"/merge_requests/{number}{rest}"


def _proposal(data: Json, base: str | None = None) -> Proposal:
    """A merge request; ``base`` is the branch that it should go to, where that matters."""
    body, title = str(data.get("description") or ""), str(data["title"])
    closed = ProposalState.WITHDRAWN if _WITHDRAWN in body else ProposalState.DECLINED
    ended = data.get("closed_at") or data.get("merged_at")
    return Proposal(
        number=int(data["iid"]),
        branch=str(data["source_branch"]),
        title=title if (draft := _DRAFT.match(title)) is None else title[draft.end() :],
        body=body,
        state=_STATES.get(data["state"], closed),
        head=str(data.get("sha") or ""),  # none where the branch is not there
        closed_at=moment(ended) if ended else None,
        url=str(data["web_url"]),
        astray=base is not None and data["target_branch"] != base,
    )
