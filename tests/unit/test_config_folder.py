"""What is generated in `config/` is what the package generates."""

from __future__ import annotations

import json
from pathlib import Path

from gapkeeper.settings.schema import json_schema, service_schema
from gapkeeper.settings.service import Repository, ServiceSettings
from gapkeeper.settings.service_file import load_service
from gapkeeper.settings.template import commented_service_toml, commented_toml

CONFIG = Path(__file__).parents[2] / "config"


def test_the_schema() -> None:
    """Otherwise: gapkeeper config schema > config/gapkeeper.schema.json."""
    assert json.loads((CONFIG / "gapkeeper.schema.json").read_text(encoding="utf-8")) == json_schema()


def test_the_example() -> None:
    """Otherwise: gapkeeper init --stdout in an empty folder, without the line of what was found."""
    assert (CONFIG / "gapkeeper.example.toml").read_text(encoding="utf-8") == commented_toml()


def test_the_schema_of_the_service() -> None:
    """Otherwise: gapkeeper config schema --service > config/gapkeeper-service.schema.json."""
    assert json.loads((CONFIG / "gapkeeper-service.schema.json").read_text(encoding="utf-8")) == service_schema()


def test_the_example_of_the_service() -> None:
    """Otherwise: gapkeeper init --service --stdout > config/gapkeeper-service.example.toml."""
    assert (CONFIG / "gapkeeper-service.example.toml").read_text(encoding="utf-8") == commented_service_toml()


def test_the_example_of_the_service_sets_nothing_but_a_tracker() -> None:
    settings = load_service(CONFIG / "gapkeeper-service.example.toml", {})
    repository = Repository("github:octocat/harbour", name="octocat/harbour")
    assert settings == ServiceSettings(repositories=(repository,), folder=CONFIG)
