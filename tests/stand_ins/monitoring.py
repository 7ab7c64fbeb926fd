"""Prometheus and Grafana, as far as they say that they are well: by "Management API" and "Health API" of their
documents. Neither asks for credentials there; a proxy in front of them may.
"""

from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Service, as_json, not_found, path


class Prometheus(Service):
    """`degraded`: it still reads its log after a start."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {"PROM_URL": url}

    def admits(self, request: Request) -> bool:
        return True

    def answer(self, request: Request) -> Reply:
        if path(request) != "/-/ready":
            return not_found()
        return Reply(200, "Prometheus Server is Ready.\n") if self.mode == "ok" else Reply(503, "Service Unavailable")

    def refusal(self, request: Request) -> Reply:
        return Reply(401, "Unauthorized\n")


class Grafana(Service):
    """`degraded`: its database does not answer."""

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {"GRAFANA_URL": url}

    def admits(self, request: Request) -> bool:
        return True

    def answer(self, request: Request) -> Reply:
        if path(request) != "/api/health":
            return not_found()
        database, status = ("ok", 200) if self.mode == "ok" else ("failing", 503)
        return as_json({"commit": "abc", "database": database, "version": "11.0.0"}, status)

    def refusal(self, request: Request) -> Reply:
        return as_json({"message": "Unauthorized"}, 401)
