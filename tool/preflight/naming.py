"""Names of companies and products, made comparable: without case, accents, punctuation and legal form.

Two spellings of one name give one text here, so that whoever looks for the same vendor twice, while a record
is written or in CI, means the same by «the same».
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

# For a registry without policies/overlap.yaml.
LEGAL_FORMS = (
    "ab", "ag", "aps", "as", "bv", "co", "corp", "gmbh", "inc", "kg", "limited", "llc", "llp", "lp", "ltd", "nv",
    "oy", "plc", "pty", "sa", "sarl", "sas", "se", "spa", "srl",
)  # fmt: skip
SHORTEST_NEAR = 6  # characters; shorter names are near to too many others
ARTICLES = frozenset({"the", "die", "la", "le", "les"})
SHORTEST_INSIDE = 3  # letters of a legal form that is one wherever it stands
LONGEST_FORM = 5  # words, as in «sp. z o.o.», and with one to spare

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_UNSEEN = frozenset({"Mn", "Cf"})
_SIGNS = frozenset({"So", "Sk", "No"})
# Letters that no decomposition takes apart.
_LATIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
    }
)
# Cyrillic and Greek letters that look like Latin ones, folded; and those.
_LOOKALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxsijhdqwabeikvoptux",
)
# Without the list of public suffixes: the second levels that registries of countries sell below, and hosts that give
# every customer a name of its own.
_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gv", "ltd", "mil", "ne", "net", "or", "org"})
_COUNTRY = 2  # letters of a country's top level
_SHARED_HOSTS = frozenset(
    {
        "appspot.com", "atlassian.net", "azurewebsites.net", "blogspot.com", "cloudfront.net", "github.io", "gitlab.io",
        "herokuapp.com", "myshopify.com", "netlify.app", "pages.dev", "vercel.app", "web.app", "webflow.io",
        "wixsite.com", "wordpress.com", "workers.dev", "zendesk.com",
    }
)  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of a text without case, accents and punctuation."""
    if text.isascii():
        return _WORD.findall(text.lower())
    # Signs such as ™ and ¹ are none of its letters, and would become some.
    spoken = "".join(each for each in text if unicodedata.category(each) not in _SIGNS)
    folded = unicodedata.normalize("NFKD", spoken).casefold()
    seen = "".join(each for each in folded if unicodedata.category(each) not in _UNSEEN)
    return [_as_it_looks(word) for word in _WORD.findall(seen.translate(_LATIN))]


def _as_it_looks(word: str) -> str:
    """Return a word in Latin letters, if all of its letters look like some."""
    return looks if (looks := word.translate(_LOOKALIKES)).isascii() else word


@lru_cache(maxsize=64)
def legal_forms(listed: tuple[str, ...]) -> frozenset[str]:
    """Return legal forms in the way in which names are searched for them: each as one word."""
    return frozenset("".join(words(form)) for form in listed)


def plain(name: str, forms: Collection[str]) -> str:
    """Return a name without case, accents, punctuation and the legal form that it ends with.

    ``forms`` is what ``legal_forms`` gives. «Acme B.V.», «ACME bv» and «Acmé» are all ``acme``. A name that is
    nothing but a legal form stays what it is.
    """
    kept = words(name)
    while (cut := _form_at_the_end(kept, forms)) and cut < len(kept):
        kept = kept[:-cut]
    return " ".join(kept)


def body(name: str, forms: Collection[str]) -> str:
    """Return what a name says before its first legal form: what follows is a place, a branch or a state of the company.

    «Acme GmbH (DE)», «Acme GmbH i. L.» and «Acme S.r.l. unipersonale» are all ``acme``. Forms of one or two letters are
    words of names, too, and cut off only at the end.
    """
    kept = words(name)
    if len(kept) > 1 and (kept[0] in forms or kept[0] in ARTICLES):  # AB Volvo
        kept = kept[1:]
    for start in range(1, len(kept)):
        ends = range(start + 1, min(start + LONGEST_FORM, len(kept)) + 1)
        if any(len(form := "".join(kept[start:end])) >= SHORTEST_INSIDE and form in forms for end in ends):
            kept = kept[:start]
            break
    return plain(" ".join(kept), forms)


def _form_at_the_end(listed: list[str], forms: Collection[str]) -> int:
    """Return how many words at the end are a legal form: «bv», «b v» and «sp z o o» are one each.

    The longest counts: «G.m.b.H.» ends with «m.b.H.», which is one, too.
    """
    return next((count for count in range(LONGEST_FORM, 0, -1) if "".join(listed[-count:]) in forms), 0)


def owned(domain: str) -> str:
    """Return the part of a domain that somebody registered: ``acme.co.uk`` of ``mail.acme.co.uk``."""
    labels = domain.casefold().strip(".").split(".")
    if ".".join(labels[-2:]) in _SHARED_HOSTS or (
        len(labels) > 2 and len(labels[-1]) == _COUNTRY and labels[-2] in _SECOND_LEVELS  # noqa: PLR2004 - co, uk
    ):
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def near(one: str, other: str) -> bool:
    """Whether two different names are one slip apart: a letter more, less or other, or two that changed places.

    Names that differ in their numbers are numbered on purpose.
    """
    if one == other or min(len(one), len(other)) < SHORTEST_NEAR or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    return swapped or one[start + 1 :] == other[start + 1 :]


def neighbours(names: Iterable[str], most: int) -> dict[str, list[str]]:
    """Return for each name those ``near`` it, at most about ``most``; names without any are left out.

    Two names are one slip apart only if dropping one letter of each, or of the longer, gives the same text. So
    names are put into groups by what is left of them, and only compared within a group: the time grows with the
    total length of the names, not with the number of pairs.
    """
    by_length: dict[int, list[str]] = {}
    for name in sorted(set(names)):
        if len(name) >= SHORTEST_NEAR:
            by_length.setdefault(len(name), []).append(name)
    found: dict[str, list[str]] = {}
    for length, listed in sorted(by_length.items()):
        for one, other in _pairs(listed, by_length.get(length - 1, ()), most):
            if near(one, other):
                for name, neighbour in ((one, other), (other, one)):
                    known = found.setdefault(name, [])
                    if neighbour not in known and len(known) < most:
                        known.append(neighbour)
    return found


def _pairs(listed: list[str], shorter: Iterable[str], most: int) -> Iterator[tuple[str, str]]:
    """Yield the pairs to compare among names of one length, and with those that are one letter shorter.

    One length at a time, so that the shortened names of only one are in memory. A name is compared with those
    before it in its group, at most ``most``.
    """
    groups: dict[str, list[str]] = {name: [name] for name in shorter}
    for name in listed:
        # A digit is never dropped: names that differ in their numbers are not near.
        for rest in {name[:at] + name[at + 1 :] for at, letter in enumerate(name) if not letter.isdigit()}:
            group = groups.setdefault(rest, [])
            for before in group[:most]:
                yield before, name
            group.append(name)
