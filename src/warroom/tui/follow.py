"""Waiting for what another thread does, without blocking the screen."""

from concurrent.futures import Future
from typing import Any

from textual.message_pump import MessagePump

from warroom.core.errors import WarroomError
from warroom.tui.messages import RunEnded


def follow(screen: MessagePump, answer: "Future[Any]") -> None:
    """Posts `RunEnded` to `screen` once `answer` is there; an error that people caused is told in it.

    Any other error is a defect: it is raised in the thread that answers, and logged by it.
    """

    def ended(done: "Future[Any]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        screen.post_message(RunEnded(str(error) if isinstance(error, WarroomError) else repr(error) if error else ""))

    answer.add_done_callback(ended)
