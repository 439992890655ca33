"""The container files agree with each other and with the settings."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

BASE = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((BASE / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "realtime", "worker", "beat")
# Images that begin as somebody else by themselves; all others begin as root unless told.
NEVER_ROOT = (
    "nexus:",
    "nginxinc/nginx-unprivileged:",
    "prom/prometheus:",
    "grafana/grafana:",
    "mher/flower:",
)
# Where no read-only root is possible: it writes beside its volume, a secret is copied into it.
WRITTEN_INTO = {"rabbitmq", "prometheus"}
NGINX = (BASE / "deploy" / "nginx" / "nginx.conf").read_text()
# Who runs once and ends: what waits for it waits for its success.
ONCE = {"migrate", "bucket", "folders"}
READ_BY_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR"}
DOCKERFILE = (BASE / "deploy" / "Dockerfile").read_text()
EXAMPLE = (BASE / ".env.docker.example").read_text()


def settings_variables():
    """Every variable the settings read, as they read it."""
    source = (BASE / "nexus" / "settings.py").read_text()
    kinds = "text|words|networks|boolean|integer|choice"
    return set(re.findall(rf'env\.(?:{kinds})\(\s*"([A-Z_]+)"', source))


def test_only_nginx_is_published():
    assert {name for name, service in SERVICES.items() if service.get("ports")} == {"nginx"}
    assert SERVICES["nginx"]["ports"] == ["8080:8080"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits_a_restart_policy_and_a_health_check(name):
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["cpus"]
    assert service["restart"]
    has_own_check = "healthcheck" in service
    assert ("profiles" in service) == (name in ("flower", "sentry-relay"))
    assert has_own_check or (name == "web" and "HEALTHCHECK" in DOCKERFILE)
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root_or_can_become_it(name):
    service = SERVICES[name]
    assert service["image"].startswith(NEVER_ROOT) or service["user"] not in {"root", "0", "0:0"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only", False) is (name not in WRITTEN_INTO)


def test_secrets_of_the_environment_go_to_containers_that_can_be_written():
    given = {name for name, secret in COMPOSE["secrets"].items() if "environment" in secret}
    for service in SERVICES.values():
        assert not (service.get("read_only") and given & set(service.get("secrets", [])))


def test_the_image_is_made_of_wheels_and_holds_no_build_tools():
    build, run = re.findall(r"^FROM (.+)$", DOCKERFILE, re.MULTILINE)
    assert build == "python:3.11-slim AS wheels" and run == "python:3.11-slim"
    assert not re.search(r"apt-get|apk |gcc|build-essential", DOCKERFILE)
    assert DOCKERFILE.count("--no-index") == 1 and "USER nexus" in DOCKERFILE.partition(run)[2]


# Whatever a start writes under its folder outlasts a container only in a volume.
KEPT = {"warehouse", "keys"}


@pytest.mark.parametrize("name", OURS)
def test_what_is_written_is_in_a_volume_its_user_may_write(name):
    volumes = {f"{kept}:/srv/nexus/{kept}" for kept in KEPT}
    assert volumes == set(SERVICES[name]["volumes"])
    assert SERVICES["folders"]["volumes"] == ["minio:/srv/nexus/objects"]
    owned = re.search(r"install --directory --owner nexus [^&\n]*\\?\n?[^\n]*", DOCKERFILE).group()
    assert {f"/srv/nexus/{place}" for place in (*KEPT, "objects")} <= set(owned.split())


def test_only_networks_of_nginx_and_the_servers_are_believed():
    """An address that nginx asks from and nobody believes would be everybody's address."""
    shared = {
        network
        for name in ("web", "realtime")
        for network in set(SERVICES[name]["networks"]) & set(SERVICES["nginx"]["networks"])
    }
    ranges = {COMPOSE["networks"][network]["ipam"]["config"][0]["subnet"] for network in shared}
    for name in OURS:
        assert set(SERVICES[name]["environment"]["TRUSTED_PROXIES"].split(",")) == ranges


def test_what_watches_does_not_reach_what_keeps():
    for watcher in ("prometheus", "grafana"):
        for keeper in ("postgres", "redis", "rabbitmq", "minio"):
            assert not set(SERVICES[watcher]["networks"]) & set(SERVICES[keeper]["networks"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_given_to_a_container_is_read_by_the_settings(name):
    assert set(SERVICES[name]["environment"]) <= settings_variables() | READ_BY_LIBRARIES


@pytest.mark.parametrize("name", OURS)
def test_containers_get_everything_a_production_start_insists_on(name):
    source = (BASE / "nexus" / "settings.py").read_text()
    required = re.search(r"env\.require\(([^)]*)\)", source).group(1)
    assert set(re.findall(r'"([A-Z_]+)"', required)) <= set(SERVICES[name]["environment"])
    assert SERVICES[name]["environment"]["NEXUS_PROFILE"] == "production"


def test_every_substituted_variable_is_in_the_example_and_no_other():
    used = set(re.findall(r"\$\{([A-Z_]+)", (BASE / "docker-compose.yml").read_text()))
    used |= {secret["environment"] for secret in COMPOSE["secrets"].values()}
    assert used == set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_the_example_holds_no_secret():
    secrets = re.findall(r"\$\{([A-Z_]+):\?", (BASE / "docker-compose.yml").read_text())
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN"} <= set(secrets)
    for name in secrets:
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE), name


def test_everything_waited_for_exists_and_can_be_healthy():
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            assert name in SERVICES
            wanted = "service_completed_successfully" if name in ONCE else "service_healthy"
            assert how["condition"] == wanted


def test_named_volumes_and_networks_are_declared():
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (BASE / source).exists()


def test_nginx_sends_pages_to_web_and_sockets_to_realtime():
    assert set(re.findall(r"http://([a-z]+):(\d+)", NGINX)) == {
        ("web", "8000"),
        ("realtime", "8001"),
        ("grafana", "3000"),
    }
    assert '"--port", "8000"' in DOCKERFILE
    assert SERVICES["realtime"]["command"][-1].endswith(":8001")
    sockets = NGINX[NGINX.index("location /ws/") : NGINX.index("location / {")]
    assert "proxy_pass $realtime" in sockets
    assert "proxy_set_header Upgrade" in sockets


def test_nginx_takes_bodies_as_large_as_the_application_does():
    size = re.search(r"client_max_body_size (\d+)m", NGINX).group(1)
    assert int(size) * 1024 * 1024 == settings.MAX_BODY_BYTES


def test_nginx_has_balanced_blocks_and_terminated_lines():
    assert NGINX.count("{") == NGINX.count("}")
    for line in map(str.strip, NGINX.splitlines()):
        assert not line or line.startswith("#") or line.endswith((";", "{", "}"))


def test_everything_the_image_copies_exists():
    for source in re.findall(r"^COPY (?!--)(\S+) ", DOCKERFILE, re.MULTILINE):
        assert (BASE / source).exists(), source


def test_the_image_holds_no_secrets_and_no_data():
    ignored = (BASE / ".dockerignore").read_text().split()
    assert {".git", ".env*", "var", ".venv"} <= set(ignored)
    assert not re.search(r"SECRET_KEY=[^\"$]", DOCKERFILE)
