"""Organs, officers and appointments: set up by the administrator, every change in the ledger.

Officers are named in the ledger by their ids only. An administrator cannot give themselves a post that
reveals personal data: two people have to agree on that.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from bihuan.core.access.actors import Actor
from bihuan.core.access.errors import Denied
from bihuan.core.access.models import Appointment, Officer, Organ
from bihuan.core.access.recording import record
from bihuan.core.matters.registry import posts
from bihuan.core.places.models import Place
from bihuan.core.spec.posts import ADMINISTRATOR, PUBLIC, SYSTEM
from bihuan.core.spec.text import Text

LANGUAGES = ("zh-hans", "en")


def create_organ(
    code: str, kind: str, name_zh: str, name_en: str, *, actor: Actor, jurisdiction: str = ""
) -> Organ:
    """Set up an organ of the actor's jurisdiction. Raises Denied, also for a code in use."""
    _may(actor)
    if kind not in dict(Organ.KINDS):
        raise Denied(Text("没有这种机关类型", "There is no such kind of organ"))
    if not (code.strip() and name_zh.strip() and name_en.strip()):
        raise Denied(Text("请填写代码和中英文名称", "Give a code and a name in both languages"))
    where = jurisdiction or actor.jurisdiction
    try:
        with transaction.atomic():
            organ = Organ.objects.create(
                code=code, kind=kind, name_zh=name_zh, name_en=name_en, jurisdiction=where
            )
            payload = {"code": code, "kind": kind, "name_zh": name_zh, "name_en": name_en}
            record("access.organ_created", actor=actor, payload=payload)
    except IntegrityError as error:
        raise Denied(Text("该机关代码已被使用", "This organ code is in use")) from error
    return organ


def rename_organ(organ: Organ, name_zh: str, name_en: str, *, actor: Actor) -> None:
    """Give an organ other names; the ledger keeps both. Raises Denied."""
    _may(actor, organ.jurisdiction)
    if not (name_zh.strip() and name_en.strip()):
        raise Denied(Text("请填写中英文名称", "Give a name in both languages"))
    with transaction.atomic():
        payload = {"code": organ.code, "from": [organ.name_zh, organ.name_en], "to": [name_zh, name_en]}
        organ.name_zh, organ.name_en = name_zh, name_en
        organ.save(update_fields=["name_zh", "name_en"])
        record("access.organ_renamed", actor=actor, payload=payload)


def create_officer(username: str, password: str, name: str, *, actor: Actor) -> Officer:
    """Make an officer's account, which may do nothing until appointed.

    Raises Denied (also for a user name in use), django's ValidationError for a weak password.
    """
    _may(actor)
    candidate = Officer(username=username.strip(), name=name.strip())
    if not candidate.username or not candidate.name:
        raise Denied(Text("请填写用户名和姓名", "Give a user name and a name"))
    validate_password(password, candidate)
    try:
        with transaction.atomic():
            officer = Officer.objects.create_user(candidate.username, password, name=candidate.name)
            record("access.officer_created", actor=actor, payload={"officer": str(officer.id)})
    except IntegrityError as error:
        raise Denied(Text("该用户名已被使用", "This user name is in use")) from error
    return officer


def deactivate(officer: Officer, *, actor: Actor) -> None:
    """Close an officer's account and end all appointments; what they did stays theirs. Raises Denied."""
    _may(actor)
    now = timezone.now()
    with transaction.atomic():
        for appointment in officer.appointments.filter(until__isnull=True).select_related("organ"):
            end(appointment, actor=actor, at=now)
        officer.is_active = False
        officer.save(update_fields=["is_active"])
        record("access.officer_deactivated", actor=actor, payload={"officer": str(officer.id)}, at=now)


def set_password(officer: Officer, password: str, *, actor: Actor) -> None:
    """Give an officer another password: the administrator, or the officer. ValidationError for a weak one."""
    if actor.officer_id != officer.id:
        _may(actor)
    validate_password(password, officer)
    with transaction.atomic():
        officer.set_password(password)
        officer.save(update_fields=["password"])
        record("access.password_changed", actor=actor, payload={"officer": str(officer.id)})


def set_language(officer: Officer, language: str) -> None:
    """Keep the language an officer reads in (`zh-hans` or `en`); a preference, so not in the ledger."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    officer.language = language
    officer.save(update_fields=["language"])


def appoint(
    officer: Officer,
    organ: Organ,
    post: str,
    *,
    actor: Actor,
    place: Place | None = None,
    since: datetime | None = None,
) -> Appointment:
    """Appoint an officer to a post at an organ, from `since` (now) until ended.

    Raises Denied: unknown post, organ of another kind than the post's, a place missing or not asked for,
    an appointment that runs already, an administrator's own appointment to a post that reveals personal data.
    """
    _may(actor, organ.jurisdiction)
    _fits(post, organ, place, own=actor.officer_id == officer.id)
    start = since or timezone.now()
    try:
        with transaction.atomic():
            made = Appointment.objects.create(
                officer=officer, organ=organ, post=post, place=place, since=start
            )
            payload = {"officer": str(officer.id), "organ": organ.code, "post": post}
            place_id = place.id if place else None
            record("access.appointed", actor=actor, payload=payload, place_id=place_id, at=start)
    except IntegrityError as error:
        raise Denied(Text("该人员已任此岗位", "The officer holds this post already")) from error
    return made


def _fits(code: str, organ: Organ, place: Place | None, *, own: bool) -> None:
    post = posts().get(code)
    if post is None or code in {PUBLIC.code, SYSTEM.code}:
        raise Denied(Text("没有这个岗位", "There is no such post"))
    if post.organ != organ.kind:
        raise Denied(Text(f"“{post.zh}”不属于这类机关", f"“{post.en}” is not a post of this kind of organ"))
    if post.bound_to_place and place is None:
        raise Denied(Text(f"“{post.zh}”须指定地点", f"“{post.en}” needs a place"))
    if place is not None and (not post.bound_to_place or place.jurisdiction != organ.jurisdiction):
        raise Denied(Text(f"“{post.zh}”不能指定该地点", f"“{post.en}” cannot have this place"))
    if own and post.reveals:
        raise Denied(
            Text(
                "不能给自己任命可查看个人信息的岗位", "Nobody appoints themselves to a post that reveals data"
            )
        )


def end(appointment: Appointment, *, actor: Actor, at: datetime | None = None) -> None:
    """End an appointment at a moment (now); ended ones stay as they were. Raises Denied."""
    _may(actor, appointment.organ.jurisdiction)
    moment = at or timezone.now()
    with transaction.atomic():
        _leave_one_administrator(appointment)
        ended = Appointment.objects.filter(id=appointment.id, until__isnull=True).update(until=moment)
        if not ended:
            return
        payload = {
            "officer": str(appointment.officer_id), "organ": appointment.organ_id, "post": appointment.post,
        }  # fmt: skip
        place_id = appointment.place_id
        record("access.appointment_ended", actor=actor, payload=payload, place_id=place_id, at=moment)
    appointment.until = moment


def _leave_one_administrator(appointment: Appointment) -> None:
    """Refuse to end the last administrator's appointment: then nobody could appoint anybody any more.

    Two administrators who end each other at the same moment wait here, and the second is refused.
    """
    if appointment.post != ADMINISTRATOR.code:
        return
    serving = Appointment.objects.select_for_update(of=("self",)).filter(
        post=ADMINISTRATOR.code, until__isnull=True, organ__jurisdiction=appointment.organ.jurisdiction,
        officer__is_active=True,
    )  # fmt: skip
    if not any(one.id != appointment.id for one in serving.order_by("id")):
        raise Denied(
            Text(
                "这是本县唯一的系统管理员，不能结束：请先任命另一位系统管理员",
                "This is the county's only administrator: appoint another one first",
            )
        )


def _may(actor: Actor, jurisdiction: str | None = None) -> None:
    if actor.post not in {ADMINISTRATOR.code, SYSTEM.code}:
        raise Denied
    if jurisdiction is not None and jurisdiction != actor.jurisdiction:
        raise Denied
