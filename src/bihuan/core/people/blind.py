"""Looking up without reading: keyed hashes of identifiers, phones, names and name parts.

The keys are derived from `keys/blind`, outside the database; whoever holds a dump alone cannot try out names
or numbers. Equal values give equal hashes, which is what makes a look-up possible, and all that a dump tells.
"""

from __future__ import annotations

import hmac
from functools import cache, lru_cache
from hashlib import blake2b

from bihuan.core.people.keyfiles import blind_secret, derived_key
from bihuan.core.people.normal import normal_identifier, normal_name, normal_phone
from bihuan.core.people.pinyin import spellings

LENGTH = 16  # bytes kept of HMAC-SHA-256; 128 bits, so that no two of a province's values meet


@cache
def _keys() -> dict[str, bytes]:
    secret = blind_secret()
    return {
        use: derived_key(secret, f"blind {use}") for use in ("identifier", "phone", "name", "search", "link")
    }


def _blind(use: str, value: str) -> bytes:
    return hmac.digest(_keys()[use], value.encode(), "sha256")[:LENGTH]


def identifier_blind(text: str) -> bytes:
    """Return the keyed hash under which a person with this identifier is found."""
    return _blind("identifier", normal_identifier(text))


def phone_blind(text: str) -> bytes:
    """Return the keyed hash under which people with this telephone number are found."""
    return _blind("phone", normal_phone(text))


def name_blind(text: str) -> bytes:
    """Return the keyed hash under which people of exactly this name are found."""
    return _blind("name", normal_name(text))


@lru_cache(maxsize=65_536)
def token(part: str) -> int:
    """Return a name part's search token: 64 bits of a keyed hash, as PostgreSQL's signed bigint."""
    digest = blake2b(part.encode(), key=_keys()["search"], digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@lru_cache(maxsize=16_384)
def search_tokens(name: str) -> tuple[int, ...]:
    """Return the tokens a name is found by: characters, pairs of neighbours, pinyin in full and initials."""
    plain = normal_name(name)
    parts = set(plain) | {plain[i : i + 2] for i in range(len(plain) - 1)}
    return tuple(sorted({token(part) for part in parts | spellings(plain)}))


def query_tokens(text: str) -> list[int]:
    """Return the tokens that a name must all have to match what was typed (Chinese, pinyin or both)."""
    parts: set[str] = set()
    for word in text.split():
        plain = normal_name(word)
        if plain.isascii() or len(plain) == 1:
            parts.add(plain)
        else:
            parts |= {plain[i : i + 2] for i in range(len(plain) - 1)}
    return sorted(token(part) for part in parts if part)


SHORTEST = 14
"""Places an identifier must have for its ends to tell anything; passports are looked up whole only."""


def link_keys(name: str, identifier: str) -> tuple[int | None, int | None]:
    """Return the keys under which linking finds a person whose identifier has a mistake in one half.

    The last nine places alone (the year's end, day of birth, sequence, check digit), and the name with the first nine
    (area, the year's begin): a mistake is in one half, the other half is right. None where nothing is known.
    """
    number = normal_identifier(identifier)
    if len(number) < SHORTEST:
        return None, None
    plain = normal_name(name)
    return _link_key(number[-9:]), _link_key(f"{plain} {number[:9]}") if plain else None


def _link_key(text: str) -> int:
    digest = blake2b(text.encode(), key=_keys()["link"], digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def keyed_hash(use: str, text: str) -> bytes:
    """Return a keyed hash for another use (rows of registers): tells equal from different, nothing else."""
    return hmac.digest(_use_key(use), text.encode(), "sha256")[:LENGTH]


@cache
def _use_key(use: str) -> bytes:
    return derived_key(blind_secret(), f"blind use {use}")
