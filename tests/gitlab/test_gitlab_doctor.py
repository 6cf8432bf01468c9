"""What the doctor says of a project on GitLab, by each kind of token; and how many requests that costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from diagnosing import Patient, patient
from gitlab_counterpart.hooks import a_hook
from gitlab_counterpart.seed import PATH, US, Seed, token_of
from gitlab_counterpart.world import Kind, Role
from repositories import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from _pytest.capture import CaptureFixture

    from diagnosing import Told
    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab

TRACKER = ("--tracker", f"gitlab:{PATH}")
EVENTS = ("issues_events", "confidential_issues_events", "merge_requests_events", "push_events")
HERE = "https://gapkeeper.example/webhooks/gitlab"
DAY = 86_400


@pytest.fixture
def here(tmp_path: Path, capsys: CaptureFixture[str], gitlab: GitLab) -> Patient:
    """A repository whose tracker is the GitLab of the test, with our own token."""
    return at(gitlab, tmp_path, capsys)


def at(gitlab: GitLab, tmp_path: Path, capsys: CaptureFixture[str]) -> Patient:
    gitlab.limits.headers_always = True
    return patient(
        tmp_path / "place",
        capsys,
        GAPKEEPER_GITLAB_URL=gitlab.url,
        GAPKEEPER_GITLAB_TOKEN=token_of(US),
        GAPKEEPER_GITLAB_READ_RETRIES="0",
    )


def with_token(here: Patient, token: str) -> Patient:
    return replace(here, environment=here.environment | {"GAPKEEPER_GITLAB_TOKEN": token})


def healths(found: Mapping[str, Told]) -> dict[str, str]:
    names = ("network", "token", "project", "permissions", "quota", "clock", "webhook")
    return {name: found[name].health for name in names if name in found}


FINE = {"token": "ok", "project": "ok", "permissions": "ok", "quota": "ok", "clock": "ok", "webhook": "note"}


class TestAccess:
    def test_a_developer_is_enough_and_costs_three_requests(self, here: Patient, gitlab: GitLab) -> None:
        assert healths(here.ask(*TRACKER, expect=0)) == FINE
        assert [seen.name for seen in gitlab.log] == [
            "GET /user",
            "GET /projects/{id}",
            "GET /personal_access_tokens/self",
        ]

    def test_a_token_that_is_none(self, here: Patient, gitlab: GitLab) -> None:
        found = with_token(here, "glpat-s3cret").ask(*TRACKER, expect=1)
        assert healths(found) == {"token": "wrong", "clock": "ok"}
        assert "s3cret" not in here.said
        assert len(gitlab.log) == 1

    @pytest.mark.parametrize("token", ["", "glcbt-64_abc"])
    def test_no_token_and_that_of_a_job(self, here: Patient, gitlab: GitLab, token: str) -> None:
        told = with_token(here, token).ask(*TRACKER, expect=1)["token"]
        assert "project access token" in str(told)
        assert gitlab.log == []

    def test_a_token_that_was_revoked(self, here: Patient, gitlab: GitLab) -> None:
        token = gitlab.token()
        gitlab.tokens[token].revoked = True
        assert "Make a new one" in str(with_token(here, token).ask(*TRACKER, expect=1)["token"])

    @pytest.mark.parametrize(("days", "health", "code"), [(-1, "wrong", 1), (12, "note", 0), (16, "ok", 0)])
    def test_a_token_that_ends(self, here: Patient, gitlab: GitLab, days: int, health: str, code: int) -> None:
        token = gitlab.token(expires=gitlab.clock.seconds + days * DAY)
        assert with_token(here, token).ask(*TRACKER, expect=code)["token"].health == health

    def test_a_token_that_may_only_read(self, here: Patient, gitlab: GitLab) -> None:
        told = with_token(here, gitlab.token(scopes=("read_api",))).ask(*TRACKER, expect=1)["permissions"]
        assert "the scope read_api," in str(told)
        assert "with the scope api" in str(told)

    @pytest.mark.parametrize("scopes", [("read_user",), ("write_repository",)])
    def test_a_token_that_may_not_even_read(self, here: Patient, gitlab: GitLab, scopes: tuple[str, ...]) -> None:
        found = with_token(here, gitlab.token(scopes=scopes)).ask(*TRACKER, expect=1)
        refused = [told for told in found.values() if told.health == "wrong"]
        assert "the scope api" in str(refused[0])

    @pytest.mark.parametrize("kind", [Kind.PROJECT, Kind.GROUP])
    def test_tokens_of_projects_and_groups(self, here: Patient, gitlab: GitLab, kind: Kind) -> None:
        token = gitlab.token(kind=kind, role=Role.DEVELOPER)
        assert healths(with_token(here, token).ask(*TRACKER, expect=0)) == FINE

    @pytest.mark.parametrize(
        ("role", "write_back", "health"),
        [
            (Role.GUEST, "off", "wrong"),
            (Role.PLANNER, "pull-request", "wrong"),
            (Role.REPORTER, "pull-request", "wrong"),
            (Role.PLANNER, "off", "note"),
            (Role.DEVELOPER, "pull-request", "ok"),
        ],
    )
    def test_roles(self, here: Patient, gitlab: GitLab, role: Role, write_back: str, health: str) -> None:
        write(here.folder, {"gapkeeper.toml": f'[sync]\nwrite_back = "{write_back}"\n'})
        gitlab.grant(US, role)
        told = here.ask(*TRACKER, expect=1 if health == "wrong" else 0)["permissions"]
        assert told.health == health
        assert health == "ok" or "role" in str(told)

    def test_whoever_is_no_member_is_asked_for_in_all_groups(self, here: Patient, gitlab: GitLab) -> None:
        told = with_token(here, token_of("Rosa")).ask(*TRACKER, expect=1)["permissions"]
        assert "Rosa may not write issues" in str(told)
        assert "role Developer" in str(told)
        assert gitlab.log.count("GET /projects/{id}/members/all/{user_id}") == 1


class TestProject:
    def test_one_that_is_gone(self, here: Patient) -> None:
        found = here.ask("--tracker", "gitlab:harbour/nowhere", expect=1)
        assert (found["token"].health, found["project"].health) == ("ok", "wrong")

    def test_a_private_one_of_others(
        self, tmp_path: Path, capsys: CaptureFixture[str], make_gitlab: MakeGitLab
    ) -> None:
        gitlab = make_gitlab(Seed(visibility="private"))
        here = with_token(at(gitlab, tmp_path, capsys), token_of("Rosa"))
        assert "no such project" in str(here.ask(*TRACKER, expect=1)["project"])

    def test_one_that_is_archived_moved_and_without_issues(self, here: Patient, gitlab: GitLab) -> None:
        gitlab.project.archived = True
        gitlab.project.features["issues"] = "disabled"
        gitlab.rename("harbour/quay")
        told = here.ask(*TRACKER, expect=1)["project"]
        assert "archived" in str(told)
        assert "Settings, General, Visibility" in str(told)
        assert "gitlab:harbour/quay" in str(told)

    def test_one_without_merge_requests(self, here: Patient, gitlab: GitLab) -> None:
        gitlab.project.features["merge_requests"] = "disabled"
        assert "merge requests" in str(here.ask(*TRACKER, expect=1)["permissions"])
        write(here.folder, {"gapkeeper.toml": '[sync]\nwrite_back = "off"\n'})
        assert here.ask(*TRACKER, expect=0)["permissions"].health == "ok"

    def test_by_its_number(self, here: Patient, gitlab: GitLab) -> None:
        assert here.ask("--tracker", f"gitlab:{gitlab.project.id}", expect=0)["project"].health == "ok"


class TestTrouble:
    def test_maintenance(self, here: Patient, gitlab: GitLab) -> None:
        gitlab.maintenance = True
        assert healths(here.ask(*TRACKER, expect=1)) == {"network": "wrong"}

    def test_a_clock_that_is_wrong(self, here: Patient, gitlab: GitLab) -> None:
        gitlab.clock.advance(600)
        told = here.ask(*TRACKER, expect=1)["clock"]
        assert "10 minutes behind that of GitLab" in str(told)


class TestWebhook:
    @pytest.fixture
    def maintainer(self, here: Patient, gitlab: GitLab) -> Patient:
        gitlab.grant(US, Role.MAINTAINER)
        return here

    def test_a_developer_may_not_list_webhooks(self, here: Patient, gitlab: GitLab) -> None:
        assert "Maintainer" in str(here.ask(*TRACKER, expect=0)["webhook"])
        assert gitlab.log.count("GET /projects/{id}/hooks") == 0

    def test_one_that_is_right(self, maintainer: Patient, gitlab: GitLab) -> None:
        gitlab.project.hooks += [a_hook("https://chat.example/?key=s3cret", "push_events"), a_hook(HERE, *EVENTS)]
        assert maintainer.ask(*TRACKER, expect=0)["webhook"].health == "ok"
        assert "s3cret" not in maintainer.said
        assert len(gitlab.log) == 4

    @pytest.mark.parametrize(
        ("hook", "words"),
        [
            (a_hook(HERE, "push_events", "issues_events"), "Confidential issues events and Merge request events"),
            (a_hook(HERE, *EVENTS, alert_status="disabled"), "GitLab has disabled it"),
            (
                a_hook(HERE, *EVENTS, alert_status="temporarily_disabled", disabled_until="2026-11-24T21:00:00Z"),
                "until 2026-11-24T21:00",
            ),
        ],
    )
    def test_one_that_is_wrong(self, maintainer: Patient, gitlab: GitLab, hook: dict[str, object], words: str) -> None:
        gitlab.project.hooks.append(hook)
        told = maintainer.ask(*TRACKER, expect=1)["webhook"]
        assert told.health == "wrong"
        assert words in str(told)
