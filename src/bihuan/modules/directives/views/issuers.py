"""The issuing bodies' office addresses, to which receipts and word of feedback go."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from bihuan.core.access.recording import record
from bihuan.core.spec import Text
from bihuan.kit.forms import KitRenderer
from bihuan.kit.language import lazily, said
from bihuan.kit.pages import OfficerRequest, officer_page
from bihuan.kit.parts import Crumb
from bihuan.modules.directives.models import Directive, Issuer
from bihuan.modules.directives.views.reach import NAME, WORKING


class IssuerForm(forms.Form):
    """An issuing body and its office mail address."""

    default_renderer = KitRenderer
    name = forms.CharField(
        label=lazily(Text("下发单位", "Issuing body")), max_length=120, widget=forms.TextInput(attrs={"class": "form-control", "list": "known"}),
        error_messages={"required": lazily(Text("请填写下发单位", "Enter the issuing body"))},
    )  # fmt: skip
    mail = forms.EmailField(
        label=lazily(Text("办公邮箱(留空即删除)", "Office mail (empty removes it)")), required=False,
        widget=forms.EmailInput(attrs={"class": "form-control"}),
        error_messages={"invalid": lazily(Text("这不是邮箱地址。例:zhb@example.cn", "This is no mail address. Example: desk@example.cn"))},
    )  # fmt: skip


@officer_page(*WORKING)
def issuers(request: OfficerRequest) -> HttpResponseBase:
    """Show and set the addresses. Messages there hold numbers only, nobody's name."""
    county = request.actor.jurisdiction
    form = IssuerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, mail = form.cleaned_data["name"].strip(), form.cleaned_data["mail"]
        if mail:
            Issuer.objects.update_or_create(jurisdiction=county, name=name, defaults={"mail": mail})
        else:
            Issuer.objects.filter(jurisdiction=county, name=name).delete()
        record("directives.issuer_address", actor=request.actor, payload={"issuer": name, "set": bool(mail)})
        messages.success(request, said(Text("已保存", "Saved")))
        return HttpResponseRedirect(reverse("directives:issuers"))
    known = Issuer.objects.filter(jurisdiction=county).order_by("name")
    named = (
        Directive.objects.filter(jurisdiction=county)
        .order_by("issuer")
        .values_list("issuer", flat=True)
        .distinct()
    )
    context = {
        "crumbs": [Crumb(NAME, reverse("directives:directives")), Crumb(Text("下发单位邮箱", "Issuing bodies' addresses"))],
        "form": form, "issuers": known, "named": [one for one in named if one not in {i.name for i in known}],
    }  # fmt: skip
    return render(
        request,
        "directives/issuers.html",
        context,
        status=422 if form.is_bound and not form.is_valid() else 200,
    )
