"""A relation of the new form while it is made."""

from dataclasses import dataclass

from xltool.form_authoring.relations.expression_parts import Expression, FigureKey
from xltool.forms.schema import SeverityWord


@dataclass(frozen=True)
class RelationDraft:
    """One relation between single figures. ``left`` is the figure it computes, or that a check begins with.

    ``title`` is the key of its sentence; ``sheet`` and ``address`` say where the office wrote it.
    """

    expect: Expression
    title: str
    basis: str
    sheet: str
    address: str
    left: FigureKey | None = None
    when: Expression | None = None
    computes: bool = False
    severity: SeverityWord = "must_fix"
    advice: str = "advice_check"
    beta: bool = False
    within_year: bool = False
    tolerance: float = 0
    message: str = ""  # what the office's check says where it fails

    @property
    def rule(self) -> Expression:
        """The whole relation: the left side with its equals sign, if it computes one."""
        return (self.left, " == ", *self.expect) if self.computes and self.left else self.expect
