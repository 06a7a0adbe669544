import { addAuthenticator, addRecoveryCode, enrollOtp, sendOutOfBand } from './authenticators.js'
import { checkBearer } from '../tokens/bearer.js'
import { authenticateClient } from '../tokens/client-authentication.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { empty, json, oauthError, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { activeAuthenticators, kindOf, openMfaToken } from './mfa-state.js'
import type { TenantResourceServer } from '../options.js'
import type { Authenticator, StoredUser } from '../login/users.js'

const channels = { sms: 'sms', voice: 'voice', email: 'email', auth0: 'push' } as const

/** The MFA API as one of the tenant's APIs. */
export function mfaApiServer (issuer: string): TenantResourceServer {
  return {
    identifier: `${issuer}mfa/`,
    name: 'MFA API',
    scopes: ['enroll', 'read:authenticators', 'remove:authenticators']
  }
}

/** Whom a request is about: by MFA token, or by an access token for the MFA API. */
async function userOf (tenant: TenantContext, request: TenantRequest, scope: string): Promise<StoredUser> {
  const token = (request.headers.authorization ?? '').split(' ')[1]
  if (token !== undefined && tenant.mfa.tokens.has(token)) return openMfaToken(tenant, token).user
  return (await checkBearer(tenant, request, { audience: `${tenant.issuer}mfa/`, scope })).user
}

function shown (authenticator: Authenticator): Record<string, unknown> {
  const { id, type, target, active } = authenticator
  const kind = kindOf(authenticator)
  return {
    id,
    authenticator_type: kind,
    active,
    ...(kind === 'oob' ? { oob_channel: type === 'push' ? 'auth0' : type, name: target } : {})
  }
}

async function enrollApp (tenant: TenantContext, user: StoredUser): Promise<TenantAnswer> {
  const { authenticator, uri } = await enrollOtp(tenant, user)
  return json(200, {
    authenticator_type: 'otp',
    id: authenticator.id,
    secret: authenticator.secret,
    barcode_uri: uri,
    recovery_codes: [addRecoveryCode(user)]
  })
}

function enrollOutOfBand (tenant: TenantContext, user: StoredUser, request: TenantRequest): TenantAnswer {
  const [channel] = [request.body.oob_channels].flat() as (keyof typeof channels)[]
  const type = channel === undefined ? undefined : channels[channel]
  if (type === undefined) throw oauthError(400, 'invalid_request', 'oob_channels is missing or not supported')
  const target = type === 'email' ? request.body.email ?? user.email : request.body.phone_number
  if (type !== 'push' && typeof target !== 'string') {
    throw oauthError(400, 'invalid_request', 'phone_number or email is required')
  }
  const authenticator = addAuthenticator(user, { type, ...(typeof target === 'string' ? { target } : {}) })
  const handle = sendOutOfBand(tenant, user, authenticator)
  return json(200, {
    authenticator_type: 'oob',
    id: authenticator.id,
    oob_channel: channel,
    oob_code: handle,
    ...(type === 'push'
      ? { barcode_uri: `otpauth://totp/${tenant.domain}?enrollment_tx_id=${handle}` }
      : { binding_method: 'prompt' }),
    recovery_codes: [addRecoveryCode(user)]
  })
}

/** `/mfa/*`: which factors a user has, enrolling, and asking for one. */
export const mfaApi: Feature = {
  routes: tenant => [
    route('GET', '/mfa/authenticators',
      async request => json(200, (await userOf(tenant, request, 'read:authenticators')).authenticators.map(shown))),
    route('DELETE', '/mfa/authenticators/:id', async (request, { id }) => {
      const user = await userOf(tenant, request, 'remove:authenticators')
      if (!user.authenticators.some(other => other.id === id)) {
        throw oauthError(404, 'not_found', 'Authenticator not found.')
      }
      user.authenticators = user.authenticators.filter(other => other.id !== id)
      return empty(204)
    }),
    route('POST', '/mfa/associate', async request => {
      const user = await userOf(tenant, request, 'enroll')
      if (activeAuthenticators(user).length > 0) throw oauthError(403, 'access_denied', 'User is already enrolled.')
      const [kind] = [request.body.authenticator_types].flat()
      if (kind !== 'otp' && kind !== 'oob') {
        throw oauthError(400, 'invalid_request', 'authenticator_types is missing or not supported')
      }
      return kind === 'otp' ? enrollApp(tenant, user) : enrollOutOfBand(tenant, user, request)
    }),
    route('POST', '/mfa/challenge', async request => {
      const client = await authenticateClient(tenant, request)
      const { user, clientId } = openMfaToken(tenant, request.body.mfa_token)
      if (clientId !== client.clientId) throw oauthError(403, 'invalid_grant', 'Malformed mfa_token')
      const { challenge_type: types = 'otp oob', authenticator_id: id } = request.body
      const wanted = String(types).split(' ')
      const active = activeAuthenticators(user).filter(({ type }) => type !== 'recovery-code')
      if (active.length === 0) {
        throw oauthError(401, 'association_required', 'User does not have any authenticators registered.')
      }
      const authenticator = active.find(other =>
        wanted.includes(kindOf(other)) && (id === undefined || other.id === id)
      )
      if (authenticator === undefined) {
        throw oauthError(400, 'unsupported_challenge_type', 'User does not have a challenge type available.')
      }
      if (authenticator.type === 'otp') return json(200, { challenge_type: 'otp' })
      return json(200, {
        challenge_type: 'oob',
        oob_code: sendOutOfBand(tenant, user, authenticator),
        ...(authenticator.type === 'push' ? {} : { binding_method: 'prompt' })
      })
    })
  ]
}
