"""What a plan must not do, judged before the first write. A refusal says what happened and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Op, Refusal
from gapkeeper.model.status import State
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.planning.identity import split_identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.planning.drafting import Draft
    from gapkeeper.planning.history import History
    from gapkeeper.planning.observe import Observation

#: A document set that lost more than this share of what the tracker knows is taken for an accident.
SHRUNK_SHARE = 0.5
_SHOWN = 5
_ALLOW = "If this is meant, run again with --allow-mass-change."


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the safety rules look at."""

    register: Register
    policy: SyncPolicy
    capabilities: Capabilities
    seen: Observation
    drafts: Sequence[Draft]  # what would be written: without what is held or left out
    kept: frozenset[str] = frozenset()  # documents, as markers name them, whose items are still there
    history: History = NO_HISTORY
    synced: str | None = None  # the commit of the last sync that ended well, as far as the tracker knows


def refusal(evidence: Evidence) -> Refusal | None:
    """The first rule that forbids the run."""
    rules = [_former_account, _not_the_branch, _behind, _behind_the_remote]
    if not evidence.policy.allow_mass_change:
        rules += [_apart, _other_namespace, _unreadable_document, _no_documents, _shrunk, _mass_change]
    rules += [_many_creates]
    return next((found for found in (rule(evidence) for rule in rules) if found is not None), None)


def _former_account(evidence: Evidence) -> Refusal | None:
    accounts = evidence.seen.former_accounts
    if not accounts:
        return None
    numbers = [number for name in accounts for number in evidence.seen.foreign[name]]
    return Refusal(
        "foreign-account",
        f"{len(numbers)} issues of this project were written by {_listed(accounts)}, an account without write access "
        f"({_listed(f'#{number}' for number in sorted(numbers))}). That is how a move to another account looks, and "
        "every item would get a second issue. If it was ours, add it to [sync] accounts; if not, take the label off "
        "these issues.",
    )


def _not_the_branch(evidence: Evidence) -> Refusal | None:
    branch = evidence.policy.branch
    if branch is None or evidence.register.revision is None or evidence.history.is_branch(branch):
        return None
    return Refusal(
        "not-the-base-branch",
        f"the documents are those of another branch than {branch}, the one that counts ([sync] branch, else the "
        "project's default branch). Check it out, and sync again.",
    )


def _behind(evidence: Evidence) -> Refusal | None:
    ours, history = evidence.register.revision, evidence.history
    if ours is None:
        return None
    known = evidence.seen.revisions | ({evidence.synced} if evidence.synced else set())
    after = (revision for revision in sorted(known - {ours}) if history.is_ancestor(ours, revision))
    later = next((revision for revision in after if history.where(revision) is not None), None)
    if later is None:
        return None
    return Refusal(
        "behind",
        f"the documents are read at {ours[:12]}, and the tracker was last synced at {later[:12]}, which comes after "
        "it. Fetch and check out the newest commit, then sync again.",
    )


def _behind_the_remote(evidence: Evidence) -> Refusal | None:
    """On a forge, what counts is what is pushed; an older clone would undo what others have pushed since."""
    ours, branch, history = evidence.register.revision, evidence.policy.branch, evidence.history
    if ours is None or branch is None or not evidence.capabilities.forge:
        return None
    newest = history.newest(branch)
    if newest is None or newest == ours or history.is_ancestor(newest, ours):
        return None
    return Refusal(
        "behind",
        f"the documents are read at {ours[:12]}, and {branch} is at {newest[:12]} at the remote, which this does not "
        "come after. Pull, then sync again.",
    )


def _apart(evidence: Evidence) -> Refusal | None:
    """Two branches that sync in turn would undo each other. What is on no branch any more was amended or rebased."""
    ours, synced, history = evidence.register.revision, evidence.synced, evidence.history
    if ours is None or synced is None or ours == synced or history.is_ancestor(synced, ours):
        return None
    where = history.where(synced)
    if where is None:
        return None
    return Refusal(
        "not-the-base-branch",
        f"the documents are read at {ours[:12]}, which does not come after {synced[:12]}, where the tracker was last "
        f"synced: that is {where}. Two branches that sync in turn would undo each other. Fetch (a shallow clone with "
        "--unshallow), or check out or merge the branch that counts, then sync again; if its history was written anew, "
        "run once with --allow-mass-change.",
    )


def _other_namespace(evidence: Evidence) -> Refusal | None:
    """Another namespace than before makes every issue a stranger's, and every item would get a second one."""
    seen = evidence.seen
    if seen.managed or seen.released:
        return None
    made = {
        draft.change.identity.partition("/")[2]: draft.change
        for draft in evidence.drafts
        if draft.change.op is Op.CREATE
    }
    twins = []
    for one in seen.elsewhere:
        change = made.get(one.marker.identity.partition("/")[2])
        if change is not None and change.update is not None and change.update.title == one.marker.documents_title:
            twins.append(one)
    if not twins:
        return None
    was = split_identity(twins[0].marker.identity).namespace
    return Refusal(
        "other-namespace",
        f"{_count(len(twins), 'item')} would get a second issue: the namespace was {was!r} before, and "
        f"{_listed(f'#{one.issue.number}' for one in twins)} stand for the same items under it. Set [sync] namespace = "
        f"{was!r} to go on with them; if they are another repository's, run once with --allow-mass-change.",
    )


def _unreadable_document(evidence: Evidence) -> Refusal | None:
    failed = [f"{document.path} ({document.error})" for document in evidence.register.documents if document.error]
    if not failed:
        return None
    return Refusal(
        "unreadable-document",
        f"{_count(len(failed), 'document')} could not be read, and their items would seem to be gone: "
        f"{_listed(failed)}. Make them readable, or exclude them. {_ALLOW}",
    )


def _no_documents(evidence: Evidence) -> Refusal | None:
    known = sum(len(group) for group in evidence.seen.managed.values())
    if evidence.register.documents or not known:
        return None
    return Refusal(
        "shrunk",
        f"no planning documents were found, and the tracker has {_count(known, 'issue')} of them. Look at the folder "
        f"that is read, and at `include` and `exclude` in the configuration. {_ALLOW}",
    )


def _shrunk(evidence: Evidence) -> Refusal | None:
    """Documents that markers name, against those that are left; one that was moved keeps its items."""
    present = {document.path for document in evidence.register.documents}
    lost = {draft.lost for draft in evidence.drafts if draft.lost is not None} - present - evidence.kept
    known = lost | evidence.kept
    if len(lost) <= SHRUNK_SHARE * len(known):
        return None
    return Refusal(
        "shrunk",
        f"{len(lost)} of {len(known)} documents that have issues are gone: {_listed(sorted(lost))}. Look at the folder "
        f"that is read, and at `include` and `exclude` in the configuration. {_ALLOW}",
    )


def _mass_change(evidence: Evidence) -> Refusal | None:
    removed = [draft.change for draft in evidence.drafts if draft.removes]
    still_open = sum(one.issue.state is State.OPEN for group in evidence.seen.managed.values() for one in group)
    limits = evidence.policy.mass_change
    if len(removed) <= limits.count or len(removed) <= limits.share * still_open:
        return None
    return Refusal(
        "mass-change",
        f"{len(removed)} of {still_open} open issues would be closed or orphaned without anybody having edited their "
        f"own statements ({_listed(change.key for change in removed)}): more than {limits.share:.0%} and more than "
        f"{limits.count}. Look at what changed in sections, ranges, legends and in the set of documents. {_ALLOW}",
    )


def _many_creates(evidence: Evidence) -> Refusal | None:
    creates = sum(draft.change.op is Op.CREATE for draft in evidence.drafts)
    limit = evidence.policy.max_creates
    if limit is None or not evidence.capabilities.forge or creates <= limit:
        return None
    return Refusal(
        "many-creates",
        f"{creates} issues would be created, and everybody who watches the project gets a mail for each. Run with "
        f"--yes, with --limit {limit} for a part, or set [sync] max_creates = {creates}.",
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _listed(names: Iterable[object]) -> str:
    listed = [str(name) for name in names]
    more = "" if len(listed) <= _SHOWN else f" and {len(listed) - _SHOWN} more"
    return ", ".join(listed[:_SHOWN]) + more
