"""What forges send when something has happened, signed as each of them does it."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Hook:
    """Something that has happened, and what it has to set off."""

    forge: str  # "github", "gitlab"
    event: str  # as its header names it
    repository: str  # its name in the service
    payload: Mapping[str, Any]
    kind: str = "reconcile"  # of the job; "": none
    pull: int = 0


@dataclass(frozen=True)
class Signed:
    """A delivery, ready to be sent as often as one likes: each time it needs an ID of its own."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    id_header: str  # where the ID goes

    def once(self, id_: str = "") -> dict[str, str]:
        """The headers of one delivery."""
        return {**self.headers, self.id_header: id_ or str(uuid.uuid4())}


@dataclass(frozen=True)
class Secrets:
    """What each forge signs with."""

    of: Mapping[str, str] = field(
        default_factory=lambda: {"github": "0123456789-of-the-quay", "gitlab": "0123456789-of-the-berth"}
    )

    def sign(self, hook: Hook) -> Signed:
        body = json.dumps(hook.payload).encode()
        secret = self.of[hook.forge]
        common = {"content-type": "application/json", "accept": "*/*"}
        if hook.forge == "github":
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            headers = {
                **common,
                "user-agent": "GitHub-Hookshot/044aadd",
                "x-github-event": hook.event,
                "x-github-hook-id": "292430182",
                "x-hub-signature-256": f"sha256={digest}",
            }
            return Signed("/webhooks/github", headers, body, "x-github-delivery")
        headers = {
            **common,
            "user-agent": "GitLab/18.6.1-ee",
            "x-gitlab-event": hook.event,
            "x-gitlab-token": secret,
            "x-gitlab-webhook-uuid": "9a1f7f3c-4a0c-4e0d-8f4a-5e5f6e0b8a11",
        }
        return Signed("/webhooks/gitlab", headers, body, "idempotency-key")


# --- GitHub ---------------------------------------------------------------------------------------------


def github_push(about: Mapping[str, Any], login: str, before: str, after: str, branch: str = "main") -> dict[str, Any]:
    """``about`` is the repository as payloads have it."""
    person = {"name": login, "email": f"{login}@harbour.test"}
    commit = {"id": after, "message": "Write", "author": person, "added": [], "removed": [], "modified": []}
    return {
        "ref": f"refs/heads/{branch}",
        "before": before,
        "after": after,
        "created": False,
        "deleted": False,
        "forced": False,
        "commits": [commit],
        "head_commit": commit,
        "pusher": person,
        "repository": about,
        "sender": _sender(login),
    }


def github_issue(about: Mapping[str, Any], login: str, action: str, issue: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": action, "issue": issue, "repository": about, "sender": _sender(login)}


def github_pull(about: Mapping[str, Any], login: str, action: str, pull: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "number": pull["number"],
        "pull_request": pull,
        "repository": about,
        "sender": _sender(login),
    }


def github_installation(login: str, action: str, installation: int, **repositories: Any) -> dict[str, Any]:  # noqa: ANN401 - as payloads have them
    """``login`` is the account that has the App, and gives it these repositories, under the key of the event."""
    account = {"login": login, "type": "User"}
    return {
        "action": action,
        "installation": {"id": installation, "account": account, "repository_selection": "selected"},
        **repositories,
        "sender": _sender(login),
    }


def _sender(login: str) -> dict[str, str]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


# --- GitLab ---------------------------------------------------------------------------------------------


def gitlab_push(about: Mapping[str, Any], login: str, before: str, after: str, branch: str = "main") -> dict[str, Any]:
    """``about`` is the project as payloads have it."""
    return {
        "object_kind": "push",
        "event_name": "push",
        "before": before,
        "after": after,
        "ref": f"refs/heads/{branch}",
        "checkout_sha": after,
        "user_name": login,
        "user_username": login,
        "project_id": about["id"],
        "project": about,
        "commits": [{"id": after, "message": "Write", "added": [], "modified": [], "removed": []}],
        "total_commits_count": 1,
    }


def gitlab_object(
    kind: str, about: Mapping[str, Any], login: str, action: str, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """An issue or a merge request."""
    return {
        "object_kind": kind,
        "event_type": kind,
        "user": {"name": login, "username": login},
        "project": about,
        "object_attributes": {**attributes, "action": action},
        "changes": {},
    }
