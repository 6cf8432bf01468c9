"""Issues that block each other; emulate has no such thing, and neither have older servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_counterpart.call import route
from github_counterpart.events import happened
from github_counterpart.issue_shape import answered, every_issue, raw_issue, shown
from github_counterpart.messages import Problem, invalid
from github_counterpart.polish import ISSUE_IDS

if TYPE_CHECKING:
    from github_counterpart.call import Call
    from github_counterpart.messages import Answer

_BLOCKED_BY = "~/issues/{issue_number}/dependencies/blocked_by"


@route(f"GET {_BLOCKED_BY}")
def blocked_by(call: Call) -> Answer:
    _require(call)
    found = [raw_issue(call, number) for number in call.repository.blockers(call.number)]
    return call.page(found, lambda issue: shown(call, issue))


@route("GET ~/issues/{issue_number}/dependencies/blocking")
def blocking(call: Call) -> Answer:
    _require(call)
    found = [raw_issue(call, number) for number in call.repository.blocking(call.number)]
    return call.page(found, lambda issue: shown(call, issue))


@route(f"POST {_BLOCKED_BY}")
def add(call: Call) -> Answer:
    _require(call)
    other = _number(call, call.body.get("issue_id"))
    if other == call.number:
        raise invalid("IssueDependency", "blocking_issue_id", "custom", message="An issue cannot be blocked by itself")
    if other in call.repository.blockers(call.number):
        raise invalid("IssueDependency", "blocking_issue_id", "already_exists")
    call.repository.blocked_by.setdefault(call.number, []).append(other)
    happened(call, call.number, "blocked_by_added")
    happened(call, other, "blocking_added")
    return answered(call, call.number, 201)


@route(f"DELETE {_BLOCKED_BY}/{{issue_id}}")
def remove(call: Call) -> Answer:
    _require(call)
    other = _number(call, int(call.values["issue_id"]))
    if other not in call.repository.blockers(call.number):
        call.found()
    call.repository.blocked_by[call.number].remove(other)
    happened(call, call.number, "blocked_by_removed")
    happened(call, other, "blocking_removed")
    return answered(call, call.number)


def _require(call: Call) -> None:
    if not call.github.dependencies:
        call.found()
    if "pull_request" in raw_issue(call):
        raise Problem(422, "Pull requests cannot have dependencies")


def _number(call: Call, id_: object) -> int:
    """Of the issue with this ID, which is not its number."""
    for issue in every_issue(call):
        if issue["id"] + ISSUE_IDS == id_ and "pull_request" not in issue:
            return int(issue["number"])
    return call.found()
