"""Milestones of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_counterpart.messages import Answer
from gitlab_counterpart import shapes
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import bad_request, not_found, told
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Milestone, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call

_EVENTS = {"close": "closed", "activate": "active"}


@route("GET ~/milestones")
def milestones(call: Call) -> Answer:
    state = call.one_of("state", "active", "closed", "all", default="all")
    there = list(call.project.milestones.values())[::-1]
    if state != "all":
        there = [one for one in there if one.state == state]
    if call.text("title"):
        there = [one for one in there if one.title == call.text("title")]
    if call.text("search"):
        there = [one for one in there if call.text("search").lower() in one.title.lower()]
    return page(call, there, lambda one: shapes.milestone(call.gitlab, call.project, one))


@route("GET ~/milestones/{milestone_id}")
def one_milestone(call: Call) -> Answer:
    return Answer(200, shapes.milestone(call.gitlab, call.project, _named(call)))


@route("POST ~/milestones")
def create_milestone(call: Call) -> Answer:
    call.require(Role.PLANNER)
    call.needs("title")
    _require_free(call, "create", None)
    made = Milestone(
        call.gitlab.new_id(),
        len(call.project.milestones) + 1,
        call.text("title"),
        call.at,
        call.at,
        call.text("description"),
        due_date=call.text("due_date") or None,
        start_date=call.text("start_date") or None,
    )
    call.project.milestones[made.id] = made
    return Answer(201, shapes.milestone(call.gitlab, call.project, made))


@route("PUT ~/milestones/{milestone_id}")
def change_milestone(call: Call) -> Answer:
    call.require(Role.PLANNER)
    one = _named(call)
    names = ("title", "description", "start_date", "due_date", "state_event")
    if not set(names) & call.params.keys():
        raise bad_request(f"{', '.join(names)} are missing, at least one parameter must be provided")
    event = call.one_of("state_event", *_EVENTS)
    if "title" in call.params:
        _require_free(call, "update", one)
        one.title = call.text("title")
    one.state = _EVENTS.get(event, one.state)
    one.description = call.text("description", one.description)
    one.due_date = call.text("due_date", one.due_date or "") or None
    one.start_date = call.text("start_date", one.start_date or "") or None
    one.changed = call.at
    return Answer(200, shapes.milestone(call.gitlab, call.project, one))


@route("DELETE ~/milestones/{milestone_id}")
def delete_milestone(call: Call) -> Answer:
    call.require(Role.PLANNER)
    one = call.project.milestones.pop(_named(call).id)
    for issue in call.project.issues.values():
        issue.milestone = None if issue.milestone == one.id else issue.milestone
    return Answer(204)


def _named(call: Call) -> Milestone:
    found = next((one for one in call.project.milestones.values() if str(one.id) == call.values["milestone_id"]), None)
    if found is None:
        raise not_found()
    return found


def _require_free(call: Call, verb: str, but: Milestone | None) -> None:
    """The one refusal whose object is within a sentence, as Ruby writes it."""
    title = call.text("title")
    reason = ""
    if not title.strip():
        reason = "can't be blank"
    elif any(one.title == title and one is not but for one in call.project.milestones.values()):
        reason = "already being used for another group or project milestone."
    if reason:
        raise told(400, f'Failed to {verb} milestone {{title: ["{reason}"]}}')
