"""``cfg serve``: settings in, a running server until it is told to stop.

Decides nothing but the order: settings that cannot be used are said before anything is opened.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import uvicorn

from bot.core.outcome import Trouble
from bot.core.report.sentences import say_trouble
from bot.core.request import Language
from bot.server_settings import read_server_settings
from bot.serving import open_app
from bot.settings import SettingsError, read_settings
from bot.telemetry import Telemetry, log_to_stderr


def serve(environ: Mapping[str, str], language: Language) -> int:
    """Serve until SIGTERM or SIGINT, by which the process then ends; 2 for settings that cannot be used."""
    try:
        settings, models = read_server_settings(environ), read_settings(environ)
    except SettingsError as error:
        trouble = Trouble(error.code, tuple(sorted(error.facts.items())))
        sys.stderr.write(say_trouble(trouble, language) + "\n")
        return 2
    log_to_stderr(settings.log_level)
    app = open_app(settings, models, Telemetry())
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    return 0
