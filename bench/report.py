"""From windows to ratios, a table and a file. A ratio is taken within a round; the median of the rounds is told."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from .measure import NOISE, Load, Window
from .rig import ROOT, Cores
from .run import Measured, Plan, Subject

PACKAGES = (
    *("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "uvloop", "httptools", "aiohttp", "orjson"),
    *("sqlalchemy", "aiosqlite", "cryptography", "limits", "structlog"),
)


def ratios(
    found: Sequence[Measured], load: str, subject: str, limit: str, of: Callable[[Window], float]
) -> list[float]:
    """A subject's value by its limit's, one for each round."""
    by_round = {(item.round, item.subject): of(item.window) for item in found if item.load == load}
    return [value / by_round[number, limit] for (number, name), value in by_round.items() if name == subject]


def to_json(found: Sequence[Measured], subjects: Sequence[Subject], plan: Plan, command: str) -> dict[str, Any]:
    """Everything that was measured, and on what."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "machine": machine(),
        "plan": {
            "rounds": plan.rounds,
            "tenants": plan.tenants,
            "loads": {item.name: _load(item) for item in plan.loads},
        },
        "ratios": [_ratio(found, load.name, item) for load in plan.loads if not load.rate for item in subjects],
        "windows": [
            {"round": item.round, "subject": item.subject, "load": item.load, **item.window.as_json()} for item in found
        ],
    }


def _load(load: Load) -> dict[str, Any]:
    loop = "open loop, Poisson" if load.rate else "closed loop"
    return {"open": bool(load.rate), "words": f"{loop}, {load.connections} connections, {load.seconds} s"}


def _ratio(found: Sequence[Measured], load: str, item: Subject) -> dict[str, Any]:
    speed = ratios(found, load, item.name, item.limit, lambda window: window.rps)
    cost = ratios(found, load, item.limit, item.name, lambda window: window.cpu_us)
    return {"load": load, "subject": item.name, "limit": item.limit, "rps": _spread(speed), "per_cpu": _spread(cost)}


def _spread(values: Iterable[float]) -> dict[str, float]:
    known = sorted(values)
    return {"median": round(median(known), 4), "min": round(known[0], 4), "max": round(known[-1], 4)}


def to_markdown(result: dict[str, Any], subjects: Sequence[Subject]) -> str:
    """The tables, as they stand in docs/performance.md."""
    parts = [_headline(result, subjects)]
    for load, known in result["plan"]["loads"].items():
        table = _latencies(result, load, subjects) if known["open"] else _table(result, load, subjects)
        parts.append(f"### {load[0].upper()}{load[1:]} ({known['words']})\n\n{table}")
    parts.append(_conditions(result))
    return "\n\n".join(parts) + "\n"


def _headline(result: dict[str, Any], subjects: Sequence[Subject]) -> str:
    lines = []
    for item in subjects:
        if item.name != item.limit:
            found = _found(result, next(iter(result["plan"]["loads"])), item.name)
            lines.append(
                f"{item.name}: {_told(found['rps'])} × {item.limit} in requests per second, "
                f"{_told(found['per_cpu'])} × in requests per CPU second."
            )
    return "\n".join(lines)


def _table(result: dict[str, Any], load: str, subjects: Sequence[Subject]) -> str:
    rows = [
        "| | rps (min–max) | × limit-A (min–max) | × per CPU second (min–max) | CPU µs | p50 ms | p99 ms | PSS MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for item in subjects:
        windows = [entry for entry in result["windows"] if (entry["subject"], entry["load"]) == (item.name, load)]
        rps = _spread(entry["rps"] for entry in windows)
        ratio = _found(result, load, item.name)
        rows.append(
            f"| **{item.name}**: {item.words} | {rps['median']:,.0f} ({rps['min']:,.0f}–{rps['max']:,.0f}) | "
            f"{_told(ratio['rps'])} | {_told(ratio['per_cpu'])} | {_median(windows, 'cpu_us'):,.0f} | "
            f"{_median(windows, 'p50_ms'):.2f} | {_median(windows, 'p99_ms'):.2f} | {_median(windows, 'pss_mb'):.0f} |"
        )
    return "\n".join(rows)


def _latencies(result: dict[str, Any], load: str, subjects: Sequence[Subject]) -> str:
    """The open loop is about times: its rate was set."""
    rows = ["| | requests/s | p50 ms | p90 ms | p99 ms (min–max) |", "|---|---:|---:|---:|---:|"]
    for item in subjects:
        windows = [entry for entry in result["windows"] if (entry["subject"], entry["load"]) == (item.name, load)]
        p99 = _spread(entry["p99_ms"] for entry in windows)
        rows.append(
            f"| {item.name} | {_median(windows, 'rps'):,.0f} | {_median(windows, 'p50_ms'):.2f} | "
            f"{_median(windows, 'p90_ms'):.2f} | {p99['median']:.1f} ({p99['min']:.1f}–{p99['max']:.1f}) |"
        )
    return "\n".join(rows)


def _conditions(result: dict[str, Any]) -> str:
    shares = [entry["foreign"] for entry in result["windows"]]
    noisy, repeated = sum(share > NOISE for share in shares), sum(entry["repeated"] for entry in result["windows"])
    on, plan = result["machine"], result["plan"]
    packages = ", ".join(f"{name} {number}" for name, number in on["packages"].items())
    return (
        f"`{result['command']}`, {result['when']}, commit {on['commit']}; "
        f"{plan['rounds']} rounds, {plan['tenants']:,} connections. "
        f"{on['cpu']}, {on['cores']}, {on['system']}; Python {on['python']}; {packages}.\n"
        f"Others took {median(shares):.1%} of the subject's core (median; at most {max(shares):.1%}); "
        f"{noisy} of {len(shares)} windows lie above {NOISE:.0%}, {repeated} measured again. "
        "0 wrong answers, 0 missing ones, every call at the provider counted."
    )


def _found(result: dict[str, Any], load: str, subject: str) -> dict[str, Any]:
    return next(item for item in result["ratios"] if (item["load"], item["subject"]) == (load, subject))


def _told(spread: dict[str, float]) -> str:
    return f"{spread['median']:.3f} ({spread['min']:.3f}–{spread['max']:.3f})"


def _median(windows: Sequence[dict[str, Any]], name: str) -> float:
    return float(median(entry[name] for entry in windows))


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    cores = Cores.of_this_machine()
    where = f"subject on core {cores.subject}, generator and provider on core {cores.others}"
    optimised = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    return {
        "cpu": _cpu(),
        "cores": f"{os.cpu_count()} cores, {where}",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_version()} ({'optimised' if optimised else 'plain'} build)",
        "commit": _commit(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


def save(result: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result['when'][:10]}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
