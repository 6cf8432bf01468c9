"""What CI runs: a file for each forge, and what its jobs need that no file can say."""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

from gapkeeper import __version__

_PLACE = "@VERSION@"  # in the files of `ci/`


class CiFile(NamedTuple):
    """What CI of one forge runs."""

    path: str  # where the forge looks for it, from the repository's own folder
    needs: tuple[str, ...]  # what a person has to do, a line each


FILES = {
    "github": CiFile(
        ".github/workflows/gapkeeper.yml",
        (
            "Until PyPI has gapkeeper, write git+https://HOST/PATH@TAG in place of its name, where it is installed.",
            "Look at the first plan before you commit it: gapkeeper plan --tracker github:owner/name",
            "More new issues than [sync] max_creates (20)? Once: gapkeeper sync --yes --tracker github:owner/name",
            "Put the branch that is synced into `branches:`, where it is not main.",
            "Allow proposals: Settings, Actions, General, Allow GitHub Actions to create and approve pull requests.",
            "No secret is needed: the jobs have the token of Actions.",
        ),
    ),
    "gitlab": CiFile(
        ".gitlab/gapkeeper.gitlab-ci.yml",
        (
            "Until PyPI has gapkeeper, write git+https://HOST/PATH@TAG in place of its name, where it is installed.",
            "Look at the first plan before you commit it: gapkeeper plan --tracker gitlab:group/name",
            "More new issues than [sync] max_creates (20)? Once: gapkeeper sync --yes --tracker gitlab:group/name",
            'Take it into .gitlab-ci.yml: include: [{ local: ".gitlab/gapkeeper.gitlab-ci.yml" }]',
            "Make a project access token (Settings, Access tokens): scope api, role Developer.",
            "Give it to CI (Settings, CI/CD, Variables): GAPKEEPER_GITLAB_TOKEN, masked, not protected.",
            "Add a schedule (Build, Pipeline schedules), so that what people close reaches the documents.",
        ),
    ),
}


def text(forge: str) -> str:
    """The file for a forge, which installs the version that writes it."""
    file = resources.files("gapkeeper.entry.cli").joinpath("ci", f"{forge}.yml")
    return file.read_text("utf-8").replace(_PLACE, __version__)
