"""Work that blocks and cannot be cancelled, such as reading a file from a dead network disk, in a daemon thread.

Not in the loop's pool of threads: there a few that hang would keep all others waiting, and the program's end too.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], name: str) -> T:
    """What `work` returns or raises. When cancelled, the thread goes on by itself and its result is dropped."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        done: Future[T] = Future()
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  # handed on to who waits, whatever it is
            done.set_exception(error)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_hand_over, done, waiting)

    Thread(target=run, name=name, daemon=True).start()
    return await waiting


def _hand_over(done: Future[T], waiting: asyncio.Future[T]) -> None:
    if waiting.done():  # cancelled
        return
    if error := done.exception():
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())
