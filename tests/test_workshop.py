"""The workshop's promises: locks that hold, no foreign address or path in the tree, commands that are explained."""

import fnmatch
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"]
RUN = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["build-system"]["requires"], *GROUPS["build"]]
LOCKS = {"run": RUN, "dev": RUN + GROUPS["dev"]}

# Put together here, so that this file does not hold what it forbids.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("docker", "io"),
        ("docker", "com"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]
MACHINE_PATHS = re.compile(
    r"(?<![\w.:/-])(?:/" + r"work/|/" + r"root/|/" + r"home/[a-z]|/" + r"Users/[a-z])|\." + r"pyenv\b|/" + r"tmp/[a-z]"
)


def tracked_text_files() -> Iterator[tuple[str, str]]:
    """Path and text of every file that .gitignore does not leave out; read from disk, so that no git is needed."""
    ignored = [*(ROOT / ".gitignore").read_text(encoding="utf-8").split(), ".git/"]
    patterns = [pattern.rstrip("/") for pattern in ignored]
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
        for name in files:
            path = Path(folder, name)
            if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
                continue
            try:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a picture, or a recorded payload in another encoding


def lock_entries(lock: str) -> list[str]:
    """The lock's entries, each on one line: a requirement and its hashes."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return text.replace("\\\n", " ").splitlines()


def pins(lock: str) -> dict[str, tuple[Version, str]]:
    """Version and environment marker of every package in the lock, by canonical name."""
    found: dict[str, tuple[Version, str]] = {}
    for entry in lock_entries(lock):
        requirement = Requirement(entry.split("--hash", 1)[0].strip())
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", entry
        found[canonicalize_name(requirement.name)] = (Version(specifier.version), str(requirement.marker or ""))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_pinned_hashed_and_without_address(lock: str) -> None:
    """Pip can then install nothing but what was locked, from wherever it is configured to look."""
    form = re.compile(r"[A-Za-z0-9][\w.\-]*==\S+( ; [^#@]+?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+")

    entries = lock_entries(lock)

    assert entries
    assert [entry[:60] for entry in entries if not form.fullmatch(entry)] == []
    assert [entry[:60] for entry in entries if "://" in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_what_pyproject_asks_for(lock: str) -> None:
    """Whoever adds or raises a dependency runs `make lock`."""
    locked = pins(lock)
    wanted = [Requirement(text) for text in LOCKS[lock]]

    missing = [str(w) for w in wanted if canonicalize_name(w.name) not in locked]
    wrong = [str(w) for w in wanted if not w.specifier.contains(locked[canonicalize_name(w.name)][0], prereleases=True)]

    assert (missing, wrong) == ([], [])


def test_the_two_locks_agree() -> None:
    """`make demo` and `make test` share .venv: neither may undo what the other installed."""
    run, dev = pins("run"), pins("dev")

    assert {name: dev.get(name) for name in run} == run


def test_no_registry_host_is_named_anywhere() -> None:
    """Which index or mirror is asked is the machine's configuration, not ours."""
    named = [(path, host) for path, text in tracked_text_files() for host in REGISTRY_HOSTS if host in text.lower()]

    assert named == []


def test_no_path_of_a_developers_machine_is_left_in_the_tree() -> None:
    """A path that exists on one machine only is a mistake or a leak."""
    left = [(path, hit.group()) for path, text in tracked_text_files() for hit in MACHINE_PATHS.finditer(text)]

    assert left == []


def test_every_command_of_make_is_explained_and_listed() -> None:
    """`make` alone lists every target that is meant for people."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    people = {target for target in phony.split() if not target.startswith("env-")}

    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - make is what the project requires of a machine

    assert set(re.findall(r"^  ([a-z]+) +\S", shown, flags=re.MULTILINE)) == people
    assert {"demo", "test", "lint", "types", "unit", "format", "lock", "bench", "clean", "help"} <= people


def test_the_scripts_can_be_run() -> None:
    """A lost executable bit breaks the very first command of a new user."""
    for script in ("tools/bootstrap", "tools/browser", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK), script


def test_the_licence_is_whole_and_is_the_one_declared() -> None:
    """Apache-2.0, with all nine sections and the appendix."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert PYPROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert re.findall(r"^   (\d)\. [A-Z]", text, flags=re.MULTILINE) == list("123456789")
    assert "END OF TERMS AND CONDITIONS" in text
    assert "APPENDIX: How to apply" in text


def test_the_changelog_has_its_form_and_knows_the_version() -> None:
    """Unreleased stands first, then released versions, newest first; the project's own version is not behind them."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    version = PYPROJECT["project"]["version"]
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}", heading) for heading in headings[1:]]

    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert headings[0] == "[Unreleased]"
    versions = [Version(match[1]) for match in released if match]
    assert len(versions) == len(released)
    assert versions == sorted(versions, reverse=True)
    assert all(Version(version) >= known for known in versions)
