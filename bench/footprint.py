"""How much memory an idle ``cfg serve`` has, and how long it takes to start and to stop.

``python -m bench.footprint [--seconds N] [--json]``: the server as a process of its own with a
throw-away key, SQLite in a temporary folder and a GitHub that nobody is (a closed port on
loopback), so that only our own weight is measured. Exits 1 where the promise is missed. Linux only:
memory is read from /proc (https://docs.kernel.org/filesystems/proc.html). Then once more with the
stand-ins of GitHub and Jenkins (in this process) and one change of the sample fleet, without models.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench import straight_path
from bot.demo import fleet_files
from bot.sandbox.person import Person
from bot.sandbox.play import fleet_modes
from bot.sandbox.stage import PERSON, REPO, open_stage

PROMISE = 200.0  # megabytes at idle, so that 512 MB leave room for a judgement
IDLE = 5.0
PATIENCE = 60.0
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Footprint:
    """Megabytes (10^6 bytes) resident at idle and at most so far; seconds; how the process ended."""

    idle_megabytes: float
    peak_megabytes: float
    threads: int
    seconds_to_ready: float
    seconds_to_stop: float
    exit_code: int

    @property
    def held(self) -> bool:
        """True where the promise is kept and the server went when it was told to."""
        return self.idle_megabytes < PROMISE and self.exit_code in {0, -signal.SIGTERM}


def measure(seconds: float = IDLE) -> Footprint:
    """Start the server, leave it alone for so many seconds, stop it.

    Raises SystemExit where it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="cfgbot-footprint-") as folder:
        port = free_port()
        begun = time.perf_counter()
        with serving(environ(Path(folder), port)) as process:
            _wait(process, port)
            ready = time.perf_counter() - begun
            time.sleep(seconds)
            status = _status(process.pid)
            stopping = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            code = process.wait(PATIENCE)
            stopped = time.perf_counter() - stopping
    return Footprint(
        idle_megabytes=_megabytes(status["VmRSS"]),
        peak_megabytes=_megabytes(status["VmHWM"]),
        threads=int(status["Threads"]),
        seconds_to_ready=round(ready, 2),
        seconds_to_stop=round(stopped, 2),
        exit_code=code,
    )


def peak_of_a_change() -> float:
    """Megabytes that a server had at most which carried out one change of the sample fleet.

    Children (git) are not counted. Raises SystemExit where the change does not come through.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cfgbot-change-")))
        stage = stack.enter_context(
            open_stage(folder, fleet_files(), modes=fleet_modes(), jenkins_seconds=0.05)
        )
        port = free_port()
        stage.tell(f"http://{_HOST}:{port}")
        process = stack.enter_context(serving(environ(folder, port) | stage.environ))
        _wait(process, port)
        person = stack.enter_context(Person(stage.github.url, REPO, PERSON, stage.tokens[PERSON]))
        straight_path.measure(stage, person, straight_path.requests_of(1)[0])
        return _megabytes(_status(process.pid)["VmHWM"])


def environ(folder: Path, port: int) -> dict[str, str]:
    """What the server is started with: nothing of ours but what it cannot do without."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CFG_")}
    return ours | {
        "CFG_GITHUB_APP_ID": "1",
        "CFG_GITHUB_PRIVATE_KEY": _key(),
        "CFG_GITHUB_WEBHOOK_SECRET": os.urandom(20).hex(),
        "CFG_GITHUB_URL": f"http://{_HOST}:{free_port()}",
        "CFG_DATA": str(folder / "data"),
        "CFG_HOST": _HOST,
        "CFG_PORT": str(port),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "MALLOC_ARENA_MAX": "2",  # as in the image
    }


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """``cfg serve`` as a process, gone at the end whatever happens."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve"],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind((_HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.perf_counter() + PATIENCE
    while not _ready(port):
        if process.poll() is not None:
            raise SystemExit(f"cfg serve ended with {process.returncode}")
        if time.perf_counter() > end:
            raise SystemExit("cfg serve does not come up")
        time.sleep(0.02)


def _ready(port: int) -> bool:
    connection = HTTPConnection(_HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def _megabytes(size: str) -> float:
    """``  130464 kB`` of /proc, which counts in 1,024 bytes."""
    return round(int(size.removesuffix("kB")) * 1024 / 1e6, 1)


def main() -> int:
    """Print what was measured; the exit code says whether the promise is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=IDLE)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found, change = measure(chosen.seconds), peak_of_a_change()
    if chosen.json:
        more = {"held": found.held, "change_peak_megabytes": change}
        print(json.dumps(asdict(found) | more, indent=1))
    else:
        print(f"idle    {found.idle_megabytes:6.1f} MB  (promised: < {PROMISE:.0f} MB)")
        print(f"at most {found.peak_megabytes:6.1f} MB, {found.threads} threads")
        print(f"after a change of the sample fleet at most {change} MB")
        print(f"ready after {found.seconds_to_ready} s, stopped in {found.seconds_to_stop} s")
    return 0 if found.held else 1


if __name__ == "__main__":
    sys.exit(main())
