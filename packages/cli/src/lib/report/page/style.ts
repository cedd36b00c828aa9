/** The page's only style. Colours are those of the pictures, by the names that `pageTheme` of `@diffeo/charts` reads. */
export const style = `
:root{color-scheme:light dark;--diffeo-paper:#fff;--diffeo-ink:#111827;--diffeo-muted:#4b5563;--diffeo-rule:#e5e7eb;--diffeo-first:#2f74d9;--diffeo-second:#c2410c;--diffeo-third:#0f766e;--raised:#f8fafc;--good:#0f766e;--bad:#b45309}
@media (prefers-color-scheme:dark){:root{--diffeo-paper:#0f141b;--diffeo-ink:#e6eaf0;--diffeo-muted:#a3adba;--diffeo-rule:#2b3440;--diffeo-first:#7ab0ff;--diffeo-second:#ff9a62;--diffeo-third:#5fd3c3;--raised:#171e28;--good:#5fd3c3;--bad:#ffb86b}}
*{box-sizing:border-box}
body{margin:0;background:var(--diffeo-paper);color:var(--diffeo-ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%}
main,header,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--diffeo-rule)}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.5rem 0;max-width:46rem}
.lead,.muted,figcaption,footer{color:var(--diffeo-muted)}
figcaption,.small,footer{font-size:.875rem}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
figure{margin:0;min-width:0}
figure svg{display:block;width:100%;height:auto;max-width:100%}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,15.5rem),1fr));margin:1rem 0}
.card{background:var(--raised);border:1px solid var(--diffeo-rule);border-radius:.6rem;padding:.75rem}
.card h3{margin:0 0 .25rem;overflow-wrap:anywhere}
.two{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));align-items:start;margin:1rem 0}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.25rem}
.verdicts{list-style:none;margin:1.25rem 0;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
.verdicts li{background:var(--raised);border:1px solid var(--diffeo-rule);border-left:4px solid var(--good);border-radius:.6rem;padding:.75rem 1rem}
.verdicts li.bad{border-left-color:var(--bad)}
.verdicts li.open{border-left-color:var(--diffeo-muted)}
.verdicts b{display:block;font-size:.8rem;font-weight:600;color:var(--diffeo-muted)}
.verdicts strong{display:block;font-size:1.15rem;line-height:1.3}
.verdicts span{font-size:.875rem;color:var(--diffeo-muted)}
.warning{border-left:4px solid var(--bad);background:var(--raised);padding:.6rem 1rem;border-radius:.4rem;margin:.6rem 0;max-width:none}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.9rem;min-width:100%}
th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid var(--diffeo-rule);vertical-align:top}
th{font-weight:600;color:var(--diffeo-muted);white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.unlikely td:not(.n){min-width:12rem}
.blame{color:var(--bad);font-weight:600}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.875rem;color:var(--diffeo-muted);margin:.5rem 0}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:.15rem;margin-right:.4rem;vertical-align:-.05rem}
.rows{background:var(--diffeo-first);opacity:.6}.samples{background:var(--diffeo-second)}.band{background:var(--diffeo-muted);opacity:.35}
summary{cursor:pointer;color:var(--diffeo-muted)}
footer{margin-top:3rem;padding-bottom:3rem}
@media print{.card,.verdicts li,figure{break-inside:avoid}}
`.trim();
