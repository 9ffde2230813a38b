"""Pages for people: jobs and builds, a build, its console.

Decides what is shown; every text that came from outside is escaped. The pages must never need a
script: they renew themselves every two seconds while something runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from bot.sandbox.jenkins.beans import Beans
from bot.sandbox.jenkins.calls import Answer
from bot.sandbox.jenkins.models import Item, Job, Run, newest

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
a { color: LinkText; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td { white-space: nowrap; }
td:last-child { white-space: normal; overflow-wrap: anywhere; width: 100%; }
@media (max-width: 40rem) {
  .builds th { display: none; }
  .builds td { display: inline-block; border: 0; padding-bottom: 0; }
  .builds tr { display: block; padding: .4rem 0;
    border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
}
pre { overflow-x: auto; padding: 1rem; border-radius: .4rem;
  background: color-mix(in srgb, currentColor 8%, transparent); }
.SUCCESS { color: light-dark(#12692f, #6fd08c); }
.FAILURE { color: light-dark(#b3261e, #ff9d94); }
.UNSTABLE { color: light-dark(#855300, #f0bd5e); }
.muted { opacity: .7; }
"""
# so many of the newest builds fit a page
_SHOWN = 20


def front_page(beans: Beans) -> Answer:
    """Every job with its newest builds, and the queue."""
    sections = [_job_section(beans, job) for job in beans.top.jobs()]
    busy = any(job.color.endswith("_anime") for job in beans.top.jobs())
    queue = _queue_section(beans, beans.queue.items())
    body = "".join([queue, *sections]) or "<p>There are no jobs.</p>"
    return _page("Jenkins (stand-in)", body, busy=busy or bool(queue))


def job_page(beans: Beans, job: Job) -> Answer:
    """One job."""
    waiting = [item for item in beans.queue.items() if item.job is job]
    body = _queue_section(beans, waiting) + _job_section(beans, job, newest(job.runs))
    busy = bool(waiting) or job.color.endswith("_anime")
    return _page(job.full_name, _home(beans) + body, busy=busy)


def run_page(beans: Beans, run: Run) -> Answer:
    """One build: its state, parameters and the way to its log."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in run.parameters.items()
    )
    place = _path(beans, beans.run_place(run))
    body = (
        f"{_home(beans)}<p>{_state(run)} <span class='muted'>{_when(run)}</span></p>"
        f"<p>{escape('; '.join(run.item.causes))}</p>"
        f"<table>{rows}</table><p><a href='{place}console'>Console output</a></p>"
    )
    return _page(f"{run.job.full_name} #{run.number}", body, busy=run.building)


def console_page(beans: Beans, run: Run) -> Answer:
    """The log of a build."""
    place = _path(beans, beans.run_place(run))
    text = escape(run.console.decode(errors="replace"))
    body = (
        f"{_home(beans)}<p>{_state(run)} · <a href='{place}'>#{run.number}</a> · "
        f"<a href='{place}consoleText'>as plain text</a></p><pre>{text}</pre>"
    )
    return _page(f"Console of {run.job.full_name} #{run.number}", body, busy=run.building)


def log_as_html(text: bytes, headers: Mapping[str, str]) -> Answer:
    """A piece of a log for a page that renews itself."""
    return Answer(body=escape(text.decode(errors="replace")).encode(), headers=headers)


def _job_section(beans: Beans, job: Job, runs: Iterable[Run] | None = None) -> str:
    shown = newest(job.runs, _SHOWN) if runs is None else runs
    rows = "".join(_run_row(beans, run) for run in shown)
    off = " <span class='muted'>(disabled)</span>" if job.disabled else ""
    title = f"<a href='{_path(beans, beans.place(job))}'>{escape(job.full_name)}</a>{off}"
    head = "<tr><th>Build</th><th>Result</th><th>Started</th><th>Parameters</th></tr>"
    table = (
        f"<table class='builds'>{head}{rows}</table>"
        if rows
        else "<p class='muted'>No builds yet.</p>"
    )
    return f"<h2>{title}</h2>{table}"


def _run_row(beans: Beans, run: Run) -> str:
    place = _path(beans, beans.run_place(run))
    given = "<br>".join(
        f"{escape(name)}={escape(value)}" for name, value in run.parameters.items() if value
    )
    return (
        f"<tr><td><a href='{place}'>#{run.number}</a></td>"
        f"<td><a href='{place}console'>{_state(run)}</a></td><td>{_when(run)}</td><td>{given}</td></tr>"
    )


def _queue_section(beans: Beans, items: Iterable[Item]) -> str:
    rows = "".join(
        f"<li>{escape(item.job.full_name)} "
        f"<span class='muted'>{escape(beans.queue.state(item))}</span></li>"
        for item in items
    )
    return f"<h2>Queue</h2><ul>{rows}</ul>" if rows else ""


def _state(run: Run) -> str:
    word = "running" if run.building else run.result or ""
    return f"<span class='{escape(word)}'>{escape(word)}</span>"


def _when(run: Run) -> str:
    started = datetime.fromtimestamp(run.started / 1000, UTC)
    lasted = "" if run.building else f", {run.duration / 1000:.1f} s"
    return f"{started:%Y-%m-%d %H:%M:%S} UTC{lasted}"


def _home(beans: Beans) -> str:
    return f"<p><a href='{_path(beans, beans.root)}'>All jobs</a></p>"


def _path(beans: Beans, url: str) -> str:
    # a page is also read through another name of this host: links keep to its path
    base = beans.root.split("/", 3)
    prefix = f"/{base[3]}" if len(base) > 3 else "/"
    return escape(prefix + quote(url.removeprefix(beans.root), safe="/%()"), quote=True)


def _page(title: str, body: str, *, busy: bool) -> Answer:
    renew = (
        "<meta http-equiv='refresh' content='2'>"
        if busy
        else ("<meta http-equiv='refresh' content='10'>")
    )
    page = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"{renew}<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )
    return Answer(
        body=page.encode(),
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )
