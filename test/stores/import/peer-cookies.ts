import { createRequire } from 'node:module'
import { StatelessStateStore, type CookieHandler, type CookieSerializeOptions } from '@auth0/auth0-server-js'

const require = createRequire(import.meta.url)

export type Cookies = Record<string, string>
/** Name and secrets of a cookie, and the seconds its session may live. */
export interface PeerCookie {
  name: string
  secrets: string | string[] | Buffer
  absoluteDuration: number
}

/** What the cookies of auth0-server-js are, made by the package itself. */
export async function auth0ServerJsCookies (
  state: object,
  { name, secrets, absoluteDuration }: PeerCookie
): Promise<Cookies> {
  const cookies: Cookies = {}
  const handler: CookieHandler<unknown> = {
    setCookie: (name: string, value: string, _options?: CookieSerializeOptions) => {
      cookies[name] = value
    },
    getCookie: (name: string) => cookies[name],
    getCookies: () => cookies,
    deleteCookie: (name: string) => {
      delete cookies[name]
    }
  }
  await new StatelessStateStore({ secret: secrets as string, absoluteDuration }, handler).set(
    name,
    state as Parameters<StatelessStateStore<unknown>['set']>[1]
  )
  return cookies
}

type AppSession = (config: object) => (req: object, res: object, next: (error?: unknown) => void) => Promise<void>

/** What the cookies of express-openid-connect are, made by its own middleware. */
export async function expressOidcCookies (
  session: object,
  { name, secrets, absoluteDuration }: PeerCookie
): Promise<Cookies> {
  const appSession = require('express-openid-connect/lib/appSession.js') as AppSession
  const cookies: Cookies = {}
  const request: Record<string, unknown> = { get: () => '' }
  const response = {
    cookie: (name: string, value: string) => {
      cookies[name] = value
    },
    clearCookie: () => {},
    writeHead () {}
  }
  await appSession({
    secret: secrets,
    session: { name, rolling: true, rollingDuration: 86_400, absoluteDuration, cookie: {}, genid: () => 'id' }
  })(request, response, () => {})
  Object.assign(request[name] as object, session)
  response.writeHead()
  return cookies
}

/** The secret that the sessions in tests are made with. */
export const secret = 'secret-of-the-library-before-0123456789'

/** The value of one cookie, put together from its pieces. */
export function joined (cookies: Cookies): string {
  return Object.entries(cookies).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([, value]) => value).join('')
}

/** What is known of a cookie when it is opened. */
export const about = (name: string, now: number) => ({
  name,
  secrets: ['other', secret],
  now,
  audience: 'aud',
  scope: 'configured'
})
