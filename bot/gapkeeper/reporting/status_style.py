"""The style sheet of the status page: light and dark, narrow and wide, without any foreign resource."""

from __future__ import annotations

# Every colour of text has a contrast of at least 4.5 with the background (WCAG 2.2, 1.4.3): a test computes it.
STYLE = """\
:root {
  color-scheme: light dark;
  --back: #ffffff; --text: #1f2328; --faint: #59636e; --link: #0550ae; --rule: #d1d9e0; --stripe: #f6f8fa;
  --good: #116329; --care: #7d4e00; --bad: #b3161f; --plain: #59636e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --text: #f0f6fc; --faint: #9198a1; --link: #79b8ff; --rule: #3d444d; --stripe: #151b23;
    --good: #4cc264; --care: #e0a83a; --bad: #ff7b72; --plain: #9198a1;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 84rem; background: var(--back); color: var(--text);
  font: 0.9375rem/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.375rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.0625rem; }
p { margin: 0.5rem 0; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.875em; }
pre {
  padding: 0.75rem; overflow-x: auto; background: var(--stripe); border: 1px solid var(--rule); border-radius: 6px;
}
.faint { color: var(--faint); }
.time { white-space: nowrap; }
time { display: inline-block; font-size: 0.8125rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.small { font-size: 0.8125rem; color: var(--faint); }
.badge {
  display: inline-block; padding: 0 0.5em; border: 1px solid currentColor; border-radius: 1em;
  font-size: 0.8125rem; font-weight: 600; white-space: nowrap;
}
.good { color: var(--good); } .care { color: var(--care); } .bad { color: var(--bad); } .plain { color: var(--plain); }
.sums { display: flex; flex-wrap: wrap; gap: 0.25rem 1.75rem; margin: 0.75rem 0 0; padding: 0; list-style: none; }
.sums b { font-size: 1.125rem; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th, td {
  padding: 0.5rem 0.75rem 0.5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule);
}
thead th { color: var(--faint); font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: 1.5rem; }
.name { min-width: 10rem; max-width: 20rem; }
.narrow { white-space: nowrap; }
.wide { min-width: 16rem; }
footer { margin-top: 2.5rem; color: var(--faint); font-size: 0.8125rem; }
@media (min-width: 70rem) { .name { min-width: 14rem; } }
@media (max-width: 52rem) {
  body { padding: 0.75rem 0.875rem 2rem; }
  table, tbody, tr, td, tbody th { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: 0.625rem 0; border-bottom: 1px solid var(--rule); }
  tbody th, td, td.number {
    min-width: 0; max-width: none; padding: 0.0625rem 0; border: 0; text-align: left; white-space: normal;
  }
  td { display: grid; grid-template-columns: 6.25rem minmax(0, 1fr); gap: 0.5rem; }
  td::before { content: attr(data-title); color: var(--faint); font-size: 0.8125rem; }
  tbody tr:first-child { border-top: 1px solid var(--rule); }
}
"""
