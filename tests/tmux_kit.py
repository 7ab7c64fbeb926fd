"""The real program in a real terminal: an own tmux server, keys in, the screen's text out."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

WARROOM = (sys.executable, "-m", "warroom")
PATIENCE_S = 30.0


class Terminal:
    """One pane of a tmux server of its own. What runs in it is followed by a line that tells its exit status."""

    def __init__(self, argv: tuple[str, ...], size: tuple[int, int], cwd: Path) -> None:
        self._home = TemporaryDirectory(prefix="tmux-")  # not the test's own: a socket's path must be short
        self._environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        script = f'{shlex.join(argv)}; echo "ended with $?"; exec cat'
        width, height = map(str, size)
        self._tmux("new-session", "-d", "-x", width, "-y", height, "-c", str(cwd), "sh", "-c", script)

    def keys(self, *names: str) -> None:
        """Keys by tmux's names."""
        self._tmux("send-keys", *names)

    def write(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def raw(self, data: bytes) -> None:
        """Bytes as a terminal would send them."""
        self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in data))

    def attach(self, *options: str, user: str = "") -> tuple[str, ...]:
        """The command of one more client, which a `user` other than root may only give as root."""
        socket = Path(self._home.name, "socket")
        if user:
            Path(self._home.name).chmod(0o755)
            socket.chmod(0o777)
            self._tmux("server-access", "-a", user)
        other = ("setpriv", f"--reuid={user}", "--clear-groups") if user else ()
        return (*other, "tmux", "-S", str(socket), "attach-session", *options)

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def value(self, form: str) -> str:
        """What tmux knows, such as `#{alternate_on}`."""
        return self._tmux("display-message", "-p", form).strip()

    @property
    def modes(self) -> str:
        """Whether the alternate screen and any mouse reporting are on, and whether the cursor is shown."""
        return self.value("#{alternate_on} #{mouse_any_flag} #{cursor_flag}")

    @property
    def clipboard(self) -> str:
        """The buffers that a program has set."""
        return self._tmux("list-buffers")

    def column(self, text: str, row: int) -> int:
        """In which cell tmux has the first `text` of a row. In copy mode, so no keys reach the program after it."""
        if self.value("#{pane_in_mode}") == "0":
            self._tmux("copy-mode")
        for act in ("top-line", *["cursor-down"] * row, "start-of-line"):
            self._tmux("send-keys", "-X", act)
        self._tmux("send-keys", "-X", "search-forward-text", text)
        assert self.value("#{copy_cursor_y}") == str(row), f"no {text} in row {row}:\n{self.text}"
        return int(self.value("#{copy_cursor_x}"))

    def until(self, holds: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
        """Waits until `holds` is true; fails with the screen that was there instead."""
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not come about:\n{self.text}"
            time.sleep(0.05)

    def shows(self, *texts: str, within_s: float = PATIENCE_S) -> None:
        def all_there() -> bool:
            shown = self.text
            return all(text in shown for text in texts)

        self.until(all_there, f"{texts}", within_s)

    def end(self) -> None:
        with suppress(subprocess.CalledProcessError):  # ended by the test itself
            self._tmux("kill-server")
        self._home.cleanup()

    def _tmux(self, *arguments: str) -> str:
        argv = ("tmux", "-S", f"{self._home.name}/socket", "-f", os.devnull, *arguments)
        return subprocess.run(argv, env=self._environ, check=True, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def terminal(*argv: str, size: tuple[int, int], cwd: Path) -> Iterator[Terminal]:
    """A terminal in which `argv` runs. Fails where there is no tmux."""
    it = Terminal(argv, size, cwd)
    try:
        yield it
    finally:
        it.end()


def shell(*arguments: str) -> str:
    """stdout of a warroom command that must succeed."""
    done = subprocess.run((*WARROOM, *arguments), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
