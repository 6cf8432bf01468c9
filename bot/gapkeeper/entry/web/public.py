"""What strangers may call: webhooks, and whether the process lives and is ready to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from gapkeeper.entry.web.intake import Intake
from gapkeeper.entry.web.probes import probes
from gapkeeper.entry.web.receiving import Receiver
from gapkeeper.entry.web.senders import SENDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.entry.web.events.repositories import Repositories
    from gapkeeper.entry.web.inbox import Inbox
    from gapkeeper.entry.web.receiving import Observe
    from gapkeeper.settings.webhook_secrets import WebhookSecrets


def public_app(
    *,
    secrets: Mapping[str, WebhookSecrets],
    repositories: Callable[[], Repositories],
    inbox: Inbox,
    ready: Callable[[], str | None],
    observe: Observe,
    body_limit: int,
    body_seconds: float = 10.0,
) -> Starlette:
    """The application.

    Args:
        secrets: By the forge's name; the webhooks of a forge without one are not there.
        repositories: What is configured and known now. Called for every signed delivery, so it must not read a disk.
        inbox: Where deliveries are stored; open while this is served.
        ready: Why the service cannot work, None where it can. Called in a thread; strangers do not see what it says.
        observe: Is told of every delivery.
        body_limit: Bytes of a delivery.
        body_seconds: How long a body may take to come.
    """
    intake = Intake(body_limit, body_seconds)
    hooks = [
        Route(
            f"/webhooks/{sender.forge}",
            Receiver(sender, secrets[sender.forge], repositories, inbox, observe, intake).answer,
            methods=["POST"],
        )
        for sender in SENDERS
        if sender.forge in secrets
    ]
    app = Starlette(routes=[*hooks, *probes(ready)])
    app.router.redirect_slashes = False  # to wherever a stranger's Host header says
    return app
