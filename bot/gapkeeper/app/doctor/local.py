"""What is on this machine: git, documents, and the places that are written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.app.doctor.verdicts import fine, note, wrong
from gapkeeper.reporting.numbers import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.model.doctor import Check, DocumentFacts, GitFacts, PlaceFacts

#: The oldest git that the tests ran with.
TRIED = (2, 31)
#: Bytes that are too few, and few.
TOO_FEW, FEW = 100 * 10**6, 10**9
_UNREADABLE_SHOWN = 5


def of_git(facts: GitFacts, *, forge: bool) -> Iterator[Check]:
    """Without a repository the embedded tracker works, and a ``forge`` does not: what is committed counts there."""
    bad = wrong if forge else note
    if facts.trouble is not None:
        yield bad("git", facts.trouble.what, facts.trouble.hint)
        return
    known = ".".join(map(str, facts.version)) or "of an unknown version"
    if facts.version and facts.version < TRIED:
        least = ".".join(map(str, TRIED))
        yield note("git", f"git {known} is older than {least}, the oldest that was tried", "Install a newer git.")
    if not facts.commit:
        yield bad("git", "there is no commit yet", "Commit the planning documents: git add, git commit.")
    elif facts.shallow:
        yield note(
            "git",
            "the clone is shallow: days of old documents and the history are not known",
            "git fetch --unshallow; in CI, fetch-depth: 0 (GitHub) or GIT_DEPTH: 0 (GitLab).",
        )
    else:
        yield fine("git", f"git {known}, in a repository with commits")


def of_documents(facts: DocumentFacts) -> Iterator[Check]:
    """Documents that there are, that can be read, and that hold something."""
    if not facts.documents:
        yield wrong(
            "documents",
            "there are no planning documents",
            "Name a folder that has some; [documents] include and exclude say which files are read.",
        )
        return
    for told in facts.unreadable[:_UNREADABLE_SHOWN]:
        yield wrong("documents", told, "Mend the file, or exclude it: [documents] exclude.")
    if len(facts.unreadable) > _UNREADABLE_SHOWN:
        yield wrong("documents", f"and {count(len(facts.unreadable) - _UNREADABLE_SHOWN, 'more document')} as bad")
    if len(facts.unreadable) == facts.documents:
        return
    read = f"{count(facts.documents - len(facts.unreadable), 'document')} with {count(facts.items, 'item')}"
    if not facts.items:
        yield note("documents", read, "An item has an ID as LATER-001; [documents] kinds and [kinds] name others.")
    elif facts.errors:
        yield note("documents", f"{read}, and {count(facts.errors, 'error')}", "See them: gapkeeper check")
    else:
        yield fine("documents", read)


def of_place(facts: PlaceFacts) -> Check:
    """A place that can be written to, with room."""
    if not facts.writable:
        bad = wrong if facts.needed else note
        return bad(
            "disk",
            f"{facts.what} cannot be written ({facts.path})",
            facts.remedy or "Give whoever runs Gapkeeper the right to write there."
            if facts.needed
            else "Without it every run reads everything anew. Let whoever runs Gapkeeper write there.",
        )
    if facts.free is None:
        return fine("disk", f"{facts.what} can be written ({facts.path})")
    told = f"{_size(facts.free)} free for {facts.what} ({facts.path})"
    if facts.free < TOO_FEW:
        return wrong("disk", told, "Free some space: below 100 MB a run can break off.")
    return note("disk", told, "Free some space soon.") if facts.free < FEW else fine("disk", told)


def _size(free: int) -> str:
    return f"{free / 10**9:,.1f} GB" if free >= FEW else f"{free // 10**6} MB"
