"""What comes from a vendor as one line of a statement that everybody sees in the same way."""

from __future__ import annotations

MOST_FACT = 160  # characters


def one_line(text: str, most: int = MOST_FACT, empty: str = "–") -> str:
    """Return text as one line that everybody sees in the same way; what cannot be seen is shown as its number."""
    words = "".join(
        each if each.isprintable() else " " if each.isspace() else rf"\u{{{ord(each):x}}}" for each in text
    ).split()
    line = " ".join(words)
    return (line if len(line) <= most else line[: most - 1].rstrip() + "…") or empty
