"""Whom an attempt to connect blames that failed at several addresses."""

import errno
import os
import ssl

import pytest

from warroom.core.probe import Blames
from warroom.probing.dial import no_connection, worst_of


def attempt(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("numbers", "blames", "words"),
    [
        ([errno.ECONNREFUSED], None, "connection refused"),
        ([errno.ENETUNREACH], "messenger", "network is unreachable"),
        ([errno.EMFILE], "messenger", "too many open files"),
        ([errno.EHOSTUNREACH], None, "no route to host"),  # somebody on the way says so
        ([errno.ECONNREFUSED, errno.ENETUNREACH], None, "connection refused"),  # without IPv6 here, IPv4 counts
        ([errno.ENETUNREACH, errno.ECONNREFUSED], None, "connection refused"),
        ([errno.ENETUNREACH, errno.EMFILE], "messenger", "too many open files"),
    ],
)
def test_what_never_left_this_machine_is_no_fault_of_the_target(
    numbers: list[int], blames: Blames | None, words: str
) -> None:
    trouble = worst_of([no_connection(attempt(number), "shop.test", "shop.test:443") for number in numbers])
    assert trouble.blames == blames
    assert words in str(trouble)
    assert not trouble.answered


def test_a_host_that_shows_a_bad_certificate_has_answered() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    assert no_connection(error, "shop.test", "shop.test:443").answered
