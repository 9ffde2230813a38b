"""Words of the rules on form and bounds (points 1 and 2 of the gate)."""

from __future__ import annotations

from bot.core.report.rule_text import RuleText
from bot.core.report.text import Text

_UNDO = Text("Leave it as it was.", "원래대로 두세요.")

FORM: dict[str, RuleText] = {
    "parses": RuleText(
        Text(
            "A changed file can be read in its own format.",
            "바뀐 파일은 자기 형식으로 읽을 수 있어야 해요.",
        ),
        Text(
            "A file that does not parse takes its service down at the next restart, and cannot be compared leaf by leaf.",
            "읽을 수 없는 파일은 다음 재시작 때 서비스를 멈추게 하고, 값 하나하나를 비교할 수도 없어요.",
        ),
        "- image: nginx:1.27\n+ image: nginx:1.27\n+  ports: [80",
        {
            "head": (
                Text(
                    "The changed file is not valid {format}: {reason}.",
                    "바뀐 파일이 올바른 {format}이 아니에요: {reason}.",
                ),
                Text("Repair its syntax.", "문법을 고쳐 주세요."),
            ),
            "base": (
                Text(
                    "The file was not valid {format} before the change: {reason}.",
                    "바꾸기 전 파일이 올바른 {format}이 아니었어요: {reason}.",
                ),
                Text(
                    "Repair it in a change of its own, by hand.", "먼저 그 파일만 직접 고쳐 주세요."
                ),
            ),
            "unread": (
                Text("The file was not read on both sides.", "파일의 앞뒤를 모두 읽지 못했어요."),
                Text("This is a fault of cfgbot; report it.", "cfgbot의 결함이에요. 알려 주세요."),
            ),
            "format": (
                Text(
                    "The file was {before} and would be read as {after}.",
                    "{before} 파일이 {after}(으)로 읽히게 돼요.",
                ),
                Text("Keep its form.", "형식을 유지해 주세요."),
            ),
        },
    ),
    "duplicate-key": RuleText(
        Text(
            "No key stands twice that did not before.",
            "한 곳에 같은 키가 두 번 생기지 않아야 해요.",
        ),
        Text(
            "Programs disagree on which of two equal keys counts, so one of them is silently lost.",
            "두 키 중 무엇이 쓰일지 프로그램마다 달라서 하나가 조용히 사라져요.",
        ),
        "  timeout: 30s\n+ timeout: 45s",
        {
            "default": (
                Text("{key} stands twice.", "{key}이(가) 두 번 있어요."),
                Text("Change the one that is there.", "이미 있는 것을 바꿔 주세요."),
            )
        },
    ),
    "encoding": RuleText(
        Text(
            "Encoding, line ends and last newline stay.",
            "인코딩·줄바꿈·마지막 줄바꿈은 그대로예요.",
        ),
        Text(
            "A re-encoded file differs in every line, and hides the one that matters.",
            "다시 인코딩한 파일은 모든 줄이 달라져서 정작 중요한 줄을 가려요.",
        ),
        "- timeout=30\\r\\n\n+ timeout=45\\n",
        {
            "utf8": (
                Text("The file is no longer valid UTF-8.", "파일이 더는 올바른 UTF-8이 아니에요."),
                Text("Write it as UTF-8.", "UTF-8로 적어 주세요."),
            ),
            "bom": (Text("The byte order mark came or went.", "BOM이 생기거나 사라졌어요."), _UNDO),
            "line-ends": (
                Text(
                    "Line ends of another kind were brought in.", "다른 종류의 줄바꿈이 들어왔어요."
                ),
                _UNDO,
            ),
            "last-newline": (
                Text("The last newline came or went.", "마지막 줄바꿈이 생기거나 사라졌어요."),
                _UNDO,
            ),
        },
    ),
    "hidden-characters": RuleText(
        Text(
            "New text holds no character that hides or passes for another.",
            "새 글에 숨거나 다른 글자인 척하는 문자가 없어야 해요.",
        ),
        Text(
            "A zero-width space or a Cyrillic а makes a value that looks right and is another (CVE-2021-42574).",
            "폭 없는 공백이나 키릴 문자 а가 섞이면 맞아 보이지만 다른 값이 돼요 (CVE-2021-42574).",
        ),
        "- host: api.example.com\n+ host: аpi.example.com   (Cyrillic а)",
        {
            "default": (
                Text(
                    "{character} ({name}) stands in new text.",
                    "새 글에 {character} ({name}) 문자가 있어요.",
                ),
                Text("Type the plain character.", "보통 글자로 적어 주세요."),
            )
        },
    ),
    "untouched-bytes": RuleText(
        Text(
            "Every byte outside the changed values is as before.",
            "바뀐 값 밖의 모든 바이트는 그대로예요.",
        ),
        Text(
            "What is changed beside the request is read by nobody; a lost indentation moves a key elsewhere.",
            "요청 밖에서 바뀐 것은 아무도 읽지 않아요. 들여쓰기 하나로 키가 다른 곳으로 옮겨가요.",
        ),
        "- timeout: 30s\n+   timeout: 45s",
        {
            "default": (
                Text(
                    "More than a value changed here: keys, spaces, quotes or lines.",
                    "여기서 값 말고 다른 것도 바뀌었어요: 키, 공백, 따옴표 또는 줄.",
                ),
                Text("Change only the value.", "값만 바꿔 주세요."),
            )
        },
    ),
    "quoting": RuleText(
        Text(
            "A changed value keeps the quotes of its place.", "바뀐 값도 그 자리의 따옴표를 따라요."
        ),
        Text(
            "In YAML and TOML quotes decide the type; elsewhere they are noise that hides the change.",
            "YAML·TOML에서는 따옴표가 종류를 정하고, 다른 곳에서는 변경을 가리는 잡음이에요.",
        ),
        "- timeout = \"30s\"\n+ timeout = '45s'",
        {
            "default": (
                Text(
                    "{key} is quoted in another way than before.", "{key}의 따옴표가 전과 달라요."
                ),
                Text("Keep the quotes that stand there.", "원래 따옴표를 유지해 주세요."),
            )
        },
    ),
    "comments": RuleText(
        Text("Comments stay as people wrote them.", "주석은 사람이 쓴 그대로 남아요."),
        Text(
            "A comment is often the only place that says why; new ones can carry instructions to the next reader.",
            "이유가 적힌 곳이 주석뿐일 때가 많고, 새 주석은 다음에 읽는 모델에게 지시를 몰래 전할 수 있어요.",
        ),
        "- pool_size: 4  # db-1 allows 20 in all\n+ pool_size: 8",
        {
            "changed": (Text("A comment changed: {text}", "주석이 바뀌었어요: {text}"), _UNDO),
            "dropped": (Text("A comment is gone: {text}", "주석이 사라졌어요: {text}"), _UNDO),
            "added": (
                Text("A comment was added: {text}", "주석이 더해졌어요: {text}"),
                Text("Leave it out.", "빼 주세요."),
            ),
            "mentions": (
                Text("A comment still mentions {old}.", "주석에 아직 {old}이(가) 적혀 있어요."),
                Text(
                    "It stops nothing; correct it by hand if it is out of date.",
                    "막지는 않아요. 지난 내용이면 직접 고쳐 주세요.",
                ),
            ),
        },
    ),
    "allowed-path": RuleText(
        Text(
            "Only allowed files change, under plain names.",
            "허용된 파일만, 평범한 이름으로 바뀌어요.",
        ),
        Text(
            "A path with .. or a backslash can mean a file outside of what was judged.",
            "..이나 역슬래시가 든 경로는 판정받지 않은 파일을 가리킬 수 있어요.",
        ),
        "+ ../other/settings.yml",
        {
            "escape": (
                Text(
                    "This path could mean another file.", "이 경로는 다른 파일을 가리킬 수 있어요."
                ),
                Text("Use a plain path.", "평범한 경로를 쓰세요."),
            ),
            "outside": (
                Text(
                    "The policy does not allow changing this file.",
                    "정책이 이 파일의 변경을 허용하지 않아요.",
                ),
                Text(
                    "Change it by hand, or allow it in .cfgbot.yml.",
                    "직접 바꾸거나 .cfgbot.yml에서 허용해 주세요.",
                ),
            ),
        },
    ),
    "protected-path": RuleText(
        Text(
            "What decides who judges the next change is not changed.",
            "다음 변경을 누가 판정할지 정하는 파일은 바꾸지 않아요.",
        ),
        Text(
            "Who can change CI, the policy or CODEOWNERS can merge anything afterwards.",
            "CI·정책·CODEOWNERS를 바꿀 수 있으면 그다음엔 무엇이든 합칠 수 있어요.",
        ),
        "- input 'Deploy?'\n+ // deploy at once        (Jenkinsfile)",
        {
            "default": (
                Text("This file is protected.", "보호된 파일이에요."),
                Text("Change it by hand.", "직접 바꿔 주세요."),
            )
        },
    ),
    "file-lifecycle": RuleText(
        Text(
            "No file comes, goes, or becomes another kind unasked.",
            "요청 없이 파일이 생기거나 사라지거나 종류가 바뀌지 않아요.",
        ),
        Text(
            "A symlink or an executable bit turns a setting into a way in.",
            "심볼릭 링크나 실행 비트는 설정을 침입 경로로 만들어요.",
        ),
        "old mode 100644\nnew mode 100755",
        {
            "added": (
                Text(
                    "The file is new, and the request asks for none.", "요청에 없는 새 파일이에요."
                ),
                Text("Leave it out, or add it by hand.", "빼거나 직접 추가해 주세요."),
            ),
            "deleted": (
                Text(
                    "The file is deleted, and the request does not ask for it.",
                    "요청에 없이 파일이 지워졌어요.",
                ),
                _UNDO,
            ),
            "mode": (
                Text(
                    "The file's mode changed from {before} to {after}.",
                    "파일 모드가 {before}에서 {after}(으)로 바뀌었어요.",
                ),
                _UNDO,
            ),
            "symlink": (
                Text("A symlink is never changed.", "심볼릭 링크는 바꾸지 않아요."),
                Text("Change it by hand.", "직접 바꿔 주세요."),
            ),
            "submodule": (
                Text("A submodule is never changed.", "서브모듈은 바꾸지 않아요."),
                Text("Change it by hand.", "직접 바꿔 주세요."),
            ),
        },
    ),
    "size-limits": RuleText(
        Text("A change is small enough to be judged.", "변경은 판정할 수 있을 만큼 작아야 해요."),
        Text(
            "In a change of thousands of values a wrong one is not found.",
            "수천 개 값이 바뀌면 틀린 하나를 찾을 수 없어요.",
        ),
        "3,000 values in 900 files",
        {
            "files": (
                Text(
                    "{count} files; the limit is {limit}.", "파일 {count}개, 한도는 {limit}개예요."
                ),
                Text("Ask for less at once.", "나눠서 요청해 주세요."),
            ),
            "leaves": (
                Text(
                    "{count} values; the limit is {limit}.", "값 {count}개, 한도는 {limit}개예요."
                ),
                Text("Ask for less at once.", "나눠서 요청해 주세요."),
            ),
            "bytes": (
                Text(
                    "{count} bytes; the limit is {limit}.",
                    "{count}바이트, 한도는 {limit}바이트예요.",
                ),
                Text("Split the file.", "파일을 나눠 주세요."),
            ),
        },
    ),
    "no-change": RuleText(
        Text("A change changes something.", "변경은 무언가를 바꿔야 해요."),
        Text(
            "An empty difference that passes hides that nothing was done.",
            "빈 변경이 통과하면 아무것도 안 된 것이 숨겨져요.",
        ),
        "(no difference)",
        {
            "default": (
                Text("Nothing differs.", "달라진 것이 없어요."),
                Text("Check the two commits.", "두 커밋을 확인해 주세요."),
            ),
            "no-value": (
                Text("Files differ, but no value does.", "파일은 달라졌지만 바뀐 값이 없어요."),
                Text(
                    "Change what was asked for, or nothing.",
                    "요청한 값을 바꾸거나 아무것도 바꾸지 마세요.",
                ),
            ),
        },
    ),
}
