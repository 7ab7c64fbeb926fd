"""Waiting for what another thread does, without blocking the screen."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump

from warroom.core.errors import WarroomError
from warroom.tui.messages import RunEnded


def follow(
    listener: MessagePump, answer: "Future[Any]", message: Callable[[str], Message] = RunEnded
) -> None:
    """Posts `message("")` to `listener` once `answer` is there, or `message(error)` with the sentence why not."""

    def ended(done: "Future[Any]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        words = str(error) if isinstance(error, WarroomError) else f"a defect in warroom: {error!r}" if error else ""
        listener.post_message(message(words))

    answer.add_done_callback(ended)
