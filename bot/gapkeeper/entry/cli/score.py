"""`gapkeeper score`: readiness, computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gapkeeper import wiring
from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.reporting.compare import compare, score
from gapkeeper.reporting.numbers import per_cent

if TYPE_CHECKING:
    from gapkeeper.model.register import Register
    from gapkeeper.reporting.compare import Comparison


def _per_cent(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    """Refuse what is no share of 100: no score would be under `nan`, and every one under 101."""
    if value is not None and not 0 <= value <= 100:
        raise click.BadParameter(f"{value:g} is not in the range 0<=x<=100.")
    return value


@click.command(
    "score",
    cls=Command,
    examples=[
        ("gapkeeper score", "score, areas and gates"),
        ("gapkeeper score --base main", "what changed since the branch left main"),
        ("gapkeeper score --fail-under 80", "exit 1 below 80 %"),
        ("gapkeeper score --format svg > readiness.svg", "a badge"),
        ("gapkeeper score --format shields > badge.json", "one for shields.io"),
    ],
)
@path_argument()
@rev_option()
@format_option("text", "json", "markdown", "svg", "shields")
@click.option("--base", metavar="REV", help="Compare with where this and REV parted: their merge base.")
@click.option(
    "--fail-under",
    type=float,
    callback=_per_cent,
    metavar="N",
    help="Exit 1 where the score is under N per cent; 0: never.",
)
def command(path: str, rev: str | None, form: str, base: str | None, fail_under: float | None) -> int:
    """Compute the readiness score that the documents state, and say what is between them and the gates."""
    read = documents.read(path, rev)
    register = read.register
    comparison = None if base is None else compare(_before(read, base, rev).register, register)
    if form == "text":
        from gapkeeper.reporting.score_text import score_lines  # noqa: PLC0415 - start-up

        show(lambda look: score_lines(register, comparison, look, base=base or ""))
    else:
        write_data(_for_machines(form, register, comparison, base or ""))
    least = read.settings.repository.readiness.fail_under if fail_under is None else fail_under
    return documents.finish(register, _judge(register, least) if least else 0)


def _before(read: documents.Read, base: str, rev: str | None) -> documents.Read:
    """What the branch began with: what others did to the base since then is not its doing."""
    common = wiring.merge_base(read.folder, base, rev or "HEAD")
    if common is None:
        hint = "in a shallow clone, fetch more of the history: git fetch --unshallow"
        documents.warn(f"no commit is known that {base} and this come from; compared with {base} itself", hint)
    return documents.read(str(read.folder), common or base, read.settings)


def _for_machines(form: str, register: Register, comparison: Comparison | None, base: str) -> str:
    if form == "json":
        from gapkeeper.reporting.json_text import json_text  # noqa: PLC0415 - start-up
        from gapkeeper.reporting.score_json import score_json  # noqa: PLC0415 - start-up

        return json_text(score_json(register, comparison))
    if form == "markdown" and comparison is not None:
        from gapkeeper.reporting.review_comment import comparison_markdown  # noqa: PLC0415 - start-up

        return comparison_markdown(comparison, base)
    if form == "markdown":
        from gapkeeper.reporting.score_markdown import score_markdown  # noqa: PLC0415 - start-up

        return score_markdown(register)
    from gapkeeper.reporting.badge import badge_shields, badge_svg  # noqa: PLC0415 - start-up

    if form == "shields":
        from gapkeeper.reporting.json_text import json_text  # noqa: PLC0415 - start-up

        return json_text(badge_shields(score(register)))
    return badge_svg(score(register))


def _judge(register: Register, least: float) -> int:
    """1 where the score is under the threshold; no score is under any."""
    value = score(register)
    if value is None:
        what = "no document states a readiness score"
    elif value < least:
        what = f"the readiness score is {per_cent(value)}"
    else:
        return 0
    from gapkeeper.reporting.complaint import error_lines  # noqa: PLC0415 - start-up

    show(lambda look: error_lines(f"{what}, and it has to be {per_cent(least)} at least", None, look), error=True)
    return 1
