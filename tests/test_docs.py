"""What the documents say is held to the code: pages that it writes, links, commands, and every name that they use."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from carriers import SOURCES
from connector.domain.acts import NEEDS, ActKind
from connector.domain.decision import ConflictKind
from connector.domain.entry import EntryState
from connector.domain.entry_acts import NUMBER_CHECKED
from connector.domain.parcel import EnterOn, ParcelState
from connector.domain.reasons import Reason
from tools.pages import DOCS, PAGES
from tools.reference.addresses import parts
from tools.reference.commands import PROGRAM, Command, commands
from tools.reference.metrics import metrics
from tools.reference.settings import sections
from tools.reference.source_words import errors_everywhere, errors_of, routes
from tools.screens import SHOTS

ROOT = DOCS.parent
READMES = (ROOT / "README.md", ROOT / "README.ja.md")
GUIDES = (DOCS / "guide.md", DOCS / "guide.ja.md")
CONSOLE = (DOCS / "console.md", DOCS / "console.ja.md")
CHANGELOG, CONTRIBUTING = ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"
WRITTEN = sorted(
    [*READMES, CHANGELOG, CONTRIBUTING, *DOCS.rglob("*.md"), *ROOT.glob("deploy/*.md"), *ROOT.glob("carriers/*/*.md")]
)
LONG_FROM, LONGEST = 300, 450
"""Lines of a file of the product."""
COMMANDS = {command.words: command for command in commands()}
SETTINGS = {name: heading for heading, section in sections().items() for name in section.model_fields}
ERRORS = {error.code for part in parts() for error in errors_of(part.__module__)} | {
    e.code for e in errors_everywhere()
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def slugs(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def command_lines(text: str) -> Iterator[list[str]]:
    """The words of every command of ours, in blocks of shell and between backticks."""
    blocks = "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", text, flags=re.DOTALL)).replace("\\\n", " ")
    lines = blocks.splitlines() + re.findall(rf"`((?:\S*/)?{PROGRAM} [^`]*)`", text)
    for line in lines:
        match = re.search(rf"(?:^|[\s/(]){PROGRAM}(?= [a-z])(.*)", line)
        if match and "COMMAND" not in line:
            yield shlex.split(match[1].split(" | ")[0].replace("'", "").split("#")[0])


def backticked(text: str) -> set[str]:
    """Words of our own kind (``snake_case``) between backticks, outside of blocks."""
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return set(re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", outside))


def known_words() -> set[str]:
    """Every name that a guide may use."""
    enumerations = (EntryState, ParcelState, Reason, ConflictKind, ActKind, EnterOn)
    options = {option for kind in SOURCES.values() for option in kind.options}
    logged = set(
        re.findall(r'log\.\w+\(\s*"(\w+)"', "".join(p.read_text() for p in (ROOT / "connector").rglob("*.py")))
    )
    return (
        {member.value for enumeration in enumerations for member in enumeration}
        | set(SETTINGS)
        | set(SOURCES)
        | options
        | set(metrics())
        | {*NEEDS.values(), NUMBER_CHECKED}
        | ERRORS
        | logged
        | {"pack_no", "order_no"}
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_the_code_writes_is_up_to_date(name: str) -> None:
    """Whoever changes a setting, a command, a metric or a state runs `make docs`."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), f"docs/{name} is out of date: run `make docs`"


def test_the_reference_names_everything() -> None:
    """Settings, commands with their options, addresses, metrics, errors, states, reasons, conflicts and acts."""
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    wanted = [f"| `{name}` |" for name in (*SETTINGS, *metrics(), *EntryState, *ParcelState, *Reason, *ConflictKind)]
    wanted += [f"| `{act.replace('_', '-')}` |" for act in ActKind]
    wanted += [f"### `{' '.join((PROGRAM, *words))}`\n" for words in COMMANDS]
    wanted += [f"`{option}`" for each in COMMANDS.values() for p in each.parameters for option in p.spellings]
    wanted += [f"`{route.method} {route.path}`" for part in parts() for route in routes(part)]
    wanted += [f"| `{code}` |" for code in ERRORS]

    assert [each for each in wanted if each not in page] == []


def test_every_command_says_its_exit_codes() -> None:
    assert [words for words, command in COMMANDS.items() if "Exit codes:" not in command.about] == []


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    """To a file of the project and, where an anchor is named, to a heading in it."""
    broken = []
    for link in links(path):
        target, _, anchor = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        to = (path.parent / target).resolve() if target else path
        if not to.exists() or (anchor and to.suffix == ".md" and anchor not in slugs(to.read_text(encoding="utf-8"))):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_commands_in_documents_are_real(path: Path) -> None:
    """Each names a command that exists, and options that it has."""
    wrong = []
    for words in command_lines(path.read_text(encoding="utf-8")):
        known = next((COMMANDS[tuple(words[:n])] for n in (2, 1) if tuple(words[:n]) in COMMANDS), None)
        group = {command[0] for command in COMMANDS if len(command) > 1}
        if known is None:
            if not (words[0] in group and len(words) == 1):
                wrong.append(words)
        elif unknown := _unknown_options(known, words):
            wrong.append(unknown)

    assert wrong == []


def _unknown_options(command: Command, words: list[str]) -> list[str]:
    options = {option for parameter in command.parameters for option in parameter.spellings} | {"--help"}
    return [word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in options]


@pytest.mark.parametrize("path", [*GUIDES, *CONSOLE, *READMES, CHANGELOG], ids=name_of)
def test_names_in_the_documents_for_operators_exist(path: Path) -> None:
    """A state, reason, setting, metric or act that was renamed must not live on in a guide."""
    text = path.read_text(encoding="utf-8")
    mentioned = {word.removesuffix("_bucket") for word in backticked(text)}
    mentioned |= set(re.findall(r"qoo10_connector_[a-z_]+?(?=_bucket|[^a-z_])", text))

    assert sorted(mentioned - known_words()) == []


@pytest.mark.parametrize("path", GUIDES, ids=name_of)
def test_a_guide_says_what_to_do_about_every_state_and_conflict(path: Path) -> None:
    """And names every reason for which a person has to do something."""
    text = path.read_text(encoding="utf-8")
    wanted = [*EntryState, ParcelState.UNRESOLVED, *ConflictKind, *(act.replace("_", "-") for act in ActKind)]
    wanted += [Reason.NAME_UNKNOWN, Reason.CHECK_DIGIT, Reason.UNPAID, Reason.SHOP_STOPPED, Reason.NEVER_SHOWN]

    assert [name for name in wanted if f"`{name}`" not in text] == []


@pytest.mark.parametrize("pages", [GUIDES, CONSOLE], ids=["guide", "console"])
def test_the_two_languages_have_the_same_parts(pages: tuple[Path, Path]) -> None:
    """What is said in one language is said in the other."""
    english, japanese = (re.findall(r"^(#+|\|---.*|```\w*)", page.read_text(), flags=re.MULTILINE) for page in pages)

    assert english == japanese


@pytest.mark.parametrize(
    ("path", "languages"), [(CONSOLE[0], {"ja", "en"}), (CONSOLE[1], {"ja"})], ids=["English", "Japanese"]
)
def test_every_picture_of_the_console_is_shown_on_its_page(path: Path, languages: set[str]) -> None:
    """And no other; the Japanese page shows none that is in English."""
    taken = {f"images/console-{shot.name}.png" for shot in SHOTS if shot.language in languages}

    assert {link for link in links(path) if link.startswith("images/")} == taken


def test_the_two_readmes_send_the_same_first_label() -> None:
    """The same shell lines, whatever the language of their comments."""
    english, japanese = (
        [re.sub(r"\s*#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", path.read_text(), flags=re.DOTALL)]
        for path in READMES
    )

    assert english == japanese


def test_the_first_label_of_the_readme_fits_the_settings() -> None:
    """Its secret, address and port are those of config.toml as it comes."""
    settings = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    text = READMES[0].read_text(encoding="utf-8")
    (secret,) = re.findall(r"^secret=(\S+)", text, flags=re.MULTILINE)

    assert settings["sources"]["packing-table"]["secrets"] == [f"whsec_{secret}"]
    assert f"http://{settings['server']['host']}:{settings['server']['port']}/webhooks/packing-table" in text


def test_pictures_load_nothing_from_elsewhere() -> None:
    """No font, no script, no picture: whoever opens one is told on to nobody."""
    for picture in (DOCS / "images").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert re.findall(r"@import|@font-face|url\((?!#)|<script|href=\"(?!#)", text) == [], picture.name


def test_the_register_of_sizes_is_true() -> None:
    """Files of the product over 300 lines are listed with a reason, and none has more than 450."""
    files = [path for folder in ("carriers", "connector", "tools", "bench") for path in (ROOT / folder).rglob("*.py")]
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    register = re.findall(r"^\| `([\w/]+\.py)` \| \S", CONTRIBUTING.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert sorted(name for name, lines in sizes.items() if lines > LONG_FROM and name not in register) == []
    assert sorted(name for name in register if sizes.get(name, 0) <= LONG_FROM) == []
    assert [name for name, lines in sizes.items() if lines > LONGEST] == []
