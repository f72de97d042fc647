"""The template library of every face: both languages, icons, states, dates, figures. `{% load bihuan %}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from bihuan.core.clock.calendar import SHANGHAI
from bihuan.core.spec.text import Text
from bihuan.kit import dates, organs, wording
from bihuan.kit.frame import Frame
from bihuan.kit.frame import frame as frame_of
from bihuan.kit.language import language, said
from bihuan.kit.pictures import STATUS_ICONS, icon, mark

register = template.Library()


# ── language ──────────────────────────────────────────────────────────────
@register.simple_tag
def t(zh: str, en: str, **values: object) -> SafeString:
    """Write one of two texts: `{% t "还剩 {n} 项" "{n} left" n=count %}`; values are escaped."""
    words = conditional_escape(en if language() == "en" else zh)
    if not values:
        return words
    filled = {name: conditional_escape(said(value)) for name, value in values.items()}
    return mark_safe(words.format(**filled))  # noqa: S308 - both parts were escaped


@register.filter
def tr(value: object) -> str:
    """Write a `Text` (or a choice, a state, a `{"zh", "en"}` mapping) in the reader's language."""
    return said(value)


@register.simple_tag(takes_context=True)
def frame(context: Context) -> Frame:
    """Return what stands around the page: `{% frame as frame %}`; used by the base templates."""
    return frame_of(context.get("request"))


# ── pictures ──────────────────────────────────────────────────────────────
register.simple_tag(icon)
register.simple_tag(mark)


# ── states ────────────────────────────────────────────────────────────────
@register.simple_tag
def chip(status: str, zh: object, en: str = "") -> SafeString:
    """Write a state: icon, colour, word. `{% chip "paused" "已停止计时" "Clock stopped" %}` or a `Text`."""
    words = said(Text(str(zh), en)) if en else said(zh)
    return format_html('<span class="bh-chip bh-{}">{}{}</span>', status, icon(STATUS_ICONS[status]), words)


@register.simple_tag(takes_context=True)
def due(context: Context, moment: datetime | None, now: datetime | None = None) -> SafeString:
    """Write a deadline as a chip: 超期 7 天, 今天 17:30, 明天, 10月10日; nothing where there is none."""
    if moment is None:
        return SafeString("")
    stands = dates.due(moment, now or context.get("now") or timezone.now())
    return _due_chip(moment, stands)


@register.simple_tag(takes_context=True)
def left(context: Context, moment: datetime | None, now: datetime | None = None) -> SafeString:
    """Write what is left of a deadline as a chip: 还剩 7 小时 18 分."""
    if moment is None:
        return SafeString("")
    return _due_chip(moment, dates.left(moment, now or context.get("now") or timezone.now()))


def _due_chip(moment: datetime, stands: dates.Due) -> SafeString:
    return format_html(
        '<span class="bh-chip bh-{}">{}<time class="bh-num" datetime="{}" title="{}">{}</time></span>',
        stands.status,
        icon(STATUS_ICONS[stands.status]),
        moment.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        said(dates.long_moment(moment)),
        said(stands.text),
    )


@register.simple_tag
def seal(number: int | None, sealed: bool = True) -> SafeString:
    """Write the seal of a ledger entry: a rosette and its number, or that it waits for the next seal."""
    if sealed and number is not None:
        words = format_html('<span class="bh-num">#{}</span>', wording.spaced(number))
        label = said(Text("已封存", "Sealed"))
        return format_html(
            '<span class="bh-seal">{}{}</span>', icon("rosette-discount-check", label=label), words
        )
    words = format_html("{}", said(Text("待封存", "to be sealed")))
    return format_html('<span class="bh-seal wait">{}{}</span>', icon("clock"), words)


@register.simple_tag
def organ(value: Any, small: bool = False, name: bool = False) -> SafeString:
    """Draw an organ's badge; with `name=True` its name stands beside it, else the badge speaks it."""
    character, style = organs.badge(value.kind)
    words = said(Text(value.name_zh, value.name_en))
    classes = f"bh-organ {style}{' sm' if small else ''}"
    if name:
        return format_html('<span class="{}" aria-hidden="true">{}</span> {}', classes, character, words)
    return format_html(
        '<span class="{}" role="img" aria-label="{}" title="{}">{}</span>', classes, words, words, character
    )


# ── numbers and dates ─────────────────────────────────────────────────────
@register.filter
def number(value: int | Decimal | str | None) -> str:
    """Write a number with its thousands apart: 6,591; a dash for none, and for what is not there yet ("")."""
    return wording.grouped(None if isinstance(value, str) else value)


@register.simple_tag
def figure(value: int | Decimal | None, url: str = "", current: bool = False) -> SafeString:
    """Write a figure as the link to its records."""
    words = wording.grouped(value)
    if not url:
        return format_html('<b class="bh-num">{}</b>', words)
    here = mark_safe(' aria-current="true"') if current else ""
    return format_html('<a class="bh-fig bh-num" href="{}"{}>{}</a>', url, here, words)


@register.filter
def moment(value: datetime | None) -> str:
    """Write 10月8日 17:30 / 8 Oct 17:30, with the year where it is not this one; 24:00 ends a day."""
    return said(dates.moment(value, timezone.localdate())) if value else "—"


@register.filter
def long_moment(value: datetime | None) -> str:
    """Write 2026年10月8日 星期四 10:12."""
    return said(dates.long_moment(value)) if value else "—"


@register.filter
def day(value: date | datetime | None) -> str:
    """Write 10月8日 / 8 Oct, with the year where it is not this one."""
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return said(dates.day(value, timezone.localdate())) if value else "—"


@register.simple_tag(takes_context=True)
def ago(context: Context, value: datetime | None, now: datetime | None = None) -> SafeString:
    """Write 今天 08:31, 昨天 09:10 or the day, as a `<time>`."""
    if value is None:
        return SafeString("—")
    words = dates.relative(value, now or context.get("now") or timezone.now())
    exact = value.astimezone(SHANGHAI).isoformat(timespec="minutes")
    return format_html('<time class="bh-num" datetime="{}">{}</time>', exact, said(words))


# ── people ────────────────────────────────────────────────────────────────
@register.simple_tag
def person(masked: Any, details: bool = False) -> SafeString:
    """Write a person masked: 张*; with `details=True` also the identifier and the phone, as far as masked."""
    if masked is None:
        return SafeString("—")
    name = format_html("<b>{}</b>", masked.name or "—")
    if not details:
        return name
    rest = [part for part in (masked.identifier, masked.phone) if part]
    return format_html('{} <span class="bh-2nd bh-num">{}</span>', name, " · ".join(rest))


# ── parts ─────────────────────────────────────────────────────────────────
@register.simple_tag
def meter(value: float, most: float, zh: str, en: str, tone: str = "ok") -> SafeString:
    """Draw how much of a whole is done as a bar; the words say what it measures. `tone`: ok, bad or empty."""
    share = 0.0 if not most else max(0.0, min(100.0, 100.0 * value / most))
    return format_html(
        '<svg class="bh-meter" role="img" aria-label="{}{} / {}">'
        '<rect class="{}" width="{}%" height="100%"/></svg>',
        f"{en}: " if language() == "en" else f"{zh}：",
        wording.grouped(value),
        wording.grouped(most),
        tone,
        f"{share:.1f}",
    )


@register.inclusion_tag("kit/partials/ring.html")
def ring(done: int, total: int, zh: str, en: str) -> Mapping[str, object]:
    """Draw done of total as a ring with the numbers inside; zh and en are its spoken label."""
    around = 213.6
    share = around * (min(done, total) / total if total else 1)
    label = en if language() == "en" else zh
    return {"done": done, "total": total, "share": f"{share:.1f}", "around": around, "label": label}


@register.inclusion_tag("kit/partials/week.html")
def week(cells: list[tuple[object, int, bool]], zh: str, en: str) -> Mapping[str, object]:
    """Draw columns, one for (name, number, is it today): what falls due on the next seven days."""
    most = max((count for _, count, _ in cells), default=0) or 1
    bars = [(said(name), count, today, max(2, round(54 * count / most))) for name, count, today in cells]
    return {"bars": bars, "label": en if language() == "en" else zh}


@register.inclusion_tag("kit/partials/timeline.html")
def timeline(lines: Any) -> Mapping[str, object]:
    """Draw ledger lines (`parts.TimelineLine`), newest first."""
    return {"lines": lines}


@register.inclusion_tag("kit/partials/strip.html")
def strip(days: Any, label: object = "") -> Mapping[str, object]:
    """Draw the strip of days under a deadline: the cells of `core.clock.strip` or `parts.StripDay`s."""
    return {"days": [wording.cell(one) for one in days], "label": label}


@register.inclusion_tag("kit/partials/states.html")
def states(steps: Any) -> Mapping[str, object]:
    """Draw where a matter stands among its states (`parts.Step`)."""
    return {"steps": steps}


@register.inclusion_tag("kit/partials/empty.html")
def empty(content: Any) -> Mapping[str, object]:
    """Draw an empty page (`parts.Empty`): good news, what is next, three things to do."""
    return {"empty": content}


@register.inclusion_tag("kit/partials/table.html")
def table(content: Any) -> Mapping[str, object]:
    """Draw a plain table (`parts.Table`), which becomes cards on a phone."""
    return {"table": content}


@register.inclusion_tag("kit/partials/crumbs.html")
def crumbs(steps: Any) -> Mapping[str, object]:
    """Draw where the reader is (`parts.Crumb`s)."""
    return {"crumbs": steps}


@register.inclusion_tag("kit/partials/facts.html")
def facts(lines: Any) -> Mapping[str, object]:
    """Draw a definition list of (term, value) pairs, or of the `lines` of a deadline's explanation."""
    return {"lines": [(one["term"], one["text"]) if isinstance(one, Mapping) else one for one in lines]}


@register.inclusion_tag("kit/partials/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], name: str = "page") -> Mapping[str, object]:
    """Draw the pages of a list; the filters in the address are kept."""
    asked = context["request"].GET.copy()

    def address(number: int) -> str:
        asked[name] = str(number)
        return f"?{asked.urlencode()}"

    numbers = [
        {"number": one, "url": address(one), "current": one == page.number} if isinstance(one, int) else {}
        for one in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("kit/partials/error_summary.html")
def errors(*forms: BaseForm, told: Iterable[tuple[str, Any]] = ()) -> Mapping[str, object]:
    """Draw what is to be corrected, each a link to its box, in one list above the page's forms.

    `{{ form }}` has it already; a page of several forms draws it once and their fields by `fields.html`.
    `told` are the (box, words) that no form of the page knows.
    """
    problems = [*told, *(problem for form in forms for problem in _problems(form))]
    return {"problems": problems, "anchor": (forms[0].prefix if forms else "") or "form"}


def _problems(form: BaseForm) -> Iterator[tuple[str, Any]]:
    for name, words in form.errors.items():
        target = ""
        if name != NON_FIELD_ERRORS and not form[name].is_hidden:
            field = form[name]
            target = field.id_for_label or (f"{field.auto_id}_0" if field.use_fieldset else field.auto_id)
        yield from ((target, one) for one in words)
