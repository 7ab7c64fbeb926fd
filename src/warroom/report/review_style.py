"""The style sheet of the review's page. It is the only one that the page's own policy lets in."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d232a; --paper: #fcfbf8; --raised: #efede7; --line: #cdcec9;
  --quiet: #59636e; --ok: #1b6e45; --warn: #875800; --fail: #b3241c; --unsure: #6338ad; --accent: #0a5aad;
  --fill: #46607a; --alarm: #fbe9e6; --limit: #868e95; --hatch: #6338ad; }
@media (prefers-color-scheme: dark) { :root { --ink: #d8dee5; --paper: #10141a; --raised: #191f26; --line: #36404b;
  --quiet: #8f9aa7; --ok: #7fc8a0; --warn: #e9b65f; --fail: #ff8f7f; --unsure: #c0a8f5; --accent: #7db9ff;
  --fill: #94abc2; --alarm: #2a1a1c; --limit: #586470; --hatch: #c0a8f5; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif;
  -webkit-text-size-adjust: 100%; }
body { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .6rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p { margin: .4rem 0; max-width: 62rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; margin: 1rem 0; font-size: .93rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .7rem 1.5rem; margin: 1rem 0; }
dt { color: var(--quiet); font-size: .82rem; }
dd { margin: 0; }
.banner { background: var(--raised); border: 2px dashed var(--warn); color: var(--warn); padding: .4rem .8rem;
  font-weight: 700; letter-spacing: .06em; margin-bottom: 1rem; }
.standing { display: inline-block; padding: .25rem .8rem; border-radius: 1rem; border: 1.5px solid; font-weight: 600; }
.wide { overflow-x: auto; margin: .5rem 0 1rem; }
table { border-collapse: collapse; min-width: 30%; font-size: .87rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .7rem 0 .3rem; }
th { text-align: left; font-weight: 600; color: var(--quiet); border-bottom: 1.5px solid var(--line);
  padding: .25rem .9rem .25rem 0; white-space: nowrap; vertical-align: bottom; }
td { vertical-align: top; border-bottom: 1px solid var(--line); padding: .28rem .9rem .28rem 0; min-width: 2.2rem; }
td.n { white-space: nowrap; }
td:last-child:has(> ul) { min-width: 20rem; }
td ul { margin: 0; padding: 0; list-style: none; }
summary { cursor: pointer; }
details > summary h3 { display: inline; }
pre { white-space: pre-wrap; margin: .4rem 0; padding: .5rem .7rem; background: var(--raised); font-size: .82rem;
  max-height: 30rem; overflow: auto; font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
.ok { color: var(--ok); } .warn { color: var(--warn); } .fail { color: var(--fail); } .unsure { color: var(--unsure); }
.quiet { color: var(--quiet); }
b.ok, b.warn, b.fail, b.unsure { font-weight: 600; }
.charts { display: grid; grid-template-columns: 1fr; gap: .4rem; }
figure { margin: 0 0 1rem; break-inside: avoid; }
figcaption { font-size: .9rem; display: flex; flex-wrap: wrap; gap: 0 1rem; }
figcaption strong { font-weight: 600; }
svg { display: block; width: 100%; height: auto; font: 11px system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
svg text { fill: var(--quiet); } svg .frame { fill: none; stroke: var(--line); }
svg .grid { stroke: var(--line); stroke-width: .6; } svg .line { fill: none; stroke: var(--fill); stroke-width: 1.5;
  stroke-linejoin: round; } svg .dot { fill: var(--fill); }
svg .limit { stroke-width: 1; stroke-dasharray: 5 3; } svg .limit.fail { stroke: var(--fail); }
svg .limit.warn { stroke: var(--warn); } svg text.fail { fill: var(--fail); } svg text.warn { fill: var(--warn); }
svg text.fail, svg text.warn, svg text.restored { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
svg .phase { fill: var(--ink); } svg .phase-line { stroke: var(--limit); stroke-width: .8; stroke-dasharray: 1 3; }
svg .back { fill: var(--fail); opacity: .1; } svg .recovering { fill: var(--warn); opacity: .12; }
svg .decision { stroke: var(--fail); stroke-width: 1.3; } svg .decision-mark { fill: var(--fail); }
svg .restored { stroke: var(--ok); stroke-width: 1.3; } svg text.restored { fill: var(--ok); }
svg .bad { stroke: var(--fail); stroke-dasharray: 2 2; }
svg .tick { stroke: var(--ok); stroke-width: 1.4; } svg .tick.fail { stroke: var(--fail); }
svg .tick.warn { stroke: var(--warn); } svg .blind { fill: url(#hatch); }
svg .hatch { stroke: var(--hatch); stroke-width: 1.2; opacity: .55; } svg .break { fill: var(--raised); }
svg .strip { fill: var(--line); } svg .strip.warn { fill: var(--warn); } svg .strip.fail { fill: var(--fail); }
svg .strip.unsure { fill: var(--hatch); }
.legend { margin-bottom: 1.2rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .82rem; color: var(--quiet); }
.legend svg { display: inline-block; width: 26px; height: 12px; margin-right: .35rem; vertical-align: -1px; }
.filters { display: flex; flex-wrap: wrap; gap: .2rem 1rem; border: 1px solid var(--line); padding: .5rem .8rem;
  margin: .5rem 0; font-size: .9rem; }
.filters legend { color: var(--quiet); padding: 0 .3rem; }
.filters label { white-space: nowrap; cursor: pointer; }
tr:target td { background: var(--alarm); }
tr.t-rollback td, tr.t-decide td { background: color-mix(in srgb, var(--alarm) 60%, transparent); }
.checkpoint { user-select: all; }
td:not(.n) { min-width: 7rem; }
@media (max-width: 40rem) { body { padding: 1rem .7rem; } td:not(.n) { min-width: 13rem; } h1 { font-size: 1.35rem; } }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --raised: #f3f3f0; --line: #bbb; --quiet: #444;
    --ok: #14532f; --warn: #6b4500; --fail: #9c1c15; --unsure: #4d2a8a; --accent: #000; --fill: #2f4357;
    --alarm: #f6e4e1; --limit: #777; --hatch: #4d2a8a; }
  @page { margin: 14mm 12mm; }
  html { font-size: 11px; } body { max-width: none; padding: 0; }
  nav, .filters { display: none; } .wide { overflow: visible; } pre { max-height: none; }
  thead { display: table-header-group; } tr, figure, dl { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } a { color: inherit; }
}
"""
