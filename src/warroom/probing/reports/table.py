"""All readers, by the name that probe files call them."""

from typing import Literal

from warroom.core.rules import Value
from warroom.probing.json_values import FORMS, json_values, parse_json
from warroom.probing.reports.audits import NPM_AUDIT, PIP_AUDIT, SARIF
from warroom.probing.reports.junit import JUNIT
from warroom.probing.reports.lighthouse import LIGHTHOUSE
from warroom.probing.reports.loads import AB, HEY, K6, LOCUST, SIEGE, WRK
from warroom.probing.reports.reader import Reader
from warroom.probing.source import Trouble

Format = Literal[
    "json", "lighthouse", "npm-audit", "pip-audit", "sarif", "junit", "k6", "locust", "wrk", "ab", "hey", "siege",
]  # fmt: skip


def _json(content: bytes, gets: frozenset[str]) -> dict[str, Value]:
    try:
        return json_values(gets, parse_json(content))
    except ValueError as error:
        raise Trouble(f"the content is {error}") from None


READERS: dict[Format, Reader] = {
    "json": Reader(_json, FORMS, any_exit=False),
    "lighthouse": LIGHTHOUSE,
    "npm-audit": NPM_AUDIT,
    "pip-audit": PIP_AUDIT,
    "sarif": SARIF,
    "junit": JUNIT,
    "k6": K6,
    "locust": LOCUST,
    "wrk": WRK,
    "ab": AB,
    "hey": HEY,
    "siege": SIEGE,
}
