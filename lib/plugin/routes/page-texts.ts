import type { FastifyRequest } from 'fastify'
import { isPromiseLike } from '../../base/awaitable.js'
import type { Config } from '../../flows/config.js'
import type { PagesOptions, PageTexts } from '../../../types/pages.js'

/** Every sentence of the built-in pages. */
export const DEFAULT_TEXTS: PageTexts = {
  lang: 'en',
  dir: 'ltr',
  loginFailed: 'The login was not completed',
  accessDenied: 'You do not have access',
  notWorking: 'This is not working right now',
  logInAgain: 'Please log in again',
  formNotSaved: 'What you sent was not saved. Please log in and send it again.',
  confirmLogout: 'Log out?',
  logoutQuestion: 'Please confirm that you want to log out of this application. The request did not clearly come ' +
    'from its own pages.',
  loggedIn: 'You are logged in',
  closeWindow: 'You can close this window and continue where you left off.',
  goOn: 'Continue',
  logIn: 'Log in',
  logOut: 'Log out',
  stayLoggedIn: 'Stay logged in',
  tryAgain: 'Try again',
  useAnotherAccount: 'Use another account',
  home: 'Home',
  code: 'Code',
  reference: 'Reference',
  messages: {}
}

/** The sentences for a request. Where the application's function fails, the page is English: it must be shown. */
export function textsFor ({ pages }: Config, request: FastifyRequest): PageTexts {
  if (pages === undefined) return DEFAULT_TEXTS
  if (typeof pages !== 'function') return withDefaults(pages)
  try {
    const chosen = pages(request)
    return isPromiseLike(chosen) ? refuse(chosen) : withDefaults(chosen)
  } catch (error) {
    request.log.error({ err: error }, 'auth0: the function of the option "pages" failed')
    return DEFAULT_TEXTS
  }
}

/** An answer that comes later is too late, whatever becomes of it. */
function refuse (late: PromiseLike<unknown>): never {
  const ignore = (): void => {}
  late.then(ignore, ignore)
  throw new TypeError('It must return the texts, not a promise.')
}

/** Only texts take the place of texts: a function's answer has not been checked before. */
function withDefaults (pages: PagesOptions | undefined): PageTexts {
  const given = Object.entries(pages?.texts ?? {}).filter(([name, text]) =>
    typeof text === typeof DEFAULT_TEXTS[name as keyof PageTexts])
  return { ...DEFAULT_TEXTS, ...Object.fromEntries(given) }
}

/** What happened, in the language of the texts where they have a sentence for it. */
export function messageIn ({ messages }: PageTexts, code: string, message: string): string {
  const own: unknown = Object.hasOwn(messages ?? {}, code) ? messages[code] : undefined
  return typeof own === 'string' ? own : message
}
