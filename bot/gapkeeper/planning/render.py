"""What the managed body of an issue says of its item, most important first.

The reader is a maintainer at night who asks: what is it, who has it, what does it wait for, where is
that written, and what do I have to change.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.status import Rank
from gapkeeper.planning.body import ManagedBody
from gapkeeper.planning.digests import losing_words
from gapkeeper.planning.wording import carried_back, quoted, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.planning.places import Places
    from gapkeeper.planning.wording import Telling

#: Characters of one field that an issue shows; a document that writes more is linked.
FIELD_LIMIT = 1_000
#: Items that one relation names before it says how many more there are.
KEY_LIMIT = 50
#: Places that only speak of the item.
MENTION_LIMIT = 20

_YOURS = "Write above or below this part: it is renewed, the rest is yours."
_RANKS: Mapping[Rank, str] = {
    Rank.HEADING: "heading",
    Rank.ROW: "table row",
    Rank.LIST: "list entry",
    Rank.SECTION: "status of its section",
    Rank.RANGE: "range",
}
_REASONS: Mapping[str, str] = {
    "stale": "out of date",
    "conflict": "contradicts the statement that counts",
    "note": "also open, in other words",
}


def render_body(item: Item, telling: Telling, *, continues: int | None = None, recreated: bool = False) -> ManagedBody:
    """The managed body; ``continues`` and ``recreated`` as in `IssueRenderer.body`."""
    places = telling.places
    head = [
        *_history(item, continues, recreated=recreated),
        "| Field | Value |",
        "| --- | --- |",
        f"| Status | {_status(item)} |",
    ]
    rows = [f"| {name} | {value} |" for name, value in _core_fields(item, telling.numbers) if value]
    rows += [f"| {_short_cell(name)} | {_short_cell(value)} |" for name, value in item.description if value]
    place = places.show(item.source.path, item.source.line)
    return ManagedBody(
        head="\n".join(head),
        pieces=(*rows, f"\n{_where(item, place, places)}", *_contradictions(item, places), *_mentions(item, places)),
        footer=f"\n<sub>{carried_back(telling.policy)} {_YOURS}</sub>",
        rest=f"**This issue has no room for the rest. All of it is at {place}{places.at_commit}.**",
    )


def _history(item: Item, continues: int | None, *, recreated: bool) -> list[str]:
    lines = []
    if continues is not None:
        lines.append(f"{escaping.inline(item.id)} had an issue before, which is closed: #{continues}.\n")
    if recreated:
        lines.append("An earlier issue of this item was deleted or transferred away; this one takes its place.\n")
    return lines


def _core_fields(item: Item, numbers: Mapping[str, int]) -> list[tuple[str, str]]:
    home = item.home
    return [
        ("Owner", _short_cell(item.owner)),
        ("Priority", _short_cell(item.priority)),
        ("Category", _short_cell(item.category)),
        ("Estimate", _short_cell(item.estimate)),
        ("Blocks", _relation(item.blocks, item.blocks_text, numbers)),
        ("Depends on", _relation(item.depends_on, home.depends_on.text, numbers)),
        ("Resolves", _relation(item.resolves, home.resolves.text, numbers)),
    ]


def _status(item: Item) -> str:
    words = f"**{item.status.words}**"
    if item.resolved_by is not None:
        return f"{words}, by {_short_cell(item.resolved_by)}"
    if item.status_text is None:
        return f"{words} (no document says one)"
    text = spoken(item.status_text)
    return words if text.casefold() == item.status.words else f"{words}: {_short_cell(text)}"


def _relation(keys: Sequence[str], text: str, numbers: Mapping[str, int]) -> str:
    """The text as written, and those of the keys that it does not name."""
    unnamed = [key for key in keys if key in numbers or not _names(text, key)]
    shown = [_key(key, numbers) for key in unnamed[:KEY_LIMIT]]
    if len(unnamed) > KEY_LIMIT:
        shown.append(f"{len(unnamed) - KEY_LIMIT} more")
    if text.strip():
        shown.insert(0, _short_cell(text))
    return "; ".join(shown)


def _names(text: str, key: str) -> bool:
    id_ = key.rpartition("#")[2]
    return id_ in text and re.search(rf"(?<![\w-]){re.escape(id_)}(?![\w-])", text) is not None


def _key(key: str, numbers: Mapping[str, int]) -> str:
    number = numbers.get(key)
    return _short_cell(key) if number is None else f"{_short_cell(key)} (#{number})"


def _short_cell(text: str | None) -> str:
    return "" if text is None else escaping.cell(escaping.shorten(escaping.clean_line(text), FIELD_LIMIT))


def _where(item: Item, place: str, places: Places) -> str:
    words = f"**Where it is written:** {place}"
    source = item.status_source
    if source is not None and source != item.source:
        statement = item.status_statement
        kind = "" if statement is None or statement is item.home else f" ({_RANKS[statement.rank]})"
        words += f"; its status at {places.show(source.path, source.line)}{kind}"
    return f"{words}{places.at_commit}."


def _contradictions(item: Item, places: Places) -> list[str]:
    entries = [
        f"- {places.show(losing.statement.path, losing.statement.line)} says {quoted(spoken(losing_words(losing)))} "
        f"for {escaping.inline(losing.field)}: {_REASONS.get(losing.reason, losing.reason)}"
        for losing in item.losing
    ]
    return _list("**What other statements say:**", entries)


def _mentions(item: Item, places: Places) -> list[str]:
    told = {(losing.statement.path, losing.statement.line) for losing in item.losing}
    told.add((item.home.path, item.home.line))
    others: dict[tuple[str, int], Rank] = {}  # strongest first, one entry a place
    for statement in item.statements:
        if (statement.path, statement.line) not in told:
            others.setdefault((statement.path, statement.line), statement.rank)
    entries = [f"- {places.show(*place)} ({_RANKS[rank]})" for place, rank in list(others.items())[:MENTION_LIMIT]]
    if len(others) > MENTION_LIMIT:
        entries.append(f"- {len(others) - MENTION_LIMIT} more")
    return _list("**Other places that speak of it:**", entries)


def _list(heading: str, entries: list[str]) -> list[str]:
    return [f"\n{heading}\n\n{entries[0]}", *entries[1:]] if entries else []
