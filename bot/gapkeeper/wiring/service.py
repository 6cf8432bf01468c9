"""The part of the composition root that makes what the service works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper import wiring
from gapkeeper.adapters.git_mirror import Mirror, mirror_folder
from gapkeeper.adapters.git_mirror_folder import remove_others
from gapkeeper.adapters.github import address as of_github
from gapkeeper.adapters.gitlab import address as of_gitlab
from gapkeeper.settings.operator import load_operator
from gapkeeper.wiring import github
from gapkeeper.wiring.git_access import git_access
from gapkeeper.wiring.reconciling import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.settings.service import Repository, ServiceSettings

_MB = 1_000_000


def places(settings: ServiceSettings, *, tick: Callable[[], None]) -> Mapping[str, Place]:
    """The repositories that are configured, by name; ``tick`` as for `Mirror`.

    Raises `ConfigurationError` where the operator's settings cannot be read.
    """
    return {repository.name: _place(settings, repository, tick) for repository in settings.repositories}


def remove_other_mirrors(settings: ServiceSettings) -> list[str]:
    """Delete mirrors of repositories that are not configured any more; their names."""
    kept = [mirror_folder(settings.mirrors, repository.name) for repository in settings.repositories]
    return remove_others(settings.mirrors, kept)


class Project(NamedTuple):
    """A tracker's project, as webhooks and people name it."""

    forge: str  # "github", "gitlab"
    name: str  # owner/name, group/sub/name, or GitLab's number
    page: str  # its address in a browser


def project_of(tracker: str) -> Project:
    """The project that a tracker's URL names.

    Raises `UsageError` where it names none, or one on another host.
    """
    operator = load_operator()
    if wiring.forge_of(tracker) is github:
        name = of_github.read_address(tracker, operator.github_url).project
        return Project("github", name, f"{of_github.web_address(operator.github_url)}/{name}")
    name = of_gitlab.read_address(tracker, operator.gitlab_url).project
    by_number = "projects/" if name.isdecimal() else ""
    return Project("gitlab", name, f"{operator.gitlab_url}/{by_number}{name}")


def _place(settings: ServiceSettings, repository: Repository, tick: Callable[[], None]) -> Place:
    forge = wiring.forge_of(repository.tracker)
    pull_heads = forge.PULL_HEADS if forge is not None and repository.pull_requests else None
    folder = mirror_folder(settings.mirrors, repository.name)
    access = git_access(repository.tracker, repository.git)
    mirror = Mirror(
        folder,
        access,
        limit_bytes=settings.state.mirror_limit_mb * _MB,
        tick=tick,
    )
    return Place(repository.name, repository.tracker, mirror, access.look_again, pull_heads, repository.max_creates)
