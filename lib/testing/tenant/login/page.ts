const entities = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&#39;']])

/** Text for a page. */
export function escape (text: unknown): string {
  return String(text).replace(/[&<>"']/gu, character => entities.get(character)!)
}

const style = `
:root{color-scheme:light dark;--ink:#1e212a;--soft:#65676e;--line:#d9d9de;--edge:#84868f;--card:#fff;--ground:#f1f1f5;
--brand:#635dff;--focus:#635dff;--wrong:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#f2f2f5;--soft:#a9abb3;--line:#3d3f49;--edge:#7f828e;--card:#22242e;
--ground:#15161c;--focus:#a5a1ff;--wrong:#ff9a92}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;
background:var(--ground);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
main{width:min(400px,100vw - 24px);margin:24px 0;padding:36px min(32px,5vw);overflow-wrap:anywhere;
background:var(--card);border-radius:8px;box-shadow:0 8px 32px #0002}
h1{margin:0 0 4px;font-size:24px}
p{margin:0 0 20px;color:var(--soft)}
.error{color:var(--wrong)}
label{display:block;margin:12px 0 4px;font-size:14px}
input{width:100%;padding:12px;border:1px solid var(--edge);border-radius:4px;background:none;color:inherit;font:inherit}
button{width:100%;margin-top:12px;padding:12px;border:1px solid var(--edge);border-radius:4px;
background:none;color:inherit;font:inherit;cursor:pointer}
button.primary{border-color:var(--brand);background:var(--brand);color:#fff}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
button.user{display:flex;align-items:center;gap:12px;text-align:left}
button.user img{flex:none;width:36px;height:36px;border-radius:50%}
button.user small{display:block;color:var(--soft)}
hr{margin:24px 0 12px;border:0;border-top:1px solid var(--line)}
pre{white-space:pre-wrap;padding:12px;border:1px solid var(--line);border-radius:4px;font-size:13px}
main>:last-child{margin-bottom:0}`

/** One of the tenant's pages. `name` tells browser tests which one it is. */
export function page (name: string, title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${style}</style></head>
<body><main data-page="${name}"><h1>${escape(title)}</h1>
${content}
</main></body>
</html>`
}

/** A page that leads nowhere. */
export function errorPage (message: string, attributes = ''): string {
  return page('error', 'Oops!, something went wrong', `<p${attributes}>${escape(message)}</p>`)
}

/** The message of a form that must be filled in again. */
export function problem (message: string | undefined): string {
  return message === undefined ? '' : `<p class="error" id="error" role="alert">${escape(message)}</p>`
}

/** The buttons at the end of a form. */
export function buttons (label = 'Continue'): string {
  return `<button class="primary" type="submit" id="continue" name="action" value="continue">${escape(label)}</button>
<button type="submit" id="cancel" name="action" value="cancel" formnovalidate>Cancel</button>`
}
