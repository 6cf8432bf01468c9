"""The port `Repository` on GitHub: what is pushed, what is proposed, and what is left alone."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.github.repository import GitHubRepository
from gapkeeper.errors import DocumentsError, RefusedError, StaleDocumentsError
from gapkeeper.model.delivery import BRANCH, ProposalState, ProposalText
from gapkeeper.model.edits import DocumentEdit
from gapkeeper.wiring.github import open_session
from github_counterpart import documents, faults
from github_counterpart.seed import FULL_NAME, OWNER, US, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from github_counterpart.github import GitHub

    Open = Callable[..., GitHubRepository]

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
OLD, NEW = b"a: open\r\n\xe4\xf6\n", b"a: resolved\r\n\xe4\xf6\n"  # no UTF-8, and both kinds of line ends
TEXT = ProposalText("Close LATER-001", "Why\n\nand what")


@pytest.fixture
def base(github: GitHub) -> str:
    """A plan among other things."""
    files = {"docs/deep/a.md": OLD, "docs/b.md": "b: open\n", "docs/.gitignore": "drafts/\n", "src/main.py": "x"}
    return documents.push(github, {**files, "docs/drafts/c.md": "c\n", "README.md": "top\n"})


@pytest.fixture
def opened(github: GitHub, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:  # noqa: ARG001 - it has to be there
    monkeypatch.setenv("GAPKEEPER_GITHUB_URL", github.url)
    monkeypatch.setenv("GAPKEEPER_GITHUB_TOKEN", token_of(US))
    monkeypatch.setenv("GAPKEEPER_GITHUB_SECONDS_BETWEEN_WRITES", "0")
    with contextlib.ExitStack() as stack:

        def open_(*, read_only: bool = False, prefix: str = "docs/", branch: str | None = None) -> GitHubRepository:
            session = stack.enter_context(open_session(f"github:{FULL_NAME}", tmp_path, read_only=read_only))
            return GitHubRepository(
                session,
                branch=branch,
                prefix=prefix,
                patterns=(("**/*.md",), ()),
                clone=lambda _commit: None,
                clock=lambda: NOON,
            )

        yield open_


def edit(old: bytes = OLD, new: bytes = NEW, path: str = "deep/a.md") -> DocumentEdit:
    return DocumentEdit(path, old, new)


def persons_commit(github: GitHub) -> str:
    return documents.push(github, {"docs/b.md": "by a person\n"}, to=BRANCH)


def same_commit(github: GitHub, name: str) -> None:
    """A branch at the very commit of the base."""
    github.act(OWNER, "POST", "/git/refs", {"ref": f"refs/heads/{name}", "sha": tip(github, "main")})


def by_a_person(github: GitHub, base: str) -> int:
    """A pull request that somebody opened from our branch."""
    sent = {"head": BRANCH, "base": base, "title": "By a person"}
    return int(github.act(OWNER, "POST", "/pulls", sent)["number"])


def files(github: GitHub, commit: str) -> dict[str, bytes]:
    """Everything that a commit holds."""
    tree = github.act(OWNER, "GET", f"/git/commits/{commit}")["tree"]["sha"]
    entries = github.act(OWNER, "GET", f"/git/trees/{tree}?recursive=1")["tree"]
    blobs = {one["path"]: one["sha"] for one in entries if one["type"] == "blob"}
    return {
        path: base64.b64decode(github.act(OWNER, "GET", f"/git/blobs/{blob}")["content"])
        for path, blob in blobs.items()
    }


def tip(github: GitHub, branch: str) -> str:
    return documents.head(github, branch)


class TestDocuments:
    def test_are_those_of_the_base_branch(self, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.base == base
        source = repository.documents()
        assert source.revision == base
        assert [(one.path, one.data) for one in source.documents()] == [("b.md", b"b: open\n"), ("deep/a.md", OLD)]
        exists = {path: source.exists(path) for path in ("b.md", "deep", "deep/", "B.md", "../README.md", "", "x/y")}
        assert exists == {"b.md": True, "deep": True, "deep/": True, "B.md": False, "../README.md": False, "": True, "x/y": False}  # fmt: skip  # noqa: E501

    def test_of_another_branch_where_it_is_named(self, github: GitHub, opened: Open) -> None:
        commit = documents.branch(github, "release", {"docs/b.md": "b: released\n"})
        repository = opened(branch="release")
        assert repository.base == commit
        assert next(iter(repository.documents().documents())).data == b"b: released\n"

    def test_of_a_branch_that_is_not_there_are_an_error(self, opened: Open) -> None:
        with pytest.raises(DocumentsError, match="no branch nothing"):
            _ = opened(branch="nothing").base


class TestCommit:
    def test_changes_those_bytes_and_nothing_else(self, github: GitHub, opened: Open, base: str) -> None:
        before = files(github, base)
        repository = opened()
        made = repository.commit([edit()], "Close LATER-001\n")
        assert tip(github, "main") == made == repository.base
        assert files(github, made) == {**before, "docs/deep/a.md": NEW}
        told = github.act(OWNER, "GET", f"/git/commits/{made}")
        assert [parent["sha"] for parent in told["parents"]] == [base]
        assert told["message"].startswith("Close LATER-001\n")
        assert told["author"]["email"] == "gapkeeper@noreply.invalid"  # whose mail reaches nobody

    def test_to_a_branch_that_was_pushed_to_meanwhile_changes_nothing(self, github: GitHub, opened: Open) -> None:
        repository = opened()
        assert repository.base
        pushed = documents.push(github, {"docs/b.md": "b: pushed\n"})
        with pytest.raises(StaleDocumentsError):
            repository.commit([edit()], "Close")
        assert tip(github, "main") == pushed

    def test_of_a_document_that_is_another_one_changes_nothing(self, github: GitHub, opened: Open, base: str) -> None:
        for wrong in (edit(old=b"another"), edit(path="gone.md"), edit(path="deep"), edit(path="x/y.md")):
            with pytest.raises(StaleDocumentsError):
                opened().commit([wrong], "Close")
        assert tip(github, "main") == base

    def test_is_never_pushed_to_a_protected_branch(self, github: GitHub, opened: Open, base: str) -> None:
        github.repository.rules["main"] = [{"type": "pull_request"}]
        repository = opened()
        assert "protected" in str(repository.obstacle(["a.md"]))
        with github.watched() as log, pytest.raises(DocumentsError, match="protected"):
            repository.commit([edit()], "Close")
        assert log.writes == []
        assert tip(github, "main") == base

    def test_by_a_run_that_only_reads_is_refused(self, github: GitHub, opened: Open) -> None:
        repository = opened(read_only=True)
        assert repository.base
        with github.watched() as log:
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
    def test_is_one_commit_on_the_base(self, github: GitHub, opened: Open, base: str) -> None:
        repository = opened()
        assert repository.branch(BRANCH) is None
        made = repository.set_branch(BRANCH, [edit()], "Close", was=None)
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.parent, found.ours) == (made, base, True)
        assert files(github, made)["docs/deep/a.md"] == NEW
        assert tip(github, "main") == base

    def test_made_again_with_the_same_edits_does_not_move(self, github: GitHub, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        with github.watched() as log:
            assert opened().set_branch(BRANCH, [edit()], "Close", was=made) == made
        assert [seen.name for seen in log.writes if "refs" in seen.name] == []

    def test_is_made_anew_on_the_newest_base(self, github: GitHub, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        newest = documents.push(github, {"docs/b.md": "b: pushed\n"})
        again = opened().set_branch(BRANCH, [edit()], "Close", was=made)
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.parent, found.ours) == (again, newest, True)

    def test_that_has_nothing_in_common_with_the_base_is_theirs(self, github: GitHub, opened: Open) -> None:
        """A person made it so, or rewrote the history of the base."""
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        nothing = faults.status(404, message=f"No common ancestor between main and {BRANCH}.")
        github.trouble = faults.Once(nothing, "GET /repos/{owner}/{repo}/compare")
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.parent, found.ours) == (made, None, False)

    def test_with_a_persons_commit_is_theirs(self, github: GitHub, opened: Open) -> None:
        opened().set_branch(BRANCH, [edit()], "Close", was=None)
        theirs = persons_commit(github)
        found = opened().branch(BRANCH)
        assert found is not None
        assert (found.tip, found.ours) == (theirs, False)

    def test_that_moved_meanwhile_is_left_alone(self, github: GitHub, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        theirs = persons_commit(github)
        with pytest.raises(StaleDocumentsError):
            opened().set_branch(BRANCH, [edit(new=b"other")], "Close", was=made)
        with pytest.raises(StaleDocumentsError):
            opened().set_branch(BRANCH, [edit()], "Close", was=None)
        with pytest.raises(StaleDocumentsError):
            opened().delete_branch(BRANCH, was=made)
        assert tip(github, BRANCH) == theirs

    def test_is_deleted_where_it_is_still_that(self, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        opened().delete_branch(BRANCH, was=made)
        assert opened().branch(BRANCH) is None
        opened().delete_branch(BRANCH, was=made)  # it is gone already

    def test_that_a_rule_protects_is_told_and_ends_no_run(self, github: GitHub, opened: Open) -> None:
        made = opened().set_branch(BRANCH, [edit()], "Close", was=None)
        github.repository.rules[BRANCH] = [{"type": "non_fast_forward"}]
        documents.push(github, {"docs/b.md": "b: pushed\n"})
        with pytest.raises(DocumentsError, match="cannot be set"):
            opened().set_branch(BRANCH, [edit()], "Close", was=made)


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
        assert (found.number, found.state, found.title, found.body) == (number, ProposalState.OPEN, *_parts(TEXT))
        assert found.head == opened().set_branch(BRANCH, [edit()], "Close", was=found.head)
        assert str(number) in found.url

    def test_is_changed(self, opened: Open, number: int) -> None:
        opened().update_proposal(number, ProposalText("Close two", "More"))
        assert self.only(opened) == (ProposalState.OPEN, "Close two", "More")

    def test_goes_to_the_base_branch_by_its_newest_name(self, github: GitHub, opened: Open, base: str) -> None:
        renamed = faults.redirect(f"/repos/{FULL_NAME}/branches/main")
        github.trouble = faults.Once(renamed, "GET /repos/{owner}/{repo}/branches")
        repository = opened(branch="master")
        assert repository.base == base
        repository.set_branch(BRANCH, [edit()], "Close", was=None)
        assert github.act(OWNER, "GET", f"/pulls/{repository.propose(BRANCH, TEXT).number}")["base"]["ref"] == "main"

    def test_from_the_same_branch_of_a_fork_is_none_of_ours(self, github: GitHub, opened: Open, number: int) -> None:
        """An owner can have several repositories of the same project."""
        told = github.act(OWNER, "GET", f"/pulls/{number}")
        told["head"]["repo"] = {**told["head"]["repo"], "id": told["head"]["repo"]["id"] + 1}
        fork = faults.Fault("of a fork", done=False, answer=faults.Answer(200, [told], {}))
        github.trouble = faults.Once(fork, "GET /repos/{owner}/{repo}/pulls")
        assert opened().proposals(BRANCH) == ()

    def test_goes_to_the_branch_that_is_the_base_by_now(self, github: GitHub, opened: Open, number: int) -> None:
        """Else a merge would take all that the new base has into the former one."""
        documents.branch(github, "develop", {"docs/b.md": "b: developed\n"})
        opened(branch="develop").update_proposal(number, ProposalText("Close two", "More"))
        assert github.act(OWNER, "GET", f"/pulls/{number}")["base"]["ref"] == "develop"

    def test_into_the_former_base_is_renewed_also_where_both_are_the_same_commit(
        self, github: GitHub, opened: Open, number: int
    ) -> None:
        same_commit(github, "develop")
        repository = opened(branch="develop")
        (found,) = repository.proposals(BRANCH)
        assert (found.number, found.astray) == (number, True)
        repository.update_proposal(number, TEXT)
        (found,) = opened(branch="develop").proposals(BRANCH)
        assert (found.number, found.astray) == (number, False)

    def test_into_the_former_base_is_left_where_one_into_the_base_is_open(
        self, github: GitHub, opened: Open, number: int
    ) -> None:
        same_commit(github, "develop")
        theirs = by_a_person(github, "develop")
        assert [one.number for one in opened(branch="develop").proposals(BRANCH)] == [theirs]
        assert github.act(OWNER, "GET", f"/pulls/{number}")["base"]["ref"] == "main"

    def test_into_a_base_that_was_renamed_is_where_it_should_be(
        self, github: GitHub, opened: Open, number: int
    ) -> None:
        renamed = faults.redirect(f"/repos/{FULL_NAME}/branches/main")
        github.trouble = faults.Once(renamed, "GET /repos/{owner}/{repo}/branches")
        (found,) = opened(branch="master").proposals(BRANCH)
        assert (found.number, found.astray) == (number, False)

    def test_by_a_person_into_another_branch_is_none_of_ours(self, github: GitHub, opened: Open, number: int) -> None:
        same_commit(github, "release")
        theirs = by_a_person(github, "release")
        assert [one.number for one in opened().proposals(BRANCH)] == [number]
        github.act(OWNER, "PATCH", f"/pulls/{theirs}", {"state": "closed"})
        assert [one.number for one in opened().proposals(BRANCH)] == [number]

    def test_by_a_person_into_the_base_counts(self, github: GitHub, opened: Open) -> None:
        opened().set_branch(BRANCH, [edit()], "Close", was=None)
        theirs = by_a_person(github, "main")
        assert [one.number for one in opened().proposals(BRANCH)] == [theirs]

    def test_that_was_merged_is_merged(self, github: GitHub, opened: Open, number: int) -> None:
        github.act(OWNER, "PUT", f"/pulls/{number}/merge", {})
        assert self.only(opened)[0] is ProposalState.MERGED

    def test_that_a_person_closed_was_declined(self, github: GitHub, opened: Open, number: int) -> None:
        github.act(OWNER, "PATCH", f"/pulls/{number}", {"state": "closed"})
        (found,) = opened().proposals(BRANCH)
        assert found.state is ProposalState.DECLINED
        assert found.closed_at is not None

    def test_that_we_closed_was_withdrawn_and_says_why(self, opened: Open, number: int) -> None:
        opened().withdraw(number, "Nothing is left.")
        state, _, body = self.only(opened)
        assert state is ProposalState.WITHDRAWN
        assert body.startswith("Nothing is left.")
        assert body.endswith(TEXT.body)

    def test_that_is_not_open_any_more_is_not_changed(self, github: GitHub, opened: Open, number: int) -> None:
        github.act(OWNER, "PATCH", f"/pulls/{number}", {"state": "closed"})
        with pytest.raises(DocumentsError):
            opened().update_proposal(number, TEXT)
        with pytest.raises(DocumentsError):
            opened().withdraw(number, "Nothing is left.")
        assert self.only(opened)[0] is ProposalState.DECLINED

    def test_of_nothing_or_twice_is_told_and_ends_no_run(self, opened: Open, number: int) -> None:
        with pytest.raises(DocumentsError, match="already exists"):
            opened().propose(BRANCH, TEXT)
        with pytest.raises(DocumentsError):
            opened().propose("nothing", TEXT)
        assert opened().proposals(BRANCH)[0].number == number
        assert opened().proposals("nothing") == ()


def _parts(text: ProposalText) -> tuple[str, str]:
    return text.title, text.body
