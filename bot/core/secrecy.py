"""Which characters of a config value are a secret.

Decides from the key's name and the value's own form: names that mean a secret, credentials inside
URLs and command lines, PEM blocks, and the token forms that detect-secrets knows. Never asks a
network (only the plugins' patterns are used, never their ``verify``), and never takes a reference
to a secret (``${DB_PASSWORD}``, a path, ``{cipher}…``) for the secret itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module

from bot.core.leaf import KeyPath
from bot.core.literals import literals

Span = tuple[int, int]

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[가-힣]+")
_NOUNS = frozenset(
    "password passwd pwd passphrase passcode secret token credential psk apikey accesskey privatekey secretkey "
    "authkey authtoken accesstoken requirepass masterauth passwords passwds secrets tokens credentials apikeys "
    "비밀번호 암호 패스워드 토큰 시크릿".split()
)
_KEY_OF = frozenset(
    "api access private secret encryption decryption signing signature master shared account deploy license "
    "crypto hmac jwt session auth ssh cookie webhook".split()
)
# "proxy_pass" is a directive and "max_tokens" a count, whatever their last word says.
_PASS_OF = frozenset("proxy fastcgi uwsgi scgi grpc memcached band low high by".split())
_COUNTED = frozenset(
    "max min num number server total prompt completion output input bucket count limit".split()
)
# Words that may follow the noun and leave the value a secret.
_TAILS = frozenset(
    "value base hash current old new previous next primary secondary plain plaintext text base64 encoded raw "
    "prod production dev development staging test live".split()
)
_HOLDERS = frozenset("secrets credentials vault creds".split())
_ORDINARY = frozenset(
    "name file path id url uri host port user username email type engine version provider driver environment "
    "env region arn ref enabled length ttl mode".split()
)
_ENTROPIC = frozenset("key salt auth sig signature seed hmac".split())

_WORDS_OF_NO_SECRET = frozenset(
    "true false yes no on off null none nil enabled disabled default auto optional required redacted todo".split()
)
_REFERENCES = re.compile(
    r"""\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%\([^()]*\)s|%[A-Z_]+%|\{\{.*\}\}|<[^<>]*>|ENC[(\[].*[)\]]
      |\{cipher\}.*|(?:vault|op|ssm|awssm|gcpsm|secretsmanager|sm|file|env|ref):.*|arn:aws[\w-]*:(?:secretsmanager|ssm|kms):.*
      |[A-Za-z_][\w.]*\([^()]*\)|[*xX•.]{3,}|…""",
    re.VERBOSE | re.DOTALL,
)
_DEFAULTED = re.compile(r"\$\{[^{}:]*:-?(?P<inner>[^{}]+)\}")
_DURATION = re.compile(
    r"(?i)\d+(?:\.\d+)?\s*(?:ns|us|ms|s|sec|secs|m|min|mins|h|d|w|seconds?|minutes?|hours?|days?|weeks?|k|kb|mb|gb)|P(?=[T\d])(?:\d+[DWMY])*(?:T(?:\d+[HMS])+)?"
)
_FILE = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\](?:[\w@.-]{1,19}|[a-z@._-]+))+[/\\]?")
_LITERAL_KINDS = frozenset({"address", "network", "hostname", "version", "duration", "size", "url"})

_INNER = r"(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|access[_-]?token|client[_-]?secret|signature|sig|requirepass|masterauth)"
_FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?P<s>.*?)(?:-----END [A-Z0-9 ]*-----|\Z)",
        re.DOTALL,
    ),
    re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@\"']*:(?P<s>[^\s/\"']+)@"),
    re.compile(rf"(?i)(?:[?&;,]|(?<![\w>])){_INNER}=(?P<s>[^\s&;,\"']+)"),
    re.compile(rf"(?i)(?<!\S)--?{_INNER}[ =](?P<s>[^\s\"']+)"),
    re.compile(
        rf"(?im)^[^\S\n]*{_INNER}[ \t]+[\"']?(?P<s>(?=[^\s\"']*\d)[^\s\"';]+)[\"']?[ \t]*;?$"
    ),
    re.compile(r"(?i)\bbearer\s+(?P<s>[A-Za-z0-9._~+/=-]{8,})"),
    re.compile(r"(?i)authorization\W+basic\s+(?P<s>[A-Za-z0-9+/=]{8,})"),
    re.compile(
        r"(?<![\w-])(?P<s>sk-[A-Za-z0-9_-]{20,}|github_pat_\w{22,}|AIza[\w-]{35}|hv[sb]\.[\w-]{20,})"
    ),
)
_ASSIGNED = re.compile(
    r"\A\s*(?:export\s+|-\s+)?(?P<name>[A-Za-z_][\w.-]*)=(?P<value>.*)\Z", re.DOTALL
)
_PLUGINS = (
    "aws.AWSKeyDetector",
    "azure_storage_key.AzureStorageKeyDetector",
    "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector",
    "gitlab_token.GitLabTokenDetector",
    "jwt.JwtTokenDetector",
    "mailchimp.MailchimpDetector",
    "npm.NpmDetector",
    "openai.OpenAIDetector",
    "pypi_token.PypiTokenDetector",
    "sendgrid.SendGridDetector",
    "slack.SlackDetector",
    "square_oauth.SquareOAuthDetector",
    "stripe.StripeDetector",
    "telegram_token.TelegramBotTokenDetector",
    "twilio.TwilioKeyDetector",
)
_SHORTEST_TOKEN = 20
_ENTROPY_BITS = 3.0
_SHORTEST_ENTROPIC = 16


def is_secret(key: KeyPath, value: str) -> bool:
    """True where ``value``, standing at ``key``, is or holds a secret in the clear."""
    return bool(secret_spans(key, value))


def secret_spans(key: KeyPath, value: str) -> tuple[Span, ...]:
    """Where ``value`` holds secrets: (start, end) in characters, in order, none overlapping."""
    names = [step for step in key if isinstance(step, str)]
    if value and names and names_secret(names[-1]):
        return _whole(value)
    assigned = _ASSIGNED.match(value)
    if assigned and names_secret(assigned["name"]):
        start = assigned.start("value")
        return tuple((start + low, start + high) for low, high in _whole(assigned["value"]))
    if value and _looks_secret_for(names, value):
        return ((0, len(value)),)
    return form_spans(value)


@lru_cache(maxsize=65_536)
def names_secret(name: str) -> bool:
    """True where a key of this name holds a secret: ``dbPassword``, not ``password_min_length``."""
    words = [part.lower() for part in _PARTS.findall(name)]
    while len(words) > 1 and (words[-1] in _TAILS or words[-1].isdigit()):
        words.pop()
    if not words:
        return False
    *before, last = words
    previous = before[-1] if before else ""
    if last in _NOUNS:
        return not (last in {"token", "tokens"} and previous in _COUNTED)
    if last == "pass":
        return previous not in _PASS_OF
    return last in {"key", "keys"} and previous in _KEY_OF


def is_reference(value: str) -> bool:
    """True for text that stands for a value kept elsewhere, or for no value at all."""
    text = value.strip().strip("\"'")
    if not text or text.lower() in _WORDS_OF_NO_SECRET or (text.isdigit() and len(text) <= 2):
        return True
    return bool(_REFERENCES.fullmatch(text) or _DURATION.fullmatch(text) or _FILE.fullmatch(text))


def _whole(value: str) -> tuple[Span, ...]:
    """All of a value at a secret's name, or the part of it that is no reference."""
    defaulted = _DEFAULTED.fullmatch(value.strip())
    if defaulted and not is_reference(defaulted["inner"]):
        start = value.index(defaulted["inner"], value.index(":"))
        return ((start, start + len(defaulted["inner"])),)
    if is_reference(value):
        return ()
    inside = form_spans(value)
    return inside if inside and "://" in value else ((0, len(value)),)


def _looks_secret_for(names: list[str], value: str) -> bool:
    """Random-looking text at a ``key`` or ``salt``, or below ``secrets`` or ``credentials``."""
    if (
        len(value) < _SHORTEST_ENTROPIC // 2
        or re.search(r"\s", value)
        or is_reference(value)
        or not names
    ):
        return False
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) or _is_literal(value):
        return False
    words = [part.lower() for part in _PARTS.findall(names[-1])] or [""]
    if any(outer.lower() in _HOLDERS for outer in names[-3:-1]) and words[-1] not in _ORDINARY:
        return True
    return (
        words[-1] in _ENTROPIC
        and len(value) >= _SHORTEST_ENTROPIC
        and _entropy(value) >= _ENTROPY_BITS
    )


def _is_literal(value: str) -> bool:
    return any(
        found.text == value and found.kind.value in _LITERAL_KINDS for found in literals(value)
    )


def _entropy(value: str) -> float:
    """Shannon entropy in bits a character, as detect-secrets counts it."""
    module = import_module("detect_secrets.plugins.high_entropy_strings")
    plugin = module.Base64HighEntropyString()
    return float(plugin.calculate_shannon_entropy(value))


def form_spans(text: str) -> tuple[Span, ...]:
    """Secrets that show by their own form, wherever they stand."""
    return _merged(_found(text))


def _found(text: str) -> Iterator[Span]:
    for pattern in _FORMS:
        for match in pattern.finditer(text):
            if not is_reference(match["s"]):
                yield match.span("s")
    if len(text) >= _SHORTEST_TOKEN:
        for pattern in _token_patterns():
            yield from (match.span() for match in pattern.finditer(text))


@cache
def _token_patterns() -> tuple[re.Pattern[str], ...]:
    """The plugins' own patterns; their ``findall`` would give parts of a match only."""
    found: list[re.Pattern[str]] = []
    for name in _PLUGINS:
        module, plugin = name.split(".")
        found.extend(getattr(import_module(f"detect_secrets.plugins.{module}"), plugin).denylist)
    return tuple(found)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return tuple(merged)
