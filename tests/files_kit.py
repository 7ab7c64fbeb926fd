"""A small release on disk: a probe, a side file and a checklist that fit together."""

from pathlib import Path

PROBE = """\
title = "Payments"
every = "5s"
deadline = "2s"
pane = "payment success"

[source]
kind = "http"
url = "http://127.0.0.1:9/stats"

[[check]]
get = "json:$.paid"
fail = "< 95"
"""

SIDE = """\
[item.smoke]
owner = "qa"
required = true
probe = "health"

[item.deploy.step]
argv = ["switch", "--to", "green"]
timeout = "1m 30s"

[rollback]
verify = ["health"]

[[rollback.step]]
title = "Back to blue"
argv = ["switch", "--to", "blue"]
"""

CHECKLIST = """\
# Release

## Deployment Day

- [ ] Deploy <!-- wr: deploy -->
- [ ] Run smoke tests <!-- wr: smoke -->
"""


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
