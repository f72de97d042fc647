"""An invented county's report, as large as a real one: six sections, thirty figures."""

from __future__ import annotations

from datetime import UTC, datetime

from bihuan.command.report.document import AnnexRow, Number, ReportDocument, Seal, Section, Sentence
from bihuan.core.spec.text import Text

UNITS = {
    "个": Text("个", "sites"), "人": Text("人", "persons"), "人次": Text("人次", "times"), "件": Text("件", "items"),
    "处": Text("处", "posts"), "条": Text("条", "items"), "起": Text("起", "cases"), "辆次": Text("辆次", "vehicles"),
}  # fmt: skip
FIGURES: dict[str, tuple[str, str, int, str]] = {
    "quarantine.sites": ("集中隔离医学观察点", "Quarantine sites", 47, "个"),
    "quarantine.persons_present": ("在隔人员", "Persons present", 6208, "人"),
    "quarantine.persons_released": ("当日解除隔离", "Released today", 201, "人"),
    "quarantine.persons_admitted": ("当日入住", "Admitted today", 37, "人"),
    "quarantine.positives": ("隔离期间阳性", "Positives while observed", 12, "人"),
    "quarantine.positives.community": ("阳性：第2天及以前", "Positives: day 2 or before", 9, "人"),
    "quarantine.positives.indeterminate": ("阳性：第3至7天", "Positives: days 3 to 7", 2, "人"),
    "quarantine.positives.probable": ("阳性：第8至14天", "Positives: days 8 to 14", 1, "人"),
    "quarantine.items_due": ("应做观察项", "Observations due", 12416, "条"),
    "quarantine.items_done": ("已做观察项", "Observations done", 12398, "条"),
    "quarantine.items_overdue": ("逾期观察项", "Observations overdue", 18, "条"),
    "testing.points": ("核酸采样点", "Test points", 64, "个"),
    "testing.officers": ("下沉包联干警", "Officers paired with points", 118, "人"),
    "checkpoints.points": ("交通检疫点", "Traffic checkpoints", 12, "个"),
    "duty.posts": ("执勤点", "Duty posts", 38, "处"),
    "checkpoints.passages": ("登记通行", "Passages recorded", 21406, "辆次"),
    "checkpoints.turned_back": ("劝返", "Turned back", 317, "辆次"),
    "incidents.calls": ("涉疫警情", "Epidemic calls", 96, "起"),
    "incidents.cases": ("立案", "Cases opened", 6, "起"),
    "incidents.persons": ("涉案人员", "Persons in cases", 9, "人"),
    "hazards.disputes": ("调处矛盾纠纷", "Disputes settled", 42, "件"),
    "filing.registered_online": ("网上立案", "Filed online", 19, "件"),
    "filing.cross_region": ("跨域立案", "Cross-region filings", 1, "件"),
    "hearings.closed": ("远程开庭结案", "Closed in remote hearings", 23, "件"),
    "mediation.settled": ("在线调解", "Mediated online", 16, "件"),
    "hotlines.calls": ("热线接听", "Hotline calls", 241, "人次"),
    "alerts.checked": ("核查涉疫数据", "Epidemic data verified", 112306, "条"),
    "alerts.signed": ("签收推送预警", "Alerts signed for", 90412, "条"),
    "alerts.by_phone": ("电话核查", "Verified by phone", 2391, "人次"),
    "alerts.by_record": ("技术核查", "Verified by record", 2902, "人次"),
    "alerts.in_person": ("主动核查", "Verified in person", 1744, "人次"),
}
SECTIONS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("疫情防控一线", "On the front line", [
        ("截至10月8日8时，全县{sites}个集中隔离医学观察点在隔{persons_present}人，当日解除{persons_released}人、入住"
         "{persons_admitted}人。",
         "At 08:00 on 8 October, {sites} quarantine sites in the county held {persons_present} persons;"
         " {persons_released} were released and {persons_admitted} admitted during the day."),
        ("隔离期间检出阳性{positives}人，其中第2天及以前{community}人、第3至7天{indeterminate}人、第8至14天{probable}人，"
         "均已转运。应做观察{items_due}项次，已做{items_done}项次，逾期{items_overdue}项次。",
         "Of the persons observed {positives} tested positive: {community} by day 2, {indeterminate} on days 3 to 7,"
         " {probable} on days 8 to 14; all were transferred. {items_due} observations were due, {items_done} done,"
         " {items_overdue} overdue."),
        ("{testing.points}个核酸采样点由{officers}名法院干警下沉包联。设交通检疫点{checkpoints.points}个、执勤点{duty.posts}处，"
         "登记通行{passages}辆次，劝返{turned_back}辆次。",
         "{testing.points} test points are paired with {officers} court officers. {checkpoints.points} traffic"
         " checkpoints and {duty.posts} duty posts recorded {passages} passages and turned {turned_back} back."),
    ]),
    ("依法办理涉疫案件", "Cases handled under the law", [
        ("公安机关接处涉疫警情{calls}起，立案{cases}起{incidents.persons}人；调处矛盾纠纷{disputes}件。",
         "The police answered {calls} epidemic calls and opened {cases} cases against {incidents.persons} persons;"
         " {disputes} disputes were settled."),
    ]),
    ("线上诉讼服务", "Litigation online", [
        ("县法院网上立案{registered_online}件，跨域立案{cross_region}件，远程开庭结案{closed}件，在线调解{settled}件，"
         "12368与执行热线接听{hotlines.calls}人次。",
         "The county court filed {registered_online} cases online and {cross_region} across regions, closed {closed}"
         " in remote hearings, mediated {settled} online, and answered {hotlines.calls} hotline calls."),
    ]),
    ("核查与指令", "Verification and directives", [
        ("核查涉疫数据{checked}条，其中签收推送预警{signed}条，电话核查{by_phone}人次、技术核查{by_record}人次、"
         "主动核查{in_person}人次。",
         "{checked} items of epidemic data were verified: {signed} alerts signed for, {by_phone} by phone, {by_record}"
         " by record and {in_person} in person."),
    ]),
]  # fmt: skip


def number(key: str) -> Number:
    """Return a figure as a number in a sentence."""
    _, _, value, unit = FIGURES[key]
    return Number(value, key, UNITS[unit], f"figure-{key}")


def _named() -> dict[str, Number]:
    names: dict[str, Number] = {}
    for key in FIGURES:
        names.setdefault(key.rpartition(".")[2], number(key))
        names[key] = number(key)
    return names


def report(*, issued: bool = True, sealed: bool = True) -> ReportDocument:
    """Return issue 18 of the invented county's report."""
    names = _named()
    at = datetime(2026, 10, 8, 1, 30, tzinfo=UTC)
    return ReportDocument(
        county=Text("青禾县", "Qinghe County"),
        banner=Text("青禾县疫情防控日报", "Qinghe County Epidemic Control Daily"),
        title=Text("全县政法机关疫情防控工作情况", "Epidemic control by the county's political-legal organs"),
        number="青政法防控〔2026〕18号",
        issue=18,
        issuer=Text(
            "中共青禾县委政法委员会办公室", "Office of the Political-Legal Committee of Qinghe County"
        ),
        cut_off=datetime(2026, 10, 8, 0, 0, tzinfo=UTC),
        known_at=at,
        issued_at=datetime(2026, 10, 8, 2, 0, tzinfo=UTC) if issued else None,
        sections=tuple(
            Section(Text(zh, en), tuple((Sentence.of(Text(*pair), names),) for pair in paragraphs))
            for zh, en, paragraphs in SECTIONS
        ),
        annex=tuple(_row(key) for key in FIGURES),
        seal=Seal(91188, "9f86d081884c7d659a2feaa0c55ad015" * 2, at) if sealed else Seal(),
        reported_to=Text(
            "县委、县政府，市委政法委", "the County Committee and Government; the city's committee"
        ),
        copied_to=Text(
            "县法院、县检察院、县公安局、县司法局、县卫生健康局",
            "the court, procuratorate, police, justice bureau and health authority of the county",
        ),
    )


def _row(key: str) -> AnnexRow:
    zh, en, value, unit = FIGURES[key]
    remark = None
    if key == "alerts.checked":
        remark = Text(
            "四个分项合计97,449，少14,857：未登记核查方式",
            "The parts add up to 97,449, 14,857 short: no way recorded",
        )
    definition = Text(
        f"截止时刻之前发生、已知时刻之前登记的{zh}，按编号去重，撤销和更正掉的不计。",
        f"{en} that happened before the cut-off and were recorded by known-at, each counted once; withdrawn or"
        " corrected ones are left out.",
    )
    return AnnexRow(f"figure-{key}", key, Text(zh, en), value, UNITS[unit], definition, 2, value, remark)
