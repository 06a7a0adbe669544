import type { Awaitable } from '../../types/stores.js'
import { createSingleFlight } from '../base/single-flight.js'
import { sleep } from '../base/sleep.js'
import { ApiError, ConfigurationError, NetworkError } from '../errors.js'
import { retryDelay, type Attempt, type RetryPolicy } from '../http/retry.js'
import type { ClientCredentials } from './client-credentials.js'
import { tokenRequestFailure } from './token-failure.js'

/** Where calls get their access token. */
export interface TokenSource {
  get(): Awaitable<string>
  /** Drops a token that Auth0 refused; says whether there is another one to try. */
  renew(refused: string): Promise<boolean>
}

/**
 * A token that is given: as it is, or by a function that is asked for each call and told of a token that was refused.
 */
export function givenToken (token: string | ((refused?: string) => Awaitable<string>)): TokenSource {
  if (typeof token === 'string') {
    const checked = checkToken(token)
    return { get: () => checked, renew: async () => false }
  }
  let renewed: string | undefined
  return {
    async get () {
      const given = renewed ?? checkToken(await token())
      renewed = undefined
      return given
    },
    async renew (refused) {
      const next = checkToken(await token(refused))
      renewed = next
      return next !== refused
    }
  }
}

/** Who asks for tokens, for which API, and how often. */
interface TokenCredentials extends ClientCredentials {
  /** How often the request is repeated: a token that is asked for twice does no harm. */
  retry: RetryPolicy
}

type TokenRequest = () => Promise<{ access_token: string, expires_in?: number }>

const LEEWAY = 60
const LAST_SECONDS = 5

/** Tokens by client credentials. */
export function credentialsToken (credentials: TokenCredentials): TokenSource {
  return keptToken(requester(credentials), credentials.now)
}

/**
 * One request for all who wait for a token, which is kept until shortly before it expires and renewed in the
 * background.
 */
export function keptToken (request: TokenRequest, now: () => number): TokenSource {
  const singleFlight = createSingleFlight<string>()
  let current: { token: string, renewAt: number, expiresAt: number } | undefined

  const fetchToken = (): Promise<string> =>
    singleFlight('', async () => {
      const { access_token: token, expires_in: lifetime = Infinity } = await request()
      const expiresAt = now() + lifetime
      current = { token, expiresAt, renewAt: expiresAt - Math.min(LEEWAY, lifetime / 10) }
      return token
    })

  return {
    get () {
      if (current === undefined || now() >= current.expiresAt - LAST_SECONDS) return fetchToken()
      // While the old token is good, a failed renewal is no failure: the next call tries again.
      if (now() >= current.renewAt) fetchToken().catch(() => {})
      return current.token
    },
    async renew (refused) {
      if (current?.token === refused) current = undefined
      await this.get()
      return true
    }
  }
}

/**
 * Asks for one token. What that takes is loaded when it is needed, for clients with a token of their own need none of
 * it.
 */
function requester ({ retry, ...client }: TokenCredentials): TokenRequest {
  const prepare = async (): Promise<TokenRequest> => {
    const { clientCredentialsRequest } = await import('./client-credentials.js')
    return clientCredentialsRequest(client)
  }
  let prepared: ReturnType<typeof prepare> | undefined
  return async () => {
    for (let number = 0; ; number++) {
      try {
        const request = await (prepared ??= prepare())
        return await request()
      } catch (error) {
        const delay = retryDelay({ method: 'GET', number, ...outcomeOf(error) }, retry)
        if (delay === undefined) throw tokenRequestFailure(error)
        await (retry.sleep ?? sleep)(delay)
      }
    }
  }
}

function outcomeOf (error: unknown): Pick<Attempt, 'status' | 'headers' | 'failure'> {
  if (error instanceof ApiError) return { status: error.status, headers: error.headers }
  return error instanceof NetworkError ? { failure: error.code } : {}
}

function checkToken (token: unknown): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token
  throw new ConfigurationError('token', 'Option "token" must be an access token, or a function that returns one.')
}
