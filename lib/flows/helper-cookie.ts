import type { CookieAttributes, CookieJar } from '../../types/stores.js'
import type { PluginContext } from './context.js'

/** The helper cookies; `_<suffix of the registration>` follows. */
type HelperCookieName = 'auth0_done' | 'a0_anon' | 'a0_silent' | 'a0_restart'

/** A small cookie of this registration's own, which comes back from other sites wherever the browser lets it. */
export function helperCookie ({ config, cookieNames }: PluginContext, jar: CookieJar,
  name: HelperCookieName): { name: string, attributes: CookieAttributes } {
  const { sameSite, partitioned } = config.sessionCookie
  const attributes: CookieAttributes = {
    path: '/',
    httpOnly: true,
    secure: jar.secure || sameSite === 'none',
    sameSite: sameSite === 'none' ? 'none' : 'lax'
  }
  if (partitioned) attributes.partitioned = true
  return { name: `${name}_${cookieNames.suffix(jar)}`, attributes }
}
