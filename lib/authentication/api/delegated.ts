import { InvalidArgumentError } from '../../errors.js'
import { callJson } from '../server/api-call.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { RequestOptions } from '../server/request-options.js'

/** Parameters of the legacy `/delegation`. */
export interface DelegationParams {
  /** Exactly one of the two tokens. */
  idToken?: string | undefined
  refreshToken?: string | undefined
  /** The client or the add-on the token is for. */
  target?: string | undefined
  /** Default `openid`. */
  scope?: string | undefined
  /** `app`, `aws`, `azure_sb`, `firebase`, … */
  apiType?: string | undefined
}

/** Trades a token for one of another application, at the endpoint of old, `/delegation`. */
export async function legacyDelegation (server: AuthorizationServer, params: DelegationParams,
  options?: RequestOptions): Promise<Record<string, unknown>> {
  const { idToken, refreshToken, target, scope = 'openid', apiType } = params
  if ((idToken === undefined) === (refreshToken === undefined)) {
    throw new InvalidArgumentError('idToken',
      'Exactly one of the arguments "idToken" and "refreshToken" must be given.')
  }
  return callJson(server, {
    method: 'POST',
    path: 'delegation',
    what: 'The delegation',
    json: {
      client_id: server.clientId,
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      id_token: idToken,
      refresh_token: refreshToken,
      target,
      scope,
      api_type: apiType
    },
    secrets: [idToken, refreshToken]
  }, options)
}
