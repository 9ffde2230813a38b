"""Words of the gate's own findings (points 7 and 8): who judged, and on what."""

from __future__ import annotations

from bot.core.report.rule_text import RuleText
from bot.core.report.text import Text

_AGAIN = Text(
    "Ask again, or say the request more exactly.", "다시 요청하거나 더 정확하게 적어 주세요."
)

JUDGES: dict[str, RuleText] = {
    "agreed-blind": RuleText(
        Text(
            "The reviewer, not seeing the change, derives the same.",
            "검토 모델이 변경을 보지 않고도 같은 결과를 내야 해요.",
        ),
        Text(
            "A model that is shown a diff says yes to nearly everything; one that derives its own does not.",
            "diff를 보여주면 거의 다 좋다고 하지만, 스스로 유도하면 그렇지 않아요.",
        ),
        "author: 30s → 45s, reviewer: 30s → 54s",
        {
            "extra": (
                Text(
                    "{key} → {mine}: the reviewer did not derive this.",
                    "{key} → {mine}: 검토 모델은 이 변경을 내지 않았어요.",
                ),
                _AGAIN,
            ),
            "missing": (
                Text(
                    "{key} → {theirs}: the reviewer derived this, and it is missing.",
                    "{key} → {theirs}: 검토 모델이 낸 이 변경이 빠졌어요.",
                ),
                _AGAIN,
            ),
        },
    ),
    "agreed-review": RuleText(
        Text(
            "The reviewer approves every hunk of this very commit.",
            "검토 모델이 이 커밋의 모든 부분을 승인해야 해요.",
        ),
        Text(
            "An approval of part of a change is no approval.", "일부만 승인한 것은 승인이 아니에요."
        ),
        "hunk 2 of 3: reject",
        {
            "default": (
                Text("The reviewer rejects: {reason}", "검토 모델이 반려했어요: {reason}"),
                _AGAIN,
            )
        },
    ),
    "review-unusable": RuleText(
        Text("A review that cannot be read is no review.", "읽을 수 없는 검토는 검토가 아니에요."),
        Text(
            "A run without any review must never look green.",
            "검토가 없는데 통과로 보이면 안 돼요.",
        ),
        "the reviewer left out hunk h2",
        {
            "default": (
                Text(
                    "The reviewer's answer cannot be used: {reason}",
                    "검토 모델의 답을 쓸 수 없어요: {reason}",
                ),
                Text(
                    "Ask again, or use another reviewer.",
                    "다시 요청하거나 다른 검토 모델을 써 주세요.",
                ),
            )
        },
    ),
    "review-skipped": RuleText(
        Text(
            "A change the checks refuse is not sent to the reviewer.",
            "검사가 거절한 변경은 검토 모델에 보내지 않아요.",
        ),
        Text(
            "Where a deterministic check decides, a model's opinion costs money and changes nothing.",
            "결정적인 검사가 판단했으면 모델의 의견은 비용만 들 뿐이에요.",
        ),
        "(a check above blocks)",
        {
            "default": (
                Text(
                    "The reviewer was not asked, since the checks refuse the change.",
                    "검사가 거절해서 검토 모델에 묻지 않았어요.",
                ),
                Text("Mend the findings above first.", "위의 문제를 먼저 해결해 주세요."),
            )
        },
    ),
    "same-model": RuleText(
        Text("Author and reviewer are different models.", "작성과 검토는 서로 다른 모델이에요."),
        Text("A model finds its own mistakes plausible.", "모델은 자기 실수를 그럴듯하게 여겨요."),
        "CFG_AUTHOR_MODEL = CFG_REVIEWER_MODEL",
        {
            "default": (
                Text(
                    "One model was both author and reviewer, as the settings allow.",
                    "설정에서 허용해서 한 모델이 작성과 검토를 모두 했어요.",
                ),
                Text(
                    "Set another CFG_REVIEWER_MODEL for a second opinion.",
                    "다른 CFG_REVIEWER_MODEL을 정하면 두 번째 의견을 얻어요.",
                ),
            )
        },
    ),
    "no-model": RuleText(
        Text(
            "It is said when no language model judged.",
            "언어 모델이 판정하지 않았으면 그렇게 말해요.",
        ),
        Text(
            "Who reads a verdict must know what it rests on.",
            "판정을 읽는 사람은 무엇에 근거했는지 알아야 해요.",
        ),
        "(no CFG_REVIEWER_MODEL set)",
        {
            "default": (
                Text(
                    "No language model was used; this rests on rules and checks alone.",
                    "언어 모델을 쓰지 않았어요. 규칙과 검사에만 근거해요.",
                ),
                Text(
                    "Set CFG_REVIEWER_MODEL for a second judge.",
                    "CFG_REVIEWER_MODEL을 정하면 두 번째 판정을 받아요.",
                ),
            )
        },
    ),
    "nothing-provable": RuleText(
        Text(
            "Without a model, rules must derive the change.",
            "모델이 없으면 규칙으로 변경을 유도할 수 있어야 해요.",
        ),
        Text("What nobody proved is not merged.", "아무도 증명하지 않은 것은 합치지 않아요."),
        "request: make the cache better",
        {
            "default": (
                Text(
                    "Rules cannot derive a change from this request, so nothing about the change is proven.",
                    "규칙으로 이 요청의 변경을 유도할 수 없어서 증명된 것이 없어요.",
                ),
                Text(
                    "Say exactly what should become what, or set models.",
                    "무엇을 무엇으로 바꿀지 정확히 적거나 모델을 정해 주세요.",
                ),
            )
        },
    ),
    "stale-base": RuleText(
        Text("What is merged is what was judged.", "판정한 것과 같은 것만 합쳐요."),
        Text(
            "A base that moved in the meantime can make a right change wrong.",
            "그사이 기준 브랜치가 움직이면 맞던 변경도 틀린 것이 될 수 있어요.",
        ),
        "judged on a1b2c3, the branch is at d4e5f6",
        {
            "default": (
                Text(
                    "The base branch moved after the change was judged.",
                    "판정한 뒤에 기준 브랜치가 움직였어요.",
                ),
                Text(
                    "Ask again; it is judged on the new base.",
                    "다시 요청해 주세요. 새 기준으로 판정해요.",
                ),
            )
        },
    ),
    "check-crashed": RuleText(
        Text("A check that fails to run counts as failed.", "돌지 못한 검사는 실패로 쳐요."),
        Text("An error must not read as a pass.", "오류가 통과로 읽히면 안 돼요."),
        "(internal error)",
        {
            "default": (
                Text(
                    "The check {check} could not run ({error}).",
                    "{check} 검사가 돌지 못했어요 ({error}).",
                ),
                Text(
                    "Report this; judge the change by hand meanwhile.",
                    "알려 주세요. 그동안은 직접 판단해 주세요.",
                ),
            )
        },
    ),
}
