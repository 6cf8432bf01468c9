"""Merge requests within one project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import branches, changes, commit_shape, merging, protection, shapes
from gitlab_counterpart.access import may_use
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import Refusal, bad_request, forbidden, told, unauthorized
from gitlab_counterpart.pages import page
from gitlab_counterpart.requests_found import request_of
from gitlab_counterpart.world import MergeRequest, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call

_CHANGEABLE = (
    "assignee_id",
    "assignee_ids",
    "description",
    "discussion_locked",
    "labels",
    "add_labels",
    "remove_labels",
    "milestone_id",
    "remove_source_branch",
    "reviewer_ids",
    "squash",
    "state_event",
    "target_branch",
    "title",
)


@route("GET ~/merge_requests")
def merge_requests(call: Call) -> Answer:
    state = call.one_of("state", "opened", "closed", "locked", "merged", "all", default="all")
    order = call.one_of("order_by", "created_at", "updated_at", "title", default="created_at")
    sort = call.one_of("sort", "asc", "desc", default="desc")
    if not may_use(call.project, "merge_requests", call.caller):
        raise forbidden()
    there = [one for one in call.project.requests.values() if state in {"all", one.state} and _is_wanted(call, one)]
    for one in there:
        merging.follow(call, one)
    keys = {"created_at": lambda one: one.at, "updated_at": lambda one: one.changed, "title": lambda one: one.title}
    there.sort(key=lambda one: (keys[order](one), one.id), reverse=sort == "desc")
    return page(call, there, lambda one: merging.shape(call, one))


@route("GET ~/merge_requests/{merge_request_iid}")
def one_request(call: Call) -> Answer:
    return Answer(200, merging.whole(call, _followed(call)))


@route("POST ~/merge_requests")
def create_request(call: Call) -> Answer:
    """Of branches that are there or not: one from a branch that is not there cannot be merged."""
    call.require(Role.DEVELOPER)
    if not may_use(call.project, "merge_requests", call.caller):
        raise forbidden()
    call.needs("title", "source_branch", "target_branch")
    source, target = call.text("source_branch"), call.text("target_branch")
    _require_possible(call, source, target)
    iid = len(call.project.requests) + 1
    made = MergeRequest(
        call.gitlab.new_id(),
        iid,
        "",
        None,
        call.login,
        source,
        target,
        call.at,
        call.at,
        sha=None,
        base=None,
        start=None,
    )
    merging.follow(call, made)
    changes.apply(call, made, new=True)
    _settings(call, made)
    call.project.requests[made.iid] = made
    return Answer(201, merging.whole(call, made))


@route("PUT ~/merge_requests/{merge_request_iid}")
def change_request(call: Call) -> Answer:
    one = _followed(call)
    if not set(_CHANGEABLE) & call.params.keys():
        raise bad_request(f"{', '.join(_CHANGEABLE)} are missing, at least one parameter must be provided")
    if call.project.archived or (call.login != one.login and not call.may(Role.DEVELOPER)):
        raise forbidden()
    if call.text("state_event") == "reopen" and one.state == "closed":
        _require_only(call, one.source, one.target)
    if one.state == "merged" and "state_event" in call.params:
        raise told(400, {"state": ["cannot transition"]})
    target = call.text("target_branch", one.target)
    if target != one.target:
        _require_possible(call, one.source, target)
    changes.apply(call, one, new=False)
    if target != one.target:
        changes.add_note(call, one, f"changed target branch from `{one.target}` to `{target}`")
        one.target = target
        merging.follow(call, one)
    _settings(call, one)
    return Answer(200, merging.whole(call, one))


@route("PUT ~/merge_requests/{merge_request_iid}/merge")
def merge(call: Call) -> Answer:
    one = _followed(call)
    if not protection.may_merge(call, one.target) or call.project.archived:
        raise unauthorized()
    if merging.status(call, one) not in {"mergeable", "conflict"}:
        raise told(405, "405 Method Not Allowed")
    if call.text("sha") not in {"", one.sha}:
        raise told(409, f"SHA does not match HEAD of source branch: {one.sha}")
    if merging.status(call, one) == "conflict":
        raise told(422, "Branch cannot be merged")
    squash = call.flag("squash")
    one.squash = one.squash if squash is None else squash
    merging.merge(call, one)
    remove = call.flag("should_remove_source_branch")
    if remove if remove is not None else one.remove_source:
        branches.remove(call, one.source)
    return Answer(200, merging.whole(call, one))


@route("GET ~/merge_requests/{merge_request_iid}/merge_ref")
def merge_ref(call: Call) -> Answer:
    one = _followed(call)
    if merging.status(call, one) != "mergeable":
        raise told(400, "Merge request is not mergeable")
    return Answer(200, {"commit_id": one.sha})


@route("GET ~/merge_requests/{merge_request_iid}/commits")
def commits_of(call: Call) -> Answer:
    one = _followed(call)
    return page(call, merging.commits(call, one), lambda commit: commit_shape.commit(call, commit))


@route("GET ~/merge_requests/{merge_request_iid}/diffs")
def diffs_of(call: Call) -> Answer:
    return page(call, merging.diffs(call, _followed(call)))


@route("GET ~/merge_requests/{merge_request_iid}/changes")
def changes_of(call: Call) -> Answer:
    one = _followed(call)
    return Answer(200, merging.whole(call, one) | {"changes": merging.diffs(call, one), "overflow": False})


@route("GET ~/merge_requests/{merge_request_iid}/approvals")
def approvals(call: Call) -> Answer:
    one = _followed(call)
    missing = max(0, merging.approvals_required(call) - len(one.approved_by))
    shown: dict[str, Any] = {
        "user_has_approved": call.caller.login in one.approved_by,
        "user_can_approve": call.may(Role.DEVELOPER) and call.caller.login not in {one.login, *one.approved_by},
        "approved": missing == 0 and (bool(one.approved_by) or call.gitlab.premium),
        "approved_by": [{"user": shapes.user(call.gitlab, login)} for login in one.approved_by],
    }
    if call.gitlab.premium:
        shown |= {"approvals_required": call.project.approvals, "approvals_left": missing}
    return Answer(200, shown)


@route("POST ~/merge_requests/{merge_request_iid}/approve")
def approve(call: Call) -> Answer:
    one = _followed(call)
    if not call.may(Role.DEVELOPER) or call.login in {one.login, *one.approved_by}:
        raise unauthorized()
    one.approved_by.append(call.login)
    answer = approvals(call)
    return Answer(201, answer.body)


def _followed(call: Call) -> MergeRequest:
    one = request_of(call)
    merging.follow(call, one)
    return one


def _is_wanted(call: Call, one: MergeRequest) -> bool:
    return (
        call.text("source_branch", one.source) == one.source
        and call.text("target_branch", one.target) == one.target
        and call.text("author_username", one.login).lower() == one.login.lower()
        and set(call.names("labels")) <= set(one.labels)
        and (not call.params.get("iids") or str(one.iid) in call.names("iids"))
        and call.text("search").lower() in f"{one.title}\n{one.description}".lower()
    )


def _require_possible(call: Call, source: str, target: str) -> None:
    if source == target:
        raise Refusal(422, {"message": ["You can't use same project/branch for source and target"]})
    _require_only(call, source, target)


def _require_only(call: Call, source: str, target: str) -> None:
    """One open merge request from each branch to each other."""
    for one in call.project.requests.values():
        if one.state == "opened" and (one.source, one.target) == (source, target):
            raise told(409, [f"Another open merge request already exists for this source branch: !{one.iid}"])


def _settings(call: Call, one: MergeRequest) -> None:
    squash, remove = call.flag("squash"), call.flag("remove_source_branch")
    one.squash = one.squash if squash is None else squash
    one.remove_source = one.remove_source if remove is None else remove
    if "reviewer_ids" in call.params:
        people = {str(person.id): person.login for person in call.gitlab.people.values()}
        one.reviewers = [people[number] for number in call.names("reviewer_ids") if number in people]
