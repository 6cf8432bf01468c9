"""A public listener on a real socket, and forges that post to it."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from gapkeeper.entry.web.events.repositories import Configured, Repositories
from gapkeeper.entry.web.inbox import Inbox
from gapkeeper.entry.web.public import public_app
from gapkeeper.entry.web.server import serve
from gapkeeper.model.jobs import Known
from gapkeeper.settings.service import Listener
from gapkeeper.settings.webhook_secrets import WebhookSecrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gapkeeper.model.jobs import Delivery, Job

GITHUB_SIGNS = "what GitHub signs with in tests"
GITLAB_SIGNS = "what GitLab sends along in tests"
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)

#: On both forges the same project is configured.
HARBOUR = Configured(
    "harbour", "github", "harbour/pier", known=Known(project_id="4242", account="gapkeeper[bot]", branch="main")
)
FERRY = Configured("ferry", "gitlab", "harbour/ferry", known=Known(project_id="77", account="keeper", branch="main"))


class Stored:
    """Deliveries in memory, on a disk that may be full."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Delivery] = {}
        self.commits: list[int] = []  # how many deliveries were in each
        self.dues: list[dt.timedelta] = []
        self.trouble: Exception | None = None
        self.gate = threading.Event()  # while it is clear, a commit waits
        self.gate.set()
        self.waiting = 0  # deliveries in a commit that waits
        self.begun = threading.Semaphore(0)  # released for each commit

    def accept(self, deliveries: Sequence[Delivery], *, now: dt.datetime, due: dt.datetime) -> list[bool]:
        self.waiting = len(deliveries)
        self.begun.release()
        self.gate.wait()
        self.waiting = 0
        if self.trouble is not None:
            raise self.trouble
        self.commits.append(len(deliveries))
        self.dues.append(due - now)
        new = []
        for delivery in deliveries:
            key = delivery.forge, delivery.id
            new.append(key not in self.kept)
            self.kept.setdefault(key, delivery)
        return new

    def forget(self, before: dt.datetime) -> int:
        raise NotImplementedError

    @property
    def jobs(self) -> list[Job]:
        return [job for delivery in self.kept.values() for job in delivery.jobs]


def no_report(text: str) -> None:
    raise AssertionError(text)


def fixed(secret: str) -> WebhookSecrets:
    return WebhookSecrets("TEST", (secret.encode(),), no_report)


@dataclass
class Place:
    """A listener, and what is behind it."""

    url: str
    port: int
    stored: Stored
    observed: list[tuple[str, str, str]]
    client: httpx.Client
    reason: list[str] = field(default_factory=list)  # why it is not ready
    repositories: list[Configured] = field(default_factory=list)

    def reset(self) -> None:
        """Forget what happened."""
        self.stored.__init__()  # type: ignore[misc]
        self.observed.clear()
        self.reason.clear()

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        return self.client.post(self.url + path, content=content, headers=dict(headers))

    def github(self, event: str, payload: object, **changes: str) -> httpx.Response:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.post("/webhooks/github", body, github_headers(event, body, **changes))

    def gitlab(self, event: str, payload: object, **changes: str) -> httpx.Response:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.post("/webhooks/gitlab", body, gitlab_headers(event, **changes))


def github_headers(event: str, body: bytes, *, secret: str = GITHUB_SIGNS, **changes: str) -> dict[str, str]:
    """As GitHub sends them; `changes` with underscores for dashes."""
    return {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "x-hub-signature-256": sign(secret, body),
    } | {name.replace("_", "-"): value for name, value in changes.items()}


def gitlab_headers(event: str, *, secret: str = GITLAB_SIGNS, **changes: str) -> dict[str, str]:
    """As GitLab sends them."""
    return {
        "content-type": "application/json",
        "x-gitlab-event": event,
        "x-gitlab-event-uuid": "13792a34-cac6-4fda-95a8-c58e00a3954e",
        "x-gitlab-webhook-uuid": "6e7ea7a0-c3e5-4f2a-9d3c-0b9ed2f8b8f0",
        "idempotency-key": "f5e57ea0-8d4b-4d1c-a9b5-0a9f5b6c2f10",
        "x-gitlab-token": secret,
    } | {name.replace("_", "-"): value for name, value in changes.items()}


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@contextlib.contextmanager
def listening(
    *,
    secrets: Mapping[str, WebhookSecrets] | None = None,
    stored: Stored | None = None,
    most: int = 2_000,
    body_limit: int = 1_000_000,
    body_seconds: float = 10.0,
) -> Iterator[Place]:
    """A public listener that knows both projects."""
    stored = stored or Stored()
    observed: list[tuple[str, str, str]] = []

    def observe(forge: str, event: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        observed.append((forge, event, outcome))

    inbox = Inbox(stored, clock=lambda: NOW, debounce=SECOND, most=most)
    both = {"github": fixed(GITHUB_SIGNS), "gitlab": fixed(GITLAB_SIGNS)}
    place: Place
    app = public_app(
        secrets=both if secrets is None else secrets,
        repositories=lambda: Repositories(place.repositories),
        inbox=inbox,
        ready=lambda: place.reason[0] if place.reason else None,
        observe=observe,
        body_limit=body_limit,
        body_seconds=body_seconds,
    )
    client = httpx.Client(trust_env=False, timeout=20)
    with client, inbox.open(), serve(app, Listener("127.0.0.1", 0), setting="[service] public", grace=1) as port:
        place = Place(f"http://127.0.0.1:{port}", port, stored, observed, client, repositories=[HARBOUR, FERRY])
        yield place
