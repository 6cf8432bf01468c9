"""What happened to issues, and who did it: GitHub's events and timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.call import route
from github_counterpart.issue_shape import raw_issue, shown

if TYPE_CHECKING:
    from github_counterpart.call import Call
    from github_counterpart.messages import Answer
    from github_counterpart.repository import Event

#: Which events only the timeline tells, and what of an event only one of both does.
_TIMELINE = frozenset({"blocked_by_added", "blocked_by_removed", "blocking_added", "blocking_removed"})
_IN_TIMELINE, _IN_EVENTS = frozenset({"state_reason"}), frozenset({"assigner"})


def note_changes(call: Call, number: int, before: dict[str, Any] | None) -> None:
    """Compare an issue with what it was, and keep what happened."""
    after = raw_issue(call, number)
    was = before or {"title": after["title"], "labels": [], "assignees": [], "milestone": None, "locked": False}
    if before is not None and before["state"] != after["state"]:
        closed = after["state"] == "closed"
        reason = "duplicate" if number in call.repository.duplicates else after["state_reason"]
        happened(call, number, "closed" if closed else "reopened", state_reason=reason if closed else None)
    if was["title"] != after["title"]:
        happened(call, number, "renamed", rename={"from": was["title"], "to": after["title"]})
    _difference(call, number, "labels", "name", was, after, ("labeled", "unlabeled"))
    _difference(call, number, "assignees", "login", was, after, ("assigned", "unassigned"))
    titles = [one["milestone"] and one["milestone"]["title"] for one in (was, after)]
    if titles[0] != titles[1]:
        for event, title in zip(("demilestoned", "milestoned"), titles, strict=True):
            if title is not None:
                happened(call, number, event, milestone={"title": title})
    if was["locked"] != after["locked"]:
        happened(call, number, "locked" if after["locked"] else "unlocked", lock_reason=after["active_lock_reason"])


def happened(call: Call, number: int, event: str, **details: Any) -> None:  # noqa: ANN401 - what an event has
    call.repository.happened(number, event, call.caller.login, call.now, by_app=call.caller.integration, **details)


def closer(call: Call, number: int) -> dict[str, Any] | None:
    """Who closed a pull request."""
    for event in reversed(call.repository.events):
        if event.number == number and event.event == "closed":
            return call.github.person(event.login)
    return None


def _difference(  # noqa: PLR0913, PLR0917 - one list of things, before and after
    call: Call, number: int, key: str, name: str, was: dict[str, Any], is_: dict[str, Any], names: tuple[str, str]
) -> None:
    before, after = ({one[name]: one for one in issue[key]} for issue in (was, is_))
    for event, things in ((names[1], before.keys() - after.keys()), (names[0], after.keys() - before.keys())):
        for one in sorted(things):
            if key == "labels":
                happened(call, number, event, label={"name": one, "color": (before | after)[one]["color"]})
            else:
                happened(
                    call, number, event, assignee=(before | after)[one], assigner=call.github.person(call.caller.login)
                )


@route("GET ~/issues/{issue_number}/events")
def events_of_issue(call: Call) -> Answer:
    raw_issue(call)
    found = [(place, one) for place, one in enumerate(call.repository.events) if one.number == call.number]
    return call.page([one for one in found if one[1].event not in _TIMELINE], lambda one: _event(call, *one))


@route("GET ~/issues/events")
def events_of_repository(call: Call) -> Answer:
    """The newest first, each with its issue."""
    found = [
        (place, one)
        for place, one in enumerate(call.repository.events)
        if one.event not in _TIMELINE and call.repository.there(one.number)
    ]
    found.reverse()
    return call.page(found, lambda one: _event(call, *one) | {"issue": shown(call, raw_issue(call, one[1].number))})


@route("GET ~/issues/{issue_number}/timeline")
def timeline(call: Call) -> Answer:
    raw_issue(call)
    found = [
        _event(call, place, one, without=_IN_EVENTS)
        for place, one in enumerate(call.repository.events)
        if one.number == call.number
    ]
    for comment in call.every(f"/issues/{call.number}/comments"):
        person = comment["user"]
        found.append(comment | {"event": "commented", "actor": person})
    found.sort(key=lambda one: str(one["created_at"]))
    return call.page(found)


def _event(call: Call, place: int, event: Event, *, without: frozenset[str] = _IN_TIMELINE) -> dict[str, Any]:
    url = f"{call.github.url}/repos/{call.repository.full_name}/issues/events/{place + 1}"
    return {
        "id": place + 1,
        "node_id": f"EV_{place + 1}",
        "url": url,
        "actor": call.github.person(event.login),
        "event": event.event,
        "commit_id": None,
        "commit_url": None,
        "created_at": event.at,
        **{key: value for key, value in event.details.items() if key not in without},
        "performed_via_github_app": call.github.seed.integration(call.github.url) if event.by_app else None,
    }
