"""Words about rollouts: stages, what keeps a change from being parted, and why one turned back.

Words only; what is so was decided in ``bot.core.rollout``.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.report.text import Text
from bot.core.request import Language
from bot.core.rollout.state import DeploymentState, Reason

STAGES: dict[str, Text] = {
    "admit": Text(
        "allow-lists let the new address in beside the old one",
        "허용 목록에 새 주소를 옛 주소와 함께 넣어요",
    ),
    "switch": Text(
        "everything else changes; allow-lists still hold both",
        "나머지를 모두 바꿔요. 허용 목록에는 아직 둘 다 있어요",
    ),
    "remove": Text(
        "allow-lists shut the old address out; this is the judged change",
        "허용 목록에서 옛 주소를 빼요. 판정받은 변경 그대로예요",
    ),
    "whole": Text("the whole change at once", "변경 전체를 한 번에 적용해요"),
    "undo-admit": Text("allow-lists are as they were before", "허용 목록을 처음대로 되돌려요"),
    "undo-switch": Text(
        "everything else is as it was; allow-lists still hold both addresses",
        "나머지를 처음대로 되돌려요. 허용 목록에는 아직 두 주소가 다 있어요",
    ),
    "undo-remove": Text(
        "allow-lists let the old address in again", "허용 목록에 옛 주소를 다시 넣어요"
    ),
    "undo-whole": Text("the whole change is taken back", "변경 전체를 되돌려요"),
}

# beside the environment in a row; a change in one stage needs no name
STAGE_NAMES: dict[str, Text] = {
    "admit": Text("let in", "허용"),
    "switch": Text("switch", "전환"),
    "remove": Text("shut out", "차단"),
    "undo-remove": Text("back: let in", "되돌리기: 허용"),
    "undo-switch": Text("back: switch", "되돌리기: 전환"),
    "undo-admit": Text("back: shut out", "되돌리기: 차단"),
    "undo-whole": Text("back", "되돌리기"),
}

WARNINGS: dict[str, Text] = {
    "single": Text(
        "{path}:{line} {key} holds one value, so it cannot let both addresses in; all of it changes at once, and traffic may be refused meanwhile",
        "{path}:{line} {key}에는 값이 하나뿐이라 두 주소를 함께 허용할 수 없어요. 한 번에 바뀌므로 그동안 통신이 거부될 수 있어요",
    ),
    "anchor": Text(
        "{path}:{line} {key} is used by name elsewhere, so it cannot hold both addresses; all of it changes at once",
        "{path}:{line} {key}은(는) 다른 곳에서 이름으로 쓰여서 두 주소를 담을 수 없어요. 한 번에 바뀌어요",
    ),
    "identity": Text(
        "{path}:{line} {key} is in a rule with a name or number of its own, which cannot stand twice; all of it changes at once",
        "{path}:{line} {key}은(는) 고유한 이름이나 번호가 있는 규칙에 있어서 두 번 쓸 수 없어요. 한 번에 바뀌어요",
    ),
    "key": Text(
        "{path}:{line} {key} says the address as a range or as a key, which cannot be doubled; all of it changes at once",
        "{path}:{line} {key}은(는) 주소를 범위나 키로 적어서 둘로 늘릴 수 없어요. 한 번에 바뀌어요",
    ),
    "unwritable": Text(
        "{path}:{line} {key} could not be doubled without guessing; all of it changes at once",
        "{path}:{line} {key}을(를) 추측 없이 둘로 늘릴 수 없어요. 한 번에 바뀌어요",
    ),
    "unreadable": Text(
        "{path}:{line} could not be read with both addresses in it; all of it changes at once",
        "{path}:{line}에 두 주소를 함께 넣으면 읽을 수 없어요. 한 번에 바뀌어요",
    ),
    "new-list": Text(
        "{path}:{line} {key} is a list that only one version has; all of it changes at once",
        "{path}:{line} {key}은(는) 한쪽에만 있는 목록이에요. 한 번에 바뀌어요",
    ),
    "not-lawful": Text(
        "{path}:{line} {key}: no order of stages keeps everybody let in; all of it changes at once",
        "{path}:{line} {key}: 어떤 순서로도 모두를 계속 허용할 수 없어요. 한 번에 바뀌어요",
    ),
}

STANDINGS: dict[DeploymentState, Text] = {
    DeploymentState.WAITING: Text("waiting", "기다리는 중"),
    DeploymentState.DUE: Text("about to be deployed", "곧 배포"),
    DeploymentState.TRIGGERED: Text("being deployed", "배포 중"),
    DeploymentState.CANCELLING: Text("being cancelled", "취소하는 중"),
    DeploymentState.BUILT: Text("deployed, health being watched", "배포됨, 상태 확인 중"),
    DeploymentState.HEALTHY: Text("deployed and healthy", "배포됨, 건강함"),
    DeploymentState.REFUSED: Text("not deployed", "배포되지 않음"),
    DeploymentState.FAILED: Text("failed", "실패"),
    DeploymentState.STUCK: Text("stuck: its build cannot be stopped", "멈춤: 빌드를 끝낼 수 없음"),
}

REASONS: dict[str, Text] = {
    "baseline-missing": Text(
        "the health of {environment} before the change could not be measured: {what}",
        "{environment}의 변경 전 상태를 잴 수 없었어요: {what}",
    ),
    "not-landed": Text(
        "the stage {stage} could not be merged: {detail}",
        "{stage} 단계를 병합할 수 없었어요: {detail}",
    ),
    "changed-since": Text(
        "since the merge somebody has changed {paths}, so it cannot be taken back exactly",
        "병합 뒤에 누군가 {paths}을(를) 바꿔서 그대로 되돌릴 수 없어요",
    ),
    "trigger-refused": Text(
        "Jenkins would not deploy {environment}: {detail}",
        "Jenkins가 {environment} 배포를 거부했어요: {detail}",
    ),
    "trigger-timeout": Text(
        "the build of {environment} could not be started in time",
        "{environment} 빌드를 제시간에 시작하지 못했어요",
    ),
    "build-failed": Text("the build of {environment} failed", "{environment} 빌드가 실패했어요"),
    "build-hung": Text("the build of {environment} hung", "{environment} 빌드가 멈췄어요"),
    "build-gone": Text(
        "Jenkins no longer knows the build of {environment}",
        "Jenkins에서 {environment} 빌드를 찾을 수 없어요",
    ),
    "build-timeout": Text(
        "the build of {environment} took too long", "{environment} 빌드가 너무 오래 걸렸어요"
    ),
    "build-endless": Text(
        "the build of {environment} took too long and could not be stopped",
        "{environment} 빌드가 너무 오래 걸렸고 멈출 수도 없었어요",
    ),
    "unhealthy": Text(
        "{environment} was not healthy: {what}",
        "{environment}의 상태가 나빴어요: {what}",
    ),
    "health-unknown": Text(
        "nobody could tell whether {environment} was healthy: {what}",
        "{environment}의 상태를 알 수 없었어요: {what}",
    ),
    "health-slow": Text(
        "{environment} was never healthy for long enough: {what}",
        "{environment}의 상태가 충분히 오래 좋지 못했어요: {what}",
    ),
    "stopped": Text("{by} asked to stop", "{by}님이 멈춰 달라고 했어요"),
}

PLAN: dict[str, Text] = {
    "head": Text(
        "{base} → {head}: {stages}, {environments}, {deployments}",
        "{base} → {head}: {stages}, {environments}, {deployments}",
    ),
    "stage-count": Text("{count} stages", "단계 {count}개"),
    "stage-count-1": Text("1 stage", "단계 1개"),
    "environment-count": Text("{count} environments", "환경 {count}개"),
    "environment-count-1": Text("1 environment", "환경 1개"),
    "deployment-count": Text("{count} deployments", "배포 {count}번"),
    "deployment-count-1": Text("1 deployment", "배포 1번"),
    "moved": Text(
        "{old} becomes {new}: whoever is let in by the one is let in by the other before anybody turns to it, and for as long as anybody still turns to the old one.",
        "{old}이(가) {new}(으)로 바뀌어요. 새 주소는 누가 쓰기 전에 먼저 허용하고, 옛 주소는 쓰는 곳이 없어진 뒤에 막아요.",
    ),
    "stage": Text("{number}. {name}: {what} ({files})", "{number}. {name}: {what} ({files})"),
    "file-count": Text("{count} files", "파일 {count}개"),
    "file-count-1": Text("1 file", "파일 1개"),
    "wave": Text(
        "wave {wave}, at most {parallel} at once", "웨이브 {wave}, 한 번에 최대 {parallel}개"
    ),
    "soak": Text("healthy for {soak} before what follows", "{soak} 동안 건강해야 다음으로 가요"),
    "no-wave": Text("no environment has these files", "이 파일은 어느 환경에도 속하지 않아요"),
    "job": Text("job {job}, at most {timeout}", "작업 {job}, 최대 {timeout}"),
    "parameters": Text("with {parameters}", "매개변수 {parameters}"),
    "health": Text("healthy: {check}", "건강 조건: {check}"),
    "no-health": Text("healthy once the build has succeeded", "빌드가 성공하면 건강한 것으로 봐요"),
    "because": Text("because of {paths}", "이유: {paths}"),
    "and-more": Text("{paths} and {count} more", "{paths} 외 {count}개"),
    "warning": Text("warning: ", "주의: "),
    "nothing": Text("Nothing differs.", "다른 것이 없어요."),
    "no-environments": Text(
        "The policy names no environments, so nothing is deployed.",
        "정책에 환경이 없어서 배포하지 않아요.",
    ),
    "no-files": Text(
        "None of the files that differ belongs to an environment, so nothing is deployed.",
        "바뀌는 파일이 어느 환경에도 속하지 않아서 배포하지 않아요.",
    ),
    "one-stage": Text(
        "The policy asks for one stage (make_before_break: false).",
        "정책에 따라 한 단계로 해요 (make_before_break: false).",
    ),
    "on-failure-rollback": Text(
        "Where anything fails, everything is taken back in reverse order.",
        "하나라도 실패하면 모두 역순으로 되돌려요.",
    ),
    "on-failure-stop": Text(
        "Where anything fails, nothing more is touched.",
        "하나라도 실패하면 더는 손대지 않아요.",
    ),
    "above": Text("more than {value}", "{value} 초과"),
    "below": Text("less than {value}", "{value} 미만"),
    "at-most": Text("at most {value} times as before", "전의 {value}배 이하"),
    "at-least": Text("at least {value} times as before", "전의 {value}배 이상"),
    "negligible": Text("(up to {value} always)", "({value}까지는 항상)"),
    "for": Text("for {time}", "{time} 동안"),
    "probe": Text(
        "{url} answers {status} within {time}", "{url}이(가) {time} 안에 {status}(으)로 답함"
    ),
}


def say_reason(why: Reason, language: Language) -> str:
    """Why a rollout turned back or stopped; no sentence of its own ends with a full stop."""
    facts = dict(why.facts)
    return REASONS[why.code].say(
        language, {"detail": "", "by": "", "what": facts.get("check", ""), **facts}
    )


def on_the_way_back(why: Text) -> Text:
    """Why it could not be taken back, told apart from why it was to be."""
    return Text(f"on the way back: {why.en}", f"되돌리는 중: {why.ko}")


def say_plan(name: str, language: Language, facts: Mapping[str, str] | None = None) -> str:
    """One of the sentences of ``cfg rollout plan``."""
    return PLAN[name].say(language, facts)


def say_count(name: str, count: int, language: Language) -> str:
    """``1 stage``, ``3 stages``."""
    text = PLAN[f"{name}-1"] if count == 1 else PLAN[name]
    return text.say(language, {"count": str(count)})


_REVERT = {
    "title": Text("Take back #{pull}", "#{pull} 되돌리기"),
    "body": Text(
        "#{pull} did not come up well in every cloud ({url}). This restores exactly the files it changed, byte for byte, and touches nothing else; so it is merged without another judgement.",
        "#{pull}이(가) 모든 클라우드에서 잘 올라오지 않았어요 ({url}). 바꾼 파일만 바이트까지 그대로 되돌리고 다른 것은 건드리지 않으므로 다시 판정하지 않고 병합해요.",
    ),
}


def revert_title(pull: int, language: Language) -> str:
    """The title of the pull request that takes another one back."""
    return _REVERT["title"].say(language, {"pull": str(pull)})


def revert_body(pull: int, url: str, language: Language) -> str:
    """What it says of itself; ``url`` is where the change was asked for."""
    return _REVERT["body"].say(language, {"pull": str(pull), "url": f"<{url}>"})
