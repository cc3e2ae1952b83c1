"""Colours and letters of the drawing, light and dark; no reader needs to support variables."""

STYLE = """
text { font: 12px system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: #1c2733; }
.page { fill: #fff; }
.in-job { fill: #f3f6fa; }
.title { font-size: 17px; font-weight: 600; }
.head { font-weight: 600; }
.muted, .note { fill: #5d6b79; font-size: 11px; }
.data { fill: #0b5394; font-size: 11px; }
.job { fill: #f3f6fa; stroke: #b4c0cc; }
.repeat { fill: none; stroke: #8796a5; stroke-dasharray: 5 4; }
.stage { fill: #fff; stroke: #6d7e8f; }
.delay { fill: #fbf3df; stroke: #c9a958; }
.track { fill: #e6ebf0; }
.cpu { fill: #2a78b8; }
.gc { fill: #8a5aa8; }
.drive { fill: #d98b1d; }
.network { fill: #23936b; }
.waiting { fill: #9aa7b4; }
.count { fill: #33475b; }
.counted { fill: #fff; font-size: 11px; font-weight: 600; }
.line { fill: none; stroke: #8796a5; stroke-width: 1.2; }
.flow { stroke: #2f5d86; stroke-width: 1.7; }
.far { stroke-dasharray: 6 3; }
.tip { fill: #8796a5; }
.tip.flow { fill: #2f5d86; stroke: none; }
.label { font-size: 11px; fill: #2f5d86; }
.halo { stroke: #fff; stroke-width: 4px; paint-order: stroke; }
.job-halo { stroke: #f3f6fa; stroke-width: 4px; paint-order: stroke; }
@media (prefers-color-scheme: dark) {
text { fill: #e1e8ee; }
.page { fill: #12181f; }
.in-job { fill: #1a222b; }
.muted, .note { fill: #9fadba; }
.data { fill: #8cc4f5; }
.job { fill: #1a222b; stroke: #45525f; }
.repeat { stroke: #6b7a88; }
.stage { fill: #232e39; stroke: #7d8e9e; }
.delay { fill: #3a3118; stroke: #94793a; }
.track { fill: #394653; }
.cpu { fill: #5aa9e6; }
.gc { fill: #b78ad3; }
.drive { fill: #e8a94d; }
.network { fill: #4fc299; }
.waiting { fill: #7f8d9a; }
.count { fill: #c8d3dd; }
.counted { fill: #12181f; }
.line { stroke: #7d8e9e; }
.flow { stroke: #7db7e8; }
.tip { fill: #7d8e9e; }
.tip.flow { fill: #7db7e8; }
.label { fill: #9fd0f7; }
.halo { stroke: #12181f; }
.job-halo { stroke: #1a222b; }
}
"""
