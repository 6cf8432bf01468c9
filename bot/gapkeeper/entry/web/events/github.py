"""What GitHub's events ask for. Each shrinks to jobs that read the whole truth again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.entry.web.events.branches import concerns
from gapkeeper.entry.web.events.repositories import NotKeptError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.entry.web.events.payload import Payload
    from gapkeeper.entry.web.events.repositories import Configured, Repositories
    from gapkeeper.model.jobs import Job

_FORGE = "github"

#: What happens to a pull request that changes what its comment says.
_REVIEWED = frozenset({"opened", "reopened", "synchronize", "ready_for_review"})


def jobs(event: str, payload: Payload, repositories: Repositories) -> tuple[Job, ...]:
    """What an event asks for; ``event`` as the header names it.

    What we did ourselves to issues and to our own branch asks for nothing. Our pull requests are reviewed as any: the
    status may be required. And who runs us with a token of theirs pushes to the synced branch under our name.

    Raises:
        MalformedError: Where something that decides is of a wrong type.
        NotKeptError: Where the event is of a repository that is not configured.
    """
    if event in _OF_ACCOUNTS:
        return _installed(payload, repositories, _OF_ACCOUNTS[event])
    rule = _OF_REPOSITORIES.get(event)
    if rule is None:
        return ()
    found = _repository(payload, repositories)
    if found is None:
        raise NotKeptError
    return rule(payload, found, found.is_ours(payload.text("sender", "login")))


def _repository(payload: Payload, repositories: Repositories) -> Configured | None:
    name = payload.text("repository", "full_name")
    return repositories.find(_FORGE, payload.number("repository", "id"), name, _former_name(payload, name))


def _former_name(payload: Payload, name: str | None) -> str | None:
    """How a repository was called that was just renamed or transferred, which its configuration may still say."""
    former = payload.text("changes", "repository", "name", "from") if payload.has("changes", "repository") else None
    owner = None
    if payload.has("changes", "owner"):
        ways = (("user", "login"), ("organization", "login"))
        owner = next((old for way in ways if (old := payload.text("changes", "owner", "from", *way))), None)
    if name is None or (former is None and owner is None):
        return None
    now_owner, _, now = name.partition("/")
    return f"{owner or now_owner}/{former or now}"


def _issue(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:  # noqa: ARG001 - as all rules
    return () if ours else repository.reconcile()


def _repository_itself(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:  # noqa: ARG001 - as all rules
    return repository.reconcile()


def _pull_request(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:
    action = payload.text("action")
    if action == "closed":  # a merge, perhaps; and if not, there is nothing left to comment on
        return () if ours else repository.reconcile()
    if action in _REVIEWED or (action == "edited" and payload.has("changes", "base")):
        return repository.review(payload.number("number"))
    return ()


def _push(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:
    if payload.flag("deleted"):
        return ()
    ref, default = payload.text("ref"), payload.text("repository", "default_branch")
    return repository.reconcile() if concerns(ref, repository.known.branch or default, ours=ours) else ()


def _installed(payload: Payload, repositories: Repositories, rule: tuple[frozenset[str], str]) -> tuple[Job, ...]:
    """Our App may look at repositories: those that are named, or all of the account."""
    actions, key = rule
    if payload.text("action") not in actions:
        return ()
    named = payload.items(key)
    owner = payload.text("installation", "account", "login")
    found: tuple[Configured | None, ...] = ()
    if named:
        found = tuple(repositories.find(_FORGE, one.number("id"), one.text("full_name")) for one in named)
    elif owner is not None:
        found = repositories.of_owner(_FORGE, owner)
    return tuple(dict.fromkeys(job for one in found if one is not None for job in one.reconcile()))


_OF_REPOSITORIES: Mapping[str, Callable[[Payload, Configured, bool], tuple[Job, ...]]] = {
    "issues": _issue,
    "pull_request": _pull_request,
    "push": _push,
    "repository": _repository_itself,
}

#: The actions after which there is something to do, and where the repositories are named.
_OF_ACCOUNTS = {
    "installation": (frozenset({"created", "unsuspend", "new_permissions_accepted"}), "repositories"),
    "installation_repositories": (frozenset({"added"}), "repositories_added"),
}
