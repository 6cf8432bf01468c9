"""What operators copy: the image, the compose file and the unit say what the package does, and keep its promises."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gapkeeper import __version__
from gapkeeper.settings import environment
from gapkeeper.settings.conform import conform
from gapkeeper.settings.listing import unknown_variables
from gapkeeper.settings.service import Service, ServiceFile

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "config" / "compose.yaml"
UNIT = ROOT / "config" / "gapkeeper.service"
DOCKERFILE = ROOT / "Dockerfile"


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return loaded


def unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", [COMPOSE, UNIT, DOCKERFILE], ids=lambda path: path.name)
def test_every_variable_is_one_that_sets_something(path: Path) -> None:
    """Those in comments, too: somebody will take the sign away."""
    named = dict.fromkeys(re.findall(r"GAPKEEPER_[A-Z_]+", path.read_text("utf-8")), "1")
    assert named
    assert unknown_variables(named) == []
    values, _, faults = environment.read(named, ServiceFile)
    assert faults == []
    assert [fault for fault in conform(ServiceFile, values)[1] if "is not a key" in fault.message] == []


def test_the_version_is_the_one_that_is_built() -> None:
    texts = [path.read_text("utf-8") for path in (COMPOSE, UNIT, DOCKERFILE)]
    named = re.findall(r'gapkeeper(?::|==)(\d[\w.]*)|image\.version="([^"]*)"', "".join(texts))
    assert len(named) == 3
    assert {one or other for one, other in named} == {__version__}


def test_the_container_can_write_to_its_volume_and_nothing_else() -> None:
    service = compose()["services"]["gapkeeper"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    written = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert written == ["state:/var/lib/gapkeeper"]
    text = DOCKERFILE.read_text("utf-8")
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert set(re.findall(r"(?:sqlite:|MIRRORS=)(/\S+)", text)) == {
        "/var/lib/gapkeeper/state.db",
        "/var/lib/gapkeeper/mirrors",
    }


def test_every_secret_is_a_file_that_is_there() -> None:
    whole = compose()
    service = whole["services"]["gapkeeper"]
    files = {value for name, value in service["environment"].items() if name.endswith("_FILE")}
    assert files == {f"/run/secrets/{name}" for name in service["secrets"]}
    assert set(service["secrets"]) == set(whole["secrets"])
    loaded = {credential.partition(":")[0] for credential in unit("LoadCredential")}
    given = {value.removeprefix("%d/") for value in re.findall(r"_FILE=(\S+)", "\n".join(unit("Environment")))}
    assert loaded == given


def test_ports_are_this_machines_alone() -> None:
    assert all(port.startswith("127.0.0.1:") for port in compose()["services"]["gapkeeper"]["ports"])


def test_running_jobs_have_their_time_to_end() -> None:
    assert int(compose()["services"]["gapkeeper"]["stop_grace_period"].removesuffix("s")) > Service().grace_seconds
    (stop,) = unit("TimeoutStopSec")
    assert int(stop) > Service().grace_seconds


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd here")
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace("/opt/gapkeeper/bin/gapkeeper", sys.executable), "utf-8")
    done = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)
    # An older one says so of what it does not know yet; ours is not to be asked of it.
    if "Unknown key name" in done.stderr:
        pytest.skip(f"this systemd is too old: {done.stderr}")
    assert (done.returncode, done.stderr) == (0, "")
