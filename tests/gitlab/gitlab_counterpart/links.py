"""Issues that have to do with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import changes, shapes
from gitlab_counterpart.access import may_see, may_see_issue, role_of
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import not_found, told
from gitlab_counterpart.world import Link, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitlab_counterpart.call import Call
    from gitlab_counterpart.world import Issue, Project

_TYPES = ("relates_to", "blocks", "is_blocked_by")


@route("GET ~/issues/{issue_iid}/links")
def links(call: Call) -> Answer:
    """All of them: this list has no pages."""
    issue = call.issue
    call.require_account()  # other than issues, links are for those who are logged in
    shown = []
    for link in _of(call, issue):
        other = link.target if link.source is issue else link.source
        project = _project_of(call, other)
        if not may_see(project, call.caller) or not may_see_issue(project, other, call.caller):
            continue
        kind = "is_blocked_by" if link.type == "blocks" and link.target is issue else link.type
        shown.append(
            shapes.issue(call.gitlab, project, other)
            | {
                "issue_link_id": link.id,
                "link_type": kind,
                "link_created_at": shapes.moment(link.at),
                "link_updated_at": shapes.moment(link.at),
            }
        )
    return Answer(200, shown)


@route("POST ~/issues/{issue_iid}/links")
def create_link(call: Call) -> Answer:
    issue = call.issue
    call.needs("target_project_id", "target_issue_iid")
    kind = call.one_of("link_type", *_TYPES, default="relates_to")
    project = call.gitlab.find_project(call.text("target_project_id"))
    if project is None or not may_see(project, call.caller):
        raise not_found("Project")
    other = project.issues.get(call.whole("target_issue_iid") or 0)
    if other is None or not may_see_issue(project, other, call.caller):
        raise not_found()
    if kind != "relates_to" and not call.gitlab.premium:
        raise told(403, "Blocked issues not available for current license")
    if call.role < Role.GUEST or role_of(project, call.login) < Role.GUEST:
        raise told(403, "Couldn't link issues. You must have at least the Guest role in both issue's projects.")
    if other is issue:
        raise told(404, "No matching issue found. Make sure that you are adding a valid issue URL.")
    if any({link.source.id, link.target.id} == {issue.id, other.id} for link in _of(call, issue)):
        raise told(409, "Issue(s) already assigned")
    source, target = (other, issue) if kind == "is_blocked_by" else (issue, other)
    made = Link(call.gitlab.new_id(), source, target, "relates_to" if kind == "relates_to" else "blocks", call.at)
    call.project.links.append(made)
    for one in (issue, other):
        changes.add_note(call, one, "marked as related")
    return Answer(201, _shown(call, made))


@route("DELETE ~/issues/{issue_iid}/links/{issue_link_id}")
def delete_link(call: Call) -> Answer:
    issue = call.issue
    call.require(Role.GUEST)
    link = next((one for one in _of(call, issue) if str(one.id) == call.values["issue_link_id"]), None)
    if link is None:
        raise not_found()
    for project in call.gitlab.projects.values():
        project.links = [one for one in project.links if one is not link]
    return Answer(200, _shown(call, link))


def _of(call: Call, issue: Issue) -> Iterator[Link]:
    """In the order in which they were made."""
    there = (link for project in call.gitlab.projects.values() for link in project.links)
    return iter(sorted((one for one in there if one.source is issue or one.target is issue), key=lambda one: one.id))


def _shown(call: Call, link: Link) -> dict[str, Any]:
    source, target = link.source, link.target
    return {
        "id": link.id,
        "source_issue": shapes.issue(call.gitlab, _project_of(call, source), source),
        "target_issue": shapes.issue(call.gitlab, _project_of(call, target), target),
        "link_type": link.type,
    }


def _project_of(call: Call, issue: Issue) -> Project:
    return next(one for one in call.gitlab.projects.values() if one.issues.get(issue.iid) is issue)
