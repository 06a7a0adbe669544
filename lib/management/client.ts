import type { RateLimit } from '../../types/management.js'
import { bind, type Bound } from './bind.js'
import { ApiSender } from './api-sender.js'
import { InvalidArgumentError } from '../errors.js'
import { senderOptions, type ManagementClientOptions } from './options.js'
import * as resources from './resources/index.js'

/** The endpoints, grouped by resource: `client.users.roles.list(id)`. They are rows of `resources/`. */
export interface ManagementClient extends Bound<typeof resources> {}

const senders = new WeakMap<ManagementClient, ApiSender>()

/** What sends a client's calls. */
export function senderOf (client: ManagementClient): ApiSender {
  const sender = senders.get(client)
  if (sender === undefined) throw new InvalidArgumentError('client', 'The client must be a ManagementClient.')
  return sender
}

/** A client of Auth0's Management API. */
export class ManagementClient {
  readonly #sender: ApiSender
  readonly #close: () => Promise<void>

  constructor (options: ManagementClientOptions) {
    const settings = senderOptions(options)
    this.#sender = new ApiSender(settings)
    senders.set(this, this.#sender)
    this.#close = () => settings.http.close()
    Object.assign(this, bind(resources, this.#sender))
  }

  /** Auth0's rate limit as the latest answer told it; `rateLimitOf(result)` tells that of one result. */
  get rateLimit (): RateLimit | undefined {
    return this.#sender.rateLimit
  }

  /** Closes the connections. */
  close (): Promise<void> {
    return this.#close()
  }
}
