"""``cfg serve``: settings in, a running server until it is told to stop.

Decides nothing but the order: settings that cannot be used are said before anything is opened.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from bot.core.outcome import Trouble
from bot.core.report.sentences import say_trouble
from bot.core.request import Language
from bot.server_settings import ServerSettings, read_server_settings
from bot.serving import open_app
from bot.settings import Settings, SettingsError, read_settings
from bot.telemetry import Telemetry, log_to_stderr


def serve(environ: Mapping[str, str], language: Language) -> int:
    """Serve until SIGTERM or SIGINT, by which the process then ends; 2 for settings that cannot be used."""
    try:
        settings, models = read_server_settings(environ), read_settings(environ)
        log_to_stderr(settings.log_level)
        listener = _listen(settings)
        app = _open(settings, models)
    except SettingsError as error:
        trouble = Trouble(error.code, tuple(sorted(error.facts.items())))
        sys.stderr.write(say_trouble(trouble, language) + "\n")
        return 2
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listen(settings: ServerSettings) -> socket.socket:
    """The address is taken before anything else is opened."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        where, why = f"{settings.host}:{settings.port}", error.strerror or str(error)
        raise SettingsError("cannot-listen", where=where, detail=why) from None
    return listener


def _open(settings: ServerSettings, models: Settings) -> FastAPI:
    try:
        return open_app(settings, models, Telemetry())
    except SQLAlchemyError as error:
        why = type(getattr(error, "orig", None) or error).__name__  # its text may hold the password
        raise SettingsError("cannot-open", name="CFG_DATABASE_URL", detail=why) from None
    except OSError as error:
        raise SettingsError("cannot-open", name="CFG_DATA", detail=error.strerror or "") from None
