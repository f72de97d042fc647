"""The laws, judicial interpretations and protocols that deadlines cite, by the names used in declarations.

One place for a law's name in both languages; an article is cited as `CIVIL_PROCEDURE[126]`. `counting` says
whose rules on first day, last day and custody its periods follow.
"""

from __future__ import annotations

from typing import Final

from bihuan.core.spec.deadlines import LOCAL_RULE, Counting, Law

CIVIL_CODE: Final = Law("civil_code", "民法典", "Civil Code", Counting.CIVIL_CODE)
CIVIL_GENERAL: Final = Law(
    "civil_general", "民法总则", "General Provisions of Civil Law", Counting.CIVIL_CODE
)
CIVIL_PROCEDURE: Final = Law("civil_procedure", "民事诉讼法", "Civil Procedure Law", Counting.CIVIL)
CIVIL_INTERPRETATION: Final = Law(
    "civil_interpretation", "民诉法解释", "Interpretation of the Civil Procedure Law", Counting.CIVIL
)
FILING_RULES: Final = Law(
    "filing_rules", "登记立案规定", "Rules on Registration of Cases", Counting.CIVIL, "法释〔2015〕8号"
)
FEE_RULES: Final = Law(
    "fee_rules", "诉讼费用交纳办法", "Measures on Litigation Fees", Counting.CIVIL, "国务院令第481号"
)
ONLINE_LITIGATION: Final = Law(
    "online_litigation", "在线诉讼规则", "Online Litigation Rules", Counting.CIVIL, "法释〔2021〕12号"
)
ONLINE_MEDIATION: Final = Law(
    "online_mediation", "在线调解规则", "Online Mediation Rules", Counting.CIVIL, "法释〔2021〕23号"
)
ENFORCEMENT_RULES: Final = Law(
    "enforcement_rules", "执行工作规定", "Rules on Enforcement", Counting.CIVIL, "法释〔2020〕21号"
)
CRIMINAL_PROCEDURE: Final = Law(
    "criminal_procedure", "刑事诉讼法", "Criminal Procedure Law", Counting.CRIMINAL
)
PROCURATORATE_RULES: Final = Law(
    "procuratorate_rules",
    "人民检察院刑事诉讼规则",
    "Procuratorate Rules of Criminal Procedure",
    Counting.CRIMINAL,
    "高检发释字〔2019〕4号",
)
POLICE_CRIMINAL_RULES: Final = Law(
    "police_criminal_rules",
    "公安机关办理刑事案件程序规定",
    "Police Rules on Criminal Cases",
    Counting.CRIMINAL,
    "公安部令第159号",
)
POLICE_ADMINISTRATIVE_RULES: Final = Law(
    "police_administrative_rules",
    "公安机关办理行政案件程序规定",
    "Police Rules on Administrative Cases",
    Counting.POLICE,
    "公安部令第160号",
)
PUBLIC_SECURITY_PENALTIES: Final = Law(
    "public_security_penalties", "治安管理处罚法", "Public Security Penalties Law", Counting.POLICE
)
LEGAL_AID: Final = Law("legal_aid", "法律援助法", "Legal Aid Law", Counting.CIVIL_CODE)
NOTARISATION: Final = Law("notarisation", "公证法", "Notarisation Law", Counting.CIVIL_CODE)
RECONSIDERATION: Final = Law(
    "reconsideration", "行政复议法", "Administrative Reconsideration Law", Counting.RECONSIDERATION
)
HOLIDAY_MEASURES: Final = Law(
    "holiday_measures", "全国年节及纪念日放假办法", "Measures on Public Holidays", Counting.PLAIN
)
COVID_PROTOCOL: Final = Law(
    "covid_protocol", "新型冠状病毒肺炎防控方案", "COVID-19 Prevention and Control Protocol", Counting.PLAIN
)

LAWS: Final[dict[str, Law]] = {
    law.key: law
    for law in (
        CIVIL_CODE,
        CIVIL_GENERAL,
        CIVIL_PROCEDURE,
        CIVIL_INTERPRETATION,
        FILING_RULES,
        FEE_RULES,
        ONLINE_LITIGATION,
        ONLINE_MEDIATION,
        ENFORCEMENT_RULES,
        CRIMINAL_PROCEDURE,
        PROCURATORATE_RULES,
        POLICE_CRIMINAL_RULES,
        POLICE_ADMINISTRATIVE_RULES,
        PUBLIC_SECURITY_PENALTIES,
        LEGAL_AID,
        NOTARISATION,
        RECONSIDERATION,
        HOLIDAY_MEASURES,
        COVID_PROTOCOL,
        LOCAL_RULE.law,
    )
}
