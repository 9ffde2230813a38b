"""The words of GitHub threads: status comments, pull requests, reviews and check runs.

Words only, in both languages; ``thread`` and ``pull_request`` put them together.
"""

from __future__ import annotations

from bot.core.report.text import Text

HEADLINES: dict[str, Text] = {
    "working": Text("⏳ **On it**", "⏳ **처리하고 있어요**"),
    "declined": Text("🟡 **Nothing was changed**", "🟡 **아무것도 바꾸지 않았어요**"),
    "planned": Text(
        "🔵 **This would be merged** (`/cfg plan`: nothing was changed)",
        "🔵 **이대로 병합할 수 있어요** (`/cfg plan`: 아무것도 바꾸지 않았어요)",
    ),
    "rejected": Text(
        "🔴 **Not merged**: the change in #{pull} was rejected",
        "🔴 **병합하지 않았어요**: #{pull}의 변경이 반려됐어요",
    ),
    "waiting": Text(
        "🟠 **Approved, waiting to merge** #{pull}", "🟠 **승인했고 #{pull} 병합을 기다려요**"
    ),
    "merged": Text("🟢 **Merged** in #{pull}", "🟢 **#{pull}에서 병합했어요**"),
    "deploying": Text(
        "🟢 **Merged** in #{pull}, deploying", "🟢 **#{pull}에서 병합했고 배포하고 있어요**"
    ),
    "deployed": Text(
        "✅ **Merged** in #{pull} **and deployed**", "✅ **#{pull}에서 병합하고 배포했어요**"
    ),
    "deploy-failed": Text(
        "❌ **Merged** in #{pull}, **but not deployed everywhere**",
        "❌ **#{pull}에서 병합했지만 일부 배포에 실패했어요**",
    ),
    "rolling-back": Text(
        "🟠 **Merged** in #{pull}, **and being taken back**",
        "🟠 **#{pull}에서 병합했지만 되돌리고 있어요**",
    ),
    "rolled-back": Text(
        "↩️ **Taken back**: #{pull} was merged, did not come up well, and everything is as it was",
        "↩️ **되돌렸어요**: 병합한 #{pull}의 배포가 좋지 않아서 모두 처음대로 돌려놓았어요",
    ),
    "frozen": Text(
        "🚨 **STOPPED HALF-WAY**: #{pull} was merged, and some clouds may have it and some not",
        "🚨 **중간에 멈췄어요**: 병합한 #{pull}의 변경이 일부 클라우드에만 반영됐을 수 있어요",
    ),
    "failed": Text("❌ **Could not finish**", "❌ **끝내지 못했어요**"),
    "closed": Text(
        "⚪ **Stopped**: #{pull} was closed by hand", "⚪ **멈췄어요**: #{pull}을 사람이 닫았어요"
    ),
    "merged-by-hand": Text(
        "⚪ **Merged by hand**: #{pull} was merged by a person, not by me",
        "⚪ **사람이 병합했어요**: #{pull}은 제가 병합하지 않았어요",
    ),
}

LINES: dict[str, Text] = {
    "stage-understand": Text(
        "Working out what the request means and judging it…", "요청의 뜻을 찾고 판정하는 중…"
    ),
    "asked-by": Text("Asked by {who}", "요청: {who}"),
    "change-count": Text("{values} in {files}", "{files}에서 {values}"),
    "value": Text("{count} value", "값 {count}개"),
    "values": Text("{count} values", "값 {count}개"),
    "file": Text("{count} file", "파일 {count}개"),
    "files": Text("{count} files", "파일 {count}개"),
    "judged-by": Text(
        "author {author}, reviewer {reviewer}, mode {mode}, {seconds} s",
        "작성 {author}, 검토 {reviewer}, 방식 {mode}, {seconds}초",
    ),
    "no-reviewer-model": Text("none (checks only)", "없음 (검사만)"),
    "merge-commit": Text("Merge commit {sha}", "병합 커밋 {sha}"),
    "details": Text("Every change with its evidence", "모든 변경과 그 근거"),
    "candidates": Text("It could be one of these:", "다음 중 하나일 수 있어요:"),
    "what-next": Text(
        "Ask again with a new `/cfg change …`.", "`/cfg change …`로 다시 요청해 주세요."
    ),
    "revise-next": Text(
        "Say what should be different with `/cfg revise …` on #{pull}, or close it.",
        "#{pull}에서 `/cfg revise …`로 무엇이 달라져야 하는지 적거나 닫아 주세요.",
    ),
    "not-published": Text(
        "No pull request was opened, so that nothing of this is published.",
        "내용이 공개되지 않도록 풀 리퀘스트를 열지 않았어요.",
    ),
    "no-environment": Text(
        "No environment of `.cfgbot.yml` is touched, so nothing is deployed.",
        "`.cfgbot.yml`의 환경에 닿지 않아서 배포하지 않아요.",
    ),
    "no-jenkins": Text(
        "Not deployed: no Jenkins is set up for me (`CFG_JENKINS_URL`).",
        "배포하지 않았어요: 설정된 Jenkins가 없어요 (`CFG_JENKINS_URL`).",
    ),
    "timeline": Text("Timeline", "진행 기록"),
    "cut": Text("… and {count} more", "… 그 밖에 {count}개"),
    "too-long": Text("(shortened)", "(줄임)"),
}

COLUMNS: dict[str, Text] = {
    "where": Text("where", "위치"),
    "old": Text("old", "전"),
    "new": Text("new", "후"),
    "place-why": Text("why here", "이 자리인 까닭"),
    "value-why": Text("why this value", "이 값인 까닭"),
    "environment": Text("environment", "환경"),
    "build": Text("build", "빌드"),
    "state": Text("state", "상태"),
    "rule": Text("rule", "규칙"),
    "finding": Text("what, and what to do", "내용과 할 일"),
}

WAITING: dict[str, Text] = {
    "checks-running": Text("these checks still run: {names}", "아직 도는 검사: {names}"),
    "checks-missing": Text(
        "these required checks have not reported: {names}", "아직 보고하지 않은 필수 검사: {names}"
    ),
    "approvals": Text(
        "the branch asks for {count} approving review(s) by people",
        "브랜치가 사람의 승인 {count}개를 요구해요",
    ),
    "blocked": Text(
        "branch protection does not allow the merge yet ({detail})",
        "브랜치 보호 규칙이 아직 병합을 막고 있어요 ({detail})",
    ),
    "protected": Text(
        "branch protection does not allow the merge yet; it may want an approving review by a person (GitHub tells only administrators)",
        "브랜치 보호 규칙이 아직 병합을 막고 있어요. 사람의 승인이 필요할 수 있어요 (GitHub는 관리자에게만 알려 줘요)",
    ),
    "unknown": Text(
        "GitHub is still working out whether it merges", "GitHub가 병합 가능 여부를 계산 중이에요"
    ),
    "unreachable": Text(
        "GitHub cannot be reached; I keep trying", "GitHub에 닿지 않아서 계속 시도해요"
    ),
    "rollout-running": Text(
        "another change (#{pull}) is on its way to the same clouds; this one follows",
        "다른 변경(#{pull})이 같은 클라우드에 배포되는 중이라 끝나면 이어서 해요",
    ),
    "rollout-halted": Text(
        "merges of this repository are stopped since the rollout of #{pull} ended half-way; somebody who may write says `/cfg resume` once the clouds are well",
        "#{pull}의 배포가 중간에 멈춰서 이 저장소의 병합을 멈췄어요. 클라우드를 확인한 뒤 쓰기 권한이 있는 사람이 `/cfg resume`이라고 적어 주세요",
    ),
    "draft": Text("the pull request is a draft", "풀 리퀘스트가 초안이에요"),
}

STOPPED: dict[str, Text] = {
    "checks-failed": Text(
        "These checks failed on the head commit: {names}. Repair them and the merge goes on by itself.",
        "머리 커밋에서 실패한 검사: {names}. 고치면 병합이 저절로 이어져요.",
    ),
    "rollout-reverted": Text("It was reverted in #{pull}.", "#{pull}에서 되돌렸어요."),
    "rollout-frozen": Text(
        "ATTENTION: I touch nothing more and merge nothing in this repository. Look at the clouds now; `/cfg resume` here lets merges go on.",
        "주의: 더는 손대지 않고 이 저장소에 아무것도 병합하지 않아요. 지금 클라우드를 확인해 주세요. 여기에 `/cfg resume`이라고 적으면 병합을 다시 시작해요.",
    ),
    "waited-too-long": Text(
        "Waited {hours} hours in vain. Comment `/cfg change …` again when it can be merged.",
        "{hours}시간을 기다렸지만 안 됐어요. 병합할 수 있게 되면 `/cfg change …`를 다시 적어 주세요.",
    ),
    "pushed-rejected": Text(
        "Somebody pushed {sha} to the branch; I judged that commit and rejected it.",
        "누군가 브랜치에 {sha}을(를) 올렸고, 그 커밋을 판정해서 반려했어요.",
    ),
    "base-restless": Text(
        "The base branch keeps changing in the same files. Ask again when it is quiet.",
        "기준 브랜치의 같은 파일이 계속 바뀌어요. 잠잠해지면 다시 요청해 주세요.",
    ),
    "conflict": Text(
        "The pull request conflicts with the base branch and a new proposal could not be made.",
        "풀 리퀘스트가 기준 브랜치와 충돌하고 새 제안을 만들지 못했어요.",
    ),
    "branch-taken": Text(
        "Branch {branch} holds commits that are not mine, so I did not touch it.",
        "{branch} 브랜치에 제 것이 아닌 커밋이 있어서 건드리지 않았어요.",
    ),
    "retargeted": Text(
        "Somebody changed the base branch of the pull request; I judged it for another one and do not merge it there. Change it back, or close it.",
        "누군가 풀 리퀘스트의 기준 브랜치를 바꿨어요. 판정한 브랜치가 아니라서 병합하지 않아요. 되돌리거나 닫아 주세요.",
    ),
    "pushed-behind": Text(
        "The base branch has moved since in files that matter. Merge it into the branch of the pull request; I judge the new commit then.",
        "그 뒤로 기준 브랜치의 중요한 파일이 바뀌었어요. 기준 브랜치를 풀 리퀘스트 브랜치에 합쳐 주시면 새 커밋을 판정해요.",
    ),
    "merge-elsewhere": Text(
        "ATTENTION: {sha} was merged into {branch}, not into the branch it was judged for. Deployment was stopped; look at it now.",
        "주의: {sha}이(가) 판정한 브랜치가 아닌 {branch}에 병합됐어요. 배포를 멈췄으니 지금 확인해 주세요.",
    ),
    "merge-raced": Text(
        "ATTENTION: in the moment of the merge ({sha}) other commits came to the branch in files that matter: {names}. Deployment was stopped; look at them, then ask again.",
        "주의: 병합하는 순간({sha}) 중요한 파일에 다른 커밋이 들어왔어요: {names}. 배포를 멈췄으니 확인하고 다시 요청해 주세요.",
    ),
    "merge-differs": Text(
        "ATTENTION: the merge commit {sha} does not hold exactly what was judged. Deployment was stopped; look at it now.",
        "주의: 병합 커밋 {sha}의 내용이 판정한 것과 정확히 같지 않아요. 배포를 멈췄으니 지금 확인해 주세요.",
    ),
}

ANSWERS: dict[str, Text] = {
    "not-allowed": Text(
        "@{who}, only people with write permission to this repository can ask me to change it. Nothing was done.",
        "@{who} 님, 이 저장소에 쓰기 권한이 있는 사람만 저에게 변경을 요청할 수 있어요. 아무것도 하지 않았어요.",
    ),
    "several-commands": Text(
        "There are several commands in one comment. Write one per comment; nothing was done.",
        "한 댓글에 명령이 여러 개예요. 댓글 하나에 하나씩 적어 주세요. 아무것도 하지 않았어요.",
    ),
    "unknown-verb": Text(
        "I do not know {verb}. Did you mean `/cfg {nearest} …`? `/cfg help` lists what I understand. Nothing was done.",
        "{verb}은(는) 모르는 명령이에요. `/cfg {nearest} …`인가요? `/cfg help`에 목록이 있어요. 아무것도 하지 않았어요.",
    ),
    "request-empty": Text(
        "Say what should change after the command, for example `/cfg change set worker-1 timeout to 45s`.",
        "명령 뒤에 무엇을 바꿀지 적어 주세요. 예: `/cfg change worker-1 타임아웃을 45초로 바꿔줘`",
    ),
    "request-not-plain": Text(
        "Only plain text can follow the command; I found a quote, a code block or HTML there and did not guess what it means. Put it before the command or say it in words; nothing was done.",
        "명령 뒤에는 일반 글만 쓸 수 있어요. 인용, 코드 블록 또는 HTML이 있어서 뜻을 짐작하지 않았어요. 명령 앞으로 옮기거나 말로 적어 주세요. 아무것도 하지 않았어요.",
    ),
    "request-too-long": Text(
        "The request is too long ({length} characters; {limit} are read). Say it shorter; nothing was done.",
        "요청이 너무 길어요 ({length}자, {limit}자까지 읽어요). 짧게 적어 주세요. 아무것도 하지 않았어요.",
    ),
    "invisible-characters": Text(
        "The command holds invisible or direction-changing characters, so people may read something else than I would do. Type it anew; nothing was done.",
        "명령에 보이지 않거나 글 방향을 바꾸는 문자가 있어서 사람이 읽는 것과 달라질 수 있어요. 새로 적어 주세요. 아무것도 하지 않았어요.",
    ),
    "resumed": Text(
        "Merges go on. Half-way until now: {pulls}.", "병합을 다시 시작해요. 멈춰 있던 것: {pulls}"
    ),
    "nothing-halted": Text(
        "Nothing is stopped half-way here, so there is nothing to resume.",
        "멈춰 있는 것이 없어서 다시 시작할 것도 없어요.",
    ),
    "revise-not-here": Text(
        "`/cfg revise` works on a pull request that I opened. Use `/cfg change …` here.",
        "`/cfg revise`는 제가 연 풀 리퀘스트에서만 쓸 수 있어요. 여기서는 `/cfg change …`를 써 주세요.",
    ),
    "not-my-pull": Text(
        "I did not open this pull request, so I cannot revise it. Use `/cfg change …`.",
        "제가 연 풀 리퀘스트가 아니라서 고칠 수 없어요. `/cfg change …`를 써 주세요.",
    ),
    "already-merged": Text(
        "This pull request is already {state}. Ask for something new with `/cfg change …`.",
        "이 풀 리퀘스트는 이미 {state} 상태예요. 새로운 변경은 `/cfg change …`로 요청해 주세요.",
    ),
    "revised": Text(
        "Done in {sha}, and judged again: {verdict}", "{sha}에서 고쳤고 다시 판정했어요: {verdict}"
    ),
    "not-revised": Text("I could not do that: {reason}", "그렇게 할 수 없었어요: {reason}"),
    "verdict-approved": Text("approved", "승인"),
    "verdict-rejected": Text("rejected", "반려"),
}

HELP = Text(
    """**What I understand**

| write | and I |
|---|---|
| `/cfg change <what should change>` | open a pull request, have it judged, merge it if every value is proven, and tell Jenkins |
| `/cfg plan <what should change>` | show what I would do; nothing is changed |
| `/cfg revise <what should be different>` | on a pull request of mine, also as a reply on a line |
| `/cfg resume` | merge again after a rollout has stopped half-way and you have looked at the clouds |
| `/cfg help` | show this |

Say which value should become what: `/cfg change move the config server from 192.0.2.7 to 192.0.2.77`. Korean works as well.
I never merge what is not proven; then I say why and what to answer.""",
    """**제가 알아듣는 것**

| 이렇게 적으면 | 저는 |
|---|---|
| `/cfg change <무엇을 바꿀지>` | 풀 리퀘스트를 열고 판정받아, 모든 값이 증명되면 병합하고 Jenkins에 알려요 |
| `/cfg plan <무엇을 바꿀지>` | 무엇을 할지 보여 주기만 하고 아무것도 바꾸지 않아요 |
| `/cfg revise <무엇이 달라져야 하는지>` | 제가 연 풀 리퀘스트를 고쳐요. 줄에 단 답글에서도 돼요 |
| `/cfg resume` | 배포가 중간에 멈춘 뒤, 클라우드를 확인하셨으면 병합을 다시 시작해요 |
| `/cfg help` | 이 도움말을 보여 줘요 |

무엇을 무엇으로 바꿀지 적어 주세요: `/cfg change 설정 서버가 192.0.2.7에서 192.0.2.77로 옮겨갔어`. 영어도 돼요.
증명되지 않은 것은 병합하지 않고, 까닭과 무엇을 답하면 되는지 말해 드려요.""",
)

REVIEW: dict[str, Text] = {
    "approved": Text("✅ **Approved** at {sha}", "✅ {sha} **승인**"),
    "rejected": Text("❌ **Rejected** at {sha}", "❌ {sha} **반려**"),
    "how": Text(
        "Every changed value has evidence for its place and for its value; {checks} deterministic rules found nothing that blocks.",
        "바뀐 값마다 자리와 값의 근거가 있고, 결정적 규칙 {checks}개에서 막는 것이 없었어요.",
    ),
    "elsewhere": Text(
        "About the change as a whole, or lines the diff does not show:",
        "변경 전체, 또는 변경에 보이지 않는 줄에 대해:",
    ),
    "remedy": Text("What to do: {remedy}", "할 일: {remedy}"),
    "question": Text("Not understood by rules: {message}", "규칙으로 이해하지 못한 것: {message}"),
    "check-approved": Text("Approved: {changes}", "승인: {changes}"),
    "check-rejected": Text("Rejected: blocked by {blocking}", "반려: {blocking}"),
    "finding": Text("{count} finding", "막는 지적 {count}개"),
    "findings": Text("{count} findings", "막는 지적 {count}개"),
}

PULL: dict[str, Text] = {
    "asked": Text("{who} asked in {link}:", "{who} 님이 {link}에서 요청했어요:"),
    "revised": Text("… and then:", "… 그다음:"),
    "nobody-reads": Text(
        "Edited by {author}. It is merged by itself when the verdict below allows it; a commit that somebody pushes here is judged first.",
        "{author}이(가) 편집했어요. 아래 판정이 허락하면 저절로 병합되고, 누가 여기 커밋을 올리면 먼저 판정해요.",
    ),
    "title-more": Text("{first} (+{count})", "{first} (+{count})"),
}

STATES: dict[str, Text] = {
    "planned": Text("· later", "· 예정"),
    "skipped": Text("· not deployed", "· 배포하지 않음"),
    "checking": Text("🩺 checking health", "🩺 상태 확인 중"),
    "unchecked": Text(
        "❔ built, health not looked at to the end", "❔ 빌드됐지만 상태를 끝까지 확인하지 못함"
    ),
    "unstarted": Text("❌ could not be started", "❌ 시작하지 못함"),
    "late": Text("❌ took too long", "❌ 너무 오래 걸림"),
    "unhealthy": Text("❌ built, but not healthy", "❌ 빌드됐지만 상태가 나쁨"),
    "cancelling": Text("🛑 taking too long, being stopped", "🛑 너무 오래 걸려서 멈추는 중"),
    "stuck": Text("❌ could not be stopped", "❌ 멈출 수 없음"),
    "queued": Text("⏳ queued", "⏳ 대기"),
    "running": Text("🔄 running", "🔄 실행 중"),
    "succeeded": Text("✅ succeeded", "✅ 성공"),
    "failed": Text("❌ failed ({result})", "❌ 실패 ({result})"),
    "gone": Text("❌ disappeared from Jenkins", "❌ Jenkins에서 사라짐"),
    "error": Text("❌ {detail}", "❌ {detail}"),
    "merged": Text("merged", "병합된"),
    "closed": Text("closed", "닫힌"),
}
