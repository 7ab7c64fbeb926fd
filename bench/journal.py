"""`python bench/journal.py`: what the journal costs, beside baselines of the same run. Prints a Markdown table."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from kit import Figure, table
from reading import large_journal
from screen import lag
from writing import appends, notice

from warroom.journal.sqlite import VERSION


def main() -> None:
    if not shutil.which("sqlite3"):
        sys.exit("the shell sqlite3 is missing, against which the export is held (Debian: apt-get install sqlite3)")
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="warroom-bench-") as room:
        for measure in (appends, notice, lag, large_journal):
            for figure in measure(Path(room)):
                print(f"{figure.what} ...", file=sys.stderr)
                figures.append(figure)
    print(f"Python {sys.version.split()[0]}, SQLite {VERSION}\n\n{table(figures)}")


if __name__ == "__main__":
    main()
