"""Values for tests, with plain defaults: say what matters to the test, and nothing else."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.model.items import FieldText, Item, StatedStatus, Statement, StatusForm
from gapkeeper.model.readiness import CriticalPath, Gate
from gapkeeper.model.register import DocumentInfo, Edge, Register
from gapkeeper.model.snapshot import Actor, Capabilities, Issue, Label, Reason, Role, Snapshot
from gapkeeper.model.spans import Place, Span
from gapkeeper.model.status import Rank, State, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMESPACE = "42"
REVISION = "c0ffee1000000000000000000000000000000000"
NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)

ME = Actor("gapkeeper", Role.SELF)
ANNA = Actor("anna", Role.WRITE)  # may write
GUEST = Actor("guest", Role.READ)
STALE = Actor("stale", Role.BOT)

EMBEDDED = Capabilities("embedded", forge=False)
FORGE = Capabilities("forge")


def statement(  # noqa: PLR0913 - every part has a default
    id_: str,
    status: Status | None = Status.PENDING,
    *,
    path: str = "LATER.md",
    line: int = 1,
    rank: Rank = Rank.HEADING,
    title: str | None = "PostgreSQL provisioning",
    status_text: str | None = None,
) -> Statement:
    span = Span(line * 100, line * 100 + 50)
    words = status_text or ("" if status is None else status.words)
    stated = () if status is None else (StatedStatus(status, words, StatusForm.FIELD, span, line),)
    heading = None if title is None else FieldText(title, span, line)
    return Statement(id_, path, rank, span, line, title=heading, statuses=stated)


def item(  # noqa: PLR0913 - as above
    id_: str = "LATER-001",
    title: str = "PostgreSQL provisioning",
    status: Status = Status.PENDING,
    *,
    key: str | None = None,
    path: str = "LATER.md",
    line: int = 1,
    scoped: bool = False,
    rank: Rank = Rank.HEADING,
    status_text: str | None = None,
    blocks: Iterable[str] = (),
    depends_on: Iterable[str] = (),
    **rest: object,
) -> Item:
    """An item that one statement defines; ``scoped``: its ID counts in its document only."""
    stated = statement(id_, status, path=path, line=line, rank=rank, title=title, status_text=status_text)
    values: dict[str, object] = {
        "owner": None,
        "priority": None,
        "category": None,
        "estimate": None,
        "blocks_text": "",
        "resolves": (),
        "description": (),
        "source": Place(path, line),
        "status_source": Place(path, line),
        "statements": (stated,),
        "winners": (("status", 0), ("title", 0)),
    }
    return Item(
        key=key or id_,
        id=id_,
        kind=id_.split("-", maxsplit=1)[0],
        path=path if scoped else None,
        title=title,
        status=status,
        status_text=status_text or status.words,
        blocks=tuple(sorted(blocks)),
        depends_on=tuple(sorted(depends_on)),
        **(values | rest),  # type: ignore[arg-type]  # a test that names a wrong field fails at once
    )


def register(
    *items: Item,
    revision: str | None = REVISION,
    documents: Iterable[str | DocumentInfo] | None = None,
    gates: Iterable[Gate] = (),
    rules: str = "rules-1",
) -> Register:
    """A register of these items, with the edges that they name, and the documents that they stand in."""
    paths = {i.source.path for i in items} if documents is None else documents
    infos = [p if isinstance(p, DocumentInfo) else DocumentInfo(p, None, 1) for p in paths]
    edges = [Edge(i.key, other, "blocks", i.source) for i in items for other in i.blocks]
    edges += [Edge(i.key, other, "depends_on", i.source) for i in items for other in i.depends_on]
    return Register(
        revision=revision,
        items=tuple(sorted(items, key=lambda i: i.key)),
        gates=tuple(gates),
        readiness=(),
        edges=tuple(edges),
        diagnostics=(),
        documents=tuple(sorted(infos, key=lambda d: d.path)),
        critical_path=CriticalPath(),
        registers=MappingProxyType({}),
        rules_digest=rules,
    )


def issue(  # noqa: PLR0913 - as above
    number: int = 1,
    title: str = "An issue",
    body: str = "",
    *,
    closed: Reason | None = None,
    author: Actor = ME,
    labels: Iterable[str] = (),
    by: Actor | None = None,
    **rest: object,
) -> Issue:
    """An issue; ``closed`` says why it is, ``by`` who closed or reopened it last."""
    return Issue(
        number=number,
        title=title,
        body=body,
        state=State.OPEN if closed is None else State.CLOSED,
        author=author,
        reason=closed,
        labels=frozenset(labels),
        state_actor=by,
        **rest,  # type: ignore[arg-type]  # a test that names a wrong field fails at once
    )


def snapshot(
    *issues: Issue,
    others: Iterable[Issue] | None = (),
    labels: Iterable[Label] = (),
    milestones: Iterable[str] = (),
    namespace: str = NAMESPACE,
) -> Snapshot:
    """A snapshot of everything; ``others=None``: only of what is ours."""
    return Snapshot(
        account=ME.name,
        namespace=namespace,
        issues=tuple(sorted(issues, key=lambda i: i.number)),
        others=None if others is None else tuple(sorted(others, key=lambda i: i.number)),
        labels=MappingProxyType({label.name: label for label in labels}),
        milestones=frozenset(milestones),
        taken_at=NOW,
    )
