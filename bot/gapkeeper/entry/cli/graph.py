"""`gapkeeper graph`: dependencies and the critical path."""

from __future__ import annotations

import click

from gapkeeper.entry.cli import documents
from gapkeeper.entry.cli.command import Command, format_option, path_argument, rev_option
from gapkeeper.entry.cli.terminal import show, write_data


@click.command(
    "graph",
    cls=Command,
    examples=[
        ("gapkeeper graph", "the critical path, who waits for whom, the gates"),
        ("gapkeeper graph --format mermaid", "GitHub and GitLab draw it"),
        ("gapkeeper graph --format dot | dot -Tsvg > graph.svg", "with Graphviz"),
    ],
)
@path_argument()
@rev_option()
@format_option("text", "mermaid", "dot")
def command(path: str, rev: str | None, form: str) -> int:
    """Show what waits for what, and the longest chain of open items by their estimates."""
    register = documents.read(path, rev).register
    if form == "text":
        from gapkeeper.reporting.graph_text import graph_lines  # noqa: PLC0415 - start-up

        show(lambda look: graph_lines(register, look))
    else:
        from gapkeeper.reporting.graph_drawn import dot, mermaid  # noqa: PLC0415 - start-up

        write_data(mermaid(register) if form == "mermaid" else dot(register))
    return documents.finish(register)
