"""Values that want to be more than text: in every place and every format they stay text."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml

from preflight import renderers
from preflight.escaping import terminal, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Renderer, Report

RULE = "security/certification-current"
FORMATS = pytest.mark.parametrize("renderer", renderers.FORMATS, ids=lambda renderer: str(renderer.NAME))
HOSTILE = pytest.mark.parametrize(
    "value",
    [
        pytest.param("a\nb", id="a line end"),
        pytest.param("a\r\n::error::b", id="a command behind a line end"),
        pytest.param("a\r::error::b", id="a command behind a carriage return"),
        pytest.param("a\u2028::error::b", id="a command behind a line separator"),
        pytest.param("\x1b[31mred\x1b[0m", id="a colour"),
        pytest.param("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", id="a link on a terminal"),
        pytest.param("\x9b31m \x7f \b\b", id="control characters without ESC"),
        pytest.param("::set-output name=x::y", id="a command of the runner"),
        pytest.param(" \t ::error::y", id="an indented command"),
        pytest.param("##[stop-commands]x", id="an old command of the runner"),
        pytest.param("text ##[add-mask]x", id="an old command within text"),
        pytest.param("%0A::error::y %25 %", id="an escaped line end"),
        pytest.param("a,line=1,title=b::c", id="properties of a command"),
        pytest.param("@org/team", id="a mention"),
        pytest.param("fixes #123", id="a reference to an issue"),
        pytest.param("a | b | c", id="bars"),
        pytest.param("`code` **bold** ~~gone~~ _u_", id="markup"),
        pytest.param("[x](https://evil.example) ![y](https://evil.example)", id="links and pictures"),
        pytest.param("www.evil.example", id="a bare address"),
        pytest.param("<script>alert(1)</script>", id="a script"),
        pytest.param("</details><!-- --> &lt; &#64;", id="the end of an element, a comment, references"),
        pytest.param("]]><x a=\"b\" c='d'/>", id="the end of a section of XML"),
        pytest.param("a\0b", id="a null character"),
        pytest.param("\u202egnp.exe \u2066x\u2069 \u200b \ufeff", id="directions and characters without width"),
        pytest.param("\udcff\ud800", id="what is no character"),
        pytest.param("\ufffe\uffff\U0010ffff", id="noncharacters"),
        pytest.param("=cmd()|' /C calc'!A0", id="a formula"),
        pytest.param('\\ " \' \\" \\u0041', id="quotes and backslashes"),
        pytest.param("größe · 東京 😀", id="letters of other scripts"),
    ],
)


def rendered(renderer: Renderer, report: Report, width: int = 0) -> str:
    return renderer.render(report, color=False, width=width)


def orders(output: str) -> list[str]:
    """Return what the runner of a CI job would take for commands in a log."""
    lines = re.split("\r\n|\r|\n", output)
    current = [line.strip() for line in lines if re.match(r"\s*::.*?::", line)]
    return current + [line for line in lines if re.search(r"##\[[^\]]*\]", line)]


def everywhere(of: Callable[..., Report], value: str) -> Report:
    return of(message=value, fix=value, vendor=value, path=value, pointer="/" + value)


@FORMATS
@HOSTILE
def test_nothing_unseen_reaches_a_terminal_or_a_log(of: Callable[..., Report], renderer: Renderer, value: str) -> None:
    output = rendered(renderer, everywhere(of, value))
    unseen = {each for each in output if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    assert unseen <= {"\n"}
    assert len(output.splitlines()) == len(rendered(renderer, everywhere(of, "plain")).splitlines())
    output.encode()


@FORMATS
@HOSTILE
@pytest.mark.parametrize("place", ["message", "fix", "vendor", "path", "pointer", "waiver"])
def test_the_runner_gets_no_order(of: Callable[..., Report], renderer: Renderer, value: str, place: str) -> None:
    output = rendered(renderer, of(**{place: value}))
    wanted = [output.splitlines()[0]] if renderer.NAME == "github" else []
    assert orders(output) == wanted


@FORMATS
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.sampled_from("#[]:;| \n\r\t\\`<>@%&\"'=aü\0\x1b\u202e\u2028"), max_size=30))
def test_no_mixture_of_signs_gives_an_order_or_another_line(
    of: Callable[..., Report], renderer: Renderer, value: str
) -> None:
    plain, mixed = (rendered(renderer, everywhere(of, each)) for each in ("plain", value))
    assert len(orders(mixed)) == len(orders(plain))
    assert len(mixed.splitlines()) == len(plain.splitlines())


@pytest.mark.parametrize("width", [40, 63, 80])
@HOSTILE
def test_a_terminal_of_any_width_gets_no_order(of: Callable[..., Report], value: str, width: int) -> None:
    filler = "word " * 9
    report = of(message=filler + value, fix=filler + value, path=value)
    assert orders(rendered(renderers.named("text"), report, width)) == []


@HOSTILE
def test_text_keeps_a_finding_on_its_line(of: Callable[..., Report], value: str) -> None:
    line = rendered(renderers.named("text"), everywhere(of, value)).splitlines()[1]
    said = f"{terminal(value)} · {terminal(value)}" if value else ""
    assert line == f"{terminal(value + ':12:3')}  {RULE}  {said}"


@HOSTILE
def test_json_loses_nothing(of: Callable[..., Report], value: str) -> None:
    [verdict] = json.loads(rendered(renderers.named("json"), everywhere(of, value)))["verdicts"]
    assert [verdict[name] for name in ("message", "fix", "vendor", "path", "pointer")] == [value] * 4 + ["/" + value]


@HOSTILE
def test_sarif_shows_what_is_unseen_and_keeps_the_path(of: Callable[..., Report], value: str) -> None:
    [result] = json.loads(rendered(renderers.named("sarif"), everywhere(of, value)))["runs"][0]["results"]
    shown = result["message"]["text"]
    assert re.sub(r"\\([\\\[\]])", r"\1", shown) == visible(f"{value} · {value}")
    assert not re.search(r"(?<!\\)(?:\\\\)*\[", shown), "a bracket would be a link"
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9_.~/%-]*", uri)
    assert unquote(uri, errors="surrogatepass") == value
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == visible(f"{value}/{value}")


@HOSTILE
def test_gitlab_shows_what_is_unseen_and_keeps_the_path(of: Callable[..., Report], value: str) -> None:
    [entry] = json.loads(rendered(renderers.named("gitlab"), everywhere(of, value)))
    assert entry["description"] == visible(f"{value} · {value}")
    assert entry["location"] == {"path": value, "lines": {"begin": 12}}


@HOSTILE
def test_junit_is_read_back_as_it_was_meant(of: Callable[..., Report], value: str) -> None:
    shown = re.sub("[\ufffe\uffff]", "", visible(value))
    gate, suite = JUnitXml.fromstring(rendered(renderers.named("junit"), everywhere(of, value)).encode())
    [case] = suite
    [failure] = case.result
    assert (gate.tests, suite.name, suite.tests, suite.failures) == (1, shown, 1, 1)
    assert (case.classname, case.name) == (shown, f"{RULE} at /{shown}")
    assert failure.message == f"red-flag: {shown}"
    assert failure.text == f"{shown}:12:3  {shown}".rstrip()


@HOSTILE
def test_github_keeps_values_in_their_places(of: Callable[..., Report], value: str) -> None:
    line = rendered(renderers.named("github"), everywhere(of, value)).splitlines()[0]
    found = re.fullmatch(r"::error file=([^,:]*),line=12,col=3,title=([^,:]*)::(.*)", line)
    assert found is not None
    path, title, data = (
        each.replace("%3A", ":").replace("%2C", ",").replace("%25", "%") if number < 2 else each.replace("%25", "%")
        for number, each in enumerate(found.groups())
    )
    assert path == terminal(value)
    assert title == terminal(f"{RULE} ({value})")
    assert data == terminal(f"{value} · {value}")


# A reader of Markdown takes an escaped sign, or a character reference, for the sign itself.
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|(&[#\w]+;)")
ACTIVE = re.compile(r"[\\`*_\[\]<>#|~@]|://|www\.")


def unmarked(cell: str) -> str:
    return ESCAPE.sub(lambda found: found[1] or html.unescape(found[2]), cell)


@HOSTILE
def test_markdown_shows_every_sign_and_obeys_none(of: Callable[..., Report], value: str) -> None:
    output = rendered(renderers.named("markdown"), everywhere(of, value))
    [row] = [line for line in output.splitlines() if line.startswith("| **")]
    cells = [cell[1:-1] for cell in re.findall(r"((?:\\.|[^\\|])*)\|", row)[1:]]
    assert len(cells) == 4
    message, _, why = cells[1].partition("<br>*Why:* ")
    path, _, rule = cells[3].rpartition("<br>")
    parts = [cells[0].removeprefix("**").removesuffix("**"), message, cells[2], path.removesuffix(":12")]
    assert [unmarked(each) for each in parts] == [visible(value).strip()] * 4
    assert (unmarked(rule), unmarked(why)) == (RULE, "An auditor's word that the controls work.")
    for part in parts:
        assert not ACTIVE.search(ESCAPE.sub("", part))
