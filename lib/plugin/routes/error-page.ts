import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { PageTexts } from '../../../types/pages.js'
import { messageIn } from './page-texts.js'

const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2024; --soft: #60646c; --paper: #fff; --ground: #f4f5f7; --line: #e0e3e8; --edge: #868c95;
  --accent: #2f5fd0
}
@media (prefers-color-scheme: dark) { :root {
  --ink: #edeef0; --soft: #b0b4ba; --paper: #1b1d21; --ground: #111316; --line: #32363d; --edge: #767c85;
  --accent: #7aa2ff
} }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif
}
main {
  box-sizing: border-box; width: min(30rem, calc(100% - 3rem)); margin: 1.5rem; padding: 2rem 2.25rem;
  background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow-wrap: anywhere; hyphens: auto
}
@media (max-width: 24rem) { main { width: calc(100% - 2rem); margin: 1rem; padding: 1.25rem } }
h1 { margin: 0 0 .75rem; font-size: 1.35rem }
p { margin: .5rem 0 }
nav { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 1rem }
a, button {
  font: inherit; padding: .55rem 1rem; border-radius: 8px; border: 1px solid var(--edge);
  background: none; color: inherit; text-decoration: none; cursor: pointer
}
a.first, button.first { background: var(--accent); border-color: var(--accent); color: var(--paper) }
a:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
form { margin: 0 }
.facts { color: var(--soft); font-size: .875rem }
main > :last-child { margin-bottom: 0 }
`
const STYLE_SOURCE = sourceOf(STYLE)

/** A small page of the plugin's own, and the content security policy it goes with. */
export interface Page {
  page: string
  policy: string
}

/** A script of a built-in page, and what it reads from the `data-*` attributes of the body. */
export interface PageScript {
  script: string
  data: Readonly<Record<string, string>>
}

/** The page a person sees when a login did not work: what happened, and the ways on. */
export function errorPage (texts: PageTexts,
  about: {
    statusCode: number,
    code: string,
    message: string,
    reference: string,
    home: string,
    retry: string | undefined,
    logout: string | undefined
  },
  script?: PageScript
): Page {
  return pageOf(texts, titleOf(texts, about), `
<p>${escape(messageIn(texts, about.code, about.message))}</p>
<nav>${about.retry === undefined ? '' : link(about.retry, texts.tryAgain, 'first')}
${about.logout === undefined ? '' : link(about.logout, texts.useAnotherAccount)}
${link(about.home, texts.home)}</nav>
<p class="facts">${escape(texts.code)} <code>${escape(about.code)}</code><br>
${escape(texts.reference)} <code>${escape(about.reference)}</code></p>`, script)
}

function titleOf (texts: PageTexts, { statusCode, code }: { statusCode: number, code: string }): string {
  if (statusCode >= 500) return texts.notWorking
  // The user's own "Cancel" is one of its causes.
  return statusCode === 403 && code !== 'access_denied' ? texts.accessDenied : texts.loginFailed
}

/** Tells a person that a form was not saved, and leads to the login. */
export function formNotSavedPage (texts: PageTexts,
  about: { code: string, reason: string, login: string | undefined, home: string }): Page {
  return logInAgainPage(texts, `${messageIn(texts, about.code, about.reason)} ${texts.formNotSaved}`, about)
}

/** Tells a person that the browser did not bind the session to its device, which the application requires. */
export function notBoundPage (texts: PageTexts, about: { login: string | undefined, home: string }): Page {
  return logInAgainPage(texts, messageIn(texts, 'session_not_bound', NOT_BOUND), about)
}

function logInAgainPage (texts: PageTexts, message: string,
  { login, home }: { login: string | undefined, home: string }): Page {
  return pageOf(texts, texts.logInAgain, `
<p>${escape(message)}</p>
<nav>${login === undefined ? '' : link(login, texts.logIn, 'first')}
${link(home, texts.home)}</nav>`)
}

const NOT_BOUND = 'Your session has ended: this application ties each session to one device, and your browser did ' +
  'not do that. If this page comes back, use a browser that has Device Bound Session Credentials, such as Chrome.'

/**
 * Comes again at once. A browser that was sent here by another site does not prove its device first; for a page of this
 * site it does. A script keeps what follows `#`, which no server sees.
 */
export function comeAgainPage (texts: PageTexts, address: string): Page {
  return pageOf(texts, texts.goOn, `<nav>${link(address, texts.goOn, 'first')}</nav>`,
    { script: 'location.reload()', data: {} },
    `<noscript><meta http-equiv="refresh" content="0;url=${escape(address)}"></noscript>`)
}

/** Sends a built-in page, whatever serializer and response schema the route has. */
export function answerPage (reply: FastifyReply, statusCode: number, { page, policy }: Page): FastifyReply {
  return reply.code(statusCode).headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' })
    .type('text/html; charset=utf-8').serializer(asWritten).send(page)
}

const asWritten = (page: unknown): string => page as string

/** Asks a person who came from another site whether the logout is meant. */
export function confirmLogoutPage (texts: PageTexts, action: string, home: string,
  fields: Readonly<Record<string, string>>): Page {
  const button = `<button class="first">${escape(texts.logOut)}</button>`
  const hidden = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join('')
  // Chrome applies form-action to the redirects that follow: no limit here, the action is fixed.
  return pageOf(texts, texts.confirmLogout, `
<p>${escape(texts.logoutQuestion)}</p>
<nav><form method="post" action="${escape(action)}">${hidden}${button}</form>
${link(home, texts.stayLoggedIn)}</nav>`)
}

export function link (href: string, text: string, kind = ''): string {
  return `<a${kind === '' ? '' : ` class="${kind}"`} href="${escape(href)}">${escape(text)}</a>`
}

/** A built-in page. Its content security policy lets nothing run or load but its own style and script. */
export function pageOf ({ lang, dir }: PageTexts, title: string, body: string, script?: PageScript,
  head = ''): Page {
  const data = Object.entries(script?.data ?? {}).map(([name, value]) => ` data-${name}="${escape(value)}"`).join('')
  const run = script === undefined ? '' : `<script>${script.script}</script>`
  return {
    page: `<!doctype html><html lang="${escape(lang)}" dir="${escape(dir)}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${head}<title>${escape(title)}</title>
<style>${STYLE}</style></head>
<body${data}><main><h1>${escape(title)}</h1>${body}</main>${run}</body></html>`,
    policy: "default-src 'none'; " + (script === undefined ? '' : `script-src ${sourceOf(script.script)}; `) +
      `style-src ${STYLE_SOURCE}; base-uri 'none'; frame-ancestors 'none'`
  }
}

/** A style or a script as a content security policy names it. @see CSP Level 3 section 2.3.1 */
function sourceOf (text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for HTML and for quoted attributes. */
export function escape (text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]!)
}
