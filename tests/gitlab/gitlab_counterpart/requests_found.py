"""Which merge request a path is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitlab_counterpart.access import may_use
from gitlab_counterpart.errors import not_found

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.world import MergeRequest


def request_of(call: Call) -> MergeRequest:
    """`Refusal` where the caller does not see it."""
    iid = call.values["merge_request_iid"]
    found = call.project.requests.get(int(iid)) if iid.isdigit() else None
    if found is None or not may_use(call.project, "merge_requests", call.caller):
        raise not_found()
    return found
