import type { AuthorizationDetail } from 'oidc-provider'
import type { Feature, TenantContext } from '../engine/context.js'
import { openGrant } from '../login/logins.js'
import { refusal } from '../engine/refusal.js'
import type { BackchannelRequest } from '../engine/records.js'

const allowedMessage = /^[\p{L}\p{N} +\-_.,:#]{1,64}$/u
const maxExpiry = 300

function subOf (tenant: TenantContext, hint: string): string {
  let value: { format?: unknown, iss?: unknown, sub?: unknown } = {}
  try {
    value = JSON.parse(hint) as typeof value
  } catch {
    // a hint that is not JSON is none
  }
  if (value.format !== 'iss_sub' || value.iss !== tenant.issuer || typeof value.sub !== 'string') {
    throw refusal(tenant, 'invalid_request', 'login_hint must be JSON with format iss_sub, the issuer and a user id')
  }
  return value.sub
}

function find (tenant: TenantContext, authReqId: string): BackchannelRequest {
  const request = tenant.backchannelRequests.find(other => other.authReqId === authReqId)
  if (request === undefined || request.status !== 'pending') throw new Error('The tenant has no such pending login.')
  return request
}

/** The user says yes. */
export async function approve (tenant: TenantContext, authReqId: string): Promise<void> {
  const request = find(tenant, authReqId)
  const { BackchannelAuthenticationRequest } = tenant.provider
  const { resource } = (await BackchannelAuthenticationRequest.find(authReqId))!
  const grant = await openGrant(tenant, {
    clientId: request.clientId,
    accountId: request.sub,
    scopes: request.scope.split(' '),
    resources: resource === undefined ? [] : [resource].flat(),
    params: request.params
  })
  const details = typeof request.params.authorization_details === 'string'
    ? JSON.parse(request.params.authorization_details) as AuthorizationDetail[]
    : undefined
  await tenant.provider.backchannelResult(authReqId, grant, {
    authTime: Math.floor(tenant.now()),
    ...(details === undefined ? {} : { rar: details })
  })
  request.status = 'approved'
}

/** The user says no. */
export async function deny (tenant: TenantContext, authReqId: string): Promise<void> {
  const request = find(tenant, authReqId)
  await tenant.provider.backchannelResult(authReqId,
    new tenant.engine.errors.AccessDenied('The end-user denied the authorization request'))
  request.status = 'denied'
}

/** Login on another device. @see OpenID Connect Client-Initiated Backchannel Authentication */
export const backchannelAuthentication: Feature = {
  configure: tenant => ({
    ttl: { BackchannelAuthenticationRequest: ctx => Number(ctx.oidc.params?.requested_expiry ?? maxExpiry) },
    features: {
      ciba: {
        enabled: true,
        deliveryModes: ['poll'],
        processLoginHint: (_ctx, hint) => subOf(tenant, hint ?? ''),
        processLoginHintToken: () => undefined,
        verifyUserCode: () => undefined,
        validateRequestContext: () => undefined,
        validateBindingMessage (ctx, message) {
          if (message === undefined || !allowedMessage.test(message)) {
            throw refusal(tenant, 'invalid_request',
              'binding_message is missing or has characters that are not allowed')
          }
          if (Number(ctx.oidc.params?.requested_expiry ?? 1) > maxExpiry) {
            throw refusal(tenant, 'invalid_request', 'requested_expiry must be 1 to 300')
          }
        },
        triggerAuthenticationDevice (ctx, request) {
          const params = { ...ctx.oidc.params }
          tenant.backchannelRequests.push({
            authReqId: request.jti,
            clientId: request.clientId!,
            sub: request.accountId!,
            bindingMessage: String(params.binding_message),
            scope: request.scope!,
            params,
            status: 'pending'
          })
        }
      }
    }
  })
}
