"""What probe files may say: sources, checks, paths and secrets, of which none is ever shown."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from http_traps import (
    Reply,
    Request,
    replies,
    serve,
)
from probe_kit import STATUS, probe, read
from warroom.probing.json_path import JsonPath
from warroom.probing.secrets import Secrets
from warroom.probing.sources.table import check_source, check_spec

# --- secrets


async def test_a_missing_secret_is_named_and_blames_nobody() -> None:
    for source, words in (
        ({"url": "${env:SHOP_URL}"}, "environment variable SHOP_URL is not set"),
        ({"url": "http://x", "headers": {"A": "${file:/nowhere/token}"}}, "secret file /nowhere/token does not exist"),
    ):
        reading = await read(probe({"kind": "http"} | source, STATUS))
        assert reading.outcome == "error"
        assert reading.text.startswith(words)


async def test_secrets_are_sent_and_never_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret_file = tmp_path / "token"
    secret_file.write_text("from-a-file\n")
    environ = {"TOKEN": "hunter2hunter2"}

    def echo(request: Request) -> Reply:
        body = f"{request.path} {request.headers['Authorization']} {request.headers['X-File']}"
        return Reply(body=body, headers={"Set-Cookie": f"token={request.headers['Authorization']}"})

    with serve(echo) as url:
        source = {
            "kind": "http",
            "url": f"{url}/?token=${{env:TOKEN}}",
            "headers": {"Authorization": "Bearer ${env:TOKEN}", "X-File": f"${{file:{secret_file}}}"},
        }
        body = "/?token=hunter2hunter2 Bearer hunter2hunter2 from-a-file"
        reading = await read(probe(source, {"get": "body", "fail": f'== "{body}"'}), environ)
    assert reading.outcome == "fail"  # compared before it was masked
    for secret in ("hunter2", "from-a-file"):
        assert secret not in reading.model_dump_json() + caplog.text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:correct-horse@127.0.0.1/", "url: a URL must not hold a user or password"),
        ("correct-horse://127.0.0.1/", "url: a URL must begin like"),
        ("http://correct-horse battery/", "url: a URL must not hold blanks"),
        ("http://[correct-horse/", "url: a URL must begin like"),
    ],
)
async def test_an_unusable_secret_url_is_told_without_showing_it(url: str, words: str) -> None:
    reading = await read(probe({"kind": "http", "url": "${env:SHOP_URL}"}, STATUS), {"SHOP_URL": url})
    assert reading.outcome == "error"
    assert reading.text.startswith(words)
    assert "correct-horse" not in reading.text


async def test_a_header_that_cannot_be_sent_is_told_without_showing_it() -> None:
    source = {"kind": "http", "url": "http://127.0.0.1:1", "headers": {"X": "${env:TOKEN}"}}
    with serve(replies(Reply())) as url:
        reading = await read(probe(source | {"url": url}, STATUS), {"TOKEN": "correct\nhorse"})
    assert (reading.outcome, reading.text) == ("error", "the URL or the headers of this probe are not valid HTTP")


def test_the_password_in_a_secret_url_is_a_secret_by_itself() -> None:
    secrets = Secrets({"DATABASE_URL": "postgresql://probe:hunter2hunter2@db.test/shop"})
    secrets.resolve("${env:DATABASE_URL}")
    assert secrets.mask('wrong password "hunter2hunter2"') == 'wrong password "[redacted]"'


def test_no_repr_or_error_shows_what_a_placeholder_stood_for() -> None:
    secrets = Secrets({"TOKEN": "hunter2hunter2"})
    resolved = secrets.resolve({"kind": "http", "url": "http://x/?t=${env:TOKEN}", "headers": {"A": "${env:TOKEN}"}})
    assert isinstance(resolved, dict)
    assert "hunter2" not in repr(check_source(resolved)) + repr(secrets)
    with pytest.raises(ValidationError) as error:
        check_source(resolved | {"url": "x://hunter2hunter2"})
    assert "hunter2" not in str(error.value)


# --- files


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"kind": "htp"}, 'unknown kind "htp"; did you mean "http"'),
        ({"kind": "ftp4"}, "known are http, promql"),
        ({"kind": "http"}, 'needs a "url"'),
        ({"kind": "http", "url": "http://x", "uri": "y"}, "Extra inputs"),
        ({"kind": "http", "url": "ftp://x"}, "must begin like"),
        ({"kind": "http", "url": "http://"}, "must begin like"),
        ({"kind": "http", "url": "http://me:${env:PW}@x"}, "user or password"),
        ({"kind": "http", "url": "http://x:99999"}, "must begin like"),
        ({"kind": "http", "url": "${evn:URL}"}, 'did you mean "env"'),
        ({"kind": "http", "url": "http://x", "method": "DELETE"}, "'GET'"),
        ({"kind": "http", "url": "http://x", "body": "x"}, 'needs method = "POST"'),
        ({"kind": "http", "url": "http://x", "method": "POST", "follow_redirects": True}, "needs method"),
    ],
)
def test_a_wrong_source_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_source(source)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"get": "staus"}, 'did you mean "status"'),
        ({}, 'has no "value"; write status'),
        ({"get": "header:"}, 'did you mean "header:NAME"'),
        ({"get": "json:a.b"}, "no JSON path"),
        ({"get": "json:$.a[?(@.b)]"}, "no JSON path"),
        ({"get": "json:$..a"}, "no JSON path"),
        ({"get": "status", "min_volume": 5}, "no volume"),
    ],
)
async def test_a_check_that_the_source_cannot_feed_is_refused(check: dict[str, Any], words: str) -> None:
    spec = probe({"kind": "http", "url": "http://x"}, {"fail": "> 1"} | check)
    with pytest.raises(ValueError, match=words.replace("?", ".")):
        check_spec(spec)
    assert (await read(spec)).outcome == "error"


def test_json_paths_have_steps() -> None:
    assert JsonPath.parse("$.a-b[0]['c d'][\"e\"]").steps == ("a-b", 0, "c d", "e")
    with pytest.raises(ValueError, match="no JSON path"):
        JsonPath.parse("a")


def test_validating_files_does_not_load_the_http_client() -> None:
    code = "import sys; import warroom.probing.sources.table; print(sys.modules.keys() & {'httpx', 'httpcore'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "set()\n"
