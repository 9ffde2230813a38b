"""Words of the rules on meaning and safety (points 3 to 5 of the gate)."""

from __future__ import annotations

from bot.core.report.rule_text import RuleText
from bot.core.report.text import Text

_ASK = Text("Name it in the request, or leave it out of the change.", "요청에 적거나 변경에서 빼 주세요.")
_BY_HAND = Text("Do it by hand if it is really meant.", "정말 원하면 직접 바꿔 주세요.")

MEANING: dict[str, RuleText] = {
    "explained-place": RuleText(
        Text("Every changed place has evidence that it was meant.", "바뀐 자리마다 그곳이 맞다는 근거가 있어야 해요."),
        Text(
            "An unasked extra among twelve right changes is what no reader of a diff sees.",
            "맞는 변경 열두 개 사이의 부탁하지 않은 하나는 diff를 읽는 누구의 눈에도 띄지 않아요.",
        ),
        "request: set SMTP_PORT to 465\n- RETRY_MAX=3\n+ RETRY_MAX=465",
        {
            "none": (
                Text("Nothing says that {key} should change.", "{key}을(를) 바꾸라는 근거가 없어요."),
                _ASK,
            ),
            "protected": (
                Text("Only a model's word says that {key} ({kind}) should change.", "{key}({kind})을(를) 바꾸라는 것은 모델의 말뿐이에요."),
                _ASK,
            ),
            "uncounted": (
                Text("Not every changed value was looked at.", "바뀐 값을 모두 살피지 못했어요."),
                Text("This is a fault of cfgbot; report it.", "cfgbot의 결함이에요. 알려 주세요."),
            ),
            "default": (
                Text("A changed value has no evidence.", "근거 없는 값이 있어요."),
                _ASK,
            ),
        },
    ),
    "explained-value": RuleText(
        Text("Every new value has evidence that it was meant.", "새 값마다 그 값이 맞다는 근거가 있어야 해요."),
        Text("One wrong digit in an address is a valid address.", "주소의 숫자 하나가 틀려도 올바른 주소예요."),
        "request: … to 192.0.2.77\n+ url: http://192.0.2.71:8888",
        {
            "none": (Text("Nothing says that {key} should go from {old} to {new}.", "{key}을(를) {old}에서 {new}(으)로 바꾸라는 근거가 없어요."), _ASK),
            "protected": (
                Text("Only a model's word says that {key} ({kind}) should go from {old} to {new}.", "{key}({kind})을(를) {old}에서 {new}(으)로 바꾸라는 것은 모델의 말뿐이에요."),
                _ASK,
            ),
        },
    ),
    "expected-change": RuleText(
        Text("Where rules derive the change, it is exactly that.", "규칙으로 유도한 변경과 정확히 같아야 해요."),
        Text("A missed firewall is an outage as much as a wrong one.", "빠뜨린 방화벽은 틀린 방화벽만큼 장애를 일으켜요."),
        "derived: 39 places, found: 38",
        {
            "extra": (Text("{key}: {old} → {new} is not what the request leads to.", "{key}: {old} → {new}은(는) 요청에서 나오는 변경이 아니에요."), Text("Take it back.", "되돌려 주세요.")),
            "missing": (Text("{key}: {old} → {new} is missing.", "{key}: {old} → {new}이(가) 빠졌어요."), Text("Add it.", "추가해 주세요.")),
            "order": (
                Text("The line stands in another place than it must, and order matters in this file.", "줄의 위치가 달라요. 이 파일은 순서에 뜻이 있어요."),
                Text("Put it beside its neighbours.", "같은 종류의 줄 옆에 두세요."),
            ),
        },
    ),
    "complete-move": RuleText(
        Text("Where X moves to Y, nothing in scope still holds X.", "X를 Y로 옮기면 범위 안에 X가 남지 않아야 해요."),
        Text("The one server that still calls the old address fails at night.", "옛 주소를 부르는 서버 하나가 밤에 멈춰요."),
        "  upstream config { server 192.0.2.7:8888; }   (left behind)",
        {
            "left": (Text("{key} still holds {old}.", "{key}에 아직 {old}이(가) 있어요."), Text("Move it too, or limit the request to where it should change.", "함께 바꾸거나 요청에 범위를 적어 주세요.")),
            "unreadable": (
                Text("The file holds {old} and cannot be read: {reason}.", "{old}이(가) 든 파일을 읽을 수 없어요: {reason}."),
                Text("Repair the file first, or leave it out of the request.", "파일을 먼저 고치거나 요청에서 빼 주세요."),
            ),
            "disguised": (
                Text("{key} holds {old} in another spelling: {spelling}.", "{key}에 {old}이(가) 다른 표기로 있어요: {spelling}."),
                Text("Change it by hand first, or leave the file out of the request.", "먼저 직접 고치거나 요청에서 이 파일을 빼 주세요."),
            ),
            "path": (Text("The file's name holds {old}.", "파일 이름에 {old}이(가) 있어요."), Text("Rename it by hand if it should follow.", "따라가야 하면 직접 이름을 바꿔 주세요.")),
        },
    ),
    "covering-range": RuleText(
        Text("A range that covered the old address covers the new one.", "옛 주소를 포함하던 대역이 새 주소도 포함하는지 봐요."),
        Text("A firewall by range shuts the moved server out without naming it.", "대역으로 연 방화벽은 이름 없이도 옮긴 서버를 막아요."),
        "  allow 192.0.2.0/28;   # 192.0.2.77 is outside",
        {
            "default": (
                Text("{range} covers {old} but not {new}.", "{range}은(는) {old}을(를) 포함하지만 {new}은(는) 아니에요."),
                Text("Look whether the range was meant for this server.", "이 서버를 위한 대역인지 확인해 주세요."),
            )
        },
    ),
    "type-kept": RuleText(
        Text("A number stays a number, an address an address.", "숫자는 숫자로, 주소는 주소로 남아요."),
        Text("\"8080\" is not 8080 to every program.", "모든 프로그램이 \"8080\"과 8080을 같게 보지 않아요."),
        "- port: 8080\n+ port: \"8080\"",
        {
            "kind": (
                Text("{key}: {old} ({before}) would become {new} ({after}).", "{key}: {old}({before})이(가) {new}({after})이(가) 돼요."),
                Text("Write the value as the same kind.", "같은 종류의 값으로 적어 주세요."),
            ),
            "number": (Text("{key}: {old} becomes {new}.", "{key}: {old}이(가) {new}이(가) 돼요."), Text("See that the program takes a fraction.", "소수를 받는지 확인해 주세요.")),
        },
    ),
    "unit-kept": RuleText(
        Text("The unit behind a number stays.", "숫자 뒤의 단위는 그대로예요."),
        Text("30s and 30 can differ by a factor of a thousand.", "30s와 30은 천 배 다를 수 있어요."),
        "- timeout: 30s\n+ timeout: 45",
        {"default": (Text("{key}: {old} → {new} changes the unit.", "{key}: {old} → {new}은(는) 단위를 바꿔요."), Text("Keep the unit, or write the value with its unit in the request.", "단위를 유지하거나 요청에 단위까지 적어 주세요."))},
    ),
    "plaintext-secret": RuleText(
        Text("No new secret stands in clear.", "새 비밀값을 그대로 적지 않아요."),
        Text("What was once pushed must be taken as known.", "한 번 올라간 비밀은 알려진 것으로 봐야 해요."),
        "- password: ${DB_PASSWORD}\n+ password: hunter2",
        {"default": (Text("{key} would hold a secret in clear.", "{key}에 비밀값이 그대로 적혀요."), Text("Put a reference there, such as ${{NAME}}, and rotate the secret if it was real.", "${{NAME}} 같은 참조를 적고, 진짜 비밀이었다면 새로 발급하세요."))},
    ),
    "exposure": RuleText(
        Text("Nothing is opened wider unasked, nothing to the world.", "부탁 없이 더 열지 않고, 세상에는 열지 않아요."),
        Text("0.0.0.0/0 in an allow-list is a valid change that passes every parser.", "허용 목록의 0.0.0.0/0은 모든 파서를 통과하는 올바른 문법이에요."),
        "- 192.0.2.7/32\n+ 0.0.0.0/0",
        {
            "world": (Text("{key}: {new} opens it to everyone.", "{key}: {new}은(는) 모두에게 여는 값이에요."), _BY_HAND),
            "wider": (Text("{key}: {new} is wider than {limit}, which stood here.", "{key}: {new}은(는) 지금까지의 {limit}보다 넓어요."), Text("Use the narrow range, or write the wide one in the request.", "좁은 대역을 쓰거나 요청에 넓은 대역을 그대로 적어 주세요.")),
            "guard-off": (Text("{key}: {old} → {new} turns a protection off.", "{key}: {old} → {new}은(는) 보호를 꺼요."), _BY_HAND),
            "danger-on": (Text("{key}: {old} → {new} gives more rights.", "{key}: {old} → {new}은(는) 권한을 넓혀요."), _BY_HAND),
            "deny-lost": (Text("{key}: a denial of {old} is lost.", "{key}: {old}을(를) 막던 규칙이 사라져요."), _BY_HAND),
        },
    ),
    "address-valid": RuleText(
        Text("An address is one, and one that a host can have.", "주소는 올바르고 서버가 가질 수 있는 것이어야 해요."),
        Text("192.0.2.777 parses as text everywhere.", "192.0.2.777도 글자로는 어디서나 읽혀요."),
        "+ host: 192.0.2.777",
        {
            "malformed": (Text("{key}: {new} is not an IP address.", "{key}: {new}은(는) IP 주소가 아니에요."), Text("Correct the address.", "주소를 고쳐 주세요.")),
            "no-host": (Text("{key}: no host can have {new}.", "{key}: {new}은(는) 서버가 가질 수 없는 주소예요."), Text("Correct the address.", "주소를 고쳐 주세요.")),
        },
    ),
    "port-valid": RuleText(
        Text("A port is from 1 to 65535.", "포트는 1부터 65535까지예요."),
        Text("A service with port 70000 does not start.", "포트가 70000이면 서비스가 시작하지 않아요."),
        "+ port: 70000",
        {"default": (Text("{key}: {new} is not a port.", "{key}: {new}은(는) 포트가 아니에요."), Text("Correct the port.", "포트를 고쳐 주세요."))},
    ),
    "version-form": RuleText(
        Text("An image tag keeps its form and never becomes a moving one.", "이미지 태그는 형태를 유지하고, 움직이는 태그가 되지 않아요."),
        Text("With latest nobody knows what runs, and a rollback rolls nothing back.", "latest면 무엇이 도는지 알 수 없고 되돌려도 되돌아가지 않아요."),
        "- nginx:1.27.2-alpine\n+ nginx:latest",
        {
            "moving": (Text("{key}: {old} → {new} is a tag that moves.", "{key}: {old} → {new}은(는) 움직이는 태그예요."), Text("Give a fixed version.", "고정 버전을 적어 주세요.")),
            "form": (Text("{key}: {old} → {new} has another form.", "{key}: {old} → {new}은(는) 형태가 달라요."), Text("Keep the prefix and variant, or write the whole tag in the request.", "접두사와 변형을 유지하거나 태그 전체를 요청에 적어 주세요.")),
            "name": (Text("{key}: {old} → {new} is another image.", "{key}: {old} → {new}은(는) 다른 이미지예요."), Text("Write the whole image in the request.", "이미지 이름 전체를 요청에 적어 주세요.")),
        },
    ),
    "address-taken": RuleText(
        Text("A server does not move onto somebody's address.", "이미 누가 쓰는 주소로 옮기지 않아요."),
        Text("Two servers under one address can never be told apart again.", "한 주소에 두 서버가 섞이면 다시 나눌 수 없어요."),
        "request: move 192.0.2.7 to 192.0.2.20   (192.0.2.20 is worker-3)",
        {"default": (Text("{new} already stands at {key}.", "{new}은(는) 이미 {key}에 있어요."), Text("Check the new address; free it first if it is right.", "새 주소를 확인하고, 맞다면 먼저 비워 주세요."))},
    ),
}
