"""Issues: lists of them, and each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import changes, shapes
from gitlab_counterpart.access import may_see_issue, may_use, role_of
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import bad_request, forbidden, not_found, told
from gitlab_counterpart.pages import keyset, page
from gitlab_counterpart.world import Issue, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitlab_counterpart.call import Call

_ORDERS: dict[str, Callable[[Issue], Any]] = {
    "created_at": lambda issue: issue.at,
    "updated_at": lambda issue: issue.changed,
    "title": lambda issue: issue.title.lower(),
    "due_date": lambda issue: issue.due_date or "",
    "weight": lambda issue: issue.weight or 0,
    "relative_position": lambda issue: issue.iid,
}
#: Since this version lists of issues have pages by key; before it they had numbers, whatever was asked for.
KEYSET_SINCE = (18, 3)
CHANGEABLE = (
    "assignee_id",
    "assignee_ids",
    "confidential",
    "created_at",
    "description",
    "discussion_locked",
    "due_date",
    "labels",
    "add_labels",
    "remove_labels",
    "milestone_id",
    "state_event",
    "title",
    "issue_type",
    "weight",
    "epic_id",
    "epic_iid",
)


@route("GET ~/issues")
def issues(call: Call) -> Answer:
    order = call.one_of("order_by", *_ORDERS, default="created_at")
    sort = call.one_of("sort", "asc", "desc", default="desc")
    found = [one for one in call.project.issues.values() if _is_wanted(call, one)]
    by = _ORDERS[order]
    found.sort(key=lambda one: (by(one), one.id), reverse=sort == "desc")
    details = call.flag("with_labels_details") or False

    def shape(one: Issue) -> dict[str, Any]:
        return shapes.issue(call.gitlab, call.project, one, details=details)

    if call.text("pagination") == "keyset" and _version(call) >= KEYSET_SINCE:
        return keyset(call, found, lambda one: [by(one), one.id], shape)
    return page(call, found, shape)


@route("GET ~/issues/{issue_iid}")
def one_issue(call: Call) -> Answer:
    return Answer(200, shapes.issue(call.gitlab, call.project, call.issue, call.caller))


@route("POST ~/issues")
def create_issue(call: Call) -> Answer:
    call.require(Role.NONE)
    if not may_use(call.project, "issues", call.caller) or call.role < _least(call):
        raise forbidden()
    call.needs("title")
    made = Issue(call.gitlab.new_id(), _next_iid(call), "", None, call.login, call.at, call.at)
    changes.apply(call, made, new=True)
    call.project.issues[made.iid] = made
    return Answer(201, shapes.issue(call.gitlab, call.project, made, call.caller))


@route("PUT ~/issues/{issue_iid}")
def change_issue(call: Call) -> Answer:
    issue = call.issue
    if not set(CHANGEABLE) & call.params.keys():
        raise bad_request(f"{', '.join(CHANGEABLE)} are missing, at least one parameter must be provided")
    _require_own(call, issue)
    changes.apply(call, issue, new=False)
    return Answer(200, shapes.issue(call.gitlab, call.project, issue, call.caller))


@route("DELETE ~/issues/{issue_iid}")
def delete_issue(call: Call) -> Answer:
    issue = call.issue
    call.require(Role.OWNER)
    del call.project.issues[issue.iid]
    call.project.deleted.add(issue.iid)
    for project in call.gitlab.projects.values():
        project.links = [link for link in project.links if issue is not link.source and issue is not link.target]
    return Answer(204)


@route("POST ~/issues/{issue_iid}/move")
def move_issue(call: Call) -> Answer:
    """The issue is closed, and goes on in the other project under a new number."""
    issue = call.issue
    to = call.gitlab.projects.get(call.whole("to_project_id") or 0)
    if to is None:
        raise not_found("Project")
    if call.role < Role.PLANNER or role_of(to, call.login) < Role.PLANNER or issue.moved_to is not None:
        raise told(400, "Cannot move issue due to insufficient permissions")
    iid = max([0, *to.issues, *to.deleted]) + 1
    made = Issue(call.gitlab.new_id(), iid, issue.title, issue.description, issue.login, issue.at, call.at)
    made.confidential = issue.confidential
    to.issues[iid] = made
    issue.moved_to = made.id
    changes.set_state(call, issue, "closed")
    return Answer(201, shapes.issue(call.gitlab, to, made, call.caller))


def _is_wanted(call: Call, issue: Issue) -> bool:
    if not may_use(call.project, "issues", call.caller) or not may_see_issue(call.project, issue, call.caller):
        return False
    state = call.one_of("state", "opened", "closed", "all", default="all")
    confidential = call.flag("confidential")
    return (
        state in {"all", issue.state}
        and (confidential is None or issue.confidential == confidential)
        and _has_labels(call, issue)
        and _is_of_time(call, issue)
        and _is_of_scope(call, issue)
        and (not call.params.get("iids") or str(issue.iid) in call.names("iids"))
        and call.text("search").lower() in f"{issue.title}\n{issue.description}".lower()
    )


def _has_labels(call: Call, issue: Issue) -> bool:
    wanted = call.names("labels")
    if [name.lower() for name in wanted] == ["none"]:
        return not issue.labels
    if [name.lower() for name in wanted] == ["any"]:
        return bool(issue.labels)
    unwanted = (call.params.get("not") or {}).get("labels", "")
    others = unwanted if isinstance(unwanted, list) else [name.strip() for name in unwanted.split(",")]
    return set(wanted) <= set(issue.labels) and not set(others) & set(issue.labels)


def _is_of_time(call: Call, issue: Issue) -> bool:
    """GitLab keeps microseconds, shows milliseconds, and takes the moment itself as after and before it."""
    return (
        issue.changed >= _moment(call, "updated_after", 0.0)
        and issue.changed <= _moment(call, "updated_before", float("inf"))
        and issue.at >= _moment(call, "created_after", 0.0)
        and issue.at <= _moment(call, "created_before", float("inf"))
    )


def _is_of_scope(call: Call, issue: Issue) -> bool:
    scope = call.one_of("scope", "created_by_me", "assigned_to_me", "all", default="all")
    author, milestone = call.text("author_username"), call.text("milestone")
    of_milestone = call.project.milestones.get(issue.milestone or 0)
    return (
        (scope != "created_by_me" or issue.login == call.caller.login)
        and (scope != "assigned_to_me" or call.caller.login in issue.assignees)
        and author.lower() in {"", issue.login.lower()}
        and (not milestone or (of_milestone is not None and of_milestone.title == milestone))
    )


def _moment(call: Call, name: str, default: float) -> float:
    text = call.text(name)
    if not text:
        return default
    try:
        found = dt.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise bad_request(f"{name} is invalid") from None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def _next_iid(call: Call) -> int:
    return max([0, *call.project.issues, *call.project.deleted]) + 1


def _least(call: Call) -> Role:
    """Anybody who has an account may open issues in a public project; in others guests may."""
    return Role.NONE if call.project.visibility == "public" else Role.GUEST


def _require_own(call: Call, issue: Issue) -> None:
    """Whoever reported an issue or is assigned may change its text and state, and whoever reports for the team all."""
    if call.project.archived:
        raise forbidden()
    if call.login not in {issue.login, *issue.assignees} and not call.may(Role.PLANNER):
        raise forbidden()


def _version(call: Call) -> tuple[int, int]:
    major, minor = call.gitlab.version.split(".")[:2]
    return int(major), int(minor)
