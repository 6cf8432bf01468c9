"""Forges with some repositories, and the service that keeps them in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making import FEW, QUICK
from service_world import FORGES, World
from serving import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from github_counterpart.emulator import Farm
    from github_counterpart.openapi import OpenApi
    from making import MakeService, MakeWorld


@pytest.fixture
def make_world(github_farm: Farm, openapi: OpenApi, tmp_path: Path) -> Iterator[MakeWorld]:
    """Every request of the test must be one that the forges know."""
    made: list[World] = []

    def make(repositories: int = FEW, forges: Sequence[str] = FORGES, *, as_app: bool = False) -> World:
        folder = tmp_path / f"world-{len(made)}"
        made.append(World(github_farm, openapi, folder, repositories, forges, as_app=as_app))
        return made[-1]

    yield make
    for world in made:
        world.close()
    assert [one for world in made for one in world.wrong()] == []


@pytest.fixture
def make_service(make_world: MakeWorld, tmp_path: Path) -> Iterator[MakeService]:  # noqa: ARG001 - ends before forges
    made: list[Service] = []

    def make(world: World, **more: object) -> Service:
        made.append(Service(world, tmp_path / f"service-{len(made)}", **more))  # type: ignore[arg-type] # as given
        return made[-1]

    yield make
    for service in made:
        service.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Two repositories, one on each forge."""
    return make_world()


@pytest.fixture
def service(world: World, make_service: MakeService) -> Service:
    """The service of that world."""
    return make_service(world, service=QUICK)
