"""What the bot is deployed with agrees with the code: manifest, image, fly.toml, the page about it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from dockerfile_parse import DockerfileParser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench import footprint
from bot.app import build_app
from bot.cli import cli
from bot.events import _READERS
from bot.policy import parse_policy
from bot.sandbox.github import routes
from bot.sandbox.github.calls import Caller, find
from bot.sandbox.loopback import Loopback
from bot.sandbox.stage import EVENTS, PERMISSIONS, make_keys
from bot.server_settings import read_server_settings
from bot.settings import _KNOWN
from bot.telemetry import Telemetry

ROOT = Path(__file__).resolve().parent.parent
SECRET = re.compile(r"KEY|SECRET|TOKEN|DATABASE_URL")
# What the adapter cannot do with less than that permission, which GitHub documents at each endpoint
# (docs.github.com/rest), and for review threads does not.
NEEDED = {
    "metadata": ("GET", "/repos/acme/fleet/collaborators/dana/permission"),
    "contents": ("PUT", "/repos/acme/fleet/pulls/1/merge"),
    "issues": ("POST", "/repos/acme/fleet/issues/1/reactions"),
    "pull_requests": ("POST", "/repos/acme/fleet/pulls"),
    "checks": ("POST", "/repos/acme/fleet/check-runs"),
    "statuses": ("GET", "/repos/acme/fleet/commits/abc/status"),
    "deployments": ("POST", "/repos/acme/fleet/deployments"),
}


def manifest() -> dict[str, Any]:
    """app.yml."""
    found = yaml.safe_load((ROOT / "app.yml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def fly() -> dict[str, Any]:
    """fly.toml."""
    return tomllib.loads((ROOT / "fly.toml").read_text("utf-8"))


def dockerfile() -> DockerfileParser:
    """The Dockerfile, as a parser that nobody here wrote reads it."""
    return DockerfileParser(fileobj=BytesIO((ROOT / "Dockerfile").read_bytes()))


def stages() -> list[list[tuple[str, str]]]:
    """Instructions with their values, stage by stage."""
    found: list[list[tuple[str, str]]] = []
    for row in dockerfile().structure:
        if row["instruction"] == "FROM":
            found.append([])
        if found and row["instruction"] != "COMMENT":
            found[-1].append((row["instruction"], row["value"]))
    return found


def of_image(instruction: str) -> list[str]:
    """The values of an instruction in the last stage."""
    return [value for name, value in stages()[-1] if name == instruction]


def image_environ() -> dict[str, str]:
    """What ENV of the last stage sets."""
    return dict(pair.split("=", 1) for value in of_image("ENV") for pair in value.split())


def page() -> str:
    """docs/deploy.md."""
    return (ROOT / "docs/deploy.md").read_text("utf-8")


def test_the_manifest_asks_for_what_the_stand_in_grants() -> None:
    """Permissions and events of app.yml are those every scenario here runs with."""
    assert manifest()["default_permissions"] == PERMISSIONS
    assert sorted(manifest()["default_events"]) == sorted(EVENTS)


def test_every_event_asked_for_is_read() -> None:
    """GitHub sends nothing that is thrown away, and everything that can be read."""
    assert set(manifest()["default_events"]) == set(_READERS)


def test_the_manifest_has_only_keys_github_knows() -> None:
    """A key that GitHub does not know would be dropped without a word."""
    known = """name url hook_attributes redirect_url callback_urls setup_url description public
    default_events default_permissions request_oauth_on_install setup_on_update"""
    assert set(manifest()) <= set(known.split())
    assert manifest()["public"] is False
    assert manifest()["hook_attributes"]["url"].endswith("/webhook")


@pytest.mark.parametrize("name", PERMISSIONS)
def test_no_permission_is_more_than_is_needed(name: str) -> None:
    """With one level less, an endpoint that the adapter uses is closed.

    Where GitHub takes one of two permissions, the other is good for pull requests alone.
    """
    routes.load()
    entry = find(*NEEDED[name])
    assert entry is not None
    needs = (entry[0].app or "metadata:read").split("|")
    (need,) = [one for one in needs if one.startswith(name)]
    less = {**PERMISSIONS, name: "read" if PERMISSIONS[name] == "write" else "none"}
    assert Caller(permissions=PERMISSIONS).may(need)
    assert not Caller(permissions=less).may(need)


def test_each_permission_says_why() -> None:
    """In app.yml a comment stands before every permission."""
    lines = (ROOT / "app.yml").read_text("utf-8").splitlines()
    for name, level in PERMISSIONS.items():
        assert lines[lines.index(f"  {name}: {level}") - 1].lstrip().startswith("#")


def test_the_image_is_pinned_and_built_in_stages() -> None:
    """Both stages are of python:3.11-slim, and the last holds only what was installed."""
    assert [stage[0][1].split(" AS ")[0].split(" as ")[0] for stage in stages()] == [
        "python:3.11-slim",
        "python:3.11-slim",
    ]
    assert of_image("COPY") == ["--from=build /opt/cfgbot /opt/cfgbot"]
    ran = " ".join(of_image("RUN"))
    assert re.search(r"--no-install-recommends ca-certificates git &&", re.sub(r"\s+", " ", ran))
    assert not re.search(r"gcc|build-essential|curl|pip install", ran)


def test_dependencies_are_those_of_the_lock() -> None:
    """The image installs with constraints.txt, like everybody."""
    ran = [value for name, value in stages()[0] if name == "RUN"]
    assert any("-c constraints.txt ." in value for value in ran)


def test_the_image_does_not_run_as_root() -> None:
    """A numeric user comes after the last RUN, and /data is its own."""
    names = [name for name, _ in stages()[-1]]
    user = of_image("USER")[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert len(names) - names[::-1].index("RUN") - 1 < names.index("USER")
    assert f"useradd --uid {user.split(':')[0]}" in of_image("RUN")[0]


def test_the_image_starts_a_server_that_can_be_reached() -> None:
    """What ENV sets are settings, and with the secrets they make the server listen."""
    ours = {name: value for name, value in image_environ().items() if name.startswith("CFG_")}
    assert set(ours) <= _KNOWN
    assert not any(SECRET.search(name) for name in ours)
    settings = read_server_settings({**ours, **secrets()})
    assert (settings.host, settings.port) == ("0.0.0.0", int(of_image("EXPOSE")[0]))
    assert json.loads(of_image("VOLUME")[0]) == [str(settings.data)]
    assert image_environ()["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"


def test_the_command_of_the_image_exists() -> None:
    """CMD is a command of ``cfg``, without a shell between it and the signals."""
    program, command = json.loads(of_image("CMD")[0])
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert program in scripts
    assert command in cli.commands
    assert of_image("STOPSIGNAL") == ["SIGTERM"]


def test_the_label_names_the_version() -> None:
    """The image calls itself what the package is called."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    labels = dockerfile().labels
    assert labels["org.opencontainers.image.version"] == project["version"]
    assert labels["org.opencontainers.image.title"] == project["name"]
    assert labels["org.opencontainers.image.licenses"] == project["license"]


def secrets() -> dict[str, str]:
    """What nobody can be without."""
    return {
        "CFG_GITHUB_APP_ID": "1",
        "CFG_GITHUB_PRIVATE_KEY": make_keys().private,
        "CFG_GITHUB_WEBHOOK_SECRET": "a-secret-of-some-length",
    }


@pytest.fixture
def answering() -> Iterator[dict[str, Any]]:
    """A server whose /healthz answers ``status``; its port."""
    state: dict[str, Any] = {"status": 200}

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("", state["status"])

    with Loopback(Starlette(routes=[Route("/healthz", healthz)])) as server:
        state["port"] = str(urlsplit(server.url).port)
        yield state


def check_health(port: str) -> int:
    """The exit code of HEALTHCHECK's command, in an environment with a proxy that is not there."""
    options, command = of_image("HEALTHCHECK")[0].split("CMD", 1)
    assert "--start-period=" in options
    program, *arguments = json.loads(command)
    assert program == "python"
    nowhere = f"http://127.0.0.1:{footprint.free_port()}"
    environ = {"PATH": os.environ["PATH"], "CFG_PORT": port, "http_proxy": nowhere}
    return subprocess.run(
        [sys.executable, *arguments], env=environ, capture_output=True, check=False
    ).returncode


def test_the_health_check_works(answering: dict[str, Any]) -> None:
    """Zero where the server answers well; not zero where it does not, or not at all."""
    assert check_health(answering["port"]) == 0
    answering["status"] = 503
    assert check_health(answering["port"]) != 0
    assert check_health(str(footprint.free_port())) != 0


def test_fly_and_image_agree() -> None:
    """Port, volume and settings of fly.toml are those of the image."""
    found, environ = fly(), image_environ()
    assert found["build"]["dockerfile"] == "Dockerfile"
    assert str(found["http_service"]["internal_port"]) == environ["CFG_PORT"]
    assert found["mounts"]["destination"] == environ["CFG_DATA"]
    assert set(found["env"]) <= _KNOWN
    assert not any(SECRET.search(name) for name in found["env"])
    together = {**environ, **found["env"], **secrets()}
    assert read_server_settings(together).public_url == found["env"]["CFG_PUBLIC_URL"]


def test_fly_keeps_one_small_machine_running() -> None:
    """The bot waits and sweeps by itself, so it is never stopped; one volume, so one machine."""
    found = fly()
    service = found["http_service"]
    assert (service["auto_stop_machines"], service["min_machines_running"]) == ("off", 1)
    assert service["force_https"] is True
    assert found["vm"] == [{"size": "shared-cpu-1x", "memory": "512mb"}]
    assert found["deploy"]["strategy"] in {"rolling", "immediate"}
    assert found["primary_region"] == "nrt"


def test_fly_ends_it_as_it_wants_to_be_ended() -> None:
    """SIGTERM, and longer than the server gives its requests (10 s) and its sweep (30 s)."""
    assert fly()["kill_signal"] == "SIGTERM"
    assert 40 < fly()["kill_timeout"] <= 300


class _Nobody:
    """Behind the web layer, where only its routes matter."""

    def take(self, *_: object) -> int:
        """Nothing."""
        return 0

    def ready(self) -> str | None:
        """Ready."""
        return None

    def unfinished(self) -> int:
        """Nothing."""
        return 0

    def page(self, *_: object) -> str | None:
        """Nothing."""
        return None


def test_what_is_asked_for_exists() -> None:
    """Paths of checks, metrics and webhook are routes of the application."""
    app = build_app(_Nobody(), ["secret"], Telemetry(), nullcontext)
    paths = {route.path for route in app.routes if hasattr(route, "path")}
    checks = {check["path"] for check in fly()["http_service"]["checks"]}
    assert checks == {"/healthz", "/readyz"}
    webhook = urlsplit(manifest()["hook_attributes"]["url"]).path
    assert {*checks, fly()["metrics"]["path"], webhook} <= paths
    assert fly()["metrics"]["port"] == fly()["http_service"]["internal_port"]


def test_one_name_stands_everywhere() -> None:
    """The app's name on fly.io, its public URL and the webhook's belong together."""
    public = f"https://{fly()['app']}.fly.dev"
    assert fly()["env"]["CFG_PUBLIC_URL"] == public
    assert manifest()["hook_attributes"]["url"] == f"{public}/webhook"
    assert manifest()["url"] == public


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out, as Docker reads it: the last pattern that fits it or
    a folder above it (https://docs.docker.com/build/concepts/context/#dockerignore-files)."""  # noqa: D205, D209
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    out = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = re.escape(line.removeprefix("!"))
            pattern = pattern.replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
            if any(re.fullmatch(pattern, one) for one in above):
                out = not line.startswith("!")
    return out


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".env", "key.pem", "bot/key.pem", "bot/__pycache__/cli.pyc"),
        *("cfgbot-data/cfgbot.db", "tests/world.py", "fly.toml", ".venv/bin/cfg"),
    ],
)
def test_nothing_private_gets_into_the_build(path: str) -> None:
    """No key, no history and no data of ours is sent to a builder."""
    assert ignored(path)


def build_context(into: Path) -> set[str]:
    """Lay out what COPY brings from the context; the paths of all files."""
    found = set()
    for source in ("bot", "examples/fleet", "pyproject.toml", "README.md", "LICENSE"):
        assert any(source in value.split() for name, value in stages()[0] if name == "COPY")
        origin = ROOT / source
        for path in [origin] if origin.is_file() else sorted(origin.rglob("*")):
            relative = path.relative_to(ROOT).as_posix()
            if path.is_file() and not ignored(relative):
                (into / relative).parent.mkdir(parents=True, exist_ok=True)
                (into / relative).write_bytes(path.read_bytes())
                (into / relative).chmod(path.stat().st_mode)
                found.add(relative)
    return found


def pip(*arguments: str) -> None:
    """Run pip; what it says where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_built_is_whole(tmp_path: Path) -> None:
    """From the build context alone comes a package with every file, and its demo runs."""
    sources = build_context(tmp_path / "context")
    pip("wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(tmp_path / "context"))
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    fleet = {f"bot/{path}" for path in sources if path.startswith("examples/")}
    assert {path for path in sources if path.startswith("bot/")} | fleet <= names
    assert "bot/examples/fleet/.cfgbot.yml" in names
    assert any(re.fullmatch(r"bot/prompts/.+\.j2", name) for name in names)
    assert any(re.fullmatch(r"bot/sandbox/pages/static/.+\.js", name) for name in names)
    pip("install", "--no-deps", "--quiet", "--target", str(tmp_path / "site"), str(wheel))
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site"), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot.cli", "demo", "--into", str(tmp_path / "fleet")],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_link_that_registers_the_app_is_the_manifest() -> None:
    """The page's link fills in GitHub's form with exactly what app.yml says."""
    (link,) = re.findall(r"https://github\.com/settings/apps/new\?[^\s)>]+", page())
    found, said = parse_qsl(urlsplit(link).query), manifest()
    events = [value for name, value in found if name == "events[]"]
    rest = {name: value for name, value in found if name != "events[]"}
    assert events == said["default_events"]
    assert rest == {
        "name": said["name"],
        "description": said["description"],
        "url": said["url"],
        "webhook_url": said["hook_attributes"]["url"],
        "webhook_active": "true",
        "public": "false",
        **said["default_permissions"],
    }


def test_the_page_names_what_there_is() -> None:
    """Settings, metrics, routes and the volume of docs/deploy.md exist."""
    text = page()
    assert set(re.findall(r"\bCFG_[A-Z_]+[A-Z]", text)) <= _KNOWN | {"CFG_RUN"}
    metrics = Telemetry().text().decode()
    for name in set(re.findall(r"\bcfgbot_(?!data)[a-z_]+", text)):
        assert f"# HELP {name} " in metrics, name
    assert fly()["mounts"]["source"] in text
    scrapes = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    (scrape,) = [one for one in scrapes if "scrape_configs" in one]
    assert scrape["scrape_configs"][0].get("metrics_path", "/metrics") == fly()["metrics"]["path"]


@pytest.mark.parametrize("name", ["docs/deploy.md", "docs/settings.md"])
def test_policies_that_are_shown_are_valid(name: str) -> None:
    """Every ``.cfgbot.yml`` of the docs can be copied as it stands."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    policies = [block for block in blocks if "scrape_configs" not in block]
    assert policies
    for block in policies:
        assert parse_policy(".cfgbot.yml", block.encode()).environments


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_idle_server_is_small() -> None:
    """Below 200 MB at idle, ready soon, and gone when it is told to go."""
    found = footprint.measure(2.0)
    assert found.held, found
