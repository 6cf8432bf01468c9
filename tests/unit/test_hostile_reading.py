"""Documents that were made to be slow: each took minutes or hours where reading looked twice at the same text."""

from __future__ import annotations

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import KindRules, ReadingRules
from gapkeeper.reading import read_register

N = 30_000
DOCUMENTS = {
    "spaces between two IDs of a heading": f"# ACTION-1{' ' * N}x ACTION-2",
    "spaces between two IDs of an entry": f"- **ACTION-1**{' ' * N}x ACTION-2",
    "colons behind until": f"Blocked until{':' * N}x\n\n- ACTION-1: Paint",
    "IDs in addresses": f"# ACTION-1: Paint\n- Depends on: {'https://x/ACTION-2 ' * N}",
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_was_made_to_be_slow_is_read(text: str) -> None:
    register = read_register([Document("a.md", text.encode())], ReadingRules())
    assert [item.id for item in register.items] == ["ACTION-1"]


def test_configured_patterns_do_not_make_many_ids_slow() -> None:
    rules = ReadingRules(kinds=(KindRules("ACTION"), KindRules("TD", pattern=r"TD_\d+")))
    text = "# ACTION-1: Paint\n\n" + "".join(f"ACTION-{n} TD_{n} " for n in range(N))
    register = read_register([Document("a.md", text.encode())], rules)
    assert [item.id for item in register.items] == ["ACTION-1"]
