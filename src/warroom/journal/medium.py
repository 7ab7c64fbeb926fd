"""Refuses to keep a journal on a network file system, where neither SQLite's locks nor flock can be trusted."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from warroom.core.errors import BadInput

ALLOW = "WARROOM_ALLOW_NETWORK_FS"

_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ncpfs|ceph|lustre|glusterfs|gfs2|ocfs2|beegfs|vboxsf|"
    r"fuse\.(sshfs|s3fs|gcsfuse|rclone|davfs2?|glusterfs|ceph|curlftpfs|vmhgfs-fuse|goofys)|davfs"
)
_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def refuse_network(path: Path, environ: Mapping[str, str] = os.environ, mounts: Path = _MOUNTS) -> None:
    """Raises `BadInput` when `path` is on one, unless the user insists. None is known where no mounts can be read."""
    if environ.get(ALLOW) == "1":
        return
    kind = file_system(path, mounts)
    if _NETWORK.fullmatch(kind):
        raise BadInput(
            f"{path} is on a network file system ({kind}), which cannot keep several writers apart",
            f"choose a local disk; or, if only one process at a time will ever use it, set {ALLOW}=1",
        )


def file_system(path: Path, mounts: Path = _MOUNTS) -> str:
    """The type of the file system that holds `path`, such as `ext4` or `nfs4`; "" where the system does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    directory = path.resolve().parent
    kinds = {}
    for line in lines:  # "36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/root rw"
        before, _, after = line.partition(" - ")
        where = Path(_ESCAPED.sub(lambda code: chr(int(code[1], 8)), before.split()[4]))
        if directory.is_relative_to(where):
            kinds[where] = after.split()[0]  # of two mounts at one place, the later lies on top
    deepest = max(kinds, key=lambda where: len(where.parts), default=None)
    return kinds[deepest] if deepest else ""
