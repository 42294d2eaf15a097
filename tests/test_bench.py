"""The bench runs, checks what it measures, and states its ratio. How fast this machine is decides nothing here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import contract, report, rig, run
from bench.measure import Load, Window, check, measure
from bench.rig import BenchProblem, Rig
from bench.run import Measured

ROOT = Path(__file__).parents[1]
SHORT = Load("short", delay_ms=0, connections=4, warm=0.1, seconds=0.3)


@pytest.fixture(scope="module", autouse=True)
def _needed() -> None:
    if sys.platform != "linux":
        pytest.skip("the bench pins processes to cores and reads /proc: it needs Linux")
    if not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("the bench's generator and provider are C programs, and there is no C compiler")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig.prepared(tmp_path_factory.mktemp("bench"), tenants=2) as prepared:
        yield prepared


@pytest.fixture(scope="module")
def forwarder(parts: Rig) -> Iterator[tuple[int, int]]:
    with rig.subject(parts, run.LIMIT_A.module, *run.LIMIT_A.arguments) as running:
        yield running


def test_the_quick_bench_runs_and_states_the_ratio() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    for calls in ("1 call", "2 calls"):
        assert re.search(
            rf"^gateway, {calls}: 0\.\d+ \(.*\) × limit-A, {calls} in requests per second", done.stdout, re.M
        )
        assert re.search(rf"^\| \*\*gateway, {calls}\*\*: .* \| [\d,]+ \(", done.stdout, re.M)
    assert "0 wrong answers, 0 missing ones" in done.stdout


def test_the_record_after_the_write_is_the_one_before_with_the_change_over_it() -> None:
    before, after = json.loads(contract.before())["Customer"], json.loads(contract.after())["Customer"]
    sent = contract.provider_put()["Customer"]
    assert len(sent) == 15
    assert list(after) == list(before)
    assert {name: value for name, value in after.items() if before[name] != value} == {
        name: value for name, value in sent.items() if name != "CountryCode"
    }


def test_a_subject_that_answers_otherwise_is_refused(parts: Rig, forwarder: tuple[int, int]) -> None:
    other = replace(contract.forwarded(0), expected={"Customer": {}})
    with pytest.raises(BenchProblem, match="answers"):
        check(parts, forwarder[1], other)


def test_a_subject_that_sends_otherwise_is_refused(parts: Rig, forwarder: tuple[int, int]) -> None:
    other = replace(contract.forwarded(0), body=b'{"Customer": {"Name": "Somebody else"}}')
    with pytest.raises(BenchProblem, match="sends the provider"):
        check(parts, forwarder[1], other)


def test_a_subject_that_saves_calls_is_refused(parts: Rig, forwarder: tuple[int, int]) -> None:
    saved = replace(contract.forwarded(1), path="/one")
    with pytest.raises(BenchProblem, match=r"made the calls \{'get': 0, 'put': 1\}"):
        check(parts, forwarder[1], saved)
    with pytest.raises(BenchProblem, match="made the calls"):
        measure(parts, *forwarder, saved, SHORT)


def test_the_generator_compares_every_answer(parts: Rig, forwarder: tuple[int, int]) -> None:
    work = contract.forwarded(0)
    (parts.folder / "request").write_bytes(work.request(parts.api_key))
    (parts.folder / "expected").write_bytes(contract.after().replace(b"Holmsund", b"Holmsunt", 1))
    command = [parts.tool("loadgen"), forwarder[1], parts.folder / "request", parts.folder / "expected"]
    command += [4, 0.1, 0.3, 0, 2, forwarder[0], parts.cores.subject]
    done = subprocess.run([str(item) for item in command], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["wrong"] == found["sent"] > 0


def test_both_loops_measure(parts: Rig, forwarder: tuple[int, int]) -> None:
    closed = measure(parts, *forwarder, contract.forwarded(0), SHORT)
    opened = measure(parts, *forwarder, contract.forwarded(1), replace(SHORT, seconds=1.0, rate=50.0))
    assert closed.rps > 50
    assert closed.cpu_us > 0
    assert 20 < opened.rps < 100
    for window in (closed, opened):
        assert 0 < window.p50_ms <= window.p90_ms <= window.p99_ms <= window.max_ms


def test_the_delay_of_the_provider_counts(parts: Rig, forwarder: tuple[int, int]) -> None:
    assert measure(parts, *forwarder, contract.forwarded(1), replace(SHORT, delay_ms=30)).p50_ms > 60


def test_a_ratio_is_taken_within_a_round() -> None:
    window = Window(0, 0, 0, 0, 0, 0, 0, 0, 0)
    speeds = {"limit": (100.0, 1000.0, 10.0), "gateway": (50.0, 400.0, 6.0)}
    found = [
        Measured(number, name, "load", replace(window, rps=rps))
        for name, values in speeds.items()
        for number, rps in enumerate(values)
    ]
    assert report.ratios(found, "load", "gateway", "limit", lambda item: item.rps) == pytest.approx([0.5, 0.4, 0.6])


def test_without_a_compiler_the_bench_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(BenchProblem, match="C compiler"), rig.prepared(tmp_path, tenants=1):
        pass
