"""A model endpoint on loopback that only writes down what it is asked, to size the prompts."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# It always asks back, so that one prompt is all a request costs.
_ANSWER = json.dumps({"operations": [], "question": "which one?"})


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """The base URL of an OpenAI-compatible endpoint, and the prompts it has been sent so far."""
    heard: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(heard))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(heard: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append("\n".join(str(message["content"]) for message in asked["messages"]))
            body = json.dumps(_completion(asked["model"])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

    return Handler


def _completion(model: str) -> dict[str, object]:
    message = {"role": "assistant", "content": _ANSWER}
    return {
        "id": "bench",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
