import type { IdTokenAlgorithm, Jwk, StandaloneHttpOptions } from '../../types/options.js'
import type { AccessTokenClaims, IdTokenClaims } from '../../types/tokens.js'
import { systemClock } from '../base/clock.js'
import { readHttpTimeout, checkClientOptions } from '../base/client-options.js'
import { ConfigurationError } from '../errors.js'
import { createHttp, type Http } from '../http/send.js'
import { isKnownAlgorithm } from './algorithms.js'
import { checkIssuer } from './claim-rules.js'
import {
  checkAccessTokenClaims, checkAccessTokenDemands, checkIdTokenClaims, checkIdTokenDemands, type AccessTokenDemands,
  type IdTokenDemands
} from './claims.js'
import { peekClaims } from './compact.js'
import { defaultMaxLength, verifyJws } from './jws.js'
import { remoteKeys, secretKey, staticKeys, type KeySource } from './keys.js'

export interface TokenVerifierOptions extends StandaloneHttpOptions {
  /** Exactly as tokens carry it: Auth0's end with a slash. Several for several tenants or custom domains. */
  issuer: string | readonly string[]
  /** The client id for ID tokens, the API's identifier for access tokens. Several mean any of them. */
  audience: string | readonly string[]
  /** Default `RS256`, or `HS256` with a `secret`. */
  algorithm?: IdTokenAlgorithm | readonly IdTokenAlgorithm[] | undefined
  /** The client secret, for `HS256`. */
  secret?: string | undefined
  /** Where the keys are. Default `.well-known/jwks.json` of each issuer. */
  jwksUri?: string | undefined
  /** Seconds keys from a URL are fresh. Default 600. */
  jwksMaxAge?: number | undefined
  /** Keys that are known already: a JSON Web Key Set. @see RFC 7517 section 5 */
  jwks?: { readonly keys: readonly Jwk[] } | undefined
  /** Keys from somewhere else. */
  keys?: KeySource | undefined
  /** Seconds of clock difference that are forgiven. Default 30. */
  clockTolerance?: number | undefined
  /** The clock, epoch seconds. */
  now?: (() => number) | undefined
}

/** What an access token must hold beside a valid signature. */
export interface VerifyAccessTokenOptions extends AccessTokenDemands {
  /** Instead of the verifier's audience. */
  audience?: string | readonly string[] | undefined
  /** Demand the header `typ: at+jwt`. @see RFC 9068 section 2.1 */
  strictType?: boolean | undefined
}

/** What a header's `typ` may be. */
const TYPES = ['at+jwt', 'jwt']
const STRICT_TYPES = ['at+jwt']

/** Verifies ID tokens and access tokens of one tenant, or of several. */
export class TokenVerifier {
  readonly #issuers: readonly string[]
  readonly #audiences: readonly string[]
  readonly #algorithms: readonly string[]
  readonly #clockTolerance: number
  readonly #now: () => number
  readonly #http: Http
  /** Keys per issuer: one tenant's keys never vouch for another's tokens. */
  readonly #keys: ReadonlyMap<string, KeySource>

  constructor (options: TokenVerifierOptions) {
    checkClientOptions(options)
    this.#issuers = nonEmptyStrings(options.issuer, 'issuer')
    this.#audiences = nonEmptyStrings(options.audience, 'audience')
    this.#algorithms = algorithmList(options)
    this.#clockTolerance = options.clockTolerance ?? 30
    this.#now = options.now ?? systemClock
    this.#http = createHttp({
      dispatcher: options.dispatcher,
      customFetch: options.customFetch,
      timeout: readHttpTimeout(options),
      telemetry: options.telemetry
    })
    this.#keys = this.#keySources(options)
  }

  /** Verifies an ID token and returns its claims. */
  async verify (token: string, options: IdTokenDemands = {}): Promise<IdTokenClaims> {
    checkIdTokenDemands(options)
    const { header, payload } = await verifyJws(token, { keys: this.#keysFor(token), algorithms: this.#algorithms })
    return checkIdTokenClaims(payload, {
      ...options,
      ...this.#clock(),
      issuer: this.#issuers,
      clientId: this.#audiences,
      alg: header.alg
    })
  }

  /**
   * Verifies an access token and returns its claims; a missing scope or permission is a `ForbiddenError`. @see RFC 9068
   */
  async verifyAccessToken (token: string, options: VerifyAccessTokenOptions = {}): Promise<AccessTokenClaims> {
    checkAccessTokenDemands(options)
    const types = options.strictType ? STRICT_TYPES : TYPES
    const { header, payload } = await verifyJws(token, {
      keys: this.#keysFor(token),
      algorithms: this.#algorithms,
      types
    })
    const { scopes, anyScope, permissions, organization } = options
    return checkAccessTokenClaims(payload, {
      scopes,
      anyScope,
      permissions,
      organization,
      now: this.#now(),
      clockTolerance: this.#clockTolerance,
      audience: options.audience ?? this.#audiences,
      issuers: this.#issuers,
      typ: header.typ
    })
  }

  /** Closes kept connections. */
  close (): Promise<void> {
    return this.#http.close()
  }

  #clock (): { now: number; clockTolerance: number } {
    return { now: this.#now(), clockTolerance: this.#clockTolerance }
  }

  /** Several issuers: the one the token claims decides whose keys it must be signed with. */
  #keysFor (token: string): KeySource {
    let [iss] = this.#issuers as readonly [unknown]
    if (this.#issuers.length > 1) {
      iss = peekClaims(token, defaultMaxLength).iss
      checkIssuer({ iss }, this.#issuers)
    }
    return this.#keys.get(iss as string) as KeySource
  }

  #keySources ({
    keys,
    jwks,
    secret,
    jwksUri,
    jwksMaxAge: maxAge
  }: TokenVerifierOptions): ReadonlyMap<string, KeySource> {
    const remote = (uri: string): KeySource =>
      remoteKeys({ jwksUri: () => uri, http: this.#http, now: this.#now, maxAge })
    const fixed = jwks === undefined ? keys : staticKeys(jwks)
    const shared = fixed ?? (secret === undefined ? jwksUri && remote(jwksUri) : secretKey(secret))
    return new Map(this.#issuers.map(issuer => [issuer, shared || remote(jwksUriOf(issuer))]))
  }
}

function algorithmList ({ algorithm, secret, keys, jwks, jwksUri }: TokenVerifierOptions): readonly string[] {
  if (secret !== undefined && (keys ?? jwks ?? jwksUri) !== undefined) {
    throw new ConfigurationError('secret', 'Option "secret" must not be given beside "keys", "jwks" or "jwksUri".')
  }
  if (jwks !== undefined && (keys ?? jwksUri) !== undefined) {
    throw new ConfigurationError('jwks', 'Option "jwks" must not be given beside "keys" or "jwksUri".')
  }
  const algorithms = algorithm === undefined ? [secret === undefined ? 'RS256' : 'HS256'] : [algorithm].flat()
  if (algorithms.length === 0 || !algorithms.every(isKnownAlgorithm)) {
    throw new ConfigurationError('algorithm',
      'Option "algorithm" must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA and ' +
        'HS256, or a list of them.')
  }
  const isSymmetric = algorithms.includes('HS256')
  if (secret !== undefined && algorithms.some(name => name !== 'HS256')) {
    throw new ConfigurationError('algorithm', 'Option "algorithm" must be HS256 when "secret" is given.')
  }
  if (isSymmetric && secret === undefined && keys === undefined) {
    throw new ConfigurationError('secret', 'Option "secret" must be given for HS256.')
  }
  return algorithms
}

function nonEmptyStrings (value: string | readonly string[], option: string): readonly string[] {
  const values = [value].flat()
  if (values.length === 0 || !values.every(item => typeof item === 'string' && item !== '')) {
    throw new ConfigurationError(option,
      `Option "${option}" must be a string that is not empty, or a list of such strings.`)
  }
  return values
}

function jwksUriOf (issuer: string): string {
  if (!URL.canParse(issuer)) throw new ConfigurationError('issuer', 'Option "issuer" must be a URL.')
  return new URL('.well-known/jwks.json', issuer.endsWith('/') ? issuer : `${issuer}/`).href
}
