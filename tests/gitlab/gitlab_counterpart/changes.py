"""What a request changes in an issue or merge request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitlab_counterpart import labels, quick_actions
from gitlab_counterpart.errors import bad_fields
from gitlab_counterpart.world import Event, Issue, Note, Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call

LONGEST_TITLE, LONGEST_DESCRIPTION = 255, 1_048_576
_STATES = {"close": "closed", "reopen": "opened"}


def apply(call: Call, one: Any, *, new: bool) -> None:  # noqa: ANN401 - issue or merge request
    """All of it or, where a value is refused, nothing.

    Whoever may not set labels, milestone and people is not told so: GitLab takes the rest and leaves those out.
    """
    title, description = _texts(call, one)
    event = call.one_of("state_event", *_STATES)
    flags = [call.flag(name) for name in ("confidential", "discussion_locked")]
    call.whole("milestone_id")
    text, _ = quick_actions.split(description or "")
    if title != one.title and not new:
        add_note(call, one, f"changed title from **{one.title}** to **{title}**")
    if text != (one.description or "") and not new:
        add_note(call, one, "changed the description")
    one.title = title
    one.description = description if description is None else text
    _metadata(call, one, new=new)
    if isinstance(one, Issue) and flags[0] is not None and (new or call.may(Role.PLANNER)):
        one.confidential = flags[0]
    if flags[1] is not None and call.may(Role.PLANNER):
        one.locked = flags[1]
    if event:
        set_state(call, one, _STATES[event])
    one.changed = call.at
    if "description" in call.params:
        quick_actions.perform(call, one, description or "")


def set_state(call: Call, one: Any, state: str) -> None:  # noqa: ANN401 - issue or merge request
    if state == one.state:
        return
    one.state = state
    closed = state == "closed"
    one.closed_at, one.closed_by = (call.at, call.login) if closed else (None, None)
    happened(call, one, "state", "closed" if closed else "reopened")
    one.changed = call.at


def set_labels(call: Call, one: Any, wanted: list[str]) -> None:  # noqa: ANN401 - issue or merge request
    """Those and no others; names that there are none of are made."""
    names = labels.exclusive(labels.known(call, wanted), scoped=call.gitlab.premium)
    there = call.project.labels
    for name in one.labels:
        if name not in names:
            happened(call, one, "label", "remove", there[name].id)
    for name in names:
        if name not in one.labels:
            happened(call, one, "label", "add", there[name].id)
    one.labels = names
    one.changed = call.at


def set_milestone(call: Call, one: Any, milestone: int | None) -> None:  # noqa: ANN401 - issue or merge request
    """Of one that is not there GitLab says nothing, and takes none."""
    found = milestone if milestone in call.project.milestones else None
    if found == one.milestone:
        return
    if one.milestone is not None:
        happened(call, one, "milestone", "remove", one.milestone)
    if found is not None:
        happened(call, one, "milestone", "add", found)
    one.milestone = found


def set_assignees(call: Call, one: Any, logins: list[str]) -> None:  # noqa: ANN401 - issue or merge request
    """On Free only the first."""
    wanted = list(dict.fromkeys(logins))[: None if call.gitlab.premium else 1]
    if wanted != one.assignees:
        add_note(call, one, f"assigned to {', '.join(f'@{login}' for login in wanted)}" if wanted else "unassigned")
    one.assignees = wanted


def happened(call: Call, one: Any, what: str, action: str, of: int | None = None) -> None:  # noqa: ANN401 - issue or merge request
    one.events.append(Event(call.gitlab.new_id(), what, action, call.login, call.at, of))


def add_note(call: Call, one: Any, body: str) -> None:  # noqa: ANN401 - issue or merge request
    """What GitLab writes itself about a change. Those of state, labels and milestones are events, and no notes."""
    one.notes.append(Note(call.gitlab.new_id(), call.login, body, call.at, call.at, system=True))


def _texts(call: Call, one: Any) -> tuple[str, str | None]:  # noqa: ANN401 - issue or merge request
    title = call.text("title", one.title)
    description = call.params.get("description", one.description)
    if not title.strip():
        raise bad_fields(title="can't be blank")
    if len(title) > LONGEST_TITLE:
        raise bad_fields(title=f"is too long (maximum is {LONGEST_TITLE} characters)")
    if description is not None and len(str(description)) > LONGEST_DESCRIPTION:
        raise bad_fields(description=f"is too long (maximum is {LONGEST_DESCRIPTION} characters)")
    return title.strip(), None if description is None else str(description)


def _metadata(call: Call, one: Any, *, new: bool) -> None:  # noqa: ANN401 - issue or merge request
    """Guests may set them on what they open, and never again."""
    if not call.may(Role.GUEST if new else Role.PLANNER):
        return
    if {"labels", "add_labels", "remove_labels"} & call.params.keys():
        names = call.names("labels") if "labels" in call.params else list(one.labels)
        gone = set(call.names("remove_labels"))
        wanted = [*(name for name in names if name not in gone), *call.names("add_labels")]
        set_labels(call, one, wanted)
    if "milestone_id" in call.params:
        set_milestone(call, one, call.whole("milestone_id"))
    if {"assignee_ids", "assignee_id"} & call.params.keys():
        ids = call.names("assignee_ids") if "assignee_ids" in call.params else call.names("assignee_id")
        people = {str(person.id): person.login for person in call.gitlab.people.values()}
        set_assignees(call, one, [people[number] for number in ids if number in people])
    if isinstance(one, Issue):
        one.due_date = call.text("due_date", one.due_date or "") or None
        if call.gitlab.premium:
            one.weight = call.whole("weight", one.weight)
    if new:
        one.notes.clear()
