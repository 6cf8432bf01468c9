"""`gapkeeper history` on a small repository: what it prints, what it warns of, and how it ends."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from harbours import GAPS, LATER

from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from harbours import Harbour

BETTER = GAPS.replace("| Lights | 40% | 25% | 10% |", "| Lights | 40% | 50% | 20% |")


@pytest.fixture
def commits(tmp_path: Path) -> list[str]:
    """Three commits of which two touch a document: the work goes on, and a checkpoint follows."""
    made = Repository(tmp_path / "port")
    return [
        made.commit({"docs/LATER.md": LATER, "docs/gaps.md": GAPS}, date="2026-03-02T12:00:00Z"),
        made.commit({"pier.py": "oak = 1\n"}, date="2026-03-03T12:00:00Z"),
        made.commit(
            {"docs/gaps.md": BETTER, "docs/LATER.md": LATER.replace("Pending", "Done")}, date="2026-03-04T12:00:00Z"
        ),
    ]


def test_a_line_for_each_commit_that_changed_the_plan(harbour: Harbour, commits: list[str]) -> None:
    first, _, last = commits
    assert harbour.run("history", "port") == (
        "DATE        COMMIT   SCORE  CHANGE  OPEN  OF WHICH\n"
        f"2026-03-04  {last[:7]}   50 %     +10     2  ACTION 1, LATER 1\n"
        f"2026-03-02  {first[:7]}   40 %             3  ACTION 1, LATER 2\n"
    )
    assert harbour.err == "2 commits, 2026-03-02 to 2026-03-04: 40 % to 50 % (+10)\n"


def test_what_is_in_the_work_tree_is_no_history_yet(harbour: Harbour, commits: list[str]) -> None:
    harbour.write("port/docs/LATER.md", "# Nothing is left\n")
    assert harbour.run("history", "port").splitlines()[1].split()[1] == commits[-1][:7]
    assert harbour.git("-C", "port", "status", "--short") == " M docs/LATER.md"


def test_every_format_says_the_same(harbour: Harbour, commits: list[str]) -> None:
    answer = harbour.ask("history", "port")
    assert answer["revision"] == commits[-1]
    assert [(one["commit"], one["score"]) for one in answer["points"]] == [(commits[0], 40), (commits[-1], 50)]
    rows = list(csv.DictReader(io.StringIO(harbour.run("history", "port", "--format", "csv"))))
    assert [(row["commit"], row["score"], row["difference"]) for row in rows] == [
        (commits[0], "40.0", ""),
        (commits[-1], "50.0", "10.0"),
    ]


def test_a_chart_is_one_svg(harbour: Harbour, commits: list[str]) -> None:
    assert commits
    root = ET.fromstring(harbour.run("history", "port", "--format", "svg"))  # noqa: S314 - our own output
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_point_is_what_score_says_of_its_commit(harbour: Harbour, commits: list[str]) -> None:
    assert commits
    for point in harbour.ask("history", "port")["points"]:
        alone = harbour.ask("score", "port", "--rev", point["commit"])
        assert (alone["score"], alone["items"]) == (point["score"], point["items"])


def test_a_folder_a_revision_a_day_and_a_number_narrow_it(harbour: Harbour, commits: list[str]) -> None:
    def shown(*arguments: str) -> list[str]:
        return [point["commit"] for point in harbour.ask("history", *arguments)["points"]]

    assert shown("port", "--rev", commits[1]) == commits[:1]
    assert shown("port", "--since", "2026-03-03") == commits[2:]
    assert shown("port", "--limit", "1") == commits[2:]
    assert shown("port/docs") == [commits[0], commits[2]]


def test_the_next_run_says_the_same_from_what_was_kept(harbour: Harbour, commits: list[str]) -> None:
    assert commits
    first = harbour.run("history", "port", "--format", "json")
    assert (harbour.folder / "port/.gapkeeper/history.db").exists()
    assert harbour.run("history", "port", "--format", "json") == first
    assert harbour.git("-C", "port", "status", "--short") == ""


def test_no_commit_with_a_document_says_so_and_is_no_error(harbour: Harbour, commits: list[str]) -> None:
    assert commits
    assert harbour.run("history", "port", "--since", "2027-01-01") == ""
    assert harbour.err == "warning: no commit touched a planning document in port since 2027-01-01\n"
    harbour.write("port/gapkeeper.toml", '[documents]\ninclude = ["nowhere/*.md"]\n')
    assert harbour.ask("history", "port")["points"] == []
    assert "[documents] include and exclude" in harbour.err


def test_a_shallow_clone_says_where_its_history_begins(harbour: Harbour, commits: list[str]) -> None:
    harbour.git("clone", "-q", "--depth=2", f"file://{harbour.folder}/port", "shallow")
    assert len(harbour.run("history", "shallow").splitlines()) == 3
    assert f"warning: this clone is shallow: its history begins at {commits[1][:7]}\n" in harbour.err
    assert "git fetch --unshallow" in harbour.err
    assert harbour.ask("history", "shallow")["begins"] == commits[1]
    harbour.run("history", "shallow", "--limit", "1")
    assert "shallow:" not in harbour.err


def test_documents_that_could_not_be_read_are_noted_where_they_were(harbour: Harbour, commits: list[str]) -> None:
    blob = harbour.git("-C", "port", "rev-parse", f"{commits[0]}:docs/LATER.md")
    (harbour.folder / "port/.git/objects" / blob[:2] / blob[2:]).unlink()
    assert harbour.run("history", "port").splitlines()[2].endswith("  1 document not read")
    assert "warning: at 1 commit, documents could not be read, and do not count\n" in harbour.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["empty"], 65, "there is no commit in empty yet"),
        ([".."], 65, "is in no git repository"),
        (["nowhere"], 64, "there is no folder nowhere"),
        (["port", "--rev", "v9"], 65, "there is no commit 'v9'"),
        (["port", "--limit", "0"], 64, "--limit"),
        (["port", "--since", "yesterday"], 64, "--since"),
    ],
)
def test_what_cannot_be_said_is_an_error(
    harbour: Harbour, commits: list[str], arguments: list[str], code: int, words: str
) -> None:
    assert commits
    Repository(harbour.folder / "empty")
    assert harbour.run("history", *arguments, expect=code) == ""
    assert words in harbour.err
    assert "Traceback" not in harbour.err
