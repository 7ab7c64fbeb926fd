"""Where the shipped checklist is: in the wheel beside this package, in a source checkout at the root."""

from importlib.resources import files
from pathlib import Path


def production_checklist() -> Path:
    """`checklists/production.md`."""
    shipped = Path(str(files("warroom"))) / "data" / "checklists" / "production.md"
    return shipped if shipped.exists() else Path(__file__).parents[3] / "checklists" / "production.md"
