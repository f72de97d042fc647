"""The figures of verification, each a question to the ledger (definitions: `means`).

How many rows were to be verified at all (`verification.items`) spans lists and directives: `loops/verification.py`.
"""

from __future__ import annotations

from bihuan.core.spec import Figure, Text
from bihuan.modules.verification import figure_rows as rows

TIMES = Text("人次", "verifications")
MATTERS = Text("件", "matters")

FIGURES = (
    Figure(
        "verification.by_phone", "电话核查", "Verified by phone", TIMES,
        Text(
            "涉疫核查中电话核实的结果：电话呼叫单登记的和反馈表所列的；误按后撤回的不计",
            "Results of epidemic-related verifications found by phone, from call sheets and feedback forms; those "
            "taken back as mistakes do not count",
        ),
        rows.verified_by("phone"), order=61,
    ),
    Figure(
        "verification.by_record", "技术核查", "Verified by record", TIMES,
        Text(
            "涉疫核查中据机关已依法掌握的记录（隔离、采样、通行、登记、此前核查）核实的结果，撤回的不计",
            "Results of epidemic-related verifications found in records the organs lawfully hold (stays, tests, "
            "passages, registrations, earlier verifications); those taken back do not count",
        ),
        rows.verified_by("record"), order=62,
    ),
    Figure(
        "verification.in_person", "主动核查", "Verified in person", TIMES,
        Text(
            "涉疫核查中上门当面核实的结果，误按后撤回的不计",
            "Results of epidemic-related verifications found in a visit; those taken back do not count",
        ),
        rows.verified_by("in_person"), order=63,
    ),
    Figure(
        "verification.unreachable", "无法核实", "Could not be verified", MATTERS,
        Text(
            "截止时刻以“无法核实”办结的核查事项：多次联系不上、查无此人或本人不愿回答",
            "Verifications closed at the cut-off without a finding: not reached after several attempts, no such person, "
            "or the person did not wish to answer",
        ),
        rows.standing("unreachable"), order=64,
    ),
    Figure(
        "verification.pending", "尚在核查", "Still to be verified", MATTERS,
        Text(
            "截止时刻尚未办结的核查事项：待分派、待电话、待上门、待组长处理",
            "Verifications still open at the cut-off: to be routed, called, visited, or with the lead",
        ),
        rows.standing(*rows.OPEN), order=65,
    ),
)  # fmt: skip
