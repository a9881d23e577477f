"""Text from a vendor file stays text, wherever it is shown."""

from __future__ import annotations

import csv
import io
import re
import sys
import unicodedata
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape as xml_escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from preflight import escaping
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Callable

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
NASTY = "aB1 \t\r\n\0\x1b\x85\u00a0\u200b\u202e\u2028\ud800\ue000\uffff\U000e0041:#[]%,=+-@|*_`~<>&(){}!\\./\"';é😀"
FUNCTIONS = [
    escaping.visible,
    escaping.terminal,
    escaping.github_data,
    escaping.github_property,
    escaping.markdown,
    escaping.mermaid,
]

# Anything, but mostly what means something to somebody.
texts = (
    st.text()
    | st.text(st.sampled_from(NASTY))
    | st.lists(
        st.sampled_from(
            ["::", "##[", "#", "[", "@team", "#12", "http://", "www.", "%0A", "&lt;", " ", "\n", "x", "|", "\\"]
        )
    ).map("".join)
)
without_backslash = texts.map(lambda text: text.replace("\\", ""))


def shown_again(text: str) -> str:
    """Undo what `visible` does."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)


def after_the_runner(text: str) -> str:
    """Undo the escapes of a workflow command, as GitHub's runner does."""
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def test_what_no_file_may_hold_is_shown() -> None:
    """Else a text that preflight writes out would be refused when it is read back."""
    refused = filter(documents.FORBIDDEN.fullmatch, map(chr, range(sys.maxunicode + 1)))
    assert {f"{ord(each):04X}" for each in refused if escaping.visible(each) == each} == set()


@pytest.mark.parametrize("function", [*FUNCTIONS, escaping.csv_cell], ids=lambda function: function.__name__)
@settings(deadline=None)
@given(text=texts)
@example(text="\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\")
@example(text="safe\u202egnp.exe")
def test_nothing_hidden_is_left(function: Callable[[str], str], text: str) -> None:
    assert [each for each in function(text) if unicodedata.category(each) in HIDDEN] == []


@settings(deadline=None)
@given(without_backslash)
def test_what_is_hidden_is_shown_by_its_number(text: str) -> None:
    assert shown_again(escaping.visible(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain text", "plain text", id="plain text stays as it is"),
        pytest.param("Café 東京 😀", "Café 東京 😀", id="letters of all scripts stay as they are"),
        pytest.param("no\u00a0break", "no\u00a0break", id="a no-break space is seen as a space"),
        pytest.param("\x1b[31mred", r"\u{1b}[31mred", id="the beginning of a colour"),
        pytest.param("a\nb\r\tc", r"a\u{a}b\u{d}\u{9}c", id="line ends and tabs"),
        pytest.param("a\u2028b\u2029c", r"a\u{2028}b\u{2029}c", id="line and paragraph separators"),
        pytest.param("\u202eabc", r"\u{202e}abc", id="text that runs the other way"),
        pytest.param("zero\u200bwidth", r"zero\u{200b}width", id="a space without width"),
        pytest.param("\ud800", r"\u{d800}", id="half of a surrogate pair"),
        pytest.param("\U000e0041", r"\u{e0041}", id="a tag character"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert escaping.visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a plain message", "a plain message", id="plain text"),
        pytest.param("::error::gone", r"\u{3a}:error::gone", id="a command at the beginning"),
        pytest.param("  ::error::gone", r"  \u{3a}:error::gone", id="a command after blanks keeps its blanks"),
        pytest.param("\u3000::error::gone", "\u3000" + r"\u{3a}:error::gone", id="a command after a wide blank"),
        pytest.param("a ::error::", "a ::error::", id="in the middle of a line it is no command"),
        pytest.param("a\n::error::", r"a\u{a}::error::", id="there is no second line to begin with a command"),
        pytest.param("x##[stop-commands]y", r"x##\u{5b}stop-commands]y", id="an old command counts anywhere"),
        pytest.param("###[add-mask]", r"###\u{5b}add-mask]", id="an old command after another number sign"),
        pytest.param(": one colon", ": one colon", id="a single colon is no command"),
    ],
)
def test_terminal(text: str, shown: str) -> None:
    assert escaping.terminal(text) == shown


@settings(deadline=None)
@given(texts)
def test_the_log_of_a_job_sees_no_command(text: str) -> None:
    shown = escaping.terminal(text)
    assert "\n" not in shown
    assert "\r" not in shown
    assert "##[" not in shown
    assert not shown.strip().startswith("::")


@settings(deadline=None)
@given(without_backslash)
def test_the_terminal_shows_the_text_itself(text: str) -> None:
    assert shown_again(escaping.terminal(text)) == text


@settings(deadline=None)
@given(texts)
@example("100% of %0A")
def test_the_runner_reads_back_what_the_terminal_would_show(text: str) -> None:
    assert after_the_runner(escaping.github_data(text)) == escaping.terminal(text)
    assert after_the_runner(escaping.github_property(text)) == escaping.terminal(text)


@settings(deadline=None)
@given(texts)
def test_a_property_does_not_end_early(text: str) -> None:
    escaped = escaping.github_property(text)
    assert set(escaped).isdisjoint(":,\r\n")
    assert re.findall("%(?!25|0A|0D|3A|2C)", escaped) == []


@pytest.mark.parametrize(
    ("text", "data", "proper"),
    [
        pytest.param("a: b, c", "a: b, c", "a%3A b%2C c", id="colon and comma"),
        pytest.param("100%", "100%25", "100%25", id="a percent sign"),
        pytest.param("a%0Ab", "a%250Ab", "a%250Ab", id="what is escaped already is escaped again"),
        pytest.param("a\nb", r"a\u{a}b", r"a\u{a}b", id="a line end"),
        pytest.param("::set-output::x", r"\u{3a}:set-output::x", r"\u{3a}%3Aset-output%3A%3Ax", id="a command"),
    ],
)
def test_workflow_commands(text: str, data: str, proper: str) -> None:
    assert (escaping.github_data(text), escaping.github_property(text)) == (data, proper)


RENDERED = MarkdownIt("commonmark").enable(["table", "strikethrough"])


FILLER = "the other cell"


@settings(deadline=None)
@given(texts)
@example("\\|")
@example("\\\\<b>")
@example("&lt;script&gt;")
@example("1. one")
@example("1) one")
@example("- - -")
@example("===")
@example("    code")
@example("[x](javascript:x)")
@example("![x](https://e.vil)")
@example("<https://e.vil>")
@example("a`b|c`d")
def test_markdown_shows_the_text_and_no_markup(text: str) -> None:
    """What a Markdown renderer makes of it is the text itself, in a paragraph and in a table cell."""
    wanted, escaped = escaping.visible(text).strip(), escaping.markdown(text)
    for page in (f"x\n\n{escaped}\n", f"| a | b |\n| --- | --- |\n| {escaped} | {FILLER} |\n"):
        inline = [token for token in RENDERED.parse(page) if token.type == "inline" and token.content != FILLER]
        last = inline[-1]
        if wanted:
            assert {token.type for token in last.children or ()} == {"text"}
            assert "".join(token.content for token in last.children or ()) == wanted
        assert RENDERED.render(page).count("<td>") in {0, 2}
    assert not set("@<>").intersection(escaped)
    assert "://" not in escaped
    assert "www." not in escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("Beacon Mail", "Beacon Mail", id="plain text"),
        pytest.param("a|b", r"a\|b", id="the end of a table cell"),
        pytest.param("a\nb", r"a\\u{a}b", id="a line end"),
        pytest.param("@org/team", "&#64;org/team", id="a mention"),
        pytest.param("fixes #12", "fixes &#35;12", id="a reference to an issue"),
        pytest.param("![x](https://e.vil/p)", r"!\[x\](https&#58;//e.vil/p)", id="an image"),
        pytest.param("www.evil.example", "www&#46;evil.example", id="a bare address"),
        pytest.param("<script>", "&lt;script&gt;", id="an element"),
        pytest.param("&lt;", "&amp;lt;", id="a character reference"),
        pytest.param("`code`", r"\`code\`", id="code"),
        pytest.param("- 1. + *b* _i_ ~s~", r"\- 1. + \*b\* \_i\_ \~s\~", id="lists and emphasis"),
        pytest.param("1. one", r"1\. one", id="a numbered list"),
        pytest.param("2026-05-19", "2026-05-19", id="a day"),
        pytest.param("\\", r"\\", id="a backslash"),
    ],
)
def test_markdown(text: str, escaped: str) -> None:
    assert escaping.markdown(text) == escaped


@settings(deadline=None)
@given(texts)
@example("\x00\x0b\ud800\ufffe\uffff")
def test_xml_takes_what_is_left(text: str) -> None:
    kept = escaping.xml(text)
    document = f"<a>{xml_escape(kept)}</a>"
    assert (ET.fromstring(document).text or "") == kept.replace("\r\n", "\n").replace("\r", "\n")  # noqa: S314 - our own output


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("tab\tand\nlines\r", "tab\tand\nlines\r", id="white space stays"),
        pytest.param("a\x00b\x1bc\x0b", "abc", id="control characters go"),
        pytest.param("a\ufffe\uffffb", "ab", id="noncharacters go"),
        pytest.param("a\ud83db", "ab", id="half of a surrogate pair goes"),
        pytest.param("<&> 😀", "<&> 😀", id="the writer of the document escapes the rest"),
    ],
)
def test_xml(text: str, kept: str) -> None:
    assert escaping.xml(text) == kept


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("Beacon Mail", "Beacon Mail", id="plain text"),
        pytest.param("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0", id="a formula"),
        pytest.param("+1", "'+1", id="a plus sign"),
        pytest.param("-1", "'-1", id="a minus sign"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="an at sign"),
        pytest.param("|x", "'|x", id="a pipe"),
        pytest.param("%x", "'%x", id="a percent sign"),
        pytest.param("  =1+1", "'  =1+1", id="a formula after blanks"),
        pytest.param("\t=1", r"'\u{9}=1", id="a tab"),
        pytest.param("\r=1", r"'\u{d}=1", id="a carriage return"),
        pytest.param("\0=1", r"'\u{0}=1", id="a null"),
        pytest.param("a=b", "a=b", id="an equals sign within"),
        pytest.param("a\nb", r"a\u{a}b", id="a line end"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_csv_cell(text: str, cell: str) -> None:
    assert escaping.csv_cell(text) == cell


@settings(deadline=None)
@given(texts)
def test_no_cell_is_a_formula_after_writing_and_reading(text: str) -> None:
    sheet = io.StringIO()
    csv.writer(sheet, quoting=csv.QUOTE_ALL).writerow([escaping.csv_cell(text)])
    (row,) = csv.reader(io.StringIO(sheet.getvalue()))
    assert not row[0].lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert row[0].removeprefix("'") in {escaping.terminal(text), escaping.terminal(text).removeprefix("'")}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param("Beacon Mail", "Beacon Mail", id="a plain name"),
        pytest.param("Café 東京", "Café 東京", id="letters of all scripts"),
        pytest.param("sign-in, real-time", "sign-in, real-time", id="hyphens and commas within a line"),
        pytest.param('a"] --> b["', "a#34;#93; --#62; b#91;#34;", id="the end of a label"),
        pytest.param("#quot;", "#35;quot#59;", id="a reference to a character"),
        pytest.param("%%{init: {}}%%", "#37;#37;#123;init#58; #123;#125;#125;#37;#37;", id="a directive"),
        pytest.param("- one", "#45; one", id="an item of a list"),
        pytest.param("1. one", "1#46; one", id="an item of a numbered list"),
        pytest.param("`**x** _y_`", "#96;#42;#42;x#42;#42; #95;y#95;#96;", id="Markdown"),
        pytest.param("<script>&", "#60;script#62;#38;", id="HTML"),
        pytest.param("a\nend", "a#92;u#123;a#125;end", id="the end of a line"),
        pytest.param("  ", "", id="nothing"),
    ],
)
def test_a_label_of_a_diagram_is_nothing_but_a_label(text: str, label: str) -> None:
    assert escaping.mermaid(text) == label


@settings(deadline=None)
@given(texts)
def test_a_label_of_a_diagram_has_no_sign_that_means_something(text: str) -> None:
    escaped = re.sub("#[0-9]+;", "", escaping.mermaid(text))
    assert not re.search(r"[!-+./:-@\[-`{-~]", escaped)
    assert not escaping.mermaid(text).startswith("-")
