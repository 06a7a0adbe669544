import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { Feature, TenantContext } from '../engine/context.js'
import { currentRequest } from '../engine/engine.js'
import { plainAddress } from '../engine/exchange.js'
import { issueLogin, loginParams } from './issue-login.js'
import { refusal } from '../engine/refusal.js'
import { audienceOf, findResourceServer } from './resource-servers.js'
import type { StoredUser } from '../login/users.js'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token'
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token'
const transferTokenType = 'urn:auth0:params:oauth:token-type:session_transfer_token'
const transferLifetime = 60
const maxActors = 4

type ExchangeContext = TokenEndpointGrantContext<Record<string, string | undefined>>

/** Who acts for the user. @see RFC 8693 section 4.1 */
interface Actor {
  sub: string
  act?: Actor | undefined
}

async function actorOf (tenant: TenantContext, ctx: ExchangeContext): Promise<Actor | undefined> {
  const { actor_token: token, actor_token_type: type } = ctx.oidc.params
  if (token === undefined && type === undefined) return undefined
  const claims = token === undefined || type !== idTokenType ? undefined : (await tenant.keys.open(token))?.payload
  if (claims === undefined || claims.aud !== ctx.oidc.client.clientId || Number(claims.exp) <= tenant.now()) {
    throw refusal(tenant, 'invalid_request', 'The actor token is not a valid ID token of this application.')
  }
  return { sub: String(claims.sub) }
}

function depth (actor: Actor | undefined): number {
  return actor === undefined ? 0 : 1 + depth(actor.act)
}

/** An API exchanges the access token it was given for one of another API. */
async function onBehalfOf (tenant: TenantContext, ctx: ExchangeContext): Promise<{ user: StoredUser, actor: Actor }> {
  const { subject_token: token = '', resource } = ctx.oidc.params
  const claims = (await tenant.keys.open(token))?.payload
  const user = tenant.users.bySub(claims?.sub as string | undefined)
  const { clientId } = ctx.oidc.client
  const linked = [claims?.aud].flat().some(audience =>
    findResourceServer(tenant, String(audience))?.linkedClientId === clientId
  )
  if (claims === undefined || user === undefined || Number(claims.exp) <= tenant.now() || !linked) {
    throw refusal(tenant, 'invalid_grant', 'The subject token is not valid for this application.', 403)
  }
  if (resource === undefined) throw refusal(tenant, 'invalid_request', 'audience is required')
  const actor = { sub: clientId, act: claims.act as Actor | undefined }
  if (depth(actor) > maxActors) throw refusal(tenant, 'invalid_request', 'Too many actors.')
  return { user, actor }
}

async function subjectOf (tenant: TenantContext, ctx: ExchangeContext): Promise<StoredUser> {
  const { subject_token: token, subject_token_type: type } = ctx.oidc.params
  if (token === undefined || type === undefined) {
    throw refusal(tenant, 'invalid_request', 'subject_token and subject_token_type are required')
  }
  const { clientId } = ctx.oidc.client
  let name: string | undefined
  if (type === refreshTokenType) {
    const refreshToken = await tenant.provider.RefreshToken.find(token)
    name = refreshToken?.clientId === clientId ? refreshToken.accountId : undefined
  } else {
    const profile = tenant.options.tokenExchange?.[type]
    if (profile === undefined) {
      throw refusal(tenant, 'invalid_request', `There is no token exchange profile for ${type}.`)
    }
    name = await profile({ subjectToken: token, subjectTokenType: type, clientId, params: { ...ctx.oidc.params } })
  }
  const user = name === undefined ? undefined : tenant.users.find(name)
  if (user === undefined) throw refusal(tenant, 'invalid_grant', 'The subject token was refused.', 403)
  return user
}

/** Where the user is: the caller itself, or whom a trusted application names. */
function addressOf (tenant: TenantContext, ctx: ExchangeContext): string {
  const request = currentRequest()!
  const { tokenEndpointAuthMethod, trustsForwardedFor } = tenant.clients.get(ctx.oidc.client.clientId)!
  const given = request.headers['auth0-forwarded-for']
  return given !== undefined && trustsForwardedFor && tokenEndpointAuthMethod !== 'none'
    ? plainAddress(given)
    : request.address
}

/** A token that takes a login over to another application. */
function transfer (tenant: TenantContext, ctx: ExchangeContext, user: StoredUser, actor: Actor | undefined): void {
  const { scope = '', subject_token_type: type } = ctx.oidc.params
  if (tenant.clients.get(ctx.oidc.client.clientId)?.sessionTransfer === false) {
    throw refusal(tenant, 'session_transfer_disabled', 'Session transfer is off for this application.', 403)
  }
  if (actor === undefined && type !== refreshTokenType) {
    throw refusal(tenant, 'setactor_required', 'The token exchange profile must set an actor.')
  }
  if (scope.split(' ').includes('offline_access')) {
    throw refusal(tenant, 'invalid_scope', 'offline_access is not allowed in a session transfer.')
  }
  const claims = actor === undefined ? {} : { act: actor }
  const token = tenant.oneTimeLogins.add('stt_', {
    sub: user.sub,
    expiresAt: tenant.now() + transferLifetime,
    address: addressOf(tenant, ctx),
    facts: { idTokenClaims: claims, accessTokenClaims: claims, delegated: actor !== undefined }
  })
  ctx.body = {
    access_token: token,
    issued_token_type: transferTokenType,
    token_type: 'N_A',
    expires_in: transferLifetime
  }
}

/** Token exchange by profile, on behalf of a user, and session transfer tokens. @see RFC 8693 */
export const tokenExchange: Feature = {
  install (tenant) {
    const params = [...loginParams, 'subject_token', 'subject_token_type', 'requested_token_type', 'actor_token',
      'actor_token_type', 'reason', 'login_hint', 'user_profile', 'connection']
    tenant.provider.registerGrantType<Record<string, string | undefined>>(grantType, async ctx => {
      const { subject_token_type: type, requested_token_type: requestedType } = ctx.oidc.params
      const [resource] = [ctx.oidc.params.resource].flat()
      const audience = resource === undefined ? undefined : audienceOf(resource)
      if (type === accessTokenType) {
        if (requestedType !== accessTokenType) {
          throw refusal(tenant, 'invalid_request', 'requested_token_type must be an access token')
        }
        const { user, actor } = await onBehalfOf(tenant, ctx)
        return issueLogin(tenant, ctx, {
          user,
          gty: grantType,
          mfa: false,
          facts: { accessTokenClaims: { act: actor } },
          more: { issued_token_type: accessTokenType }
        })
      }
      const user = await subjectOf(tenant, ctx)
      const actor = await actorOf(tenant, ctx)
      if (audience === `urn:${tenant.domain}:session_transfer`) return transfer(tenant, ctx, user, actor)
      const claims = actor === undefined ? {} : { act: actor }
      return issueLogin(tenant, ctx, {
        user,
        gty: grantType,
        facts: { idTokenClaims: claims, accessTokenClaims: claims },
        more: { issued_token_type: accessTokenType }
      })
    }, params)
  }
}
