import { createHash, createHmac } from 'node:crypto'
import type { Client } from 'oidc-provider'
import type { Feature, TenantContext } from '../engine/context.js'
import { encodeJwt, type OpenedToken, type TenantAlgorithm } from '../engine/keys.js'

interface IdTokenModel {
  validate: (token: string, client: Client) => Promise<OpenedToken>
  prototype: { issue: (this: Issuing, options: { use: string, expiresAt?: number }) => Promise<string> }
}
interface SessionModel {
  uid: string
  authorizationFor: (clientId: string, value: string) => { sid?: string }
}
interface Issuing {
  client: Client
  payload: () => Promise<Record<string, unknown>>
}

function openSymmetric (token: string, secret: string): OpenedToken | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
  const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString())
  return signature === expected ? { header: decode(header), payload: decode(payload) } : undefined
}

/** Signs a token for an application, with the algorithm that is set for it. */
export async function signForClient (tenant: TenantContext,
  client: { clientId: string, clientSecret?: string | undefined, idTokenSignedResponseAlg?: string | undefined },
  payload: Record<string, unknown>, typ = 'JWT'): Promise<string> {
  if (client.idTokenSignedResponseAlg === 'HS256') {
    return encodeJwt({ alg: 'HS256', typ }, payload, data =>
      createHmac('sha256', client.clientSecret!).update(data).digest())
  }
  return tenant.keys.sign(payload, { typ, alg: client.idTokenSignedResponseAlg as TenantAlgorithm })
}

/** The hash of an access token or a code that an ID token came with. @see OpenID Connect Core 1.0 section 3.3.2.11 */
export function halfHash (value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

/** ID tokens: profile claims by scope, `sid` always, signed by the tenant's own keys so that they can be rotated. */
export const idTokens: Feature = {
  configure: tenant => ({
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'acr', 'amr'],
      profile: ['name', 'given_name', 'family_name', 'nickname', 'picture', 'updated_at'],
      email: ['email', 'email_verified'],
      phone: ['phone_number', 'phone_number_verified'],
      auth_time: null,
      sid: null,
      iss: null
    },
    enabledJWA: { idTokenSigningAlgValues: ['HS256', 'RS256', 'PS256'] },
    ttl: { IdToken: tenant.options.lifetimes?.idToken ?? 36_000 }
  }),
  install (tenant) {
    const { provider, issuer } = tenant
    const model = provider.IdToken as unknown as IdTokenModel
    model.prototype.issue = async function ({ use }) {
      const payload = await this.payload()
      const now = Math.floor(tenant.now())
      if (use === 'logout') {
        return signForClient(tenant, this.client, {
          ...payload,
          iss: issuer,
          aud: this.client.clientId,
          iat: now,
          exp: now + 120
        }, 'logout+jwt')
      }
      for (const name of ['at_hash', 'c_hash']) {
        if (typeof payload[name] === 'string') payload[name] = halfHash(payload[name])
      }
      return signForClient(tenant, this.client, {
        ...payload,
        iss: issuer,
        aud: this.client.clientId,
        iat: now,
        exp: now + (tenant.options.lifetimes?.idToken ?? 36_000)
      })
    }
    model.validate = async (token, client) => {
      const opened = client.idTokenSignedResponseAlg === 'HS256'
        ? openSymmetric(token, client.clientSecret!)
        : await tenant.keys.open(token)
      if (opened?.payload.iss !== issuer || opened.payload.aud !== client.clientId ||
        typeof opened.payload.sub !== 'string') throw new Error('not an ID token of this application')
      return opened
    }
    // one session id for all applications, as at Auth0
    function sidFor (this: SessionModel, clientId: string, value?: string): string {
      if (value !== undefined) this.authorizationFor(clientId, value).sid = this.uid
      return this.uid
    }
    Object.assign(provider.Session.prototype, { sidFor })
  }
}
