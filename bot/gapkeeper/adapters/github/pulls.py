"""Pull requests as proposals: what people made of each is what GitHub says of it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.raw import moment
from gapkeeper.errors import ConflictError, UnavailableError
from gapkeeper.model.delivery import Proposal, ProposalState

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.delivery import ProposalText

#: Says in the text of a closed pull request that we closed it ourselves, and nobody declined it.
_WITHDRAWN = "<!-- gapkeeper: withdrawn -->"


class Pulls:
    """The pull requests from a branch of a project."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(
        self, branch: str, is_base: Callable[[str], bool], *, within: dt.timedelta | None = None
    ) -> tuple[Proposal, ...]:
        """Everything that was ever proposed from a branch of the project itself, and of no fork, the newest first.

        Into the base; and what our account proposed into another branch, which was the base then, unless one into the
        base is open already. ``within`` is that of `Client.get`.
        """
        owner = self._session.project.full_name.partition("/")[0]
        asked = {"head": f"{owner}:{branch}", "state": "all", "sort": "created", "direction": "desc", "per_page": 100}
        found: list[Proposal] = []
        for page in self._session.client.pages(self._session.path("/pulls"), asked, within=within):
            with _expected():
                found += [_proposal(pull, is_base) for pull in page.data if self._is_ours(pull, is_base)]
        there = any(one.state is ProposalState.OPEN and not one.astray for one in found)
        return tuple(one for one in found if not (there and one.astray))

    def _is_ours(self, pull: Json, is_base: Callable[[str], bool]) -> bool:
        """Whether it is from the project itself, and into the base or by us: others propose our branch elsewhere."""
        if is_of_a_fork(pull, self._session.project.id):
            return False
        return self._session.is_us(str((pull.get("user") or {}).get("login"))) or is_base(str(pull["base"]["ref"]))

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
    with _expected():
        return pull["head"]["repo"] is None or int(pull["head"]["repo"]["id"]) != project


@contextlib.contextmanager
def _expected() -> Iterator[None]:
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError("GitHub's answer is no pull request", hint="Run again later.") from error


def _proposal(data: Json, is_base: Callable[[str], bool] | None = None) -> Proposal:
    """A pull request; ``is_base`` says of a branch whether an open one should go to it, where that matters."""
    with _expected():
        state = _state(data)
        return Proposal(
            number=int(data["number"]),
            branch=str(data["head"]["ref"]),
            title=str(data["title"]),
            body=str(data.get("body") or ""),
            state=state,
            head=str(data["head"]["sha"]),
            closed_at=moment(data["closed_at"]) if data.get("closed_at") else None,
            url=str(data["html_url"]),
            astray=is_base is not None and state is ProposalState.OPEN and not is_base(str(data["base"]["ref"])),
        )


def _state(data: Json) -> ProposalState:
    if data["state"] == "open":
        return ProposalState.OPEN
    if data["merged_at"]:
        return ProposalState.MERGED
    return ProposalState.WITHDRAWN if _WITHDRAWN in str(data.get("body") or "") else ProposalState.DECLINED
