"""How a name may be typed in Latin letters: all readings of its characters, surnames as surnames are read."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

SURNAMES = {
    "单": "shan", "解": "xie", "曾": "zeng", "仇": "qiu", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "华": "hua", "朴": "piao", "尉": "wei", "员": "yun", "缪": "miao", "乐": "yue", "翟": "zhai", "覃": "qin",
    "晟": "cheng", "种": "chong", "折": "she", "黑": "he", "召": "shao", "繁": "po", "秘": "bi", "冼": "xian",
    "洗": "xian", "纪": "ji", "葛": "ge", "宁": "ning", "燕": "yan", "訾": "zi", "逄": "pang", "逯": "lu",
    "洪": "hong", "石": "shi", "应": "ying", "於": "yu", "牟": "mu", "费": "fei", "卜": "bu", "谌": "chen",
    "郇": "xun", "郗": "xi", "芮": "rui", "那": "na", "能": "nai", "哈": "ha", "过": "guo", "柏": "bai",
    "车": "che", "相": "xiang", "万": "wan", "俞": "yu", "谷": "gu", "褚": "chu", "隗": "wei", "瞿": "qu",
    "阚": "kan", "祭": "zhai", "乜": "nie", "佴": "nai", "睢": "sui", "妫": "gui", "莘": "shen", "殷": "yin",
}  # fmt: skip
"""Surnames whose reading differs from, or is only one of, the character's readings (姓氏异读)."""

COMPOUND_SURNAMES = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "令狐": ("ling", "hu"), "宰父": ("zai", "fu"), "皇甫": ("huang", "fu"),
    "欧阳": ("ou", "yang"), "上官": ("shang", "guan"), "司马": ("si", "ma"), "诸葛": ("zhu", "ge"),
    "东方": ("dong", "fang"), "司徒": ("si", "tu"), "慕容": ("mu", "rong"), "公孙": ("gong", "sun"),
    "夏侯": ("xia", "hou"), "轩辕": ("xuan", "yuan"), "宇文": ("yu", "wen"), "鲜于": ("xian", "yu"),
    "呼延": ("hu", "yan"), "端木": ("duan", "mu"), "独孤": ("du", "gu"), "南宫": ("nan", "gong"),
    "申屠": ("shen", "tu"), "太史": ("tai", "shi"), "拓跋": ("tuo", "ba"), "闻人": ("wen", "ren"),
    "赫连": ("he", "lian"), "钟离": ("zhong", "li"), "百里": ("bai", "li"), "西门": ("xi", "men"),
}  # fmt: skip
"""Surnames of two characters, with their reading as a surname."""

MOST = 12  # spellings of one name that are kept; names with more are rarer than one in ten thousand


@lru_cache(maxsize=16_384)
def readings(character: str) -> tuple[str, ...]:
    """Return all readings of a character without tones; itself where it has none (Latin letters)."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(_typed(reading) for reading in found[0])) if found else (character,)


def _typed(reading: str) -> str:
    """Return a reading as it is typed on a keyboard and printed in passports: ü is v."""
    return reading.replace("ü", "v")


def _syllables(name: str) -> list[tuple[str, ...]]:
    syllables = [readings(character) for character in name]
    compound = COMPOUND_SURNAMES.get(name[:2])
    if compound and len(name) > 2:
        return [(compound[0],), (compound[1],), *syllables[2:]]
    if name[:1] in SURNAMES:
        known = SURNAMES[name[0]]
        syllables[0] = (known, *(other for other in syllables[0] if other != known))
    return syllables


@lru_cache(maxsize=8192)
def spellings(name: str) -> frozenset[str]:
    """Return the ways to type a name: each syllable, the whole in full, the initials; for every reading.

    Latin names give their words as they are (they hold no syllables to combine).
    """
    if not name or name.isascii():
        return frozenset({name} if name else ())
    syllables = _syllables(name)
    parts = {reading for options in syllables for reading in options}
    for combination in islice(product(*syllables), MOST):
        parts.add("".join(combination))
        parts.add("".join(syllable[0] for syllable in combination))
    return frozenset(parts)
