"""Notes of issues and merge requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import quick_actions, shapes
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import Refusal, forbidden, not_found, told
from gitlab_counterpart.pages import page
from gitlab_counterpart.requests_found import request_of
from gitlab_counterpart.world import Note, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call

LONGEST = 1_000_000
_LISTS = ("~/issues/{issue_iid}/notes", "~/merge_requests/{merge_request_iid}/notes")


@route(*(f"GET {path}" for path in _LISTS))
def notes(call: Call) -> Answer:
    kind, about = _about(call)
    call.require_account()  # other than issues, notes are for those who are logged in
    order = call.one_of("order_by", "created_at", "updated_at", default="created_at")
    sort = call.one_of("sort", "asc", "desc", default="desc")
    activity = call.one_of("activity_filter", "all_notes", "only_comments", "only_activity", default="all_notes")
    there = [one for one in about.notes if activity == "all_notes" or one.system == (activity == "only_activity")]
    there = [one for one in there if not one.internal or call.may(Role.PLANNER)]
    there.sort(key=lambda one: (one.at if order == "created_at" else one.changed, one.id), reverse=sort == "desc")
    return page(call, there, lambda one: shapes.note(call.gitlab, call.project, kind, about, one))


@route(*(f"GET {path}/{{note_id}}" for path in _LISTS))
def one_note(call: Call) -> Answer:
    kind, about = _about(call)
    return Answer(200, shapes.note(call.gitlab, call.project, kind, about, _named(call, about)))


@route(*(f"POST {path}" for path in _LISTS))
def create_note(call: Call) -> Answer:
    kind, about = _about(call)
    call.require(Role.NONE)
    if about.locked and not call.may(Role.GUEST):
        raise not_found("Note")
    call.needs("body")
    text, summary = quick_actions.perform(call, about, call.text("body"))
    if not text.strip():
        if summary:
            return Answer(202, {"commands_changes": call.executed, "summary": summary})
        raise _refused("can't be blank")
    _require_short(text)
    made = Note(call.gitlab.new_id(), call.login, text, call.at, call.at, internal=call.flag("internal") or False)
    about.notes.append(made)
    about.changed = call.at
    shown = shapes.note(call.gitlab, call.project, kind, about, made)
    return Answer(201, shown | {"commands_changes": call.executed})


@route(*(f"PUT {path}/{{note_id}}" for path in _LISTS))
def change_note(call: Call) -> Answer:
    kind, about = _about(call)
    one = _own(call, about)
    call.needs("body")
    text, _ = quick_actions.perform(call, about, call.text("body"))
    _require_short(text)
    one.body, one.changed = text, call.at
    about.changed = call.at
    return Answer(200, shapes.note(call.gitlab, call.project, kind, about, one))


@route(*(f"DELETE {path}/{{note_id}}" for path in _LISTS))
def delete_note(call: Call) -> Answer:
    _, about = _about(call)
    about.notes.remove(_own(call, about))
    return Answer(204)


def _about(call: Call) -> tuple[str, Any]:
    return ("Issue", call.issue) if "issue_iid" in call.values else ("MergeRequest", request_of(call))


def _named(call: Call, about: Any) -> Note:  # noqa: ANN401 - issue or merge request
    found = next((one for one in about.notes if str(one.id) == call.values["note_id"]), None)
    if found is None:
        raise not_found()
    assert isinstance(found, Note)
    return found


def _own(call: Call, about: Any) -> Note:  # noqa: ANN401 - issue or merge request
    """Whoever wrote it may change it, and maintainers; nobody what GitLab wrote."""
    one = _named(call, about)
    if one.system or (one.login != call.login and not call.may(Role.MAINTAINER)):
        raise forbidden()
    return one


def _require_short(text: str) -> None:
    if len(text) > LONGEST:
        raise _refused(f"is too long (maximum is {LONGEST} characters)")


def _refused(reason: str) -> Refusal:
    """An object within a sentence, as Ruby writes it."""
    return told(400, f'400 Bad request - Note {{note: ["{reason}"]}}')
