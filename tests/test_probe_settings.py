"""Settings of probes and notices: what is taken, what is refused, what is never shown."""

from __future__ import annotations

import pytest

from bot.adapters.http_probe import HttpProbe
from bot.adapters.prometheus_probe import PrometheusProbe
from bot.ports import Bad
from bot.serving import open_probes
from bot.settings import SettingsError
from tests.test_server_settings import read

TOKEN, SECRET = "t0ken-of-prometheus", "s3cret-that-jenkins-has"


def test_nothing_is_asked_by_default_but_over_http() -> None:
    """Without a Prometheus there are no metrics; HTTP needs no setting."""
    settings = read()
    assert (settings.prometheus, settings.notify_secret, settings.probe_hosts) == (None, None, None)
    probes = open_probes(settings)
    assert probes.metrics is None
    assert isinstance(probes.http, HttpProbe)


def test_what_is_set_reaches_the_probes() -> None:
    """Address, token, age, time and hosts."""
    settings = read(
        CFG_PROMETHEUS_URL="https://prometheus.example.com/prom/",
        CFG_PROMETHEUS_TOKEN=TOKEN,
        CFG_PROMETHEUS_MAX_AGE="90",
        CFG_PROBE_TIMEOUT="3",
        CFG_PROBE_HOSTS="api.example.com, 10.0.0.0/8",
        CFG_JENKINS_NOTIFY_SECRET=SECRET,
    )
    found = settings.prometheus
    assert found is not None
    assert (found.url, found.token) == ("https://prometheus.example.com/prom", TOKEN)
    assert (found.max_age, settings.probe_timeout) == (90.0, 3.0)
    assert settings.probe_hosts == ("api.example.com", "10.0.0.0/8")
    assert settings.notify_secret == SECRET
    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings)
    probes = open_probes(settings)
    assert isinstance(probes.metrics, PrometheusProbe)
    assert probes.http is not None
    forbidden = probes.http.ask("http://192.0.2.1/")
    assert isinstance(forbidden, Bad)
    assert forbidden.code == "probe-forbidden"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CFG_JENKINS_NOTIFY_SECRET", "sh0rt", "setting-unusable"),
        ("CFG_PROMETHEUS_URL", "prometheus:9090", "setting-invalid"),
        ("CFG_PROMETHEUS_URL", "https://me:pass-word@prometheus", "setting-unusable"),
        ("CFG_PROMETHEUS_MAX_AGE", "0", "setting-invalid"),
        ("CFG_PROBE_TIMEOUT", "soon", "setting-invalid"),
        ("CFG_PROBE_HOSTS", "10.0.0.0/40", "setting-invalid"),
        ("CFG_PROBE_HOSTS", "a,,b", "setting-invalid"),
        ("CFG_PROBE_HOSTS", "http://a/", "setting-invalid"),
    ],
)
def test_what_cannot_be_used_is_said(name: str, value: str, code: str) -> None:
    """Before the server starts, without showing a credential."""
    with pytest.raises(SettingsError) as caught:
        read(**{name: value})
    assert (caught.value.code, caught.value.facts["name"]) == (code, name)
    assert "sh0rt" not in str(caught.value.facts)
    assert "pass-word" not in str(caught.value.facts)


def test_a_token_that_no_header_could_carry_is_refused() -> None:
    """A line end in it would end the header."""
    with pytest.raises(SettingsError) as caught:
        read(CFG_PROMETHEUS_URL="https://p.example.com", CFG_PROMETHEUS_TOKEN="a\nb")
    assert caught.value.code == "setting-unusable"
