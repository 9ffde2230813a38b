"""Why a request was not carried out, in the requester's language.

Words only: the code and its facts were decided elsewhere. Every sentence says what to do next.
"""

from __future__ import annotations

from bot.core.report.text import Text

REASONS: dict[str, Text] = {
    # what the request says
    "doubtful": Text(
        "“{word}” makes this a condition, a choice or a doubt, which rules must not act on. Say plainly what should become what.",
        "“{word}” 때문에 조건·선택·추측으로 읽혀서 규칙으로는 실행할 수 없어요. 무엇을 무엇으로 바꿀지 분명하게 적어 주세요.",
    ),
    "request-suspect": Text(
        "“{excerpt}” in the request is no plain wish: it hides something, or speaks to the machinery (markup, a fake reply, a claim of approval). Write the wish alone, as one plain sentence, in a new request.",
        "요청에 있는 “{excerpt}”은(는) 평범한 부탁이 아니에요. 무언가를 숨기거나 시스템에 말을 거는 글(마크업, 가짜 답변, 승인되었다는 주장)이에요. 바라는 것만 한 문장으로 새로 요청해 주세요.",
    ),
    "no-wish": Text(
        "I found nothing to do in this request. Say what should become what, for example “set worker-1 timeout to 45s”.",
        "할 일을 찾지 못했어요. 예: “worker-1 타임아웃을 45초로 바꿔줘”처럼 적어 주세요.",
    ),
    "clause-unknown": Text(
        "I do not understand this part: “{clause}”. Nothing was changed, since a request is done in full or not at all. Say it in other words or leave it out.",
        "이 부분을 이해하지 못했어요: “{clause}”. 일부만 실행하지 않으므로 아무것도 바꾸지 않았어요. 다른 말로 적거나 빼고 다시 요청해 주세요.",
    ),
    "rules-read-less": Text(
        "Rules read requests of up to {limit} characters and words of up to {word_limit}; this one has {length}, its longest word {word}. Say it shorter, or in several requests.",
        "규칙은 {limit}자, 한 낱말은 {word_limit}자까지 읽어요. 이 요청은 {length}자이고 가장 긴 낱말이 {word}자예요. 더 짧게 적거나 여러 요청으로 나눠 주세요.",
    ),
    "two-places": Text(
        "“{words}” fits these places equally. Which one do you mean? Name the file, the server or the full key, or say “all”.",
        "“{words}”에 똑같이 맞는 곳이 여럿이에요. 어디를 말하나요? 파일·서버·전체 키 이름을 적거나 “모두”라고 해 주세요.",
    ),
    "two-readings": Text(
        "“{words}” can be read in two ways that mean different places. Name the server or the full key with each value.",
        "“{words}”는 두 가지로 읽혀서 서로 다른 곳이 돼요. 값마다 서버나 전체 키 이름을 함께 적어 주세요.",
    ),
    "no-place": Text(
        "No single place fits all of “{words}” and the value you gave. Which file and key do you mean?",
        "“{words}”와 말씀하신 값에 모두 맞는 곳이 없어요. 어느 파일의 어느 키인가요?",
    ),
    "word-unknown": Text(
        "Nothing in the repository is called “{word}” (in “{words}”). Which file and key do you mean?",
        "저장소에 “{word}”라는 곳이 없어요 (“{words}” 중). 어느 파일의 어느 키인가요?",
    ),
    "word-left-over": Text(
        "“{word}” names something here, but I cannot tell what it has to do with the wish. Nothing was changed. Say it in one plain sentence, or leave it out.",
        "“{word}”는 저장소에 있는 이름인데 부탁과 어떤 관계인지 알 수 없어 아무것도 바꾸지 않았어요. 한 문장으로 분명하게 적거나 그 말을 빼고 다시 요청해 주세요.",
    ),
    "port-unclear": Text(
        "Port {port} also stands in places of which I cannot tell whose they are. A port moves everywhere or not at all, so nothing was changed. Say for each of them what it should become, or change them by hand.",
        "{port} 포트가 누구의 것인지 알 수 없는 곳에도 있어요. 포트는 모든 곳에서 함께 바뀌어야 하므로 아무것도 바꾸지 않았어요. 각각 무엇이 되어야 하는지 적거나 직접 바꿔 주세요.",
    ),
    "port-taken": Text(
        "Port {port} is already used by “{words}”, or may be. Choose another one.",
        "{port} 포트는 이미 “{words}”에서 쓰고 있거나 쓰고 있을 수 있어요. 다른 포트를 골라 주세요.",
    ),
    "port-unset": Text(
        "These places use port {port} of “{words}”, but none of them makes it listen there (or not each instance), so it would go on listening on the old one. Set its own port first, or name the key.",
        "{port} 포트를 쓰는 “{words}”의 곳들이지만 실제로 그 포트를 열게 하는 설정이 (일부라도) 없어서 서비스는 예전 포트에 남아요. 서비스 자신의 포트를 먼저 설정하거나 키 이름을 적어 주세요.",
    ),
    "one-of-several": Text(
        "“{words}” is one of several that share their files, so its port cannot move alone. Name the service to move them all.",
        "“{words}”는 파일을 함께 쓰는 여럿 중 하나라서 포트만 따로 바꿀 수 없어요. 모두 바꾸려면 서비스 이름을 적어 주세요.",
    ),
    "no-list": Text(
        "No list called “{words}” could take or give up {value} as a plain item. Name the file and the list; an entry with several fields must be written by a model or by hand.",
        "{value}을(를) 항목 하나로 넣거나 뺄 “{words}” 목록이 없어요. 파일과 목록 이름을 적어 주세요. 필드가 여럿인 규칙은 모델이나 사람이 써야 해요.",
    ),
    "too-many-files": Text(
        "“{words}” stands in too many files to be sure of one. Name the file or the server.",
        "“{words}”가 너무 많은 파일에 있어서 하나로 정할 수 없어요. 파일이나 서버 이름을 적어 주세요.",
    ),
    "scope-unknown": Text(
        "No file fits “{words}”, so I cannot tell where to stop. Name the folder, cloud or server as it is written in the repository.",
        "“{words}”에 맞는 파일이 없어서 어디까지 바꿀지 알 수 없어요. 폴더·클라우드·서버 이름을 저장소에 적힌 대로 써 주세요.",
    ),
    "owner-differs": Text(
        "The request says {literal} is “{words}”, but the inventory says otherwise ({actual}). Which address is meant?",
        "요청에서는 {literal}이(가) “{words}”라고 하지만 인벤토리는 다르게 말해요 ({actual}). 어느 주소가 맞나요?",
    ),
    "key-or-host": Text(
        "{literal} is the name of a key here, and may also be a host. Say which: “set {literal} to …”, or move the host by hand.",
        "{literal}은(는) 여기서 키 이름이면서 호스트일 수도 있어요. “{literal} 값을 …로”처럼 적거나 호스트는 직접 옮겨 주세요.",
    ),
    "literal-unknown": Text(
        "{literal} stands nowhere in the configuration, so nothing can be moved from it. Is the old value right?",
        "설정 어디에도 {literal}이(가) 없어서 옮길 것이 없어요. 예전 값이 맞나요?",
    ),
    "nothing-to-move": Text(
        "{old} and {new} are the same. What is the new value?",
        "{old}와(과) {new}는 같아요. 새 값이 무엇인가요?",
    ),
    "already-so": Text(
        "{path}: {key} already says {value}. Nothing to change. Did you mean another place?",
        "{path}: {key}은(는) 이미 {value}이에요. 바꿀 것이 없어요. 다른 곳을 말한 건가요?",
    ),
    "already-so-all": Text("Everything is already as asked.", "이미 모두 요청하신 대로예요."),
    "wrong-direction": Text(
        "From {old} to {new} is the other direction than you asked for. Which value do you want?",
        "{old}에서 {new}(으)로는 말씀하신 방향과 반대예요. 어떤 값을 원하나요?",
    ),
    "type-differs": Text(
        "{new} is not the same kind of value as {old}, which stands there now. Which value do you want, written as the file writes it?",
        "{new}은(는) 지금 값 {old}와(과) 종류가 달라요. 파일에 적는 모양 그대로 값을 알려 주세요.",
    ),
    "unit-unknown": Text(
        "The place holds {old} without a unit, so {new} could be written in several ways. Say the bare number you want.",
        "지금 값 {old}에는 단위가 없어서 {new}을(를) 어떻게 적을지 알 수 없어요. 적을 숫자를 그대로 알려 주세요.",
    ),
    "not-one-address": Text(
        "{old} is not one single address, so {new} cannot simply take its place. Say the whole new value.",
        "{old}은(는) 주소 하나가 아니라서 {new}(으)로 바꿀 수 없어요. 새 값 전체를 적어 주세요.",
    ),
    "not-a-switch": Text(
        "{old} is not on or off. Say the value you want.",
        "{old}은(는) 켜고 끄는 값이 아니에요. 원하는 값을 적어 주세요.",
    ),
    "wishes-collide": Text(
        "Two parts of the request change the same place in {path}. Ask for them one after the other.",
        "요청의 두 부분이 {path}의 같은 곳을 바꿔요. 하나씩 요청해 주세요.",
    ),
    # what the repository says
    "file-unknown": Text("There is no file {path}.", "{path} 파일이 없어요."),
    "file-unreadable": Text(
        "{path} cannot be read as configuration (line {line}: {reason}). Repair the file first.",
        "{path} 파일을 설정으로 읽을 수 없어요 ({line}행: {reason}). 파일을 먼저 고쳐 주세요.",
    ),
    "key-unknown": Text(
        "{path} has no single key {key}.", "{path}에 {key} 키가 하나로 정해지지 않아요."
    ),
    "not-writable": Text(
        "{path}: {key} cannot be written without touching more than it ({reason}). Change it by hand.",
        "{path}: {key}만 따로 바꿀 수 없어요 ({reason}). 직접 고쳐 주세요.",
    ),
    "reads-back-differently": Text(
        "After the edit, {path} would not say exactly what was meant, so it was not written. Change it by hand.",
        "편집 뒤 {path}의 내용이 뜻과 정확히 같지 않아서 쓰지 않았어요. 직접 고쳐 주세요.",
    ),
    "old-value-differs": Text(
        "{path}: {key} is {actual}, not {old}. Which is right?",
        "{path}: {key}은(는) {old}이(가) 아니라 {actual}이에요. 무엇이 맞나요?",
    ),
    "not-a-list": Text("{path}: {key} is no list.", "{path}: {key}은(는) 목록이 아니에요."),
    "item-unknown": Text(
        "{value} is not in {path}: {key}.", "{path}: {key}에 {value}이(가) 없어요."
    ),
    "text-not-unique": Text(
        "The text to replace stands {count} times in {path}; it must stand exactly once.",
        "바꿀 글이 {path}에 {count}번 있어요. 정확히 한 번이어야 해요.",
    ),
    "author-asks": Text("The author asks: {text}", "작성 모델이 물어요: {text}"),
    "author-unusable": Text(
        "The author model gave no usable answer ({reason}). Ask again, or use another model.",
        "작성 모델의 답을 쓸 수 없어요 ({reason}). 다시 요청하거나 다른 모델을 써 주세요.",
    ),
}

TROUBLES: dict[str, Text] = {
    "request-empty": Text(
        "The request is empty. Write what should change.",
        "요청이 비어 있어요. 무엇을 바꿀지 적어 주세요.",
    ),
    "request-too-long": Text(
        "The request has {length} characters; {limit} are read. Say it shorter.",
        "요청이 {length}자예요. {limit}자까지 읽어요. 짧게 적어 주세요.",
    ),
    "request-unreadable": Text(
        "The request is not valid UTF-8 text.", "요청이 올바른 UTF-8 글이 아니에요."
    ),
    "not-a-repository": Text(
        "{path} is not a git repository. Give one with --repo.",
        "{path}은(는) git 저장소가 아니에요. --repo로 저장소를 알려 주세요.",
    ),
    "unknown-ref": Text("There is no commit called {ref}.", "{ref}라는 커밋이 없어요."),
    "unknown-branch": Text("There is no branch called {branch}.", "{branch} 브랜치가 없어요."),
    "empty-repository": Text(
        "The repository has no commit yet. Commit the configuration first.",
        "저장소에 커밋이 아직 없어요. 먼저 설정을 커밋해 주세요.",
    ),
    "detached-head": Text(
        "No branch is checked out (detached HEAD). Name the branch to merge into with --base.",
        "체크아웃된 브랜치가 없어요 (detached HEAD). 합칠 브랜치를 --base로 알려 주세요.",
    ),
    "not-a-branch": Text("{branch} is not a branch.", "{branch}은(는) 브랜치가 아니에요."),
    "dirty": Text(
        "The work tree has changes that are not committed ({detail}). Commit or stash them, then ask again.",
        "커밋하지 않은 변경이 있어요 ({detail}). 커밋하거나 치워 둔 뒤 다시 요청해 주세요.",
    ),
    "locked": Text(
        "Another git process holds {path}. Wait for it; if none is running, remove that file.",
        "다른 git 작업이 {path}을(를) 잡고 있어요. 끝나기를 기다리고, 없다면 그 파일을 지워 주세요.",
    ),
    "git-failed": Text("git failed: {detail}", "git이 실패했어요: {detail}"),
    "git-missing": Text(
        "git is not installed or not on PATH.", "git이 설치되어 있지 않거나 PATH에 없어요."
    ),
    "internal": Text(
        "cfgbot failed ({detail}). Nothing was changed; please report what is printed above.",
        "cfgbot에 문제가 생겼어요 ({detail}). 아무것도 바꾸지 않았어요. 위에 적힌 내용을 알려 주세요.",
    ),
    "base-moved": Text(
        "The base branch keeps moving; ask again.",
        "기준 브랜치가 계속 움직여요. 다시 요청해 주세요.",
    ),
    "model-unreachable": Text(
        "The model {model} cannot be reached ({detail}). Check its base URL and key.",
        "{model} 모델에 닿을 수 없어요 ({detail}). 주소와 키를 확인해 주세요.",
    ),
    "model-timeout": Text(
        "The model {model} did not answer in time ({detail}). Raise CFG_MODEL_TIMEOUT or use a faster one.",
        "{model} 모델이 제때 답하지 않았어요 ({detail}). CFG_MODEL_TIMEOUT을 늘리거나 빠른 모델을 써 주세요.",
    ),
    "model-refused": Text(
        "The model {model} refused to answer ({detail}). Check its name and key.",
        "{model} 모델이 응답을 거부했어요 ({detail}). 이름과 키를 확인해 주세요.",
    ),
    "model-budget": Text(
        "The budget for models is used up ({detail}). Raise the limit named there.",
        "모델 예산을 다 썼어요 ({detail}). 해당 한도를 늘려 주세요.",
    ),
    "setting-unknown": Text(
        "There is no setting {name}. See docs/settings.md.",
        "{name}라는 설정은 없어요. docs/settings.md를 보세요.",
    ),
    "setting-invalid": Text(
        "{name} cannot be {value!r}. See docs/settings.md.",
        "{name}에 {value!r}은(는) 쓸 수 없어요. docs/settings.md를 보세요.",
    ),
    "setting-missing": Text(
        "{name} is not set. See docs/settings.md.",
        "{name}이(가) 없어요. docs/settings.md를 보세요.",
    ),
    "cannot-listen": Text(
        "Cannot listen on {where} ({detail}). Choose another CFG_HOST or CFG_PORT.",
        "{where}에서 들을 수 없어요 ({detail}). CFG_HOST나 CFG_PORT를 바꿔 주세요.",
    ),
    "cannot-open": Text(
        "{name} cannot be used ({detail}). See docs/settings.md.",
        "{name}을(를) 쓸 수 없어요 ({detail}). docs/settings.md를 보세요.",
    ),
    "setting-unusable": Text(
        "{name} cannot be used: {detail}. See docs/settings.md.",
        "{name}을(를) 쓸 수 없어요: {detail}. docs/settings.md를 보세요.",
    ),
    "setting-unreadable": Text(
        "{name}: the file {value} cannot be read.", "{name}: {value} 파일을 읽을 수 없어요."
    ),
    "hub-unreachable": Text(
        "GitHub could not be reached ({detail}).", "GitHub에 닿지 않았어요 ({detail})."
    ),
    "hub-limited": Text(
        "GitHub's rate limit held me up for too long.",
        "GitHub 호출 한도 때문에 너무 오래 막혔어요.",
    ),
    "hub-forbidden": Text(
        "GitHub does not let me do that ({detail}). Check the App's permissions.",
        "GitHub가 허락하지 않아요 ({detail}). App 권한을 확인해 주세요.",
    ),
    "hub-missing": Text(
        "GitHub no longer has what I need ({detail}).", "필요한 것이 GitHub에 없어요 ({detail})."
    ),
    "hub-refused": Text("GitHub refused: {detail}", "GitHub가 거절했어요: {detail}"),
    "deploy-no-job": Text("Jenkins has no job {job}", "Jenkins에 {job} 작업이 없어요"),
    "deploy-forbidden": Text(
        "Jenkins does not let me build {job}", "Jenkins가 {job} 빌드를 허락하지 않아요"
    ),
    "deploy-disabled": Text("the job {job} is disabled", "{job} 작업이 꺼져 있어요"),
    "deploy-refused": Text("Jenkins refused: {detail}", "Jenkins가 거절했어요: {detail}"),
    "deploy-unreachable": Text("Jenkins could not be reached", "Jenkins에 닿지 않았어요"),
    "deploy-endless": Text("the build does not end", "빌드가 끝나지 않아요"),
    "app-internal": Text(
        "Something broke in me ({detail}). The log of the server has it; nothing is half done without being said here.",
        "제 안에서 문제가 생겼어요 ({detail}). 서버 로그에 남겼고, 여기 적지 않은 반쯤 된 일은 없어요.",
    ),
    "reviewer-missing": Text(
        "{author} would have no judge. Set CFG_REVIEWER_MODEL to another model.",
        "{author}을(를) 판정할 모델이 없어요. CFG_REVIEWER_MODEL을 다른 모델로 정해 주세요.",
    ),
    "duel-needs-two": Text(
        "A duel needs two models. Set CFG_AUTHOR_MODEL and CFG_REVIEWER_MODEL, or use another mode.",
        "듀얼에는 모델이 둘 필요해요. CFG_AUTHOR_MODEL과 CFG_REVIEWER_MODEL을 정하거나 다른 방식을 쓰세요.",
    ),
    "same-model-refused": Text(
        "{model} would judge itself. Use another reviewer, or set CFG_ALLOW_SAME_MODEL=1 and see it said in every verdict.",
        "{model}이(가) 자기 자신을 판정하게 돼요. 다른 검토 모델을 쓰거나 CFG_ALLOW_SAME_MODEL=1로 허용하세요. 그러면 모든 판정에 표시돼요.",
    ),
    "policy-invalid": Text("{path}: {detail}", "{path}: {detail_ko}"),
}

EVIDENCE: dict[str, Text] = {
    "holds-named": Text(
        "holds {literal}, which the request names", "요청에 적힌 {literal}이(가) 있는 곳"
    ),
    "holds-named-owned": Text(
        "holds {literal}, which the request names; {place} agrees",
        "요청에 적힌 {literal}이(가) 있는 곳, {place}와(과) 일치",
    ),
    "holds-owned": Text(
        "holds {literal}, its address at {place}", "{place}에 적힌 주소 {literal}이(가) 있는 곳"
    ),
    "port-reached": Text(
        "{host}:{port} is {words}, as {place} says",
        "{host}:{port}은(는) {words}의 것, {place}에 따름",
    ),
    "port-own": Text(
        "port {port}, which the request moves, of {words} itself ({why})",
        "요청이 옮기는 {port} 포트, {words} 자신의 것 ({why})",
    ),
    "only-place": Text(
        "the request says {words}; no other place fits as well", "요청의 {words}에 맞는 유일한 곳"
    ),
    "named": Text("the request says {words}", "요청에 {words}라고 적힘"),
    "both-named": Text(
        "the request names {old} and {new}", "요청에 {old}와(과) {new}이(가) 모두 적힘"
    ),
    "value-named": Text("{value} is named in the request", "요청에 {value}이(가) 적힘"),
    "value-derived": Text(
        "{value} as this place writes it: {derivation}", "{value}을(를) 이곳의 표기로: {derivation}"
    ),
    "agreed": Text(
        "the reviewer derived the same, blind", "검토 모델이 이 변경을 보지 않고 같은 결과를 냄"
    ),
    "attested": Text("the reviewer approved it", "검토 모델이 승인함"),
    "none": Text("no evidence", "근거 없음"),
}

STAGES: dict[str, Text] = {
    "understand": Text("understanding the request", "요청 이해"),
    "propose": Text("proposing the change", "변경 제안"),
    "apply": Text("applying it", "적용"),
    "checks": Text("running the checks", "검사"),
    "review": Text("review by the second model", "두 번째 모델의 검토"),
    "gate": Text("gate", "게이트"),
    "merge": Text("merging", "병합"),
}

VERDICTS: dict[str, Text] = {
    "merged": Text("Merged", "병합했어요"),
    "would-merge": Text(
        "Would be merged (--plan: nothing was changed)",
        "병합할 수 있어요 (--plan: 아무것도 바꾸지 않았어요)",
    ),
    "approved": Text("Approved", "승인"),
    "declined": Text("Declined: nothing was changed", "거절: 아무것도 바꾸지 않았어요"),
    "rejected": Text("Rejected", "반려"),
    "error": Text("Error: nothing was changed", "오류: 아무것도 바꾸지 않았어요"),
}
