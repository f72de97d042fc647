"""What people paste into an address or a search box: NUL, rare characters, other scripts, far too much."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from bihuan.command.tests.conftest import County

ODD = ["\x00", "张\x00三", "%00", "𠮷䶮", "古丽·买买提", "\u202e张三\u202c", "😀" * 50, "a" * 3000, "9" * 40]


@pytest.mark.parametrize("pasted", ODD)
@pytest.mark.parametrize(
    ("post", "address"),
    [
        ("quarantine_desk", "/?q={}"), ("quarantine_desk", "/search/?q={}"), ("quarantine_desk", "/sites/?street={}"),
        ("auditor", "/ledger/?kind={}&post={}"), ("auditor", "/ledger/?n={}&before={}"),
        ("reporter", "/report/at/?cutoff={}"), ("quarantine_desk", "/api/matters/?type=a"),
    ],
)  # fmt: skip
def test_odd_words_in_a_query_never_make_a_page_fail(
    county: County, post: str, address: str, pasted: str
) -> None:
    answer = county.client(post).get(address.replace("{}", quote(pasted, safe="")))
    assert answer.status_code in {200, 302, 400, 404, 422}


@pytest.mark.parametrize("address", ["/sites/%00/", "/sites/01%00/people/", "/worklist/%00/%00/%00/"])
def test_a_path_with_a_nul_is_refused_in_words(county: County, address: str) -> None:
    answer = county.client("quarantine_desk").get(address)
    assert answer.status_code == 400 and "这个请求无法处理" in answer.content.decode()


def test_a_name_pasted_with_a_nul_is_searched_without_it(county: County) -> None:
    answer = county.client("quarantine_desk").get("/search/?q=%E9%9A%94%00%E7%A6%BB")
    assert answer.status_code == 200 and 'value="隔离"' in answer.content.decode()
