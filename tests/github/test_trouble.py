"""Everything that GitHub can refuse: a run says what it was, ends as documented, and is never a bug of ours."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from forge_stories import LATER
from github_counterpart import faults
from github_counterpart.accounts import Kind, Role
from github_counterpart.documents import push
from github_counterpart.elsewhere import Elsewhere
from github_counterpart.faults import Once
from github_counterpart.seed import ACTIONS, APP, GRANTED, OWNER, US, private_key
from stories import cloned, first_sync, seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from github_counterpart.faults import Fault
    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.github import GitHub
    from github_counterpart.running import Runner
    from stories import Start

begun = partial(first_sync, documents={"docs/LATER.md": LATER})
ISSUES = 5
CREATE = "POST /repos/{owner}/{repo}/issues"

REFUSALS: dict[str, tuple[Fault, set[int]]] = {
    "401": (faults.status(401, message="Bad credentials"), {77}),
    "403 of an IP list": (
        faults.status(403, message="Although you appear to have the correct authorization credentials, the `harbour` "
                      "organization has an IP allow list enabled, and your IP address is not permitted to access "
                      "this resource."),
        {77},
    ),
    "403 without a word": (faults.status(403, message="Forbidden"), {77}),
    "404": (faults.status(404, message="Not Found"), {1, 5, 77}),
    "410": (faults.status(410, message="This issue was deleted"), {1, 5, 77}),
    "422": (faults.status(422, message="Validation Failed"), {5, 69}),
    "429": (faults.secondary(429, retry_after=None), {4}),
    "403 secondary": (faults.secondary(403), {4}),
    "403 secondary without a time": (faults.secondary(403, retry_after=None), {4}),
    "500": (faults.status(500), {5, 69}),
    "501": (faults.status(501), {5, 69}),
    "502 in HTML": (faults.html(502), {5, 69}),
    "503": (faults.status(503, retry_after="7"), {4, 5, 69}),
    "504": (faults.html(504), {5, 69}),
    "a page for people": (faults.html(200), {5, 69}),
    "a time-out": (faults.silent(done=False), {5, 69}),
    "a cut connection": (faults.cut(done=False), {5, 69}),
    "half of an answer": (faults.truncated(), {5, 69}),
    "half of the JSON": (faults.half_json(), {5, 69}),
    "a redirect to itself": (faults.redirect("/repos/harbour/pier/issues", 302), {5, 69}),
}  # fmt: skip


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with contextlib.closing(Elsewhere()) as host:
        yield host


class TestEveryRefusal:
    @pytest.mark.parametrize("name", REFUSALS)
    def test_of_everything_ends_a_run_with_its_reason(self, start: Start, name: str) -> None:
        fault, codes = REFUSALS[name]
        with start(begun) as runner:
            before = seen(runner.github)
            for command in (("plan",), ("sync", "--yes")):
                run = runner.run(command[0], *runner.arguments[1:3], *command[1:], trouble=Once(fault, k=None))
                assert run.code in codes, run.said
                assert "127.0.0.1" in run.said or "harbour/pier" in run.said
            assert seen(runner.github) == before

    @pytest.mark.parametrize("name", REFUSALS)
    def test_of_new_issues_ends_a_run_and_the_next_goes_on(self, start: Start, name: str) -> None:
        fault, codes = REFUSALS[name]
        with start(begun) as runner:
            run = runner.run(trouble=Once(fault, CREATE, k=None))
            assert run.code in codes | {5}, run.said
            assert "Traceback" not in run.said
            runner.to_the_end(runs=2)
            assert len(runner.github.act(OWNER, "GET", "/issues?state=all")) == ISSUES

    def test_pages_without_end_end_a_run(self, start: Start) -> None:
        with start(begun) as runner:
            loop = f"{runner.github.url}/repos/harbour/pier/issues?state=all&page=2"
            run = runner.run(trouble=Once(faults.linking(loop), "GET /repos/{owner}/{repo}/issues", k=None))
            assert run.code == 69, run.said
            assert len(run.requests) < 20

    @pytest.mark.parametrize("how", ["redirect", "next page"])
    def test_another_host_is_not_followed(self, start: Start, elsewhere: Elsewhere, how: str) -> None:
        make = faults.redirect if how == "redirect" else faults.linking
        with start(begun) as runner:
            run = runner.run(trouble=Once(make(f"{elsewhere.url}/issues"), "GET /repos/{owner}/{repo}/issues", k=None))
            assert run.code == 69, run.said
            assert elsewhere.requests == []


class TestCredentials:
    @pytest.mark.parametrize(
        ("permissions", "missing"),
        [
            ({"issues": "read", "contents": "read"}, "issues"),
            ({"contents": "write"}, "issues"),
        ],
    )
    def test_a_missing_permission_is_named(self, start: Start, permissions: dict[str, str], missing: str) -> None:
        with start(begun) as runner:
            runner.token = runner.github.token(US, kind=Kind.FINE_GRAINED, permissions=permissions)
            run = runner.run()
            assert run.code == 77, run.said
            assert missing in run.said.lower()

    @pytest.mark.parametrize("scopes", [(), ("read:org", "gist")])
    def test_a_missing_scope_is_named_for_which_github_says_not_found(
        self, start: Start, scopes: tuple[str, ...]
    ) -> None:
        with start(begun) as runner:
            runner.token = runner.github.token(US, scopes=scopes)
            run = runner.run()
            assert run.code == 77, run.said
            assert "the scope repo" in run.said
            assert len(run.requests.writes) == 1

    def test_single_sign_on_is_asked_for(self, start: Start) -> None:
        with start(begun) as runner:
            runner.token = runner.github.token(US, authorised=False)
            run = runner.run()
            assert run.code == 77, run.said
            assert "single sign-on" in run.said

    def test_a_person_who_may_only_read_makes_nothing_that_lacks_its_labels_twice(self, start: Start) -> None:
        with start(begun) as runner:
            runner.github.grant(US, Role.NONE)
            run = runner.run()
            assert run.code == 77, run.said
            assert len(runner.github.act(OWNER, "GET", "/issues?state=all")) <= 1

    def test_a_workflow_syncs_with_its_own_token(self, start: Start) -> None:
        with start(begun) as runner:
            runner.token = "ghs_actions"  # noqa: S105 - of a test
            runner.to_the_end(runs=1)
            issues = runner.github.act(OWNER, "GET", "/issues")
            assert {issue["user"]["login"] for issue in issues} == {ACTIONS}
            assert len(runner.run().requests.writes) == 0

    def test_an_app_syncs_with_tokens_for_an_hour(self, start: Start) -> None:
        with start(begun) as runner:
            github = runner.github
            runner.environment = {
                "GAPKEEPER_GITHUB_TOKEN": "",
                "GAPKEEPER_GITHUB_APP_ID": str(github.app.app_id),
                "GAPKEEPER_GITHUB_APP_PRIVATE_KEY": private_key(),
            }
            runner.to_the_end(runs=1)
            issues = github.act(OWNER, "GET", "/issues")
            assert {issue["user"]["login"] for issue in issues} == {f"{APP}[bot]"}
            minted = [token for token in github.tokens.values() if token.installation == github.app.installation]
            assert minted
            assert all(token.repositories == {"harbour/pier"} for token in minted)
            assert all(token.permissions.keys() <= GRANTED.keys() for token in minted)
            assert {token.permissions["issues"] for token in minted} == {"read", "write"}  # to look, and to write
            assert runner.run().code == 0

    def test_a_suspended_installation_is_said(self, start: Start) -> None:
        with start(begun) as runner:
            runner.github.suspended = True
            runner.environment = {
                "GAPKEEPER_GITHUB_TOKEN": "",
                "GAPKEEPER_GITHUB_APP_ID": "7",
                "GAPKEEPER_GITHUB_APP_PRIVATE_KEY": private_key(),
            }
            run = runner.run()
            assert run.code == 77, run.said
            assert "suspended" in run.said


class TestProject:
    def test_renamed_it_is_followed(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            runner.github.rename("quay")
            run = runner.run()
            assert run.code == 0, run.said
            assert len(run.requests.writes) == 0

    @pytest.mark.parametrize(("setting", "word"), [({"archived": True}, "archived"), ({"has_issues": False}, "issues")])
    def test_that_takes_no_issues_says_so(self, start: Start, setting: dict[str, bool], word: str) -> None:
        with start(begun) as runner:
            runner.github.configure(**setting)
            run = runner.run()
            assert run.code not in {0, 70}, run.said
            assert word in run.said.lower()

    def test_on_an_enterprise_server_has_links_in_the_text(self, make_github: MakeGitHub, tmp_path: Path) -> None:
        github = make_github(enterprise=True)
        github.limits.enforced = False
        push(github, {"docs/LATER.md": LATER, ".gitignore": ".gapkeeper/\n"})
        place = tmp_path / "place"
        place.mkdir()
        runner = cloned(github, place)
        runner.to_the_end(runs=1)
        issues = github.act(OWNER, "GET", "/issues?direction=asc")
        assert len(issues) == ISSUES
        assert "LATER-001" in issues[1]["body"], issues[1]["body"]
        assert github.log.count("POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies") == 0
        assert runner.run().code == 0


class TestMeanwhile:
    def test_an_issue_is_deleted_or_transferred_or_locked(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            _meddle(runner)
            push(runner.github, {"docs/LATER.md": LATER.replace("Pending", "✅ Resolved")})
            assert runner.run().code in {0, 5}

    def test_a_marker_in_a_strangers_issue_is_not_believed(self, start: Start) -> None:
        with start(begun) as runner:
            runner.to_the_end(runs=1)
            body = runner.github.act(OWNER, "GET", "/issues/1")["body"]
            forged = runner.github.act("Mallory", "POST", "/issues", {"title": "LATER-001: Mine", "body": body})
            run = runner.run()
            assert run.code in {0, 3}, run.said
            assert runner.github.act(OWNER, "GET", f"/issues/{forged['number']}")["state"] == "open"
            assert runner.github.act(OWNER, "GET", "/issues/1")["body"] == body


def _meddle(runner: Runner) -> None:
    github: GitHub = runner.github
    github.delete_issue(1)
    github.transfer_issue(3)
    github.act(OWNER, "PUT", "/issues/4/lock")
