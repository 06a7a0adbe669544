import type { ImportingOptions } from '../stores/import/index.js'
import type { CookieJar, RevocationStore } from '../../types/stores.js'
import type { SessionCookieNames } from '../stores/sessions.js'
import type { IdTokenClaims } from '../../types/tokens.js'
import type { Config } from './config.js'
import { userOf } from './session/user-claims.js'
import { loginScope } from './tokens/scopes.js'

/** What taking over other libraries' sessions must know of the options. */
export function importingOptions (config: Config, shared: {
  revocations: RevocationStore
  names: (jar: CookieJar) => SessionCookieNames
  warn: (code: string, detail: object) => void
}): ImportingOptions {
  return {
    ...shared,
    from: config.importSessions!,
    cookieName: config.sessionCookie.name,
    lifetime: config.lifetime,
    now: config.now,
    timeout: config.storeTimeout,
    onStoreError: config.onStoreError,
    issuer: config.issuer,
    audience: config.audience,
    scope: loginScope(config.scope, config.audience),
    userOf: claims => userOf(claims as unknown as IdTokenClaims),
    keepIdToken: config.storeIdToken,
    keepConnectionTokens: config.sessionStore !== undefined || config.storeConnectionTokens
  }
}
