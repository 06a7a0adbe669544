import type { FastifyRequest } from 'fastify'

/** The sentences of the built-in pages in one language. They are plain text: markup is shown as it is. */
export interface PageTexts {
  /** Language of the texts for `<html lang>`. Default `'en'`. @see RFC 5646 */
  lang: string
  /** Direction of the script. Default `'ltr'`. */
  dir: 'ltr' | 'rtl'
  /** Title of the page for a login that failed. */
  loginFailed: string
  /** Title of the page for a user who may not see something. */
  accessDenied: string
  /** Title of the page for a failure of the application, its stores or Auth0. */
  notWorking: string
  /** Title of the page for a form that was sent without a session. */
  logInAgain: string
  /** What became of that form; stands after the reason. */
  formNotSaved: string
  /** Title of the page that asks whether a logout is meant. */
  confirmLogout: string
  /** The question. */
  logoutQuestion: string
  /** Title of the last page of a login in a popup. */
  loggedIn: string
  /** What to do there, where the window does not close by itself. */
  closeWindow: string
  /** Leads to the page that was asked for. */
  goOn: string
  logIn: string
  logOut: string
  stayLoggedIn: string
  tryAgain: string
  useAnotherAccount: string
  home: string
  /** Stands before an error's code. */
  code: string
  /** Stands before the request's id. */
  reference: string
  /** What happened, by the error's `code`, for example `access_denied`. An English sentence where there is none. */
  messages: Readonly<Record<string, string>>
}

/** How the built-in pages look and speak. */
export interface PagesOptions {
  /** Sentences in place of the English ones; those that are left out stay as they are. */
  texts?: Partial<PageTexts> | undefined
}

/** `pages`: the same for everybody, or chosen for a request, for example by its `Accept-Language`. */
export type PagesOption = PagesOptions | ((request: FastifyRequest) => PagesOptions | undefined)
