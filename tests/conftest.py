"""Under CI=true a skipped test is a failed one, unless a capability is missing by nature.

On a developer's machine a test may skip because PostgreSQL, Node or a browser is absent. In CI everything is
installed, so a skip there is a test that silently stopped testing. Reasons that start with `capability:` stay skips:
they say that a provider cannot do what the conformance suite asks of others.

Tests that run against the clock, a browser or other processes get two more tries: a machine that stands still for a
second is no fault of the code. What is really broken fails three times, and each further try is shown.
"""

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import structlog

ALLOWED = "capability:"

# The parts of an invented integration: `test_thirteenth.py` runs what is in there where it belongs.
collect_ignore = ["thirteenth"]

AGAINST_THE_CLOCK = frozenset(
    "browser callers clients connect e2e faults federation http outbound storage subscriptions".split()
)

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.relative_to(here).parts[0] in AGAINST_THE_CLOCK:
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _refuse_skip(report)


def _refuse_skip(report: Report) -> Report:
    if os.environ.get("CI") != "true" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return report
    where, reason = report.nodeid, str(report.longrepr)
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        where = f"{path}:{line}"
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(ALLOWED):
        report.outcome = "failed"
        report.longrepr = f"{where}: skipped under CI=true, where everything must run: {reason}"
    return report


_configure = structlog.configure


def _configure_without_cache(**how: Any) -> None:
    """A logger once cached keeps its pipeline for good, and what a later test captures stays empty."""
    _configure(**{**how, "cache_logger_on_first_use": False})


# For good, and not for a test at a time: fixtures of modules and sessions set up logs too.
structlog.configure = _configure_without_cache  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def _own_logs() -> Iterator[None]:
    """A test that sets up the logs of the process leaves those of the other tests alone."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)
