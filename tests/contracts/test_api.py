"""The JSON API keeps what its description promises: invented requests of every shape bring no failure."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.middleware.csrf import _get_new_csrf_string
from hypothesis import HealthCheck, Phase
from hypothesis import settings as budget
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from bihuan.command.tests.conftest import County, populate

EXAMPLES = 12
load_all_checks()
# The description tells which payloads exist, not which fits the matter at hand: that is the engine's to refuse,
# so data the description permits may be refused, with the reason.
LEFT_OUT = {"positive_data_acceptance"}


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A small county, taken away after the module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield populate(people=16)
        transaction.set_rollback(True)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the test's connection between requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def signed_in(county: County, db: None, one_connection: None) -> dict[str, Any]:
    """What a page of a signed-in officer sends along."""
    client = county.client("site_manager")
    token = _get_new_csrf_string()
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    return {"cookies": {**cookies, settings.CSRF_COOKIE_NAME: token}, "headers": {"X-CSRFToken": token}}


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # no folder of collected static files in a test
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
for operation in (one for path in schema.raw_schema["paths"].values() for one in path.values()):
    operation.pop("security", None)  # every request here is signed in; strangers have a test of their own


@schema.parametrize()
@budget(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_promises(case: Case, signed_in: dict[str, Any]) -> None:
    """No failure, documented statuses, headers and shapes, for whatever is sent."""
    checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
    case.call_and_validate(checks=checks, **signed_in)


def test_every_step_is_described() -> None:
    """The description names the payload of each transition and each opening, in both languages."""
    from bihuan.api.app import openapi
    from bihuan.core.matters.registry import matter_types

    schemas = openapi()["components"]["schemas"]
    for code, kind in matter_types().items():
        for step in ("open", *(t.code for t in kind.transitions)):
            assert " / " in schemas[f"{code}.{step}"]["title"]
    assert "体温 ℃ / Temperature °C" in str(schemas["quarantine.stay.observe"])


def test_without_signing_in_nothing_is_told(county: County, db: None) -> None:
    """Every operation answers 401 to a stranger, with the reason in both languages."""
    from django.test import Client

    for address in ("/api/matters/", "/api/figures/", "/api/figures/quarantine.sites"):
        answer = Client().get(address)
        assert answer.status_code == 401 and "登录" in answer.json()["zh"]


def test_unseen_and_unknown_are_the_same(county: County, db: None) -> None:
    """A matter of another place is 404, as one that does not exist."""
    from uuid import uuid4

    from bihuan.core.matters.models import Matter

    client = county.client("site_manager")
    elsewhere = Matter.objects.filter(type="quarantine.stay", place=county.places[1]).first()
    assert elsewhere is not None
    theirs, nobodys = client.get(f"/api/matters/{elsewhere.id}"), client.get(f"/api/matters/{uuid4()}")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


@pytest.mark.parametrize(
    ("at", "why"), [("2096-01-01T00:00:00Z", "later than now"), ("2019-01-01T00:00:00Z", "before the matter")]
)
def test_nothing_happened_in_a_time_to_come_or_before_its_matter(
    county: County, db: None, at: str, why: str
) -> None:
    """The API keeps to the same clock as the page: 422 with the reason, and the matter stands as it stood."""
    import json

    from bihuan.core.matters.models import Matter

    stay = county.stay("observed")
    answer = county.client("site_manager").post(
        f"/api/matters/{stay.id}/steps/report_absence", json.dumps({"payload": {}, "occurred_at": at}),
        content_type="application/json", headers={"Idempotency-Key": "a-time-to-come"},
    )  # fmt: skip
    assert answer.status_code == 422 and why in answer.json()["en"], answer.content
    assert Matter.objects.get(pk=stay.id).version == stay.version


HOSTILE = [
    "\x00",
    "\ud800",
    "=1+1",
    "<script>",
    "x" * 5000,
    "٣",
    "2026-02-30",
    -1,
    2**70,
    1.5,
    None,
    [],
    {},
    True,
]


@pytest.mark.parametrize("post", ["site_manager", "quarantine_desk"])
def test_hostile_payloads_on_real_matters_are_refused_in_words(county: County, db: None, post: str) -> None:
    """Every step of a stay, with every hostile value in every field, ends in a documented status."""
    import json
    from uuid import uuid4

    from bihuan.core.matters.payloads import schema as payload_schema
    from bihuan.core.matters.registry import matter_type

    client, kind = county.client(post), matter_type("quarantine.stay")
    stay = county.stay("observed")
    for transition in kind.transitions:
        names = list(payload_schema(transition.payload).get("properties", {})) or ["none"]
        for number, value in enumerate(HOSTILE):
            body = {"payload": dict.fromkeys(names, value)}
            answer = client.post(
                f"/api/matters/{stay.id}/steps/{transition.code}", json.dumps(body),
                content_type="application/json", headers={"Idempotency-Key": f"{uuid4()}-{number}"},
            )  # fmt: skip
            assert answer.status_code in {200, 400, 403, 404, 409, 422}, (
                transition.code,
                value,
                answer.content,
            )
