"""The port `Repository` on GitLab: what is pushed, what is proposed, and what is left alone."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.gitlab import session
from gapkeeper.adapters.gitlab.repository import GitLabRepository
from gapkeeper.adapters.http.client import Client
from gapkeeper.errors import (
    DocumentsError,
    NoRepositoryError,
    NotAuthorisedError,
    RefusedError,
    StaleDocumentsError,
    UnavailableError,
)
from gapkeeper.model.delivery import BRANCH, ProposalState, ProposalText
from gapkeeper.model.edits import DocumentEdit
from gapkeeper.wiring.gitlab import open_session
from github_counterpart.faults import Once, cut
from gitlab_counterpart.faults import html, status
from gitlab_counterpart.seed import OWNER, US, token_of
from gitlab_counterpart.world import Role
from opening import URL, operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gitlab_counterpart.gitlab import GitLab

    Open = Callable[..., GitLabRepository]

OLD, NEW = b"a: open\r\n\xe4\xf6\n", b"a: resolved\r\n\xe4\xf6\n"  # no UTF-8, and both kinds of line ends
TEXT = ProposalText("Close LATER-001", "Why\n\nand what")
COMMITS, REQUESTS = "POST /projects/{id}/repository/commits", "POST /projects/{id}/merge_requests"


@pytest.fixture
def base(gitlab: GitLab) -> str:
    """A plan among other things."""
    files = {"docs/deep/a.md": OLD, "docs/b.md": b"b: open\n", "docs/.gitignore": b"drafts/\n", "src/main.py": b"x"}
    return gitlab.commit({**files, "docs/LATER.md": None, "docs/drafts/c.md": b"c\n", "README.md": b"top\n"}, "Plan")


@pytest.fixture
def opened(gitlab: GitLab, base: str, tmp_path: Path) -> Iterator[Open]:  # noqa: ARG001 - it has to be there
    with contextlib.ExitStack() as stack:

        def open_(
            *, read_only: bool = False, prefix: str = "docs/", branch: str | None = None, token: str = token_of(US)
        ) -> GitLabRepository:
            with operator(gitlab, token):
                project = stack.enter_context(open_session(URL, tmp_path, read_only=read_only))
            return GitLabRepository(
                project, branch=branch, prefix=prefix, patterns=(("**/*.md",), ()), clone=lambda _commit: None
            )

        yield open_


def edit(old: bytes = OLD, new: bytes = NEW, path: str = "deep/a.md") -> DocumentEdit:
    return DocumentEdit(path, old, new)


def persons_commit(gitlab: GitLab) -> str:
    return gitlab.commit({"docs/b.md": b"by a person\n"}, "Mine", branch=BRANCH)


def tip(gitlab: GitLab, branch: str) -> str:
    return gitlab.project.repository.branches[branch]


def files(gitlab: GitLab, commit: str) -> dict[str, bytes]:
    """Everything that a commit holds."""
    repository = gitlab.project.repository
    return {path: repository.blob(blob) for path, (_, blob) in repository.commits[commit].files.items()}


class TestDocuments:
    def test_are_those_of_the_base_branch(self, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.base == base
        source = repository.documents()
        assert source.revision == base
        assert [(one.path, one.data) for one in source.documents()] == [("b.md", b"b: open\n"), ("deep/a.md", OLD)]
        exists = {path: source.exists(path) for path in ("b.md", "deep", "deep/", "B.md", "../README.md", "", "x/y")}
        assert exists == {"b.md": True, "deep": True, "deep/": True, "B.md": False, "../README.md": False, "": True, "x/y": False}  # fmt: skip  # noqa: E501

    def test_of_a_large_folder_are_all_there(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.commit({f"docs/many/{number:03}.md": b"x\n" for number in range(230)}, "Many")
        found = [one.path for one in opened().documents().documents()]
        assert len(found) == 232

    def test_of_another_branch_where_it_is_named(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.project.repository.branches["release"] = tip(gitlab, "main")
        commit = gitlab.commit({"docs/b.md": b"b: released\n"}, "Release", branch="release")
        repository = opened(branch="release")
        assert repository.base == commit
        assert next(iter(repository.documents().documents())).data == b"b: released\n"

    def test_of_the_base_branch_are_found_after_it_was_renamed(self, gitlab: GitLab, opened: Open, base: str) -> None:
        assert opened().base == base
        branches = gitlab.project.repository.branches
        branches["trunk"] = branches.pop("main")
        gitlab.project.repository.default = "trunk"
        assert opened().base == base

    def test_of_a_branch_that_a_proxy_does_not_find_may_be_there(self, gitlab: GitLab, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.base == base
        gitlab.trouble = Once(html(404), "GET /projects/{id}/repository/branches/{branch}")
        with pytest.raises(UnavailableError):
            repository.branch(BRANCH)

    def test_of_a_branch_of_a_project_that_is_gone_may_be_there(self, gitlab: GitLab, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.base == base
        gone = status(404, "404 Project Not Found")
        gitlab.trouble = Once(gone, "GET /projects/{id}/repository/branches/{branch}")
        with pytest.raises(NotAuthorisedError, match=r"no such project \(any more\)"):
            repository.branch(BRANCH)

    def test_of_the_default_branch_are_those_of_the_one_that_it_is_now(
        self, gitlab: GitLab, opened: Open, base: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert opened().base == base
        gitlab.project.repository.branches["trunk"] = base
        commit = gitlab.commit({"docs/b.md": b"b: on the trunk\n"}, "Trunk", branch="trunk")
        gitlab.project.repository.default = "trunk"  # and `main` stays
        monkeypatch.setattr(session, "_JUST_NOW", dt.timedelta(0))  # no test waits for a minute
        repository = opened()
        assert repository.base == commit
        repository.set_branch(BRANCH, [edit()], "Close", was=None)
        number = repository.propose(BRANCH, TEXT).number
        assert gitlab.project.requests[number].target == "trunk"

    @pytest.mark.parametrize("branch", [None, "main"])
    def test_of_a_repository_that_is_switched_off_say_so(
        self, gitlab: GitLab, opened: Open, branch: str | None
    ) -> None:
        assert opened().base
        for level in ("disabled", "disabled", "enabled"):
            gitlab.project.features["repository"] = level
            for read in (lambda: opened(branch=branch).base, lambda: opened(branch=branch).proposals(BRANCH)):
                if level == "enabled":
                    assert read() is not None
                    continue
                with pytest.raises(NoRepositoryError, match="switched off") as told:
                    read()
                assert "Settings, General, Visibility" in str(told.value.hint)

    def test_of_a_branch_that_is_not_there_are_an_error(self, opened: Open) -> None:
        with pytest.raises(DocumentsError, match="no branch nothing"):
            _ = opened(branch="nothing").base

    def test_that_cannot_be_read_are_not_taken_for_none(self, gitlab: GitLab, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.base == base
        gitlab.project.repository.commits.pop(base)  # as where somebody pushed by force, and GitLab tidied up
        with pytest.raises(Exception, match="404 Tree Not Found"):
            list(repository.documents().documents())


class TestCommit:
    def test_changes_those_bytes_and_nothing_else(self, gitlab: GitLab, opened: Open, base: str) -> None:
        before = files(gitlab, base)
        repository = opened()
        made = repository.commit([edit()], "Close LATER-001\n")
        assert tip(gitlab, "main") == made == repository.base
        assert files(gitlab, made) == {**before, "docs/deep/a.md": NEW}
        commit = gitlab.project.repository.commits[made]
        assert commit.parents == (base,)
        assert commit.message.startswith("Close LATER-001\n")
        assert commit.author == ("gapkeeper", f"{US}@example.com")  # the account's address, as push rules want it

    def test_of_several_documents_is_one_request(self, gitlab: GitLab, opened: Open) -> None:
        with gitlab.watched() as log:
            made = opened().commit([edit(), edit(b"b: open\n", b"b: done\n", "b.md")], "Close two")
        assert [seen.name for seen in log.writes] == [COMMITS]
        assert files(gitlab, made)["docs/b.md"] == b"b: done\n"

    def test_to_a_branch_that_was_pushed_to_meanwhile_changes_nothing(self, gitlab: GitLab, opened: Open) -> None:
        repository = opened()
        assert repository.base
        pushed = gitlab.commit({"docs/b.md": b"b: pushed\n"}, "Push")
        with pytest.raises(StaleDocumentsError):
            repository.commit([edit()], "Close")
        assert tip(gitlab, "main") == pushed

    def test_does_not_overwrite_what_is_pushed_in_the_last_moment(self, gitlab: GitLab, opened: Open) -> None:
        repository = opened()
        assert repository.base

        def push(seen: object) -> None:
            if getattr(seen, "name", "") == COMMITS:
                gitlab.commit({"docs/deep/a.md": b"a: by a person\n"}, "Push")

        gitlab.trouble = push
        with pytest.raises(StaleDocumentsError, match="has changed since"):
            repository.commit([edit()], "Close")
        assert gitlab.read("docs/deep/a.md") == b"a: by a person\n"

    def test_of_a_document_that_is_another_one_changes_nothing(self, gitlab: GitLab, opened: Open, base: str) -> None:
        for wrong in (edit(old=b"another"), edit(path="gone.md"), edit(path="deep"), edit(path="x/y.md")):
            with pytest.raises(StaleDocumentsError):
                opened().commit([wrong], "Close")
        assert tip(gitlab, "main") == base

    def test_is_never_pushed_to_a_protected_branch(self, gitlab: GitLab, opened: Open, base: str) -> None:
        gitlab.protect("main", push=Role.DEVELOPER)  # even where we might
        repository = opened()
        assert "protected" in str(repository.obstacle(["a.md"]))
        with gitlab.watched() as log, pytest.raises(DocumentsError, match="protected"):
            repository.commit([edit()], "Close")
        assert log.writes == []
        assert tip(gitlab, "main") == base

    def test_of_an_account_that_may_not_push_is_not_tried(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.grant(US, Role.REPORTER)
        assert "Developer" in str(opened().obstacle(["a.md"]))

    def test_by_a_run_that_only_reads_is_refused(self, gitlab: GitLab, opened: Open) -> None:
        repository = opened(read_only=True)
        assert repository.base
        with gitlab.watched() as log:
            for write in (
                lambda: repository.commit([edit()], "Close"),
                lambda: repository.set_branch(BRANCH, [edit()], "Close", was=None),
                lambda: repository.delete_branch(BRANCH, was="x"),
                lambda: repository.propose(BRANCH, TEXT),
            ):
                with pytest.raises(RefusedError):
                    write()
        assert log == []


class TestBranch:
    def test_is_one_commit_on_the_base(self, gitlab: GitLab, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.branch(BRANCH) is None
        with gitlab.watched() as log:
            made = repository.set_branch(BRANCH, [edit()], "Close", was=None)
        assert [seen.name for seen in log.writes] == [COMMITS]
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.parent, found.ours) == (made, base, True)
        assert files(gitlab, made)["docs/deep/a.md"] == NEW
        assert tip(gitlab, "main") == base

    def test_made_again_with_the_same_edits_does_not_move(self, gitlab: GitLab, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        with gitlab.watched() as log:
            assert opened().set_branch(BRANCH, [edit()], "Close", was=made) == made
        assert log.writes == []

    @pytest.mark.parametrize(
        ("edits", "message"),
        [
            ([edit(new=b"other")], "Close"),
            ([edit()], "Close it"),
            ([edit(), edit(b"b: open\n", b"b: done\n", "b.md")], "Close"),
            ([edit(b"b: open\n", b"b: done\n", "b.md")], "Close"),
        ],
    )
    def test_made_again_otherwise_is_another_commit(
        self, gitlab: GitLab, opened: Open, edits: list[DocumentEdit], message: str
    ) -> None:
        before = files(gitlab, opened().base)
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        again = opened().set_branch(BRANCH, edits, message, was=made)
        assert again != made
        assert tip(gitlab, BRANCH) == again
        assert files(gitlab, again) == {**before, **{f"docs/{one.path}": one.new for one in edits}}

    def test_is_made_anew_on_the_newest_base(self, gitlab: GitLab, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        newest = gitlab.commit({"docs/b.md": b"b: pushed\n"}, "Push")
        again = opened().set_branch(BRANCH, [edit()], "Close", was=made)
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.parent, found.ours) == (again, newest, True)

    def test_is_made_on_a_base_that_is_not_the_default_branch(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.project.repository.branches["develop"] = tip(gitlab, "main")
        newest = gitlab.commit({"docs/b.md": b"b: developed\n"}, "Develop", branch="develop")
        change = edit(b"b: developed\n", b"b: done\n", "b.md")
        made = opened(branch="develop").set_branch(BRANCH, [change], "Close", was=None)
        assert gitlab.project.repository.commits[made].parents == (newest,)
        newest = gitlab.commit({"docs/b.md": b"b: developed further\n"}, "Develop", branch="develop")
        change = edit(b"b: developed further\n", b"b: done\n", "b.md")
        again = opened(branch="develop").set_branch(BRANCH, [change], "Close", was=made)
        assert gitlab.project.repository.commits[again].parents == (newest,)
        assert files(gitlab, again)["docs/b.md"] == b"b: done\n"

    def test_whose_answer_was_lost_is_found_and_not_made_again(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.trouble = Once(cut(done=True), COMMITS)
        with pytest.raises(UnavailableError):
            opened().set_branch(BRANCH, [edit()], "Close", was=None)
        found = opened().branch(BRANCH)
        assert found is not None
        with gitlab.watched() as log:
            assert opened().set_branch(BRANCH, [edit()], "Close", was=found.tip) == found.tip
        assert log.writes == []

    def test_with_a_persons_commit_is_theirs(self, gitlab: GitLab, opened: Open) -> None:
        opened().set_branch(BRANCH, [edit()], "Close", was=None)
        theirs = persons_commit(gitlab)
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.ours) == (theirs, False)

    def test_that_a_person_amended_is_theirs(self, gitlab: GitLab, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        commits = gitlab.project.repository.commits
        commits[made] = replace(commits[made], amended=commits[made].at + 60)
        found = opened().branch(BRANCH)
        assert found is not None
        assert not found.ours

    def test_that_moved_meanwhile_is_left_alone(self, gitlab: GitLab, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        theirs = persons_commit(gitlab)
        with pytest.raises(StaleDocumentsError):
            opened().set_branch(BRANCH, [edit(new=b"other")], "Close", was=made)
        with pytest.raises(StaleDocumentsError):
            opened().set_branch(BRANCH, [edit()], "Close", was=None)
        with pytest.raises(StaleDocumentsError):
            opened().delete_branch(BRANCH, was=made)
        assert tip(gitlab, BRANCH) == theirs

    def test_that_was_made_in_the_last_moment_is_left_alone(self, gitlab: GitLab, opened: Open) -> None:
        made: list[str] = []

        def push(seen: object) -> None:
            if getattr(seen, "name", "") == COMMITS and not made:
                gitlab.project.repository.branches[BRANCH] = tip(gitlab, "main")
                made.append(persons_commit(gitlab))

        gitlab.trouble = push
        with pytest.raises(StaleDocumentsError, match="already exists"):
            opened().set_branch(BRANCH, [edit()], "Close", was=None)
        assert [tip(gitlab, BRANCH)] == made

    def test_is_deleted_where_it_is_still_that(self, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        opened().delete_branch(BRANCH, was=made)
        assert opened().branch(BRANCH) is None
        opened().delete_branch(BRANCH, was=made)  # it is gone already

    def test_that_is_protected_is_not_pushed_to(self, gitlab: GitLab, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        gitlab.protect("gapkeeper/*", push=Role.DEVELOPER)
        with gitlab.watched() as log:
            for write in (
                lambda: opened().set_branch(BRANCH, [edit(new=b"other")], "Close", was=made),
                lambda: opened().delete_branch(BRANCH, was=made),
            ):
                with pytest.raises(DocumentsError, match="is protected"):
                    write()
        assert log.writes == []

    def test_that_would_be_protected_is_told_and_ends_no_run(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.protect("*")
        with pytest.raises(DocumentsError, match="not allowed to push into this branch") as told:
            opened().set_branch(BRANCH, [edit()], "Close", was=None)
        assert "Protected branches" in str(told.value.hint)

    @pytest.mark.parametrize(
        ("rule", "pattern"),
        [
            ("commit_message_regex", r"^PIER-\d+"),
            ("branch_name_regex", "^feature/"),
            ("author_email_regex", "@harbour.example$"),
        ],
    )
    def test_that_a_push_rule_forbids_is_told_with_the_rule(
        self, gitlab: GitLab, opened: Open, rule: str, pattern: str
    ) -> None:
        gitlab.project.push_rule = {rule: pattern}
        with pytest.raises(DocumentsError, match="does not follow the pattern") as told:
            opened().set_branch(BRANCH, [edit()], "Close", was=None)
        assert "Push rules" in str(told.value.hint)
        assert opened().branch(BRANCH) is None

    def test_of_a_project_that_was_archived_meanwhile_says_so(self, gitlab: GitLab, opened: Open) -> None:
        repository = opened()
        assert repository.base
        gitlab.project.archived = True
        with pytest.raises(NotAuthorisedError, match="is archived"):
            repository.set_branch(BRANCH, [edit()], "Close", was=None)

    def test_of_a_token_that_may_only_read_ends_the_run(self, gitlab: GitLab, opened: Open) -> None:
        token = gitlab.token(scopes=("read_api",))
        with pytest.raises(NotAuthorisedError):
            opened(token=token).set_branch(BRANCH, [edit()], "Close", was=None)


class TestProposals:
    @pytest.fixture
    def number(self, opened: Open) -> int:
        repository = opened()
        repository.set_branch(BRANCH, [edit()], "Close", was=None)
        return repository.propose(BRANCH, TEXT).number

    def only(self, opened: Open) -> tuple[ProposalState, str, str]:
        (found,) = opened().proposals(BRANCH)
        return found.state, found.title, found.body

    def test_is_open_and_says_what_it_was_told(self, opened: Open, number: int) -> None:
        (found,) = opened().proposals(BRANCH)
        told = (found.number, found.state, found.title, found.body)
        assert told == (number, ProposalState.OPEN, TEXT.title, TEXT.body)
        assert found.head == opened().set_branch(BRANCH, [edit()], "Close", was=found.head)
        assert str(number) in found.url

    def test_is_changed(self, opened: Open, number: int) -> None:
        opened().update_proposal(number, ProposalText("Close two", "More"))
        assert self.only(opened) == (ProposalState.OPEN, "Close two", "More")

    def test_that_people_made_a_draft_stays_one(self, gitlab: GitLab, opened: Open, number: int) -> None:
        gitlab.act(OWNER, "PUT", f"/merge_requests/{number}", {"title": f"Draft: {TEXT.title}"})
        assert self.only(opened) == (ProposalState.OPEN, TEXT.title, TEXT.body)  # so that it needs no update
        opened().update_proposal(number, ProposalText("Close two", "More"))
        shown = gitlab.act(OWNER, "GET", f"/merge_requests/{number}")
        assert (shown["title"], shown["draft"]) == ("Draft: Close two", True)

    def test_that_was_merged_is_merged_and_takes_its_branch_away(
        self, gitlab: GitLab, opened: Open, number: int
    ) -> None:
        gitlab.act(OWNER, "PUT", f"/merge_requests/{number}/merge", {})
        assert self.only(opened)[0] is ProposalState.MERGED
        assert opened().branch(BRANCH) is None

    def test_that_a_person_closed_was_declined(self, gitlab: GitLab, opened: Open, number: int) -> None:
        gitlab.act(OWNER, "PUT", f"/merge_requests/{number}", {"state_event": "close"})
        (found,) = opened().proposals(BRANCH)
        assert found.state is ProposalState.DECLINED
        assert found.closed_at is not None

    def test_that_we_closed_was_withdrawn_and_a_note_says_why(self, gitlab: GitLab, opened: Open, number: int) -> None:
        opened().withdraw(number, "Nothing is left.")
        state, _, body = self.only(opened)
        assert state is ProposalState.WITHDRAWN
        assert body.startswith("Nothing is left.")
        assert body.endswith(TEXT.body)
        (note,) = notes(gitlab, number)
        assert note.startswith("Nothing is left.")

    @pytest.mark.parametrize("what", ["POST {}/notes", "PUT {}"])
    @pytest.mark.parametrize("done", [False, True])
    def test_whose_withdrawal_was_broken_off_gets_one_note(
        self, gitlab: GitLab, opened: Open, number: int, what: str, *, done: bool
    ) -> None:
        gitlab.trouble = Once(cut(done=done), what.format("/projects/{id}/merge_requests/{merge_request_iid}"))
        with pytest.raises(UnavailableError):
            opened().withdraw(number, "Nothing is left.")
        if self.only(opened)[0] is ProposalState.OPEN:
            opened().withdraw(number, "Nothing is left.")
        assert self.only(opened)[0] is ProposalState.WITHDRAWN
        assert len(notes(gitlab, number)) == 1

    def test_that_is_not_open_any_more_is_not_changed(self, gitlab: GitLab, opened: Open, number: int) -> None:
        gitlab.act(OWNER, "PUT", f"/merge_requests/{number}", {"state_event": "close"})
        with pytest.raises(DocumentsError):
            opened().update_proposal(number, TEXT)
        with pytest.raises(DocumentsError):
            opened().withdraw(number, "Nothing is left.")
        assert self.only(opened)[0] is ProposalState.DECLINED

    def test_twice_is_one(self, gitlab: GitLab, opened: Open, number: int) -> None:
        again = opened().propose(BRANCH, ProposalText("Close two", "More"))
        assert again.number == number
        assert self.only(opened) == (ProposalState.OPEN, "Close two", "More")
        assert len(gitlab.project.requests) == 1

    def test_of_a_branch_that_is_gone_has_no_commits(self, opened: Open) -> None:
        """GitLab opens one all the same, as recorded answers of it show."""
        assert opened().propose("nothing", TEXT).head == ""

    def test_of_somebody_elses_are_none_of_ours(self, gitlab: GitLab, opened: Open, number: int) -> None:
        gitlab.project.repository.branches["release"] = tip(gitlab, "main")
        sent = {"source_branch": BRANCH, "target_branch": "release", "title": "To the release as well"}
        gitlab.act(OWNER, "POST", "/merge_requests", sent)
        assert [one.number for one in opened().proposals(BRANCH)] == [number]

    def test_into_the_former_base_goes_to_the_one_that_is_set_now(
        self, gitlab: GitLab, opened: Open, number: int
    ) -> None:
        gitlab.project.repository.branches["develop"] = tip(gitlab, "main")
        repository = opened(branch="develop")
        (found,) = repository.proposals(BRANCH)
        assert (found.number, found.astray) == (number, True)
        repository.update_proposal(number, ProposalText("Close two", "More"))
        assert gitlab.project.requests[number].target == "develop"
        (found,) = opened(branch="develop").proposals(BRANCH)
        assert (found.title, found.astray) == ("Close two", False)
        assert len(gitlab.project.requests) == 1

    def test_into_the_former_base_is_left_where_one_into_the_base_is_open(
        self, gitlab: GitLab, opened: Open, number: int
    ) -> None:
        gitlab.project.repository.branches["develop"] = tip(gitlab, "main")
        sent = {"source_branch": BRANCH, "target_branch": "develop", "title": "By a person"}
        theirs = gitlab.act(OWNER, "POST", "/merge_requests", sent)["iid"]
        assert [one.number for one in opened(branch="develop").proposals(BRANCH)] == [theirs]
        assert gitlab.project.requests[number].target == "main"

    def test_run_no_command_that_people_left_in_it(self, gitlab: GitLab, opened: Open, number: int) -> None:
        gitlab.project.requests[number].description = "As before\n\n/label ~urgent\n/close"
        opened().withdraw(number, "Nothing is left.")
        assert gitlab.project.requests[number].labels == []
        assert "/label ~urgent" in self.only(opened)[2].replace("&#47;", "/")

    def test_that_is_refused_in_words_is_looked_for_too(self, gitlab: GitLab, opened: Open, number: int) -> None:
        gitlab.trouble = Once(status(409, f"Another open merge request already exists: !{number}"), REQUESTS)
        assert opened().propose(BRANCH, TEXT).number == number

    def test_of_a_project_without_them_end_the_run_and_say_so(self, gitlab: GitLab, opened: Open) -> None:
        gitlab.project.features["merge_requests"] = "disabled"
        with pytest.raises(NotAuthorisedError) as told:
            opened().proposals(BRANCH)
        assert "switched on" in str(told.value.hint)


class TestNothingOpen:
    def test_is_known_for_an_hour_after_it_was_seen(
        self, gitlab: GitLab, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Client, "now", property(lambda _: gitlab.clock()))
        repository = opened()
        assert not repository.nothing_open(BRANCH)
        assert repository.proposals(BRANCH) == ()
        with gitlab.watched() as log:
            assert repository.nothing_open(BRANCH)
            assert not repository.nothing_open("another")
        assert log == []
        gitlab.clock.advance(3600)
        assert not repository.nothing_open(BRANCH)

    def test_ends_with_a_proposal_even_where_its_answer_is_lost(self, gitlab: GitLab, opened: Open) -> None:
        repository = opened()
        repository.set_branch(BRANCH, [edit()], "Close", was=None)
        assert repository.proposals(BRANCH) == ()
        gitlab.trouble = Once(cut(done=True), REQUESTS)
        with pytest.raises(UnavailableError):
            repository.propose(BRANCH, TEXT)
        assert not repository.nothing_open(BRANCH)
        assert len(repository.proposals(BRANCH)) == 1
        assert not repository.nothing_open(BRANCH)


def notes(gitlab: GitLab, number: int) -> list[str]:
    return [note.body for note in gitlab.project.requests[number].notes if not note.system]
