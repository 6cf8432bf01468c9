"""Every command on a small repository: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from harbours import GAPS, LATER

from gapkeeper import __version__

if TYPE_CHECKING:
    from harbours import Harbour

SCHEMAS = Path(__file__).parent.parent / "schemas"
GAPKEEPER = Path(sys.executable).parent / "gapkeeper"

# --- Reading ----------------------------------------------------------------------------------------


def test_items_as_text(harbour: Harbour) -> None:
    harbour.run("items")
    assert [text.split()[0] for text in harbour.out.splitlines()] == [
        "KEY", "ACTION-040", "ACTION-041", "LATER-001", "LATER-002",
    ]  # fmt: skip
    assert harbour.err.startswith("3 open, 1 closed; ")


def test_items_as_json_in_any_folder(harbour: Harbour) -> None:
    items = {item["key"]: item for item in harbour.ask("items", "docs")["items"]}
    assert items["LATER-001"]["source"] == {"path": "LATER.md", "line": 5}
    assert items["LATER-001"]["status"] == "pending"
    assert items["LATER-002"]["depends_on"] == ["ACTION-040"]


def test_items_as_csv_are_inert(harbour: Harbour) -> None:
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(harbour.run("items", "--format", "csv")))}
    assert rows["ACTION-041"]["title"] == "'=Count the gulls"


def test_items_of_a_revision_do_not_touch_the_work_tree(harbour: Harbour) -> None:
    harbour.write("docs/LATER.md", "# Nothing is left\n")
    assert [item["key"] for item in harbour.ask("items", "--kind", "LATER")["items"]] == ["LATER-001"]
    old = harbour.ask("items", "--rev", "main", "--kind", "later", "--status", "open")["items"]
    assert [item["key"] for item in old] == ["LATER-001", "LATER-002"]
    assert (harbour.folder / "docs/LATER.md").read_text("utf-8") == "# Nothing is left\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["items", "nowhere"], "nowhere"),
        (["items", "--gate", "99"], "no gate '99'"),
        (["items", "--status", "great"], "great"),
        (["check", "--explain", "stael"], "no finding called 'stael'"),
    ],
)
def test_what_does_not_exist_is_wrong_usage(harbour: Harbour, arguments: list[str], words: str) -> None:
    harbour.run(*arguments, expect=64)
    assert words in harbour.err


def test_a_revision_that_is_not_there(harbour: Harbour) -> None:
    harbour.run("items", "--rev", "v9", expect=65)
    assert "v9" in harbour.err


def test_no_documents_say_so_and_are_no_error(harbour: Harbour, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert harbour.ask("items", "empty")["items"] == []
    assert "no planning documents in empty" in harbour.err


def test_a_document_that_cannot_be_read(harbour: Harbour) -> None:
    harbour.write("docs/big.md", "x" * 60_000_000)
    answer = harbour.ask("items", expect=65)
    assert len(answer["items"]) == 4
    assert "docs/big.md was not read" in harbour.err
    documents = len(list((harbour.folder / "docs").glob("*.md"))) - 1
    harbour.run("check", expect=65)
    assert f" in {documents} documents\n" in harbour.err
    harbour.run("plan", expect=3)
    harbour.run("sync", expect=3)
    assert not (harbour.folder / ".gapkeeper").exists()


def test_a_configuration_that_is_wrong(harbour: Harbour) -> None:
    harbour.write("gapkeeper.toml", '[documents]\nkindz = ["LATER"]\n')
    for command in ("check", "items", "score", "graph", "plan", "sync"):
        harbour.run(command, expect=65)
        assert "gapkeeper.toml" in harbour.err
        assert "kinds" in harbour.err


# --- check ------------------------------------------------------------------------------------------


def test_check_finds_the_wrong_total_at_its_line(harbour: Harbour) -> None:
    found = harbour.ask("check", expect=1)["diagnostics"]
    assert ("docs/gaps.md", 20, "readiness-arithmetic") in {(d["path"], d["line"], d["code"]) for d in found}
    harbour.run("check", expect=1)
    assert any(text.startswith("docs/gaps.md:20:") for text in harbour.out.splitlines())
    assert "1 error" in harbour.err


def test_strict_fails_on_warnings(harbour: Harbour) -> None:
    harbour.write("docs/gaps.md", GAPS.replace("45%", "40%"))
    harbour.run("check", expect=0)
    assert ": stale: " in harbour.out
    harbour.run("check", "--strict", expect=1)


def test_check_for_machines(harbour: Harbour) -> None:
    log = json.loads(harbour.run("check", "--format", "sarif", expect=1))
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    assert log["runs"][0]["results"]
    report = json.loads(harbour.run("check", "--format", "gitlab", expect=1))
    assert {entry["location"]["path"] for entry in report} == {"docs/gaps.md"}
    assert "::error file=docs/gaps.md,line=20," in harbour.run("check", "--format", "github", expect=1)


def test_paths_for_ci_start_at_the_root_and_columns_count_characters(harbour: Harbour) -> None:
    assert {found["path"] for found in harbour.ask("check", "docs", expect=1)["diagnostics"]} == {"gaps.md"}
    assert "file=docs/gaps.md" in harbour.run("check", "docs", "--format", "github", expect=1)
    harbour.write("docs/links.md", "# Links\n\n🎉 Äpfel [gone](./gone.md)\n")
    found = [one for one in harbour.ask("check", expect=1)["diagnostics"] if one["code"] == "broken-link"]
    assert found[0]["column"] == len("🎉 Äpfel ".encode()) + 1
    annotation = f"file=docs/links.md,line=3,col={len('🎉 Äpfel ') + 2},"  # the emoji is two units of UTF-16
    assert annotation in harbour.run("check", "--format", "github", expect=1)


# --- why, score, graph ------------------------------------------------------------------------------


def test_why(harbour: Harbour) -> None:
    text = harbour.run("why", "later-001")
    assert text.startswith("LATER-001  Mend the pier\npending")
    assert "docs/LATER.md:9, a heading beats a table row" in text
    assert "loses status: stale" in text
    assert "Next sync\n  +  LATER-001" in text
    assert not (harbour.folder / ".gapkeeper").exists()


def test_why_not(harbour: Harbour) -> None:
    harbour.run("why", "LATER-03", expect=1)
    assert "no document defines LATER-03" in harbour.err
    assert "LATER-001" in harbour.err


def test_why_of_an_id_that_two_documents_define(harbour: Harbour) -> None:
    for name in ("a", "b"):
        harbour.write(f"docs/{name}.md", f"# {name}\n\n### ISSUE-001: Leak in {name}\n\n**Status:** Open\n")
    harbour.run("why", "ISSUE-001", expect=1)
    assert "docs/a.md#ISSUE-001, docs/b.md#ISSUE-001" in harbour.err
    assert harbour.run("why", "docs/b.md#ISSUE-001").startswith("docs/b.md#ISSUE-001  Leak in b\n")


def test_why_says_so_where_the_tracker_cannot_be_asked(harbour: Harbour) -> None:
    answer = harbour.ask("why", "LATER-001", "--tracker", "github:harbour/plans")
    assert answer["next_sync"]["changes"] == []
    assert answer["next_sync"]["note"].startswith("not known: ")


def test_score(harbour: Harbour) -> None:
    assert harbour.run("score").startswith("40 %  Readiness  docs/gaps.md:")
    answer = harbour.ask("score")
    assert (answer["score"], answer["readiness"]["stated"]) == (40, 45)
    assert "40 %" in harbour.run("score", "--format", "svg")
    assert json.loads(harbour.run("score", "--format", "shields"))["message"] == "40 %"
    assert harbour.run("score", "--format", "markdown").startswith("**40 %** Readiness, stated 45 %")


def test_score_against_a_base(harbour: Harbour) -> None:
    harbour.write("docs/gaps.md", GAPS.replace("| Lights | 40% | 25% | 10% |", "| Lights | 40% | 50% | 20% |"))
    harbour.write("docs/LATER.md", LATER.replace("Pending", "Done"))
    text = harbour.run("score", "--base", "main")
    assert "40 % → 50 % (+10) since main\n" in text
    assert "  Lights: 25 → 50\n" in text
    assert "  resolves LATER-001\n" in text


@pytest.mark.parametrize(("least", "code"), [("39", 0), ("40", 0), ("40.5", 1)])
def test_fail_under(harbour: Harbour, least: str, code: int) -> None:
    harbour.run("score", "--fail-under", least, expect=code)
    harbour.write("gapkeeper.toml", f"[readiness]\nfail_under = {float(least)}\n")
    harbour.run("score", expect=code)
    harbour.run("score", "--fail-under", "0")


def test_no_score_is_under_any_threshold(harbour: Harbour) -> None:
    harbour.write("docs/gaps.md", "# Nothing\n")
    harbour.run("score", "--fail-under", "1", expect=1)
    assert "no document states a readiness score" in harbour.err


def test_graph(harbour: Harbour) -> None:
    assert harbour.run("graph").startswith(
        "Critical path: ACTION-040 (18-28 days) -> LATER-002 (1 day): 19 to 29 days\n"
    )
    assert "n0 ==> n1" in harbour.run("graph", "--format", "mermaid")
    assert "digraph" in harbour.run("graph", "--format", "dot")


# --- plan and sync ----------------------------------------------------------------------------------


def test_plan_writes_nothing(harbour: Harbour) -> None:
    plan = harbour.ask("plan")
    assert [c["key"] for c in plan["changes"] if c["op"] == "create"] == ["ACTION-040", "LATER-001", "LATER-002"]
    text = harbour.run("plan")
    assert f"Apply with: gapkeeper sync --expect {plan['fingerprint']}\n" in text
    harbour.run("plan", "--detailed-exitcode", expect=2)
    assert not (harbour.folder / ".gapkeeper").exists()


def test_a_narrower_plan_is_applied_by_the_command_that_it_names(harbour: Harbour) -> None:
    text = harbour.run("plan", "--only", "LATER-001", "--tracker", "sqlite:my issues.db")
    command = text.rpartition("Apply with: gapkeeper ")[2].strip()
    assert command.startswith("sync --only LATER-001 --tracker 'sqlite:my issues.db' --expect ")
    harbour.run("sync", "--only", "LATER-001", "--tracker", "sqlite:my issues.db", "--expect", command.split()[-1])
    assert "1 created" in harbour.out
    assert (harbour.folder / "my issues.db").exists()


def test_sync_and_sync_again(harbour: Harbour) -> None:
    answer = harbour.ask("sync")
    assert all(change["done"] and change["error"] is None for change in answer["changes"])
    assert answer["totals"]["by_op"]["create"] == 3
    assert harbour.run("sync") == "Nothing to do: issues and documents agree.\n"
    assert harbour.ask("sync")["changes"] == []
    harbour.run("plan", "--detailed-exitcode")


def test_sync_says_each_thing_it_did(harbour: Harbour) -> None:
    harbour.run("sync")
    lines = harbour.out.splitlines()
    assert sorted(text.split()[0] for text in lines[:-1]) == ["created"] * 3
    assert lines[-1].endswith("3 created")


def test_a_resolved_item_closes_its_issue_and_says_who_wrote_it(harbour: Harbour) -> None:
    harbour.run("sync")
    harbour.write("docs/LATER.md", LATER.replace("Pending", "✅ Resolved"))
    harbour.commit("The pier is mended")
    (close,) = [c for c in harbour.ask("plan")["changes"] if c["op"] == "close"]
    assert (close["key"], close["source"]) == ("LATER-001", {"path": "docs/LATER.md", "line": 9})
    assert "x  LATER-001" in harbour.run("why", "LATER-001")
    harbour.run("sync")
    assert "closed" in harbour.out
    assert "Ann Lee" in harbour.run("issues", "show", str(close["issue"]))


def test_another_plan_than_the_expected_one_is_refused(harbour: Harbour) -> None:
    expected = harbour.ask("plan")["fingerprint"]
    harbour.write("docs/LATER.md", LATER + "\n### LATER-003: Paint the bollards\n")
    harbour.run("sync", "--expect", expected, expect=3)
    assert "not as expected" in harbour.err
    assert not (harbour.folder / ".gapkeeper").exists()


def test_a_limit_leaves_the_rest_for_the_next_run(harbour: Harbour) -> None:
    assert harbour.ask("plan", "--limit", "1")["skipped"] == 2
    harbour.run("sync", "--limit", "1")
    assert "1 created" in harbour.out
    harbour.run("sync")
    assert "2 created" in harbour.out


def test_lost_documents_are_not_taken_for_done(harbour: Harbour) -> None:
    harbour.run("sync")
    (harbour.folder / "docs/LATER.md").unlink()
    (harbour.folder / "docs/gaps.md").unlink()
    refused = harbour.ask("plan", expect=3)["refused"]
    assert refused["code"] == "shrunk"
    assert "refused: shrunk: " in harbour.run("plan", expect=3)
    harbour.run("sync", expect=3)
    assert "shrunk" in harbour.err
    note = harbour.ask("plan", "--allow-mass-change")
    assert note["refused"] is None


def test_a_tracker_that_this_version_does_not_know(harbour: Harbour) -> None:
    harbour.run("sync", "--tracker", "bollard:harbour/plans", expect=64)
    assert "bollard:harbour/plans" in harbour.err


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_forge_without_a_token_says_which_one_to_set(harbour: Harbour, forge: str) -> None:
    harbour.run("sync", "--tracker", f"{forge}:harbour/plans", expect=77)
    assert f"GAPKEEPER_{forge.upper()}_TOKEN" in harbour.err


def test_a_damaged_tracker_is_named(harbour: Harbour) -> None:
    harbour.write(".gapkeeper/tracker.db", "this is no database, and was never one\n" * 200)
    for command in ("plan", "sync"):
        harbour.run(command, expect=69)
        assert "tracker.db" in harbour.err
        assert "Traceback" not in harbour.err


# --- The installed command --------------------------------------------------------------------------


def installed(harbour: Harbour, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [GAPKEEPER, *arguments],
        cwd=harbour.folder,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )


def test_a_locale_without_unicode_stops_no_command(harbour: Harbour) -> None:
    for arguments in (
        ["items"],
        ["check"],
        ["score"],
        ["history"],
        ["graph"],
        ["why", "LATER-001"],
        ["plan"],
        ["sync"],
    ):
        done = installed(harbour, *arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert done.returncode == (1 if arguments == ["check"] else 0), done.stderr
        assert done.stdout.isascii()
    done = installed(harbour, "items", "--format", "json", PYTHONIOENCODING="ascii")
    assert "✅ Done" in done.stdout.decode("utf-8")


def test_a_pipe_gets_no_colour_and_a_forced_one_does(harbour: Harbour) -> None:
    assert b"\x1b" not in installed(harbour, "items").stdout
    assert b"\x1b[" in installed(harbour, "items", FORCE_COLOR="1").stdout


NOT_FOR_READING = {
    "httpx", "github", "gitlab", "starlette", "uvicorn", "apscheduler", "jinja2",  # forges, web, templates
    "sqlite3", "pydantic", "pydantic_settings", "structlog", "tomlkit", "typer", "ftfy", "rich.console",
    "urllib.request",
}  # fmt: skip


@pytest.mark.parametrize("arguments", [["items"], ["check"], ["score"], ["graph"], ["items", "--format", "json"]])
def test_reading_commands_import_nothing_that_they_do_not_need(harbour: Harbour, arguments: list[str]) -> None:
    code = "import sys; from gapkeeper.__main__ import main; main(sys.argv[1:]); print(*sys.modules, sep=chr(10))"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=harbour.folder, check=True, capture_output=True)
    imported = set(done.stdout.decode("utf-8", "replace").splitlines())
    assert "gapkeeper.reading" in imported
    assert not imported & NOT_FOR_READING


def test_the_version_imports_next_to_nothing() -> None:
    code = "import sys; from gapkeeper.__main__ import main; main(['--version']); print(*sys.modules, sep=chr(10))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    ours = {name for name in done.stdout.splitlines() if name.startswith(("gapkeeper", "click", "rich"))}
    assert ours == {f"gapkeeper {__version__}", "gapkeeper", "gapkeeper.__main__"}
