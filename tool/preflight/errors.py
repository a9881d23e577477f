"""What stops judging. A finding about a vendor is not an error; it is a verdict (see model)."""

from __future__ import annotations


class PreflightError(Exception):
    """A reason why no verdict can be given, told to the user without a traceback.

    ``message`` says what is wrong, ``fix`` what to do, ``path``, ``line`` and ``column`` (1-based) where.
    """

    def __init__(self, message: str, *, fix: str = "", path: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.path = path
        self.line = line
        self.column = column

    @property
    def fault(self) -> str:
        """``path:line:column  message``, leaving out what is not known."""
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        return f"{place}  {self.message}" if place else self.message

    def __str__(self) -> str:
        """Return ``path:line:column  message · fix``, leaving out what is not known."""
        return f"{self.fault} · {self.fix}" if self.fix else self.fault

    def located(self, path: str) -> PreflightError:
        """Return the same error as one about the file ``path``."""
        return type(self)(self.message, fix=self.fix, path=path, line=self.line, column=self.column)


class CannotJudge(PreflightError):  # noqa: N818 - the name is the verdict that users read
    """The rules, the policies or the registry as a whole cannot be used: exit code 2, never a pass."""


class UsageError(PreflightError):
    """The command was called in a way that makes no sense: exit code 2."""


class DocumentError(PreflightError):
    """A document that the strict reader refuses. ``trap`` is the name behind ``yaml/`` in a finding."""

    def __init__(  # noqa: PLR0913 - one argument for each thing that a finding shows
        self, message: str, *, trap: str = "syntax", fix: str = "", path: str = "", line: int = 0, column: int = 0
    ) -> None:
        super().__init__(message, fix=fix, path=path, line=line, column=column)
        self.trap = trap

    def located(self, path: str) -> DocumentError:
        """Return the same error as one about the file ``path``."""
        return DocumentError(self.message, trap=self.trap, fix=self.fix, path=path, line=self.line, column=self.column)
