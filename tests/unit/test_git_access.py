"""Where a mirror is fetched from, and as whom: the token of the forge goes to the forge and nowhere else."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import ConfigurationError, NotAuthorisedError, UsageError
from gapkeeper.wiring.git_access import git_access
from gitlab_counterpart.seed import PATH, US, token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.adapters.git_mirror import GitAccess
    from gitlab_counterpart.gitlab import GitLab

    Set = Callable[..., None]

TOKEN = "gho_0123456789secret"  # noqa: S105 - of nobody


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets variables of the operator's: `operator(GITHUB_TOKEN="x")`."""
    for name in os.environ:
        if name.startswith(("GAPKEEPER_", "GITHUB_", "GITLAB_", "CI_")):
            monkeypatch.delenv(name)

    def set_(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"GAPKEEPER_{name}", value)

    return set_


def password(access: GitAccess) -> str:
    assert access.header is not None
    kind, _, word = access.header.partition(" ")
    assert kind == "Basic"
    return base64.b64decode(word).decode()


@pytest.mark.parametrize(
    ("github", "url"),
    [
        ("https://github.com", "https://github.com/octo/plan.git"),
        ("https://www.github.com", "https://github.com/octo/plan.git"),
        ("https://api.github.com", "https://github.com/octo/plan.git"),
        ("https://octo.ghe.com", "https://octo.ghe.com/octo/plan.git"),
        ("https://git.example.org:8443", "https://git.example.org:8443/octo/plan.git"),
        ("https://git.example.org/api/v3", "https://git.example.org/octo/plan.git"),
    ],
)
def test_a_project_on_github_is_fetched_from_there_with_its_token(operator: Set, github: str, url: str) -> None:
    operator(GITHUB_URL=github, GITHUB_TOKEN=TOKEN)
    access = git_access("github:octo/plan")()
    assert access.url == url
    assert password(access) == f"x-access-token:{TOKEN}"
    assert TOKEN not in repr(access)


@pytest.mark.parametrize("gitlab", ["https://gitlab.com", "https://example.org/gitlab"])
def test_a_project_on_gitlab_is_fetched_from_there_with_its_token(operator: Set, gitlab: str) -> None:
    operator(GITLAB_URL=gitlab, GITLAB_TOKEN=TOKEN)
    access = git_access("gitlab:group/sub/plan")()
    assert access.url == f"{gitlab}/group/sub/plan.git"
    assert password(access) == f"oauth2:{TOKEN}"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/octo/plan.git",
        "https://github.com.example.org/octo/plan.git",
        "http://github.com/octo/plan.git",
        "https://github.com:8443/octo/plan.git",
        "git@github.com:octo/plan.git",
        "ssh://git@github.com/octo/plan.git",
        "/srv/git/plan.git",
        "file:///srv/git/plan.git",
    ],
)
def test_the_token_goes_to_no_other_host_and_none_is_needed_there(operator: Set, url: str) -> None:
    access = git_access("github:octo/plan", url)
    assert (access().url, access().header) == (url, None)
    operator(GITHUB_TOKEN=TOKEN)
    assert access().header is None


@pytest.mark.parametrize("url", ["https://github.com/octo/docs.git", "https://GitHub.com:443/octo/docs"])
def test_an_address_of_ones_own_on_the_forge_gets_its_token(operator: Set, url: str) -> None:
    operator(GITHUB_TOKEN=TOKEN)
    access = git_access("github:octo/plan", url)()
    assert access.url == url
    assert password(access) == f"x-access-token:{TOKEN}"


def test_without_a_token_what_to_set_is_said(operator: Set) -> None:  # noqa: ARG001 - nothing is set
    for tracker in ("github:octo/plan", "gitlab:octo/plan"):
        with pytest.raises(NotAuthorisedError, match="needs a token"):
            git_access(tracker)()


@pytest.mark.parametrize("url", ["https://me:hunter2@github.com/x", "https://hunter2@github.com/x", "ext::sh -c x"])
def test_an_address_with_a_secret_or_a_program_is_refused_at_once(operator: Set, url: str) -> None:  # noqa: ARG001 - nothing is set
    with pytest.raises(ConfigurationError) as caught:
        git_access("github:octo/plan", url)
    assert "hunter2" not in str(caught.value)


def test_what_is_no_project_is_refused_at_once(operator: Set) -> None:  # noqa: ARG001 - nothing is set
    with pytest.raises(UsageError):
        git_access("github:octo")
    with pytest.raises(ConfigurationError, match="no forge"):
        git_access("sqlite:tracker.db")


def test_a_new_token_is_used_at_once(operator: Set) -> None:
    operator(GITHUB_TOKEN="first")  # noqa: S106 - of nobody
    access = git_access("github:octo/plan")
    assert password(access()).endswith(":first")
    operator(GITHUB_TOKEN="second")  # noqa: S106 - of nobody
    assert password(access()).endswith(":second")


def test_a_project_that_is_named_by_its_number_is_asked_for_its_name(operator: Set, gitlab: GitLab) -> None:
    operator(GITLAB_URL=gitlab.url, GITLAB_TOKEN=token_of(US))
    assert git_access(f"gitlab:{gitlab.project.id}")().url == f"{gitlab.url}/{PATH}.git"


def test_a_project_that_moved_is_asked_for_its_new_name(operator: Set, gitlab: GitLab) -> None:
    operator(GITLAB_URL=gitlab.url, GITLAB_TOKEN=token_of(US))
    access = git_access(f"gitlab:{PATH}")
    assert not access.look_again()
    gitlab.rename("harbour/quay")
    assert access.look_again()
    assert access().url == f"{gitlab.url}/harbour/quay.git"
    assert not git_access(f"gitlab:{PATH}", "/srv/git/plan.git").look_again()
