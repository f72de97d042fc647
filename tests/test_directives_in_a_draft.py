"""A draft's numbers of directives are found, whichever words of the report they stand in."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone

from bihuan.command.proof.claims import proof
from bihuan.core.figures.evaluate import Moment


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "市公安局成立专班,共接收、核查、反馈合成作战指令34个,其中涉疫指令21个,核查涉疫情数据11万余条。",
        "接收、核查、反馈合成作战指令 34 个,其中涉疫指令 21 个;按时反馈指令 6 个,逾期指令 28 个。",
    ],
)
def test_directives_and_the_epidemic_related_among_them_are_matched(text: str) -> None:
    claims = proof(text, Moment.of(timezone.now(), settings.BIHUAN.jurisdiction))
    meant = {str(claim.number.value): claim.figure.key for claim in claims if claim.figure is not None}
    assert meant["34"] == "directives.received" and meant["21"] == "directives.epidemic"
    if "按时" in text:
        assert (meant["6"], meant["28"]) == ("directives.fed_back_in_time", "directives.late")
