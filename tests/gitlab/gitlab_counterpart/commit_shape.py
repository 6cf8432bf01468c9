"""How GitLab shows commits and what changed in them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from gitlab_counterpart.repository import changed
from gitlab_counterpart.shapes import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitlab_counterpart.call import Call
    from gitlab_counterpart.repository import Commit, Entry


def commit(call: Call, one: Commit) -> dict[str, Any]:
    when, last = (str(moment(at)).replace("Z", "+00:00") for at in (one.at, one.amended or one.at))
    name, address = one.author
    return {
        "id": one.id,
        "short_id": one.id[:8],
        "created_at": last,
        "parent_ids": list(one.parents),
        "title": one.message.partition("\n")[0],
        "message": one.message,
        "author_name": name,
        "author_email": address,
        "authored_date": when,
        "committer_name": name,
        "committer_email": address,
        "committed_date": last,
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{call.gitlab.url}/{call.project.path}/-/commit/{one.id}",
    }


def whole(call: Call, one: Commit, *, stats: bool = True) -> dict[str, Any]:
    """One by itself."""
    shown = commit(call, one)
    if stats:
        counts = [
            (line[0], 1)
            for diff in diffs(call, _before(call, one), one.files)
            for line in diff["diff"].splitlines()
            if line[:1] in {"+", "-"}
        ]
        more, less = (sum(number for sign, number in counts if sign == wanted) for wanted in "+-")
        shown["stats"] = {"additions": more, "deletions": less, "total": more + less}
    return shown | {"status": None, "project_id": call.project.id, "last_pipeline": None}


def diffs(call: Call, before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[dict[str, Any]]:
    return [_diff(call, path, before.get(path), after.get(path)) for path in changed(before, after)]


def _before(call: Call, one: Commit) -> Mapping[str, Entry]:
    return call.project.repository.commits[one.parents[0]].files if one.parents else {}


def _diff(call: Call, path: str, old: Entry | None, new: Entry | None) -> dict[str, Any]:
    found = list(difflib.unified_diff(_lines(call, old), _lines(call, new)))[2:]
    return {
        "diff": "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found),
        "new_path": path,
        "old_path": path,
        "a_mode": old[0] if old else "0",
        "b_mode": new[0] if new else "0",
        "new_file": old is None,
        "renamed_file": False,
        "deleted_file": new is None,
        "generated_file": False,
        "collapsed": False,
        "too_large": False,
    }


def _lines(call: Call, entry: Entry | None) -> list[str]:
    content = call.project.repository.blob(entry[1]) if entry else b""
    return content.decode("utf-8", "replace").splitlines(keepends=True)
