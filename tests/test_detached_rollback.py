"""A rollback with a detached step: it goes on alone, and the plan waits for a word after it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash_kit import kill
from detached_kit import Release
from fallback_kit import driven
from rollback_kit import start_rollback
from room_kit import locked
from running_kit import is_alive, wait_until
from tmux_kit import WARROOM, terminal
from warroom.core.events import RollbackStopped, RolledBack, StepInterrupted


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    with Release(tmp_path) as it:
        yield it


@pytest.mark.real
def test_a_rollback_waits_for_a_word_after_a_step_that_outlived_its_cockpit(release: Release) -> None:
    run = (*WARROOM, "run", "-j", str(release.journal), "--as")
    with terminal(*run, "ops-1", size=(120, 40), cwd=release.home) as it:
        start_rollback(it)
        it.shows("it begins", "half")
        kill(it, release.journal)
    with terminal(*run, "sre-1", size=(120, 40), cwd=release.home) as it:
        it.shows("? help")
        it.keys("R")
        it.shows("it begins", "half", "running")
        assert not release.bodies(StepInterrupted)
        release.go_on()
        it.shows("half and whole")
        release.go_on()
        it.shows("stopped", "step 2 has not run")
        assert not (release.home / "drained").exists()

        def goes_on() -> bool:  # its first moment may not be over
            it.keys("r")
            return "recovering" in it.text

        it.until(goes_on, "the rest of the plan")
    assert [body.step for body in release.bodies(RollbackStopped)] == [2]
    assert len(release.commands) == 1
    assert (release.home / "drained").exists()


def test_in_one_cockpit_a_rollback_goes_on_by_itself(release: Release) -> None:
    with driven(release.journal) as live:
        ended = live.roll_back(typed=live.release.name, reason="")
        release.go_on()
        release.go_on()
        ended.result(30)
        assert live.release.rollback.status == "recovering"
    assert len(release.bodies(RolledBack)) == 1
    assert not release.runs.exists()


def test_a_rollback_that_failed_alone_asks(release: Release) -> None:
    (release.home / "bad").touch()
    with driven(release.journal) as live:
        live.roll_back(typed=live.release.name, reason="")
        wait_until(lambda: bool(release.commands))
    release.end()
    with driven(release.journal) as live:
        assert live.release.rollback.status == "asking"
        live.retry_step()
        wait_until(lambda: len(release.commands) == 2)
    assert is_alive(release.commands[1])


@pytest.mark.real
def test_begun_while_the_journal_was_locked_it_is_found_all_the_same(release: Release) -> None:
    run = (*WARROOM, "run", "-j", str(release.journal), "--as", "ops-1")
    with terminal(*run, size=(120, 40), cwd=release.home) as it:
        it.shows("? help")
        with locked(release.journal):
            start_rollback(it)
            it.shows("it begins", "half")
            os.kill(release.driver(), signal.SIGKILL)
            it.shows("ended with 137")
    release.end()
    with driven(release.journal) as live:
        assert live.release.rollback.status == "stopped"
        step = live.release.rollback.steps[0]
        assert step is not None
        assert step.phase == "done"
    assert not release.bodies(StepInterrupted)
