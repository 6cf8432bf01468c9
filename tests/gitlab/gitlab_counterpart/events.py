"""What happened to an issue: its state, its labels, its milestone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import shapes
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import not_found
from gitlab_counterpart.pages import page

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.world import Event


@route(*(f"GET ~/issues/{{issue_iid}}/resource_{what}_events" for what in ("state", "label", "milestone")))
def events(call: Call) -> Answer:
    """In no order that GitLab promises: here the newest first."""
    what = _kind(call)
    return page(call, [one for one in call.issue.events[::-1] if one.what == what], lambda one: _shown(call, one))


@route(*(f"GET ~/issues/{{issue_iid}}/resource_{what}_events/{{event_id}}" for what in ("state", "label")))
def one_event(call: Call) -> Answer:
    found = next((one for one in call.issue.events if str(one.id) == call.values["event_id"]), None)
    if found is None or found.what != _kind(call):
        raise not_found()
    return Answer(200, _shown(call, found))


def _kind(call: Call) -> str:
    return call.name.partition("resource_")[2].partition("_")[0]


def _shown(call: Call, event: Event) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": event.id,
        "user": shapes.user(call.gitlab, event.login),
        "created_at": shapes.moment(event.at),
        "resource_type": "Issue",
        "resource_id": call.issue.id,
    }
    if event.what == "state":
        return shown | {"source_commit": None, "source_merge_request": None, "state": event.action}
    shown["action"] = event.action
    if event.what == "label":
        label = next((one for one in call.project.labels.values() if one.id == event.of), None)
        keys = ("id", "name", "color", "description")
        return shown | {"label": label and {key: getattr(label, key) for key in keys}}
    there = call.project.milestones.get(event.of or 0)
    return shown | {"milestone": there and shapes.milestone(call.gitlab, call.project, there), "state": "opened"}
