"""What GitLab's events ask for. Each shrinks to jobs that read the whole truth again.

Comments ask for nothing: a quick action in one that closes an issue sends the issue's own event, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.entry.web.events.branches import concerns
from gapkeeper.entry.web.events.repositories import NotKeptError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.entry.web.events.payload import Payload
    from gapkeeper.entry.web.events.repositories import Configured, Repositories
    from gapkeeper.model.jobs import Job

_FORGE = "gitlab"


def jobs(event: str, payload: Payload, repositories: Repositories) -> tuple[Job, ...]:
    """What an event asks for; ``event`` as `Sender.event` names it. What we did ourselves: as on GitHub.

    Raises:
        MalformedError: Where something that decides is of a wrong type.
        NotKeptError: Where the event is of a repository that is not configured.
    """
    rule = _RULES.get(event)
    if rule is None:
        return ()
    found = repositories.find(
        _FORGE,
        payload.number("project", "id") or payload.number("project_id"),
        payload.text("project", "path_with_namespace"),
    )
    if found is None:
        raise NotKeptError
    return rule(payload, found, found.is_ours(payload.text("user", "username") or payload.text("user_username")))


def _issue(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:  # noqa: ARG001 - as all rules
    return () if ours else repository.reconcile()


def _merge_request(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:
    action = payload.text("object_attributes", "action")
    if action in {"merge", "close"}:
        return () if ours else repository.reconcile()
    if action in {"open", "reopen"} or (action == "update" and _is_other(payload)):
        return repository.review(payload.number("object_attributes", "iid"))
    return ()


def _is_other(payload: Payload) -> bool:
    """Whether commits were pushed, the target has changed, or a draft became ready."""
    if payload.text("object_attributes", "oldrev") is not None or payload.has("changes", "target_branch"):
        return True
    return payload.has("changes", "draft") and payload.flag("changes", "draft", "current") is False


def _push(payload: Payload, repository: Configured, ours: bool) -> tuple[Job, ...]:
    after = payload.text("after")
    if after is not None and not after.strip("0"):
        return ()  # the branch was deleted
    ref, default = payload.text("ref"), payload.text("project", "default_branch")
    return repository.reconcile() if concerns(ref, repository.known.branch or default, ours=ours) else ()


_RULES: Mapping[str, Callable[[Payload, Configured, bool], tuple[Job, ...]]] = {
    "push": _push,
    "issue": _issue,
    "confidential_issue": _issue,
    "merge_request": _merge_request,
}
