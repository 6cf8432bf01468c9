"""Issues for people and machines: the list, one issue with its history, and the same in JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters.sqlite_tracker import EventKind, SqliteTracker
from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.snapshot import Reason, Role
from gapkeeper.model.status import State
from gapkeeper.planning.marker import Marker, read_marker
from gapkeeper.reporting.markdown_text import markdown_lines
from gapkeeper.reporting.style import Line, Look, Piece, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, fields, heading, table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from gapkeeper.adapters.sqlite_tracker import Comment, Event
    from gapkeeper.model.snapshot import Actor, Issue
    from gapkeeper.ports import TrackerReader

_STATE_TONES = {
    None: Tone.INFO,
    Reason.COMPLETED: Tone.GOOD,
    Reason.NOT_PLANNED: Tone.GONE,
    Reason.DUPLICATE: Tone.GONE,
}

_COLUMNS = (
    Column("ISSUE", number=True),
    Column("KEY"),
    Column("STATE"),
    Column("TITLE", least=24),
    Column("LABELS", least=12, spare=1),
)


def key_of(issue: Issue) -> str | None:
    """The key of the item that the issue is of; None where its marker does not tell."""
    try:
        marker = read_marker(issue.body)
    except NewerMarkerError:
        return None
    return marker.key if isinstance(marker, Marker) else None


def state_piece(issue: Issue) -> Piece:
    """`open`, or why it is closed."""
    word = issue.state.value if issue.reason is None else issue.reason.value.replace("_", " ")
    return say(word, _STATE_TONES[issue.reason])


def name_pieces(issue: Issue) -> Line:
    """`#12 LATER-001: PostgreSQL provisioning`."""
    return line(say(f"#{issue.number}", Tone.STRONG), " ", issue.title)


# --- The list ---


def list_lines(issues: Sequence[Issue], managed_label: str, look: Look) -> list[Line]:
    """A table of issues. What stands in a column of its own is not repeated in the title."""
    rows = []
    for issue in issues:
        key = key_of(issue) or ""
        labels = sorted(name for name in issue.labels if name.casefold() != managed_label.casefold())
        rows.append(
            (
                line(say(f"#{issue.number}", Tone.STRONG)),
                line(key),
                line(state_piece(issue)),
                line(issue.title.removeprefix(f"{key}: ") if key else issue.title),
                line(say(", ".join(labels), Tone.FAINT)),
            )
        )
    return table(_COLUMNS, rows, look) if rows else []


def list_summary(issues: Iterable[Issue]) -> Line:
    """`43 open, 2 closed`."""
    states = Counter(issue.state for issue in issues)
    return line(f"{states[State.OPEN]} open, {states[State.CLOSED]} closed")


def list_json(issues: Iterable[Issue]) -> dict[str, object]:
    """The list as JSON values, in the form that does not change."""
    return {"version": 1, "issues": [_issue_json(issue) for issue in issues]}


def _issue_json(issue: Issue) -> dict[str, object]:
    return {
        "number": issue.number,
        "key": key_of(issue),
        "title": issue.title,
        "state": issue.state.value,
        "reason": None if issue.reason is None else issue.reason.value,
        "labels": sorted(issue.labels),
        "url": issue.url,
    }


# --- One issue ---


class Talk(NamedTuple):
    """What was said on an issue and done to it. Nothing is known of it on a forge: it is read there."""

    comments: Sequence[Comment]
    events: Sequence[Event]

    @classmethod
    def of(cls, tracker: TrackerReader, number: int) -> Talk | None:
        """Of an issue on the embedded tracker; None on a forge."""
        if not isinstance(tracker, SqliteTracker):
            return None
        return cls(tracker.comments(number), tracker.events(number))


def show_lines(issue: Issue, talk: Talk | None, look: Look) -> list[Line]:
    """Everything about one issue: facts, text, comments, and who did what."""
    facts: list[tuple[str, Line]] = [
        ("State", _state(issue)),
        ("Key", line(key_of(issue) or "")),
        ("Author", _actor(issue.author)),
        ("Labels", line(", ".join(sorted(issue.labels)))),
        ("Milestone", line(issue.milestone or "")),
        ("Assignees", line(", ".join(sorted(issue.assignees)))),
        ("Blocked by", line(", ".join(f"#{number}" for _, number in sorted(issue.links)))),
        ("Address", line(say(issue.url, Tone.FAINT))),
    ]
    lines = wrap(name_pieces(issue), look, hang=2)
    lines += fields(facts, look, indent=2)
    body = markdown_lines(issue.body, look, indent=2)
    if body:
        lines += [(), *body]
    if talk is None:
        return lines
    for n, comment in enumerate(talk.comments):
        lines += [()] if n else heading("Comments")
        lines.append(line("  ", *_actor(comment.author), say(f"  {_moment(comment.at)}", Tone.FAINT)))
        lines += markdown_lines(comment.body, look, indent=4)
    history = [(_moment(event.at), line(*_actor(event.actor), " ", _told(event))) for event in talk.events]
    return [*lines, *heading("History"), *fields(history, look, indent=2)]


def show_json(issue: Issue, talk: Talk | None) -> dict[str, object]:
    """The same as JSON values; `null` where comments and events are not known."""
    return {
        "version": 1,
        "issue": {
            **_issue_json(issue),
            "body": issue.body,
            "author": _actor_json(issue.author),
            "state_actor": None if issue.state_actor is None else _actor_json(issue.state_actor),
            "milestone": issue.milestone,
            "assignees": sorted(issue.assignees),
            "links": [{"type": type_, "number": number} for type_, number in sorted(issue.links)],
            "locked": issue.locked,
            "updated_at": None if issue.updated_at is None else issue.updated_at.isoformat(),
        },
        "comments": None if talk is None else [_comment_json(comment) for comment in talk.comments],
        "events": None if talk is None else [_event_json(event) for event in talk.events],
    }


def _comment_json(comment: Comment) -> dict[str, object]:
    return {"author": _actor_json(comment.author), "at": comment.at.isoformat(), "body": comment.body}


def _event_json(event: Event) -> dict[str, object]:
    return {
        "kind": event.kind.value,
        "actor": _actor_json(event.actor),
        "at": event.at.isoformat(),
        "detail": dict(event.detail),
    }


def _actor_json(actor: Actor) -> dict[str, str]:
    return {"name": actor.name, "role": actor.role.value}


def _state(issue: Issue) -> Line:
    said = line("closed as ", state_piece(issue)) if issue.state is State.CLOSED else line(state_piece(issue))
    if issue.state_actor is not None:
        said = line(*said, " by " if issue.state is State.CLOSED else ", reopened by ", *_actor(issue.state_actor))
    return line(*said, ", ", say("locked", Tone.CARE)) if issue.locked else said


def _actor(actor: Actor) -> Line:
    """The name, and the role where it is not our own account."""
    role = "" if actor.role is Role.SELF else say(f" ({actor.role.value})", Tone.FAINT)
    return line(say(actor.name, Tone.STRONG), role)


def _moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def _told(event: Event) -> str:
    """What somebody did, after their name."""
    details = {name: str(value) for name, value in event.detail.items()}
    if "reason" in details:
        details["reason"] = details["reason"].replace("_", " ")
    return _SENTENCES[event.kind].format_map(defaultdict(lambda: "-", details))


_SENTENCES: Mapping[EventKind, str] = {
    EventKind.CREATED: "created it",
    EventKind.RENAMED: 'renamed it from "{from}"',
    EventKind.EDITED: "edited the text",
    EventKind.LABELLED: 'added the label "{name}"',
    EventKind.UNLABELLED: 'took off the label "{name}"',
    EventKind.MILESTONED: 'set the milestone "{to}"',
    EventKind.ASSIGNED: "assigned {name}",
    EventKind.UNASSIGNED: "unassigned {name}",
    EventKind.CLOSED: "closed it as {reason}",
    EventKind.REOPENED: "reopened it",
    EventKind.COMMENTED: "commented",
    EventKind.LINKED: "added that #{other} blocks it",
    EventKind.UNLINKED: "took off that #{other} blocks it",
    EventKind.LOCKED: "locked it",
    EventKind.UNLOCKED: "unlocked it",
    EventKind.DELETED: "deleted it",
    EventKind.LABEL_CREATED: 'created the label "{name}"',
    EventKind.MILESTONE_CREATED: 'created the milestone "{title}"',
}
