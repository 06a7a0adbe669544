import { ConfigurationError } from '../../errors.js'
import type { AssertionSigner } from '../../tokens/assertion.js'

/** What identifies the client in a request. */
export interface ClientAuthentication {
  headers: Record<string, string>
  params: Record<string, string>
}

/**
 * How the client identifies itself. A signer wins over a secret; with neither, the id alone is sent (mutual TLS, public
 * clients).
 */
export interface ClientCredentials {
  clientId: string
  issuer: string
  clientSecret?: string | undefined
  clientSecretMethod?: 'post' | 'basic' | undefined
  assertionSigner?: AssertionSigner | undefined
  now: () => number
}

/** Where the credentials go: `body` is for endpoints that read them from JSON only. */
export type CredentialPlace = 'any' | 'body'

/**
 * Credentials for one request; an assertion is signed anew each time and always for the issuer. @see RFC 6749 section
 * 2.3, RFC 7523
 */
export async function authenticateClient (client: ClientCredentials,
  place: CredentialPlace = 'any'): Promise<ClientAuthentication> {
  const { clientId, clientSecret, assertionSigner } = client
  if (clientId === '') {
    throw new ConfigurationError('clientId',
      'Option "clientId" must be given for this call, and one of "clientSecret", "clientAssertionSigningKey" or "tls".')
  }
  if (assertionSigner !== undefined) {
    const assertion = await assertionSigner.sign({ clientId, audience: client.issuer, now: client.now() })
    return {
      headers: {},
      params: {
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion
      }
    }
  }
  if (clientSecret === undefined) return { headers: {}, params: { client_id: clientId } }
  if (client.clientSecretMethod === 'basic' && place === 'any') {
    const credentials = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')
    return { headers: { authorization: `Basic ${credentials}` }, params: { client_id: clientId } }
  }
  return { headers: {}, params: { client_id: clientId, client_secret: clientSecret } }
}

/** What no error may repeat of the credentials. */
export function credentialSecrets ({ headers, params }: ClientAuthentication): (string | undefined)[] {
  return [params.client_secret, params.client_assertion, headers.authorization?.slice('Basic '.length)]
}

/** @see RFC 6749 section 2.3.1 */
function formEncode (value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}
