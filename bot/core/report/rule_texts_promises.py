"""Words of the rules on promises (point 6 of the gate): declared invariants, native validators."""

from __future__ import annotations

from bot.core.report.rule_text import RuleText
from bot.core.report.text import Text

_CHECK = Text(
    "Mend the promise in .cfgbot.yml; cfg policy check shows what it means now.",
    ".cfgbot.yml의 약속을 고쳐 주세요. cfg policy check가 지금 무엇을 뜻하는지 보여줘요.",
)
_KEEP = Text(
    "Change all the places together, or change the promise in .cfgbot.yml first, by hand.",
    "관련된 곳을 함께 바꾸거나, 먼저 .cfgbot.yml의 약속을 직접 고쳐 주세요.",
)
_OTHER = Text(
    "Ask for a value that keeps the promise, or change the promise in .cfgbot.yml first, by hand.",
    "약속을 지키는 값으로 요청하거나, 먼저 .cfgbot.yml의 약속을 직접 고쳐 주세요.",
)
_MEND = Text(
    "It stops nothing; mend it in a change of its own.", "막지는 않아요. 따로 고쳐 주세요."
)
_OPERATOR = Text(
    "Who runs cfgbot can install or allow it; or let the policy say optional: true.",
    "cfgbot 운영자가 설치하거나 허용할 수 있어요. 정책에 optional: true라고 적을 수도 있어요.",
)

PROMISES: dict[str, RuleText] = {
    "invariants-kept": RuleText(
        Text(
            "What the policy declares of the values stays true.",
            "정책이 값에 대해 약속한 것은 그대로 지켜져요.",
        ),
        Text(
            "What must hold across files is seen in none of them: a place that is missed breaks the rest.",
            "여러 파일에 걸친 약속은 파일 하나로는 보이지 않아서, 한 곳을 빠뜨리면 나머지가 깨져요.",
        ),
        "servers > api > port: 8080 → 9000, but the proxy still says 8080",
        {
            "differs": (
                Text(
                    "“{name}” is broken: {key} is {value}, but {place} says {other}.{why}",
                    "“{name}” 약속이 깨져요: {key}은(는) {value}인데 {place}에는 {other}이(가) 있어요.{why}",
                ),
                _KEEP,
            ),
            "stranger": (
                Text(
                    "“{name}” is broken: {value} at {key} stands nowhere in {files}.{why}",
                    "“{name}” 약속이 깨져요: {key}의 {value}이(가) {files}에 없어요.{why}",
                ),
                Text(
                    "Add it there first, or use one that is there.",
                    "먼저 그곳에 추가하거나, 있는 값을 써 주세요.",
                ),
            ),
            "outside": (
                Text(
                    "“{name}” is broken: {key} is {value}; promised is {expected}.{why}",
                    "“{name}” 약속이 깨져요: {key}이(가) {value}인데 약속은 {expected}이에요.{why}",
                ),
                _OTHER,
            ),
            "incomparable": (
                Text(
                    "“{name}” cannot be evaluated: {value} at {key} does not compare with {expected}.{why}",
                    "“{name}” 약속을 확인할 수 없어요: {key}의 {value}은(는) {expected}와(과) 비교할 수 없어요.{why}",
                ),
                Text(
                    "Write the value with a unit of the same kind.",
                    "같은 종류의 단위로 적어 주세요.",
                ),
            ),
            "shared": (
                Text(
                    "“{name}” is broken: {value} at {key} already stands at {place}.{why}",
                    "“{name}” 약속이 깨져요: {key}의 {value}은(는) 이미 {place}에 있어요.{why}",
                ),
                _OTHER,
            ),
            "order": (
                Text(
                    "“{name}” is broken: {value} at {key} is more than {other} at {place}.{why}",
                    "“{name}” 약속이 깨져요: {key}의 {value}이(가) {place}의 {other}보다 커요.{why}",
                ),
                _OTHER,
            ),
            "shape": (
                Text(
                    "“{name}” cannot be evaluated: {value} at {key} is not of the form {pattern}.{why}",
                    "“{name}” 약속을 확인할 수 없어요: {key}의 {value}이(가) {pattern} 모양이 아니에요.{why}",
                ),
                _OTHER,
            ),
            "lost": (
                Text(
                    "“{name}” no longer sees this file: what it compares is gone.{why}",
                    "“{name}” 약속이 보던 값이 이 파일에서 사라져요.{why}",
                ),
                Text("Leave it in its place.", "원래 자리에 두세요."),
            ),
            "no-file": (
                Text(
                    "“{name}” cannot be evaluated: no file matches {files}.{why}",
                    "“{name}” 약속을 확인할 수 없어요: {files}에 맞는 파일이 없어요.{why}",
                ),
                _CHECK,
            ),
            "no-key": (
                Text(
                    "“{name}” cannot be evaluated: nothing in {files} stands at {key}.{why}",
                    "“{name}” 약속을 확인할 수 없어요: {files}의 {key}에 아무 값도 없어요.{why}",
                ),
                _CHECK,
            ),
            "alone": (
                Text(
                    "“{name}” cannot be evaluated: there is only one such place ({files}, {key}).{why}",
                    "“{name}” 약속을 확인할 수 없어요: 그런 곳이 하나뿐이에요 ({files}, {key}).{why}",
                ),
                _CHECK,
            ),
            "unreadable": (
                Text(
                    "“{name}” cannot be evaluated: the file cannot be read ({reason}).{why}",
                    "“{name}” 약속을 확인할 수 없어요: 파일을 읽을 수 없어요 ({reason}).{why}",
                ),
                Text("Repair the file.", "파일을 고쳐 주세요."),
            ),
            "already": (
                Text(
                    "“{name}” was broken before this change and still is here: {key} {value}{why}",
                    "“{name}” 약속은 이 변경 전부터 여기서 깨져 있었어요: {key} {value}{why}",
                ),
                _MEND,
            ),
            "more": (
                Text(
                    "“{name}” is broken in {count} more places.",
                    "“{name}” 약속이 {count}곳에서 더 깨져요.",
                ),
                _KEEP,
            ),
        },
    ),
    "validators-pass": RuleText(
        Text(
            "The programs that read the files find them good.",
            "파일을 실제로 읽는 프로그램이 문제없다고 해야 해요.",
        ),
        Text(
            "nginx -t knows what nginx will refuse at its next restart; no general rule knows as much.",
            "다음 재시작 때 nginx가 거절할 것은 nginx -t가 가장 잘 알아요.",
        ),
        'nginx -t: unknown directive "worker_conections" in nginx.conf:4',
        {
            "failed": (
                Text("{name} finds the change bad: {output}", "{name} 검사에 실패했어요: {output}"),
                Text(
                    "Ask for a change that {program} accepts.",
                    "{program}이(가) 받아들이는 변경을 요청해 주세요.",
                ),
            ),
            "already": (
                Text(
                    "{name} fails, and failed before this change too, so it says nothing of it.",
                    "{name} 검사가 실패하지만 변경 전에도 실패해서 이 변경을 판단할 수 없어요.",
                ),
                _MEND,
            ),
            "timeout": (
                Text(
                    "{name} did not end within {seconds} seconds.",
                    "{name} 검사가 {seconds}초 안에 끝나지 않았어요.",
                ),
                Text(
                    "Ask again, or give it more time in .cfgbot.yml (timeout).",
                    "다시 요청하거나 .cfgbot.yml의 timeout을 늘려 주세요.",
                ),
            ),
            "missing": (
                Text(
                    "{name} could not be run: there is no program {program} here.",
                    "{name} 검사를 할 수 없어요: {program} 프로그램이 없어요.",
                ),
                _OPERATOR,
            ),
            "forbidden": (
                Text(
                    "{name} could not be run: {program} is not among the programs allowed here (CFG_VALIDATORS).",
                    "{name} 검사를 할 수 없어요: {program}은(는) 허용된 프로그램이 아니에요 (CFG_VALIDATORS).",
                ),
                _OPERATOR,
            ),
            "skipped": (
                Text(
                    "{name} was skipped: {program} is not here, or not allowed.",
                    "{name} 검사를 건너뛰었어요: {program}이(가) 없거나 허용되지 않았어요.",
                ),
                Text(
                    "It stops nothing, since the policy calls it optional.",
                    "정책에서 optional이라 막지는 않아요.",
                ),
            ),
            "not-started": (
                Text(
                    "{name} could not be run: {detail}.", "{name} 검사를 할 수 없었어요: {detail}."
                ),
                Text(
                    "Ask again, or look at its command in .cfgbot.yml.",
                    "다시 요청하거나 .cfgbot.yml의 명령을 확인해 주세요.",
                ),
            ),
            "not-run": (
                Text(
                    "{name} was not run, since the change is refused already.",
                    "이미 거절된 변경이라 {name} 검사는 하지 않았어요.",
                ),
                Text("See the other findings.", "다른 지적을 먼저 봐 주세요."),
            ),
            "own-file": (
                Text(
                    "This file is part of {name}, which would then judge itself.",
                    "이 파일은 {name} 검사의 일부라서 스스로를 판정하게 돼요.",
                ),
                Text("Change it by hand.", "직접 바꿔 주세요."),
            ),
        },
    ),
}
