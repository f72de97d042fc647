"""Files for the tests of reading: sound ones, and the ways in which they arrive broken."""

import base64
import io
import zipfile
import zlib
from pathlib import Path

import xlsxwriter

OLD_WORKBOOK = (
    "c-rk)OGs2v82-+kJL8P_7)=8WM1-t-fK!Wdq1S?P)%XPMfu+ts;gg|_6=j*Lum{niXd~z%0;^4Cw#bdR2#j0=L7=s4Q()Obz5V|`_YR"
    "{GI8cUhzsvd0|2pSC_x|@h?tL?xF+cn?cLD2A2^UsPA3Sk7Ma5?eevsWXnYC*#71P0%g3n8d^tdsZ`Z|eo$oXD?h9~+IQQ#w$ljudTr#q"
    "a#i8v%<XjMFh3Ze=RNRx&f8C9mxcA?vZJ{HfHLaRhGB(#Ej=hbn{8o{Ci)?3`H6^Jbj-0!%wc`up(vN6MN@#R}8>g&eA$l2D;EoR8mQ!oN"
    "bXmz+d9AP;fqeuq&2&G+JrJ>L~vMAXj_-5t<i}tL3mG9^`SFb?&A8YkVztMXsiR<-uG#%)Nd0HmPAg#+yI$L!0BG}ycrJ-<W8J(PZDdcm"
    "rWvPLxxnrq~I@F^ZE5WJjqA}W*8c4&<E?g|GCpKJHQ}aE%c$e78zKLFD$?r_#?O-NQUS1X`+Z&*Y>Hv}bWSc%Q+RkyJ%Zh)^vXUy(Ern<Z"
    ">B48or1R5#EkFGF_GnwJaY{7(vXw+PoSl4sFmZ)jP~$YQXhON`BH@dLUX@;V2%jr7i)IAXg|*ohb7Vk#u8Fmf;_MU58N1^6-NX-mu6v$0"
    "_{rEq{8;tE`K+;b#xM$K0}N4nz6MaDO4R*(j0wZ8m9;p15SsJLLgm%`*4RyJS53!?<OcLS7*UCzj*3Z|^{k?jizHV}(n-=|lA9!VO!AQAv"
    "7)MVQ7>u9qKkU4zmlj)F^QvcCZe7kby~M=9Mu=Ix#_N3#_7pw9+Eg}rIv|jlBTM-BSbPBIB?*=fddB)9Q;!#>oDz-gCykW=&_F0{9k8<%B"
    "u65<iABddgwYwAC-sEO?3o)3B5nt;Z}BEYJ+X;|AmYuiXK4++GHFZ3BSMev8CegXTuHse{KpT8h<sBasK7_KLK~y^qc"
)
"""One .xls (BIFF8) sheet 人员台账 with a heading and one row of an invented person, compressed."""


def old_workbook() -> bytes:
    """The bytes of the .xls."""
    return zlib.decompress(base64.b85decode(OLD_WORKBOOK))


def workbook(*rows: list[object], name: str = "人员台账", **options: object) -> bytes:
    """The bytes of an .xlsx with one sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, **options}) as book:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    page.write(number, column, value)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes, *, drop: str = "") -> bytes:
    """The same workbook with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in (name, drop):
                new.writestr(item, old.read(item.filename))
        new.writestr(name, content)
    return out.getvalue()


def sheet_xml(cells: str) -> bytes:
    """A worksheet part that holds these rows."""
    head = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    return f"{head}<sheetData>{cells}</sheetData></worksheet>".encode()


def put(folder: Path, name: str, data: bytes | str) -> Path:
    """Write a file into the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
