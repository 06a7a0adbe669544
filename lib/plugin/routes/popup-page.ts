import type { FastifyReply } from 'fastify'
import type { PageTexts } from '../../../types/pages.js'
import { answerPage, escape, link, pageOf, type Page, type PageScript } from './error-page.js'

/** What a login in a popup tells the pages of its own origin. */
interface PopupOutcome {
  outcome: 'success' | 'failure'
  /** The error's code and text, after a failure. */
  code?: string
  message?: string
}

/**
 * Tells the opener, and every page of this origin: with a Cross-Origin-Opener-Policy there is no opener. What cannot be
 * closed is no popup: after a success it goes on to the page that was asked for.
 */
const SCRIPT = `
const { origin, outcome, code, message, next } = document.body.dataset
const told = { source: 'fastify-auth0', type: 'login', outcome, ...code && { code, message } }
if (window.opener) window.opener.postMessage(told, origin)
if (window.BroadcastChannel) new BroadcastChannel('fastify-auth0').postMessage(told)
setTimeout(() => {
  window.close()
  if (next) setTimeout(() => location.replace(next), 500)
}, 50)
`

/** The script of a popup's last page. */
export function popupScript (origin: string, outcome: PopupOutcome, next?: string): PageScript {
  return { script: SCRIPT, data: { origin, ...outcome, ...(next !== undefined && { next }) } }
}

/** The last page of a login in a popup; without scripts, or without a popup, it leads on. */
export function loggedInPage (texts: PageTexts, origin: string, next: string): Page {
  return pageOf(texts, texts.loggedIn, `
<p>${escape(texts.closeWindow)}</p>
<nav>${link(next, texts.goOn, 'first')}</nav>`, popupScript(origin, { outcome: 'success' }, next))
}

/** Sends a popup's last page. It may speak with its opener, whatever the application's other pages may. */
export function answerPopup (reply: FastifyReply, statusCode: number, page: Page): FastifyReply {
  return answerPage(reply.header('cross-origin-opener-policy', 'unsafe-none'), statusCode, page)
}
