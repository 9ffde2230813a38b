"""Public data sets as tasks: written here in their formats, loaded, counted, and played."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.arena.game import RIGHT, WRONG
from bot.arena.load import load_tasks
from bot.arena.public.loaded import Loaded
from bot.arena.public.rewriting import right_text
from bot.arena.running import can_be_simulated, read_records
from bot.arena.sameness import same_values
from bot.arena.tasks import TaskError, is_right
from bot.arena_cli import arena

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: tea-house
spec:
  replicas: 2  # one a floor
  template:
    spec:
      containers:
      - name: kettle
        image: "kettle:1.4"
        env:
        - {name: LEVEL, value: info}
"""
QUESTION = (
    "The tea-house is crowded. Give it 5 replicas.\n```yaml\n{yaml}```\nPlease keep the rest.\n"
)
TEMPLATE = """Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 10
      QueueName: !Sub "${AWS::StackName}-tea"
"""


def question(top: Path, name: str, text: str, answer: str) -> None:
    """One question of CloudEval's layout."""
    folder = top / "data" / "Kubernetes" / "deployment" / name
    folder.mkdir(parents=True)
    (folder / "question.txt").write_text(text, encoding="utf-8")
    (folder / "labeled_code.yaml").write_text(answer, encoding="utf-8")
    (folder / "unit_test.sh").write_text("exit 0\n", encoding="utf-8")


def asked(top: Path, answer: str, base: str = DEPLOYMENT) -> Loaded:
    """A set of one question that shows ``base``."""
    question(top, "q1", QUESTION.replace("{yaml}", base), answer)
    return load_tasks(f"cloudeval:{top}")


def reasons(loaded: Loaded) -> dict[str, int]:
    """How many were left out for what."""
    return {reason: len(items) for reason, items in loaded.reasons.items()}


def test_a_question_with_yaml_is_a_task(tmp_path: Path) -> None:
    """The block is the base, the words around it the sentence; only the value differs in the head."""
    answer = DEPLOYMENT.replace("replicas: 2  # one a floor", "replicas: 5")
    answer = answer.replace('"kettle:1.4"', "kettle:1.4")
    (task,) = asked(tmp_path, answer).tasks
    assert task.request == "The tea-house is crowded. Give it 5 replicas. Please keep the rest."
    assert task.base == {"config.yaml": DEPLOYMENT.encode()}
    assert task.right[0]["config.yaml"].decode() == DEPLOYMENT.replace("replicas: 2", "replicas: 5")
    assert not task.loose
    assert can_be_simulated(task)
    assert not is_right(task, task.base)


def test_an_answer_laid_out_anew_counts_by_its_values(tmp_path: Path) -> None:
    """Where keys come, the reference's own layout is no demand; another value still is wrong."""
    answer = DEPLOYMENT.replace("  # one a floor", "\n  paused: true")
    (task,) = asked(tmp_path, answer).tasks
    assert task.loose
    elsewhere = DEPLOYMENT.replace("  template:", "  paused: true\n  template:", 1)
    assert is_right(task, {"config.yaml": elsewhere.encode()})
    assert not is_right(task, {"config.yaml": elsewhere.replace("true", "false").encode()})
    assert not can_be_simulated(task)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("kind: Service\nmetadata: {name: tea-house}\n", "another resource"),
        (DEPLOYMENT.replace("2  # one a floor", "5 # *"), "leaves a changed value open"),
        (DEPLOYMENT.replace("2  # one a floor", "5 # v in [5, 6]"), "leaves a changed value open"),
        (DEPLOYMENT.replace("  # one a floor", ""), "changes no value"),
        ("kind: [\n", "does not parse"),
    ],
)
def test_what_is_no_edit_is_counted(tmp_path: Path, answer: str, reason: str) -> None:
    """No item goes without a reason, and none becomes a task whose right change is a guess."""
    loaded = asked(tmp_path, answer)
    assert not loaded.tasks
    assert [reason in one.reason for one in loaded.left_out] == [True]


def test_questions_without_yaml_and_other_wordings_are_counted(tmp_path: Path) -> None:
    """Writing from nothing is no change, and a second wording no second right answer."""
    question(tmp_path, "q1", "Write a deployment.\n", DEPLOYMENT)
    other = tmp_path / "data" / "Kubernetes" / "deployment" / "q1" / "question_simplified.txt"
    other.write_text("deployment pls\n", encoding="utf-8")
    question(tmp_path, "q2", QUESTION.replace("{yaml}", DEPLOYMENT) * 2, DEPLOYMENT)
    loaded = load_tasks(f"cloudeval:{tmp_path / 'data'}")
    assert reasons(loaded) == {
        "another wording of a question that is counted": 1,
        "the question shows no block of YAML to be edited": 1,
        "the question shows several blocks of YAML to be edited": 1,
    }


def ciri(top: Path) -> str:
    """Two settings gone wrong in a set of Ciri's layout, one that cannot be mended, one in XML."""
    place = top / "datasets" / "synthesize_config"
    truth = {
        "redis": "Syntax\tData Type\ttimeout\t9.9\t\t\nRange\tBool\trdbcompression\t10\t\t\n"
        "Dependency\tControl\tappendonly\tno\tappendfsync\talways\nVersion\tX\told-one\t1\n",
        "hdfs": "Syntax\tPath\tdfs.dir\t//x\t\t\n",
    }
    files = {
        "correct/1": "port-hint=3000\n\ntimeout=30\n",
        "correct/2": "timeout=9.9\n",
        "erroneous/1": "timeout=9.9\n\ntcp-backlog=511\n\n",
        "erroneous/2": "rdbcompression=10\n",
        "erroneous/3": "appendonly=no\nappendfsync=always\n",
        "erroneous/4": "old-one=1\n",
    }
    for name, text in files.items():
        path = place / "redis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (place / "ground_truth").mkdir()
    for system, rows in truth.items():
        (place / "ground_truth" / f"{system}.tsv").write_text(rows, encoding="utf-8")
    (top / "datasets" / "real_world_config" / "redis").mkdir(parents=True)
    (top / "datasets" / "real_world_config" / "redis" / "REDIS-1").write_text("x=1\n")
    return f"ciri:{top}"


def test_a_wrong_setting_is_to_be_mended(tmp_path: Path) -> None:
    """The good value is one that a correct file has; the bad one is never right."""
    loaded = load_tasks(ciri(tmp_path))
    (task,) = loaded.tasks
    assert task.request == "In redis.properties, set timeout to 30."
    assert task.right == ({"redis.properties": b"timeout=30\n\ntcp-backlog=511\n\n"},)
    assert not is_right(task, task.base)
    assert reasons(loaded) == {
        "format not supported (XML)": 1,
        "no correct file has a good value for the setting": 1,
        "two settings contradict each other, so more than one change is right": 1,
        "the setting itself is obsolete, so no value of it is right": 1,
        "no good value is given (real_world_config)": 1,
    }


def triplets(path: Path, *rows: tuple[str, str, str]) -> str:
    """A CSV file of Multi-IaC-Eval's columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "initial", "expected", "utterance", "source_repo"])
        writer.writerows([(f"s-{n}", *row, "example") for n, row in enumerate(rows)])
    return f"multi-iac:{path.parent}"


def test_a_template_with_its_request_is_a_task(tmp_path: Path) -> None:
    """CloudFormation is loaded, tags and all; Terraform, CDK and archives are counted."""
    more = TEMPLATE.replace("10", "25")
    said = triplets(
        tmp_path / "rows.csv",
        (TEMPLATE, more, '"Let the queue wait 25 seconds."'),
        ('{"Resources": {"Q": {"Size": 1}}}', '{"Resources": {"Q": {"Size": 2}}}', "twice"),
        ('resource "x" "y" {\n}\n', 'resource "x" "z" {\n}\n', "rename"),
        (TEMPLATE, TEMPLATE, "nothing"),
        (TEMPLATE, more, " "),
    )
    (tmp_path / "python" / "queue" / "initial").mkdir(parents=True)
    (tmp_path / "python" / "queue" / "utterance.txt").write_text("larger", encoding="utf-8")
    (tmp_path / "typescript.tar.gz").write_bytes(b"")
    loaded = load_tasks(said)
    assert [task.request for task in loaded.tasks] == ["Let the queue wait 25 seconds.", "twice"]
    assert loaded.tasks[0].right == ({"template.yml": more.encode()},)
    assert loaded.tasks[1].right == ({"template.json": b'{"Resources": {"Q": {"Size": 2}}}'},)
    assert reasons(loaded) == {
        "format not supported (CDK)": 1,
        "format not supported (Terraform)": 1,
        "an archive, which is not unpacked (CDK comes in these)": 1,
        "the expected template changes no value": 1,
        "no request": 1,
    }


def test_bad_data_is_said(tmp_path: Path) -> None:
    """A folder of something else must not be an empty set, nor a broken file a short one."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for said in ("ciri", "cloudeval", "multi-iac"):
        with pytest.raises(TaskError):
            load_tasks(f"{said}:{tmp_path}")
        with pytest.raises(TaskError):
            load_tasks(f"{said}:{tmp_path / 'none'}")
    folder = tmp_path / "data" / "a" / "b" / "q1"
    folder.mkdir(parents=True)
    (folder / "question.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(TaskError, match="labeled_code"):
        load_tasks(f"cloudeval:{tmp_path}")
    (folder / "labeled_code.yaml").write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"question\.txt"):
        load_tasks(f"cloudeval:{tmp_path}")
    truth = tmp_path / "ciri" / "ground_truth"
    truth.mkdir(parents=True)
    (truth / "redis.tsv").write_text("Syntax\ttimeout\n", encoding="utf-8")
    with pytest.raises(TaskError, match="redis-1"):
        load_tasks(f"ciri:{tmp_path / 'ciri'}")


@pytest.mark.parametrize(
    ("base", "answer", "right"),
    [
        ("a: 'x'\nb: 1\n", 'a: "y"\nb: 1\n', ("a: 'y'\nb: 1\n", False)),
        ("a: '5'\n", "a: 5\n", ("a: 5\n", False)),
        ("a: [1, 2]\n", "a:\n- 1\n- 3\n", ("a: [1, 3]\n", False)),
        ("b: 1 # why\na: 2\n", "a: 3\nb: 1\n", ("b: 1 # why\na: 3\n", False)),
        ("a: |\n  x\n", "a: |\n  y\n", ("a: |\n  y\n", True)),
        ("a: &n 1\nb: *n\n", "a: 1\nb: 2\n", ("a: 1\nb: 2\n", True)),
        ("a: !Ref x\n", "a: !Sub x\n", ("a: !Sub x\n", False)),
    ],
)
def test_the_base_keeps_its_dress(base: str, answer: str, right: tuple[str, bool]) -> None:
    """Only what differs is written, as the base writes it; what cannot be so stands by its values."""
    assert right_text("a.yml", base, answer) == right


def test_values_are_the_same_or_not() -> None:
    """A number is not its word, true is not 1, and a tag is part of what it stands before."""
    assert same_values("a.yml", b"a: 1 # x\nb: [1]\n", b"b:\n- 1\na: 1\n")
    for other in (b"a: '1'\n", b"a: true\n", b"a: !Ref 1\n", b"a: [\n"):
        assert not same_values("a.yml", b"a: 1\n", other)
    assert not same_values("a.txt", b"a", b"a ")


def test_the_command_plays_a_public_set(tmp_path: Path) -> None:
    """From questions on disk to games: what was left out is said, and stands in the JSON."""
    top, out = tmp_path / "set", str(tmp_path / "out")
    answer = DEPLOYMENT.replace("replicas: 2", "replicas: 5")
    question(top, "q1", QUESTION.replace("{yaml}", DEPLOYMENT), answer)
    question(top, "q2", "Write a deployment.\n", DEPLOYMENT)
    sim = ("--author", "sim:perfect", "--reviewer", "sim:perfect")
    said = ["run", out, "--tasks", f"cloudeval:{top}", *sim]
    runner = CliRunner()
    for _ in range(2):
        done = runner.invoke(arena, [*said, "--mode", "blind,duel", "--games", "1"])
        assert done.exit_code == 0, done.output
        assert "1 tasks, 1 items left out" in done.output
    records = read_records(Path(out))
    assert len(records) == 2
    assert {one["ended"] for one in records} <= {RIGHT, "declined"}
    assert WRONG not in {one["ended"] for one in records}
    told = json.loads(runner.invoke(arena, ["report", out, "--json"]).output)
    (source,) = told["tasks"]
    assert source["left_out"] == {
        "the question shows no block of YAML to be edited": ["Kubernetes-deployment-q2"]
    }
    bad = runner.invoke(arena, ["run", out, "--tasks", f"ciri:{top}", *sim])
    assert bad.exit_code == 2
    assert "ground_truth" in bad.output
