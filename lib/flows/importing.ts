import type { ImportingOptions } from '../stores/import/index.js'
import type { RevocationStore } from '../../types/stores.js'
import type { IdTokenClaims } from '../../types/tokens.js'
import type { Config } from './config.js'
import { userOf } from './session/user-claims.js'
import { loginScope } from './tokens/scopes.js'

/** What taking over other libraries' sessions has to know of the options. */
export function importingOptions (config: Config, revocations: RevocationStore): ImportingOptions {
  return {
    from: config.importSessions!,
    revocations,
    lifetime: config.lifetime,
    now: config.now,
    clockTolerance: config.clockTolerance,
    issuer: config.issuer,
    audience: config.audience,
    scope: loginScope(config.scope, config.audience),
    userOf: claims => userOf(claims as unknown as IdTokenClaims),
    keepIdToken: config.storeIdToken,
    keepConnectionTokens: config.sessionStore !== undefined || config.storeConnectionTokens
  }
}
