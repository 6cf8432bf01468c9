"""Nothing that a document or a person wrote is obeyed by GitLab in our name, however any of its versions reads it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import FORGE, NAMESPACE, item, register
from gapkeeper import escaping
from gapkeeper.model.edits import LineChange
from gapkeeper.model.plan import Change, Op
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.model.status import Status
from gapkeeper.planning.body import compose_body
from gapkeeper.planning.comments import Move, close_comment, conflict_comment, orphan_comment
from gapkeeper.planning.issue import IssueRenderer
from gapkeeper.planning.marker import Marker, Pair, TrackerState, comment_key
from gapkeeper.planning.proposal import proposal_text
from gitlab_counterpart.quick_actions import split
from gitlab_counterpart.seed import US
from hostile_text import texts

if TYPE_CHECKING:
    from gitlab_counterpart.gitlab import GitLab

COMMANDS = ("/close", "/label ~bug", "\n/title x", "\r/lock", "/\rclose", "/c\rlose", "   /close\n", "\n\n/assign me\n")
commanding = st.lists(st.one_of(st.sampled_from(COMMANDS), texts), min_size=1, max_size=4).map("".join)


def commands(markdown: str) -> list[tuple[str, str]]:
    """What GitLab would obey."""
    return split(markdown)[1]


@given(commanding)
@example("/\rclose")
def test_of_an_escaped_text(text: str) -> None:
    for escaped in (escaping.block(text), escaping.inline(text), escaping.cell(text), escaping.link(text, "x://y")):
        assert commands(escaped) == []
        assert commands(f"Before\n{escaped}") == []


@given(commanding)
@example("/\rclose")
@example("/c\rlose")
def test_of_what_people_wrote_and_we_send_again(text: str) -> None:
    again = escaping.without_commands(text)
    assert commands(again) == []
    assert again.replace("&#47;", "/") == text.replace("&#47;", "/")


@given(commanding, commanding, commanding)
def test_of_an_issue_its_notes_and_a_merge_request(title: str, words: str, path: str) -> None:
    wanted = item("LATER-001", title, status_text=words, owner=words, category=words, description=((words, title),))
    renderer = IssueRenderer(register(wanted), SyncPolicy(), FORGE, NAMESPACE)
    marker = Marker("42/LATER//LATER-001", "LATER-001", Pair(Status.PENDING, TrackerState.OPEN), Pair(title, words))
    sent = [compose_body("", marker, renderer.body(wanted), FORGE)]
    key, move = comment_key("close", words, 1), Move(TrackerState.CLOSED, words)
    sent.append(close_comment(wanted, renderer.telling, key, written_by=words))
    sent.append(conflict_comment(wanted, renderer.telling, key, move))
    sent.append(orphan_comment(words, renderer.telling, key))
    line = LineChange(path, 1, words, title)
    change = Change(
        Op.WRITE_BACK, words, words, identity="42/LATER//LATER-001", issue=12, moved_by=title, lines=(line,),
        writes=Status.RESOLVED, fields=MappingProxyType({"status": ("pending", "resolved")}),
    )  # fmt: skip
    sent.append(proposal_text([change], {"42/LATER//LATER-001": wanted}, (), "c0ffee").body)
    assert [commands(one) for one in sent] == [[]] * len(sent)


@pytest.mark.parametrize("text", [*COMMANDS, "".join(COMMANDS)])
def test_which_a_gitlab_shows_as_it_was_sent(gitlab: GitLab, text: str) -> None:
    gitlab.act(US, "POST", "/issues", {"title": "T", "description": f"Before\n\n{escaping.block(text)}"})
    gitlab.act(US, "POST", "/issues/1/notes", {"body": f"Before\n\n{escaping.block(text)}"})
    found = gitlab.act(US, "GET", "/issues/1")
    assert (found["state"], found["labels"], found["title"], found["assignees"]) == ("opened", [], "T", [])
    assert [note["system"] for note in gitlab.act(US, "GET", "/issues/1/notes")] == [False]
