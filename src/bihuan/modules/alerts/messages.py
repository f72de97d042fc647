"""What lists tell: the desk, when something fed back no longer holds. No message names anybody."""

from __future__ import annotations

from bihuan.core.messages.templates import Template, declare
from bihuan.core.spec import Text

declare(
    Template(
        "alerts.merge_undone",
        subject=Text("预警名单 {number} 有更正", "Alert list {number}: a correction"),
        body=Text(
            "【{county}】名单 {number} 中有 {rows} 条已经反馈,所依据的人员合并现已撤销。请核对后向来件单位更正反馈。",
            "[{county}] {rows} rows of list {number} were fed back on a merge of two records that has been undone. Check them "
            "and feed back again to the sender.",
        ),
    ),
)
