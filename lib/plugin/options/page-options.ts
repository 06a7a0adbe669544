import type { PagesOption, PageTexts } from '../../../types/pages.js'
import { members, oneOf, refuseOption, text, type Rule } from './rules.js'

const messages: Rule<Record<string, string>> = (value, option) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseOption(option, value, 'an object of sentences by error code')
  }
  for (const [code, sentence] of Object.entries(value)) text(sentence, `${option}.${code}`)
  return value as Record<string, string>
}

const texts = {
  lang: text,
  dir: oneOf('ltr', 'rtl'),
  loginFailed: text,
  accessDenied: text,
  notWorking: text,
  logInAgain: text,
  formNotSaved: text,
  confirmLogout: text,
  logoutQuestion: text,
  loggedIn: text,
  closeWindow: text,
  goOn: text,
  logIn: text,
  logOut: text,
  stayLoggedIn: text,
  tryAgain: text,
  useAnotherAccount: text,
  home: text,
  code: text,
  reference: text,
  messages
} satisfies Record<keyof PageTexts, Rule<unknown>>

const object = members({ texts: members(texts) })

/** `pages`: an object, checked at registration, or a function of the request. */
export const pages: Rule<PagesOption> = (value, option) =>
  typeof value === 'function'
    ? value as Extract<PagesOption, (...args: never[]) => unknown>
    : typeof value === 'object' ? object(value, option) : refuseOption(option, value, 'an object or a function')
