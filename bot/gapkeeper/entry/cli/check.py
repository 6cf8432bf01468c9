"""`gapkeeper check`: what the documents get wrong."""

from __future__ import annotations

import click

from gapkeeper import __version__
from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.model.diagnostics import Severity
from gapkeeper.reporting.json_text import json_text


@click.command(
    "check",
    cls=Command,
    examples=[
        ("gapkeeper check", "documents in this folder"),
        ("gapkeeper check docs --strict", "warnings fail as well"),
        ("gapkeeper check --format github", "annotations, in a workflow"),
        ("gapkeeper check --format sarif > out.sarif", "for code scanning"),
        ("gapkeeper check --explain stale", "what it means, how to mend"),
    ],
)
@path_argument()
@rev_option()
@format_option("text", "json", "sarif", "github", "gitlab")
@click.option("--strict", is_flag=True, help="Fail on warnings, not on errors only.")
@click.option("--explain", metavar="CODE", help="Explain a finding, and read nothing.")
def command(path: str, rev: str | None, form: str, strict: bool, explain: str | None) -> int:
    """Find what the planning documents get wrong: totals, contradictions, stale rows, ranges with holes.

    Exits 1 where there are errors.
    """
    if explain is not None:
        from gapkeeper.entry.cli import explanations  # noqa: PLC0415 - start-up

        write_data(explanations.explanation(explain).page)
        return 0
    read = documents.read(path, rev)
    found = read.register.diagnostics
    if form == "text":
        from gapkeeper.reporting.findings import finding_lines, findings_summary  # noqa: PLC0415 - start-up

        show(lambda look: finding_lines(found, look))
        whole = [document for document in read.register.documents if document.error is None]
        show(lambda _: [findings_summary(found, len(whole))], error=True)
    elif form == "json":
        from gapkeeper.reporting.register_json import check_json  # noqa: PLC0415 - start-up

        write_data(json_text(check_json(read.register)))
    else:
        write_data(_for_ci(form, read))
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return documents.finish(read.register, 1 if any(one.severity in failing for one in found) else 0)


def _for_ci(form: str, read: documents.Read) -> str:
    found = documents.for_ci(read)
    if form == "sarif":
        from gapkeeper.entry.cli import explanations  # noqa: PLC0415 - start-up
        from gapkeeper.reporting.sarif import sarif  # noqa: PLC0415 - start-up

        pages = explanations.explanations({one.code for one in found})
        return json_text(sarif(found, pages, version=__version__))
    from gapkeeper.reporting.annotations import github_annotations, gitlab_code_quality  # noqa: PLC0415 - start-up

    return github_annotations(found) if form == "github" else json_text(gitlab_code_quality(found))
