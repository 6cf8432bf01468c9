"""Lines of a text that GitLab does not show but obeys: `/close`.

A client that lets such a line of somebody's document through shows it here as a change that nobody asked for. Where
GitLab's versions differ in what they take for one, this takes what any of them takes: lines that begin with a slash
outside code, HTML and quote blocks, and such lines in any paragraph of the rendered text, indented ones as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from gitlab_counterpart import changes
from gitlab_counterpart.world import Issue, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitlab_counterpart.call import Call

    Doing = Callable[[Call, Any, str], str]

_COMMAND = re.compile(r"\s*/(?P<name>[a-z_]+)(?: +(?P<argument>[^\n]*?))?\s*", re.IGNORECASE)
#: What older versions pass over.
_BLOCKS = re.compile(
    r"^```.+?\n```$|^<[^>]+?>\n.+?\n</[^>]+?>$|^>>>.+?\n>>>$", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_SPACE = "\0\t\n\v\f\r "  # what Ruby takes away at the end
_NAMES = re.compile(r'~?"([^"]+)"|~?([^\s~"]+)')  # with a tilde or without
_PEOPLE = re.compile(r"@([\w.-]+)")
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def split(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without its commands, and these: name and argument.

    Whether there are any or not, no carriage return and no space at the end stays.
    """
    lines = text.replace("\r", "").split("\n")
    found = {number for number in _by_lines(lines) | _by_paragraphs(lines) if _is_known(lines[number])}
    commands = []
    for number in sorted(found):
        match = _COMMAND.fullmatch(lines[number])
        assert match is not None
        commands.append((match["name"].lower(), (match["argument"] or "").strip()))
    kept = [line for number, line in enumerate(lines) if number not in found]
    return "\n".join(kept).rstrip(_SPACE), commands


def perform(call: Call, about: Any, text: str) -> tuple[str, list[str]]:  # noqa: ANN401 - issue or merge request
    """Obey the commands of a text; the text without them, and what was done, in words."""
    kept, commands = split(text)
    summary = []
    for name, argument in commands:
        least, act = _ACTIONS[name]
        if call.may(least) or (least is Role.GUEST and call.login == about.login):
            summary.append(act(call, about, argument))
            call.executed[name] = argument or True
    return kept, summary


def _by_lines(lines: list[str]) -> set[int]:
    """As older versions do: at the very beginning of a line, outside the blocks that they know."""
    text = "\n".join(lines)
    hidden: set[int] = set()
    for block in _BLOCKS.finditer(text):
        first = text.count("\n", 0, block.start())
        hidden.update(range(first, first + block[0].count("\n") + 1))
    return {number for number, line in enumerate(lines) if line.startswith("/") and number not in hidden}


def _by_paragraphs(lines: list[str]) -> set[int]:
    """As newer versions do: in what is a paragraph after Markdown was read."""
    found: set[int] = set()
    for token in _MARKDOWN.parse("\n".join(lines)):
        if token.type == "paragraph_open" and token.level == 0 and token.map is not None:
            found.update(number for number in range(*token.map) if lines[number].lstrip().startswith("/"))
    return found


def _is_known(line: str) -> bool:
    match = _COMMAND.fullmatch(line)
    return match is not None and match["name"].lower() in _ACTIONS


def _close(call: Call, about: Any, _argument: str) -> str:  # noqa: ANN401 - issue or merge request
    changes.set_state(call, about, "closed")
    return "Closed this issue."


def _reopen(call: Call, about: Any, _argument: str) -> str:  # noqa: ANN401 - issue or merge request
    changes.set_state(call, about, "opened")
    return "Reopened this issue."


def _label(call: Call, about: Any, argument: str) -> str:  # noqa: ANN401 - issue or merge request
    names = [name for name in _named(argument) if name in call.project.labels]
    changes.set_labels(call, about, [*about.labels, *names])
    return f"Added {', '.join(f'~{name}' for name in names)} label."


def _unlabel(call: Call, about: Any, argument: str) -> str:  # noqa: ANN401 - issue or merge request
    gone = set(_named(argument) or about.labels)
    changes.set_labels(call, about, [name for name in about.labels if name not in gone])
    return "Removed labels."


def _title(call: Call, about: Any, argument: str) -> str:  # noqa: ANN401 - issue or merge request
    about.title = argument or about.title
    about.changed = call.at
    return f'Changed the title to "{argument}".'


def _assign(call: Call, about: Any, argument: str) -> str:  # noqa: ANN401 - issue or merge request
    logins = [call.login] if argument == "me" else _PEOPLE.findall(argument)
    there = [login for login in logins if login.lower() in call.gitlab.people]
    changes.set_assignees(call, about, [*about.assignees, *there])
    return f"Assigned {argument}."


def _unassign(call: Call, about: Any, _argument: str) -> str:  # noqa: ANN401 - issue or merge request
    changes.set_assignees(call, about, [])
    return "Removed assignees."


def _confidential(call: Call, about: Any, _argument: str) -> str:  # noqa: ANN401 - issue or merge request
    if isinstance(about, Issue):
        about.confidential = True
        about.changed = call.at
    return "Made this issue confidential."


def _lock(call: Call, about: Any, _argument: str) -> str:  # noqa: ANN401 - issue or merge request
    about.locked = True
    about.changed = call.at
    return "Locked the discussion."


def _other(call: Call, about: Any, argument: str) -> str:  # noqa: ANN401 - issue or merge request
    """What changes nothing that is kept here: that it was obeyed is written down all the same."""
    changes.add_note(call, about, f"obeyed a quick action: {argument}")
    about.changed = call.at
    return "Done."


def _named(argument: str) -> list[str]:
    return [quoted or bare for quoted, bare in _NAMES.findall(argument)]


_ACTIONS: dict[str, tuple[Role, Doing]] = {
    "close": (Role.GUEST, _close),
    "reopen": (Role.GUEST, _reopen),
    "title": (Role.GUEST, _title),
    **dict.fromkeys(("label", "labels"), (Role.PLANNER, _label)),
    **dict.fromkeys(("unlabel", "remove_label", "relabel"), (Role.PLANNER, _unlabel)),
    **dict.fromkeys(("assign", "reassign"), (Role.PLANNER, _assign)),
    "unassign": (Role.PLANNER, _unassign),
    "confidential": (Role.PLANNER, _confidential),
    "lock": (Role.PLANNER, _lock),
    **dict.fromkeys(
        (
            "add_child",
            "approve",
            "award",
            "blocked_by",
            "blocks",
            "board_move",
            "cc",
            "clear_weight",
            "clone",
            "copy_metadata",
            "create_merge_request",
            "done",
            "draft",
            "due",
            "duplicate",
            "epic",
            "estimate",
            "health_status",
            "invite_email",
            "iteration",
            "link",
            "merge",
            "milestone",
            "move",
            "page",
            "promote",
            "promote_to",
            "publish",
            "ready",
            "rebase",
            "relate",
            "remove_due_date",
            "remove_estimate",
            "remove_milestone",
            "remove_parent",
            "remove_time_spent",
            "set_parent",
            "severity",
            "shrug",
            "spend",
            "status",
            "subscribe",
            "tableflip",
            "target_branch",
            "todo",
            "type",
            "unlink",
            "unlock",
            "unsubscribe",
            "weight",
            "zoom",
        ),
        (Role.GUEST, _other),
    ),
}
