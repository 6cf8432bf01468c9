"""Planning 10,000 items against the 10,000 issues that an earlier sync made of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.documents import dense, read
from bench.measure import ratio, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.measure import Result

ITEMS = 10_000
