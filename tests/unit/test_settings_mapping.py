"""Settings as rules and policy: without configuration, exactly the defaults of the middle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.policy import LabelRules, MassChange, OnMove, OnRemove, SyncPolicy, WriteBack
from gapkeeper.model.rules import AreaRule, KindRules, ReadingRules, Scope
from gapkeeper.model.status import Status
from gapkeeper.settings.load import load
from gapkeeper.settings.mapping import reading_rules, sync_policy
from gapkeeper.settings.repository import RepositorySettings

if TYPE_CHECKING:
    from pathlib import Path


def settings(folder: Path, text: str) -> RepositorySettings:
    (folder / "gapkeeper.toml").write_text(text, encoding="utf-8")
    return load(folder, environ={}).repository


def test_the_defaults_are_those_of_the_middle() -> None:
    assert reading_rules(RepositorySettings()) == ReadingRules()
    assert reading_rules(RepositorySettings()).digest() == ReadingRules().digest()
    wish = {"max_creates": 20, "write_back": WriteBack.PULL_REQUEST}  # a plan without a way to documents has neither
    assert sync_policy(RepositorySettings()) == replace(SyncPolicy(), **wish)


def test_kinds_that_are_listed_or_have_a_table(tmp_path: Path) -> None:
    rules = reading_rules(
        settings(
            tmp_path,
            """
            [documents]
            kinds = ["ISSUE", "GAP"]
            [kinds.ISSUE]
            register = "gaps.md"
            [kinds.LATER]
            scope = "document"
            [kinds.TECHDEBT]
            pattern = 'TD_\\d+'
            """,
        )
    )
    assert rules.kinds == (
        KindRules("ISSUE", Scope.DOCUMENT, register="gaps.md"),
        KindRules("GAP"),
        KindRules("LATER", Scope.DOCUMENT),
        KindRules("TECHDEBT", pattern=r"TD_\d+"),
    )
    assert not rules.all_kinds


def test_a_star_tracks_every_kind_and_keeps_what_is_known_of_some(tmp_path: Path) -> None:
    rules = reading_rules(settings(tmp_path, '[documents]\nkinds = "*"\n[kinds.GAP]\nscope = "document"\n'))
    assert rules.all_kinds
    assert [(kind.name, kind.scope) for kind in rules.kinds] == [
        ("LATER", Scope.REPOSITORY),
        ("ACTION", Scope.REPOSITORY),
        ("ISSUE", Scope.DOCUMENT),
        ("GAP", Scope.DOCUMENT),
    ]


def test_words_columns_and_readiness(tmp_path: Path) -> None:
    rules = reading_rules(
        settings(
            tmp_path,
            """
            [documents]
            order = ["b.md", "a.md"]
            [status]
            words = { Parked = "deferred" }
            languages = ["en", "de"]
            columns = { "Zuständig" = "owner" }
            [readiness]
            title = "Score"
            areas = { Routes = { kind = "ACTION", keys = ["ACTION-001"] } }
            """,
        )
    )
    assert rules.order == ("b.md", "a.md")
    assert rules.words == {"Parked": Status.DEFERRED}
    assert rules.languages == ("en", "de")
    assert rules.columns == {"Zuständig": "owner"}
    assert rules.readiness_title == "Score"
    assert rules.areas == {"Routes": AreaRule(kind="ACTION", keys=("ACTION-001",))}


def test_policy(tmp_path: Path) -> None:
    policy = sync_policy(
        settings(
            tmp_path,
            """
            [kinds.LATER]
            labels = ["later", "debt"]
            [sync]
            on_close = "undo"
            on_reopen = "ignore"
            on_remove = "close"
            write_back = "commit"
            backfill = true
            max_creates = 3
            mass_change = { share = 0.5, count = 9 }
            namespace = "harbour"
            accounts = ["old-bot"]
            [labels]
            managed = "plan"
            kind = false
            owner = "owner: {value}"
            [owners]
            Infra = "anna"
            [milestones]
            gates = true
            """,
        )
    )
    assert policy == SyncPolicy(
        on_close=OnMove.UNDO,
        on_reopen=OnMove.IGNORE,
        on_remove=OnRemove.CLOSE,
        write_back=WriteBack.COMMIT,
        backfill=True,
        max_creates=3,
        mass_change=MassChange(0.5, 9),
        labels=LabelRules(managed="plan", kind=None, owner="owner: {value}", extra={"LATER": ("later", "debt")}),
        owners={"Infra": "anna"},
        milestones=True,
        namespace="harbour",
        accounts=("old-bot",),
    )
