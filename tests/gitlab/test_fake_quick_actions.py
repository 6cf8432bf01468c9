"""Lines that the fake obeys, so that a leak of a document's text is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking_gitlab import refusal
from gitlab_counterpart.quick_actions import split
from gitlab_counterpart.seed import US

if TYPE_CHECKING:
    from asking_gitlab import As, Asking
    from gitlab_counterpart.gitlab import GitLab


@pytest.mark.parametrize(
    "text",
    [
        "/close",
        "Text\n/close",
        "Text\n\n/close\n\nMore",
        "/CLOSE",
        "/close now",
        "Text\r\n/close\r\n",
        "\r/close",
        "   /close",
        "Text\n      /close",
        "/label ~bug\n/close",
        "```\ncode\n```\n/close",
        "- an item\n\n/close",
    ],
)
def test_a_command_is_obeyed_and_not_shown(asking: Asking, text: str) -> None:
    asking.issue(description=text)
    found = asking.get("~/issues/1").json()
    assert found["state"] == "closed"
    assert "close" not in (found["description"] or "").lower()


@pytest.mark.parametrize(
    "text",
    [
        "```\n/close\n```",
        "> /close",
        "Text /close",
        "`/close`",
        "/closed",
        "//close",
        "/ close",
        "/usr/bin",
        "    /close",
        "\\/close",
        "<!-- /close -->",
        "\N{ZERO WIDTH SPACE}/close",
    ],
)
def test_other_text_is_shown_as_it_is(asking: Asking, text: str) -> None:
    asking.issue(description=text)
    found = asking.get("~/issues/1").json()
    assert (found["state"], found["description"]) == ("opened", text)


def test_a_note_of_commands_alone_is_no_note(asking: Asking) -> None:
    asking.issue()
    answer = asking.post("~/issues/1/notes", json={"body": "/close\n/confidential"})
    assert (answer.status_code, answer.json()["summary"][0]) == (202, "Closed this issue.")
    found = asking.get("~/issues/1").json()
    assert (found["state"], found["confidential"], found["user_notes_count"]) == ("closed", True, 0)


def test_a_note_keeps_what_is_no_command(asking: Asking) -> None:
    asking.issue(labels="bug")
    asking.post("~/issues/1/notes", json={"body": "Gone.\n/unlabel ~bug\n/title Another"})
    found = asking.get("~/issues/1").json()
    assert (found["labels"], found["title"]) == ([], "Another")
    assert "Gone." in {note["body"] for note in asking.get("~/issues/1/notes").json()}


def test_commands_that_keep_nothing_here_are_written_down(gitlab: GitLab, asking: Asking) -> None:
    asking.issue(description="/due tomorrow")
    assert asking.get("~/issues/1").json()["description"] == ""
    assert [note.body for note in gitlab.project.issues[1].notes] == ["obeyed a quick action: tomorrow"]


def test_whoever_may_not_do_it_has_it_taken_away_all_the_same(asking: Asking, asking_as: As) -> None:
    asking.issue()
    rosa = asking_as("Rosa")
    answer = rosa.post("~/issues/1/notes", json={"body": "Text\n/label ~bug\n/lock"})
    assert (answer.status_code, answer.json()["body"]) == (201, "Text")
    assert asking.get("~/issues/1").json()["discussion_locked"] is None
    assert refusal(rosa.post("~/issues/1/notes", json={"body": "/lock"}))[0] == 400


def test_merge_requests_obey_too(gitlab: GitLab) -> None:
    repository = gitlab.project.repository
    repository.branches["topic"] = repository.branches["main"]
    sent = {"title": "T", "source_branch": "topic", "target_branch": "main", "description": "Text\n/close"}
    gitlab.act(US, "POST", "/merge_requests", sent)
    assert gitlab.act(US, "GET", "/merge_requests/1")["state"] == "closed"


def test_no_text_keeps_its_carriage_returns_and_the_spaces_at_its_end(asking: Asking) -> None:
    text = " a\r\n/usr\r\nb \t\n\n"
    assert asking.issue(description=text)["description"] == " a\n/usr\nb"
    assert asking.put("~/issues/1", json={"description": f"{text}c\N{NO-BREAK SPACE}\n"}).json()["description"] == (
        " a\n/usr\nb \t\n\nc\N{NO-BREAK SPACE}"
    )
    assert asking.post("~/issues/1/notes", json={"body": text}).json()["body"] == " a\n/usr\nb"


def test_what_is_left_are_the_other_lines() -> None:
    assert split("a\n/close\nb\n/label ~x y\n") == ("a\nb", [("close", ""), ("label", "~x y")])
