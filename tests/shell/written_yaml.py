"""YAML to read: the sample, and any value as PyYAML writes it."""

from __future__ import annotations

from pathlib import Path

import yaml
from hypothesis import strategies as st

from preflight.shell import documents

VENDORS = sorted((Path(__file__).parents[2] / "vendors").glob("*.yaml"))


class Plain(yaml.SafeDumper):
    """Writes everything out where it stands."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


seen = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp")) | st.sampled_from(
    "\n\t -:#'\"\\,[]{}&*!|>"
)
alike = ["no", "true", "null", "~", "", "014", "12:30", "2026-11-22", "1_000", "<<", "=", "0x1F", "42", "-1.5", "---"]
# PyYAML writes text such as 1e3 and .Nan without quotes, because by its own rules it is no number.
texts = st.sampled_from(alike) | st.text(seen, max_size=30).filter(
    lambda text: (
        not documents.FORBIDDEN.search(text)
        and not documents.NUMBER.fullmatch(text)
        and not documents.NOT_A_NUMBER.fullmatch(text)
    )
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-documents.MAX_INTEGER, documents.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(texts, inside, max_size=5),
    max_leaves=15,
)
