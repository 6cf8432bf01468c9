"""Proposals for people and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.delivery import ProposalState
from gapkeeper.reporting.markdown_text import markdown_lines
from gapkeeper.reporting.register_json import VERSION, Json
from gapkeeper.reporting.style import Line, Look, Tone, line, say, wrap
from gapkeeper.reporting.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.delivery import Proposal

_COLUMNS = (Column("PROPOSAL", number=True), Column("STATE"), Column("TITLE", least=24), Column("BRANCH", spare=1))
_TONES = {
    ProposalState.OPEN: Tone.INFO,
    ProposalState.MERGED: Tone.GOOD,
    ProposalState.DECLINED: Tone.GONE,
    ProposalState.WITHDRAWN: Tone.FAINT,
}


def proposal_list_lines(proposals: Sequence[Proposal], look: Look) -> list[Line]:
    """A table of proposals as they are given."""
    rows = [
        (
            line(say(str(one.number), Tone.STRONG)),
            line(say(one.state.value, _TONES[one.state])),
            line(one.title),
            line(say(one.branch, Tone.FAINT)),
        )
        for one in proposals
    ]
    return table(_COLUMNS, rows, look) if rows else []


def proposal_lines(proposal: Proposal, look: Look) -> list[Line]:
    """One proposal, and how to answer it."""
    lines = wrap(line(say(proposal.title, Tone.STRONG)), look)
    closed = "" if proposal.closed_at is None else f", {proposal.closed_at:%Y-%m-%d %H:%M} UTC"
    by = f" by {proposal.closed_by}" if proposal.closed_by else ""
    state = say(proposal.state.value, _TONES[proposal.state])
    lines += wrap(line(f"{proposal.name}, ", state, f"{by}{closed}, commit {proposal.head[:12]}"), look)
    lines += [(), *markdown_lines(proposal.body, look)]
    if proposal.url:
        lines += [(), line("To look at it:  ", say(proposal.url, Tone.STRONG))]
    elif proposal.state is ProposalState.OPEN:
        look_at = f"git diff HEAD...{proposal.branch}"
        merge = f"git merge {proposal.branch}"
        lines += [
            (),
            line("To look at it:  ", say(look_at, Tone.STRONG)),
            line("To accept it:   ", say(merge, Tone.STRONG)),
            line("To decline it:  ", say(f"gapkeeper proposals decline {proposal.number}", Tone.STRONG)),
        ]
    return lines


def proposal_json(proposal: Proposal) -> Json:
    """One proposal for programs."""
    return {
        "number": proposal.number,
        "state": proposal.state.value,
        "branch": proposal.branch,
        "head": proposal.head,
        "title": proposal.title,
        "body": proposal.body,
        "closed_at": None if proposal.closed_at is None else proposal.closed_at.isoformat(),
        "closed_by": proposal.closed_by,
        "url": proposal.url or None,
    }


def proposals_json(proposals: Sequence[Proposal]) -> Json:
    """All of them."""
    return {"version": VERSION, "proposals": [proposal_json(one) for one in proposals]}
