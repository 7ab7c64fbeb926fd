"""Who may import whom, as docs/architecture.md has it, and what each command loads. Read from the source, not run."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PATHS = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (SOURCE / "warroom").rglob("*.py")
}
EDGES = ("files", "journal", "probing", "running", "report", "demo")
FOUNDATION = {"", "core", "clock", "identity"}  # "" is the package itself, which holds the version

MAY_IMPORT = {
    "": set(),
    "__main__": {"cli"},
    "core": set(),
    "clock": set(),
    "identity": set(),
    **dict.fromkeys(EDGES, FOUNDATION),
    "probing": FOUNDATION | {"running"},  # a probe's command is a command
    "room": {"core", "clock"},
    "unsaved": {"core", "clock", "room", "journal"},
    "keeping": {"core", "clock", "room"},
    "desk": {"core", "room", "keeping"},
    "pieces": {"core", "desk", "running"},
    "steps": FOUNDATION | {"room", "desk", "running", "pieces"},
    "watching": {"core", "clock"},
    "reloading": {"core", "clock", "files", "probing"},
    "driving": FOUNDATION | {"room", "keeping", "desk", "steps", "watching", "reloading", "probing"},
    "presence": set(),
    "seat": {"core", "desk", "room", "presence"},
    "attaching": FOUNDATION | {"journal"},
    "live": FOUNDATION | {"attaching", "desk", "room", "steps", "driving", "seat", "probing", "journal"},
    "opening": FOUNDATION | {"live", "desk", "room", "unsaved", "seat", "presence", "probing", "journal"},
    "alone": FOUNDATION | {"room", "desk", "steps", "running", "journal"},
    "tui": {"", "core", "live"},
    "cli": FOUNDATION
    | {*EDGES, "room", "unsaved", "steps", "alone", "reloading", "presence", "live", "opening", "tui"},
}
"""Rooms by the rooms that they may import; their own modules are always among them."""

MESSAGES = {"warroom.room": {"Update"}, "warroom.steps": {"OutputPart"}}
"""What screens may know of the room and of running steps: the frozen values that come from there."""

PURE = {"pydantic"} | sys.stdlib_module_names - {
    "asyncio", "io", "logging", "multiprocessing", "os", "random", "secrets", "socket", "sqlite3", "subprocess", "sys",
    "tempfile", "time", "urllib",
}  # fmt: skip
"""What core may import: nothing that does I/O, reads a clock or throws dice."""


class Import:
    """One name that a module imports."""

    def __init__(self, by: str, module: str, name: str = "") -> None:
        self.by = by
        submodule = f"{module}.{name}"
        self.module, self.name = (submodule, "") if submodule in PATHS else (module, name)

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def ours(self) -> bool:
        return self.package == "warroom"

    def __str__(self) -> str:
        return f"{self.by} imports {self.module} {self.name}".strip()


def room_of(module: str) -> str:
    """`warroom.core.base` -> `core`."""
    return ".".join(module.split(".")[1:2])


def imports(tree: ast.AST, by: str) -> Iterator[Import]:
    """All imports, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(by, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            yield from (Import(by, node.module, alias.name) for alias in node.names)


TREES = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in PATHS.items()}
IMPORTS = [one for module, tree in TREES.items() for one in imports(tree, module)]


def test_every_room_has_its_rule() -> None:
    assert {room_of(module) for module in PATHS} == set(MAY_IMPORT)


def test_rooms_import_only_what_they_may() -> None:
    def allowed(one: Import) -> bool:
        own, other = room_of(one.by), room_of(one.module)
        return other == own or other in MAY_IMPORT[own] or (own == "tui" and one.name in MESSAGES.get(one.module, ()))

    assert [str(one) for one in IMPORTS if one.ours and not allowed(one)] == []


def test_core_is_pure() -> None:
    foreign = [one for one in IMPORTS if room_of(one.by) == "core" and not one.ours and one.package not in PURE]
    assert [str(one) for one in foreign] == []


@pytest.mark.parametrize(
    ("packages", "homes"),
    [
        ({"sqlite3", "pysqlite3"}, ("warroom.journal.sqlite", "warroom.probing.sqlite_file")),
        ({"sqlite_utils"}, ("warroom.journal.migrations",)),
        ({"textual", "rich"}, ("warroom.tui.",)),
        ({"httpx"}, ("warroom.probing.",)),
        ({"psycopg"}, ("warroom.probing.postgres",)),
        ({"dns"}, ("warroom.probing.dns_query",)),
        ({"websockets"}, ("warroom.probing.socket_talk",)),
        ({"click"}, ("warroom.cli.",)),
        ({"markdown_it", "mdit_py_plugins"}, ("warroom.files.",)),
    ],
)
def test_what_is_foreign_has_its_home(packages: set[str], homes: tuple[str, ...]) -> None:
    users = {one.by for one in IMPORTS if one.package in packages}
    assert users
    assert {module for module in users if not module.startswith(homes)} == set()


def test_no_import_goes_in_a_circle() -> None:
    """Not even inside functions, where Python would not mind."""
    graph: dict[str, set[str]] = {module: set() for module in PATHS}
    for one in IMPORTS:
        if one.ours:
            graph[one.by].add(one.module)
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


WATCHED = """
import os, sys
from warroom.cli.main import cli

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.add(os.path.basename(os.fsdecode(arguments[0])))

opened = set()
sys.addaudithook(watch)
try:
    cli.main(sys.argv[1:], standalone_mode=False)
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
print(*opened, file=sys.stderr)
"""


def watched(*arguments: str | Path) -> tuple[set[str], set[str]]:
    """Runs a command; gives the modules that are loaded after it, and the names of all files that Python opened."""
    command = [sys.executable, "-c", WATCHED, *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    modules, files = ended.stderr.splitlines()[-2:]
    return set(modules.split()), set(files.split())


HEAVY = {"textual", "httpx", "sqlite_utils", "rich", "markdown_it", "asyncio"}
NEVER_OPENED = {"shop.journal", "shop.journal-wal", "shop.journal-shm"}
OPENS = re.compile(r"(^|\.)(open|(read|write)_(text|bytes))$|^shutil\.")
COMMANDS = (
    "status", "status --json", "log", "tick 1.1.1 --note done", "fail 1.1.1 --reason down", "note hi", "export",
    "export --format markdown", "export --format csv", "export --format checklist", "verify",
)  # fmt: skip


@pytest.fixture
def checklist(tmp_path: Path) -> Path:
    path = tmp_path / "shop.md"
    path.write_text("# Shop\n\n## Deployment Day\n- [ ] Deploy\n")
    return path


@pytest.fixture
def journal(checklist: Path) -> Path:
    path = checklist.with_name("shop.journal")
    watched("start", checklist, "-j", path)
    return path


def test_help_loads_nothing_heavy() -> None:
    loaded, _ = watched("--help")
    assert loaded & (HEAVY | {"sqlite3", "pysqlite3", "pydantic"}) == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_quick_command_loads_neither_screen_nor_http(journal: Path, command: str) -> None:
    loaded, _ = watched(*command.split(), "-j", journal)
    assert loaded & {"warroom.journal.store", "warroom.journal.verify"}
    assert loaded & HEAVY == set()


def test_a_start_loads_neither_screen_nor_http(checklist: Path) -> None:
    loaded, _ = watched("start", checklist, "-j", checklist.with_name("shop.journal"))
    assert loaded & {"textual", "httpx", "rich"} == set()


def test_nothing_but_sqlite_opens_a_journal(checklist: Path) -> None:
    """To open and close it in a process of ours drops SQLite's locks on it; then other processes lose commits."""
    journal = checklist.with_name("shop.journal")
    _, opened = watched("start", checklist, "-j", journal)
    for command in COMMANDS:
        opened |= watched(*command.split(), "-j", journal)[1]
    assert {"shop.md", "shop.journal.lock"} <= opened
    assert opened & NEVER_OPENED == set()


def test_no_code_opens_a_journal_either() -> None:
    calls = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    opening = [ast.unparse(call) for call in calls if OPENS.search(ast.unparse(call.func))]
    assert opening
    assert [call for call in opening if re.search("journal|-wal|-shm", call)] == []


def test_the_rules_see_imports_inside_functions() -> None:
    """The tests above are worth nothing if this reading of imports is blind."""
    found = list(imports(ast.parse("def f():\n    from warroom.journal import sqlite\n    import httpx\n"), "x"))
    assert [(room_of(one.module), one.package, one.ours) for one in found] == [
        ("journal", "warroom", True),
        ("", "httpx", False),
    ]
