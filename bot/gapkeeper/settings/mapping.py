"""Settings as the values that the middle obeys: the rules of reading, and the policy of a sync."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.model.policy import LabelRules, MassChange, OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.rules import DEFAULT_KINDS, AreaRule, KindRules, ReadingRules, Scope
from gapkeeper.model.status import Status

if TYPE_CHECKING:
    from gapkeeper.settings.repository import Kind, Labels, RepositorySettings, Template


def reading_rules(settings: RepositorySettings) -> ReadingRules:
    """How documents are read."""
    documents, status, readiness = settings.documents, settings.status, settings.readiness
    every = documents.kinds == "*"
    named = [kind.name for kind in DEFAULT_KINDS] if every else list(documents.kinds)
    kinds = dict.fromkeys([*named, *settings.kinds])
    return ReadingRules(
        kinds=tuple(_kind(name, settings.kinds.get(name)) for name in kinds),
        all_kinds=every,
        words=MappingProxyType({word: Status(value) for word, value in status.words.items()}),
        languages=None if status.languages == "*" else tuple(status.languages),
        columns=status.columns,
        order=documents.order,
        readiness_title=readiness.title or None,
        areas=MappingProxyType(
            {
                name: AreaRule(kind=area.kind or None, category=area.category or None, keys=area.keys)
                for name, area in readiness.areas.items()
            }
        ),
    )


def _kind(name: str, kind: Kind | None) -> KindRules:
    scope = next((known.scope for known in DEFAULT_KINDS if known.name == name), Scope.REPOSITORY)
    if kind is None:
        return KindRules(name, scope)
    return KindRules(
        name,
        scope if kind.scope is None else Scope(kind.scope),
        pattern=kind.pattern or None,
        register=kind.register or None,
    )


def sync_policy(settings: RepositorySettings) -> SyncPolicy:
    """What a sync may do by the repository's wish; a run's own options are set with `dataclasses.replace`."""
    sync = settings.sync
    return SyncPolicy(
        on_close=OnMove(sync.on_close),
        on_reopen=OnMove(sync.on_reopen),
        on_remove=OnRemove(sync.on_remove),
        write_back=WriteBack(sync.write_back),
        backfill=sync.backfill,
        max_creates=sync.max_creates,
        mass_change=MassChange(sync.mass_change.share, sync.mass_change.count),
        labels=_labels(settings),
        owners=settings.owners,
        milestones=settings.milestones.gates,
        branch=sync.branch or None,
        namespace=sync.namespace or None,
        accounts=sync.accounts,
    )


def _labels(settings: RepositorySettings) -> LabelRules:
    labels: Labels = settings.labels
    return LabelRules(
        managed=labels.managed,
        hold=labels.hold,
        orphaned=labels.orphaned,
        kind=_template(labels.kind),
        status=_template(labels.status),
        priority=_template(labels.priority),
        owner=_template(labels.owner),
        category=_template(labels.category),
        gate=_template(labels.gate),
        extra=MappingProxyType({name: kind.labels for name, kind in settings.kinds.items() if kind.labels}),
    )


def _template(template: Template) -> str | None:
    return None if template is False else template
