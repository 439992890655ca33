"""What watches the studio is written so that it can be read, and asks for what there is."""

import json
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import promql_parser
import pytest
import yaml
from django.conf import settings
from prometheus_client import REGISTRY

from deploy import connectivity
from nexus.metrics import StudioCollector

BASE = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((BASE / "docker-compose.yml").read_text())
PROMETHEUS = yaml.safe_load((BASE / "deploy/prometheus/prometheus.yml").read_text())
ALERTS = yaml.safe_load((BASE / "deploy/prometheus/alerts.yml").read_text())
GRAFANA = BASE / "deploy/grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in GRAFANA.glob("dashboards/*.json")}
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
ASKED = [rule["expr"] for rule in RULES] + [
    target["expr"]
    for board in BOARDS.values()
    for panel in board["panels"]
    for target in panel["targets"]
]


@pytest.fixture(scope="module")
def known(django_db_blocker, django_db_setup):
    with django_db_blocker.unblock():
        families = [*REGISTRY.collect(), *StudioCollector().collect()]
    names = {"up"}
    for family in families:
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        names |= {family.name + ending for ending in endings.get(family.type, [""])}
    return names


@pytest.mark.parametrize("tool", ["compose", "dockerfile"])
def test_the_files_are_what_their_tools_expect(tool):
    folder = Path(sys.executable).parent
    checks = {
        "compose": [
            folder / "check-jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            "docker-compose.yml",
        ],
        "dockerfile": [folder / "hadolint", "--failure-threshold", "warning", "deploy/Dockerfile"],
    }
    done = subprocess.run(checks[tool], cwd=BASE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("expression", sorted(set(ASKED)))
def test_every_question_to_prometheus_is_well_formed_and_about_a_metric_that_exists(
    expression, known
):
    promql_parser.parse(expression)
    asked = set(re.findall(r"\b(?:nexus_\w+|up)\b", expression))
    assert asked
    assert asked <= known


def test_the_alerts_the_host_was_promised_are_there():
    alerts = {rule["alert"]: rule["expr"] for rule in RULES}
    assert "> 0.05" in alerts["ServerErrors"] and "5.." in alerts["ServerErrors"]
    assert "0.95" in alerts["SlowSaves"] and "> 0.5" in alerts["SlowSaves"]
    assert "> 500" in alerts["LongQueue"]
    assert alerts["BackendDown"] == 'up{job="nexus"} == 0'
    assert all(rule["for"] and rule["annotations"]["summary"] for rule in RULES)


def test_there_are_three_boards_and_they_read_the_source_that_is_provided():
    assert set(BOARDS) == {"writing", "api", "infrastructure"}
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    (only,) = source["datasources"]
    assert only["url"] == "http://prometheus:9090"
    for board in BOARDS.values():
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {only["uid"]}
    provided = yaml.safe_load((GRAFANA / "provisioning/dashboards/nexus.yml").read_text())
    folder = provided["providers"][0]["options"]["path"]
    assert f"./deploy/grafana/dashboards:{folder}:ro" in COMPOSE["services"]["grafana"]["volumes"]


def test_prometheus_asks_the_servers_by_their_names_on_a_network_they_share():
    (job,) = PROMETHEUS["scrape_configs"]
    assert PROMETHEUS["rule_files"] == ["alerts.yml"]
    for target in job["static_configs"][0]["targets"]:
        name = target.partition(":")[0]
        shared = set(COMPOSE["services"][name]["networks"])
        assert "monitoring" in shared & set(COMPOSE["services"]["prometheus"]["networks"])
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics_token"
    assert COMPOSE["secrets"]["metrics_token"] == {"environment": "METRICS_TOKEN"}


def test_visitors_never_reach_the_metrics():
    nginx = (BASE / "deploy/nginx/nginx.conf").read_text()
    assert re.search(r"location = /metrics \{\s*return 404;\s*\}", nginx)


# --- make connectivity -----------------------------------------------------------------


asked_for = []


@contextmanager
def answering(*statuses):
    """A server that answers with these, one after the other, the last for ever."""
    waiting = list(statuses)
    asked_for.clear()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            asked_for.append(self.headers["Host"])
            self.send_response(waiting.pop(0) if len(waiting) > 1 else waiting[0])
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/health"
    finally:
        server.shutdown()
        server.server_close()


def test_connectivity_waits_for_what_is_late_and_names_what_is_away(capsys):
    with answering(503, 503, 200) as late, answering(200) as well, answering(500) as broken:
        closed = "http://127.0.0.1:1/"
        assert connectivity.main({"late": late, "well": well}, tries=3, pause=0) == 0
        places = {"well": well, "broken": broken, "away": closed}
        assert connectivity.main(places, tries=2, pause=0) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["[ok] late", "[ok] well", "[ok] well"]
    assert lines[3] == "[error] broken: answered 500"
    assert lines[4].startswith("[error] away: ConnectionRefusedError")


def test_connectivity_asks_by_the_sites_own_name_which_alone_is_answered(monkeypatch, capsys):
    monkeypatch.setenv("SITE_URL", "https://write.example")
    with answering(200) as well:
        assert connectivity.main({"Nexus": well}) == 0
    assert asked_for == ["write.example"]
    check = COMPOSE["services"]["nginx"]["healthcheck"]["test"][1]
    assert '--header "Host: $${host%%/*}"' in check and "SITE_URL" in check
    assert "SITE_URL" in COMPOSE["services"]["nginx"]["environment"]


def test_connectivity_asks_services_of_the_stack_by_the_ports_they_are_checked_at():
    assert (connectivity.TRIES, connectivity.PAUSE) == (15, 2.0)
    for address in connectivity.PLACES.values():
        name, _, port = address.partition("://")[2].partition("/")[0].partition(":")
        service = COMPOSE["services"][name]
        assert name == "minio" or f":{port}/" in " ".join(service["healthcheck"]["test"])
        assert set(service["networks"]) & set(COMPOSE["services"]["web"]["networks"])
