"""One window of one subject: how many answers, how fast, at what cost, and whether they were right."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .contract import Work, provider_put
from .rig import BenchProblem, Rig, ask, ask_bytes

NOISE = 0.06
"""The largest share of the subject's core that others may take before a window is measured again."""


class Overrun(BenchProblem):
    """More requests fell due than could be answered."""


@dataclass(frozen=True, slots=True)
class Load:
    """`rate` 0 is the closed loop over `connections`; any other rate is the open loop, requests per second."""

    name: str
    delay_ms: int
    connections: int
    warm: float
    seconds: float
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured. `cpu_us` is the CPU time of the subject's process, all threads, per request."""

    rps: float
    cpu_us: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    pss_mb: float
    foreign: float
    requests: int
    repeated: int = 0

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def check(rig: Rig, port: int, work: Work) -> None:
    """One request, looked at closely: the calls it makes, the body it sends, the answer."""
    known = rig.counts()
    answer = ask(port, work.path, work.body, rig.api_key)
    if answer != work.expected:
        raise BenchProblem(f"{work.path} answers {json.dumps(answer)[:3000]}")
    _check_calls(rig, known, 1, work)
    if (sent := ask(rig.upstream_port, "/_body")) != provider_put():
        raise BenchProblem(f"{work.path} sends the provider {json.dumps(sent)[:3000]}")


def measure(rig: Rig, pid: int, port: int, work: Work, load: Load, again: int = 0) -> Window:
    """A window; measured again up to `again` times while others take too much of the core."""
    known: list[Window] = []
    for number in range(again + 1):
        try:
            known.append(_measure(rig, pid, port, work, load))
        except Overrun:
            if number == again and not known:
                raise
        if known and known[-1].foreign <= NOISE:
            break
        if number < again:
            _wait_for_quiet(rig.cores.subject)
    best = min(known, key=lambda item: item.foreign)
    return Window(**{**asdict(best), "repeated": number})


def _measure(rig: Rig, pid: int, port: int, work: Work, load: Load) -> Window:
    rig.set_delay(load.delay_ms)
    known = rig.counts()
    request, expected = rig.folder / "request", rig.folder / "expected"
    request.write_bytes(work.request(rig.api_key))
    expected.write_bytes(_bytes_of(rig, port, work))
    command = [rig.tool("loadgen"), port, request, expected, load.connections, load.warm, load.seconds, load.rate]
    command += [rig.tenants, pid, rig.cores.subject]
    done = subprocess.run([str(item) for item in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchProblem(f"The generator gave up: {done.stderr[:2000]}")
    found: dict[str, Any] = json.loads(done.stdout)
    if found["unanswered"] and load.rate and not found["wrong"]:
        raise Overrun(f"{work.path} could not keep up with {load.rate:.0f} requests a second: others use the machine.")
    if found["wrong"] or found["unanswered"]:
        raise BenchProblem(f"{found['wrong']} wrong and {found['unanswered']} missing answers. {done.stderr[:2000]}")
    if not found["requests"]:
        raise BenchProblem(f"No request of {load.name} was answered in time.")
    _check_calls(rig, known, found["sent"] + 1, work)
    return Window(
        rps=found["requests"] / found["seconds"],
        cpu_us=found["cpu_s"] / found["requests"] * 1e6,
        p50_ms=found["p50_ms"],
        p90_ms=found["p90_ms"],
        p99_ms=found["p99_ms"],
        max_ms=found["max_ms"],
        pss_mb=_pss(pid),
        foreign=max(0.0, found["core_busy_s"] - found["cpu_s"]) / found["seconds"],
        requests=found["requests"],
    )


def _wait_for_quiet(core: int, patience: float = 5.0) -> None:
    """Until nobody uses the core, for a while."""
    time.sleep(0.5)  # what the subject has begun is finished by then
    until = time.monotonic() + patience
    while time.monotonic() < until:
        known = _busy(core)
        time.sleep(0.5)
        if _busy(core) - known < 0.05:
            return


def _busy(core: int) -> float:
    """Seconds that processes and the hypervisor took of a core since it was started."""
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, steal = (int(ticks[place]) for place in (0, 1, 2, 7))
            return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _bytes_of(rig: Rig, port: int, work: Work) -> bytes:
    """The expected answer exactly as the subject spells it, so that the generator can compare bytes."""
    answer = ask_bytes(port, work.path, work.body, rig.api_key)
    if json.loads(answer) != work.expected:
        raise BenchProblem(f"{work.path} answers {answer[:3000]!r}")
    return answer


def _check_calls(rig: Rig, known: dict[str, int], requests: int, work: Work) -> None:
    """Every request made its calls, no more and no fewer: an answer from a cache would show here."""
    now = rig.counts()
    made = {name: now[name] - known[name] for name in now}
    due = {"get": requests * work.reads, "put": requests}
    if made != due:
        raise BenchProblem(f"{requests} requests to {work.path} made the calls {made}, not {due}.")


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
