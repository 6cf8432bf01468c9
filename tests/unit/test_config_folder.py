"""What is generated in `config/` is what the package generates."""

from __future__ import annotations

import json
from pathlib import Path

from gapkeeper.settings.schema import json_schema
from gapkeeper.settings.template import commented_toml

CONFIG = Path(__file__).parents[2] / "config"


def test_the_schema() -> None:
    """Otherwise: gapkeeper config schema > config/gapkeeper.schema.json."""
    assert json.loads((CONFIG / "gapkeeper.schema.json").read_text(encoding="utf-8")) == json_schema()


def test_the_example() -> None:
    """Otherwise: gapkeeper init --stdout in an empty folder, without the line of what was found."""
    assert (CONFIG / "gapkeeper.example.toml").read_text(encoding="utf-8") == commented_toml()
