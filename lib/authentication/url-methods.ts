import { authorizationParams, pushedParams, type AuthorizeParams } from './api/authorization-params.js'
import { buildAuthorizationUrl, createPkce, pushAuthorizationRequest } from './api/authorize.js'
import { oidcLogoutUrl, v2LogoutUrl, type LogoutUrlParams } from './api/logout.js'
import type { AuthorizationServer } from './server/authorization-server.js'
import type { RequestOptions } from './server/request-options.js'

export function authorize (server: AuthorizationServer) {
  const endpoint = { authorization_endpoint: `${server.issuer}authorize` }
  return {
    /** The URL that sends a browser to log in. Keep `state`, `nonce` and the PKCE verifier until the callback. */
    url: (params: AuthorizeParams): string => buildAuthorizationUrl(server, endpoint, authorizationParams(params)),
    /** A fresh PKCE pair. @see RFC 7636 */
    pkce: (): { codeVerifier: string, codeChallenge: string } => createPkce(),
    /** Deposits the request at Auth0 and returns the short URL that refers to it. @see RFC 9126 */
    pushedUrl: async (params: AuthorizeParams, options?: RequestOptions): Promise<string> => {
      const { requestUri } = await pushAuthorizationRequest(server, pushedParams(params), options)
      return buildAuthorizationUrl(server, endpoint, { request_uri: requestUri })
    }
  }
}

export function pushedAuthorization (server: AuthorizationServer) {
  return {
    /** Deposits an authorization request; `authorize.url({ requestUri })` makes the URL of it. */
    push: (params: AuthorizeParams, options?: RequestOptions) =>
      pushAuthorizationRequest(server, pushedParams(params), options)
  }
}

export function logout (server: AuthorizationServer) {
  return {
    /** The `/v2/logout` URL. */
    url: (params?: Pick<LogoutUrlParams, 'returnTo' | 'federated'>): string => v2LogoutUrl(server, params ?? {}),
    /** The `/oidc/logout` URL. @see OpenID Connect RP-Initiated Logout */
    oidcUrl: (params?: LogoutUrlParams): string => oidcLogoutUrl(server, `${server.issuer}oidc/logout`, params ?? {})
  }
}
