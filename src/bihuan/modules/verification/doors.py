"""The doors in the bar, and where a township's verifications are worked through."""

from __future__ import annotations

from bihuan.core.spec import Text
from bihuan.kit.doors import Door
from bihuan.modules.verification.matter import ITEM, LEAD, VERIFIER, VISITOR

DOORS = (
    Door("verification:team", Text("核查组", "Verification"), "user-check", 20, posts=(LEAD.code,)),
    Door("verification:calls", Text("电话核查", "Calls"), "phone", 20, posts=(VERIFIER.code,)),
    Door("verification:visits", Text("上门核查", "Visits"), "map-pin", 20, posts=(VISITOR.code,)),
)  # fmt: skip

ROUNDS = {ITEM.code: "verification:at"}
ENTRIES = {
    "verification.officer_described": Text(
        "登记核查人员的乡镇和语言", "an officer's townships and languages noted"
    ),
    "verification.shift_begun": Text("核查人员接班", "an officer came on shift"),
    "verification.shift_ended": Text("核查人员下班", "an officer went off shift"),
}
