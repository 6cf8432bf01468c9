"""Pieces of the status page. Whatever comes in as text is made safe here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper import escaping
from gapkeeper.reporting.service_words import moment, relative

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

NAME_LIMIT = 200  # characters; nobody's name is longer
ERROR_LIMIT = 400


class Html(str):
    """Text that is safe to stand in the page: made by this module, or written by us."""

    __slots__ = ()


class Column(NamedTuple):
    """One column of a table."""

    title: str
    kind: str = ""  # a class of the style sheet: `number`, `wide`


def text(value: str, limit: int = NAME_LIMIT) -> Html:
    """Anybody's text, on one line; its direction of writing ends with it."""
    return Html(f"<bdi>{escaping.xml_text(escaping.shorten(escaping.clean_line(value), limit))}</bdi>")


def link(url: str | None, value: str) -> Html:
    """A text that leads to a page of the web; without a link where the URL leads anywhere else."""
    if url is None or not url.startswith(("https://", "http://")):
        return text(value)
    return Html(f'<a href="{escaping.xml_text(url)}" rel="noreferrer">{text(value)}</a>')


def time(when: dt.datetime | None, now: dt.datetime, none: str) -> Html:
    """A time, and how far away it is; ``none`` where there is none."""
    if when is None:
        return Html(f'<span class="faint">{none}</span>')
    return Html(
        f'<span class="time">{relative(when, now)}</span> '
        f'<time class="faint" datetime="{when:%Y-%m-%dT%H:%M:%SZ}">{moment(when)}</time>'
    )


def badge(word: str, tone: str) -> Html:
    """One word with a meaning: `good`, `care`, `bad`, or `plain`."""
    return Html(f'<span class="badge {tone}">{word}</span>')


def line(*parts: Html | str, kind: str = "") -> Html:
    """A line of a cell, of what is safe already; empty where there is nothing to say."""
    said = " ".join(part for part in parts if part)
    class_ = f' class="{kind}"' if kind else ""
    return Html(f"<div{class_}>{said}</div>" if said else "")


def trouble(error: str | None, hint: str | None = None, *, tone: str = "bad") -> Html:
    """An error, and what to do; empty where there is none."""
    said = [line(text(error, ERROR_LIMIT), kind=tone)] if error else []
    return Html("".join([*said, line(text(hint, ERROR_LIMIT))] if hint else said))


def table(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Html]]) -> Html:
    """A table whose first column names the row.

    On a narrow page its rows stand below each other, each cell behind its column's title. Roles are said because
    browsers forget that it is a table when cells are laid out so.
    """
    heads = "".join(f'<th scope="col" role="columnheader"{_kind(one)}>{one.title}</th>' for one in columns)
    body = "".join(_row(columns, row) for row in rows)
    return Html(
        f'<table role="table" aria-labelledby="{name}">\n'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}</tbody>\n</table>\n'
    )


def _row(columns: Sequence[Column], row: Sequence[Html]) -> str:
    first, *others = row
    cells = "".join(
        f'<td role="cell" data-title="{column.title}"{_kind(column)}><div>{cell}</div></td>'
        for column, cell in zip(columns[1:], others, strict=True)
    )
    return f'<tr role="row"><th scope="row" role="rowheader"{_kind(columns[0])}>{first}</th>{cells}</tr>\n'


def _kind(column: Column) -> str:
    return f' class="{column.kind}"' if column.kind else ""


def section(name: str, title: str, *parts: Html) -> Html:
    """A part of the page with its heading."""
    return Html(f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>\n{"".join(parts)}</section>\n')
