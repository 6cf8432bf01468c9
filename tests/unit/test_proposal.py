"""What commits and proposals say, and what a later run reads from them."""

from __future__ import annotations

import re
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from builders import item, statement
from forge_oracle import QUICK_ACTION, RENDERERS, TASK_ITEM, read, references, references_in_plain_text
from gapkeeper.model.edits import DocumentEdit, LineChange
from gapkeeper.model.items import Losing
from gapkeeper.model.plan import Change, Op
from gapkeeper.model.status import Rank, Status
from gapkeeper.planning.proposal import commit_message, item_digest, made_of, proposal_text, read_contents
from hostile_text import texts

EDITS = (DocumentEdit("LATER.md", b"Open\n", b"Done\n"),)
BASE = "c0ffee"


def change(  # noqa: PLR0913 - every part has a default
    key: str = "LATER-001",
    number: int = 12,
    wanted: Status = Status.RESOLVED,
    *,
    path: str = "LATER.md",
    line: int = 61,
    person: str = "anna",
    before: str = "Open",
) -> Change:
    return Change(
        Op.WRITE_BACK,
        key,
        f"{person} closed it as completed",
        identity=f"42/LATER//{key}",
        issue=number,
        fields=MappingProxyType({"status": ("pending", wanted.words)}),
        writes=wanted,
        moved_by=person,
        lines=(LineChange(path, line, before, "Done"),),
    )


def test_a_commit_names_items_with_their_issues_and_people_where_wanted() -> None:
    two = [change(), change("LATER-003", 14, Status.CANCELLED, line=90, person="rosa")]
    assert commit_message(two, name_people=True) == (
        "Close LATER-001 and 1 more, as in the tracker\n"
        "\n"
        "LATER-001 is resolved: LATER.md:61\n"
        "LATER-003 is cancelled: LATER.md:90\n"
        "\n"
        "Gapkeeper-Item: LATER-001 (#12)\n"
        "Gapkeeper-Item: LATER-003 (#14)\n"
        "Closed-by: anna\n"
        "Closed-by: rosa\n"
    )
    assert "anna" not in commit_message(two, name_people=False)


def test_a_subject_says_what_happened() -> None:
    assert commit_message([change(wanted=Status.BLOCKED)], name_people=False).startswith("Reopen LATER-001, as")
    both = [change(), change("LATER-003", wanted=Status.BLOCKED)]
    assert commit_message(both, name_people=False).startswith("Update LATER-001 and 1 more")


def test_a_proposal_shows_who_what_and_where_and_what_other_places_say() -> None:
    stale = statement("LATER-001", path="checkpoint.md", line=12, rank=Rank.ROW, status_text="Not Started")
    after = item(status=Status.RESOLVED, losing=(Losing(stale, "status", "stale"),))
    text = proposal_text([change()], {"42/LATER//LATER-001": after}, EDITS, BASE)
    assert text.title == "Close LATER-001, as in the tracker"
    assert (
        "| LATER-001 PostgreSQL provisioning | #12 | anna closed it as completed | pending → resolved | LATER.md:61 |"
        in text.body
    )
    assert "- checkpoint.md:12 says “Not Started” for LATER-001" in text.body
    assert "Somebody else committed" not in text.body
    assert "Somebody else committed" in proposal_text([change()], {}, EDITS, BASE, persons_commit=True).body


def test_the_hidden_line_says_which_items_and_of_what() -> None:
    text = proposal_text([change()], {}, EDITS, BASE)
    contents = read_contents(text.body + "\n")
    assert contents.items == {item_digest("42/LATER//LATER-001")}
    assert contents.made_of == made_of(BASE, EDITS)
    assert made_of("another", EDITS) != made_of(BASE, EDITS)
    assert made_of(BASE, [DocumentEdit("LATER.md", b"Open\n", b"Done!\n")]) != made_of(BASE, EDITS)


def test_a_hidden_line_that_a_person_broke_says_nothing() -> None:
    body = proposal_text([change()], {}, EDITS, BASE).body
    for broken in ("", body.replace('{"items"', "{items"), body.replace('"of"', '"off"'), body + "\nmore"):
        assert read_contents(broken).items == frozenset()


def test_a_thousand_items_fit_into_what_a_forge_takes() -> None:
    changes = [change(f"docs/area-{n}/register.md#ISSUE-{n:04}", n, path="docs/" + "x" * 200) for n in range(1, 1001)]
    text = proposal_text(changes, {}, EDITS, BASE)
    assert len(text.body) < 65_536
    assert "900 more" in text.body
    assert len(read_contents(text.body).items) == 1000
    assert len(text.title) <= 72


@given(texts.filter(bool), texts.filter(bool), texts, texts, st.sampled_from(Status))
def test_text_of_documents_and_people_does_nothing_in_a_commit_or_proposal(
    key: str, path: str, person: str, title: str, wanted: Status
) -> None:
    one = change(key, 12, wanted, path=path, person=person)
    stale = statement("LATER-001", path=path, rank=Rank.ROW, status_text=title or "x")
    items = {one.identity: item(title=title, losing=(Losing(stale, "status", "stale"),))}
    message = commit_message([one], name_people=True)
    for line in message.splitlines():
        assert references_in_plain_text(re.sub(r" \(#12\)$", "", line)) == []
    assert message.count("\n\n") == 2  # a subject, a text, and trailers
    text = proposal_text([one], items, EDITS, BASE)
    assert references_in_plain_text(text.title) == []
    assert QUICK_ACTION.search(text.body) is None
    assert TASK_ITEM.search(text.body) is None
    for render in RENDERERS:
        page = read(render(text.body))
        assert len(page.comments) == 1
        assert [found for found in references(page) if "'#12'" not in found] == []
        assert len(page.cells) == 5
    assert read_contents(text.body).items == {item_digest(one.identity)}
