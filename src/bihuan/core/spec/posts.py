"""Posts: what an officer may do for an organ. A module declares its own beside its procedure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Post:
    """A kind of post; `code` is what ledger and appointments keep, `organ` the kind of organ that has it.

    `bound_to_place`: an appointment to this post names a place, and reaches only matters of that place.
    `reveals`: the post may reveal sealed fields of a person, for a stated purpose, on matters it works on.
    """

    code: str
    zh: str
    en: str
    organ: str
    bound_to_place: bool = False
    reveals: bool = False


PUBLIC = Post("public", "本人", "The person concerned", organ="public")
SYSTEM = Post("system", "系统", "The system", organ="system")
ADMINISTRATOR = Post("administrator", "系统管理岗", "Administrator", organ="committee")
REGISTRAR = Post("registrar", "台账岗", "Registrar", organ="committee", reveals=True)
REPORTER = Post("reporter", "信息报送岗", "Reporter", organ="committee")
SIGNATORY = Post("report_signatory", "签发岗", "Signatory", organ="committee")
SUPERVISOR = Post("supervisor", "督查岗", "Supervisor", organ="committee")
