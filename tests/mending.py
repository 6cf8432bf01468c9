"""Applies the edits that findings carry, as an editor does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gapkeeper.model.diagnostics import Diagnostic


def mended(files: Mapping[str, bytes], findings: Iterable[Diagnostic]) -> dict[str, bytes]:
    """The files after every edit, each proven to stand where its old bytes are."""
    result = dict(files)
    edits = [(found.path, found.edit) for found in findings if found.edit is not None]
    for path, edit in sorted(edits, key=lambda pair: pair[1].span, reverse=True):  # so that earlier spans stay true
        assert edit.span.of(files[path]) == edit.old, path
        data = result[path]
        result[path] = data[: edit.span.start] + edit.new + data[edit.span.end :]
    return result
