"""Which pushes matter."""

from __future__ import annotations

from gapkeeper.model.delivery import BRANCH

_HEADS = "refs/heads/"


def concerns(ref: str | None, synced: str | None, *, ours: bool) -> bool:
    """Whether a push to a ref may change what we say: to the synced branch, or by people to our own one.

    ``synced`` None: nobody knows which is synced, so that any may be. ``ours``: our account pushed.
    """
    if ref is None or not ref.startswith(_HEADS):
        return False  # a tag
    branch = ref.removeprefix(_HEADS)
    return not ours if branch == BRANCH else synced in {None, branch}
