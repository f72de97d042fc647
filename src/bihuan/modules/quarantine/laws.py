"""The law behind centralised quarantine."""

from __future__ import annotations

from typing import Final

from bihuan.core.spec.deadlines import Counting, Law

# Articles as numbered in the 2013 amendment, in force in the reference case. The revision in force since 1 September
# 2025 numbers anew; its text was not at hand, so a county that orders under it writes its own basis on the order.
DISEASE_LAW: Final = Law(
    "infectious_diseases",
    "传染病防治法(2013 年修正)",
    "Law on Infectious Diseases (2013)",
    Counting.PLAIN,
    "主席令第五号",
)
# Kept no longer than the purpose needs: art. 19. How long that is, the county's retention rule says.
PRIVACY_LAW: Final = Law(
    "personal_information", "个人信息保护法", "Personal Information Protection Law", Counting.PLAIN
)
