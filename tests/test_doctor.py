"""cfg doctor against the stand-in: a good Jenkins, and each way in which one can be wrong."""

from __future__ import annotations

import json
import string
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from starlette.applications import Starlette

from bot.cli import cli
from bot.core.report.doctor_words import CHECKS, EVIDENCE, MARKS, REMEDIES, VERDICTS
from bot.core.report.text import Text
from bot.core.request import Language
from bot.doctor import TRIAL, Diagnosis, Patient, diagnose
from bot.sandbox.jenkins import BuildContext, Jenkins
from bot.sandbox.loopback import Loopback

JOB = "team/fleet-deploy"
DECLARED = ("CLOUD", "COMMIT", "CFG_RUN")
NAMES = list(CHECKS)


def slow(build: BuildContext) -> str:
    """A job that says something and takes its time, unless it is the first of the trials."""
    build.write("rehearsal\n")
    if build.number > 1:
        build.sleep(20)
    return "SUCCESS"


@pytest.fixture
def jenkins() -> Iterator[Jenkins]:
    """A good Jenkins with one job."""
    jenkins = Jenkins(seconds=0.01)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(JOB, DECLARED, script=slow)
        yield jenkins
        jenkins.close()


@pytest.fixture
def patient(jenkins: Jenkins) -> Patient:
    """That Jenkins, seen by a user with a token, in a hurry."""
    token = jenkins.add_user("cfgbot", "pass-word")
    return Patient(jenkins.url, "cfgbot", token, JOB, timeout=5.0, wait=10.0, pause=0.01)


def states(found: Diagnosis) -> dict[str, str]:
    """Check → state, every check once."""
    assert [one.check for one in found.checks] == NAMES
    return {one.check: one.state for one in found.checks}


def seen(found: Diagnosis, check: str) -> str:
    """What was seen by that check."""
    return next(one.code for one in found.checks if one.check == check)


def test_a_good_jenkins_holds(patient: Patient, jenkins: Jenkins) -> None:
    """Everything that can be seen without a build, and nothing is built for it."""
    found = diagnose(patient, trial=False)
    assert found.exit_code == 0
    assert {name for name, state in states(found).items() if state == "good"} == set(NAMES[:6])
    assert jenkins.builds(JOB) == ()
    assert {one.method for one in jenkins.log} == {"GET"}


def test_a_trial_builds_once_and_cancels(patient: Patient, jenkins: Jenkins) -> None:
    """Three triggers are one build, which is found with its log; a second build is cancelled."""
    found = diagnose(replace(patient, parameters={"CLOUD": "aws"}), trial=True)
    assert set(states(found).values()) == {"good"}, found
    builds = jenkins.builds(JOB)
    assert 1 <= len(builds) <= 2
    assert all(one.parameters["CFG_RUN"].startswith(TRIAL) for one in builds)
    assert builds[0].parameters["CLOUD"] == "aws"
    assert builds[0].result == "SUCCESS"
    assert [one.result for one in builds[1:]] in ([], ["ABORTED"])


def test_nobody_there(patient: Patient) -> None:
    """What cannot be looked at is skipped, not good."""
    found = diagnose(replace(patient, url="http://127.0.0.1:1"), trial=True)
    assert states(found)["reachable"] == "bad"
    assert set(list(states(found).values())[1:]) == {"skipped"}
    assert seen(found, "reachable") == "deploy-unreachable"
    assert found.exit_code == 1


def test_somebody_else_is_there(patient: Patient) -> None:
    """A server that is no Jenkins is told apart."""
    with Loopback(Starlette()) as other:
        found = diagnose(replace(patient, url=other.url), trial=False)
    assert seen(found, "reachable") == "not-jenkins"


def test_a_wrong_token(patient: Patient) -> None:
    """Jenkins says 401, and nothing after it is tried."""
    found = diagnose(replace(patient, token="11" + "0" * 32), trial=True)
    assert seen(found, "auth") == "deploy-forbidden"
    assert states(found)["job"] == "skipped"


def test_a_password_is_doubted(patient: Patient) -> None:
    """It works, and is still not what should stand there."""
    found = diagnose(replace(patient, token="pass-word"), trial=False)
    assert states(found)["token"] == "doubt"
    assert states(found)["auth"] == "good"
    assert found.exit_code == 0


@pytest.mark.parametrize("job", ["nothing", "team", "team/nothing", "../x", "team//x"])
def test_a_job_that_is_none(patient: Patient, job: str) -> None:
    """Not there, a folder, or no name of a job."""
    found = diagnose(replace(patient, job=job), trial=False)
    assert seen(found, "job") == "deploy-no-job"


def test_a_disabled_job(patient: Patient, jenkins: Jenkins) -> None:
    """It is there and cannot be built; its parameters are looked at all the same."""
    jenkins.add_job("off", DECLARED, disabled=True)
    found = diagnose(replace(patient, job="off"), trial=True)
    assert states(found)["job"] == "good"
    assert seen(found, "buildable") == "disabled"
    assert states(found)["parameters"] == "good"
    assert states(found)["once"] == "skipped"
    assert jenkins.builds("off") == ()


@pytest.mark.parametrize("declared", [(), ("CLOUD", "COMMIT"), ("CFG_RUN",)])
def test_parameters_that_are_not_declared(
    patient: Patient, jenkins: Jenkins, declared: tuple[str, ...]
) -> None:
    """Jenkins would drop them without a word: each is named."""
    jenkins.add_job("poor", declared)
    found = diagnose(replace(patient, job="poor"), trial=True)
    assert seen(found, "parameters") == "undeclared"
    missing = {"CFG_RUN", "COMMIT"} - set(declared)
    assert set(found.checks[5].facts["missing"].split(", ")) == missing
    assert jenkins.builds("poor") == ()


def test_a_parameter_of_ones_own_must_be_declared(patient: Patient) -> None:
    """What --param gives is looked for too."""
    found = diagnose(replace(patient, parameters={"REGION": "x"}), trial=False)
    assert found.checks[5].facts["missing"] == "REGION"


def test_a_user_who_may_not_build(patient: Patient, jenkins: Jenkins) -> None:
    """Reading is allowed, triggering is not."""
    jenkins.faults.status("buildWithParameters", 403)
    found = diagnose(patient, trial=True)
    assert seen(found, "once") == "deploy-forbidden"
    assert (states(found)["log"], states(found)["cancel"]) == ("skipped", "skipped")


def test_something_triggers_the_job_as_well(patient: Patient, jenkins: Jenkins) -> None:
    """Two builds of one run are counted in Jenkins itself."""

    def again(build: BuildContext) -> str:
        if build.number == 1:
            jenkins.trigger("twice", {**build.parameters, "COMMIT": "again"})
        return "SUCCESS"

    jenkins.add_job("twice", DECLARED, script=again)
    found = diagnose(replace(patient, job="twice"), trial=True)
    assert seen(found, "once") == "many-builds"


def test_no_executor_is_free(patient: Patient, jenkins: Jenkins) -> None:
    """The run stays in the queue: it was triggered once, and is not found as a build."""
    jenkins.quiet_period = 60
    found = diagnose(replace(patient, wait=0.05), trial=True)
    assert states(found)["once"] == "good"
    assert seen(found, "found") == "no-build"
    assert states(found)["cancel"] == "skipped"


def test_a_log_that_cannot_be_read(patient: Patient, jenkins: Jenkins) -> None:
    """The build is found, its console is not."""
    jenkins.faults.status("progressiveText", 404)
    found = diagnose(patient, trial=True)
    assert states(found)["found"] == "good"
    assert seen(found, "log") == "deploy-no-job"


def test_a_build_that_ends_too_soon_to_be_cancelled(patient: Patient, jenkins: Jenkins) -> None:
    """That is a doubt, not a fault."""
    jenkins.add_job("quick", DECLARED, script=lambda _: "SUCCESS")
    ends = {"good": "cancelled", "doubt": "too-quick"}
    found = diagnose(replace(patient, job="quick"), trial=True)
    assert seen(found, "cancel") == ends[states(found)["cancel"]]
    assert found.exit_code == 0


def test_a_build_that_does_not_mind_being_stopped(patient: Patient, jenkins: Jenkins) -> None:
    """After the time that it had, it still runs."""
    begun, told = threading.Event(), threading.Event()

    def deaf(build: BuildContext) -> str:
        if build.number > 1:
            begun.set()
            told.wait(20)
        return "SUCCESS"

    def hold(request: object) -> None:
        if "cancelItem" in str(request):
            begun.wait(20)

    jenkins.add_job("deaf", DECLARED, script=deaf)
    jenkins.before = hold
    found = diagnose(replace(patient, job="deaf", wait=0.3), trial=True)
    told.set()
    assert seen(found, "cancel") == "not-cancelled"


# --- the command ------------------------------------------------------------------------------


def run(patient: Patient, *arguments: str, **environ: str) -> Result:
    """The command with the user and token in the environment."""
    env: dict[str, str | None] = {
        "CFG_JENKINS_USER": patient.user,
        "CFG_JENKINS_TOKEN": patient.token,
        "LANG": "C",
        "CFG_LANG": None,
        **environ,
    }
    return CliRunner().invoke(cli, ["doctor", *arguments], env=env)


def test_the_command_says_what_evidence_and_remedy(patient: Patient) -> None:
    """One line a check, an arrow where something is to be done, exit code 1."""
    ran = run(patient, "--jenkins", patient.url, "--job", "nothing")
    assert ran.exit_code == 1
    assert f"✓ Jenkins answers: Jenkins 2.528.3 at {patient.url}" in ran.output
    assert "✗ the job is there: nothing: 404 Error 404 Not Found" in ran.output
    assert "    → Write it as folder/job" in ran.output
    assert patient.token not in ran.output


def test_the_command_speaks_korean(patient: Patient) -> None:
    """By option or by the environment, and takes the address from the settings."""
    ran = run(patient, "--job", JOB, "--lang", "ko", CFG_JENKINS_URL=patient.url)
    assert ran.exit_code == 0, ran.output
    assert "✓ 작업이 있어요" in ran.output
    assert "--trigger로" in ran.output


def test_the_command_prints_json(patient: Patient) -> None:
    """Every check with what was seen, for machines."""
    ran = run(patient, "--jenkins", patient.url, "--job", JOB, "--json")
    said = json.loads(ran.output)
    assert said["good"] is True
    assert [row["check"] for row in said["checks"]] == NAMES
    assert set(said["checks"][0]) == {"check", "state", "code", "what", "evidence", "remedy"}


def test_the_command_tries_it(patient: Patient) -> None:
    """--trigger builds with what --param says."""
    ran = run(
        patient,
        *("--jenkins", patient.url, "--job", JOB, "--trigger", "--param", "CLOUD=aws"),
        *("--wait", "10"),
    )
    assert ran.exit_code == 0, ran.output
    assert "run cfg-doctor-" in ran.output
    assert "Jenkins can deploy for cfgbot." in ran.output


@pytest.mark.parametrize(
    ("arguments", "environ", "name"),
    [
        (["--job", JOB], {}, "CFG_JENKINS_URL"),
        (["--job", JOB, "--jenkins", "jenkins:8080"], {}, "CFG_JENKINS_URL"),
        (["--job", JOB, "--jenkins", "http://a:b@j"], {}, "CFG_JENKINS_URL"),
        (["--job", JOB, "--jenkins", "http://j"], {"CFG_JENKINS_TOKEN": ""}, "CFG_JENKINS_TOKEN"),
        (["--job", JOB, "--jenkins", "http://j", "--param", "x"], {}, "--param"),
        (["--job", JOB, "--jenkins", "http://j", "--param", "CFG_RUN=1"], {}, "--param"),
        (["--job", JOB, "--jenkins", "http://j", "--wait", "nan"], {}, "--wait"),
        (["--job", JOB, "--jenkins", "http://j"], {"CFG_TYPO": "1"}, "CFG_TYPO"),
    ],
)
def test_what_cannot_be_looked_at_is_an_error(
    patient: Patient, arguments: list[str], environ: dict[str, str], name: str
) -> None:
    """Exit code 2 with the name of what is wrong."""
    ran = run(patient, *arguments, **environ)
    assert ran.exit_code == 2, ran.output
    assert name in ran.output


# --- words -------------------------------------------------------------------------------------


def test_every_word_is_there_in_both_languages() -> None:
    """Evidence and remedy of every code, with the same facts in Korean and in English."""
    texts: list[Text] = [*CHECKS.values(), *EVIDENCE.values(), *REMEDIES.values()]
    for text in (*texts, *VERDICTS.values()):
        facts = [
            {name for _, name, _, _ in string.Formatter().parse(one) if name}
            for one in (text.en, text.ko)
        ]
        assert facts[0] == facts[1], text
    assert set(REMEDIES) < set(EVIDENCE)
    assert set(MARKS) == {"good", "bad", "doubt", "skipped"}


@pytest.mark.parametrize("language", list(Language))
def test_every_diagnosis_can_be_said(patient: Patient, language: Language) -> None:
    """No code without its words, whatever went wrong."""
    for url in (patient.url, "http://127.0.0.1:1"):
        for job in (JOB, "nothing"):
            found = diagnose(replace(patient, url=url, job=job), trial=False)
            lines = list(found.lines(language))
            assert len(lines) > len(NAMES)
            assert not any("{" in line for line in lines)
