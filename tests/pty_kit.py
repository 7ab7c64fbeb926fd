"""The real program on a terminal of its own, driven by what it shows: for what is only asked where a person sits."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

PATIENCE_S = 30.0


class Session:
    """A program whose stdin, stdout and stderr are one terminal."""

    def __init__(self, argv: tuple[str, ...], cwd: Path, environ: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environ = {**environ, "TERM": "xterm-256color"}
        self.process = subprocess.Popen(argv, cwd=cwd, env=environ, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self._shown = bytearray()
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # how Linux says that the last program has left the terminal
            while chunk := os.read(self._master, 65536):
                with self._news:
                    self._shown += chunk
                    self._news.notify_all()

    @property
    def text(self) -> str:
        """Everything that was written, escape sequences and all."""
        return self._shown.decode("utf-8", "replace").replace("\r\n", "\n")

    def write(self, text: str) -> None:
        os.write(self._master, text.encode())

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Waits for it; fails with what was shown instead."""
        deadline = monotonic() + PATIENCE_S
        while not holds():
            assert monotonic() < deadline, f"{what} did not come about:\n{self.text}"
            with self._news:
                self._news.wait(0.05)

    def shows(self, *texts: str) -> None:
        self.until(lambda: all(text in self.text for text in texts), str(texts))

    def ends(self) -> int:
        """The exit status."""
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return status

    def close(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        os.close(self._master)


@contextmanager
def session(*argv: str, cwd: Path, environ: Mapping[str, str]) -> Iterator[Session]:
    it = Session(argv, cwd, environ)
    try:
        yield it
    finally:
        it.close()
