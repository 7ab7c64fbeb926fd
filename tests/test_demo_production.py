"""The demo's world: it goes bad, it comes back, it measures honestly, and it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warroom.core.bindings import Bindings
from warroom.core.errors import BadInput, WarroomError
from warroom.core.probe import PANES, ProbeSpec
from warroom.demo.console import RouterClient
from warroom.demo.kit import Kit, write_kit
from warroom.demo.production import Production
from warroom.demo.web import Request, send_once
from warroom.files.checklist_md import read_checklist

CHECKLIST = Path(__file__).parents[1] / "checklists" / "production.md"
HEALTH = Request("GET", "/api/health")


def wait_until(condition: Callable[[], bool], *, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come about in time"
        time.sleep(0.05)


def run(argv: tuple[str, ...]) -> str:
    """stdout of a command that must succeed."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def bindings_of(kit: Kit) -> Bindings:
    return Bindings.model_validate(load(kit.bindings))


def probes_of(kit: Kit) -> dict[str, ProbeSpec]:
    paths = kit.probes.glob("*.toml")
    return {path.stem: ProbeSpec.model_validate({"id": path.stem, **load(path)}) for path in paths}


def runs(pid: int) -> bool:
    """Whether a process is there and is no zombie that waits for its new parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


# The whole story


@pytest.mark.slow
def test_green_goes_bad_behind_a_healthy_endpoint_and_the_rollback_restores_production(tmp_path: Path) -> None:
    with Production.start("payments", ramp_s=1) as production:
        kit = write_kit(tmp_path, production.router_url, CHECKLIST)
        bindings, router = bindings_of(kit), RouterClient(production.router_url)
        assert bindings.rollback

        wait_until(lambda: router.get("/stats")["payments"] >= 20)
        before = router.get("/stats")
        assert (before["live"], before["release"]) == ("blue", "4.1.7")
        assert before["error_rate"] <= 0.01
        assert before["payment_success"] >= 0.985
        assert before["queue_depth"] < 200
        assert 0 < before["p95_ms"] < 300

        deploy = bindings.of("deploy").step
        assert deploy
        assert "switch   blue -> green" in run(deploy.argv)
        assert production.live() == "green"
        health: set[int] = set()

        def numbers() -> tuple[float, float, int]:
            stats = router.get("/stats")
            return stats["payment_success"], stats["error_rate"], stats["queue_depth"]

        def all_fail() -> bool:
            health.add(send_once(production.router_url, HEALTH).status)
            success, errors, depth = numbers()
            return success < 0.95 and errors > 0.02 and depth > 500

        wait_until(all_fail)
        assert health == {200}

        talk = [run(step.argv) for step in bindings.rollback.step]
        assert "green's jobs wait; blue works them off" in talk[1]
        assert "5 of 5 new requests answered by blue" in talk[2]
        assert production.live() == "blue"

        def all_ok() -> bool:
            success, errors, depth = numbers()
            return success >= 0.985 and errors <= 0.01 and depth <= 200

        wait_until(all_ok)


# Processes


def test_close_ends_its_own_children_only_and_may_be_called_again() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander,
        Production.start("none") as other,
    ):
        production = Production.start("none")
        pids = production.pids
        assert len(pids) == 4
        assert all(os.getsid(pid) == pid for pid in pids), "ctrl+c in the terminal would reach the children"
        production.close()
        production.close()
        assert not any(runs(pid) for pid in pids)
        assert other.live() == "blue"
        assert bystander.poll() is None
        bystander.kill()


def test_a_killed_parent_leaves_no_orphan() -> None:
    program = (
        "import sys; from warroom.demo.production import Production\n"
        "print(*Production.start('none').pids, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 4
        assert all(runs(pid) for pid in pids)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(runs(pid) for pid in pids), within_s=5)


def test_a_child_that_dies_at_its_start_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\necho no module named zlib >&2\nexit 3\n", encoding="utf-8")
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    with pytest.raises(WarroomError, match=r"the demo's router did not start; its last words: .*no module named zlib"):
        Production.start("none")


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(BadInput, match=r'no fault "fire".*payments, errors, slow, none'):
        Production.start("fire")


# The kit


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return write_kit(tmp_path / "release", "http://127.0.0.1:8080", CHECKLIST)


def test_the_checklist_is_copied_byte_for_byte(kit: Kit) -> None:
    assert kit.checklist.read_bytes() == CHECKLIST.read_bytes()
    assert not kit.journal.exists()


def test_the_four_panes_are_measured(kit: Kit) -> None:
    assert sorted(probe.pane for probe in probes_of(kit).values() if probe.pane) == sorted(PANES)


def test_bindings_name_what_there_is(kit: Kit) -> None:
    bindings, probes = bindings_of(kit), probes_of(kit)
    assert bindings.item.keys() <= {item.id for item in read_checklist(kit.checklist).walk()}
    assert {binding.probe for binding in bindings.item.values() if binding.probe} <= probes.keys()
    assert bindings.rollback
    assert set(bindings.rollback.verify) <= probes.keys()


def test_every_item_of_the_deployment_day_has_an_owner_and_all_but_one_are_required(kit: Kit) -> None:
    bindings = bindings_of(kit)
    day = next(phase for phase in read_checklist(kit.checklist).phases if phase.title == "Deployment Day")
    bound = [bindings.of(item.id) for item in day.walk()]
    assert len(bound) == 16
    assert all(binding.owner for binding in bound)
    assert sum(not binding.required for binding in bound) == 1, "the one that the story skips"


def test_an_odd_interpreter_path_stays_one_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = 'C:\\new "folder"\\পাইথন 🐍'
    monkeypatch.setattr(sys, "executable", odd)
    step = bindings_of(write_kit(tmp_path, "http://127.0.0.1:8080", CHECKLIST)).of("deploy").step
    assert step
    assert step.argv[0] == odd


def test_a_missing_checklist_and_a_file_in_the_way_are_one_sentence_each(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.md cannot be read"):
        write_kit(tmp_path, "http://127.0.0.1:8080", tmp_path / "none.md")
    (tmp_path / "file").touch()
    with pytest.raises(WarroomError, match="cannot be written to"):
        write_kit(tmp_path / "file", "http://127.0.0.1:8080", CHECKLIST)
