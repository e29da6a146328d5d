"""``tools/browser`` on machines that lack this or that: what it installs, what it says, which browser it names."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEEDED = ("sh", "dirname", "env", "flock", "grep", "head", "readlink", "chmod")
WORKS, BROKEN = "#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 127\n"
SNAP_STUB = "#!/bin/sh\nexec /snap/bin/chromium\n"
FONT = "#!/bin/sh\necho NotoSansCJK.ttc\n"


@dataclass(frozen=True)
class Machine:
    """A machine whose programs are these few; what is installed on it is noted, and appears."""

    folder: Path

    def has(self, name: str, script: str) -> Path:
        path = self.folder / "bin" / name
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)
        return path

    def installs(self, tool: str, brings: str, script: str = WORKS) -> None:
        """``tool`` notes what it is asked for, and brings a program when the word is among that."""
        bring = f"printf '%s' '{script}' >{brings} && chmod +x {brings}" if brings else ":"
        noted = self.folder / "noted"
        body = f'#!/bin/sh\necho {Path(tool).name} "$@" >>{noted}\ncase "$*" in *install*chromium*) {bring} ;; esac\n'
        path = self.folder / tool
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        path.chmod(0o755)

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Exit code, what it printed, what it said to people."""
        own = {"PATH": f"{self.folder}/bin", "HOME": str(self.folder), "OS_RELEASE": str(self.folder / "os-release")}
        done = subprocess.run(  # noqa: S603 - a script of this project, in a folder of the test's own
            [self.folder / "tools" / "browser", *words],
            capture_output=True,
            text=True,
            check=False,
            env=own | environment,
        )
        return done.returncode, done.stdout, done.stderr

    def noted(self) -> list[str]:
        path = self.folder / "noted"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    @property
    def own_browser(self) -> Path:
        """Where Playwright puts its own."""
        return self.folder / ".cache" / "ms-playwright" / "chromium-1" / "chrome-linux" / "chrome"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Debian, as root, with a font and without a browser."""
    for folder in ("tools", "bin"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "tools" / "browser", tmp_path / "tools")
    for name in NEEDED:
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    (tmp_path / "os-release").write_text("ID=debian\n", encoding="utf-8")
    machine = Machine(tmp_path)
    machine.has("id", "#!/bin/sh\necho 0\n")
    machine.has("fc-list", FONT)
    machine.installs("bin/apt-get", str(tmp_path / "bin" / "chromium"))
    machine.own_browser.parent.mkdir(parents=True)
    machine.installs(".venv/bin/playwright", str(machine.own_browser))
    return machine


def test_where_all_is_there_it_is_silent_and_asks_nobody(machine: Machine) -> None:
    chromium = machine.has("chromium", WORKS)

    assert machine.run() == (0, "", "")
    assert machine.run("path") == (0, f"{chromium}\n", "")
    assert machine.noted() == []


def test_on_debian_the_system_brings_the_browser(machine: Machine) -> None:
    code, _, said = machine.run()

    assert code == 0
    assert "Installing for the browser tests: chromium" in said
    assert [line for line in machine.noted() if "playwright" in line] == []
    assert machine.run() == (0, "", "")


def test_on_ubuntu_whose_package_is_a_stub_playwright_brings_it(machine: Machine) -> None:
    machine.has("chromium-browser", SNAP_STUB)
    (machine.folder / "os-release").write_text("NAME=Ubuntu\nID=ubuntu\n", encoding="utf-8")

    assert machine.run()[0] == 0
    assert machine.noted() == ["playwright install --with-deps chromium"]
    assert machine.run("path") == (0, f"{machine.own_browser}\n", "")


def test_a_browser_that_does_not_start_is_none(machine: Machine) -> None:
    machine.has("google-chrome", BROKEN)

    assert machine.run("path")[0] == 3
    assert machine.run()[0] == 0
    assert machine.run("path")[1] == f"{machine.folder}/bin/chromium\n"


def test_a_font_is_brought_where_there_is_none(machine: Machine) -> None:
    machine.has("chromium", WORKS)
    machine.has("fc-list", "#!/bin/sh\n")

    code, _, said = machine.run()

    assert code == 0
    assert [line.partition("install")[2] for line in machine.noted()] == [
        " -y --no-install-recommends fontconfig fonts-noto-cjk"
    ]
    assert "No Japanese font is installed" in said


def test_without_the_right_to_install_it_says_what_is_missing(machine: Machine) -> None:
    """It still tries Playwright's own browser, which needs no rights when the system's libraries are there."""
    machine.has("id", "#!/bin/sh\necho 1000\n")
    machine.installs(".venv/bin/playwright", "")

    code, _, said = machine.run()

    assert code == 3
    assert set(machine.noted()) == {"playwright install chromium"}
    assert "apt-get update && apt-get install -y chromium" in said
    assert "make test CHROMIUM=" in said


def test_one_that_is_named_is_taken_or_refused(machine: Machine) -> None:
    machine.has("chromium", WORKS)
    mine = machine.has("mine", WORKS)
    broken = machine.has("broken", BROKEN)

    assert machine.run("path", CHROMIUM=str(mine)) == (0, f"{mine}\n", "")
    assert machine.run(CHROMIUM=str(broken)) == (3, "", f"CHROMIUM={broken} does not start.\n")
    assert machine.noted() == []


def test_another_word_is_wrong_use(machine: Machine) -> None:
    assert machine.run("elsewhere") == (2, "", "usage: tools/browser [path]\n")
