"""A dump of the database alone shows nobody: not in clear, not in hex, not in base64, not escaped."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bihuan.core.access.posts import REGISTRAR
from bihuan.core.access.recording import record
from bihuan.core.access.tests.errands import CLERK, COUNTY, acting, matter
from bihuan.core.people.blind import identifier_blind
from bihuan.core.people.holds import place_hold
from bihuan.core.people.identity import Identity
from bihuan.core.people.models import Person
from bihuan.core.people.people import register_many, update_identity
from bihuan.core.people.reveal import reveal
from bihuan.core.people.sealing import seal

GIVEN = ("晓岚", "国荃", "娜娜", "依古丽", "建华", "秀英")
PEOPLE = [
    Identity(
        f"{surname}{given}",
        "resident",
        f"6222231990{month:02d}{day:02d}{number:03d}X",
        f"1381234{number:04d}",
        f"青禾县{surname}家墩镇{given}村{number}号",
    )
    for number, (surname, given, month, day) in enumerate(
        (s, g, m, d) for s in ("张", "欧阳", "买买提·阿") for g in GIVEN for m, d in ((3, 7), (11, 28))
    )
]


def spellings(secret: str) -> list[bytes]:
    """Return the byte strings under which a dump could hold a text."""
    raw = secret.encode()
    encoded = [raw, secret.encode("gb18030"), raw.hex().encode(), raw.hex().upper().encode()]
    encoded += [json.dumps(secret).strip('"').encode(), secret.encode("utf-16-le"), raw[::-1]]
    for shift in range(3):  # base64 of a text inside another looks different for each offset
        whole = base64.b64encode(b"\0" * shift + raw)
        encoded.append(whole[4 if shift else 0 : -4])
    return [spelling for spelling in encoded if len(spelling) >= 6]


def dumped() -> bytes:
    from bihuan.adapters.postgres.address import libpq_environment
    from bihuan.adapters.postgres.programs import dump_program

    program = dump_program("pg_dump", connection.pg_version // 10_000)
    assert program is not None
    database = {**settings.DATABASES["default"], "NAME": connection.settings_dict["NAME"]}
    done = subprocess.run([str(program)], env=libpq_environment(database), capture_output=True, check=True)
    return done.stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("errands")
def test_a_dump_searched_for_any_name_identifier_phone_or_address_finds_none() -> None:
    ids = register_many(PEOPLE, COUNTY)
    clerk, registrar = acting(CLERK), acting(REGISTRAR, "committee")
    errand = matter(person_id=ids[0])
    reveal(ids[0], ["name", "phone"], "contact", errand.id, clerk)
    correction = Identity(name="诸葛孔暗", phone="13987654321")
    update_identity(ids[1], correction, actor=registrar, reason="诸葛孔暗本人来电更正")
    place_hold(
        Person.objects.get(id=ids[2]), basis="民事诉讼法 第67条", reason=f"{PEOPLE[2].name}诉讼未结",
        until=timezone.now() + timedelta(days=9), actor=registrar,
    )  # fmt: skip
    words = seal(ids[3], "errands", {"words": f"我是{PEOPLE[3].name}"})
    record("errands.errand.report", actor=clerk, payload={"fever": True}, person_id=ids[3], sealed=words)
    dump = dumped()
    assert identifier_blind(PEOPLE[0].identifier or "").hex().encode() in dump  # the search would find a text
    for identity in (*PEOPLE, correction):
        for secret in (identity.name, identity.identifier, identity.phone, identity.address):
            for spelling in spellings(secret or ""):
                assert spelling not in dump, secret


def test_the_search_for_spellings_would_find_them() -> None:
    secret = "张晓岚"
    text = f"前{secret}后".encode()
    for hidden in (text, text.hex().encode(), base64.b64encode(b"x" + text), base64.b64encode(b"xy" + text)):
        assert any(spelling in hidden for spelling in spellings(secret)), hidden
