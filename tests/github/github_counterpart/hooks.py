"""Webhooks of a repository, and that of an App. None is delivered: tests say what became of the last delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.call import route
from github_counterpart.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from github_counterpart.call import Call


def a_hook(url: str, events: Sequence[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as GitHub shows it
    """One as GitHub shows it, told of these events; ``more`` is what is to be otherwise."""
    return {
        "type": "Repository",
        "id": 12_345_678,
        "name": "web",
        "active": True,
        "events": list(events),
        "config": config_of(url),
        "updated_at": "2026-01-05T08:00:00Z",
        "created_at": "2026-01-05T08:00:00Z",
        "last_response": {"code": None, "status": "unused", "message": None},
        **more,
    }


def config_of(url: str, content_type: str = "json") -> dict[str, str]:
    """Where it leads; the secret is never shown."""
    return {"content_type": content_type, "insecure_ssl": "0", "secret": "********", "url": url}


@route("GET ~/hooks")
def hooks(call: Call) -> Answer:
    return call.page(call.repository.hooks)


@route("GET /app/hook/config")
def of_the_app(call: Call) -> Answer:
    return Answer(200, dict(call.github.app_hook))
