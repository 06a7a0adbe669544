import type { RateLimit } from '../../types/management.js'
import { bind, type Bound } from './bind.js'
import { Caller } from './caller.js'
import { InvalidArgumentError } from '../errors.js'
import { readOptions, type ManagementClientOptions } from './options.js'
import * as resources from './resources/index.js'

/** The endpoints, grouped by resource: `client.users.roles.list(id)`. They are rows of `resources/`. */
export interface ManagementClient extends Bound<typeof resources> {}

const callers = new WeakMap<ManagementClient, Caller>()

/** What sends a client's calls. */
export function callerOf (client: ManagementClient): Caller {
  const caller = callers.get(client)
  if (caller === undefined) throw new InvalidArgumentError('client', 'The client must be a ManagementClient.')
  return caller
}

/** A client of Auth0's Management API. */
export class ManagementClient {
  readonly #caller: Caller
  readonly #close: () => Promise<void>

  constructor (options: ManagementClientOptions) {
    const settings = readOptions(options)
    this.#caller = new Caller(settings)
    callers.set(this, this.#caller)
    this.#close = () => settings.http.close()
    Object.assign(this, bind(resources, this.#caller))
  }

  /** Auth0's rate limit as the latest answer told it; `rateLimitOf(result)` tells that of one result. */
  get rateLimit (): RateLimit | undefined {
    return this.#caller.rateLimit
  }

  /** Closes the connections. */
  close (): Promise<void> {
    return this.#close()
  }
}
