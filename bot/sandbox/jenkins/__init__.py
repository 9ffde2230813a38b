"""A stand-in for Jenkins: jobs, queue, executors, logs and the remote API, in one process.

Decides nothing a real Jenkins would not; it must never listen by itself (serve ``Jenkins.app``) and
its tokens are worth nothing elsewhere. Behaviour follows the Jenkins core's public source and its
"Remote Access API" handbook page, as of 2.5xx.
"""

from __future__ import annotations

from bot.sandbox.jenkins.faults import Dropped, Faults
from bot.sandbox.jenkins.models import Build, Request
from bot.sandbox.jenkins.running import Aborted, BuildContext
from bot.sandbox.jenkins.server import Jenkins

__all__ = ["Aborted", "Build", "BuildContext", "Dropped", "Faults", "Jenkins", "Request"]
