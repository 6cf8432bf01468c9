"""GitHub's GraphQL: every operation is held against the schema, and the few that are needed are answered."""

from __future__ import annotations

import base64
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, build_schema, execute_sync, get_operation_ast, parse, validate
from graphql.execution.values import get_variable_values

from github_counterpart.accounts import Role
from github_counterpart.installed import SCHEMA, require
from github_counterpart.messages import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLSchema

    from github_counterpart.accounts import Caller
    from github_counterpart.github import GitHub
    from github_counterpart.messages import Request
    from github_counterpart.repository import Repository

#: Operations that were held against the schema, by name.
checked: Counter[str] = Counter()


@cache
def schema() -> GraphQLSchema:
    """Loaded once in a session, where anybody asks: it takes a second."""
    require(SCHEMA)
    return build_schema(SCHEMA.read_text("utf-8"), assume_valid=True)


def check(request: Request) -> list[str]:
    """What is wrong with an operation and its variables."""
    sent = request.json
    if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
        return ["no operation"]
    try:
        document = parse(sent["query"])
    except GraphQLError as error:
        return [error.message]
    operation = get_operation_ast(document, sent.get("operationName"))
    if operation is None:
        return ["no single operation"]
    checked[f"{operation.operation.value} {operation.name.value if operation.name else ''}".strip()] += 1
    wrong = validate(schema(), document)
    if not wrong:
        values = get_variable_values(schema(), operation.variable_definitions or (), sent.get("variables") or {})
        wrong = values if isinstance(values, list) else []
    return [error.message for error in wrong]


def mutates(request: Request) -> bool:
    """Whether an operation may change something: it says so itself."""
    sent = request.json if isinstance(request.json, dict) else {}
    return str(sent.get("query", "")).lstrip().startswith("mutation")


def answer(github: GitHub, request: Request, caller: Caller, at: int) -> Answer:
    """Execute an operation: mistakes come with status 200, in `errors`."""
    if caller.token is None:
        raise Problem(401, "This endpoint requires you to be authenticated.")
    sent = request.json
    if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
        raise Problem(400, "A query attribute must be specified and must be a string.")
    try:
        document = parse(sent["query"])
    except GraphQLError as error:
        return Answer(200, {"errors": [{"message": error.message}]})
    result = execute_sync(
        schema(),
        document,
        root_value=_Root(github, caller, at),
        variable_values=sent.get("variables") or {},
        operation_name=sent.get("operationName"),
    )
    told = {"data": result.data}
    if result.errors:
        told["errors"] = [
            {"type": (error.extensions or {}).get("type", "INTERNAL"), "message": error.message, "path": error.path}
            for error in result.errors
        ]
    return Answer(200, told)


class _Root:
    """What can be asked for at the top; graphql-core calls what it finds under a field's name."""

    def __init__(self, github: GitHub, caller: Caller, at: int) -> None:
        self._github = github
        self._caller = caller
        self._at = at

    def viewer(self, _info: object) -> dict[str, Any]:
        """Who we are: the only way to know for a token of Actions."""
        person = self._github.person(self._caller.login)
        return {
            "__typename": "User",
            "login": person["login"],
            "databaseId": person.get("id"),
            "id": person.get("node_id"),
        }

    def repository(self, _info: object, owner: str, name: str, **_: object) -> dict[str, Any]:
        found = self._find(f"{owner}/{name}")
        role = self._github.role(found, self._caller)
        default = self._look(found, "")["default_branch"]
        tip = self._look(found, f"/git/ref/heads/{default}")["object"]["sha"]
        return {
            "id": f"R_{found.id}",
            "databaseId": found.id,
            "nameWithOwner": found.full_name,
            "isArchived": found.archived,
            "isPrivate": found.private,
            "hasIssuesEnabled": found.has_issues,
            "viewerPermission": role.name,
            "defaultBranchRef": {"name": default, "target": {"__typename": "Commit", "oid": tip}},
        }

    def createCommitOnBranch(self, _info: object, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002, N802 - GitHub's names
        """One commit, if the branch is still where it was."""
        branch = input["branch"]
        found = self._find(branch.get("repositoryNameWithOwner") or self._github.repository.full_name)
        name = branch["branchName"].removeprefix("refs/heads/")
        token = self._caller.token
        if (
            token is None
            or not token.may("contents", write=True)
            or self._github.role(found, self._caller) < Role.WRITE
        ):
            raise GraphQLError("Resource not accessible", extensions={"type": "FORBIDDEN"})
        if found.rules.get(name):
            raise GraphQLError(
                "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
                extensions={"type": "UNPROCESSABLE"},
            )
        ref = self._look(found, f"/git/ref/heads/{name}")
        if ref is None:
            raise GraphQLError("No such branch", extensions={"type": "NOT_FOUND"})
        if ref["object"]["sha"] != input["expectedHeadOid"]:
            raise GraphQLError(
                f'Expected branch to point to "{input["expectedHeadOid"]}" but it did not. Pull and try again.',
                extensions={"type": "STALE_DATA"},
            )
        return {"commit": {"oid": self._commit(found, name, ref["object"]["sha"], input)}}

    def _commit(self, repository: Repository, branch: str, parent: str, asked: dict[str, Any]) -> str:
        make = self._maker(repository)
        changes = asked.get("fileChanges") or {}
        entries: list[dict[str, Any]] = []
        for one in changes.get("additions") or ():
            blob = make("POST", "/git/blobs", {"content": one["contents"], "encoding": "base64"})
            base64.b64decode(one["contents"], validate=True)
            entries.append({"path": one["path"], "mode": "100644", "type": "blob", "sha": blob["sha"]})
        entries += [
            {"path": one["path"], "mode": "100644", "type": "blob", "sha": None}
            for one in changes.get("deletions") or ()
        ]
        base = self._look(repository, f"/git/commits/{parent}")["tree"]["sha"]
        tree = make("POST", "/git/trees", {"base_tree": base, "tree": entries})["sha"]
        message = asked["message"]
        text = "\n\n".join(part for part in (message["headline"], message.get("body")) if part)
        who = {"name": self._caller.login, "email": f"{self._caller.login}@users.noreply.github.com"}
        commit = make("POST", "/git/commits", {"message": text, "tree": tree, "parents": [parent], "author": who})[
            "sha"
        ]
        make("PATCH", f"/git/refs/heads/{branch}", {"sha": commit})
        return str(commit)

    def _maker(self, repository: Repository) -> Callable[[str, str, object], Any]:
        def make(method: str, path: str, body: object) -> Any:  # noqa: ANN401 - whatever is answered
            reply = self._github.upstream.change(method, f"/repos/{repository.full_name}{path}", body, at=self._at)
            if reply.status >= 400:
                raise GraphQLError(str(reply.json()["message"]), extensions={"type": "UNPROCESSABLE"})
            return reply.json()

        return make

    def _look(self, repository: Repository, path: str) -> Any:  # noqa: ANN401 - whatever is there
        return self._github.upstream.look(f"/repos/{repository.full_name}{path}", at=self._at)

    def _find(self, full_name: str) -> Repository:
        for repository in self._github.repositories:
            if repository.full_name.lower() == full_name.lower() and self._github.role(repository, self._caller):
                return repository
        raise GraphQLError(
            f"Could not resolve to a Repository with the name '{full_name}'.", extensions={"type": "NOT_FOUND"}
        )
