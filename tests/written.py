"""What a status that was written may change: checks that know nothing of the writer's own proof."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gapkeeper.model.edits import DocumentEdit, LineChange, Written
    from gapkeeper.model.items import Item
    from gapkeeper.model.register import Register
    from gapkeeper.model.status import Status

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


def _patched(data: bytes, changes: Collection[LineChange]) -> bytes:
    """The document with the promised lines changed and added, and no other byte."""
    lines = _LINE.findall(data)
    encoding = "utf-8" if _is_utf8(data) else "cp1252"
    for change in changes:
        index = change.line - 1
        if change.before is None:
            end = lines[index - 1][len(lines[index - 1].rstrip(b"\r\n")) :]
            lines.insert(index, change.after.encode(encoding) + end)
        else:
            text = lines[index].rstrip(b"\r\n")
            assert text == change.before.encode(encoding)
            lines[index] = change.after.encode(encoding) + lines[index][len(text) :]
    return b"".join(lines)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def check_bytes(result: Written, edits: tuple[DocumentEdit, ...], data: Mapping[str, bytes]) -> None:
    """The promised lines differ, and no other byte."""
    for edit in edits:
        assert edit.old == data[edit.path]
        assert edit.new == _patched(edit.old, [line for line in result.lines if line.path == edit.path])
    assert {edit.path for edit in edits} == {line.path for line in result.lines}


def _taken_along(register: Register, key: str) -> set[str]:
    """What an item resolves, and what that resolves."""
    found: set[str] = set()
    waiting = {key}
    while waiting:
        waiting = {end for item in register.items if item.key in waiting for end in item.resolves} - found
        found |= waiting
    return found


def _known(item: Item) -> tuple[object, ...]:
    """What people know of an item beside its status."""
    return (
        *(item.id, item.kind, item.path, item.title, item.owner, item.priority, item.category, item.estimate),
        *(item.blocks, item.blocks_text, item.resolves, item.description, item.issue_link, item.ignored),
        item.source.path,
    )


def check_register(before: Register, after: Register, item: Item, status: Status) -> None:
    """The item has the status; what it resolves may follow; nothing else is said of any item, score or gate."""
    along = _taken_along(before, item.key)
    old, new = ({i.key: i for i in register.items} for register in (before, after))
    assert old.keys() == new.keys()
    assert new[item.key].status is status
    for key, was in old.items():
        now = new[key]
        assert _known(now) == _known(was), key
        if key != item.key and key not in along:
            assert (now.status, now.status_text, now.resolved_by) == (was.status, was.status_text, was.resolved_by), key
    stated = [Counter((r.title, r.stated, r.computed) for r in register.readiness) for register in (before, after)]
    assert stated[0] == stated[1]
    gates = [[(g.name, g.status, g.status_text) for g in register.gates] for register in (before, after)]
    assert gates[0] == gates[1]
    codes = [Counter((d.code, d.path) for d in register.diagnostics) for register in (before, after)]
    grown = {code for (code, _), count in (codes[1] - codes[0]).items() if count}
    assert grown <= {"stale", "conflict", "gate", "summary-count", "unknown-status", "dependency-cycle"}, grown
