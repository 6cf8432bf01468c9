"""Issues as GitHub lists and writes them: with pull requests, in any case of letters, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asking import error, first_error
from github_counterpart.accounts import Role
from github_counterpart.documents import branch, push
from github_counterpart.seed import OWNER, US

if TYPE_CHECKING:
    import httpx

    from asking import As, Asking
    from github_counterpart.github import GitHub


def numbers(answer: httpx.Response) -> list[int]:
    return [issue["number"] for issue in answer.json()]


def labels(issue: dict[str, list[dict[str, str]]]) -> set[str]:
    return {label["name"] for label in issue["labels"]}


class TestLists:
    def test_hold_pull_requests_that_say_so(self, github: GitHub, ask: Asking) -> None:
        issue = ask.issue()
        branch(github, "topic", {"a.md": "A"})
        pull = ask.post("~/pulls", json={"title": "P", "head": "topic", "base": "main"}).json()
        both = ask.get("~/issues").json()
        assert {one["number"]: "pull_request" in one for one in both} == {
            issue["number"]: False,
            pull["number"]: True,
        }
        assert ask.get(f"~/issues/{pull['number']}").json()["pull_request"]["url"] == pull["url"]

    def test_are_open_ones_and_the_newest_first_unless_asked_otherwise(self, ask: Asking) -> None:
        made = [ask.issue(str(number))["number"] for number in range(3)]
        ask.patch(f"~/issues/{made[0]}", json={"state": "closed"})
        assert numbers(ask.get("~/issues")) == made[:0:-1]
        assert numbers(ask.get("~/issues?state=all&direction=asc")) == made
        assert numbers(ask.get("~/issues?state=closed")) == made[:1]
        assert numbers(ask.get("~/issues?state=all&sort=updated"))[0] in made

    def test_come_in_pages_of_thirty_or_up_to_a_hundred(self, ask: Asking) -> None:
        for number in range(32):
            ask.issue(str(number))
        first = ask.get("~/issues")
        assert len(first.json()) == 30
        assert set(first.links) == {"next", "last"}
        second = ask.get(first.links["next"]["url"])
        assert len(second.json()) == 2
        assert set(second.links) == {"prev", "first"}
        whole = ask.get("~/issues?per_page=1000")
        assert len(whole.json()) == 32
        assert whole.links == {}

    def test_know_labels_in_any_case_and_all_of_them(self, ask: Asking) -> None:
        both = ask.issue("Both", labels=["Bug", "later"])["number"]
        ask.issue("One", labels=["bug"])
        assert numbers(ask.get("~/issues?labels=BUG,Later")) == [both]
        assert numbers(ask.get("~/issues?labels=never-was")) == []

    def test_since_a_moment_to_the_second(self, github: GitHub, ask: Asking) -> None:
        old = ask.issue("Old")["number"]
        github.clock.advance(10)
        new = ask.issue("New")
        since = new["updated_at"]
        assert len(since) == len("2026-11-24T09:00:00Z")
        assert numbers(ask.get(f"~/issues?since={since}")) == [new["number"]]
        github.clock.advance(10)
        ask.post(f"~/issues/{old}/comments", json={"body": "Still here"})
        assert numbers(ask.get(f"~/issues?since={since}&sort=updated&direction=asc")) == [new["number"], old]

    def test_say_who_closed_an_issue_unless_they_are_of_an_older_kind(self, github: GitHub, ask: Asking) -> None:
        number = ask.issue()["number"]
        github.act(OWNER, "PATCH", f"/issues/{number}", {"state": "closed"})
        assert ask.get("~/issues?state=all").json()[0]["closed_by"]["login"] == OWNER
        github.closers_in_lists = False
        assert "closed_by" not in ask.get("~/issues?state=all").json()[0]
        assert ask.get(f"~/issues/{number}").json()["closed_by"]["login"] == OWNER

    def test_by_who_wrote_them_and_who_has_them(self, ask: Asking, ask_as: As) -> None:
        mine = ask.issue("Mine", assignees=[US])["number"]
        theirs = ask_as("Rosa").issue("Theirs")["number"]
        assert numbers(ask.get("~/issues?creator=rosa")) == [theirs]
        assert numbers(ask.get(f"~/issues?assignee={US}")) == [mine]
        assert numbers(ask.get("~/issues?assignee=none")) == [theirs]
        assert numbers(ask.get("~/issues?milestone=*")) == []


class TestWriting:
    def test_an_id_is_not_the_number(self, ask: Asking) -> None:
        issue = ask.issue()
        assert issue["number"] == 1
        assert issue["id"] > 2**31

    def test_a_new_issue_says_where_it_is(self, github: GitHub, ask: Asking) -> None:
        answer = ask.post("~/issues", json={"title": "T"})
        assert answer.headers["location"] == answer.json()["url"] == f"{github.url}/repos/harbour/pier/issues/1"

    def test_labels_keep_the_spelling_that_is_there(self, ask: Asking) -> None:
        ask.post("~/labels", json={"name": "Über: XL", "color": "ff0000"})
        issue = ask.issue(labels=["ÜBER: xl", "über: XL", "new"])
        assert labels(issue) == {"Über: XL", "new"}
        changed = ask.patch(f"~/issues/{issue['number']}", json={"labels": ["NEW"]}).json()
        assert labels(changed) == {"new"}
        assert [one["name"] for one in ask.get("~/labels").json()] == ["new", "Über: XL"]

    def test_closing_with_each_reason_and_opening_again(self, ask: Asking) -> None:
        number = ask.issue()["number"]
        for reason in (None, "completed", "not_planned", "duplicate"):
            sent = {"state": "closed"} | ({"state_reason": reason} if reason else {})
            closed = ask.patch(f"~/issues/{number}", json=sent).json()
            assert (closed["state"], closed["state_reason"]) == ("closed", reason or "completed")
            assert closed["closed_by"]["login"] == US
            opened = ask.patch(f"~/issues/{number}", json={"state": "open"}).json()
            assert (opened["state"], opened["state_reason"], opened["closed_by"]) == ("open", "reopened", None)

    def test_a_reason_without_a_change_of_state_is_ignored(self, ask: Asking) -> None:
        number = ask.issue()["number"]
        ask.patch(f"~/issues/{number}", json={"state": "closed", "state_reason": "not_planned"})
        again = ask.patch(f"~/issues/{number}", json={"state": "closed", "state_reason": "completed"}).json()
        assert again["state_reason"] == "not_planned"

    @pytest.mark.parametrize(
        ("sent", "field", "message"),
        [
            ({"title": "x" * 257}, "title", "title is too long (maximum is 256 characters)"),
            ({"title": "T", "body": "x" * 65_537}, "body", "body is too long (maximum is 65536 characters)"),
            ({"title": "T", "labels": ["x" * 51]}, "name", "name is too long (maximum is 50 characters)"),
        ],
    )
    def test_what_is_too_long_is_refused_and_nothing_is_made(
        self, ask: Asking, sent: dict[str, object], field: str, message: str
    ) -> None:
        told = first_error(ask.post("~/issues", json=sent))
        assert (told["code"], told["field"], told["message"]) == ("custom", field, message)
        number = ask.issue()["number"]
        assert first_error(ask.patch(f"~/issues/{number}", json=sent))["field"] == field
        assert numbers(ask.get("~/issues")) == [number]
        assert ask.get("~/labels").json() == []

    def test_what_is_as_long_as_allowed_is_taken(self, ask: Asking) -> None:
        issue = ask.issue("ü" * 256, body="漢" * 65_536, labels=["l" * 50])
        assert (len(issue["title"]), len(issue["body"]), labels(issue)) == (256, 65_536, {"l" * 50})

    @pytest.mark.parametrize(
        ("sent", "field", "code"),
        [
            ({"title": " "}, "title", "missing_field"),
            ({"title": "T", "milestone": 99}, "milestone", "invalid"),
            ({"title": "T", "assignees": ["Nobody"]}, "assignees", "invalid"),
            ({"title": "T", "assignees": ["Rosa"]}, "assignees", "invalid"),  # who may not have issues here
            ({"title": "T", "labels": [" "]}, "name", "missing_field"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_field(
        self, ask: Asking, sent: dict[str, object], field: str, code: str
    ) -> None:
        told = first_error(ask.post("~/issues", json=sent))
        assert (told["field"], told["code"]) == (field, code)

    def test_who_may_have_issues_are_those_with_a_role(self, github: GitHub, ask: Asking) -> None:
        github.grant("Rosa", Role.TRIAGE)
        assert ask.issue(assignees=["Rosa"])["assignees"][0]["login"] == "Rosa"


class TestWhoMay:
    def test_labels_of_strangers_are_dropped_without_a_word(self, ask: Asking, ask_as: As) -> None:
        ask.post("~/milestones", json={"title": "Phase 1"})
        made = ask_as("Rosa").issue(labels=["bug"], milestone=1, assignees=[US])
        assert (made["labels"], made["milestone"], made["assignees"]) == ([], None, [])
        assert ask.get("~/labels").json() == []

    def test_authors_may_change_and_close_their_own(self, ask_as: As) -> None:
        rosa = ask_as("Rosa")
        number = rosa.issue()["number"]
        sent = {"title": "Another", "state": "closed", "labels": ["bug"]}
        changed = rosa.patch(f"~/issues/{number}", json=sent).json()
        assert (changed["title"], changed["state"], changed["labels"]) == ("Another", "closed", [])

    def test_strangers_may_not_touch_those_of_others(self, ask: Asking, ask_as: As) -> None:
        number = ask.issue()["number"]
        assert error(ask_as("Rosa").patch(f"~/issues/{number}", json={"state": "closed"})) == (
            403,
            "Must have admin rights to Repository.",
        )

    def test_triage_closes_and_labels_and_writes_nothing(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        github.grant("Rosa", Role.TRIAGE)
        rosa, number = ask_as("Rosa"), ask.issue()["number"]
        changed = rosa.patch(f"~/issues/{number}", json={"state": "closed", "labels": ["bug"]}).json()
        assert (changed["state"], labels(changed)) == ("closed", {"bug"})
        assert rosa.patch(f"~/issues/{number}", json={"title": "Another"}).status_code == 403
        assert error(rosa.post("~/labels", json={"name": "a", "color": "ff0000"})) == (404, "Not Found")
        assert error(rosa.post("~/milestones", json={"title": "a"})) == (404, "Not Found")

    def test_how_authors_stand_to_the_repository(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        github.grant("Piet", Role.READ)
        for who, standing in ((OWNER, "OWNER"), (US, "COLLABORATOR"), ("Piet", "COLLABORATOR"), ("Rosa", "NONE")):
            number = ask_as(who).issue()["number"]
            assert ask.get(f"~/issues/{number}").json()["author_association"] == standing
            ask_as(who).post(f"~/issues/{number}/comments", json={"body": "Text"})
            (comment,) = ask.get(f"~/issues/{number}/comments").json()
            assert comment["author_association"] == standing

    def test_a_bot_is_one_wherever_it_is_named(self, github: GitHub, ask: Asking, ask_as: As) -> None:
        github.make_bot("Rosa")
        github.grant("Rosa", Role.TRIAGE)
        number = ask_as("Rosa").issue()["number"]
        ask_as("Rosa").patch(f"~/issues/{number}", json={"state": "closed"})
        issue = ask.get(f"~/issues/{number}").json()
        assert (issue["user"]["type"], issue["closed_by"]["type"]) == ("Bot", "Bot")
        assert ask.get(f"~/issues/{number}/events").json()[0]["actor"]["type"] == "Bot"


class TestGone:
    def test_a_deleted_issue_is_410_and_in_no_list(self, github: GitHub, ask: Asking) -> None:
        kept, gone = ask.issue("Kept")["number"], ask.issue("Gone")["number"]
        github.delete_issue(gone)
        assert numbers(ask.get("~/issues")) == [kept]
        for answer in (
            ask.get(f"~/issues/{gone}"),
            ask.patch(f"~/issues/{gone}", json={"title": "T"}),
            ask.get(f"~/issues/{gone}/comments"),
            ask.post(f"~/issues/{gone}/comments", json={"body": "Text"}),
        ):
            assert error(answer) == (410, "This issue was deleted")
        assert ask.issue("Next")["number"] == gone + 1

    def test_a_transferred_issue_leads_to_its_new_address(self, github: GitHub, ask: Asking) -> None:
        number = ask.issue("Moves")["number"]
        address = github.transfer_issue(number)
        answer = ask.get(f"~/issues/{number}")
        assert (answer.status_code, answer.headers["location"]) == (301, address)
        assert ask.get(address).json()["title"] == "Moves"
        assert numbers(ask.get("~/issues?state=all")) == []

    def test_an_issue_that_never_was_is_404(self, ask: Asking) -> None:
        assert error(ask.get("~/issues/4711")) == (404, "Not Found")
        assert error(ask.patch("~/issues/4711", json={"title": "T"})) == (404, "Not Found")
        assert error(ask.post("~/issues/4711/comments", json={"body": "Text"})) == (404, "Not Found")

    def test_a_repository_without_issues_says_so(self, github: GitHub, ask: Asking) -> None:
        github.configure(has_issues=False)
        assert error(ask.get("~/issues")) == (410, "Issues has been disabled in this repository.")
        assert error(ask.post("~/issues", json={"title": "T"})) == (410, "Issues are disabled for this repo")
        assert ask.get("~").json()["has_issues"] is False

    def test_an_archived_repository_is_read_and_not_written(self, github: GitHub, ask: Asking) -> None:
        number = ask.issue()["number"]
        github.configure(archived=True)
        assert ask.get("~").json()["archived"] is True
        assert ask.get(f"~/issues/{number}").status_code == 200
        assert error(ask.patch(f"~/issues/{number}", json={"title": "T"})) == (
            403,
            "Repository was archived so is read-only.",
        )

    def test_a_renamed_repository_leads_to_its_new_name(self, github: GitHub, ask: Asking) -> None:
        number = ask.issue()["number"]
        github.rename("quay")
        answer = ask.get("~/issues?state=all")
        assert answer.status_code == 301
        assert answer.json()["message"] == "Moved Permanently"
        assert answer.headers["location"] == f"{github.url}/repositories/1/issues?state=all"
        assert numbers(ask.get(answer.headers["location"])) == [number]
        write = ask.patch(f"~/issues/{number}", json={"title": "Another"})
        assert write.status_code == 307
        assert ask.patch(write.headers["location"], json={"title": "Another"}).json()["title"] == "Another"
        assert ask.get("/repos/harbour/quay").json()["full_name"] == "harbour/quay"

    def test_names_are_the_same_in_any_case(self, ask: Asking) -> None:
        assert ask.get("/repos/Harbour/PIER").json()["full_name"] == "harbour/pier"


def test_what_was_pushed_is_there(github: GitHub, ask: Asking) -> None:
    commit = push(github, {"docs/later.md": "# Later\n"}, "Say what comes later")
    assert ask.get("~/git/ref/heads/main").json()["object"]["sha"] == commit
    assert ask.get("~/contents/docs/later.md").json()["encoding"] == "base64"
