"""Registering a directive by hand, signing for one that waits, attaching a list or feedback to one that is there."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bihuan.core.access.actors import Actor
from bihuan.core.matters.errors import NotDone
from bihuan.core.papers.errors import UploadRefused
from bihuan.core.papers.services import read_upload
from bihuan.core.spec import Text
from bihuan.kit.forms import KitRenderer
from bihuan.kit.language import lazily, said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.kit.refusals import notice_of
from bihuan.modules.directives import registering, signing
from bihuan.modules.directives.models import Issuer
from bihuan.modules.directives.payloads import Signed
from bihuan.modules.directives.planning import Plan
from bihuan.modules.directives.reading import Workbook
from bihuan.modules.directives.registering import Entered, KnownAlready, ListNotRead
from bihuan.modules.directives.telling import told
from bihuan.modules.directives.views.reach import NAME, WORKING, directive_of

KINDS = (("yes", lazily(Text("涉疫", "Epidemic-related"))), ("no", lazily(Text("其他", "Other"))))
ORDER = Text("反馈时限应晚于接收时间,请核对日期", "Feedback is due after the directive came: check the dates")
AHEAD = Text("接收时间还没有到,请核对日期", "It would have come ahead of now: check the date")


def _text(zh: str, en: str, most: int) -> forms.CharField:
    asked = lazily(Text(f"请填写“{zh}”", f"Enter: {en}"))
    return forms.CharField(
        label=lazily(Text(zh, en)), max_length=most, widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": asked},
    )  # fmt: skip


def _moment(zh: str, en: str, hint: Text) -> forms.DateTimeField:
    wrong = lazily(
        Text(f"“{zh}”要写日期和时间,例如 2026-10-08 17:30", f"{en}: date and time, as 2026-10-08 17:30")
    )
    attrs = {"class": "form-control bh-short", "type": "datetime-local"}
    return forms.DateTimeField(
        label=lazily(Text(zh, en)), help_text=lazily(hint), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs=attrs),
        error_messages={"required": wrong, "invalid": wrong},
    )  # fmt: skip


class RegisterForm(forms.Form):
    """What stands on a directive's cover; the list comes as a file."""

    default_renderer = KitRenderer
    reference = _text("指令编号", "Directive number", 60)
    issuer = _text("下发单位", "Issuing body", 120)
    subject = _text("指令主题", "Subject", 200)
    epidemic = forms.ChoiceField(
        label=lazily(Text("类别", "Kind")), choices=KINDS, widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        help_text=lazily(Text("涉疫的,名单逐人核查;其他的,只签收", "Epidemic-related lists are verified; others are signed for only")),
        error_messages={"required": lazily(Text("请选择类别", "Choose the kind"))},
    )  # fmt: skip
    received_at = _moment("接收时间", "Received at", Text("指令到达的时间", "When the directive came"))
    due_at = _moment("反馈时限", "Feedback due", Text("照指令写明的填写", "As the directive states it"))
    file = forms.FileField(
        label=lazily(Text("名单", "List")), required=False, widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
        help_text=lazily(Text(".xlsx .xls .csv,表头有姓名和证件号码即可;工作簿带封面的,也可以直接在“导入”里收",
                              ".xlsx, .xls or .csv with names and identifiers under a heading; a workbook with a cover can be imported instead")),
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """Hold the two times against each other and against now."""
        data = super().clean() or {}
        received, due = data.get("received_at"), data.get("due_at")
        if received and received > timezone.now():
            self.add_error("received_at", lazily(AHEAD))
        elif received and due and due <= received:
            self.add_error("due_at", lazily(ORDER))
        return data


@officer_page(*WORKING)
def register(request: OfficerRequest) -> HttpResponseBase:
    """Register a directive and sign for it; what was typed stays where it could not be done."""
    first = {"received_at": timezone.localtime().replace(second=0, microsecond=0)}
    form = RegisterForm(request.POST or None, request.FILES or None, initial=first)
    status, known = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            done = _register(form, request.actor)
        except (NotDone, UploadRefused) as error:
            status, known = _refuse(form, error)
        else:
            return _to(request, done)
    elif request.method == "POST":
        status = 422
    issuers = Issuer.objects.filter(jurisdiction=request.actor.jurisdiction).order_by("name")
    context = {
        "form": form, "known": known, "issuers": [one.name for one in issuers],
        "crumbs": [Crumb(NAME, reverse("directives:directives")), Crumb(Text("登记指令", "Register a directive"))],
    }  # fmt: skip
    return render(request, "directives/new.html", context, status=status)


def _register(form: RegisterForm, actor: Actor) -> Plan:
    data = form.cleaned_data
    book = _uploaded(data["file"])
    entered = Entered(
        " ".join(data["reference"].split()), data["issuer"].strip(), data["subject"].strip(), data["epidemic"] == "yes",
        data["received_at"], data["due_at"],
    )  # fmt: skip
    done = registering.register(entered, book, actor=actor)
    if not done.taken and done.known is not None:
        raise KnownAlready(done.known)
    return done


def _uploaded(file: object) -> Workbook | None:
    if not file:
        return None
    return registering.read_list(read_upload(file), str(getattr(file, "name", "list.xlsx")))  # type: ignore[arg-type]


def _refuse(form: RegisterForm, error: NotDone | UploadRefused) -> tuple[int, object]:
    if isinstance(error, NotDone):
        for line in error.lines:
            form.add_error("file" if isinstance(error, ListNotRead) else None, lazily(line))
        status = (
            422
            if isinstance(error, ListNotRead)
            else 409
            if isinstance(error, KnownAlready)
            else notice_of(error).status
        )
        return status, getattr(error, "directive", None)
    form.add_error("file", lazily(error.reason))
    return 422, None


def _to(request: OfficerRequest, done: Plan) -> HttpResponseRedirect:
    assert done.known is not None
    messages.success(request, said(told(done).says))
    for problem in (*done.book.problems, *done.problems):
        messages.warning(request, problem.message("en" if said(NAME) == NAME.en else "zh-hans"))
    return HttpResponseRedirect(reverse("directives:directive", args=[done.known.pk]))


@require_POST
@officer_page(*WORKING)
def sign(request: OfficerRequest, directive_id: UUID) -> HttpResponseBase:
    """Sign for a directive that came without anybody signing (through the API); twice is once."""
    directive = directive_of(request.actor, directive_id)
    if directive.matter.state == "received":
        signed = Signed(rows=0, listed=0, repeated=0, rejected=0)
        signing.sign_alone(directive, signed, actor=request.actor, key=request.POST.get("key", "")[:64])
        messages.success(request, said(Text("已签收,回执在下方", "Signed for; the receipt is below")))
    return HttpResponseRedirect(reverse("directives:directive", args=[directive_id]))


@require_POST
@officer_page(*WORKING)
def attach(request: OfficerRequest, directive_id: UUID) -> HttpResponseBase:
    """Take a list or feedback in for a directive that is there; the same file twice changes nothing."""
    directive = directive_of(request.actor, directive_id)
    back = HttpResponseRedirect(reverse("directives:directive", args=[directive_id]))
    try:
        book = _uploaded(request.FILES.get("file"))
        if book is None:
            messages.warning(
                request, said(Text("没有选择文件,什么也没有改", "No file was chosen; nothing was changed"))
            )
            return back
        done = registering.attach(directive, book, actor=request.actor)
    except (ListNotRead, UploadRefused) as error:
        messages.warning(request, said(error.text if isinstance(error, NotDone) else error.reason))
        return back
    return _to(request, done)
