import { X509Certificate } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import type { RegisteredClient } from '../engine/records.js'

/** The certificate of an application as a key of it. @see RFC 8705 section 2.2.2 */
function certificateKey (pem: string): Record<string, unknown> {
  const { publicKey, raw } = new X509Certificate(pem)
  return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
}

/** Only for the engine's own check that there is a redirect URI: `redirectUriAllowed` decides. */
const anyRedirectUri = 'https://registered.invalid/'

/** An application as the engine registers it. */
export function clientMetadata (client: RegisteredClient): AdapterPayload {
  const keys = [...client.jwks?.keys.map(key => ({ ...key })) ?? [],
    ...client.certificate === undefined ? [] : [certificateKey(client.certificate)]]
  return {
    client_id: client.clientId,
    ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
    client_name: client.name ?? client.clientId,
    redirect_uris: [anyRedirectUri],
    post_logout_redirect_uris: [],
    grant_types: ['authorization_code', 'refresh_token', 'urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    id_token_signed_response_alg: client.idTokenSigningAlg ?? 'RS256',
    ...(keys.length > 0 && { jwks: { keys } }),
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests ?? false,
    require_signed_request_object: client.requireSignedRequestObject ?? false,
    ...(client.backchannelLogoutUrl === undefined
      ? {}
      : { backchannel_logout_uri: client.backchannelLogoutUrl, backchannel_logout_session_required: true }),
    dpop_bound_access_tokens: client.requireProofOfPossession ?? false
  }
}
