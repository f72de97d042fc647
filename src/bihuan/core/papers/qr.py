"""QR codes (ISO/IEC 18004) as SVG: for Typst on paper slips, and inline on pages; black on white, never a
picture file.
"""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4  # modules of white around, as the standard asks


def svg(text: str) -> str:
    """Return a QR code of `text` as an SVG that scales; 15 % of it may be dirty or creased.

    Raises ValueError where the text is too long for a code that a phone reads from paper (600 characters).
    """
    if not text or len(text) > 600:
        raise ValueError(f"a QR code of {len(text)} characters")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    side = len(modules) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )
