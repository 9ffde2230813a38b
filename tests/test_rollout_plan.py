"""The plan of a rollout, the exact revert, and ``cfg rollout plan`` as people run it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.change import FileChange, build_change
from bot.core.literals import substitute
from bot.core.report.rollout_text import duration
from bot.core.report.rollout_words import (
    PLAN,
    REASONS,
    STAGES,
    STANDINGS,
    WARNINGS,
    say_reason,
)
from bot.core.request import Language
from bot.core.rollout.health import MetricCheck, ProbeCheck
from bot.core.rollout.plan import rendered, undoing, waits_for
from bot.core.rollout.revert import CannotRevert, Version, is_exact_revert, revert_files
from bot.core.rollout.rules import OnFailure, Rollout, WhileRolling
from bot.core.rollout.state import DeploymentState, reason
from tests.commands import Ran, cfg, fleet, state
from tests.git_repo import commit, git, make_repo, write
from tests.rollouts import environment, plan_of, stage

X, Y = "192.0.2.7", "192.0.2.77"


def test_only_environments_whose_files_differ_are_deployed() -> None:
    """Each stage has its own, in waves, in the policy's order."""
    environments = (environment("c", 1), environment("a"), environment("b", 1))
    stages = (stage("admit", "a", "c"), stage("switch", "b"), stage("remove"))
    plan = plan_of(environments, stages, Rollout(parallel=4, soak=9.0, on_failure=OnFailure.STOP))
    assert [[[one.id for one in wave] for wave in it.waves] for it in plan.stages] == [
        [["m-admit-a"], ["m-admit-c"]],
        [["m-switch-b"]],
        [],
    ]
    assert plan.environments == ("a", "c", "b")
    assert (plan.parallel, plan.soak, plan.on_failure) == (4, 9.0, OnFailure.STOP)
    assert plan == plan_of(environments, stages, Rollout(4, 9.0, on_failure=OnFailure.STOP))


def test_no_two_deployments_share_a_run() -> None:
    """Forward and back, however the environments are called."""
    environments = tuple(environment(name) for name in ("a", "admit-a", "undo-admit-a"))
    names = [one.name for one in environments]
    plan = plan_of(environments, (stage("admit", *names), stage("remove", *names)))
    forward = [one.id for one in plan.deployments]
    back = [one.id for it in reversed(plan.stages) for one in undoing(it, forward).deployments]
    assert len({*forward, *back}) == 12


def test_the_way_back_is_the_way_in_reverse() -> None:
    """Only what was deployed; the last wave first, the last cloud of it first."""
    environments = (environment("a"), environment("b"), environment("c", 1), environment("d", 1))
    (planned,) = plan_of(environments).stages
    back = undoing(planned, ["m-whole-b", "m-whole-a", "m-whole-c"])
    assert [[one.id for one in wave] for wave in back.waves] == [
        ["m-undo-whole-c"],
        ["m-undo-whole-a", "m-undo-whole-b"],
    ]
    assert (back.name, back.undoes, back.deployments[0].stage) == (
        *("undo-whole", "whole"),
        "undo-whole",
    )


def test_placeholders_get_their_values_once_the_commit_is_known() -> None:
    """In parameters, and with them in queries and URLs."""
    health = (MetricCheck('up{c="{cloud}", s="{sha}"}', above=0), ProbeCheck("http://{CLOUD}/"))
    (deployment,) = plan_of((environment("a", 0, *health),)).deployments
    made = rendered(deployment, "abc")
    assert made.parameters == (("CLOUD", "a"), ("SHA", "abc"))
    assert made.health == (MetricCheck('up{c="a", s="abc"}', above=0), ProbeCheck("http://a/"))
    assert deployment.parameters == (("CLOUD", "a"), ("SHA", "{commit}"))


def test_a_later_change_waits_for_what_is_rolling() -> None:
    """Only where they share an environment, and where the policy does not allow it."""
    first, second = plan_of((environment("a"), environment("b"))), plan_of((environment("b"),))
    other = plan_of((environment("c"),))
    assert waits_for(second, [first, other], Rollout()) == ("b",)
    assert waits_for(other, [first, second], Rollout()) == ()
    assert waits_for(second, [first], Rollout(while_rolling=WhileRolling.ALLOW)) == ()


# the exact revert
def version(text: str | None, mode: str = "100644") -> dict[str, Version]:
    """A commit with one file, or with none."""
    return {} if text is None else {"f": Version(text.encode(), mode)}


def test_a_revert_brings_every_file_back() -> None:
    """Those that came go, those that went come, modes too."""
    base = {"a": Version(b"1"), "gone": Version(b"g", "100755"), "mode": Version(b"m")}
    head = {"a": Version(b"2"), "new": Version(b"n"), "mode": Version(b"m", "100755")}
    other = {"other": Version(b"o")}
    made = revert_files(base, head, {**head, **other})
    assert made == (
        FileChange("a", b"2", b"1"),
        FileChange("gone", None, b"g", "100755", "100755"),
        FileChange("mode", b"m", b"m", "100755", "100644"),
        FileChange("new", b"n", None),
    )


def test_what_somebody_touched_since_is_not_taken_back() -> None:
    """Not a byte of it, and the paths are named."""
    assert revert_files(version("1"), version("2"), version("3")) == CannotRevert(("f",))
    assert revert_files(version("1"), version("2"), version(None)) == CannotRevert(("f",))
    assert revert_files(version("1"), version("2"), version("2", "100755")) == CannotRevert(("f",))
    assert revert_files(version(None), version("2"), version("3")) == CannotRevert(("f",))


def test_what_is_back_already_stays() -> None:
    """A revert that was made by hand leaves nothing to do."""
    assert revert_files(version("1"), version("2"), version("1")) == ()


TREES = st.dictionaries(
    st.sampled_from("abc"),
    st.builds(Version, st.sampled_from([b"1", b"2", b""]), st.sampled_from(["100644", "100755"])),
)


def files(old: dict[str, Version], new: dict[str, Version]) -> list[FileChange]:
    """Every file that differs, as git says it."""
    return [
        FileChange(
            path,
            old[path].data if path in old else None,
            new[path].data if path in new else None,
            old[path].mode if path in old else new[path].mode,
            new[path].mode if path in new else old[path].mode,
        )
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]


@given(TREES, TREES, TREES)
def test_a_revert_of_what_stands_is_exact_and_recognised(
    base: dict[str, Version], head: dict[str, Version], current: dict[str, Version]
) -> None:
    """From the head itself always; from elsewhere only files that are as either version has them."""
    merged = build_change(files(base, head))
    made = revert_files(base, head, head)
    assert not isinstance(made, CannotRevert)
    assert is_exact_revert(build_change(made), merged) == bool(merged.files)
    there = revert_files(base, head, current)
    changed = {file.path for file in merged.files}
    if isinstance(there, CannotRevert):
        assert set(there.paths) <= changed
        assert all(current.get(p) not in (base.get(p), head.get(p)) for p in there.paths)
    else:
        assert all(file.path in changed for file in there)


@pytest.mark.parametrize(
    "more",
    [
        [],
        [FileChange("f", b"2", b"1"), FileChange("g", b"a", b"b")],
        [FileChange("f", b"2", b"0")],
        [FileChange("f", b"3", b"1")],
        [FileChange("f", b"2", b"1", "100644", "100755")],
        [FileChange("f", b"2", None)],
    ],
)
def test_anything_else_is_no_exact_revert(more: list[FileChange]) -> None:
    """A file more or less, another byte, another mode."""
    merged = build_change([FileChange("f", b"1", b"2")])
    assert not is_exact_revert(build_change(more), merged)


# cfg rollout plan
def planned(repo: Path, *more: str, **env: str) -> Ran:
    """``cfg rollout plan --json``."""
    return cfg("rollout", "plan", "--repo", str(repo), "--json", *more, env=env)


def move(repo: Path) -> None:
    """A branch ``work`` on which every file but the policy says Y where it said X."""
    git(repo, "checkout", "--quiet", "-b", "work")
    for path in git(repo, "ls-files").splitlines():
        text = (repo / path).read_text("utf-8")
        if path != ".cfgbot.yml":
            (repo / path).write_text(substitute(text, X, Y), "utf-8")
    commit(repo, "move")


def test_the_fleet_s_move_is_planned_in_three_stages(tmp_path: Path) -> None:
    """Doors first, canary first; nothing in the repository changes."""
    repo = fleet(tmp_path)
    move(repo)
    before = state(repo)
    ran = planned(repo)
    assert (ran.code, ran.said["exit_code"]) == (0, 0)
    assert ran.said["moved"] == [{"old": X, "new": Y}]
    assert ran.said["warnings"] == []
    stages = {one["name"]: one for one in ran.said["stages"]}
    assert list(stages) == ["admit", "switch", "remove"]
    waves = [[it["environment"] for it in wave] for wave in stages["switch"]["waves"]]
    assert waves == [["azure"], ["oracle", "gcp", "aws"], ["hetzner"]]
    (canary,) = stages["admit"]["waves"][0]
    assert (canary["run"], canary["job"]) == ("{request}-admit-azure", "fleet-deploy")
    assert canary["parameters"] == {"CLOUD": "azure"}
    assert canary["timeout"] == 1_200
    assert 'cloud="azure"' in canary["health"][0]["promql"]
    assert canary["because"] == ["clouds/azure/mail-1/nsg.toml", "clouds/azure/worker-2/nsg.toml"]
    assert state(repo) == before


@pytest.mark.parametrize(("language", "word"), [("ko", "허용 목록"), ("en", "allow-lists")])
def test_people_read_it_in_their_language(tmp_path: Path, language: str, word: str) -> None:
    """Stages, waves, jobs, and why."""
    repo = fleet(tmp_path)
    move(repo)
    ran = cfg("rollout", "plan", "--repo", str(repo), env={"CFG_LANG": language})
    assert ran.code == 0
    assert word in ran.out
    for said in ("fleet-deploy", "CLOUD=azure", "20m", "clouds/azure/mail-1/nsg.toml", X, Y):
        assert said in ran.out


POLICY = "environments:\n  a: {paths: [a/**], job: j}\n"


def test_what_cannot_be_parted_is_warned_of(tmp_path: Path) -> None:
    """One stage, still deployed."""
    texts = {".cfgbot.yml": POLICY, "a/.env": f"ALLOWED_IP={X}\n", "a/app.yml": f"url: {X}:1\n"}
    repo = make_repo(tmp_path, texts)
    move(repo)
    ran = planned(repo)
    assert ran.code == 0
    assert [one["code"] for one in ran.said["warnings"]] == ["single"]
    assert [one["name"] for one in ran.said["stages"]] == ["whole"]
    said = cfg("rollout", "plan", "--repo", str(repo), env={"LANG": "ko_KR.UTF-8"})
    assert "주의: a/.env:1 ALLOWED_IP" in said.out


@pytest.mark.parametrize(
    ("policy", "path", "sentence"),
    [
        (POLICY, None, "Nothing differs"),
        (POLICY, "b/x.yml", "belongs to an environment"),
        ("{}", "a/x.yml", "names no environments"),
    ],
)
def test_nothing_to_deploy_is_exit_code_1(
    tmp_path: Path, policy: str, path: str | None, sentence: str
) -> None:
    """And it is said why."""
    repo = make_repo(tmp_path, {".cfgbot.yml": policy, "a/x.yml": "a: 1\n", "b/x.yml": "a: 1\n"})
    git(repo, "checkout", "--quiet", "-b", "work")
    if path:
        write(repo, {path: "a: 2\n"})
        commit(repo)
    ran = planned(repo)
    assert (ran.code, ran.said["exit_code"]) == (1, 1)
    assert sentence in cfg("rollout", "plan", "--repo", str(repo)).out


def test_what_cannot_be_used_is_exit_code_2(tmp_path: Path) -> None:
    """No such commit, no such repository, a policy with a slip; of the base, not of the head."""
    repo = make_repo(tmp_path, {".cfgbot.yml": POLICY, "a/x.yml": "a: 1\n"})
    assert planned(repo, "--head", "nowhere").code == 2
    assert planned(tmp_path / "nothing").code == 2
    git(repo, "checkout", "--quiet", "-b", "work")
    write(repo, {".cfgbot.yml": POLICY + "rolout: {}\n", "a/x.yml": "a: 2\n"})
    commit(repo)
    assert planned(repo).code == 0
    ran = planned(repo, "--base", "work", "--head", "main")
    assert ran.code == 2
    assert "rollout" in ran.out


def test_secrets_of_the_files_are_not_shown(tmp_path: Path) -> None:
    """The plan speaks of paths and addresses only."""
    secret = "s3cr3t-Passw0rd-of-mine"
    before = f"password: {secret}\nallowed: [{X}, 192.0.2.8]\n"
    repo = make_repo(tmp_path, {".cfgbot.yml": POLICY, "a/app.yml": before})
    git(repo, "checkout", "--quiet", "-b", "work")
    write(repo, {"a/app.yml": before.replace(secret, f"{secret}2").replace(X, Y)})
    commit(repo)
    assert secret not in planned(repo).out
    assert secret not in cfg("rollout", "plan", "--repo", str(repo)).out


# words
def test_every_sentence_is_there_in_both_languages() -> None:
    """And asks for the same facts."""
    texts = [*STAGES.values(), *WARNINGS.values(), *REASONS.values(), *PLAN.values()]
    for text in [*texts, *STANDINGS.values()]:
        assert {*re.findall(r"\{\w+\}", text.en)} == {*re.findall(r"\{\w+\}", text.ko)}
        assert text.en
        assert text.ko
    assert set(STANDINGS) == set(DeploymentState)
    facts = {"environment": "aws", "check": "1", "stage": "admit", "paths": "a.yml"}
    for code in REASONS:
        english, korean = (say_reason(reason(code, **facts), one) for one in Language)
        assert english != korean


def test_times_read_as_people_write_them() -> None:
    """And as the policy reads them."""
    said = {0: "0s", 0.5: "0.5s", 60: "1m", 90: "1m30s", 3_600: "1h", 5_410: "1h30m10s"}
    assert {seconds: duration(seconds) for seconds in said} == said
