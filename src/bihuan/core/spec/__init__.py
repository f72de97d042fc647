"""The words in which a procedure is declared: no Django, nothing to run, checked when loaded."""

from bihuan.core.spec.deadlines import NoDeadline, Within
from bihuan.core.spec.figures import Figure
from bihuan.core.spec.matters import (
    ANY_OPEN,
    SAME,
    MatterType,
    Nothing,
    Refusal,
    Retention,
    Snapshot,
    State,
    Transition,
)
from bihuan.core.spec.payload import Choice, asked
from bihuan.core.spec.posts import (
    ADMINISTRATOR,
    PUBLIC,
    REGISTRAR,
    REPORTER,
    SIGNATORY,
    SUPERVISOR,
    SYSTEM,
    Post,
)
from bihuan.core.spec.tell import Tell
from bihuan.core.spec.text import Text

__all__ = [
    "ADMINISTRATOR",
    "ANY_OPEN",
    "PUBLIC",
    "REGISTRAR",
    "REPORTER",
    "SAME",
    "SIGNATORY",
    "SUPERVISOR",
    "SYSTEM",
    "Choice",
    "Figure",
    "MatterType",
    "NoDeadline",
    "Nothing",
    "Post",
    "Refusal",
    "Retention",
    "Snapshot",
    "State",
    "Tell",
    "Text",
    "Transition",
    "Within",
    "asked",
]
