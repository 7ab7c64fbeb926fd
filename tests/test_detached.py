"""Steps with `detach = true` outlive the process that started them, and the next one tells the truth about them."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_kit import PROGRAM
from cockpit_kit import NARROW, Cockpit, cockpit
from crash_kit import kill
from detached_kit import Release, gone, killed
from fallback_kit import driven
from running_kit import SECRET, is_alive
from test_cockpit_step import open_step
from tmux_kit import WARROOM, Terminal, terminal
from warroom.core.events import StepFinished, StepInterrupted, StepOutput, StepStarted
from warroom.core.states import StepState
from warroom.running.detached import DetachedRun
from warroom.running.keeper import Order


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    monkeypatch.setenv("DEPLOY_TOKEN", SECRET)
    with Release(tmp_path) as it:
        yield it


async def begins(it: Cockpit) -> None:
    await open_step(it)
    await it.press("y")
    await it.shows("it begins", "half", "running")


async def left_running(release: Release) -> None:
    """A cockpit that has begun the step is left."""
    async with cockpit(release.journal) as it:
        await begins(it)
    assert is_alive(release.commands[0])


def step_after_a_start(release: Release) -> StepState:
    """What the next cockpit makes of it."""
    with driven(release.journal) as live:
        step = live.release.item("deploy").step
        assert step is not None
        return step


# --- the cockpit is gone, and comes back


async def test_who_leaves_is_told_that_it_goes_on_and_it_does(release: Release) -> None:
    async with cockpit(release.journal, NARROW) as it:
        await begins(it)
        await it.press("escape", "q")
        await it.shows('"Deploy to production" is still running. It goes on.', "y leave")
        await it.press("y")
    release.go_on_to("half and whole")
    async with cockpit(release.journal, operator="sre-1") as it:
        await open_step(it)
        await it.shows("it begins [redacted]", "half and whole", "running", "goes on without this terminal")
        assert it.text.count("it begins") == 1
        release.go_on()
        await it.shows("it ends", "✓ done", "exit status 0")
        (finished,) = await it.stored("step_finished")
        assert finished.actor == "ops-1"
    assert release.ran_once()
    printed = "\n".join(piece.text for piece in release.bodies(StepOutput))
    assert printed == "it begins [redacted]\nhalf and whole\nit ends"


def _begins(it: Terminal) -> None:
    _open(it)
    it.keys("y")
    it.shows("it begins", "half", "running")


def _open(it: Terminal) -> None:
    it.shows("? help")

    def selected() -> bool:
        return any("▌" in line and "Deploy to prod" in line for line in it.text.split("\n"))

    if not selected():  # as it is where a cockpit before has left the cursor
        it.keys("/")
        it.shows("│  find")
        it.write("Deploy to")
        it.shows("find     Deploy to")
        it.keys("Enter")
        it.until(selected, "the item")
    it.keys("x")
    it.shows("RUN STEP")


@pytest.mark.real
def test_killed_in_the_middle_of_its_output(release: Release) -> None:
    run = (*WARROOM, "run", "-j", str(release.journal), "--as")
    with terminal(*run, "ops-1", size=(120, 40), cwd=release.home) as it:
        _begins(it)
        kill(it, release.journal)
    release.go_on_to("half and whole")
    with terminal(*run, "sre-1", size=(120, 40), cwd=release.home) as it:
        _open(it)
        it.shows("it begins [redacted]", "half and whole", "running", "k stop it")
        release.go_on()
        it.shows("it ends", "✓ done", "exit status 0")
    assert release.ran_once()
    assert not release.bodies(StepInterrupted)


@pytest.mark.real
def test_a_terminal_that_is_gone(release: Release) -> None:
    with terminal(*WARROOM, "run", "-j", str(release.journal), size=(120, 40), cwd=release.home) as it:
        _begins(it)
    gone(release.driver())
    keeper = release.keeper()
    assert os.getsid(keeper) == keeper
    os.kill(keeper, signal.SIGHUP)
    release.end()
    assert step_after_a_start(release).phase == "done"
    assert release.ran_once()


@pytest.mark.real
async def test_a_cockpit_that_takes_over_follows_it(release: Release) -> None:
    with terminal(*WARROOM, "run", "-j", str(release.journal), size=(120, 40), cwd=release.home) as driver:
        _begins(driver)
        async with cockpit(release.journal, operator="sre-1") as it:
            await open_step(it)
            await it.shows("it begins")
            os.kill(release.driver(), signal.SIGKILL)
            await it.stored("driver_took")
            await it.shows("half")
            release.go_on()
            await it.shows("half and whole", "running")
            assert it.text.count("it begins") == 1
            release.go_on()
            await it.shows("✓ done")
    assert release.ran_once()


async def test_it_ends_while_nobody_watches(release: Release) -> None:
    (release.home / "bad").touch()
    await left_running(release)
    release.end()
    step = step_after_a_start(release)
    assert (step.phase, step.why) == ("failed", "exit status 3")
    assert release.ran_once()
    (finished,) = release.bodies(StepFinished)
    assert finished.outcome.output == "it begins [redacted]\nhalf and whole\nit ends\n"
    assert release.bodies(StepOutput)[-1].text.endswith("it ends")


async def test_stopped_from_the_next_cockpit(release: Release) -> None:
    await left_running(release)
    async with cockpit(release.journal, operator="sre-1") as it:
        await open_step(it)
        await it.shows("half", "running")
        await it.press("k")
        await it.shows("stopped by TERM")
    gone(release.commands[0])
    assert release.ran_once()


async def test_a_command_that_is_not_detached_still_ends_with_the_cockpit(release: Release) -> None:
    (release.runs).write_text("in the way")
    async with cockpit(release.journal) as it:
        await begins(it)
        await it.shows("[it cannot be detached, and will end with this process: file exists]")
        await it.press("escape", "q")
        await it.shows("Leaving stops it.")
    gone(release.commands[0])
    (finished,) = release.bodies(StepFinished)
    assert finished.outcome.ended == "stopped"


# --- the keeper is gone


async def test_its_keeper_is_killed_while_it_is_watched(release: Release) -> None:
    async with cockpit(release.journal) as it:
        await begins(it)
        killed(release.keeper())
        await it.shows("interrupted", "outcome unknown, verify by hand")
        assert "half" not in it.text
    assert not release.bodies(StepFinished)


async def test_its_keeper_is_killed_while_nobody_watches(release: Release) -> None:
    await left_running(release)
    release.go_on_to("half and whole")
    killed(release.keeper())
    assert step_after_a_start(release).phase == "interrupted"
    assert release.ran_once()
    assert release.bodies(StepOutput)[-1].text == "half and whole"


async def test_its_host_was_started_anew(release: Release) -> None:
    await left_running(release)
    for pid in (release.keeper(), release.commands[0]):
        killed(pid)
    (release.directory / "output").unlink()  # it was not on disk yet
    async with cockpit(release.journal, operator="sre-1") as it:
        await open_step(it)
        await it.shows("its outcome is unknown: verify by hand before you run it again")
    assert release.ran_once()


@pytest.mark.parametrize("left", ["a directory without a keeper", "an order that was cut off"])
async def test_a_step_whose_keeper_has_not_begun_did_not_start(release: Release, left: str) -> None:
    """Its mark is still there, which a keeper takes away before it starts the command."""
    await left_running(release)
    for pid in (release.keeper(), release.commands[0]):
        killed(pid)
    (release.directory / "started").rename(release.directory / "waiting")
    if left == "an order that was cut off":
        keeper(release, b'{"argv": ["touch", "ran-again"]')
    step = step_after_a_start(release)
    assert (step.phase, step.why) == ("failed", "its keeper ended before it started the command")
    assert not (release.home / "ran-again").exists()


async def test_without_its_directory_nobody_knows(release: Release) -> None:
    await left_running(release)
    DetachedRun(release.runs, release.directory.name).remove()
    assert step_after_a_start(release).phase == "interrupted"


async def test_a_keeper_never_starts_twice(release: Release) -> None:
    await left_running(release)
    order = Order(["touch", "ran-again"], str(release.home), None, 60, 5)
    keeper(release, order.written())
    with pytest.raises(FileExistsError):
        DetachedRun(release.runs, release.directory.name).start(order)
    release.end()
    assert step_after_a_start(release).phase == "done"
    assert not (release.home / "ran-again").exists()


def keeper(release: Release, order: bytes) -> None:
    argv = [sys.executable, "-m", "warroom.running.keeper", str(release.directory)]
    assert subprocess.run(argv, input=order, stderr=subprocess.DEVNULL, timeout=60, check=False).returncode


# --- what stands on disk


async def test_it_is_for_its_owner_and_holds_no_secret(release: Release) -> None:
    await left_running(release)
    release.end()
    paths = [release.runs, release.directory, *release.directory.iterdir()]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in paths}
    files = {"growing", "output", "result.json", "started", "stop"}
    assert modes == {
        release.runs.name: 0o700,
        release.directory.name: 0o700,
        **dict.fromkeys(files, 0o600),
    }
    texts = {path.name: path.read_text() for path in release.directory.iterdir() if path.is_file()}
    assert "it begins [redacted]" in texts["output"]
    assert [name for name, text in texts.items() if SECRET in text or "DEPLOY" in text] == []


# --- from the shell


def _step(release: Release) -> "subprocess.Popen[str]":
    argv = [*PROGRAM, "step", "deploy", "--yes"]
    process = subprocess.Popen(
        argv,
        cwd=release.home,
        env=release.shell.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "it begins [redacted]\n"
    return process


def test_the_shell_follows_it_and_starts_no_other(release: Release) -> None:
    with _step(release) as process:
        process.kill()
    told = release.shell.run("step", "deploy", "--dry-run").err
    assert "attempt 1 by ada is running or has just ended: no other is started" in told
    release.end()
    ended = release.shell.run("step", "deploy")
    assert (ended.status, ended.out) == (0, "it begins [redacted]\nhalf and whole\nit ends\n")
    assert release.ran_once()


def test_ctrl_c_ends_it(release: Release) -> None:
    with _step(release) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
    gone(release.commands[0])
    assert release.ran_once()


def test_while_it_goes_on_no_other_command_is_started(release: Release) -> None:
    with _step(release) as process:
        process.kill()
    with driven(release.journal) as live:
        refused = live.roll_back(typed=live.release.name, reason="")
        assert "is still running" in str(refused.exception(30))
    assert is_alive(release.commands[0])
    assert len(release.bodies(StepStarted)) == 1
