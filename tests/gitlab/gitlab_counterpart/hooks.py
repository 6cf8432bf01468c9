"""Webhooks of a project. None is delivered: tests say what became of the last deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitlab_counterpart.call import route
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from github_counterpart.messages import Answer
    from gitlab_counterpart.call import Call

_EVENTS = (
    *("push_events", "tag_push_events", "merge_requests_events", "repository_update_events", "issues_events"),
    *("confidential_issues_events", "note_events", "confidential_note_events", "pipeline_events", "wiki_page_events"),
    *("deployment_events", "job_events", "releases_events", "milestone_events", "emoji_events"),
)


def a_hook(url: str, *events: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as GitLab shows it
    """One as GitLab shows it, told of these events; ``more`` is what is to be otherwise."""
    return {
        "id": 1,
        "url": url,
        "name": "",
        "description": "",
        "created_at": "2026-01-05T08:00:00.000Z",
        **{event: event in events for event in _EVENTS},
        "enable_ssl_verification": True,
        "alert_status": "executable",
        "disabled_until": None,
        "url_variables": [],
        **more,
    }


@route("GET ~/hooks")
def hooks(call: Call) -> Answer:
    call.require_reading(Role.MAINTAINER)
    return page(call, call.project.hooks)
