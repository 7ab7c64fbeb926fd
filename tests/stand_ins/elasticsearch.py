"""Elasticsearch, by "Cluster health", "Get lifecycle policies", "Count" and "Search" of its REST API.

A search of which a shard failed is answered by 200 and what the other shards know, unless partial results were
declined. A pattern that no index matches counts 0.
"""

import json
from collections.abc import Mapping
from fnmatch import fnmatch

from http_traps import Reply, Request
from stand_ins.service import Mode, Service, as_json, header, not_found, path, query

KEY = "Y2FuYXJ5LWVsYXN0aWM6YXBpLWtleQ=="
INDEX, POLICY = "logs-shop-2026.03.01", "logs-30d"


class Elasticsearch(Service):
    """`degraded`: a node is gone. Replicas are missing, and one shard of five is nowhere."""

    def __init__(self, mode: Mode = "ok", *, lines: int = 5000, errors: int = 10, status: str = "") -> None:
        super().__init__(mode)
        self.lines, self.errors = lines, errors
        """Of the last minutes."""
        self.status = status or ("green" if mode == "ok" else "yellow")

    @staticmethod
    def environ(url: str) -> Mapping[str, str]:
        return {
            "ELASTICSEARCH_URL": url, "ELASTICSEARCH_API_KEY": KEY, "ELASTICSEARCH_INDEX": "logs-shop-*",
            "ELASTICSEARCH_ILM_POLICY": POLICY,
        }  # fmt: skip

    def admits(self, request: Request) -> bool:
        return header(request, "Authorization") == f"ApiKey {KEY}"

    def answer(self, request: Request) -> Reply:
        match request.method, path(request).strip("/").split("/"):
            case "GET", ["_cluster", "health"]:
                return self._health()
            case "GET", ["_ilm", "policy", name] if name == POLICY:
                return as_json({name: {"version": 1, "policy": {"phases": {"delete": {"min_age": "30d"}}}}})
            case "POST", [pattern, "_count"]:
                return as_json({"count": self.lines if fnmatch(INDEX, pattern) else 0, "_shards": self._shards()})
            case "POST", [_, "_search"]:
                return self._search(request)
        return not_found()

    def refusal(self, request: Request) -> Reply:
        why = {"type": "security_exception", "reason": "unable to authenticate with provided credentials"}
        return as_json({"error": {"root_cause": [why], **why}, "status": 401}, 401)

    def _shards(self) -> dict[str, int]:
        failed = 0 if self.mode == "ok" else 1
        return {"total": 5, "successful": 5 - failed, "skipped": 0, "failed": failed}

    def _health(self) -> Reply:
        missing = {"green": 0, "yellow": 5}.get(self.status, 7)
        return as_json({
            "cluster_name": "shop", "status": self.status, "timed_out": False, "number_of_nodes": 3,
            "number_of_data_nodes": 3, "active_primary_shards": 5, "active_shards": 10 - missing,
            "relocating_shards": 0, "initializing_shards": 0, "unassigned_shards": missing,
            "active_shards_percent_as_number": 100 - 10.0 * missing,
        })  # fmt: skip

    def _search(self, request: Request) -> Reply:
        """The share that the body's aggregation asks for; a bucket without lines has none."""
        shards = self._shards()
        if shards["failed"] and query(request).get("allow_partial_search_results") == "false":
            error = {"type": "search_phase_execution_exception", "reason": "Search rejected due to missing shards"}
            return as_json({"error": error, "status": 503}, 503)
        script = json.loads(request.body)["aggs"]["lines"]["aggs"]["share"]["bucket_script"]["script"]
        assert script == "params.errors / params.lines"
        bucket: dict[str, object] = {"doc_count": self.lines, "errors": {"doc_count": self.errors}}
        if self.lines:
            bucket["share"] = {"value": self.errors / self.lines}
        return as_json({
            "took": 3, "timed_out": False, "_shards": shards,
            "hits": {"total": {"value": self.lines, "relation": "eq"}, "max_score": None, "hits": []},
            "aggregations": {"lines": {"buckets": {"all": bucket}}},
        })  # fmt: skip
