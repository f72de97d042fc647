"""Feeding back: a look at the form as it stands, sending it with its letter, taking the workbook out again."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.core.access.recording import record
from bihuan.core.papers import services
from bihuan.core.papers.models import Paper
from bihuan.core.people.masks import masked_identifier, masked_name
from bihuan.core.people.sealing import ErasedError
from bihuan.core.spec import Text
from bihuan.kit.language import said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.modules.directives import feedback_file, sending
from bihuan.modules.directives.views.reach import NAME, POSTS, WORKING, attachment, directive_of

LOOKED_AT = 30


@officer_page(*WORKING)
def look(request: OfficerRequest, directive_id: UUID) -> HttpResponseBase:
    """Show the form as it would go now, names masked, with what is missing and late."""
    directive = directive_of(request.actor, directive_id)
    made = sending.prepare(directive, LOOKED_AT)
    columns = feedback_file.headings(directive.form)
    rows = []
    for number, one in enumerate(made.told, 1):
        name, identifier = (*one.cells, "", "")[:2]
        values = {
            "sequence": number, "name": masked_name(name), "identifier": masked_identifier("".join(identifier.split())), "phone": "…",
            "address": "…", "method": one.method, "finding": one.finding, "at": one.at, "unit": one.unit,
        }  # fmt: skip
        rows.append([(name, values.get(name, "")) for name, _ in columns])
    record(
        "directives.feedback_looked_at",
        actor=request.actor,
        matter_id=directive.pk,
        payload={"rows": len(rows)},
    )
    context = {
        "crumbs": [Crumb(NAME, reverse("directives:directives")), Crumb(directive.reference, reverse("directives:directive", args=[directive_id])),
                   Crumb(Text("反馈", "Feedback"))],
        "directive": directive, "matter": directive.matter, "made": made, "columns": [heading for _, heading in columns], "rows": rows, "key": str(uuid4()),
        "sheet": directive.form.get("sheet") or feedback_file.SHEET, "own": bool(directive.form.get("feedback")), "most": LOOKED_AT,
        "sends": directive.matter.state in ("signed", "worked"),
    }  # fmt: skip
    return render(request, "directives/look.html", context)


@require_POST
@officer_page(*WORKING)
def feed_back(request: OfficerRequest, directive_id: UUID) -> HttpResponseBase:
    """Feed the directive back as it stands; pressed twice, it is fed back once."""
    directive_of(request.actor, directive_id)
    key = request.POST.get("key", "")[:64] or str(uuid4())
    done = sending.feed_back(
        directive_id, actor=request.actor, key=key, statement=request.POST.get("statement", "")[:2000]
    )
    words = (
        Text(f"已整份反馈:{done.answered:,} 人、{done.rows:,} 行;反馈表和反馈函在下方", f"Fed back as a whole: {done.answered:,} persons in {done.rows:,} rows; workbook and letter are below")
        if done.whole
        else Text(f"已反馈 {done.answered:,} 人,还有 {done.missing:,} 人未反馈", f"{done.answered:,} persons fed back; {done.missing:,} are still missing")
    )  # fmt: skip
    messages.success(request, said(words))
    return HttpResponseRedirect(reverse("directives:directive", args=[directive_id]) + "#feedback")


@officer_page(*WORKING)
def workbook(request: OfficerRequest, directive_id: UUID, sent_id: int) -> HttpResponseBase:
    """Give out a feedback's workbook as it was sent; the ledger keeps who took it."""
    directive = directive_of(request.actor, directive_id)
    sent = directive.sent.filter(pk=sent_id).first()
    if sent is None or sent.content is None:
        raise Http404
    sent.directive = directive
    try:
        content = sending.content(sent, actor=request.actor)
    except ErasedError as erased:
        raise Http404 from erased
    return attachment(content, sent.file_name, feedback_file.MEDIA)


@officer_page(*POSTS)
def paper(request: OfficerRequest, directive_id: UUID, paper_id: UUID) -> HttpResponseBase:
    """Give out the receipt or a letter; none of them names anybody."""
    directive_of(request.actor, directive_id)
    found = Paper.objects.filter(pk=paper_id, matter_id=directive_id, way=Paper.ISSUED).first()
    if found is None:
        raise Http404
    return attachment(services.read(found), services.file_name(found), services.PDF)
