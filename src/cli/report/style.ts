/**
 * One column, light or dark as the reader has set it. Charts are wide from 640 px on. A table that is wider than the
 * column takes the width of the window; a shade at a side of its box says that there is more, and goes where there is
 * none: the two covers of the shades scroll with the content, the shades do not.
 */
export const STYLE = `
:root { color-scheme: light dark; --paper: light-dark(#fff, #16181c); --ink: light-dark(#1c1e21, #e4e6ea);
  --soft: light-dark(#5b6168, #a0a6ae); --line: light-dark(#d9dce0, #383c43);
  --shade: light-dark(rgb(0 0 0 / 0.3), rgb(255 255 255 / 0.35)); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui,
  "Noto Sans", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
a { color: light-dark(#0060a0, #6cb8f0); }
h1 { font-size: 1.6rem; margin: 1rem 0 0.5rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1rem 0 0; }
svg { display: block; width: 100%; height: auto; }
.wide { display: none; }
@media (min-width: 640px) { .wide { display: block; } .narrow { display: none; } }
.summary { border-left: 4px solid #0072b2; padding-left: 0.75rem; }
.caption { color: var(--soft); font-size: 0.9rem; margin: 0.3rem 0 0; }
.stopped { border-left: 4px solid #d55e00; padding-left: 0.75rem; }
.broad { display: grid; grid-template-columns: minmax(0, 1fr) minmax(min(54rem, 100%), min-content) minmax(0, 1fr);
  --side: max(0px, (100vw - 58rem) / 2); margin: 0 calc(-1 * var(--side)); }
.broad > .scroll { grid-column: 2; min-width: 0; }
.prose .broad { display: block; margin: 0; }
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--paper) 1rem, transparent) left / 3rem 100% local,
  linear-gradient(to left, var(--paper) 1rem, transparent) right / 3rem 100% local,
  linear-gradient(to right, var(--shade), transparent) left / 1rem 100% scroll,
  linear-gradient(to left, var(--shade), transparent) right / 1rem 100% scroll;
  background-repeat: no-repeat; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.95rem; }
th, td { padding: 0.35rem 0.7rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: bottom; }
th { font-weight: 600; word-break: keep-all; }
td { white-space: nowrap; }
td:last-child { white-space: normal; min-width: 7rem; }
th:first-child, td:first-child { text-align: left; }
.prose table { font-size: 0.88rem; }
.prose td, .prose th { white-space: normal; text-align: left; min-width: 5rem; vertical-align: top;
  overflow-wrap: anywhere; }
@media (max-width: 639px) {
  .prose thead { display: none; }
  .prose tr, .prose td { display: block; }
  .prose tr { border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
  .prose td { border: 0; padding: 0.1rem 0; }
  .prose td:first-child { font-weight: 600; }
}
.figures { display: flex; flex-wrap: wrap; gap: 0.75rem 0.7rem; justify-content: center; }
figure { margin: 0; width: 9.7rem; text-align: center; }
figcaption { font-size: 0.8rem; }
.numbers table { margin-bottom: 1rem; }
.numbers td:last-child { white-space: nowrap; }
.facts { font-size: 0.9rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
.pictures figure { margin: 0; }
.pictures img { max-width: 100%; height: auto; image-rendering: pixelated; }
figcaption { font-size: 0.9rem; }
svg.small { width: 5rem; margin-left: auto; }
.meanings { padding-left: 0; list-style: none; font-size: 0.9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 639px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
`;
