"""Signatures of checkpoints by an operator's SSH key. The work is OpenSSH's; no key is ever read here."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from warroom.core.errors import BadInput

NAMESPACE = "warroom-journal"
"""Keeps a signature of something else from being passed off as one of a journal."""


def sign(text: str, key: Path) -> str:
    """The armored signature. `key` is a private key's file, or a public one's whose private half an agent holds.

    Raises `BadInput` with what ssh-keygen says when it cannot sign.
    """
    done = _ssh_keygen(["sign", "-q", "-f", str(key)], text)
    if done.returncode:
        raise BadInput(f"{key} cannot sign: {_last_line(done.stderr)}", "name an SSH key, or one of your agent's")
    return done.stdout


def check_signers(allowed: Path) -> None:
    """Raises `BadInput` when there is no file of allowed signers."""
    if not allowed.is_file():
        raise BadInput(f"{allowed} is no file of allowed signers", "see ALLOWED SIGNERS in ssh-keygen(1)")


def signer(text: str, signature: str, allowed: Path) -> str | None:
    """Who of those in the file `allowed` signed the text, or None. Its form: ALLOWED SIGNERS in ssh-keygen(1)."""
    with tempfile.NamedTemporaryFile("w", suffix=".sig") as file:
        file.write(signature)
        file.flush()
        which = ["-f", str(allowed), "-s", file.name]
        found = _ssh_keygen(["find-principals", *which], text)
        for name in found.stdout.splitlines():
            if _ssh_keygen(["verify", "-I", name, *which], text).returncode == 0:
                return name
    return None


def _ssh_keygen(arguments: Sequence[str], text: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            ["ssh-keygen", "-Y", *arguments, "-n", NAMESPACE],  # noqa: S607  # the operator's own, as for git
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BadInput("ssh-keygen is not installed", "it comes with OpenSSH") from None


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or "ssh-keygen failed"
