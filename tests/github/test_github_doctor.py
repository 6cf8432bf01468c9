"""What the doctor says of a project on GitHub, by each kind of token; and how many requests that costs."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from diagnosing import Patient, patient
from github_counterpart.accounts import Kind, Role
from github_counterpart.hooks import a_hook, config_of
from github_counterpart.seed import FULL_NAME, GRANTED, OWNER, US, Seed, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from _pytest.capture import CaptureFixture

    from diagnosing import Told
    from github_counterpart.fixtures import MakeGitHub
    from github_counterpart.github import GitHub

    Ask = Callable[..., Mapping[str, Told]]

TRACKER = ("--tracker", f"github:{FULL_NAME}")
EVENTS = ("issues", "pull_request", "push")
HERE = "https://gapkeeper.example/webhooks/github"


@pytest.fixture
def here(tmp_path: Path, capsys: CaptureFixture[str], github: GitHub) -> Patient:
    """A repository whose tracker is the GitHub of the test, with our own token."""
    return patient(tmp_path / "place", capsys, **operator(github.url, token_of(US)))


def operator(url: str, token: str) -> dict[str, str]:
    return {"GAPKEEPER_GITHUB_URL": url, "GAPKEEPER_GITHUB_TOKEN": token, "GAPKEEPER_GITHUB_READ_RETRIES": "0"}


def as_app(github: GitHub) -> dict[str, str]:
    app = github.app
    return {
        "GAPKEEPER_GITHUB_URL": github.url,
        "GAPKEEPER_GITHUB_APP_ID": str(app.app_id),
        "GAPKEEPER_GITHUB_APP_PRIVATE_KEY": app.private_key,
    }


def with_token(here: Patient, token: str) -> Patient:
    return replace(here, environment=here.environment | {"GAPKEEPER_GITHUB_TOKEN": token})


def healths(found: Mapping[str, Told]) -> dict[str, str]:
    """Of what is asked of GitHub."""
    names = ("network", "token", "project", "permissions", "quota", "clock", "webhook")
    return {name: found[name].health for name in names if name in found}


FINE = {"token": "ok", "project": "ok", "permissions": "ok", "quota": "ok", "clock": "ok", "webhook": "note"}


class TestAccess:
    def test_a_classic_token_of_a_writer_is_enough_and_costs_two_requests(self, here: Patient, github: GitHub) -> None:
        assert healths(here.ask(*TRACKER, expect=0)) == FINE
        assert [seen.name for seen in github.log] == ["GET /user", "GET /repos/{owner}/{repo}"]

    def test_a_token_that_is_none(self, here: Patient, github: GitHub) -> None:
        found = with_token(here, "ghp_s3cret").ask(*TRACKER, expect=1)
        assert healths(found) == {"token": "wrong", "clock": "ok"}
        assert "Bad credentials" in str(found["token"])
        assert "ghp_s3cret" not in here.said
        assert len(github.log) == 1

    def test_no_token(self, here: Patient, github: GitHub) -> None:
        del here.environment["GAPKEEPER_GITHUB_TOKEN"]
        assert "GAPKEEPER_GITHUB_TOKEN" in str(here.ask(*TRACKER, expect=1)["token"])
        assert github.log == []

    @pytest.mark.parametrize("scopes", [(), ("read:org",), ("repo:status", "gist")])
    def test_a_classic_token_without_its_scope(self, here: Patient, github: GitHub, scopes: tuple[str, ...]) -> None:
        told = with_token(here, github.token(US, scopes=scopes)).ask(*TRACKER, expect=1)["permissions"]
        assert told.health == "wrong"
        assert "Give it the scope repo" in str(told)

    def test_the_scope_for_public_projects_is_not_enough_for_a_private_one(self, here: Patient, github: GitHub) -> None:
        token = github.token(US, scopes=("public_repo",))
        assert with_token(here, token).ask(*TRACKER, expect=0)["permissions"].health == "ok"
        github.configure(private=True)
        assert with_token(here, token).ask(*TRACKER, expect=1)["permissions"].health == "wrong"
        assert len(github.log) == 4  # its scopes tell: nothing is tried

    @pytest.mark.parametrize("role", [Role.READ, Role.TRIAGE])
    def test_an_account_that_may_not_write(self, here: Patient, github: GitHub, role: Role) -> None:
        github.grant(US, role)
        told = here.ask(*TRACKER, expect=1)["permissions"]
        assert "role Write" in str(told)
        assert "Collaborators and teams" in str(told)

    def test_what_a_fine_grained_token_may_write_is_not_told_and_not_made_up(
        self, here: Patient, github: GitHub
    ) -> None:
        token = github.token(US, kind=Kind.FINE_GRAINED, permissions=GRANTED)
        told = with_token(here, token).ask(*TRACKER, expect=0)["permissions"]
        assert told.health == "note"
        assert "Issues, Contents and Pull requests: read and write" in str(told)
        assert len(github.log) == 2

    def test_a_fine_grained_token_that_cannot_even_read(self, here: Patient, github: GitHub) -> None:
        github.configure(private=True)
        token = github.token(US, kind=Kind.FINE_GRAINED, permissions={"contents": "read"})
        told = with_token(here, token).ask(*TRACKER, expect=1)["permissions"]
        assert told.messages == ("the token may not even read Issues and Pull requests",)
        assert len(github.log) == 5

    @pytest.mark.parametrize(("days", "health", "code"), [(13, "note", 0), (15, "ok", 0)])
    def test_a_token_that_ends_soon(self, here: Patient, github: GitHub, days: int, health: str, code: int) -> None:
        token = github.token(US, expires=github.clock.seconds + days * 86_400)
        assert with_token(here, token).ask(*TRACKER, expect=code)["token"].health == health

    def test_a_token_that_has_ended(self, here: Patient, github: GitHub) -> None:
        token = github.token(US, expires=github.clock.seconds - 1)
        assert with_token(here, token).ask(*TRACKER, expect=1)["token"].health == "wrong"

    def test_single_sign_on(self, here: Patient, github: GitHub) -> None:
        told = with_token(here, github.token(US, authorised=False)).ask(*TRACKER, expect=1)["token"]
        assert "single sign-on" in str(told)

    def test_the_token_of_a_workflow(self, here: Patient, github: GitHub) -> None:
        found = with_token(here, "ghs_actions").ask(*TRACKER, expect=0)
        assert "the token of GitHub Actions" in str(found["token"])
        assert "issues: write, contents: write, pull-requests: write" in str(found["permissions"])
        assert "Allow GitHub Actions to create and approve pull requests" in str(found["permissions"])
        assert len(github.log) == 2


class TestApp:
    def test_what_an_app_was_granted_is_known(self, here: Patient, github: GitHub) -> None:
        here.environment = as_app(github)
        found = here.ask(*TRACKER, expect=0)
        assert healths(found) == FINE
        assert "gapkeeper-app[bot], by a GitHub App" in str(found["token"])
        assert len(github.log) == 4

    def test_an_app_that_lacks_a_permission(
        self, tmp_path: Path, capsys: CaptureFixture[str], make_github: MakeGitHub
    ) -> None:
        lacking = {"metadata": "read", "issues": "write", "contents": "read", "pull_requests": "write"}
        github = make_github(Seed(granted=lacking))
        told = patient(tmp_path / "app", capsys, **as_app(github)).ask(*TRACKER, expect=1)["permissions"]
        assert told.messages == ("the App may not write Contents",)
        assert "Permissions and events" in str(told)

    def test_an_app_that_may_set_no_checks_syncs(
        self, tmp_path: Path, capsys: CaptureFixture[str], make_github: MakeGitHub
    ) -> None:
        github = make_github(Seed(granted={**GRANTED, "checks": "read"}))
        assert (
            patient(tmp_path / "app", capsys, **as_app(github)).ask(*TRACKER, expect=0)["permissions"].health == "note"
        )

    def test_an_app_with_another_key(self, here: Patient, github: GitHub) -> None:
        here.environment = as_app(github) | {"GAPKEEPER_GITHUB_APP_PRIVATE_KEY": "s3cret"}
        told = here.ask(*TRACKER, expect=1)["token"]
        assert "no RSA key" in str(told)
        assert "s3cret" not in here.said

    def test_an_app_that_is_not_installed_there(self, here: Patient, github: GitHub) -> None:
        here.environment = as_app(github)
        assert "not installed" in str(here.ask("--tracker", "github:harbour/nowhere", expect=1)["token"])

    def test_the_webhook_of_an_app(self, tmp_path: Path, capsys: CaptureFixture[str], make_github: MakeGitHub) -> None:
        github = make_github(Seed(hears=EVENTS))
        github.app_hook = config_of(HERE)
        here = patient(tmp_path / "app", capsys, **as_app(github))
        assert here.ask(*TRACKER, expect=0)["webhook"].health == "ok"
        github.app_hook = config_of("https://elsewhere.example/hook")
        assert here.ask(*TRACKER, expect=0)["webhook"].health == "note"


class TestProject:
    def test_one_that_is_gone(self, here: Patient) -> None:
        found = here.ask("--tracker", "github:harbour/nowhere", expect=1)
        assert healths(found) == {"token": "ok", "project": "wrong", "quota": "ok", "clock": "ok"}
        assert "no such project" in str(found["project"])

    def test_one_that_is_archived(self, here: Patient, github: GitHub) -> None:
        github.configure(archived=True)
        assert "archived" in str(here.ask(*TRACKER, expect=1)["project"])

    def test_one_without_issues(self, here: Patient, github: GitHub) -> None:
        github.configure(has_issues=False)
        assert "Settings, General, Features" in str(here.ask(*TRACKER, expect=1)["project"])

    def test_one_that_was_renamed(self, here: Patient, github: GitHub) -> None:
        github.rename("quay")
        told = here.ask(*TRACKER, expect=0)["project"]
        assert told.health == "note"
        assert "github:harbour/quay" in str(told)


class TestNetwork:
    def test_nobody_listens(self, here: Patient) -> None:
        with socket.socket() as there:
            there.bind(("127.0.0.1", 0))
            port = there.getsockname()[1]
        here.environment |= {"GAPKEEPER_GITHUB_URL": f"http://127.0.0.1:{port}"}
        found = here.ask(*TRACKER, expect=1)
        assert healths(found) == {"network": "wrong"}
        assert "nobody listens there" in str(found["network"])
        assert found["documents"].health == found["disk"].health == "ok"

    def test_a_server_without_tls(self, here: Patient, github: GitHub) -> None:
        here.environment |= {"GAPKEEPER_GITHUB_URL": github.url.replace("http:", "https:")}
        assert "TLS" in str(here.ask(*TRACKER, expect=1)["network"])

    def test_a_proxy_that_is_not_there_is_named_and_its_password_is_not(self, here: Patient) -> None:
        here.environment |= {
            "HTTP_PROXY": "http://ann:s3cret@127.0.0.1:9",
            "GAPKEEPER_GITHUB_URL": "http://forge.invalid",
        }
        assert "proxy" in str(here.ask(*TRACKER, expect=1)["network"])
        assert "s3cret" not in here.said

    @pytest.mark.parametrize(
        ("seconds", "health", "code"), [(30, "ok", 0), (120, "note", 0), (-120, "note", 0), (420, "wrong", 1)]
    )
    def test_a_clock_that_is_wrong(self, here: Patient, github: GitHub, seconds: int, health: str, code: int) -> None:
        github.clock.advance(seconds)
        assert here.ask(*TRACKER, expect=code)["clock"].health == health

    def test_a_wrong_clock_is_seen_with_an_app_too(self, here: Patient, github: GitHub) -> None:
        here.environment = as_app(github)
        github.clock.advance(-7_200)
        assert "2 hours ahead of" in str(here.ask(*TRACKER, expect=1)["clock"])

    def test_a_quota_that_is_nearly_used_up(self, here: Patient, github: GitHub) -> None:
        token = github.token(US, hourly=20)
        here = with_token(here, token)
        for _ in range(8):
            assert here.ask(*TRACKER, expect=0)["quota"].health == "ok"
        here.ask(*TRACKER, expect=0)
        assert here.ask(*TRACKER, expect=0)["quota"].health == "note"
        assert "limit" in str(here.ask(*TRACKER, expect=1)["token"])


class TestWebhook:
    @pytest.fixture
    def owner(self, here: Patient) -> Patient:
        return with_token(here, token_of(OWNER))

    def told(self, owner: Patient, *, expect: int) -> Told:
        return owner.ask(*TRACKER, expect=expect)["webhook"]

    def test_whoever_may_not_list_webhooks_is_not_refused_for_asking(self, here: Patient, github: GitHub) -> None:
        assert "administrator" in str(self.told(here, expect=0))
        assert github.log.count("GET /repos/{owner}/{repo}/hooks") == 0

    def test_without_one_it_is_said_which_is_needed(self, owner: Patient, github: GitHub) -> None:
        github.repository.hooks.append(a_hook("https://chat.example/?key=s3cret", EVENTS))
        told = self.told(owner, expect=0)
        assert told.health == "note"
        assert "Issues, Pull requests and Pushes" in str(told)
        assert "s3cret" not in owner.said
        assert len(github.log) == 3

    @pytest.mark.parametrize("events", [EVENTS, ("*",)])
    def test_one_that_is_right(self, owner: Patient, github: GitHub, events: tuple[str, ...]) -> None:
        last = {"code": 202, "status": "active", "message": "OK"}
        github.repository.hooks.append(
            a_hook("https://a:s3cret@gapkeeper.example/x/webhooks/github?k=s3cret", events, last_response=last)
        )
        told = self.told(owner, expect=0)
        assert told.health == "ok"
        assert "https://gapkeeper.example/x/webhooks/github is told" in str(told)
        assert "s3cret" not in owner.said

    @pytest.mark.parametrize(
        ("hook", "words"),
        [
            (a_hook(HERE, EVENTS, active=False), "switched off"),
            (a_hook(HERE, ("push",)), "not told of Issues and Pull requests"),
            (a_hook(HERE, EVENTS, config=config_of(HERE, "form")), "application/json"),
            (a_hook(HERE, EVENTS, last_response={"code": 502, "status": "x", "message": "m"}), "answered 502"),
            (a_hook(HERE, EVENTS, last_response={"code": None, "status": "timed out"}), "not answered (timed out)"),
        ],
    )
    def test_one_that_is_wrong(self, owner: Patient, github: GitHub, hook: dict[str, object], words: str) -> None:
        github.repository.hooks.append(hook)
        told = self.told(owner, expect=1)
        assert told.health == "wrong"
        assert words in str(told)

    def test_two_tell_everything_twice(self, owner: Patient, github: GitHub) -> None:
        github.repository.hooks += [a_hook(HERE, EVENTS), a_hook(HERE, EVENTS)]
        assert self.told(owner, expect=0).health == "note"

    def test_hooks_that_are_nonsense_end_nothing(self, owner: Patient, github: GitHub) -> None:
        github.repository.hooks.append({"config": None})
        assert self.told(owner, expect=0).health == "note"
