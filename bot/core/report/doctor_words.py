"""What ``cfg doctor`` says: of each check what it is, what was seen, and what to do about it.

Words only; what holds was decided in ``bot.doctor``.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.report.text import Text
from bot.core.request import Language

CHECKS: dict[str, Text] = {
    "reachable": Text("Jenkins answers", "Jenkins가 응답해요"),
    "token": Text("the token has the form of an API token", "토큰이 API 토큰 모양이에요"),
    "auth": Text("the token is good", "토큰이 유효해요"),
    "job": Text("the job is there", "작업이 있어요"),
    "buildable": Text("the job can be built", "작업을 빌드할 수 있어요"),
    "parameters": Text("the job declares its parameters", "작업에 매개변수가 선언돼 있어요"),
    "once": Text(
        "triggered three times for one run, there is one build",
        "한 실행을 세 번 시작해도 빌드는 하나예요",
    ),
    "found": Text("the build is found by its run", "실행 이름으로 빌드를 찾아요"),
    "log": Text("the end of its log can be read", "로그 끝을 읽을 수 있어요"),
    "cancel": Text("a build can be cancelled", "빌드를 취소할 수 있어요"),
}

EVIDENCE: dict[str, Text] = {
    "version": Text("Jenkins {version} at {url}", "{url}, Jenkins {version}"),
    "not-jenkins": Text(
        "{url} answers without the header X-Jenkins",
        "{url}이(가) 응답하지만 X-Jenkins 헤더가 없어요",
    ),
    "token-form": Text("34 characters, begins with 11", "34자이고 11로 시작해요"),
    "token-other": Text("it is not 11 and 32 hex digits", "11과 16진수 32자리가 아니에요"),
    "user": Text("Jenkins takes us for {user}", "Jenkins가 {user}(으)로 알아봐요"),
    "no-user": Text("Jenkins does not say who we are", "Jenkins가 누구인지 말해 주지 않아요"),
    "job-url": Text("{url}", "{url}"),
    "buildable": Text("enabled", "켜져 있어요"),
    "disabled": Text("{job} is disabled", "{job} 작업이 꺼져 있어요"),
    "declared": Text("{declared}", "{declared}"),
    "undeclared": Text(
        "missing: {missing}; declared: {declared}", "없는 것: {missing}; 있는 것: {declared}"
    ),
    "one-build": Text("run {run}: 1 build", "실행 {run}: 빌드 1개"),
    "many-builds": Text("run {run}: {count} builds", "실행 {run}: 빌드 {count}개"),
    "build": Text("{url}: {result}", "{url}: {result}"),
    "no-build": Text(
        "after {seconds} s it is {state}", "{seconds}초가 지나도 상태가 {state}이에요"
    ),
    "lines": Text("{count} lines, the last: {last}", "{count}줄, 마지막 줄: {last}"),
    "no-lines": Text("no line", "한 줄도 없어요"),
    "cancelled": Text("run {run}: {state}", "실행 {run}: {state}"),
    "too-quick": Text(
        "run {run} had ended before it could be cancelled: {state}",
        "실행 {run}이(가) 취소하기 전에 끝났어요: {state}",
    ),
    "not-cancelled": Text(
        "after {seconds} s run {run} is {state}",
        "{seconds}초가 지나도 실행 {run}이(가) {state}이에요",
    ),
    "not-tried": Text("not tried", "해 보지 않았어요"),
    "deploy-unreachable": Text("{detail}", "{detail}"),
    "deploy-forbidden": Text("{detail}", "{detail}"),
    "deploy-no-job": Text("{job}: {detail}", "{job}: {detail}"),
    "deploy-disabled": Text("{job}: {detail}", "{job}: {detail}"),
    "deploy-refused": Text("{detail}", "{detail}"),
}

REMEDIES: dict[str, Text] = {
    "not-jenkins": Text(
        "Give the root of Jenkins, with its path if it has one (…/jenkins); look whether a proxy answers instead.",
        "Jenkins의 루트 주소를 주세요. 경로가 있으면 함께요(…/jenkins). 프록시가 대신 응답하는지도 보세요.",
    ),
    "token-other": Text(
        "If it is a password, make an API token on the user's page (Security → API Token): a password needs a crumb for every trigger, and can log in.",
        "비밀번호라면 사용자 페이지에서 API 토큰을 만드세요(Security → API Token). 비밀번호는 시작할 때마다 crumb이 필요하고 로그인도 할 수 있어요.",
    ),
    "no-user": Text(
        "Turn on Jenkins' own security, and give the user Overall/Read.",
        "Jenkins 보안을 켜고 사용자에게 Overall/Read 권한을 주세요.",
    ),
    "disabled": Text("Enable it on its page.", "작업 페이지에서 켜 주세요."),
    "undeclared": Text(
        "Declare them as string parameters: Jenkins drops those it does not know. A pipeline or branch job declares what its Jenkinsfile says only once it has run: build it once by hand.",
        "문자열 매개변수로 선언해 주세요. Jenkins는 모르는 매개변수를 버려요. 파이프라인과 브랜치 작업은 한 번 돌아야 Jenkinsfile의 매개변수를 알아요. 손으로 한 번 빌드해 주세요.",
    ),
    "many-builds": Text(
        "Something else triggers this job with the same parameters; look at the causes of the builds.",
        "다른 무언가가 같은 매개변수로 이 작업을 시작해요. 빌드의 원인을 살펴보세요.",
    ),
    "no-build": Text(
        "Look at the queue's reason: no free executor, no agent with the label, or a build that blocks it. Wait longer with --wait.",
        "대기열의 이유를 보세요. 실행기나 맞는 에이전트가 없거나 다른 빌드가 막고 있어요. --wait로 더 기다릴 수 있어요.",
    ),
    "no-lines": Text(
        "Look whether a plugin keeps the log elsewhere.",
        "플러그인이 로그를 다른 곳에 두는지 보세요.",
    ),
    "too-quick": Text(
        "Nothing to mend: for the test the job would have to take some seconds.",
        "고칠 것은 없어요. 시험하려면 작업이 몇 초는 걸려야 해요.",
    ),
    "not-cancelled": Text(
        "Give the user Job/Cancel, and look whether the job ignores being stopped.",
        "사용자에게 Job/Cancel 권한을 주고, 작업이 중단 요청을 무시하는지 보세요.",
    ),
    "deploy-unreachable": Text(
        "Look at address, network, certificate and proxy from this machine.",
        "이 컴퓨터에서 주소, 네트워크, 인증서, 프록시를 확인하세요.",
    ),
    "deploy-forbidden": Text(
        "Give the user Overall/Read, Job/Read, Job/Build and Job/Cancel, and use that user's API token.",
        "사용자에게 Overall/Read, Job/Read, Job/Build, Job/Cancel 권한을 주고 그 사용자의 API 토큰을 쓰세요.",
    ),
    "deploy-no-job": Text(
        "Write it as folder/job, a branch of a multibranch job as folder/job/main; without Job/Read a job looks as if it were not there.",
        "폴더/작업, 멀티브랜치라면 폴더/작업/main처럼 쓰세요. Job/Read 권한이 없으면 없는 작업처럼 보여요.",
    ),
    "deploy-disabled": Text("Enable it on its page.", "작업 페이지에서 켜 주세요."),
    "deploy-refused": Text(
        "Look at the log of Jenkins for that time.", "그 시각의 Jenkins 로그를 보세요."
    ),
}

VERDICTS: dict[str, Text] = {
    "good": Text("Jenkins can deploy for cfgbot.", "cfgbot이 이 Jenkins로 배포할 수 있어요."),
    "good-untried": Text(
        "As far as can be seen without a build, Jenkins can deploy for cfgbot; --trigger tries it.",
        "빌드해 보지 않고 볼 수 있는 데까지는 괜찮아요. --trigger로 실제로 해 볼 수 있어요.",
    ),
    "wanting": Text("{count} of the checks do not hold.", "{count}가지가 맞지 않아요."),
}
MARKS = {"good": "✓", "bad": "✗", "doubt": "!", "skipped": "-"}


def evidence(code: str, facts: Mapping[str, str], language: Language) -> str:
    """What was seen; an error without a word of its own says its name."""
    return EVIDENCE[code].say(language, {"detail": code, "job": "", **facts})


def remedy(code: str, language: Language) -> str | None:
    """What to do about it, where anything is to be done."""
    found = REMEDIES.get(code)
    return found.say(language) if found else None
