import { toApiError } from '../../http/api-error.js'
import { parseJsonObject } from '../../http/json.js'
import { SMALL_ANSWER } from '../../http/send.js'
import type { AuthorizationServer } from '../server/authorization-server.js'

const RESOURCE = 'urn:auth0:discovery:domain:'
const RELATION = 'http://openid.net/specs/connect/1.0/issuer'
const PATH = '.well-known/webfinger'

/**
 * Asks the tenant whether the users of an e-mail domain log in at a customer's own identity provider.
 * @param domain in lower case, ASCII
 * @param timeout seconds for the whole exchange
 * @throws ApiError, NetworkError, TimeoutError when the tenant answers neither yes nor no
 * @see RFC 7033 section 4, OpenID Connect Discovery section 2
 */
export async function askFederatedDomain (server: Pick<AuthorizationServer, 'issuer' | 'http' | 'now'>, domain: string,
  timeout: number): Promise<boolean> {
  const query = new URLSearchParams({ resource: RESOURCE + domain, rel: RELATION })
  const response = await server.http.send({
    method: 'GET',
    url: `${server.issuer}${PATH}?${query.toString()}`,
    headers: { accept: 'application/jrd+json, application/json' },
    maxBytes: SMALL_ANSWER,
    timeout
  })
  if (response.status === 404) return false
  const what = 'The discovery of federated domains'
  if (response.status !== 200) throw toApiError(response, { what, now: server.now(), call: `GET /${PATH}` })
  // Whatever stands in front of the tenant may answer 200 with a page.
  parseJsonObject(response, what)
  return true
}
