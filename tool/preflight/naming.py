"""Names of companies and products, made comparable: without case, accents, punctuation and legal form.

Two spellings of one name give one text here, so that whoever looks for the same vendor twice, while a record
is written or in CI, means the same by «the same».
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

# For a registry without policies/overlap.yaml.
LEGAL_FORMS = (
    "ab", "ag", "aksjeselskap", "aktiebolag", "aktiengesellschaft", "aktieselskab", "anpartsselskab", "aps", "as",
    "besloten vennootschap", "bv", "co", "company", "corp", "corporation", "doo", "gesellschaft mbh",
    "gesellschaft mit beschrankter haftung", "gmbh", "inc", "incorporated", "kabushiki kaisha", "kft", "kg", "kk",
    "lda", "limited", "limited liability company", "llc", "llp", "lp", "ltd", "ltda", "naamloze vennootschap", "nv",
    "osakeyhtio", "ou", "oy", "oyj", "plc", "private limited", "proprietary limited", "pte", "pty",
    "public limited company", "pvt", "sa", "sa de cv", "sarl", "sas", "sasu", "sdn bhd", "se", "slu",
    "sociedad anonima", "sociedad limitada", "societa per azioni", "societe anonyme",
    "societe par actions simplifiee", "sp z oo", "spa", "srl", "sro", "uab", "zrt",
)  # fmt: skip
SHORTEST_NEAR = 6  # characters; shorter names are near to too many others
ARTICLES = frozenset({"the", "die", "la", "le", "les"})
JOINING = frozenset({"and", "und", "et", "e", "ed", "y", "en", "och", "og", "ja"})  # as «&» and «+» between two words
SHORTEST_INSIDE = 3  # letters of a legal form that is one wherever it stands
LONGEST_FORM = 7  # words, as in «S. de R.L. de C.V.»

# What is set in one way or another in a registered name: the points of «G.m.b.H.» and «Inc.», a comma before it.
_SETTING = re.compile(r"(?P<letters>\b(?:[^\W\d_]\.){2,})|[.,](?=\s|$)")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_UNSEEN = frozenset({"Mn", "Cf"})
_SIGNS = frozenset({"So", "Sk", "No"})
_MODIFIERS = frozenset(map(chr, range(0x2B0, 0x300)))  # letters that stand beside another like an accent
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
# For keys alone: letters and digits that are taken for one another, and pairs of letters that are taken for one.
_TAKEN_FOR = str.maketrans("i10", "llo")
_RUNS = re.compile("a[ae]+|oe+|ue+|rn|vv")
_RUN_IS = {"a": "a", "o": "o", "u": "u", "r": "m", "v": "w"}
_STROKES = re.compile("[\u30fc\uff70\u3161\u3127\u4e00\u2f00\u1173\u1680]")
_BREAK = re.compile(r"[()\[\]{},;:/|–—]|\s-\s")
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
    # Folding makes a letter of a mark now and then, and marks of a letter.
    folded = _seen(unicodedata.normalize("NFKD", spoken)).casefold()
    return [_as_it_looks(word) for word in _WORD.findall(_seen(folded).translate(_LATIN))]


def registered(company: str) -> str:
    """Return a company's name as it is registered, however it is set: «1&1 A.G.» is «1&1 AG» and not «11 AG».

    To find the houses of companies, ``plain`` takes more of them for one; here a doubt makes two of them.
    """
    set_plainly = _SETTING.sub(lambda found: (found["letters"] or "").replace(".", ""), company.lower())
    return " ".join(set_plainly.split())


def _seen(text: str) -> str:
    """Return a text without accents, and marks that stand beside a letter like one."""
    return "".join(each for each in text if unicodedata.category(each) not in _UNSEEN and each not in _MODIFIERS)


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


def seller_key(name: str, forms: Collection[str]) -> str:
    """Return a name by which to tell whether two records mean one seller: what it says before its legal form.

    It has no blanks: «Acme GmbH (DE)», «Acme GmbH i. L.» and «S.A. Acme» are all ``acme``. Spellings that people take
    for one are one: Müller, Mueller and Muller; «and» and «&»; letters that look like others, such as a capital I and a
    small L. So a key is no name to show, and now and then two names that differ have one. A name that is nothing but a
    legal form keeps it; only a name without a letter or a digit has an empty key.
    """
    parts = [words(part) for part in _BREAK.split(_split_at_strokes(name))]
    said = [word for part in parts for word in part]
    breaks = frozenset(accumulate(len(part) for part in parts))
    shown = _Shown(said, breaks, forms)
    kept = shown.core(shown.front())
    if (whole := "".join(kept)) in ARTICLES or whole in forms:  # The Company Ltd: it is its name
        kept = shown.core(0)
    if "".join(kept) in ARTICLES:
        kept = said
    inner = [word for word in kept[1:-1] if word not in JOINING]
    return _folded("".join([*kept[:1], *inner, *kept[1:][-1:]]))


def seller_keys(name: str, forms: Collection[str]) -> list[str]:
    """Return all keys of a seller: what ``seller_key`` gives, and what is left where nothing is taken for a form.

    Where a word is an article, a joining word or a legal form depends on the blanks around it. Of «The Gull» and
    «TheGull», «E-Push» and «EPush», «Gull (EU) Mail» and «Gull EU Mail» one of these is the same.
    """
    whole = "".join(words(name))
    found = (seller_key(name, forms), _folded(plain(name, forms).replace(" ", "")), _folded(whole))
    return [each for each in dict.fromkeys(found) if each]


class _Shown:
    """The words of a name, and where a legal form stands among them."""

    def __init__(self, said: list[str], breaks: frozenset[int], forms: Collection[str]) -> None:
        self._said, self._breaks, self._forms = said, breaks, forms
        self._seen = [_folded(word) for word in said]
        self._looks = _looks_of(frozenset(forms))

    def front(self) -> int:
        """Return where the name begins: behind articles and legal forms, as in «The Acme» and «AB Volvo»."""
        start = 0
        for _ in self._said:
            more = 1 if self._said[start] in ARTICLES else self._form(start)
            if not more or start + more >= len(self._said):
                break
            start += more
        return start

    def core(self, start: int) -> list[str]:
        """Return the words up to the first legal form behind them, without a joining word that led to it."""
        end = next((at for at in range(start + 1, len(self._said)) if self._ends(start, at)), len(self._said))
        led = end < len(self._said) and end - start > 1 and len(self._said[end - 1]) > 1
        return self._said[start : end - 1 if led and self._said[end - 1] in JOINING else end]

    def _ends(self, start: int, at: int) -> bool:
        """Whether the name ends before a word, because a legal form begins there.

        One of two letters is a word of names, too («Pro AB Testing»): it counts at the end, before a bracket, a comma
        or the code of a country, and behind a name of several words.
        """
        if not (count := self._form(at)):
            return False
        stop = at + count
        return (
            len("".join(self._said[at:stop])) >= SHORTEST_INSIDE
            or stop in self._breaks
            or len("".join(self._said[stop:])) <= _COUNTRY
            or at - start > 1
        )

    def _form(self, at: int) -> int:
        """Return how many words from here on are one legal form, the most that are; 0 where none is."""
        for count in range(min(LONGEST_FORM, len(self._said) - at), 0, -1):
            if "".join(self._said[at : at + count]) in self._forms:
                return count
            if "".join(self._seen[at : at + count]) in self._looks:  # GrnbH, and a Ltd with a capital I
                return count
        return 0


@lru_cache(maxsize=64)
def _looks_of(forms: frozenset[str]) -> frozenset[str]:
    """Return what legal forms look like, without those that look like a number: a Studio II is not in liquidation."""
    return frozenset(looks for form in forms if len(looks := _folded(form)) > 1 and looks.strip("lo"))


def _folded(text: str) -> str:
    """Return a text in which letters that are taken for one another are one."""
    return _RUNS.sub(lambda run: _RUN_IS[run[0][0]], text.translate(_TAKEN_FOR))


def _split_at_strokes(name: str) -> str:
    """Return a name in Latin letters with blanks for letters of other scripts that look like a hyphen."""
    split = _STROKES.sub(" ", name)
    return split if split != name and (said := "".join(words(split))) and said.isascii() else name


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
