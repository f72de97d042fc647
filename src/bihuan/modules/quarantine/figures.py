"""The figures of centralised quarantine, each a question to the ledger (definitions: `means`)."""

from __future__ import annotations

from bihuan.core.spec import Figure, Text
from bihuan.core.spec.figures import ReportSentence
from bihuan.modules.quarantine import figure_rows as rows

PERSONS = Text("人", "persons")
ITEMS = Text("项", "items")
TIMES = Text("人次", "transfers")
SITES = Text("个", "sites")

ONSET = {
    "community": Text("社区感染(入住 2 天内)", "community onset (day ≤ 2)"),
    "indeterminate": Text("来源未定(第 3–7 天)", "indeterminate (days 3–7)"),
    "probable": Text("可能为点内感染(第 8–14 天)", "probable site onset (days 8–14)"),
    "definite": Text("确定为点内感染(第 15 天起)", "definite site onset (day ≥ 15)"),
}

FIGURES = (
    Figure(
        "quarantine.sites", "集中隔离点", "Quarantine sites", SITES,
        Text("截止时刻处于启用状态的集中隔离点", "Sites that stood open at the cut-off"),
        rows.SITES_OPEN,
        order=10,
    ),
    Figure(
        "quarantine.persons_observed", "累计集中隔离", "Persons observed in all", PERSONS,
        Text("截止时刻前办理过入住的人,同一人只计一次", "Persons ever checked in before the cut-off, each once"),
        rows.persons_ever(),
        order=11,
    ),
    Figure(
        "quarantine.persons_present", "在隔人员", "Persons present", PERSONS,
        Text("截止时刻在隔离点内的人", "Persons in a site at the cut-off"),
        rows.persons(*rows.PRESENT),
        order=12,
        part_of="quarantine.persons_observed",
    ),
    Figure(
        "quarantine.persons_released", "已解除", "Persons released", PERSONS,
        Text(
            "末次集中隔离已解除(含经批准转居家隔离)、截止时刻不在点内的人",
            "Persons whose last stay ended in release, or in home quarantine with approval",
        ),
        rows.persons(*rows.FREED),
        order=13,
        part_of="quarantine.persons_observed",
    ),
    Figure(
        "quarantine.persons_hospitalised", "转入定点医院", "Persons in hospital", PERSONS,
        Text("末次集中隔离以转定点医院结束、截止时刻不在点内的人", "Persons whose last stay ended in a transfer to hospital"),
        rows.persons("hospital"),
        order=13,
        part_of="quarantine.persons_observed",
    ),
    Figure(
        "quarantine.persons_otherwise_left", "其他离点", "Persons who left otherwise", PERSONS,
        Text(
            "入住过而截止时刻不在点内、未解除、未转医院的人:转往其他隔离点途中、擅自离点、移交、死亡、撤销",
            "Persons no longer in a site, neither released nor in hospital: on the way to another site, absent, "
            "handed over, died, order revoked",
        ),
        rows.persons_ever(but=(*rows.PRESENT, *rows.FREED, "hospital")),
        order=13,
        part_of="quarantine.persons_observed",
    ),
    Figure(
        "quarantine.transfers_between_sites", "点间转运", "Transfers between sites", TIMES,
        Text("转至其他隔离点的人次", "Departures to another site"), rows.entries("quarantine.stay.transfer_site"),
        order=14,
    ),
    Figure(
        "quarantine.transfers_to_hospital", "转定点医院", "Transfers to hospital", TIMES,
        Text("转至定点医院的人次", "Departures to a designated hospital"),
        rows.entries("quarantine.stay.transfer_hospital"),
        order=15,
    ),
    Figure(
        "quarantine.positives", "核酸阳性", "Positives", PERSONS,
        Text("隔离期间首次核酸阳性的隔离记录", "Stays with a first positive test"), rows.positives(),
        order=16,
    ),
    *(
        Figure(
            f"quarantine.positives.{code}", f"其中{label.zh}", f"of these {label.en}", PERSONS,
            Text(f"阳性中按采样日属于“{label.zh}”的", f"Positives whose day of stay falls in: {label.en}"),
            rows.positives(code), part_of="quarantine.positives", order=17,
        )
        for code, label in ONSET.items()
    ),
    Figure(
        "quarantine.items_due", "应做观察项目", "Items due", ITEMS,
        Text("截止时刻前按所适用方案应完成的观察项目", "Protocol items due before the cut-off"), rows.ITEMS_DUE,
        order=20,
    ),
    Figure(
        "quarantine.items_done", "已完成", "Items done", ITEMS,
        Text("应做项目中已做或经批准免做的", "Of the items due, done or waived"), rows.ITEMS_DONE,
        part_of="quarantine.items_due", order=21,
    ),
    Figure(
        "quarantine.items_overdue", "逾期未做", "Items overdue", ITEMS,
        Text("应做项目中截止时刻仍未完成的", "Of the items due, still open at the cut-off"), rows.ITEMS_OVERDUE,
        part_of="quarantine.items_due", order=22,
    ),
)  # fmt: skip

FRONT = Text("疫情防控一线", "On the front line")

SENTENCES = (
    ReportSentence(
        FRONT,
        Text(
            "全县启用集中隔离医学观察点 {quarantine.sites} 个,累计集中隔离医学观察 {quarantine.persons_observed} 人,"
            "其中在隔 {quarantine.persons_present} 人,解除隔离 {quarantine.persons_released} 人,转入定点医院 "
            "{quarantine.persons_hospitalised} 人,其他离点 {quarantine.persons_otherwise_left} 人。",
            "{quarantine.sites} quarantine sites are open; {quarantine.persons_observed} persons have been under "
            "observation: {quarantine.persons_present} are present, {quarantine.persons_released} were released, "
            "{quarantine.persons_hospitalised} are in hospital, {quarantine.persons_otherwise_left} left otherwise. ",
        ),
        order=10,
    ),
    ReportSentence(
        FRONT,
        Text(
            "隔离点之间转运 {quarantine.transfers_between_sites} 人次,转定点医院 "
            "{quarantine.transfers_to_hospital} 人次。",
            "There were {quarantine.transfers_between_sites} transfers between sites and "
            "{quarantine.transfers_to_hospital} to hospital.",
        ),
        order=11,
    ),
    ReportSentence(
        FRONT,
        Text(
            "按方案应完成观察 {quarantine.items_due} 项,已完成 {quarantine.items_done} 项,逾期未做 "
            "{quarantine.items_overdue} 项。",
            "{quarantine.items_due} observation items were due; {quarantine.items_done} were done, "
            "{quarantine.items_overdue} are overdue.",
        ),
        order=12, paragraph=1,
    ),
    ReportSentence(
        FRONT,
        Text(
            "检出核酸阳性 {quarantine.positives} 人,按入住后首次阳性采样日:2 天内 {quarantine.positives.community} 人,"
            "第 3 至 7 天 {quarantine.positives.indeterminate} 人,第 8 至 14 天 {quarantine.positives.probable} 人,"
            "第 15 天起 {quarantine.positives.definite} 人;是否为点内感染以流行病学调查结论为准。",
            "{quarantine.positives} positives were found; by day of the first positive sample: "
            "{quarantine.positives.community} by day 2, {quarantine.positives.indeterminate} on days 3 to 7, "
            "{quarantine.positives.probable} on days 8 to 14, {quarantine.positives.definite} from day 15. Whether "
            "any was acquired in a site is for the case investigation to say.",
        ),
        order=13, paragraph=2,
    ),
)  # fmt: skip
