"""What quarantine tells: the person what binds him or her and how to contest it, officers what cannot wait.

A text message may be read over a shoulder: none names the person, a result or a reason. They stand on the
person's own page, behind the code on the slip.
"""

from __future__ import annotations

from bihuan.core.messages.templates import Template, declare
from bihuan.core.spec import Text

declare(
    Template(
        "quarantine.ordered",
        subject=Text("隔离医学观察决定 {number}", "Quarantine order {number}"),
        body=Text(
            "【{county}】已依法作出集中隔离医学观察决定，编号 {number}，请按工作人员安排到{place}入住。法律依据和理由见"
            "告知书；对决定有异议的，可向现场工作人员提出，入住后也可用本人编码在网上提出。",
            "[{county}] An order for quarantine has been made, number {number}. Please go to {place} as the staff"
            " arrange. The notice names its legal basis and reasons; you may contest it with the staff there or, once"
            " checked in, online with your code.",
        ),
    ),
    Template(
        "quarantine.admitted",
        subject=Text("已入住，编号 {number}", "Checked in, number {number}"),
        body=Text(
            "【{county}】已在{place}办理入住，编号 {number}，按方案预计 {until} 解除。凭纸条上的编码可打开本人页："
            "看依据和每天安排、提出需要、对决定提出异议。",
            "[{county}] Checked in at {place}, number {number}; by the protocol the release is due on {until}. The code"
            " on your slip opens your own page: the basis, what happens each day, how to ask for something and how to"
            " contest the order.",
        ),
    ),
    Template(
        "quarantine.released",
        subject=Text("已解除，编号 {number}", "Released, number {number}"),
        body=Text(
            "【{county}】编号 {number} 的集中隔离医学观察已解除，解除通知由{place}发给。对隔离决定仍有异议的，可凭编码"
            "在本人页提出。",
            "[{county}] The quarantine under number {number} has ended; {place} hands you the release notice. If you"
            " still contest the order, do so on your own page with your code.",
        ),
    ),
    Template(
        "quarantine.home",
        subject=Text("改为居家隔离，编号 {number}", "Home quarantine, number {number}"),
        body=Text(
            "【{county}】编号 {number} 的集中隔离已经批准改为居家隔离医学观察，具体要求由社区工作人员告知。对决定有"
            "异议的，可凭编码在本人页提出。",
            "[{county}] The quarantine under number {number} goes on at home, as approved; the community staff tell you"
            " what that asks of you. To contest the order, use your own page with your code.",
        ),
    ),
    Template(
        "quarantine.revoked",
        subject=Text("隔离决定已撤销，编号 {number}", "Order revoked, number {number}"),
        body=Text(
            "【{county}】编号 {number} 的隔离决定已撤销，即时起不再有效。如有疑问，请联系{place}。",
            "[{county}] The order under number {number} is revoked and no longer binds you. With questions, turn to"
            " {place}.",
        ),
    ),
    Template(
        "quarantine.answered",
        subject=Text("诉求已答复，编号 {number}", "Your request is answered, number {number}"),
        body=Text(
            "【{county}】您提出的诉求 {number} 已答复，凭纸条上的编码打开本人页查看。",
            "[{county}] Your request {number} is answered; read it on your own page with the code on your slip.",
        ),
    ),
    Template(
        "quarantine.decided",
        subject=Text("异议已有决定，编号 {number}", "Your objection is decided, number {number}"),
        body=Text(
            "【{county}】您对隔离决定提出的异议 {number} 已有决定，凭纸条上的编码打开本人页，可看决定和理由。",
            "[{county}] Your objection {number} is decided; the decision and its reasons are on your own page, opened by"
            " the code on your slip.",
        ),
    ),
    Template(
        "quarantine.absent",
        subject=Text("擅自离点：{place}", "Left without leave: {place}"),
        body=Text(
            "{place}有人擅自离点，隔离记录 {number}。请在 {due} 前找回或移交处置，并在事项中写明。",
            "Somebody left {place} without leave, stay {number}. Bring the person back or hand the matter over by {due},"
            " and record it there.",
        ),
    ),
    Template(
        "quarantine.positive",
        subject=Text("待转运：{place}", "To be moved: {place}"),
        body=Text(
            "{place}有转运任务 {number}，应于 {due} 前出发。同房、同区、同车、同轮巡查的名单在隔离记录中。",
            "{place} has a transfer to make, {number}, to depart by {due}. Who shared room, zone, trip or staff round is"
            " listed with the stay.",
        ),
    ),
)
