"""`gapkeeper items`: the register."""

from __future__ import annotations

import click

from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option
from gapkeeper.entry.cli.terminal import show, write_data
from gapkeeper.errors import UsageError
from gapkeeper.model.status import State, Status
from gapkeeper.reporting.item_filter import matching, names_gate

_STATUSES = [*(status.value for status in Status), *(state.value for state in State)]


@click.command(
    "items",
    cls=Command,
    examples=[
        ("gapkeeper items", "everything, open and closed"),
        ("gapkeeper items --status open --owner infra", "what Infrastructure has to do"),
        ("gapkeeper items --gate 26", "what blocks Phase 26"),
        ("gapkeeper items --kind LATER --format csv", "for a spreadsheet"),
        ("gapkeeper items --rev v1.2 --format json", "as of a tag"),
    ],
)
@path_argument()
@rev_option()
@format_option("text", "json", "csv")
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Items of this kind: LATER.")
@click.option(
    "--status",
    "statuses",
    type=click.Choice(_STATUSES, case_sensitive=False),
    metavar="STATUS",
    multiple=True,
    help=f"Items of this status: {', '.join(_STATUSES)}.",
)
@click.option("--owner", "owners", metavar="NAME", multiple=True, help="Items whose owner has this in the name.")
@click.option("--gate", "gates", metavar="GATE", multiple=True, help="Items that block this gate: 'Phase 26', or 26.")
def command(
    path: str,
    rev: str | None,
    form: str,
    kinds: tuple[str, ...],
    statuses: tuple[str, ...],
    owners: tuple[str, ...],
    gates: tuple[str, ...],
) -> int:
    """List the items that the planning documents hold.

    Filters may be repeated: values of one filter are alternatives, different filters all have to match.
    """
    register = documents.read(path, rev).register
    for name in gates:
        if not any(names_gate(name, gate) for gate in register.gates):
            known = ", ".join(dict.fromkeys(gate.name for gate in register.gates))
            raise UsageError(f"there is no gate {name!r}", hint=f"There are: {known}" if known else None)
    items = matching(register, kinds=kinds, statuses=statuses, owners=owners, gates=gates)
    if form == "json":
        from gapkeeper.reporting.json_text import json_text  # noqa: PLC0415 - start-up
        from gapkeeper.reporting.register_json import register_json  # noqa: PLC0415 - start-up

        write_data(json_text(register_json(register, items)))
    elif form == "csv":
        from gapkeeper.reporting.item_csv import items_csv  # noqa: PLC0415 - start-up

        write_data(items_csv(items))
    else:
        from gapkeeper.reporting.item_list import item_lines, items_summary  # noqa: PLC0415 - start-up

        show(lambda look: item_lines(items, look))
        show(lambda _: [items_summary(items, register)], error=True)
    return documents.finish(register)
