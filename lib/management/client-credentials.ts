import type { AssertionAlgorithm, SigningKey } from '../../types/outbound.js'
import { clientCredentialsGrant } from '../authentication/api/grants.js'
import { createAuthorizationServer } from '../authentication/server/authorization-server.js'
import type { Http } from '../http/send.js'
import { createAssertionSigner } from '../tokens/assertion.js'

/** Who asks for tokens, and for which API. */
export interface ClientCredentials {
  domain: string
  clientId: string
  clientSecret?: string | undefined
  clientSecretMethod?: 'post' | 'basic' | undefined
  signing?: { key: SigningKey, alg: AssertionAlgorithm | undefined, keyId: string | undefined } | undefined
  tls: boolean
  audience: string
  organization?: string | undefined
  http: Http
  now: () => number
}

/** What asks for a token by client credentials. @see RFC 6749 section 4.4 */
export function clientCredentialsRequest (
  credentials: ClientCredentials
): () => ReturnType<typeof clientCredentialsGrant> {
  const { signing, audience, organization, ...client } = credentials
  const assertionSigner = signing && createAssertionSigner(signing)
  const server = createAuthorizationServer({ ...client, assertionSigner })
  return () => clientCredentialsGrant(server, { audience, organization })
}
