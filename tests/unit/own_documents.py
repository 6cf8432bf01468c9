"""Small documents and items for tests of the reading modules that work on facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.items import Item
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reading import mojibake, source
from gapkeeper.reading.ids import Ids
from gapkeeper.reading.parser import parse
from gapkeeper.reading.values import Context
from gapkeeper.reading.vocabulary import Vocabulary

if TYPE_CHECKING:
    from gapkeeper.model.items import Reference
    from gapkeeper.reading.blocks import Block

RULES = ReadingRules()


def document(text: str | bytes, path: str = "plan.md", rules: ReadingRules = RULES) -> tuple[list[Block], Context]:
    """A document's blocks, and what reading it needs at hand."""
    data = text.encode() if isinstance(text, str) else text
    decoded = source.decode(path, data)
    mend = bool(mojibake.suspects(data))
    context = Context(decoded, Vocabulary.of(rules), Ids(rules), mend)
    return parse(decoded, mend=mend).blocks, context


def item(key: str, status: Status = Status.PENDING, **fields: object) -> Item:
    """An item with nothing but what the test is about."""
    values: dict[str, object] = {
        "key": key,
        "id": key.rpartition("#")[2],
        "kind": key.rpartition("#")[2].split("-", 1)[0],
        "path": None,
        "title": f"About {key}",
        "status": status,
        "status_text": None,
        "owner": None,
        "priority": None,
        "category": None,
        "estimate": None,
        "blocks": (),
        "blocks_text": "",
        "depends_on": (),
        "resolves": (),
        "description": (),
        "source": Place("plan.md", 1),
        "status_source": None,
        "statements": (),
    }
    return Item(**{**values, **fields})  # type: ignore[arg-type]  # the fields that a test names


def by_key(*items: Item) -> dict[str, Item]:
    """Items by their keys, as resolving takes them."""
    return {entry.key: entry for entry in items}


def lookup_in(items: dict[str, Item]) -> object:
    """Finds the existing items that a reference means, as the register does."""

    def lookup(reference: Reference, _from_path: str) -> tuple[str, ...]:
        if reference.last is None:
            return (reference.id,) if reference.id in items else ()
        return tuple(key for key in sorted(items) if reference.id <= key <= reference.last)

    return lookup
