"""The frame of every page: style, script and data inside, and a policy that lets nothing in or out."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import resources
from typing import Any

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def safe(value: object) -> str:
    """Return text for the content or the attributes of an element, whatever it holds.

    Examples
    --------
    >>> safe('</script> "a" & b')
    '&lt;/script&gt; &quot;a&quot; &amp; b'
    """
    return html.escape(_UNPRINTABLE.sub("\ufffd", str(value)))


def safe_json(data: Any) -> str:
    r"""Return JSON that can stand inside an element ``script``, which no name in it can end.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> safe_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def size_bytes(data: Any) -> int:
    """Return how much room data take in a page."""
    return len(safe_json(data))


def document(
    *,
    title: str,
    body: str,
    styles: Sequence[str],
    further_style: str = "",
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
) -> str:
    """Return a page.

    Parameters
    ----------
    title
        Plain text.
    body
        Elements, already safe.
    styles, scripts
        Names of files in the folders ``style`` and ``script``, in this order.
    further_style
        Of what is drawn elsewhere.
    data
        What scripts read from the element ``data``.
    """
    style = "\n".join(_file("style", name) for name in styles) + further_style
    script = "(() => {\n'use strict';\n" + "\n".join(_file("script", name) for name in scripts) + "\n})();\n"
    allowed = f"style-src {_digest(style)}"
    parts = [body]
    if data is not None:
        parts.append(f'<script type="application/json" id="data">{safe_json(data)}</script>')
    if scripts:
        allowed += f"; script-src {_digest(script)}; require-trusted-types-for 'script'"
        parts.append(f"<script>{script}</script>")
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    inner = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{safe(title)}</title>
<style>{style}</style>
</head>
<body>
{inner}
</body>
</html>
"""


def _file(folder: str, name: str) -> str:
    return resources.files(__package__).joinpath(folder, name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return how a policy names the one style or script that is allowed."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
