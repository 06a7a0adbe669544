import type { KeyObject, webcrypto } from 'node:crypto'
import type { Dispatcher } from 'undici'

/** A JSON Web Key with what sets of keys say of it. @see RFC 7517 section 4 */
export interface Jwk extends webcrypto.JsonWebKey {
  kid?: string | undefined
  x5t?: string | undefined
  x5c?: string[] | undefined
}

/** A private key for client assertions: PKCS #8 PEM, JWK, `KeyObject` or `CryptoKey`. */
export type SigningKey = string | KeyObject | webcrypto.CryptoKey | Jwk

/** Key pair of a DPoP client: a private JWK, PKCS #8 PEM or `CryptoKeyPair`. */
export type DpopKeyInput = string | Jwk | webcrypto.CryptoKeyPair

/** Algorithms a client assertion may be signed with. */
export type AssertionAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'EdDSA'

/** A client certificate for mutual TLS, PEM. @see RFC 8705 */
export interface TlsCredentials {
  cert: string | Buffer
  key: string | Buffer
  passphrase?: string | undefined
  ca?: string | Buffer | undefined
}

/** How an application proves to Auth0 which one it is. */
export interface ClientAuthenticationOptions {
  clientSecret?: string | undefined
  /** How the secret is sent. Default `'post'`. */
  clientSecretMethod?: 'post' | 'basic' | undefined
  clientAssertionSigningKey?: SigningKey | undefined
  /** Default `RS256`. */
  clientAssertionSigningAlg?: AssertionAlgorithm | undefined
  clientAssertionSigningKeyId?: string | undefined
  /** Mutual TLS. @see RFC 8705 */
  tls?: TlsCredentials | undefined
  /** Mutual TLS whose certificate `customFetch` or `dispatcher` presents. @see RFC 8705 */
  useMtls?: boolean | undefined
}

/** What `Auth0-Client` tells Auth0 about the caller; `false` sends nothing. */
export type TelemetryOption = boolean | { name: string, version: string }

/** How outbound requests are made; the same everywhere in this package. */
export interface HttpClientOptions {
  /** An undici dispatcher, e.g. a `ProxyAgent`. */
  dispatcher?: Dispatcher | undefined
  /** Used instead of undici for every outbound call. */
  customFetch?: typeof fetch | undefined
  /** Seconds for a whole exchange, body included. Default 5. */
  httpTimeout?: number | undefined
  telemetry?: TelemetryOption | undefined
}

/** How a client on its own makes requests. */
export interface StandaloneHttpOptions extends HttpClientOptions {
  /** Another name of `httpTimeout`. */
  timeout?: number | undefined
}
