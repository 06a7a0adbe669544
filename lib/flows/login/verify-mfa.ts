import { mfaOobGrant, mfaOtpGrant, mfaRecoveryCodeGrant } from '../../authentication/api/grants.js'
import { laneOf } from '../../stores/sessions.js'
import { InvalidArgumentError, MfaRequiredError, OrganizationTokenValidationError } from '../../errors.js'
import { checkOrganization } from '../../tokens/claims.js'
import type { Session } from '../../../types/session.js'
import type { AuthorizationDetail, TokenResponse } from '../../../types/tokens.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { currentSession } from '../session/session.js'
import { isSameOrganization } from '../session/user-claims.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { openMfaToken, sealMfaToken } from '../tokens/mfa-token.js'
import { spendRefreshToken } from '../tokens/spend-refresh-token.js'
import { mergeTokens, tokenSetOf } from '../tokens/token-sets.js'
import { requestOptions, type EmbeddedCallOptions } from './embedded-login.js'
import { establishSession } from './establish-session.js'

/** Options of `mfa.verify()`: one of a code, an out-of-band answer, a recovery code. */
export type VerifyMfaOptions = EmbeddedCallOptions & { mfaToken: string, persist?: boolean }
  & ({ otp: string } | { oobCode: string, bindingCode?: string } | { recoveryCode: string })

/** The members of all forms of the options: those of other forms are `undefined`. */
interface EachProof {
  otp?: string
  oobCode?: string
  bindingCode?: string
  recoveryCode?: string
}

/** What `mfa.verify()` returns. */
export interface VerifiedMfa {
  session: Session | undefined
  accessToken: string
  expiresAt: number
  recoveryCode: string | undefined
  /** What the user authorized, when authorization details were asked for. */
  authorizationDetails: AuthorizationDetail[] | undefined
}

/** Finishes what a second factor interrupted: a session gets its tokens, or a login begins a session. */
export async function verifyMfa (context: PluginContext, request: RequestContext,
  options: VerifyMfaOptions): Promise<VerifiedMfa> {
  requireOptions(options)
  const server = await request.server()
  const interrupted = openMfaToken(context, options.mfaToken, server)
  const asked = { audience: interrupted.audience, scope: interrupted.scope ?? '' }
  const shared = {
    mfaToken: interrupted.mfaToken,
    audience: asked.audience,
    scope: asked.scope === '' ? undefined : asked.scope
  }
  const how = requestOptions(options, request)
  let tokens: TokenResponse
  try {
    const { otp, oobCode, bindingCode, recoveryCode } = options as EachProof
    tokens = otp !== undefined
      ? await mfaOtpGrant(server, { ...shared, otp }, how)
      : oobCode !== undefined
        ? await mfaOobGrant(server, { ...shared, oobCode, bindingCode }, how)
        : await mfaRecoveryCodeGrant(server, { ...shared, recoveryCode: recoveryCode! }, how)
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, interrupted) : error
  }
  const now = context.now()
  const set = tokenSetOf(tokens, { ...asked, now })
  const result = {
    accessToken: set.accessToken,
    expiresAt: set.expiresAt,
    recoveryCode: tokens.recovery_code,
    authorizationDetails: tokens.authorization_details
  }
  const enforced = await request.organization()
  const organization = interrupted.organization ?? enforced
  const claims = tokens.id_token === undefined
    ? undefined
    : await verifyIdToken(context, server, tokens.id_token, {
      fresh: true,
      accessToken: tokens.access_token,
      organization
    })
  if (claims !== undefined && enforced !== undefined) checkOrganization(claims, enforced)
  const record = (await currentSession(context, request))?.record
  const isSame = record !== undefined && laneOf(record) === interrupted.sessionId &&
    (claims === undefined || claims.sub === record.user.sub)
  if (isSame && claims !== undefined && !isSameOrganization(record.user, claims)) {
    throw new OrganizationTokenValidationError('org_id',
      "The second factor was given for another organization than the session's.")
  }
  if (options.persist === false) return { ...result, session: undefined }
  if (!isSame) {
    if (claims === undefined) {
      throw new InvalidArgumentError('mfaToken', 'The second factor gave no ID token, so no session can begin.')
    }
    return {
      ...result,
      session: await establishSession(context, request, {
        server,
        tokens,
        claims,
        audience: asked.audience,
        scope: asked.scope
      })
    }
  }
  await spendRefreshToken(context, request, record, async () => ({
    result: undefined,
    next: saved => {
      const user = claims === undefined
        ? saved.record.user
        : {
            ...saved.record.user,
            ...(claims.amr !== undefined && { amr: claims.amr }),
            ...(claims.acr !== undefined && { acr: claims.acr }),
            ...(claims.auth_time !== undefined && { auth_time: claims.auth_time })
          }
      return {
        tokens: mergeTokens(saved.tokens, set, tokens, now, context.config.storeIdToken),
        record: user === saved.record.user ? saved.record : { ...saved.record, user }
      }
    }
  }))
  return { ...result, session: undefined }
}
