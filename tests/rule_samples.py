"""One small file a format, all saying much the same, for rules that must hold in each."""

from __future__ import annotations

MOVE = "move 192.0.2.7 to 192.0.2.77"

SAMPLES: dict[str, tuple[str, str]] = {
    "yaml": (
        "app.yml",
        """\
# settings
server:
  host: 192.0.2.7 # the config server
  url: "http://192.0.2.7:8888/x"
  timeout: 30s
allowed:
  - 192.0.2.7/32 # config
  - 198.51.100.9/32
flow: [192.0.2.7, 198.51.100.9]
text: |
  keep
    192.0.2.7
note: "가나다"
""",
    ),
    "json": (
        "app.json",
        """\
{
  "host": "192.0.2.7",
  "url": "http://192.0.2.7:8888/x",
  "retries": 3,
  "allowed": [
    "192.0.2.7/32",
    "198.51.100.9/32"
  ],
  "flow": ["198.51.100.9", "192.0.2.7"],
  "note": "가나다"
}
""",
    ),
    "toml": (
        "app.toml",
        """\
# settings
name = "가나다"
[server]
host = "192.0.2.7" # the config server
timeout = 30
allowed = [
  "192.0.2.7/32", # config
  "198.51.100.9/32",
]
flow = ["198.51.100.9", "192.0.2.7"]

[[rule]]
source = '192.0.2.7'
""",
    ),
    "env": (
        "app.env",
        """\
# settings
HOST=192.0.2.7
export URL="http://192.0.2.7:8888/x"
ALLOWED='198.51.100.9,192.0.2.7'
NAME=가나다
""",
    ),
    "properties": (
        "app.properties",
        """\
# settings
server.host=192.0.2.7
server.url = http://192.0.2.7:8888/x
allowed: 198.51.100.9,\\
    192.0.2.7
name=가나다
""",
    ),
    "ini": (
        "app.ini",
        """\
; settings
[server]
host = 192.0.2.7
url: http://192.0.2.7:8888/x

[client]
timeout = 30
name = 가나다
""",
    ),
    "nginx": (
        "nginx/app.conf",
        """\
# settings
upstream config {
    server 192.0.2.7:8888 max_fails=3; # config
    server 198.51.100.9:8888;
}
server {
    listen 443 ssl;
    location / {
        allow 192.0.2.7;
        deny all;
        proxy_pass http://config;
        proxy_read_timeout 30s;
    }
}
""",
    ),
    "lines": (
        "firewall.sh",
        """\
#!/bin/sh
# settings
iptables -P INPUT DROP
iptables -A INPUT -p tcp -s 192.0.2.7/32 --dport 22 -j ACCEPT
iptables -A INPUT -p tcp -s 198.51.100.9/32 --dport 22 -j ACCEPT

curl http://192.0.2.7:8888/가나다
""",
    ),
    "dockerfile": (
        "Dockerfile",
        """\
# settings
FROM registry.example.com/base:1.2.3
ENV CONFIG_URL=http://192.0.2.7:8888 \\
    NAME=가나다
EXPOSE 8080
""",
    ),
}


def sample(name: str) -> dict[str, str]:
    """The sample of one format as a tree."""
    path, text = SAMPLES[name]
    return {path: text}


def swapped(name: str, old: str, new: str) -> dict[str, str]:
    """The sample with the one ``old`` in it replaced."""
    path, text = SAMPLES[name]
    assert text.count(old) == 1, (name, old, text.count(old))
    return {path: text.replace(old, new)}
