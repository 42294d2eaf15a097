"""What is shipped and how it is installed: locks, wheel, image, compose file, Makefile and the rule about skips."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"
LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
NODE_LOCKS = [
    path.relative_to(ROOT).as_posix()
    for places in ("web", "tests/*", "tests/*/*", "examples/*")
    for path in sorted(ROOT.glob(f"{places}/package-lock.json"))
    if "node_modules" not in path.parts
]

# Package: lowest version without a known hole in code the gateway runs, and what was fixed there.
FLOORS = {
    "strawberry-graphql": ("0.315.7", "CVE-2026-47706, CVE-2026-47707: circular fragments, alias limit bypassed"),
    "starlette": ("1.3.1", "CVE-2026-54283: form limits ignored; CVE-2026-48710: Host header steers request.url"),
    "uvicorn": ("0.51", "forwarded headers, changed in 0.48 and 0.49"),
    "h11": ("0.16.0", "GHSA-vqfr-h8mv-ghfj: malformed chunked bodies"),
    "aiohttp": ("3.14.3", "repeated Authorization headers followed a redirect to another origin"),
    "cryptography": ("46.0.7", "CVE-2026-39892: non-contiguous buffers"),
}
# The same for packages that need not be there.
FLOORS_IF_PRESENT = {
    "python-multipart": ("0.0.27", "CVE-2026-42561: part headers"),
    "pyjwt": ("2.13.0", "CVE-2026-48523: allow-list of algorithms bypassed"),
    "dbos": ("3.0", "2.x and 3.x must not share a database"),
}


@dataclass(frozen=True)
class Locked:
    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def version(self) -> Version:
        (pin,) = self.requirement.specifier
        assert pin.operator == "==", f"{self.requirement} is no exact pin"
        return Version(pin.version)


@cache
def locked(name: str) -> dict[str, Locked]:
    """The packages of a lock file, by normalised name."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        requirement, *options = line.split(" --hash=")
        parsed = Requirement(requirement)
        found[normalised(parsed.name)] = Locked(parsed, tuple(option.strip() for option in options))
    return found


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


class TestLocks:
    @pytest.mark.parametrize("name", LOCKS)
    def test_every_package_is_pinned_and_hashed(self, name: str) -> None:
        assert locked(name)
        for package, lock in locked(name).items():
            assert str(lock.requirement.specifier) == f"=={lock.version}"
            assert lock.hashes, f"{package} has no hash"
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in lock.hashes), package

    @pytest.mark.parametrize("name", LOCKS)
    def test_no_address_and_no_option(self, name: str) -> None:
        """A lock that names an index, or relaxes the check, decides for its reader where packages come from."""
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert " @ " not in text
        assert not [line for line in text.splitlines() if line.startswith("-")]

    def test_every_dependency_is_locked_within_its_range(self) -> None:
        groups = {
            "requirements.txt": [
                *project()["project"]["dependencies"],
                *project()["project"]["optional-dependencies"]["postgresql"],
            ],
            "requirements-build.txt": project()["build-system"]["requires"],
            "requirements-dev.txt": project()["dependency-groups"]["dev"],
        }
        for name, requirements in groups.items():
            for requirement in map(Requirement, requirements):
                lock = locked(name).get(normalised(requirement.name))
                assert lock, f"{requirement} is missing in {name}: make lock"
                assert lock.version in requirement.specifier, f"{lock.requirement} in {name} is not {requirement}"

    def test_locks_agree_where_they_overlap(self) -> None:
        versions: dict[str, set[Version]] = {}
        for name in LOCKS:
            for package, lock in locked(name).items():
                versions.setdefault(package, set()).add(lock.version)
        assert not {package: found for package, found in versions.items() if len(found) > 1}

    @pytest.mark.parametrize("package", FLOORS)
    def test_floor(self, package: str) -> None:
        floor, why = FLOORS[package]
        assert locked("requirements.txt")[package].version >= Version(floor), why

    @pytest.mark.parametrize("package", FLOORS_IF_PRESENT)
    def test_floor_if_present(self, package: str) -> None:
        floor, why = FLOORS_IF_PRESENT[package]
        for name in LOCKS:
            lock = locked(name).get(package)
            assert lock is None or lock.version >= Version(floor), why

    @pytest.mark.parametrize("name", NODE_LOCKS)
    def test_node_lock_has_checksums_and_no_address(self, name: str) -> None:
        lock = json.loads((ROOT / name).read_text("utf-8"))
        packages = {path: entry for path, entry in lock["packages"].items() if path}
        assert packages
        for path, entry in packages.items():
            assert "://" not in entry.get("resolved", ""), path
            assert entry.get("integrity", "").startswith("sha512-"), path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as released, built by hatchling itself: nothing is fetched."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


class TestWheel:
    def test_holds_every_file_of_the_package(self, wheel: zipfile.ZipFile) -> None:
        """Static files and migrations above all: an installed gateway has no repository beside it."""
        files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gql_gateway").rglob("*") if path.is_file()}
        expected = {name for name in files if "__pycache__" not in name}
        assert any(name.startswith("gql_gateway/static/graphiql/") for name in expected)
        assert any(name.startswith("gql_gateway/storage/migrations/versions/") for name in expected)
        assert expected <= set(wheel.namelist())

    def test_holds_nothing_else(self, wheel: zipfile.ZipFile) -> None:
        tops = {name.split("/")[0] for name in wheel.namelist()}
        assert tops == {"gql_gateway", f"gql_gateway-{project()['project']['version']}.dist-info"}

    def test_carries_licence_command_and_types(self, wheel: zipfile.ZipFile) -> None:
        info = f"gql_gateway-{project()['project']['version']}.dist-info"
        assert b"Apache License" in wheel.read(f"{info}/licenses/LICENSE")
        assert "gql-gateway = gql_gateway.cli:main" in wheel.read(f"{info}/entry_points.txt").decode()
        assert "gql_gateway/py.typed" in wheel.namelist()


@dataclass(frozen=True)
class Instruction:
    name: str
    value: str


@cache
def stages() -> list[list[Instruction]]:
    """The Dockerfile's instructions by stage, each stage led by its FROM; what stands before the first is dropped."""
    lines = (DOCKER / "Dockerfile").read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    found: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.replace("\\\n", " ").splitlines())):
        name, _, value = line.partition(" ")
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append(Instruction(name, value.strip()))
    return found


def values(stage: list[Instruction], name: str) -> list[str]:
    return [instruction.value for instruction in stage if instruction.name == name]


def names_a_fixed_image(image: str) -> bool:
    """A tag that says which version, or a digest; neither `latest` nor nothing."""
    return "@sha256:" in image or bool(re.search(r":(?!latest)[\w.-]*\d[\w.-]*$", image))


class TestImage:
    def test_every_instruction_is_known(self) -> None:
        known = "FROM ARG ENV WORKDIR COPY RUN VOLUME EXPOSE USER STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()
        assert {instruction.name for stage in stages() for instruction in stage} <= set(known)

    def test_base_images_name_a_version(self) -> None:
        defaults = dict(re.findall(r"^ARG (\w+)=(\S+)$", (DOCKER / "Dockerfile").read_text("utf-8"), re.MULTILINE))
        assert len(stages()) == 2
        for stage in stages():
            image = re.sub(r"\$\{(\w+)\}", lambda found: defaults[found[1]], stage[0].value.split()[0])
            assert names_a_fixed_image(image), image
            assert "slim" in image

    def test_installs_are_checked_by_hash_or_fetch_nothing(self) -> None:
        commands = [command for stage in stages() for run in values(stage, "RUN") for command in run.split("&&")]
        installs = [command for command in commands if re.search(r"\bpip install\b", command)]
        assert len(installs) == 3
        for command in installs:
            words = shlex.split(command)
            checked = {"--require-hashes", "--only-binary", "-r"} <= set(words)
            assert checked or {"--no-index", "--no-deps"} <= set(words), command

    def test_finished_image_has_no_tools_to_build_or_install(self) -> None:
        runs = " ".join(values(stages()[-1], "RUN"))
        assert not re.search(r"apt|pip install|gcc|build-essential|curl|wget", runs)
        assert "pip uninstall" in runs

    def test_runs_as_a_fixed_user_that_is_not_root(self) -> None:
        (user,) = values(stages()[-1], "USER")
        assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
        names = [instruction.name for instruction in stages()[-1]]
        assert "RUN" not in names[names.index("USER") :]
        assert f"--uid {user.split(':')[0]}" in " ".join(values(stages()[-1], "RUN"))

    def test_nothing_is_written_but_data(self) -> None:
        last = stages()[-1]
        assert values(last, "VOLUME") == ["/data"]
        assert "PYTHONDONTWRITEBYTECODE=1" in " ".join(values(last, "ENV"))

    def test_starts_stops_and_tells_its_health(self) -> None:
        last = stages()[-1]
        assert values(last, "STOPSIGNAL") == ["SIGTERM"]
        assert [json.loads(value) for value in values(last, "ENTRYPOINT")] == [["gql-gateway"]]
        assert [json.loads(value) for value in values(last, "CMD")] == [["serve"]]
        (health,) = values(last, "HEALTHCHECK")
        interpreter, option, code = json.loads(health.partition("CMD ")[2])
        assert (interpreter, option) == ("python", "-c")
        compile(code, "HEALTHCHECK", "exec")
        assert "/readyz" in code

    def test_every_copied_file_exists_and_is_let_through(self) -> None:
        let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}
        copied = {source for stage in stages() for value in values(stage, "COPY") for source in sources(value)}
        assert copied == let_through
        for source in copied:
            assert (ROOT / source).exists(), source


def sources(copy: str) -> list[str]:
    """What a COPY takes from the build context: nothing when it copies from another stage."""
    words = shlex.split(copy)
    return [] if any(word.startswith("--from=") for word in words) else words[:-1]


@cache
def services() -> dict[str, Any]:
    services = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))["services"]
    assert isinstance(services, dict)
    return services


class TestCompose:
    @pytest.mark.parametrize("name", ["gateway", "postgresql"])
    def test_service_is_confined(self, name: str) -> None:
        service = services()[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])
        assert names_a_fixed_image(service["image"])
        assert not {"privileged", "user", "network_mode", "pid"} & set(service)

    def test_gateway_gets_no_capability_back(self) -> None:
        assert "cap_add" not in services()["gateway"]

    def test_gateway_waits_for_a_healthy_database(self) -> None:
        assert services()["gateway"]["depends_on"] == {"postgresql": {"condition": "service_healthy"}}
        assert "pg_isready" in services()["postgresql"]["healthcheck"]["test"]

    def test_gateway_is_reached_on_this_machine_only_and_the_database_not_at_all(self) -> None:
        assert all(port.startswith("127.0.0.1:") for port in services()["gateway"]["ports"])
        assert "ports" not in services()["postgresql"]

    def test_builds_the_dockerfile(self) -> None:
        build = services()["gateway"]["build"]
        context = (DOCKER / build["context"]).resolve()
        assert context == ROOT
        assert (context / build["dockerfile"]).is_file()

    def test_secrets_stay_out_of_the_repository(self) -> None:
        ignored = (DOCKER / ".gitignore").read_text("utf-8").split()
        secrets = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))["secrets"]
        files = [services()["gateway"]["env_file"], *(secret["file"] for secret in secrets.values())]
        assert set(files) <= set(ignored)
        assert "POSTGRES_PASSWORD" not in services()["postgresql"]["environment"]
        assert (DOCKER / f"{services()['gateway']['env_file']}.example").is_file()

    def test_settings_as_shipped_are_refused_for_the_missing_keys_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from gql_gateway.settings import Settings, unsafe

        example = (DOCKER / f"{services()['gateway']['env_file']}.example").read_text("utf-8").splitlines()
        image = (pair for line in values(stages()[-1], "ENV") for pair in shlex.split(line))
        for pair in (*image, *(line for line in example if line and not line.startswith("#"))):
            name, _, value = pair.partition("=")
            monkeypatch.setenv(name, value)

        (problem,) = unsafe(Settings())
        assert problem.startswith("GATEWAY_SECRET_KEYS: ")

    def test_every_setting_is_known(self) -> None:
        from gql_gateway.settings import Settings

        known = {f"GATEWAY_{field.upper()}" for field in Settings.model_fields}
        for path in sorted(path for path in DOCKER.iterdir() if path.is_file()):
            used = set(re.findall(r"\bGATEWAY_[A-Z_]+", path.read_text("utf-8")))
            assert used <= known, f"{path.name}: {', '.join(sorted(used - known))}"


def make(*arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs make as from a fresh shell: a make that runs these tests would hand its own variables down."""
    command = ["make", *arguments, *(f"{name}={value}" for name, value in variables.items())]
    handed_down = {"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "PYTHON", "VENV"}
    environment = {name: value for name, value in os.environ.items() if name not in handed_down}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with the Makefile and the locks, as after a fresh clone."""
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


class TestMakefile:
    def test_alone_it_prints_help(self) -> None:
        answer = make()
        assert answer.returncode == 0, answer.stderr
        for target in ("sandbox", "test", "lint", "format", "lock", "web", "bench", "clean"):
            assert f"make {target} " in answer.stdout

    @pytest.mark.parametrize("python", ["no-such-python", ""])
    def test_missing_python_is_said(self, bare: Path, python: str) -> None:
        answer = make("sandbox", cwd=bare, PYTHON=python)
        assert answer.returncode != 0
        assert f"No '{python}' here" in answer.stderr
        assert "ignored" not in answer.stderr

    @pytest.mark.parametrize(
        ("program", "words"),
        [
            (
                'case "$*" in *version_info*|--version) echo "Python 3.9.1"; exit 1;; esac',
                "Python 3.9.1 is not supported",
            ),
            ('case "$*" in *ensurepip*) exit 1;; esac', "lacks venv or ensurepip"),
        ],
        ids=["old", "no venv"],
    )
    def test_unfit_python_is_said(self, bare: Path, program: str, words: str) -> None:
        python = bare / "python"
        python.write_text(f"#!/bin/sh\n{program}\n", "utf-8")
        python.chmod(0o755)
        answer = make("sandbox", cwd=bare, PYTHON=str(python))
        assert answer.returncode != 0
        assert words in answer.stderr
        assert not (bare / ".venv").exists()

    def test_installs_by_hash_or_without_an_index(self, bare: Path) -> None:
        plan = make("--dry-run", "pytest", cwd=bare).stdout
        installs = [line for line in plan.splitlines() if "pip install" in line]
        assert len(installs) == 3
        for line in installs:
            assert "--require-hashes --only-binary :all:" in line or "--no-index --no-deps" in line, line

    def test_an_installed_environment_is_left_alone(self, bare: Path) -> None:
        (bare / ".venv").mkdir()
        for stamp in (".python", ".runtime", ".development"):
            (bare / ".venv" / stamp).touch()
        assert "pip install" not in make("--dry-run", "sandbox", "lint", cwd=bare).stdout
        os.utime(bare / "requirements.txt", (4_000_000_000, 4_000_000_000))
        assert "pip install" in make("--dry-run", "sandbox", cwd=bare).stdout

    @pytest.mark.parametrize("name", ["Makefile", ".ci/run", "docker/Dockerfile", "docker/compose.yaml"])
    def test_names_no_address_to_fetch_from(self, name: str) -> None:
        text = (ROOT / name).read_text("utf-8")
        assert "index-url" not in text.replace("--no-emit-index-url", "")
        assert "https://" not in text

    def test_ci_script_is_sound(self) -> None:
        script = ROOT / ".ci" / "run"
        assert os.access(script, os.X_OK)
        assert "set -euo pipefail" in script.read_text("utf-8")
        subprocess.run(["bash", "-n", str(script)], check=True, timeout=10)


SKIPS = """
import pytest

def test_runs(): pass

def test_without_reason_to_stay(): pytest.skip("no browser here")

@pytest.mark.skipif(True, reason="no PostgreSQL")
def test_marked(): pass

def test_cannot(): pytest.skip("capability: keeps no version")

@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


def pytest_in(folder: Path, *, ci: str) -> str:
    """What pytest says about the folder with this repository's conftest.py as its only plugin."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        "-p",
        "tests.conftest",
        "-ra",
    ]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    command.append(str(folder))
    run = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return run.stdout


class TestSkips:
    def test_fail_in_ci_unless_a_capability_is_missing(self, tmp_path: Path) -> None:
        (tmp_path / "test_some.py").write_text(SKIPS, "utf-8")
        said = pytest_in(tmp_path, ci="true")
        assert "skipped under CI=true, where everything must run: no browser here" in said
        assert "skipped under CI=true, where everything must run: no PostgreSQL" in said
        assert re.search(r"1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error in", said), said

    def test_fail_in_ci_for_a_whole_module(self, tmp_path: Path) -> None:
        (tmp_path / "test_some.py").write_text("import pytest\npytest.importorskip('no_such_module')\n", "utf-8")
        said = pytest_in(tmp_path, ci="true")
        assert "skipped under CI=true" in said
        assert "1 error in" in said

    def test_are_allowed_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "test_some.py").write_text(SKIPS, "utf-8")
        assert re.search(r"1 passed, 3 skipped, 1 xfailed in", pytest_in(tmp_path, ci=""))
