"""Issues: listed with everything GitHub lists, and written within its limits and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.accounts import Role
from github_counterpart.call import route
from github_counterpart.events import closer, note_changes
from github_counterpart.issue_shape import answered, every_issue, raw_issue, shown
from github_counterpart.labels import canonical, check_new
from github_counterpart.messages import Problem, invalid, too_long

if TYPE_CHECKING:
    from github_counterpart.call import Call
    from github_counterpart.messages import Answer

TITLE_LIMIT = 256
BODY_LIMIT = 65_536
#: What only people with at least triage may set; from others it is dropped without a word.
_TRIAGED = ("labels", "milestone", "assignees", "assignee")


@route("GET ~/issues")
def list_issues(call: Call) -> Answer:
    if not call.repository.has_issues:
        raise Problem(410, "Issues has been disabled in this repository.")
    found = [issue for issue in every_issue(call) if _fits(call, issue)]
    field = {"updated": "updated_at", "comments": "comments"}.get(call.request.asks("sort"), "created_at")
    descending = call.request.asks("direction", "desc") == "desc"
    found.sort(key=lambda issue: (issue[field], issue["number"]), reverse=descending)
    return call.page(found, lambda issue: _closed(call, shown(call, issue, listed=True)))


def _fits(call: Call, issue: dict[str, Any]) -> bool:
    asked = dict(call.request.query)
    labels = {label["name"].casefold() for label in issue["labels"]}
    wanted = {name.strip().casefold() for name in asked.get("labels", "").split(",") if name.strip()}
    state = asked.get("state", "open")
    people = {person["login"].lower() for person in issue["assignees"]}
    return (
        state in {"all", issue["state"]}
        and wanted <= labels
        and issue["updated_at"] >= asked.get("since", "")[:19]
        and asked.get("creator", issue["user"]["login"]).lower() == issue["user"]["login"].lower()
        and _chosen(asked.get("assignee"), people)
        and _chosen(asked.get("milestone"), {str(issue["milestone"]["number"])} if issue["milestone"] else set())
    )


def _chosen(asked: str | None, there: set[str]) -> bool:
    if asked in {None, ""}:
        return True
    return bool(there) if asked == "*" else not there if asked == "none" else str(asked).lower() in there


@route("GET ~/issues/{issue_number}")
def get_issue(call: Call) -> Answer:
    answer = answered(call, call.number)
    _closed(call, answer.body)
    return answer


def _closed(call: Call, issue: dict[str, Any]) -> dict[str, Any]:
    if "pull_request" in issue and "closed_by" in issue and issue["state"] == "closed":
        issue["closed_by"] = closer(call, issue["number"])
    return issue


@route("POST ~/issues")
def create_issue(call: Call) -> Answer:
    if not call.repository.has_issues:
        raise Problem(410, "Issues are disabled for this repo")
    sent = _allowed(call, call.body)
    if not str(sent.get("title") or "").strip():
        raise invalid("Issue", "title", "missing_field")
    made = call.ask(_checked(call, sent)).body
    if call.caller.integration:
        call.repository.by_app.add(f"issue {made['number']}")
    note_changes(call, made["number"], None)
    answer = answered(call, made["number"], 201)
    answer.headers["location"] = answer.body["url"]
    return answer


@route("PATCH ~/issues/{issue_number}")
def update_issue(call: Call) -> Answer:
    before = raw_issue(call)
    sent = _own(call, before, _allowed(call, call.body))
    if "title" in sent and sent["title"] is not None and not str(sent["title"]).strip():
        raise invalid("Issue", "title", "missing_field")
    if sent.get("state") in {None, before["state"]}:
        sent.pop("state_reason", None)  # "ignored unless `state` is changed"
    repository = call.repository
    checked = _checked(call, sent)
    if "pull_request" in before:
        call.ask({key: checked[key] for key in ("title", "body", "state") if key in checked}, path=_as_pull(call))
    else:
        call.ask(checked)
    if sent.get("state") == "closed" and before["state"] == "open" and sent.get("state_reason") == "duplicate":
        repository.duplicates.add(call.number)
    elif sent.get("state") == "open":
        repository.duplicates.discard(call.number)
    note_changes(call, call.number, before)
    return get_issue(call)


def _as_pull(call: Call) -> str:
    return call.path.replace("/issues/", "/pulls/", 1)


def _allowed(call: Call, sent: dict[str, Any]) -> dict[str, Any]:
    """Without what the caller may not set."""
    if call.role >= Role.TRIAGE:
        return dict(sent)
    return {key: value for key, value in sent.items() if key not in _TRIAGED}


def _own(call: Call, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Whoever wrote an issue may change and close it; others need a role for that."""
    if call.role >= Role.WRITE or before["user"]["login"] == call.caller.login:
        return sent
    texts = any(key in sent and sent[key] != before[key] for key in ("title", "body"))
    if call.role < Role.TRIAGE or texts:
        raise Problem(403, "Must have admin rights to Repository.")
    return sent


def _checked(call: Call, sent: dict[str, Any]) -> dict[str, Any]:
    """What emulate gets: within the limits, with labels as they are spelled here."""
    checked = dict(sent)
    if "title" in checked:
        checked["title"] = str(checked["title"])
        if len(checked["title"]) > TITLE_LIMIT:
            raise too_long("Issue", "title", TITLE_LIMIT)
    if len(checked.get("body") or "") > BODY_LIMIT:
        raise too_long("Issue", "body", BODY_LIMIT)
    if "labels" in checked:
        names = [label["name"] if isinstance(label, dict) else str(label) for label in checked["labels"] or ()]
        for name in names:
            check_new(name)
        checked["labels"] = canonical(call, names)
    for login in checked.get("assignees") or ():
        if call.github.role_of(call.repository, login) < Role.TRIAGE or login not in call.github.seed.people:
            raise invalid("Issue", "assignees", value=login)
    milestone = checked.get("milestone")
    if milestone is not None and call.look(f"/milestones/{milestone}") is None:
        raise invalid("Issue", "milestone", value=milestone)
    if checked.get("state_reason") == "duplicate":
        del checked["state_reason"]  # emulate does not know it
    return checked
