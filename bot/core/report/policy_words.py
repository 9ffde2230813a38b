"""Words about the policy file: what is wrong with it, and what ``cfg policy check`` found.

Words only; what is wrong was decided in ``bot.policy``. The remedy is part of each sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.report.text import Text
from bot.core.request import Language

LINE = Text("line {line}: ", "{line}행: ")

TOP = "the top level"
_TOP = Text(TOP, "맨 위")

FAULTS: dict[str, Text] = {
    "yaml": Text("this is no YAML: {detail}", "YAML로 읽을 수 없어요: {detail}"),
    "too-large": Text(
        "the file is too large to be a policy", "정책이라고 하기에는 파일이 너무 커요"
    ),
    "two-files": Text("stands beside {other}; keep one", "{other}도 있어요. 하나만 두세요"),
    "unknown-key": Text(
        "unknown key {key} in {where}", "{where}에 알 수 없는 키 {key}이(가) 있어요"
    ),
    "unknown-key-near": Text(
        "unknown key {key} in {where}; did you mean {near}?",
        "{where}에 알 수 없는 키 {key}이(가) 있어요. {near}인가요?",
    ),
    "key-twice": Text("{key} stands twice in {where}", "{where}에 {key}이(가) 두 번 있어요"),
    "key-missing": Text("{where} needs {key}", "{where}에는 {key}이(가) 있어야 해요"),
    "no-mapping": Text("{where} must be a mapping", "{where}은(는) 키와 값의 모음이어야 해요"),
    "no-list": Text("{where} must be a list", "{where}은(는) 목록이어야 해요"),
    "empty-list": Text("{where} must not be empty", "{where}은(는) 비어 있으면 안 돼요"),
    "no-text": Text("{where} must be a text", "{where}은(는) 글이어야 해요"),
    "no-scalar": Text("{where} must be one plain value", "{where}은(는) 값 하나여야 해요"),
    "no-flag": Text("{where} must be true or false", "{where}은(는) true 또는 false여야 해요"),
    "no-number": Text(
        "{where} must be a number from {least} to {most}",
        "{where}은(는) {least}에서 {most} 사이의 수여야 해요",
    ),
    "no-whole-number": Text(
        "{where} must be a whole number from {least} to {most}",
        "{where}은(는) {least}에서 {most} 사이의 정수여야 해요",
    ),
    "no-choice": Text(
        "{where} must be one of {choices}, not {value}",
        "{where}은(는) {choices} 중 하나여야 해요 ({value}은(는) 안 돼요)",
    ),
    "no-choice-near": Text(
        "{where} must be one of {choices}, not {value}; did you mean {near}?",
        "{where}은(는) {choices} 중 하나여야 해요 ({value}은(는) 안 돼요). {near}인가요?",
    ),
    "bad-name": Text(
        "{where}: a name has letters, digits, '.', '_' and '-'",
        "{where}: 이름에는 영문자, 숫자, '.', '_', '-'만 쓸 수 있어요",
    ),
    "name-twice": Text(
        "{where}: another one is called {name} already", "{where}: {name}이라는 이름이 이미 있어요"
    ),
    "bad-glob": Text(
        "{where}: {pattern} is a path pattern that matches nothing",
        "{where}: {pattern}은(는) 아무 경로에도 맞지 않는 패턴이에요",
    ),
    "bad-job": Text(
        "{where} must name a Jenkins job, such as team/deploy",
        "{where}은(는) team/deploy 같은 Jenkins 작업 이름이어야 해요",
    ),
    "own-parameter": Text(
        "{where}: CFG_RUN and COMMIT are set by cfgbot itself",
        "{where}: CFG_RUN과 COMMIT은 cfgbot이 직접 넣어요",
    ),
    "key-pattern-empty": Text(
        "{where} must be a key pattern, such as servers > * > port",
        "{where}은(는) servers > * > port 같은 키 패턴이어야 해요",
    ),
    "key-pattern-step": Text("{where}: a step is empty", "{where}: 빈 단계가 있어요"),
    "key-pattern-stars": Text(
        "{where}: a step has ** or more than three stars; ** stands alone",
        "{where}: **은(는) 단계 하나로만 쓰고, 한 단계에 *은(는) 세 개까지예요",
    ),
    "pattern-invalid": Text(
        "{where} is no regular expression: {detail}",
        "{where}은(는) 올바른 정규식이 아니에요: {detail}",
    ),
    "pattern-long": Text(
        "{where} must be a regular expression of 1 to 200 characters",
        "{where}은(는) 1~200자의 정규식이어야 해요",
    ),
    "pattern-groups": Text(
        "{where} has too many groups; write (?:…) for those that only hold together",
        "{where}에 그룹이 너무 많아요. 묶기만 할 때는 (?:…)를 쓰세요",
    ),
    "pattern-slow": Text(
        "{where} could run for ages: no repeated group, back reference or look-around, and few *, + and alternatives",
        "{where}은(는) 너무 오래 걸릴 수 있어요: 그룹 반복·역참조·전후방 탐색은 안 되고, *·+·선택은 적어야 해요",
    ),
    "one-promise": Text(
        "{where} needs exactly one of {choices}", "{where}에는 {choices} 중 꼭 하나가 있어야 해요"
    ),
    "one-bound": Text(
        "{where} needs min or max, or one_of, or matches",
        "{where}에는 min이나 max, one_of, matches 중 하나가 있어야 해요",
    ),
    "bad-quantity": Text(
        "{where}: {value} is no number, with or without a unit",
        "{where}: {value}은(는) 수나 단위가 붙은 수가 아니에요",
    ),
    "bounds-crossed": Text(
        "{where}: min is not below max, or of another kind",
        "{where}: min이 max보다 작지 않거나 종류가 달라요",
    ),
    "two-places": Text(
        "{where} needs at least two places", "{where}에는 자리가 둘 이상 있어야 해요"
    ),
    "bad-command": Text(
        "{where} must be a command as a list of words, such as [nginx, -t]",
        "{where}은(는) [nginx, -t]처럼 낱말의 목록이어야 해요",
    ),
    "files-word": Text(
        "{where}: {{files}} must be a word of its own, and not the program",
        "{where}: {{files}}은(는) 혼자 한 낱말이어야 하고 프로그램 자리에는 쓸 수 없어요",
    ),
    "bad-duration": Text(
        "{where} must be a time such as 90s, 5m or 1h30m, from {least}s to {most}s",
        "{where}은(는) 90s, 5m, 1h30m 같은 {least}초에서 {most}초 사이의 시간이어야 해요",
    ),
    "template-unknown": Text(
        "{where}: nothing is called {name}; there is {choices}",
        "{where}: {name}(이)라는 이름은 없어요. {choices} 중에서 쓰세요",
    ),
    "template-unknown-near": Text(
        "{where}: nothing is called {name}; did you mean {near}?",
        "{where}: {name}(이)라는 이름은 없어요. {near}인가요?",
    ),
    "one-health": Text(
        "{where} needs exactly one of promql, http",
        "{where}에는 promql과 http 중 꼭 하나가 있어야 해요",
    ),
    "no-health-bound": Text(
        "{where} needs above, below, at_most or at_least: a query alone says nothing",
        "{where}에는 above, below, at_most, at_least 중 하나가 있어야 해요. 질의만으로는 알 수 없어요",
    ),
    "health-crossed": Text(
        "{where}: no value can keep within these bounds",
        "{where}: 이 범위에 드는 값은 있을 수 없어요",
    ),
    "negligible-alone": Text(
        "{where}: negligible only goes with at_most",
        "{where}: negligible은 at_most와 함께만 쓸 수 있어요",
    ),
    "bad-ratio": Text(
        "{where} must be a factor such as 1.5x baseline",
        "{where}은(는) 1.5x baseline 같은 배수여야 해요",
    ),
    "bad-url": Text(
        "{where} must be a http or https URL without credentials",
        "{where}은(는) 인증 정보가 없는 http나 https URL이어야 해요",
    ),
    "model-refused": Text(
        "{where}: {name} is not among the models allowed here (CFG_POLICY_MODELS)",
        "{where}: {name}은(는) 여기서 허용된 모델이 아니에요 (CFG_POLICY_MODELS)",
    ),
    "model-unjudged": Text(
        "{where}: the author {name} would have no reviewer",
        "{where}: 작성 모델 {name}을(를) 검토할 모델이 없어요",
    ),
    "model-same": Text(
        "{where}: author and reviewer would both be {name}",
        "{where}: 작성과 검토가 모두 {name}이(가) 돼요",
    ),
}

NOTES: dict[str, Text] = {
    "glob-matches-nothing": Text(
        "{where}: {pattern} matches no file", "{where}: {pattern}에 맞는 파일이 없어요"
    ),
    "validator-missing": Text(
        "validators.{name}: there is no program {program} here",
        "validators.{name}: {program} 프로그램이 없어요",
    ),
    "validator-forbidden": Text(
        "validators.{name}: {program} is not allowed here (CFG_VALIDATORS)",
        "validators.{name}: {program}은(는) 여기서 허용되지 않아요 (CFG_VALIDATORS)",
    ),
    "validator-failed": Text(
        "validators.{name}: fails on the files as they are: {detail}",
        "validators.{name}: 지금 파일에서 실패해요: {detail}",
    ),
    "validator-timeout": Text(
        "validators.{name}: does not end in time", "validators.{name}: 제시간에 끝나지 않아요"
    ),
    "validator-not-started": Text(
        "validators.{name}: could not be run: {detail}",
        "validators.{name}: 실행할 수 없어요: {detail}",
    ),
    "environments-overlap": Text(
        "{count} files belong to both {one} and {other}, such as {path}; a change of them deploys both",
        "파일 {count}개가 {one}와(과) {other} 모두에 속해요 (예: {path}). 바꾸면 둘 다 배포돼요",
    ),
    "none": Text(
        "There is no policy file; everything but what is always protected may change.",
        "정책 파일이 없어요. 늘 보호되는 것 말고는 모두 바꿀 수 있어요.",
    ),
    "good": Text("{path} ({source}) is good.", "{path} ({source})에 문제가 없어요."),
    "wanting": Text(
        "{path} ({source}) can be read, but {count} things do not hold:",
        "{path} ({source})을(를) 읽을 수 있지만 {count}가지가 맞지 않아요:",
    ),
    "unusable": Text("{path} ({source}) cannot be used:", "{path} ({source})을(를) 쓸 수 없어요:"),
    "work-tree": Text("as it stands in the work tree", "작업 트리"),
    "commit": Text("commit {sha}", "커밋 {sha}"),
    "note": Text("note: ", "참고: "),
}


def say_fault(code: str, line: int | None, facts: Mapping[str, str], language: Language) -> str:
    """What is wrong, with its line where that is known."""
    place = LINE.say(language, {"line": str(line)}) if line else ""
    if facts.get("where") == TOP:
        facts = {**facts, "where": _TOP.say(language)}
    return place + FAULTS[code].say(language, facts)


def say_note(code: str, facts: Mapping[str, str], language: Language) -> str:
    """What a look at the policy found."""
    return NOTES[code].say(language, facts)
