"""Projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_counterpart.messages import Answer
from gitlab_counterpart import shapes
from gitlab_counterpart.access import may_see
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import told
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call


@route("GET ~")
def one_project(call: Call) -> Answer:
    return Answer(200, shapes.project(call.gitlab, call.project, call.caller))


@route("GET /projects")
def projects(call: Call) -> Answer:
    wanted = call.text("search").lower()
    there = [one for one in call.gitlab.projects.values() if may_see(one, call.caller) and wanted in one.path.lower()]
    return page(call, there[::-1], lambda one: shapes.project(call.gitlab, one, call.caller))


@route("POST /projects")
def create_project(call: Call) -> Answer:
    """Below the caller's own name."""
    path = call.text("path") or call.text("name")
    whole = f"{call.login}/{path}"
    if call.gitlab.find_project(whole) is not None:
        taken = ["has already been taken"]
        raise told(400, {"name": taken, "path": taken})
    made = call.gitlab.add_project(whole, visibility=call.text("visibility", "private"))
    made.roles[call.login] = Role.OWNER
    return Answer(201, shapes.project(call.gitlab, made, call.caller))


@route("PUT ~")
def change_project(call: Call) -> Answer:
    call.require(Role.MAINTAINER)
    project = call.project
    for name in shapes.FEATURES:
        level = call.one_of(f"{name}_access_level", "disabled", "private", "enabled")
        if level:
            project.features[name] = level
    project.description = call.text("description", project.description)
    project.visibility = call.one_of("visibility", "private", "internal", "public", default=project.visibility)
    return Answer(200, shapes.project(call.gitlab, project, call.caller))


@route("POST ~/archive", "POST ~/unarchive")
def archive(call: Call) -> Answer:
    if call.role < Role.OWNER:
        raise told(403, "403 Forbidden")
    call.project.archived = not call.name.endswith("/unarchive")
    return Answer(201, shapes.project(call.gitlab, call.project, call.caller))
