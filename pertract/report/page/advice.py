"""Settings for the chosen configuration, and what in the application costs time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...units import format_duration
from .shell import safe

Document = Mapping[str, Any]


def advice(found: Document) -> str:
    """Return the section as HTML.

    Parameters
    ----------
    found
        ``advice`` of the document ``pertract/what-if/1``.
    """
    settings = "\n".join(map(_setting, (*found["settings"], *found["elastic"])))
    gain = ""
    if found["gain"] is not None:
        gain = (
            f"<p>What simulation found gains {-100 * found['gain']['change']:.1f} % of the time together.</p>"
        )
    items = "".join(
        f"<li><strong>{_change(finding['effect'])}</strong> {safe(finding['text'])}</li>"
        for finding in found["findings"]
    )
    findings = f"<h3>What costs time, and what changing it gains</h3><ul>{items}</ul>" if items else ""
    return f"""<p>For {safe(found["label"])}; time against the setting of the calibration run.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Settings"><table>
<thead><tr><th>setting</th><th>value</th><th>time</th><th class="left">why</th></tr></thead>
<tbody>{settings}</tbody></table></div>
{gain}{findings}
<h3>spark-defaults.conf</h3>
<pre tabindex="0">{safe(found["defaults"])}</pre>
<h3>spark-submit</h3>
<pre tabindex="0">{safe(found["submit"])}</pre>"""


def _setting(setting: Document) -> str:
    why = "; ".join(filter(None, ("found by simulation" if setting["tuned"] else "", setting["note"])))
    return (
        f"<tr><td><code>{safe(setting['key'])}</code></td><td>{safe(setting['value'])}</td>"
        f"<td>{_change(setting['effect'])}</td><td class='left wide'>{safe(why)}</td></tr>"
    )


def _change(effect: Document | None) -> str:
    if effect is None:
        return ""
    times = f"{format_duration(effect['without_s'])} to {format_duration(effect['with_s'])}"
    return f'<span title="{times}">{100 * effect["change"]:+.1f} %</span>'
