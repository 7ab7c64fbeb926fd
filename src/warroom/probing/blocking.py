"""Work that blocks and cannot be cancelled, such as reading a file from a dead network disk, in a daemon thread.

Not in the loop's pool of threads: there a few that hang would keep all others waiting, and the program's end too.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], name: str) -> T:
    """What `work` returns or raises. When cancelled, the thread goes on by itself and its result is dropped."""
    ended: Future[T] = Future()

    def run() -> None:
        try:
            ended.set_result(work())
        except BaseException as error:  # noqa: BLE001  # handed on to who waits, whatever it is
            ended.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(ended)
