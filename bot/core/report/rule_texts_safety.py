"""Words of the rules on safety (point 5 of the gate)."""

from __future__ import annotations

from bot.core.report.rule_text import RuleText
from bot.core.report.text import Text

_BY_HAND = Text("Do it by hand if it is really meant.", "정말 원하면 직접 바꿔 주세요.")

SAFETY: dict[str, RuleText] = {
    "type-kept": RuleText(
        Text(
            "A number stays a number, an address an address.",
            "숫자는 숫자로, 주소는 주소로 남아요.",
        ),
        Text(
            '"8080" is not 8080 to every program.',
            '모든 프로그램이 "8080"과 8080을 같게 보지 않아요.',
        ),
        '- port: 8080\n+ port: "8080"',
        {
            "kind": (
                Text(
                    "{key}: {old} ({before}) would become {new} ({after}).",
                    "{key}: {old}({before})이(가) {new}({after})이(가) 돼요.",
                ),
                Text("Write the value as the same kind.", "같은 종류의 값으로 적어 주세요."),
            ),
            "number": (
                Text("{key}: {old} becomes {new}.", "{key}: {old}이(가) {new}이(가) 돼요."),
                Text("See that the program takes a fraction.", "소수를 받는지 확인해 주세요."),
            ),
        },
    ),
    "unit-kept": RuleText(
        Text("The unit behind a number stays.", "숫자 뒤의 단위는 그대로예요."),
        Text(
            "30s and 30 can differ by a factor of a thousand.", "30s와 30은 천 배 다를 수 있어요."
        ),
        "- timeout: 30s\n+ timeout: 45",
        {
            "default": (
                Text(
                    "{key}: {old} → {new} changes the unit.",
                    "{key}: {old} → {new}은(는) 단위를 바꿔요.",
                ),
                Text(
                    "Keep the unit, or write the value with its unit in the request.",
                    "단위를 유지하거나 요청에 단위까지 적어 주세요.",
                ),
            )
        },
    ),
    "plaintext-secret": RuleText(
        Text("No new secret stands in clear.", "새 비밀값을 그대로 적지 않아요."),
        Text(
            "What was once pushed must be taken as known.",
            "한 번 올라간 비밀은 알려진 것으로 봐야 해요.",
        ),
        "- password: ${DB_PASSWORD}\n+ password: hunter2",
        {
            "default": (
                Text("{key} would hold a secret in clear.", "{key}에 비밀값이 그대로 적혀요."),
                Text(
                    "Put a reference there, such as ${{NAME}}, and rotate the secret if it was real.",
                    "${{NAME}} 같은 참조를 적고, 진짜 비밀이었다면 새로 발급하세요.",
                ),
            )
        },
    ),
    "exposure": RuleText(
        Text(
            "Nothing is opened wider unasked, nothing to the world.",
            "부탁 없이 더 열지 않고, 세상에는 열지 않아요.",
        ),
        Text(
            "0.0.0.0/0 in an allow-list is a valid change that passes every parser.",
            "허용 목록의 0.0.0.0/0은 모든 파서를 통과하는 올바른 문법이에요.",
        ),
        "- 192.0.2.7/32\n+ 0.0.0.0/0",
        {
            "world": (
                Text(
                    "{key}: {new} opens it to everyone.",
                    "{key}: {new}은(는) 모두에게 여는 값이에요.",
                ),
                _BY_HAND,
            ),
            "wider": (
                Text(
                    "{key}: {new} is wider than {limit}, which stood here.",
                    "{key}: {new}은(는) 지금까지의 {limit}보다 넓어요.",
                ),
                Text(
                    "Use the narrow range, or write the wide one in the request.",
                    "좁은 대역을 쓰거나 요청에 넓은 대역을 그대로 적어 주세요.",
                ),
            ),
            "guard-off": (
                Text(
                    "{key}: {old} → {new} turns a protection off.",
                    "{key}: {old} → {new}은(는) 보호를 꺼요.",
                ),
                _BY_HAND,
            ),
            "danger-on": (
                Text(
                    "{key}: {old} → {new} gives more rights.",
                    "{key}: {old} → {new}은(는) 권한을 넓혀요.",
                ),
                _BY_HAND,
            ),
            "bound": (
                Text(
                    "{key}: {old} → {new} can be reached from everywhere.",
                    "{key}: {old} → {new}은(는) 어디서나 접속할 수 있게 돼요.",
                ),
                Text(
                    "Bind to one address, or write the open one in the request.",
                    "주소 하나에 묶거나 열린 주소를 요청에 그대로 적어 주세요.",
                ),
            ),
            "anyone": (
                Text(
                    "A new line accepts without saying from whom.",
                    "누구에게서 오는지 정하지 않고 허용하는 줄이 생겨요.",
                ),
                Text("Name the address that it accepts.", "허용할 주소를 적어 주세요."),
            ),
            "deny-lost": (
                Text(
                    "{key}: a denial of {old} is lost.", "{key}: {old}을(를) 막던 규칙이 사라져요."
                ),
                _BY_HAND,
            ),
            "deny-all-lost": (
                Text(
                    "{key}: without “{old}” denied, everyone gets in.",
                    "{key}: “{old}” 차단이 사라지면 누구나 들어올 수 있어요.",
                ),
                _BY_HAND,
            ),
        },
    ),
    "address-valid": RuleText(
        Text(
            "An address is one, and one that a host can have.",
            "주소는 올바르고 서버가 가질 수 있는 것이어야 해요.",
        ),
        Text("192.0.2.777 parses as text everywhere.", "192.0.2.777도 글자로는 어디서나 읽혀요."),
        "+ host: 192.0.2.777",
        {
            "malformed": (
                Text(
                    "{key}: {new} is not an IP address.", "{key}: {new}은(는) IP 주소가 아니에요."
                ),
                Text("Correct the address.", "주소를 고쳐 주세요."),
            ),
            "no-host": (
                Text(
                    "{key}: no host can have {new}.",
                    "{key}: {new}은(는) 서버가 가질 수 없는 주소예요.",
                ),
                Text("Correct the address.", "주소를 고쳐 주세요."),
            ),
        },
    ),
    "port-valid": RuleText(
        Text("A port is from 1 to 65535.", "포트는 1부터 65535까지예요."),
        Text(
            "A service with port 70000 does not start.",
            "포트가 70000이면 서비스가 시작하지 않아요.",
        ),
        "+ port: 70000",
        {
            "default": (
                Text("{key}: {new} is not a port.", "{key}: {new}은(는) 포트가 아니에요."),
                Text("Correct the port.", "포트를 고쳐 주세요."),
            )
        },
    ),
    "version-form": RuleText(
        Text(
            "An image tag keeps its form and never becomes a moving one.",
            "이미지 태그는 형태를 유지하고, 움직이는 태그가 되지 않아요.",
        ),
        Text(
            "With latest nobody knows what runs, and a rollback rolls nothing back.",
            "latest면 무엇이 도는지 알 수 없고 되돌려도 되돌아가지 않아요.",
        ),
        "- nginx:1.27.2-alpine\n+ nginx:latest",
        {
            "moving": (
                Text(
                    "{key}: {old} → {new} is a tag that moves.",
                    "{key}: {old} → {new}은(는) 움직이는 태그예요.",
                ),
                Text("Give a fixed version.", "고정 버전을 적어 주세요."),
            ),
            "form": (
                Text(
                    "{key}: {old} → {new} has another form.",
                    "{key}: {old} → {new}은(는) 형태가 달라요.",
                ),
                Text(
                    "Keep the prefix and variant, or write the whole tag in the request.",
                    "접두사와 변형을 유지하거나 태그 전체를 요청에 적어 주세요.",
                ),
            ),
            "digest": (
                Text(
                    "{key}: {old} → {new} no longer pins what the digest pinned.",
                    "{key}: {old} → {new}은(는) 다이제스트로 고정한 것과 어긋나요.",
                ),
                Text(
                    "Write the digest of the new version too.",
                    "새 버전의 다이제스트도 함께 적어 주세요.",
                ),
            ),
            "name": (
                Text(
                    "{key}: {old} → {new} is another image.",
                    "{key}: {old} → {new}은(는) 다른 이미지예요.",
                ),
                Text(
                    "Write the whole image in the request.",
                    "이미지 이름 전체를 요청에 적어 주세요.",
                ),
            ),
        },
    ),
    "address-taken": RuleText(
        Text(
            "A server does not move onto somebody's address.",
            "이미 누가 쓰는 주소로 옮기지 않아요.",
        ),
        Text(
            "Two servers under one address can never be told apart again.",
            "한 주소에 두 서버가 섞이면 다시 나눌 수 없어요.",
        ),
        "request: move 192.0.2.7 to 192.0.2.20   (192.0.2.20 is worker-3)",
        {
            "default": (
                Text("{new} already stands at {key}.", "{new}은(는) 이미 {key}에 있어요."),
                Text(
                    "Check the new address; free it first if it is right.",
                    "새 주소를 확인하고, 맞다면 먼저 비워 주세요.",
                ),
            )
        },
    ),
}
