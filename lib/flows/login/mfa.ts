import { lazyMethods } from '../../base/lazily.js'
import type { PluginContext, RequestContext } from '../context.js'
import { FORMER_MFA_NAMES, withFormerNames, type FormerMfaNames } from '../former-names.js'
import { openMfaToken, type MfaToken } from '../tokens/mfa-token.js'
import type { mfaCalls } from './mfa-calls.js'

const FORMER = withFormerNames<object, FormerMfaNames>({}, 'request.auth0.mfa', FORMER_MFA_NAMES)

/**
 * `request.auth0.mfa`: second factors, with the sealed token of a `MfaRequiredError`.
 * @param load what calls Auth0, loaded with the first call
 */
export function mfa (context: PluginContext, request: RequestContext,
  load: () => Promise<{ mfaCalls: typeof mfaCalls }>) {
  return Object.assign(Object.create(FORMER) as FormerMfaNames, {
    ...lazyMethods<ReturnType<typeof mfaCalls>>(
      { listAuthenticators: true, enroll: true, challenge: true, deleteAuthenticator: true, verify: true },
      async () => (await load()).mfaCalls(context, request)
    ),
    /** What a sealed token was made for; Auth0's own token stays inside. */
    decodeMfaToken: (mfaToken: string): Omit<MfaToken, 'mfaToken'> => {
      const { mfaToken: _, ...rest } = openMfaToken(context, mfaToken)
      return rest
    }
  })
}
