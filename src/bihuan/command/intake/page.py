"""What the page of a batch shows, put together from the batch, its files and one file's findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from bihuan.command.intake.words import STATES, kind_name
from bihuan.core.intake import findings
from bihuan.core.intake.models import Batch, SourceFile
from bihuan.core.intake.parcels import labels as parcel_labels
from bihuan.core.intake.register import Register
from bihuan.core.intake.runs import registers
from bihuan.core.spec.posts import ADMINISTRATOR, REGISTRAR
from bihuan.core.spec.text import Text
from bihuan.kit.language import language
from bihuan.kit.parts import Step
from bihuan.kit.wording import grouped

POSTS: Final = (REGISTRAR.code, ADMINISTRATOR.code)
"""Who hands in and takes in; the originals with whole names are given out to those who may reveal."""
MAY_DOWNLOAD: Final = (REGISTRAR.code,)
EXPLAINED: Final = 8
"""Problems explained on one page."""
TITLES: Final = (
    Text("上传", "Hand in"),
    Text("确认列", "Confirm columns"),
    Text("读取与核对", "Read and check"),
    Text("改正退回", "Correct"),
    Text("完成", "Done"),
)


@dataclass(slots=True)
class FileLine:
    """One file of the list: how it stands and what of it was accepted."""

    file: SourceFile
    status: str
    words: Text
    accepted: int
    rejected: int

    @property
    def name(self) -> str:
        """Return the file's own name."""
        return PurePosixPath(self.file.path).name


@dataclass(slots=True)
class Looked:
    """The file that is looked at: its columns and problems, one page of them."""

    line: FileLine
    found: dict[str, Any]
    problems: Sequence[dict[str, Any]]
    total: int
    at: int

    @property
    def more(self) -> bool:
        """Return whether there is a page after this one."""
        return self.at + EXPLAINED < self.total


def labels(register: Register[Any] | None, key: str) -> Text:
    """Return what a field is called; a numbered one with its number."""
    name, _, number = key.partition(":")
    found = register.field_named(name) if register else None
    if found is None:
        return Text(key, key)
    if number:
        return Text(found.zh.replace("n", number), re.sub(r"\bn\b", number, found.en))
    return Text(found.zh, found.en)


def said(one: dict[str, Any]) -> str:
    """Return a problem's words in the reader's language."""
    words: str = one["en"] if language() == "en" else one["zh"]
    return words


def lines(batch: Batch, files: Sequence[SourceFile]) -> list[FileLine]:
    """Return the batch's files as the list shows them."""
    return [_line(batch, file) for file in files]


def _line(batch: Batch, file: SourceFile) -> FileLine:
    counts = file.counts
    accepted, rejected = counts.get("accepted", 0), counts.get("rejected", 0)
    if batch.state == "reading":
        status, words = "idle", Text("等待", "Waiting")
    elif counts.get("unread"):
        status, words = "overdue", Text("没有读取", "Not read")
    elif counts.get("confirm"):
        status, words = "due", Text("待确认列", "Columns to confirm")
    elif rejected:
        status, words = "overdue", Text("有退回", "Some sent back")
    elif not file.register:
        status, words = "idle", Text("未识别，未处理", "Not recognised, left alone")
    else:
        status, words = "done", Text("全部接收", "All accepted")
    return FileLine(file, status, words, accepted, rejected)


def look_at(line: FileLine, kind: str, at: int) -> Looked | None:
    """Open one file's findings and take one page of its problems, those of one kind where asked."""
    file = SourceFile.objects.get(pk=line.file.pk)
    found = findings.opened(file)
    if found is None:
        return None
    by_key = {register.key: register for register in registers()}
    wanted = [p for p in found["problems"] if p["policy"] != "skip" and (not kind or p["kind"] == kind)]
    wanted.sort(key=lambda p: (p["policy"] != "reject", p["sheet"] or "", p["row"] or 0))
    at = max(0, min(at, len(wanted) - 1)) // EXPLAINED * EXPLAINED if wanted else 0
    shown = [_shown(one) for one in wanted[at : at + EXPLAINED]]
    if parcel := found.get("parcel"):
        parcel["title"], parcel["says"] = Text(*parcel["title"]), Text(*parcel["says"])
        parcel["label"] = parcel_labels().get(parcel["key"])
    for table in found["tables"]:
        _name(table, by_key[table["register"]])
    return Looked(line, found, shown, len(wanted), at)


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    letter = one["letters"][one["bad"]][0] if one.get("letters") and one.get("bad", -1) >= 0 else ""
    row = one["row"] or ""
    return {**one, "name": kind_name(one["kind"]), "words": said(one), "cell": f"{letter}{row}"}


def _name(table: dict[str, Any], register: Register[Any]) -> None:
    """Give a table's columns, and what its unknown headings may mean, their names."""
    table["name"] = Text(register.zh, register.en)
    table["named"] = [(heading, labels(register, key)) for _, heading, key in table["columns"]]
    mapped = {key.partition(":")[0] for *_, key in table["columns"]}
    free = [f for f in register.fields if f.key not in mapped and not f.family]
    table["asked"] = [
        {
            "letter": letter,
            "heading": heading,
            "options": sorted(
                ((f.key, Text(f.zh, f.en), round(100 * dict(suggestions).get(f.key, 0))) for f in free),
                key=lambda option: -option[2],
            ),
            "best": suggestions[0][0] if suggestions else "",
        }
        for letter, heading, suggestions in table["unknown"]
        if free
    ]
    table["lacking"] = [labels(register, key) for key in table["missing"]]


def steps(batch: Batch, files: Sequence[SourceFile]) -> list[Step]:
    """Return the five steps with where the batch stands."""
    rejected = (batch.result or {}).get("rows", {}).get("rejected", 0)
    unread = sum(bool(file.counts.get("unread")) for file in files)
    confirm = sum(file.counts.get("confirm", 0) for file in files)
    now = {"reading": 2, "checked": 1 if confirm else 3, "applying": 2, "failed": 2}.get(batch.state, 5)
    notes: list[Text | str] = [
        Text(f"{len(files)} 个工作簿", f"{len(files)} workbooks"),
        Text(f"{confirm} 张表待确认", f"{confirm} to confirm") if confirm else "",
        STATES[batch.state][1] if now == 2 else "",
        Text(f"{grouped(rejected)} 行", f"{grouped(rejected)} rows")
        if rejected
        else Text(f"{unread} 个文件没有读取", f"{unread} files not read")
        if unread
        else Text("没有退回", "none"),
        Text("出回执", "with receipt"),
    ]
    if batch.state == "reading":
        notes[1], notes[3] = "", ""
    when = ["was" if n < now else "now" if n == now else "" for n in range(5)]
    return [Step(text, w, note) for text, w, note in zip(TITLES, when, notes, strict=True)]


def progress(batch: Batch) -> dict[str, Any]:
    """Return how far the work is, in numbers that the bar and the chips show."""
    rows = (batch.result or {}).get("rows")
    told = batch.progress
    if batch.state in ("reading", "applying") or rows is None:
        accepted, rejected = told.get("accepted", 0), told.get("rejected", 0)
        of = max(told.get("rows", 0), accepted + rejected)
    else:
        accepted, rejected, of = rows["accepted"], rows["rejected"], rows["read"]
    done = accepted + rejected if batch.state in ("reading", "applying") else of
    width = max(of, 1)
    return {
        "accepted": accepted, "rejected": rejected, "of": of, "done": done, "waiting": max(of - done, 0),
        "ok": f"{100 * accepted / width:.1f}", "bad": f"{100 * rejected / width:.1f}",
        "percent": int(100 * done / width), "phase": told.get("phase", ""), "told": told,
    }  # fmt: skip


def bars(batch: Batch, policy: str) -> list[dict[str, Any]]:
    """Return the kinds of problems of one policy with their numbers, most first."""
    kinds: dict[str, int] = ((batch.result or {}).get("kinds") or {}).get(policy, {})
    return [
        {"key": key, "name": kind_name(key), "n": n}
        for key, n in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    ]


def reconciliation(batch: Batch, files: Sequence[SourceFile]) -> dict[str, Any]:
    """Hold the registers' own totals against the rows read and the rows accepted."""
    rows = (batch.result or {}).get("rows") or {}
    counted = {register.key for register in registers() if register.counted}
    own = [f for f in files if f.register in counted and f.counts.get("total") and f.counts.get("read")]
    off = [file for file in own if file.counts["total"] != file.counts["read"]]
    return {
        "own": sum(file.counts["total"] for file in own),
        "own_read": sum(file.counts["read"] for file in own),
        "with_total": len(own),
        "read": rows.get("read", 0),
        "accepted": rows.get("accepted", 0),
        "skipped": rows.get("skipped", 0),
        "rejected": rows.get("rejected", 0),
        "off": off[:5],
        "off_count": len(off),
    }


def title(files: Sequence[SourceFile]) -> Text:
    """Return what the batch is: its most frequent register, and how many workbooks."""
    names = {register.key: register for register in registers()}
    keys = [file.register for file in files if file.register]
    most = max(keys, key=keys.count) if keys else ""
    known = {key: Text(one.zh, one.en) for key, one in names.items()} | parcel_labels()
    what = known.get(most, Text("台账", "Registers"))
    return Text(f"{what.zh} · {len(files)} 个工作簿", f"{what.en} · {len(files)} workbooks")
