"""Write-back into documents that are not as one would wish: changed, read-only, links, of other systems, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harbours import GAPS, LATER

if TYPE_CHECKING:
    from harbours import Port

RESOLVED = ["-| **Status** | Pending |", "+| **Status** | Resolved |"]
DREDGED = [
    "-| ACTION-040 | Dredge the basin | In progress | 18-28 days |",
    "+| ACTION-040 | Dredge the basin | ✅ Done | 18-28 days |",
]
in_files = pytest.mark.parametrize("mode", ["worktree", "commit"])
proposes = pytest.mark.parametrize("mode", ["pull-request"])


def both_closed(port: Port) -> None:
    """Two items in two documents are closed, so that trouble with one document is seen to leave the other alone."""
    port.rosa("close", "LATER-001")
    port.rosa("close", "ACTION-040")


def one_waits(port: Port, why: str) -> None:
    """`docs/gaps.md` cannot be written; the other document is, and what waits fails again with the same words."""
    failed = f"failed: write-back #1 ACTION-040 {why}"
    said = port.sync(expect=5)
    assert said[0] == failed
    assert "written #2 LATER-001 Mend the pier" in said
    assert said[-2] == "1 label made, 1 written; 1 failed"
    assert port.written() == RESOLVED
    assert port.sync(expect=5)[:2] == [failed, "nothing done; 1 failed"]


# --- Changes that nobody committed ----------------------------------------------------------------------


@in_files
@pytest.mark.parametrize("what", ["changes", "staged changes"])
def test_local_changes_are_not_written_into(port: Port, what: str) -> None:
    both_closed(port)
    mine = GAPS + "\nA thought.\n"
    port.harbour.write("docs/gaps.md", mine)
    if what == "staged changes":
        port.harbour.git("add", "docs/gaps.md")
    failed = (
        f"failed: write-back #1 ACTION-040 docs/gaps.md has {what} that nobody committed; commit it, or take it back"
    )
    said = port.sync(expect=5)
    assert said[0] == failed
    assert "written #2 LATER-001 Mend the pier" in said
    assert port.sync(expect=5)[0] == failed
    assert (port.folder / "docs/gaps.md").read_text("utf-8") == mine
    port.harbour.git("commit", "-qm", "A thought", "docs/gaps.md")
    port.start = port.harbour.git("rev-parse", "HEAD")
    assert "written #1 ACTION-040 Dredge the basin" in port.sync()
    assert set(DREDGED) <= set(port.written())


@proposes
def test_local_changes_are_no_part_of_a_proposal(port: Port) -> None:
    both_closed(port)
    port.harbour.write("docs/gaps.md", GAPS + "\nA thought.\n")
    port.sync()
    assert sorted(port.written()) == sorted([*RESOLVED, *DREDGED])
    assert port.harbour.git("status", "--porcelain") == " M docs/gaps.md"


@in_files
def test_a_document_that_was_deleted_and_nobody_committed_that(port: Port) -> None:
    """Its items are gone then: nothing is written for them, and nothing is restored."""
    both_closed(port)
    expected = port.fingerprint()
    (port.folder / "docs/gaps.md").unlink()
    said = port.sync("--expect", expected, expect=3)
    assert said[0].startswith("error: not as expected: the plan is ")
    assert said[1] == "Documents or issues have changed since. Look at the new plan with `gapkeeper plan`."
    assert port.written() == ([] if port.mode == "commit" else [f"-{line}" for line in GAPS.splitlines()])
    port.sync()
    assert not (port.folder / "docs/gaps.md").exists()
    assert port.state("ACTION-040") == "completed"


def test_what_we_left_ourselves_is_no_change_of_a_person(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.sync()
    port.rosa("close", "LATER-002", "--reason", "not-planned")
    port.sync()
    assert sorted(port.written()) == sorted([*RESOLVED, "-| **Status** | Blocked |", "+| **Status** | Cancelled |"])
    assert port.sync()[0].startswith("Nothing to do")


@pytest.mark.parametrize("mode", ["worktree"])
def test_what_a_person_added_to_our_edit_is_theirs(port: Port) -> None:
    port.rosa("close", "LATER-001")
    port.sync()
    path = port.folder / "docs/LATER.md"
    path.write_text(path.read_text("utf-8") + "\nA thought.\n", "utf-8")
    port.rosa("close", "LATER-002")
    assert port.sync(expect=5)[0] == (
        "failed: write-back #3 LATER-002 docs/LATER.md has changes that nobody committed; commit it, or take it back"
    )


# --- Files that cannot be written to --------------------------------------------------------------------


@in_files
def test_a_read_only_file(port: Port) -> None:
    both_closed(port)
    (port.folder / "docs/gaps.md").chmod(0o444)
    one_waits(port, "docs/gaps.md is read-only. Make it writable, and run again.")
    (port.folder / "docs/gaps.md").chmod(0o644)
    assert "written #1 ACTION-040 Dredge the basin" in port.sync()


@in_files
def test_a_read_only_folder(port: Port) -> None:
    port.rosa("close", "LATER-001")
    (port.folder / "docs").chmod(0o555)
    said = port.sync(expect=5)
    (port.folder / "docs").chmod(0o755)
    assert said[0] == (
        "failed: write-back #2 LATER-001 the folder of docs/LATER.md is read-only. Make it writable, and run again."
    )
    assert "written #2 LATER-001 Mend the pier" in port.sync()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_nothing_is_written_through_a_link(port: Port, what: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A document behind a link is not read either, so its items are gone."""
    outside = tmp_path_factory.mktemp("outside") / "gaps.md"
    outside.write_text(GAPS, "utf-8")
    both_closed(port)
    inside = port.folder / "docs/gaps.md"
    inside.unlink()
    if what == "file":
        inside.symlink_to(outside)
    else:
        (port.folder / "docs/more").symlink_to(outside.parent)
    port.sync()
    assert outside.read_text("utf-8") == GAPS
    assert port.harbour.git("status", "--porcelain", "docs/gaps.md") in {" T docs/gaps.md", " D docs/gaps.md"}


# --- Other systems ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("autocrlf", ["false", "true", "input"])
def test_line_ends_of_windows_stay(port: Port, autocrlf: str) -> None:
    """Whatever a checkout made of them: the work tree keeps its own, and a commit those that were committed."""
    harbour = port.harbour
    harbour.git("config", "core.autocrlf", autocrlf)
    harbour.write("docs/LATER.md", LATER.replace("\n", "\r\n"))
    harbour.git("commit", "-qam", "Edited on Windows", "--allow-empty")
    port.start = harbour.git("rev-parse", "HEAD")
    port.rosa("close", "LATER-001")
    port.sync()
    wanted = LATER.replace("Pending", "Resolved")
    kept = (port.folder / "docs/LATER.md").read_bytes().decode()
    assert kept == (LATER if port.mode == "pull-request" else wanted).replace("\n", "\r\n")
    assert [line.rstrip("\r") for line in port.written()] == RESOLVED
    if port.mode != "worktree":
        tip = "HEAD" if port.mode == "commit" else "gapkeeper/docs"
        assert ("\r\n" in harbour.git("show", f"{tip}:docs/LATER.md")) == (autocrlf == "false")
        assert harbour.git("status", "--porcelain") == ""
    assert port.sync()[0].startswith("Nothing to do")


def test_text_of_windows_1252_stays(port: Port) -> None:
    text = LATER.replace("Mend the pier", "Mend the café – pier").encode("cp1252")
    port.harbour.write("docs/LATER.md", text)
    port.harbour.commit("Edited on Windows")
    port.start = port.harbour.git("rev-parse", "HEAD")
    port.sync()
    port.rosa("close", "LATER-001")
    port.sync()
    wanted = text.replace(b"Pending", b"Resolved")
    assert (port.folder / "docs/LATER.md").read_bytes() == (text if port.mode == "pull-request" else wanted)
    assert port.written() == RESOLVED
    assert port.sync()[0].startswith("Nothing to do")


# --- Documents that go elsewhere -------------------------------------------------------------------------


def test_a_document_that_is_excluded_is_not_written_to(port: Port) -> None:
    both_closed(port)
    expected = port.fingerprint()
    config = (port.folder / "gapkeeper.toml").read_text("utf-8")
    port.harbour.write("gapkeeper.toml", f'{config}\n[documents]\nexclude = ["docs/gaps.md"]\n')
    assert port.sync("--expect", expected, expect=3)[0].startswith("error: not as expected: ")
    assert port.written() == []
    port.sync()
    assert port.written() == RESOLVED


def test_a_document_that_moved_is_written_to_where_it_is(port: Port) -> None:
    both_closed(port)
    expected = port.fingerprint()
    port.harbour.git("mv", "docs/gaps.md", "docs/checkpoint.md")
    assert port.sync("--expect", expected, expect=3)[0].startswith("error: not as expected: ")
    port.harbour.git("commit", "-qm", "Say what it is")
    port.start = port.harbour.git("rev-parse", "HEAD")
    port.sync()
    assert sorted(port.written()) == sorted([*RESOLVED, *DREDGED])
    assert port.sync()[0].startswith("Nothing to do")


@in_files
def test_a_document_that_moved_and_nobody_committed_that(port: Port) -> None:
    both_closed(port)
    port.harbour.git("mv", "docs/gaps.md", "docs/checkpoint.md")
    said = port.sync(expect=5)
    assert (
        said[0]
        == "failed: write-back #1 ACTION-040 "
        + {
            "worktree": "docs/checkpoint.md has staged changes that nobody committed; commit it, or take it back",
            "commit": "docs/checkpoint.md is no file of the newest commit; commit it first",
        }[port.mode]
    )
    assert "written #2 LATER-001 Mend the pier" in said
