"""What hangs on issues: labels, comments, locks, milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from github_counterpart.accounts import Role
from github_counterpart.call import route
from github_counterpart.events import note_changes
from github_counterpart.issue_shape import every_issue, raw_issue
from github_counterpart.issues import BODY_LIMIT
from github_counterpart.labels import canonical, check_new, known
from github_counterpart.messages import Answer, Problem, invalid, too_long

if TYPE_CHECKING:
    from github_counterpart.call import Call

# --- Labels of the repository ---------------------------------------------------------------------------


@route("POST ~/labels")
def create_label(call: Call) -> Answer:
    sent = call.body
    name = str(sent.get("name", ""))
    check_new(name, sent.get("description"), sent.get("color"))
    if name.casefold() in known(call):
        raise invalid("Label", "name", "already_exists")
    answer = call.ask()
    answer.headers["location"] = answer.body["url"]
    return answer


@route("GET ~/labels/{name}", "PATCH ~/labels/{name}", "DELETE ~/labels/{name}")
def one_label(call: Call) -> Answer:
    spelled = known(call).get(call.values["name"].casefold())
    if spelled is None:
        return call.found()
    if call.request.method == "PATCH":
        sent = call.body
        check_new(sent.get("new_name", spelled), sent.get("description"), sent.get("color"))
    return call.ask(path=f"{call.path.rpartition('/')[0]}/{quote(spelled, safe='')}")


# --- Labels of an issue ---------------------------------------------------------------------------------


@route("GET ~/issues/{issue_number}/labels")
def labels_of_issue(call: Call) -> Answer:
    return call.page(raw_issue(call)["labels"])


@route("POST ~/issues/{issue_number}/labels", "PUT ~/issues/{issue_number}/labels")
def label_issue(call: Call) -> Answer:
    before = raw_issue(call)
    sent = call.request.json
    asked = sent if isinstance(sent, list) else call.body.get("labels", [])
    names = [label["name"] if isinstance(label, dict) else str(label) for label in asked]
    for name in names:
        check_new(name)
    answer = call.ask({"labels": canonical(call, names)})
    note_changes(call, call.number, before)
    return answer


@route("DELETE ~/issues/{issue_number}/labels/{name}")
def unlabel_issue(call: Call) -> Answer:
    before = raw_issue(call)
    there = {label["name"].casefold(): label["name"] for label in before["labels"]}
    spelled = there.get(call.values["name"].casefold())
    if spelled is None:
        raise Problem(404, "Label does not exist")
    answer = call.ask(path=f"{call.path.rpartition('/')[0]}/{quote(spelled, safe='')}")
    note_changes(call, call.number, before)
    return answer


@route(
    "DELETE ~/issues/{issue_number}/labels",
    "POST ~/issues/{issue_number}/assignees",
    "DELETE ~/issues/{issue_number}/assignees",
    "PUT ~/issues/{issue_number}/lock",
    "DELETE ~/issues/{issue_number}/lock",
)
def change_issue(call: Call) -> Answer:
    before = raw_issue(call)
    # A lock may come without a body; emulate asks for one.
    answer = call.ask(call.body if call.request.method == "PUT" else None)
    note_changes(call, call.number, before)
    return answer


# --- Comments -------------------------------------------------------------------------------------------


@route("GET ~/issues/{issue_number}/comments")
def comments_of_issue(call: Call) -> Answer:
    raw_issue(call)
    since = call.request.asks("since")[:19]
    found = [one for one in call.every(f"/issues/{call.number}/comments") if one["updated_at"] >= since]
    return call.page(found, lambda comment: _comment(call, comment))


@route("GET ~/issues/comments")
def comments_of_repository(call: Call) -> Answer:
    since = call.request.asks("since")[:19]
    talked = [issue["number"] for issue in every_issue(call) if issue["comments"]]
    found = [one for number in talked for one in call.every(f"/issues/{number}/comments") if one["updated_at"] >= since]
    field = "updated_at" if call.request.asks("sort") == "updated" else "created_at"
    found.sort(key=lambda one: (one[field], one["id"]), reverse=call.request.asks("direction") == "desc")
    return call.page(found, lambda comment: _comment(call, comment))


@route("POST ~/issues/{issue_number}/comments")
def create_comment(call: Call) -> Answer:
    issue = raw_issue(call)
    if issue["locked"] and call.role < Role.WRITE:
        raise Problem(403, "Unable to create comment because issue is locked.")
    text = str(call.body.get("body") or "")
    if not text.strip():
        raise invalid("IssueComment", "body", "missing_field")
    if len(text) > BODY_LIMIT:
        raise too_long("IssueComment", "body", BODY_LIMIT)
    made = call.ask().body
    if call.caller.integration:
        call.repository.by_app.add(f"comment {made['id']}")
    return Answer(201, _comment(call, made), {"location": made["url"]})


@route(
    "GET ~/issues/comments/{comment_id}",
    "PATCH ~/issues/comments/{comment_id}",
    "DELETE ~/issues/comments/{comment_id}",
)
def one_comment(call: Call) -> Answer:
    before = call.look(f"/issues/comments/{call.values['comment_id']}")
    if before is None:
        return call.found()
    own = before["user"]["login"] == call.caller.login
    if call.request.method != "GET" and not own and call.role < Role.WRITE:
        raise Problem(403, "Must have admin rights to Repository.")
    if len(str(call.body.get("body") or "")) > BODY_LIMIT:
        raise too_long("IssueComment", "body", BODY_LIMIT)
    answer = call.ask()
    return answer if answer.body is None else Answer(answer.status, _comment(call, answer.body))


def _comment(call: Call, raw: dict[str, Any]) -> dict[str, Any]:
    by_app = f"comment {raw['id']}" in call.repository.by_app
    return raw | {
        "author_association": call.github.association(call.repository, raw["user"]["login"]),
        "performed_via_github_app": call.github.seed.integration(call.github.url) if by_app else None,
    }


# --- Milestones -----------------------------------------------------------------------------------------


@route("POST ~/milestones")
def create_milestone(call: Call) -> Answer:
    title = str(call.body.get("title", ""))
    if not title.strip():
        raise invalid("Milestone", "title", "missing_field")
    if any(one["title"] == title.strip() for one in call.every("/milestones?state=all")):
        raise invalid("Milestone", "title", "already_exists")
    answer = call.ask()
    answer.headers["location"] = answer.body["url"]
    return answer
