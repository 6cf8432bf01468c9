"""What the doctor says of the service: its file, its state, and its repositories on both forges."""

from __future__ import annotations

import datetime as dt
import socket
from typing import TYPE_CHECKING

import pytest

from diagnosing import LATER, Patient
from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.model.jobs import Job, JobKind
from github_counterpart.seed import FULL_NAME, US, token_of
from gitlab_counterpart import seed as gitlab_seed
from gitlab_counterpart.world import Role
from repositories import Repository, write

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.capture import CaptureFixture

    from github_counterpart.github import GitHub
    from gitlab_counterpart.gitlab import GitLab

CONFIG = ("--config", "service.toml")
SECRET = "s3cret-of-webhooks-1234567890"  # noqa: S105 - of a test
NOW = dt.datetime(2026, 11, 24, 21, tzinfo=dt.UTC)


@pytest.fixture
def service(tmp_path: Path, capsys: CaptureFixture[str], github: GitHub, gitlab: GitLab) -> Patient:
    """A service with a repository on each forge, whose git is on this disk."""
    git = Repository(tmp_path / "git")
    git.commit({"LATER.md": LATER})
    folder = tmp_path / "service"
    folder.mkdir()
    write(folder, {"service.toml": service_file(git.path)})
    gitlab.grant(gitlab_seed.US, Role.DEVELOPER)
    return Patient(
        folder,
        capsys,
        {
            "GAPKEEPER_GITHUB_URL": github.url,
            "GAPKEEPER_GITHUB_TOKEN": token_of(US),
            "GAPKEEPER_GITHUB_READ_RETRIES": "0",
            "GAPKEEPER_GITHUB_WEBHOOK_SECRET": SECRET,
            "GAPKEEPER_GITLAB_URL": gitlab.url,
            "GAPKEEPER_GITLAB_TOKEN": gitlab_seed.token_of(gitlab_seed.US),
            "GAPKEEPER_GITLAB_READ_RETRIES": "0",
            "GAPKEEPER_GITLAB_WEBHOOK_SECRET": SECRET,
        },
    )


def service_file(git: Path, *, head: str = "", more: str = "") -> str:
    named = f'[[repositories]]\ntracker = "github:{FULL_NAME}"\nname = "pier"\ngit = "{git}"\n'
    other = f'[[repositories]]\ntracker = "gitlab:{gitlab_seed.PATH}"\nname = "quay"\ngit = "{git}"\n'
    return head + named + other + more


def test_a_service_in_order(service: Patient, github: GitHub, gitlab: GitLab) -> None:
    found = service.ask(*CONFIG, expect=0)
    assert {name: told.health for name, told in found.items()} == {
        "service": "ok",
        "secrets": "ok",
        "state": "ok",
        "disk": "ok",
        "token": "ok",
        "quota": "ok",
        "clock": "ok",
        "webhook": "note",
        "repository": "ok",
    }
    assert found["repository"].messages == (
        "pier:project, permissions and git are fine",
        "quay:project, permissions and git are fine",
    )
    assert "s3cret" not in service.said
    assert (len(github.log), len(gitlab.log)) == (2, 3)


def test_what_is_the_same_for_all_repositories_of_a_forge_is_said_once(service: Patient) -> None:
    git = service.folder.parent / "git"
    more = f'[[repositories]]\ntracker = "github:harbour/depot"\nname = "depot"\ngit = "{git}"\n'
    write(service.folder, {"service.toml": service_file(git, more=more)})
    found = service.ask(*CONFIG, expect=1)
    assert len(found["token"].messages) == 2
    assert found["permissions"].messages == (f"depot:{US} may not write to harbour/depot",)


def test_a_file_with_faults(service: Patient) -> None:
    write(service.folder, {"service.toml": "[service]\nworkrs = 3\n"})
    found = service.ask(*CONFIG, expect=1)
    assert "service.toml:2" in str(found["service"])
    assert list(found) == ["service"]


def test_a_file_that_is_not_there(service: Patient) -> None:
    assert "there is no" in str(service.ask("--config", "nowhere.toml", expect=1)["service"])


def test_webhooks_without_a_secret_and_with_one_that_is_too_short(service: Patient) -> None:
    del service.environment["GAPKEEPER_GITLAB_WEBHOOK_SECRET"]
    told = service.ask(*CONFIG, expect=0)["secrets"]
    assert told.health == "note"
    assert "GAPKEEPER_GITLAB_WEBHOOK_SECRET" in str(told)
    service.environment |= {"GAPKEEPER_GITLAB_WEBHOOK_SECRET": "s3cret"}
    assert service.ask(*CONFIG, expect=1)["secrets"].health == "wrong"
    assert "s3cret" not in service.said


@pytest.mark.parametrize(
    ("listen", "health"),
    [("127.0.0.1:9090", "missing"), ("[::1]:9090", "missing"), ("0.0.0.0:9090", "note"), ("10.0.0.7:9090", "note")],
)
def test_a_status_page_that_others_reach(service: Patient, listen: str, health: str) -> None:
    git = service.folder.parent / "git"
    write(service.folder, {"service.toml": service_file(git, head=f'[service]\nlisten = "{listen}"\n')})
    assert service.ask(*CONFIG, expect=0)["listeners"].health == health


def test_jobs_that_were_given_up(service: Patient) -> None:
    with open_state(service.folder / "gapkeeper-state.db") as state:
        state.queue.put(Job(JobKind.RECONCILE, "pier"), reason="schedule", now=NOW, due=NOW)
        claimed = state.queue.claim(NOW)
        assert claimed is not None
        state.queue.bury(claimed.id, error="no")
    told = service.ask(*CONFIG, expect=0)["state"]
    assert told.health == "note"
    assert told.messages == ("1 job given up",)


def test_a_state_that_is_damaged(service: Patient) -> None:
    write(service.folder, {"gapkeeper-state.db": b"no database, and long enough to be one" * 100})
    assert service.ask(*CONFIG, expect=1)["state"].health == "wrong"


def test_a_state_in_a_folder_that_is_not_there(service: Patient) -> None:
    git = service.folder.parent / "git"
    write(service.folder, {"service.toml": service_file(git, head='[state]\nurl = "sqlite:nowhere/s.db"\n')})
    assert "there is no folder" in str(service.ask(*CONFIG, expect=1)["state"])


def test_mirrors_that_cannot_be_made(service: Patient) -> None:
    git = service.folder.parent / "git"
    write(service.folder, {"service.toml": service_file(git, head='[state]\nmirrors = "service.toml/m"\n')})
    told = service.ask(*CONFIG, expect=1)["disk"]
    assert told.health == "wrong"
    (hint,) = told.hints
    assert hint.startswith(f"Make the folder {service.folder / 'service.toml' / 'm'} and give it to the account")
    assert hint.endswith("or set [state] mirrors.")


def test_what_git_lacks_as_well_is_said_once(service: Patient) -> None:
    del service.environment["GAPKEEPER_GITHUB_TOKEN"]
    write(service.folder, {"service.toml": f'[[repositories]]\ntracker = "github:{FULL_NAME}"\nname = "pier"\n'})
    found = service.ask(*CONFIG, expect=1)
    assert found["token"].health == "wrong"
    assert (found["git"].health, found["git"].messages) == ("note", ("pier:not looked at, without a token",))


def test_git_that_cannot_be_fetched_and_git_without_commits(service: Patient, tmp_path: Path) -> None:
    write(service.folder, {"service.toml": service_file(tmp_path / "nowhere")})
    assert service.ask(*CONFIG, expect=1)["git"].health == "wrong"
    Repository(tmp_path / "empty")
    write(service.folder, {"service.toml": service_file(tmp_path / "empty")})
    assert "no commit" in str(service.ask(*CONFIG, expect=1)["git"])


def test_a_forge_that_does_not_answer_is_asked_once_and_the_other_is_looked_at(service: Patient) -> None:
    git = service.folder.parent / "git"
    more = f'[[repositories]]\ntracker = "github:harbour/depot"\nname = "depot"\ngit = "{git}"\n'
    write(service.folder, {"service.toml": service_file(git, more=more)})
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        service.environment["GAPKEEPER_GITHUB_URL"] = f"http://127.0.0.1:{there.getsockname()[1]}"
    found = service.ask(*CONFIG, expect=1)
    assert len(found["network"].messages) == 1
    assert "depot:not looked at, since GitHub does not answer" in found["repository"].messages
    assert "quay:project, permissions and git are fine" in found["repository"].messages
