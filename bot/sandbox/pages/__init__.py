"""The browser pages of ``cfg sandbox``: a person's way into the GitHub and Jenkins stand-ins.

Decides nothing about changes. The pages hold toy tokens and must only ever be served on loopback.
"""

from bot.sandbox.pages.routes import pages

__all__ = ["pages"]
