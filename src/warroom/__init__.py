"""warroom: the release-day cockpit in a terminal."""

__version__ = "0.1.0"
