"""What directives tell: the desk, the units, and the issuing body at its office address. No message names anybody."""

from __future__ import annotations

from bihuan.core.messages.templates import Template, declare
from bihuan.core.spec import Text

RECEIPT, FEEDBACK = "directives.receipt", "directives.fed_back"

declare(
    Template(
        "directives.arrived",
        subject=Text("新指令 {reference} 待签收", "Directive {reference} is to be signed for"),
        body=Text("【{county}】指令 {reference} 已到,请在 {due} 前签收。", "[{county}] Directive {reference} has come; sign for it by {due}."),
    ),
    Template(
        "directives.given",
        subject=Text("指令 {reference} 分给 {unit}", "Directive {reference} is given to {unit}"),
        body=Text(
            "【{county}】指令 {reference} 中 {rows} 人由 {unit} 承办,{due} 前完成。",
            "[{county}] {rows} persons of directive {reference} are {unit}'s to check, by {due}.",
        ),
    ),
    Template(
        "directives.reported",
        subject=Text("{unit} 报指令 {reference} 完成", "{unit} reports directive {reference} done"),
        body=Text(
            "【{county}】{unit} 报指令 {reference} 的 {rows} 人已办完,请认可或退回。",
            "[{county}] {unit} reports its {rows} persons of directive {reference} done; accept it or send it back.",
        ),
    ),
    Template(
        RECEIPT,
        subject=Text("已签收指令 {reference}", "Directive {reference} is signed for"),
        body=Text(
            "【{county}】已签收贵单位指令 {reference}(名单 {listed} 人),回执 {paper},{due} 前反馈。",
            "[{county}] Your directive {reference} ({listed} persons listed) is signed for, receipt {paper}; feedback by {due}.",
        ),
    ),
    Template(
        FEEDBACK,
        subject=Text("指令 {reference} 反馈", "Feedback on directive {reference}"),
        body=Text(
            "【{county}】指令 {reference} 反馈:名单 {listed} 人,已反馈 {answered} 人、{rows} 行,未反馈 {missing} 人。反馈函 {paper},"
            "反馈表按贵单位表样另经规定渠道送达。",
            "[{county}] Feedback on directive {reference}: {listed} listed, {answered} fed back in {rows} rows, {missing} missing. "
            "Letter {paper}; the workbook in your form comes by the channel set for it.",
        ),
    ),
)  # fmt: skip
