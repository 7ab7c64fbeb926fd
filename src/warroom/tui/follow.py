"""Waiting for what another thread does, without blocking the screen."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from textual.message import Message
from textual.screen import Screen

from warroom.core.errors import WarroomError
from warroom.tui.messages import RunEnded


def follow(screen: Screen[Any], answer: "Future[Any]", message: Callable[[str], Message] = RunEnded) -> None:
    """Posts `message("")` to `screen` once `answer` is there, or `message(error)` with the sentence why not.

    A screen that was closed meanwhile hears nothing more; its app does.
    """
    app = screen.app

    def ended(done: "Future[Any]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        words = str(error) if isinstance(error, WarroomError) else f"a defect in warroom: {error!r}" if error else ""
        news = message(words)
        if not screen.post_message(news):
            app.post_message(news)

    answer.add_done_callback(ended)
