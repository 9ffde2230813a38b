"""Point 5 of the gate: the new values are of the right kind, valid, and nobody's secret."""

from __future__ import annotations

import pytest

from bot.core.operation import Move
from tests.cases import blocked_by, blocking, case, derivation, found, warned_by

# type-kept


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", 'a: "8080"\n', "a: 9090\n"),
        ("a.yml", "a: 8080\n", 'a: "9090"\n'),
        ("a.yml", "a: true\n", "a: 'false'\n"),
        ("a.yml", "a: 1\n", "a:\n"),
        ("a.yml", "a: auto\n", "a: 5\n"),
        ("a.json", '{"a": 1}', '{"a": "2"}'),
        ("a.toml", "a = true\n", 'a = "x"\n'),
        ("x.env", "A=5\n", "A=five\n"),
        ("x.env", "A=true\n", "A=5\n"),
        ("x.env", "A=192.0.2.7\n", "A=true\n"),
        ("x.env", "A=http://192.0.2.7/x\n", "A=192.0.2.7\n"),
    ],
)
def test_a_value_of_another_kind_blocks(path: str, base: str, head: str) -> None:
    """By the format's own types, and in untyped formats by what the text is."""
    assert blocked_by("type-kept", case(base, head, path=path)) == ["kind"]


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", "a: yes\n", "a: off\n"),
        ("a.yml", 'a: "8080"\n', 'a: "9090"\n'),
        ("a.yml", "a: x\n", "a: y\n"),
        ("a.yml", "a: 8080\n", "a: 9090\n"),
        ("x.env", "A=on\n", "A=false\n"),
        ("x.env", "A=30s\n", "A=1m\n"),
        ("x.env", "A=192.0.2.7\n", "A=192.0.2.8\n"),
    ],
)
def test_a_value_of_the_same_kind_passes(path: str, base: str, head: str) -> None:
    """Spellings of a switch are one kind."""
    assert not found("type-kept", case(base, head, path=path))


def test_a_whole_number_that_becomes_a_fraction_warns() -> None:
    """Most programs take it, some do not."""
    made = case("a: 1\n", "a: 1.5\n")
    assert warned_by("type-kept", made) == ["number"]
    assert "type-kept" not in blocking(made)


def test_an_address_may_become_the_host_name_that_the_request_says() -> None:
    """A host may be named or numbered."""
    base, head = "A=192.0.2.7\n", "A=config.example.com\n"
    said = case(base, head, "move 192.0.2.7 to config.example.com", path="x.env")
    assert not found("type-kept", said)
    assert blocked_by("type-kept", case(base, head, path="x.env")) == ["kind"]


def test_a_value_where_none_was_passes_only_as_derived() -> None:
    """Filling a gap is no accident where rules derive it."""
    base, head = "a:\nb: 1\n", "a: x\nb: 1\n"
    assert not found("type-kept", case(base, head, expectation=derivation(base, head)))
    assert blocked_by("type-kept", case(base, head)) == ["kind"]


# unit-kept


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("30s", "30"),
        ("30s", "45"),
        ("10MB", "10"),
        ("10MB", "10GB"),
        ("30", "30s"),
        ("30s", "30m"),
        ("50%", "50"),
        ("-Xmx384m", "-Xmx384"),
        ("512m", "512"),
    ],
)
def test_a_unit_that_comes_goes_or_changes_blocks(old: str, new: str) -> None:
    """30s and 30 can differ by a factor of a thousand."""
    assert blocked_by("unit-kept", case(f"a: {old}\n", f"a: {new}\n")) == ["default"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("30s", "45s"),
        ("30", "45"),
        ("10MB", "2.5MB"),
        ("-Xmx384m", "-Xmx512m"),
        ("1.2.3", "1.2.4"),
        ("scram-sha-256", "scram-sha-512"),
        ("api-1", "api-2"),
    ],
)
def test_a_unit_that_stays_passes(old: str, new: str) -> None:
    """And what is no amount has no unit."""
    assert not found("unit-kept", case(f"a: {old}\n", f"a: {new}\n"))


def test_a_unit_that_the_request_says_passes() -> None:
    """The exact literal, with its unit; a bare number says nothing of the unit."""
    assert not found("unit-kept", case("a: 30s\n", "a: 5m\n", "set a to 5m"))
    assert blocked_by("unit-kept", case("a: 30s\n", "a: 5m\n", "set a to 15m"))
    assert blocked_by("unit-kept", case("a: 30s\n", "a: 45\n", "set a to 45"))
    derived = derivation("a: 30s\n", "a: 45\n")
    assert not found("unit-kept", case("a: 30s\n", "a: 45\n", expectation=derived))


# plaintext-secret


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("password: ${DB}\n", "password: hunter2xyz\n"),
        ("password: one-secret-x\n", "password: two-secret-y\n"),
        ("a: 1\n", "a: 1\napi_key: 8f14e45fceea167a5a36dedd4bea2543\n"),
        ("url: postgres://u:${P}@db/x\n", "url: postgres://u:s3cr3tpw@db/x\n"),
    ],
)
def test_a_secret_in_clear_blocks_and_is_not_repeated(base: str, head: str) -> None:
    """What was once pushed must be taken as known."""
    findings = found("plaintext-secret", case(base, head))
    assert [finding.blocks for finding in findings] == [True]
    assert all(
        secret not in str(findings) for secret in ("hunter2", "two-secret", "8f14", "s3cr3t")
    )


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("password: hunter2xyz\n", "password: ${DB}\n"),
        ("password: a\n", "password: vault:secret/db#pw\n"),
        ("password_file: /run/a\n", "password_file: /run/secrets/b\n"),
        ("url: postgres://u:s3cr3tpw@192.0.2.7/x\n", "url: postgres://u:s3cr3tpw@192.0.2.8/x\n"),
        ("password_min_length: 8\n", "password_min_length: 12\n"),
    ],
)
def test_a_reference_or_a_secret_that_stood_there_passes(base: str, head: str) -> None:
    """Moving the host of a URL brings no new secret."""
    assert not found("plaintext-secret", case(base, head))


# address-valid


@pytest.mark.parametrize(
    ("value", "variant"),
    [
        ("192.0.2.300", "malformed"),
        ("192.0.2.07", "malformed"),
        ("192.0.2", "malformed"),
        ("192.0.2.7.1", "malformed"),
        ("192.0.2.0/33", "malformed"),
        ("http://192.0.2.256:80/x", "malformed"),
        ("192.0.2.0", "no-host"),
        ("192.0.2.255", "no-host"),
        ("224.0.0.1", "no-host"),
        ("255.255.255.255", "no-host"),
        ("240.0.0.1", "no-host"),
    ],
)
def test_what_no_host_can_have_blocks(value: str, variant: str) -> None:
    """A wrong address reads as text everywhere."""
    assert blocked_by("address-valid", case("host: 192.0.2.7\n", f"host: {value}\n")) == [variant]


@pytest.mark.parametrize("value", ["2001:db8:::7", "2001:db8::g", "2001:db8::12345"])
def test_a_malformed_ipv6_address_blocks(value: str) -> None:
    """Where an IPv6 address stood."""
    made = case("host: '2001:db8::7'\n", f"host: '{value}'\n")
    assert blocked_by("address-valid", made) == ["malformed"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "192.0.2.9"),
        ("host", "198.51.100.1:8080"),
        ("allow", "192.0.2.0/24"),
        ("range", "192.0.2.0-192.0.2.255"),
        ("netmask", "255.255.255.0"),
        ("broadcast", "192.0.2.255"),
        ("image", "x:1.2.3.400"),
        ("host", "2001:db8::9"),
        ("host", "config.example.com"),
        ("time", "12:30:45"),
        ("mac", "00:00:5e:00:53:01"),
    ],
)
def test_valid_addresses_and_what_is_none_pass(key: str, value: str) -> None:
    """Documentation ranges are as good as any; masks and versions are no hosts."""
    assert not found("address-valid", case(f"{key}: 192.0.2.7\n", f"{key}: '{value}'\n"))


def test_a_wrong_address_that_stood_there_before_passes() -> None:
    """Only what the change brings is judged."""
    base = "hosts: 192.0.2.300 a\n"
    assert not found("address-valid", case(base, "hosts: 192.0.2.300 b\n"))


# port-valid


@pytest.mark.parametrize(
    ("path", "base", "head", "port"),
    [
        ("a.yml", "port: 80\n", "port: 70000\n", "70000"),
        ("a.yml", "http_port: 80\n", "http_port: 0\n", "0"),
        ("a.yml", "port: 80\n", "port: -1\n", "-1"),
        ("a.yml", 'ports: ["8080:80"]\n', 'ports: ["8080:80000"]\n', "80000"),
        ("a.yml", 'ports: ["8000-8010"]\n', 'ports: ["8000-80100"]\n', "80100"),
        ("a.yml", "url: http://192.0.2.7:80/x\n", "url: http://192.0.2.7:99999/x\n", "99999"),
        ("x.env", "SERVER_PORT=80\n", "SERVER_PORT=080\n", "080"),
        ("nginx.conf", "listen 80;\n", "listen 800000;\n", "800000"),
        ("fw.sh", "ufw allow port 22 max 5\n", "ufw allow port 220000 max 5\n", "220000"),
        ("fw.nft", "tcp dport { 80, 443 } accept\n", "tcp dport { 80, 443443 } accept\n", "443443"),
    ],
)
def test_a_number_that_is_no_port_blocks(path: str, base: str, head: str, port: str) -> None:
    """By the key's name, behind a host, or after its name in a line."""
    findings = found("port-valid", case(base, head, path=path))
    assert [dict(finding.facts)["new"] for finding in findings] == [port]


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", "port: 80\n", "port: 65535\n"),
        ("a.yml", "port: 80\n", "port: 1\n"),
        ("a.yml", "report: 80\n", "report: 70000\n"),
        ("a.yml", "image: x:80\n", "image: x:70000\n"),
        ("a.yml", 'ports: ["127.0.0.1:8080:80/tcp"]\n', 'ports: ["127.0.0.1:8081:80/tcp"]\n'),
        ("fw.sh", "ufw allow port 22 max 5\n", "ufw allow port 22 max 500000\n"),
        ("a.yml", "port: 70000\nb: 1\n", "port: 70000\nb: 2\n"),
    ],
)
def test_a_port_or_another_number_passes(path: str, base: str, head: str) -> None:
    """Both ends of the range, and numbers that are no ports."""
    assert not found("port-valid", case(base, head, path=path))


# version-form


@pytest.mark.parametrize(
    ("old", "new", "variant"),
    [
        ("nginx:1.27.2", "nginx:latest", "moving"),
        ("nginx:1.27.2", "nginx", "moving"),
        ("nginx:1.27.2-alpine", "nginx:1.27.3", "form"),
        ("nginx:1.27.2", "nginx:1.27.3-alpine", "form"),
        ("x/e:v1.8.2", "x/e:1.8.3", "form"),
        ("x/e:1.8.2", "x/e:v1.8.3", "form"),
        ("x/e:1.8.2", "x/e:1.9", "form"),
        ("x/e:1.8.2", "x/e:new", "form"),
        ("x/e:1.8.2", "x/f:1.8.2", "name"),
        ("x/e:1.8.2@sha256:ab12", "x/e:1.8.3", "digest"),
        ("x/e:1.8.2@sha256:ab12", "x/e:1.8.3@sha256:ab12", "digest"),
    ],
)
def test_a_version_of_another_form_blocks(old: str, new: str, variant: str) -> None:
    """Prefix, variant, number of parts, name and digest stay as they are."""
    assert blocked_by("version-form", case(f"image: {old}\n", f"image: {new}\n")) == [variant]


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("image", "nginx:1.27.2-alpine", "nginx:1.27.3-alpine"),
        ("image", "x/e:v1.8.2", "x/e:v1.10.0"),
        ("image", "x:21.0.4_7-jre-alpine", "x:21.0.5_11-jre-alpine"),
        ("image", "x/e:1.8.2@sha256:ab12", "x/e:1.8.3@sha256:cd34"),
        ("image", "registry.example.com:5000/x:1.0", "registry.example.com:5000/x:1.1"),
        ("version", "1.2.3", "1.2.4"),
        ("name", "a:b", "c:d"),
    ],
)
def test_a_version_of_the_same_form_passes(key: str, old: str, new: str) -> None:
    """The next version is what people ask for."""
    assert not found("version-form", case(f"{key}: {old}\n", f"{key}: {new}\n"))


def test_a_bare_version_keeps_its_form_too() -> None:
    """By the key's name."""
    assert blocked_by("version-form", case("app_version: v1.2.3\n", "app_version: 1.2.4\n")) == [
        "form"
    ]


def test_the_request_may_say_another_form() -> None:
    """In full; a version alone does not say that the variant goes."""
    base, head = "image: nginx:1.27.2-alpine\n", "image: nginx:1.27.3\n"
    assert not found("version-form", case(base, head, "set it to nginx:1.27.3"))
    assert not found("version-form", case(base, head, "1.27.2-alpine to 1.27.3"))
    assert blocked_by("version-form", case(base, head, "bump nginx to 1.27.3")) == ["form"]


def test_a_moving_tag_that_the_request_says_warns() -> None:
    """It is told, since nobody knows what runs then."""
    made = case("image: nginx:1.27.2\n", "image: nginx:latest\n", "set nginx to latest")
    assert warned_by("version-form", made) == ["moving"]
    assert not blocked_by("version-form", made)


def test_a_registry_that_moves_keeps_the_name() -> None:
    """Where the request moves it."""
    base, head = "image: reg.example.com/x:1.0\n", "image: r2.example.com/x:1.0\n"
    move = Move("reg.example.com", "r2.example.com")
    assert not found("version-form", case(base, head, moves=(move,)))
    assert blocked_by("version-form", case(base, head)) == ["name"]


# address-taken


@pytest.mark.parametrize("taken", ["192.0.2.77", "http://192.0.2.77:80/x", "192.0.2.77/32"])
def test_an_address_that_is_somebodys_blocks(taken: str) -> None:
    """With the place where it stands."""
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": f"b: {taken}\n"}
    made = case(
        base, {**base, "a.yml": "a: 192.0.2.77\n"}, moves=(Move("192.0.2.7", "192.0.2.77"),)
    )
    findings = found("address-taken", made)
    assert [(finding.path, finding.line, finding.blocks) for finding in findings] == [
        ("b.yml", 1, True)
    ]


@pytest.mark.parametrize("other", ["192.0.2.70", "192.0.2.0/24", "192.0.2.177", "x"])
def test_a_free_address_passes(other: str) -> None:
    """A longer address, or a range around it, is not the address."""
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": f"b: {other}\n"}
    made = case(
        base, {**base, "a.yml": "a: 192.0.2.77\n"}, moves=(Move("192.0.2.7", "192.0.2.77"),)
    )
    assert not found("address-taken", made)


def test_an_ipv6_address_is_taken_in_any_spelling() -> None:
    """And the network of one is the address."""
    base = "a: '2001:db8::7'\nb: '2001:0db8:0::77'\n"
    for new in ("2001:db8::77", "2001:db8::77/128"):
        made = case(
            base, base.replace("2001:db8::7'", f"{new}'"), moves=(Move("2001:db8::7", new),)
        )
        assert blocked_by("address-taken", made) == ["default"]


def test_a_host_name_may_stand_in_many_places() -> None:
    """Only addresses belong to one server."""
    base = "a: 192.0.2.7\nb: c.example.com\n"
    made = case(
        base,
        base.replace("192.0.2.7", "c.example.com"),
        moves=(Move("192.0.2.7", "c.example.com"),),
    )
    assert not found("address-taken", made)
