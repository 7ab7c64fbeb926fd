"""`python bench/probes.py`: what probes cost, beside baselines of the same run. Prints a Markdown table."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from asking import BLACKBOX, http_probes
from kit import Figure, table
from thousand import histories, schedule


def main() -> None:
    if not shutil.which(BLACKBOX):
        sys.exit(f"{BLACKBOX} is missing, against which the probes are held (Debian: apt-get install {BLACKBOX})")
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="warroom-bench-") as room:
        for measure in (http_probes, schedule, histories):
            for figure in measure(Path(room)):
                print(f"{figure.what} ...", file=sys.stderr)
                figures.append(figure)
    print(f"Python {sys.version.split()[0]}, httpx {httpx.__version__}, {_blackbox_version()}\n\n{table(figures)}")


def _blackbox_version() -> str:
    """As `blackbox_exporter 0.23.0`: the first words that it says, without those between."""
    said = subprocess.run((BLACKBOX, "--version"), check=True, capture_output=True, text=True)
    name, _, version, *_ = (said.stdout or said.stderr).split()
    return f"{name.rstrip(',')} {version}"


if __name__ == "__main__":
    main()
