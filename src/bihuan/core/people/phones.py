"""Whether what was typed can be a telephone number, and the one way it is kept.

Numbering: ITU E.164 plans as `phonenumbers` (Google's libphonenumber) holds them; within the county's country also
mobile ranges given out since, and local numbers without their area code, as people say them.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

REGION = "CN"
_EXTENSION = re.compile(
    r"(?:[,，;；]?\s*(?:转|分机|ext\.?|#)\s*(\d{1,6})|(?<=\d{7})[-—–]\s*(\d{1,6}))\s*$", re.I
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_ALLOWED = re.compile(r"[\d+()\s.\-—–‑]+")


def split_extension(text: str) -> tuple[str, str]:
    """Return the number and its extension (0936-8215520转801 → 0936-8215520, 801), in ordinary width."""
    if _MOBILE.fullmatch(text):
        return text, ""
    folded = unicodedata.normalize("NFKC", text).strip()
    found = _EXTENSION.search(folded)
    if found is None or (
        found[2] and folded.startswith("1")
    ):  # 1381234-5520 is a mobile, written in two parts
        return folded, ""
    return folded[: found.start()].strip(), found[1] or found[2]


def kept_phone(text: str) -> str | None:
    """Return a number as it is kept: national digits, `+` and the country for others, 转 before an extension.

    None where no telephone has such a number.
    """
    number, extension = split_extension(text)
    if not _ALLOWED.fullmatch(number):
        return None
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return None
    digits = str(parsed.national_number)
    at_home = parsed.country_code == phonenumbers.country_code_for_region(REGION)
    if at_home and (_MOBILE.fullmatch(digits) or _LOCAL.fullmatch(digits)):
        kept = digits
    elif not phonenumbers.is_valid_number(parsed):
        return None
    elif at_home:
        kept = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        kept = re.sub(r"\D", "", kept)
    else:
        kept = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{kept}转{extension}" if extension else kept
