"""What the log says of deliveries that nobody has signed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gapkeeper.entry.web.refusals import Refusals
from posting import listening

if TYPE_CHECKING:
    import pytest


def test_a_minute_of_them_is_one_line_with_how_many(caplog: pytest.LogCaptureFixture) -> None:
    moments = iter([100.0, 101.0, 159.9, 160.0])
    refusals = Refusals("github", lambda: next(moments))
    line = "webhooks without a valid signature on /webhooks/github: {}; does the secret differ?"
    for _ in range(3):
        refusals.add()
    assert caplog.messages == [line.format(1)]
    refusals.add()
    assert caplog.messages == [line.format(1), line.format(3)]


def test_nothing_of_a_stranger_is_in_the_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), listening() as place:
        answer = place.github("issues", {"evil": "words"}, x_hub_signature_256="sha256=evil", x_github_event="evil")
    assert answer.status_code == 401
    lines = [record.getMessage() for record in caplog.records if "signature" in record.getMessage()]
    assert lines == ["webhooks without a valid signature on /webhooks/github: 1; does the secret differ?"]
    assert "evil" not in "".join(record.getMessage() for record in caplog.records)
