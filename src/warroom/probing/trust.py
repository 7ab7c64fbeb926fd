"""Which certificates are believed, by all kinds: those under the public roots, and under this machine's own."""

import ssl
from functools import cache


@cache  # building one takes 24 ms of CPU, and it never changes
def tls_context() -> ssl.SSLContext:
    """Shared by all who only connect."""
    return new_context()


def new_context(ca_file: str = "") -> ssl.SSLContext:
    """One whose settings may be changed. `ca_file` holds more roots, in PEM. Raises `ValueError` if it cannot be used.

    A company's own roots are among the machine's.
    """
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"ca_file {ca_file} cannot be used: {error.strerror or 'no certificate in it'}") from None
    return context
