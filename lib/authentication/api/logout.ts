import { extraParams, optionalText } from '../server/arguments.js'
import type { AuthorizationServer, Metadata } from '../server/authorization-server.js'

/** Where a logout goes, and what helps Auth0 to know whom it concerns. */
export interface LogoutUrlParams {
  /** Where Auth0 sends the browser afterwards: one of the allowed logout URLs. */
  returnTo?: string | undefined
  idTokenHint?: string | undefined
  /** The session's `sid`; spares the user a question when there is no ID token. */
  logoutHint?: string | undefined
  /** Also at the identity provider. */
  federated?: boolean | undefined
  state?: string | undefined
  uiLocales?: string | undefined
  /** Parameters of the tenant's own, as they are. */
  extra?: Readonly<Record<string, string>> | undefined
}

/** The logout URL: by OpenID Connect where the tenant offers it, else `/v2/logout`. */
export function logoutUrl (
  server: Pick<AuthorizationServer, 'issuer' | 'clientId'>,
  metadata: Pick<Metadata, 'end_session_endpoint'> | undefined,
  params: LogoutUrlParams
): string {
  const endpoint = metadata?.end_session_endpoint
  return endpoint === undefined ? v2LogoutUrl(server, params) : oidcLogoutUrl(server, endpoint, params)
}

/** @see OpenID Connect RP-Initiated Logout section 2 */
export function oidcLogoutUrl (server: Pick<AuthorizationServer, 'clientId'>, endpoint: string,
  params: LogoutUrlParams): string {
  return withQuery(endpoint, {
    id_token_hint: params.idTokenHint,
    logout_hint: params.logoutHint,
    client_id: server.clientId,
    post_logout_redirect_uri: params.returnTo,
    state: params.state,
    ui_locales: params.uiLocales
  }, params)
}

/** Auth0's own logout endpoint. */
export function v2LogoutUrl (server: Pick<AuthorizationServer, 'issuer' | 'clientId'>,
  params: LogoutUrlParams): string {
  return withQuery(`${server.issuer}v2/logout`, { client_id: server.clientId, returnTo: params.returnTo }, params)
}

function withQuery (endpoint: string, params: Record<string, string | undefined>,
  given: LogoutUrlParams): string {
  optionalText(given, 'returnTo', 'idTokenHint', 'logoutHint', 'state', 'uiLocales')
  const { extra, federated = false } = given
  const url = new URL(endpoint)
  // One after the other: a parameter that is not given here must not remove one of the tenant's own.
  for (const some of [extraParams(extra), params]) {
    for (const [name, value] of Object.entries(some)) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
  }
  // Auth0 reads the presence of `federated`, not its value.
  return federated ? `${url.href}&federated` : url.href
}
