"""Statuspage, by "Status API: Summary" of a page, and "Can I use the Status API with a Private Page?".

The page answers 200 whatever it has to tell. Once it is private, it asks for an API key.
"""

from collections.abc import Mapping

from http_traps import Reply, Request
from stand_ins.service import Mode, Service, as_json, not_found, path

WORDS = {
    "none": "All Systems Operational", "maintenance": "Service Under Maintenance",
    "minor": "Partially Degraded Service", "major": "Partial System Outage", "critical": "Major Service Outage",
}  # fmt: skip


class Statuspage(Service):
    """`degraded`: an incident of minor impact is open."""

    def __init__(self, mode: Mode = "ok", *, indicator: str = "") -> None:
        super().__init__(mode)
        self.indicator = indicator or ("none" if mode == "ok" else "minor")

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {"STATUSPAGE_URL": url}

    def admits(self, request: Request) -> bool:
        return True

    def answer(self, request: Request) -> Reply:
        if path(request) != "/api/v2/summary.json":
            return not_found()
        well = self.indicator == "none"
        component = {"id": "c1", "name": "API", "status": "operational" if well else "degraded_performance"}
        incident = {"id": "i1", "name": "Slow", "status": "investigating", "impact": self.indicator}
        return as_json({
            "page": {"id": "p1", "name": "Shop", "time_zone": "Asia/Dhaka", "updated_at": "2026-03-01T20:00:00Z"},
            "status": {"indicator": self.indicator, "description": WORDS[self.indicator]},
            "components": [component], "incidents": [] if well else [incident], "scheduled_maintenances": [],
        })  # fmt: skip

    def refusal(self, request: Request) -> Reply:
        return as_json({"error": "Could not authenticate"}, 401)
