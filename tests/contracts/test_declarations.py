"""What every declaration promises, asked of all of them: default deny, both languages, a way to close."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from bihuan.core.access.actors import Actor
from bihuan.core.matters.checks import problems
from bihuan.core.matters.registry import figures, matter_types, posts
from bihuan.core.matters.steps import permitted
from bihuan.core.spec import PUBLIC
from bihuan.core.spec.matters import MatterType, Transition
from bihuan.core.spec.payload import fields_of

KINDS = matter_types()
STEPS = [(kind, step) for kind in KINDS.values() for step in kind.transitions]


def ident(value: Any) -> str:
    """Name a case after what it is about."""
    return str(getattr(value, "code", value))


@pytest.mark.parametrize("kind", KINDS.values(), ids=ident)
def test_a_declaration_keeps_its_promises(kind: MatterType[Any]) -> None:
    assert list(problems(kind)) == []


@pytest.mark.parametrize(("kind", "step"), STEPS, ids=ident)
def test_a_step_is_refused_to_every_post_that_is_not_named(
    kind: MatterType[Any], step: Transition[Any]
) -> None:
    place = uuid4()
    named = {post.code for post in step.posts}

    for post in posts().values():
        actor = Actor(None, post.code, None, "620799", (place,), "")
        wanted = post.code in named and post is not PUBLIC  # the public has to be the person concerned, too
        assert permitted(actor, step.posts, place) is wanted, f"{kind.code} {post.code}"


@pytest.mark.parametrize(("kind", "step"), STEPS, ids=ident)
def test_what_a_step_asks_for_is_labelled_in_both_languages(
    kind: MatterType[Any], step: Transition[Any]
) -> None:
    for asked in fields_of(step.payload):
        label = asked.metadata["label"]
        assert label.zh and label.en, f"{kind.code}.{step.code}.{asked.name}"


@pytest.mark.parametrize("figure", figures().values(), ids=lambda f: f.key)
def test_a_figure_is_defined_in_words_and_opens_to_entries(figure: Any) -> None:
    assert figure.means.zh and figure.means.en
    assert "entry_id" in figure.rows.sql
