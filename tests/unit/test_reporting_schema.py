"""What is printed, what the schema says, and what docs/json.md shows are the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from builders import NOW, register
from gapkeeper.model.delivery import BRANCH, Proposal, ProposalState
from gapkeeper.model.doctor import Check, Health
from gapkeeper.model.history import ReadinessHistory
from gapkeeper.model.jobs import JobState
from gapkeeper.model.plan import Outcome, Report
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.runs import Run, RunEnd, RunStart
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.doctor_text import doctor_json
from gapkeeper.reporting.history_json import history_json
from gapkeeper.reporting.job_json import job_json, jobs_json, service_runs_json
from gapkeeper.reporting.plan_json import plan_json, report_json
from gapkeeper.reporting.proposal_text import proposals_json
from gapkeeper.reporting.register_json import check_json, register_json
from gapkeeper.reporting.run_text import runs_json
from gapkeeper.reporting.score_json import score_json
from gapkeeper.reporting.why import explain
from gapkeeper.reporting.why_json import why_json
from histories import HISTORY
from samples import HARBOUR, ITEMS, PIER, PLAN, REFUSED, hostile
from service_samples import FAILED, queued
from service_samples import run as service_run

PROPOSAL = Proposal(3, BRANCH, "Close LATER-001, as in the tracker", "text", head="c0ffee")
RUN = Run(1, NOW, RunStart("c0ffee", "main", "f00d", 2, WriteBack.COMMIT))

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "config" / "schemas" / "output-1.json").read_text("utf-8"))
EXAMPLES = re.findall(
    r"^## `gapkeeper (\w+).*?^```json\n(.*?)^```", (ROOT / "docs/json.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def closed(schema: object) -> object:
    """The schema without room for keys that it does not name, so that none goes undocumented."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    stricter = {name: closed(part) for name, part in schema.items()}
    return stricter | ({"additionalProperties": False} if isinstance(schema.get("properties"), dict) else {})


def validate(name: str, document: object) -> None:
    schema = {"$ref": f"#/$defs/{name}", "$defs": closed(SCHEMA["$defs"])}
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(document)))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("items", register_json(HARBOUR)),
        ("items", register_json(register())),
        ("items", register_json(hostile("x"))),
        ("check", check_json(HARBOUR)),
        ("score", score_json(HARBOUR, None)),
        ("score", score_json(register(), compare(HARBOUR, register()))),
        ("score", score_json(HARBOUR, compare(register(*ITEMS), HARBOUR))),
        ("history", history_json(HISTORY)),
        ("history", history_json(ReadinessHistory("c0ffee", (), begins="c0ffee"))),
        ("why", why_json(explain(HARBOUR, PIER), HARBOUR, PLAN.changes[5:], None)),
        ("why", why_json(explain(HARBOUR, ITEMS[2]), HARBOUR, (), "no tracker")),
        ("plan", plan_json(PLAN)),
        ("plan", plan_json(REFUSED)),
        ("proposals", proposals_json([PROPOSAL, replace(PROPOSAL, state=ProposalState.DECLINED, closed_at=NOW)])),
        (
            "doctor",
            doctor_json([Check("git", Health.OK, "here"), Check("disk", Health.WRONG, "full", "Free some.", "h")]),
        ),
        ("runs", runs_json([RUN, replace(RUN, ended_at=NOW, end=RunEnd(1, 1, 5, "the limit"))])),
        ("jobs", jobs_json([queued(), queued(8, JobState.RUNNING), queued(9, JobState.DEAD)], {JobState.DEAD: 3})),
        ("job", job_json(queued(9, JobState.DEAD), [service_run(), FAILED])),
        ("service_runs", service_runs_json([service_run(score=None, open_items=None, commit=None), FAILED])),
        ("sync", report_json(Report(PLAN, tuple(Outcome(c, done=True) for c in PLAN.changes), "the limit"))),
    ],
)
def test_what_is_printed_is_what_the_schema_says(name: str, document: object) -> None:
    validate(name, document)


def test_a_key_that_the_schema_does_not_name_is_found() -> None:
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        validate("check", check_json(HARBOUR) | {"surprise": 1})


def test_every_command_has_its_example() -> None:
    assert [name for name, _ in EXAMPLES] == [
        "items",
        "check",
        "score",
        "history",
        "why",
        "plan",
        "sync",
        "issues",
        "proposals",
        "runs",
        "jobs",
        "doctor",
    ]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_documentation_are_valid(name: str, example: str) -> None:
    validate(name, json.loads(example))
