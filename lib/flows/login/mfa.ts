import { mfaOobGrant, mfaOtpGrant, mfaRecoveryCodeGrant } from '../../authentication/api/grants.js'
import { laneOf } from '../../stores/sessions.js'
import {
  challengeAuthenticator, deleteAuthenticator, enrollAuthenticator, listAuthenticators, type MfaFactor
} from '../../authentication/api/mfa.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import type { RequestOptions } from '../../authentication/server/request-options.js'
import { InvalidArgumentError, MfaRequiredError, OrganizationTokenValidationError } from '../../errors.js'
import { checkOrganization } from '../../tokens/claims.js'
import type { Session } from '../../../types/session.js'
import type { AuthorizationDetail, TokenResponse } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { establishSession } from './establish-session.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { isSameOrganization } from '../session/user-claims.js'
import { openMfaToken, sealMfaToken, type MfaToken } from '../tokens/mfa-token.js'
import { currentSession } from '../session/session.js'
import { spendRefreshToken } from '../tokens/spend-refresh-token.js'
import { mergeTokens, tokenSetOf } from '../tokens/token-sets.js'
import { requestOptions, type EmbeddedCallOptions } from './embedded-login.js'
import { FORMER_MFA_NAMES, withFormerNames, type FormerMfaNames } from '../former-names.js'

/** Options of `mfa.verify()`: one of a code, an out-of-band answer, a recovery code. */
export type VerifyMfaOptions = EmbeddedCallOptions & { mfaToken: string, persist?: boolean }
  & ({ otp: string } | { oobCode: string, bindingCode?: string } | { recoveryCode: string })

/** The members of a form that has them all: those that are not meant are `undefined`. */
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

const FORMER = withFormerNames<object, FormerMfaNames>({}, 'request.auth0.mfa', FORMER_MFA_NAMES)

/** `request.auth0.mfa`: second factors, with the sealed token of a `MfaRequiredError`. */
export function mfa (context: PluginContext, request: RequestContext) {
  const call = async <T extends { mfaToken: string } & EmbeddedCallOptions, R>(options: T,
    work: (server: AuthorizationServer, params: T, how: RequestOptions) => Promise<R>): Promise<R> => {
    const server = await request.server()
    return await work(server, { ...options, mfaToken: openMfaToken(context, options.mfaToken, server).mfaToken },
      requestOptions(options, request))
  }
  return Object.assign(Object.create(FORMER) as FormerMfaNames, {
    listAuthenticators: async (options: { mfaToken: string } & EmbeddedCallOptions) =>
      await call(options, listAuthenticators),
    enroll: async (
      options: { mfaToken: string, factor: MfaFactor, phoneNumber?: string, email?: string } & EmbeddedCallOptions
    ) => await call(options, enrollAuthenticator),
    challenge: async (
      options: { mfaToken: string, challengeType?: 'otp' | 'oob', authenticatorId?: string } & EmbeddedCallOptions
    ) => await call(options, challengeAuthenticator),
    deleteAuthenticator: async (options: { mfaToken: string, authenticatorId: string } & EmbeddedCallOptions) => {
      await call(options, deleteAuthenticator)
    },
    /** Finishes the interrupted request: the session that wanted the tokens gets them; a login begins a session. */
    verify: async (options: VerifyMfaOptions): Promise<VerifiedMfa> => await verifyMfa(context, request, options),
    /** What a sealed token was made for; Auth0's own token stays inside. */
    decodeMfaToken: (mfaToken: string): Omit<MfaToken, 'mfaToken'> => {
      const { mfaToken: _, ...rest } = openMfaToken(context, mfaToken)
      return rest
    }
  })
}

async function verifyMfa (context: PluginContext, request: RequestContext,
  options: VerifyMfaOptions): Promise<VerifiedMfa> {
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
