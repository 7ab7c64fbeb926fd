"""Secrets that stand in a file in clear. The journal keeps these files as they are, so they are refused before that."""

import os
from collections.abc import Iterator

from warroom.core.redaction import Redactor, secrets_of
from warroom.files.findings import Finding

_LONG = 16
"""A shorter value of a secret variable may well be an ordinary word of a file."""

_NAMES_ONE = ("${", "json:$", "header:", "cookie:")
"""How something begins that only tells where a secret is: in the environment, or in an answer that a probe gets."""


def literal_secrets(text: str, name: str) -> Iterator[Finding]:
    """One finding for each secret in `text`; what only names one, such as `${env:NAME}`, is none."""
    known = (value for value in secrets_of(os.environ) if len(value) >= _LONG)
    for found in Redactor(known).find(text):
        if text.startswith(_NAMES_ONE, found.start):
            continue
        yield Finding(
            file=name,
            line=text.count("\n", 0, found.start) + 1,
            message="a secret stands here in clear, and would reach the journal",
            hint="take it from the environment: ${env:NAME} in a probe, the command's own variables in a step",
        )
