"""The forges that send webhooks: how each says who it is, which delivery this is, and what has happened."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.entry.web.events import github, gitlab
from gapkeeper.entry.web.signatures import signed_by_github, signed_by_gitlab

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.entry.web.events.payload import Payload
    from gapkeeper.entry.web.events.repositories import Repositories
    from gapkeeper.model.jobs import Job


@dataclass(frozen=True, slots=True)
class Sender:
    """One forge."""

    forge: str  # its name
    is_signed: Callable[[tuple[bytes, ...], Mapping[str, str], bytes], bool]  # secrets, headers, body
    event: Callable[[Mapping[str, str]], str]  # what has happened, as its rules name it
    identity: Callable[[Mapping[str, str], bytes], str]  # the same for a delivery that is sent again
    jobs: Callable[[str, Payload, Repositories], tuple[Job, ...]]  # what the event asks for


def _github_event(headers: Mapping[str, str]) -> str:
    return headers.get("x-github-event", "")


def _github_identity(headers: Mapping[str, str], body: bytes) -> str:
    return _plain(headers.get("x-github-delivery", "")) or _hash(body)


def _gitlab_event(headers: Mapping[str, str]) -> str:
    """`Merge Request Hook` is `merge_request`."""
    name, hook, _ = headers.get("x-gitlab-event", "").partition(" Hook")
    return name.lower().replace(" ", "_") if hook else ""


def _gitlab_identity(headers: Mapping[str, str], body: bytes) -> str:
    """Its own key for this; elder servers have none, and events that set each other off share their UUID."""
    own = _plain(headers.get("webhook-id", "")) or _plain(headers.get("idempotency-key", ""))
    uuids = (headers.get(name, "") for name in ("x-gitlab-event-uuid", "x-gitlab-webhook-uuid"))
    return own or _hash(*(uuid.encode("latin-1") for uuid in uuids), body)


def _plain(text: str) -> str:
    """An ID as forges make them; nothing where it is none."""
    return text if re.fullmatch(r"[!-~]{1,100}", text) else ""


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


GITHUB = Sender("github", signed_by_github, _github_event, _github_identity, github.jobs)
GITLAB = Sender("gitlab", signed_by_gitlab, _gitlab_event, _gitlab_identity, gitlab.jobs)
SENDERS = (GITHUB, GITLAB)
