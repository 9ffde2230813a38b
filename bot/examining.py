"""The arguments of ``cfg doctor`` and the environment → a diagnosis.

Decides what is examined. The token comes from the environment only: a command line can be read by
everybody on the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.doctor import Diagnosis, Patient, diagnose
from bot.server_settings import read_jenkins
from bot.settings import SettingsError, refuse_unknown


def examine(
    environ: Mapping[str, str],
    url: str | None,
    job: str,
    parameters: Sequence[str],
    wait: float,
    *,
    trial: bool,
) -> Diagnosis:
    """Look at ``job`` of the Jenkins at ``url`` (None: the one of the settings).

    Raises SettingsError: setting-missing, setting-invalid, setting-unusable, setting-unknown.
    """
    refuse_unknown(environ)
    found = read_jenkins({**environ, "CFG_JENKINS_URL": url} if url else environ)
    if found is None:
        raise SettingsError("setting-missing", name="CFG_JENKINS_URL")
    if not wait >= 0:
        raise SettingsError("setting-invalid", name="--wait", value=str(wait))
    given = _parameters(parameters)
    return diagnose(Patient(found.url, found.user, found.token, job, given, wait=wait), trial=trial)


def _parameters(pairs: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name.strip() or not equals or name in {*given, "CFG_RUN"}:
            raise SettingsError("setting-invalid", name="--param", value=pair)
        given[name] = value
    return given
