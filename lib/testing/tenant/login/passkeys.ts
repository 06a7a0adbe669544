import { randomBytes } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { authenticateClient } from '../tokens/client-authentication.js'
import { isLoopback } from '../tokens/clients.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { perTenant } from '../engine/per-tenant.js'
import { json, oauthError, type TenantAnswer } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { issueLogin, loginParams } from '../tokens/issue-login.js'
import { optionalPackage } from '../engine/optional-package.js'
import { refusal } from '../engine/refusal.js'
import { readProfile, type Passkey, type StoredUser } from './users.js'

const grantType = 'urn:okta:params:oauth:grant-type:webauthn'
const lifetime = 300

interface Ceremony {
  clientId: string
  challenge: string
  expiresAt: number
  profile?: Record<string, unknown> | undefined
}

const ceremoniesOf = perTenant(() => new Map<string, Ceremony>())

/** The WebAuthn library. */
async function webauthn (): Promise<typeof import('@simplewebauthn/server')> {
  return optionalPackage('@simplewebauthn/server', 'Passkeys', () => import('@simplewebauthn/server'))
}

/** The host whose passkeys count. */
function relyingParty (tenant: TenantContext): string {
  return tenant.options.passkeyRpId ?? new URL(tenant.issuer).hostname
}

/** The origin a browser wrote into its answer, when it belongs to the relying party or to this computer. */
function originOf (tenant: TenantContext, clientData: string): string {
  const { origin } = JSON.parse(Buffer.from(clientData, 'base64url').toString()) as { origin: string }
  const rpId = relyingParty(tenant)
  const host = new URL(origin).hostname
  return host === rpId || host.endsWith(`.${rpId}`) || isLoopback(origin) ? origin : tenant.issuer
}

/** What a browser needs to make a passkey. */
export async function creationOptions (tenant: TenantContext,
  user: { name: string, displayName?: string | undefined }
): Promise<{ challenge: string, [member: string]: unknown }> {
  const { generateRegistrationOptions } = await webauthn()
  const options = await generateRegistrationOptions({
    rpName: tenant.domain,
    rpID: relyingParty(tenant),
    userName: user.name,
    userDisplayName: user.displayName ?? user.name,
    supportedAlgorithmIDs: [-7, -257],
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' }
  })
  return { ...options }
}

/** The passkey a browser made, if its answer is valid. */
export async function readNewPasskey (tenant: TenantContext, challenge: string,
  response: RegistrationResponseJSON): Promise<Passkey | undefined> {
  const { verifyRegistrationResponse } = await webauthn()
  const { registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: originOf(tenant, response.response.clientDataJSON),
    expectedRPID: relyingParty(tenant),
    requireUserVerification: false
  })
  if (registrationInfo === undefined) return undefined
  const { id, publicKey, counter } = registrationInfo.credential
  return {
    id,
    publicKey,
    counter,
    name: `Passkey ${id.slice(0, 6)}`,
    createdAt: new Date(tenant.now() * 1000).toISOString()
  }
}

/** Keeps a ceremony, and tells the application what its page asks the browser with. */
function begin (tenant: TenantContext, clientId: string, options: { challenge: string },
  profile?: Ceremony['profile']): TenantAnswer {
  const authSession = randomBytes(32).toString('base64url')
  const { challenge } = options
  ceremoniesOf(tenant).set(authSession, { clientId, challenge, expiresAt: tenant.now() + lifetime, profile })
  return json(200, { auth_session: authSession, authn_params_public_key: options })
}

async function signIn (tenant: TenantContext, challenge: string,
  response: AuthenticationResponseJSON): Promise<StoredUser | undefined> {
  const { verifyAuthenticationResponse } = await webauthn()
  const user = tenant.users.list.find(other => other.passkeys.some(({ id }) => id === response.id))
  const passkey = user?.passkeys.find(({ id }) => id === response.id)
  if (user === undefined || passkey === undefined) return undefined
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: originOf(tenant, response.response.clientDataJSON),
    expectedRPID: relyingParty(tenant),
    credential: { id: passkey.id, publicKey: passkey.publicKey, counter: passkey.counter },
    requireUserVerification: false
  })
  passkey.counter = authenticationInfo.newCounter
  return verified ? user : undefined
}

async function signUp (tenant: TenantContext, ceremony: Ceremony,
  response: RegistrationResponseJSON): Promise<StoredUser | undefined> {
  const passkey = await readNewPasskey(tenant, ceremony.challenge, response)
  if (passkey === undefined) return undefined
  const user = tenant.users.add({ ...ceremony.profile, sub: `auth0|${randomBytes(12).toString('hex')}` })
  user.passkeys.push(passkey)
  return user
}

/** Sign-up and login with passkeys. */
export const passkeys: Feature = {
  install (tenant) {
    tenant.provider.registerGrantType<Record<string, string | undefined>>(grantType, async ctx => {
      const { auth_session: authSession = '', authn_response: given = '' } = ctx.oidc.params
      const ceremony = ceremoniesOf(tenant).get(authSession)
      ceremoniesOf(tenant).delete(authSession)
      if (ceremony === undefined || ceremony.clientId !== ctx.oidc.client.clientId ||
        ceremony.expiresAt <= tenant.now()) {
        throw refusal(tenant, 'invalid_grant', 'The auth_session is not valid.', 403)
      }
      let user: StoredUser | undefined
      try {
        const response = JSON.parse(given) as RegistrationResponseJSON & AuthenticationResponseJSON
        user = await (ceremony.profile === undefined
          ? signIn(tenant, ceremony.challenge, response)
          : signUp(tenant, ceremony, response))
      } catch (error) {
        throw Object.assign(refusal(tenant, 'invalid_grant', 'The passkey was not accepted.', 403), { cause: error })
      }
      if (user === undefined) throw refusal(tenant, 'invalid_grant', 'The passkey was not accepted.', 403)
      await issueLogin(tenant, ctx, { user, gty: grantType, mfa: false, amr: ['phr'] })
    }, [...loginParams, 'auth_session', 'authn_response', 'realm'])
  },
  routes: tenant => [
    route('POST', '/passkey/register', async request => {
      const { clientId } = await authenticateClient(tenant, request)
      const profile = readProfile((request.body.user_profile ?? {}) as Record<string, unknown>)
      const name = profile.email ?? profile.phoneNumber ?? profile.username
      if (name === undefined) {
        throw oauthError(400, 'invalid_request', 'user_profile needs an email, phone_number or username')
      }
      if (tenant.users.find(name) !== undefined) {
        throw oauthError(400, 'invalid_request', 'The user cannot sign up with a passkey.')
      }
      return begin(tenant, clientId, await creationOptions(tenant, { name, displayName: profile.name }), profile)
    }),
    route('POST', '/passkey/challenge', async request => {
      const { clientId } = await authenticateClient(tenant, request)
      const { generateAuthenticationOptions } = await webauthn()
      const options = await generateAuthenticationOptions({ rpID: relyingParty(tenant), userVerification: 'preferred' })
      return begin(tenant, clientId, options)
    })
  ]
}
