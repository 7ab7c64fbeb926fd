"""npm's own client against a small registry on loopback: without findings, with some, and without a registry."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from http_traps import Reply, Request, free_port, serve
from probe_kit import probe, read
from warroom.core.probe import Reading

pytestmark = pytest.mark.real

ADVISORY = {
    "id": 1, "url": "https://shop.example/advisory/1", "title": "Trims too much", "severity": "critical",
    "vulnerable_versions": "<2.0.0", "cwe": [], "cvss": {"score": 9, "vectorString": None},
}  # fmt: skip
VERSIONS = {
    number: {"name": "left-trim", "version": number, "dist": {"tarball": "https://shop.example/none.tgz"}}
    for number in ("1.0.0", "2.0.0")
}
PACKAGE = {"name": "left-trim", "dist-tags": {"latest": "2.0.0"}, "versions": VERSIONS}
CRITICAL = {"get": "critical", "fail": "> 0"}
STATUS = {"get": "exit_status", "fail": "!= 0"}
AUDIT = ["npm", "audit", "--json"]


class Registry:
    """Knows one package, and which advisories there are."""

    def __init__(self, advisories: dict[str, Any], *, status: int = 200) -> None:
        self.asked: list[str] = []
        self._advisories = advisories
        self._status = status

    def __call__(self, request: Request) -> Reply:
        self.asked.append(f"{request.method} {request.path}")
        content = self._advisories if request.method == "POST" else PACKAGE
        return Reply(self._status, json.dumps(content), {"Content-Type": "application/json"})


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with one dependency."""
    root = {"name": "shop", "version": "1.0.0"}
    wanted = {"dependencies": {"left-trim": "^1.0.0"}}
    installed = {"version": "1.0.0", "resolved": "https://shop.example/none.tgz"}
    locked = {
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": root | wanted, "node_modules/left-trim": installed},
    }
    (tmp_path / "package.json").write_text(json.dumps(root | wanted))
    (tmp_path / "package-lock.json").write_text(json.dumps(root | locked))
    return tmp_path


def settings(project: Path, url: str) -> dict[str, str]:
    """Variables with which npm asks that registry alone, once, and leaves nothing behind outside of the project."""
    chosen = {
        "registry": url, "cache": str(project / "cache"), "userconfig": str(project / "npmrc"), "fetch_retries": "0",
        "update_notifier": "false",
    }  # fmt: skip
    return {f"npm_config_{name}": value for name, value in chosen.items()}


async def audited(project: Path, url: str, check: dict[str, Any], **source: str) -> Reading:
    written = {"kind": "command", "argv": AUDIT, "cwd": str(project), "env": settings(project, url)} | source
    return await read(probe(written, check, every="2m", deadline="60s"))


def save_report(project: Path, url: str, path: Path) -> None:
    with path.open("wb") as file:
        env = {**os.environ, **settings(project, url)}
        subprocess.run(AUDIT, cwd=project, env=env, stdout=file, check=False, timeout=60)


@contextmanager
def registry(name: str) -> Iterator[str]:
    """A registry without advisories, one with, one that is out of order, and none."""
    if name == "dead":
        yield f"http://127.0.0.1:{free_port()}"
        return
    answers = Registry({"left-trim": [ADVISORY]} if name == "findings" else {}, status=503 if name == "broken" else 200)
    with serve(answers) as url:
        yield url
    assert "POST /-/npm/v1/security/advisories/bulk" in answers.asked


@pytest.mark.parametrize(
    ("name", "outcome", "value", "text"),
    [
        ("clean", "ok", 0, "critical 0"),
        ("findings", "fail", 1, "critical 1 > 0"),
        ("dead", "error", None, "npm audited nothing: request to http://127.0.0.1:"),
        ("broken", "error", None, "npm audited nothing: 503 Service Unavailable - POST http://127.0.0.1:"),
    ],
)
async def test_findings_are_told_from_a_registry_that_does_not_answer(
    shop: Path, name: str, outcome: str, value: int | None, text: str
) -> None:
    with registry(name) as url:
        told = await audited(shop, url, CRITICAL, format="npm-audit")
    assert (told.outcome, told.value) == (outcome, value)
    assert told.text.startswith(text)


async def test_its_exit_status_takes_a_dead_registry_for_findings(shop: Path) -> None:
    with registry("dead") as url:
        assert (await audited(shop, url, STATUS)).text == "exit_status 1 != 0"


@pytest.mark.parametrize(("name", "outcome"), [("clean", "ok"), ("findings", "fail"), ("dead", "error")])
async def test_a_saved_report_says_the_same(shop: Path, name: str, outcome: str) -> None:
    """As a build server leaves it behind, whatever npm's exit status was."""
    path = shop / "audit.json"
    with registry(name) as url:
        save_report(shop, url, path)
    source = {"kind": "report", "path": str(path), "format": "npm-audit", "max_age": "1h"}
    assert (await read(probe(source, CRITICAL))).outcome == outcome


async def test_a_project_without_dependencies_was_not_audited(shop: Path) -> None:
    """npm finds nothing in it and exits 0."""
    for name in ("package.json", "package-lock.json"):
        (shop / name).write_text('{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}')
    with registry("dead") as url:
        told = await audited(shop, url, CRITICAL, format="npm-audit")
        naive = await audited(shop, url, STATUS)
    assert (told.outcome, told.text) == ("error", "npm audited nothing: the project has no dependencies")
    assert naive.outcome == "ok"
