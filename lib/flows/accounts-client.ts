import type { PageParams } from '../authentication/my-account/connected-accounts.js'
import {
  completeConnectAccount, deleteConnectedAccount, listConnectedAccountConnections, listConnectedAccounts,
  startConnectAccount, type CompletedConnectAccount, type ConnectedAccountPage, type ListConnectedAccountsOptions,
  type StartConnectAccountOptions
} from './accounts/connected-accounts.js'
import type { PluginContext, RequestContext } from './context.js'
import { FormerClient } from './former-names.js'
import {
  completeLinkUser, completeUnlinkUser, startLinkUser, startUnlinkUser, type CompletedLink, type CompleteLinkOptions,
  type LinkUserOptions
} from './login/link-user.js'

/** What a request can do with the accounts of its user: linked ones, and those connected for Token Vault. */
export class AccountsClient extends FormerClient {
  readonly #context: PluginContext
  readonly #request: RequestContext

  constructor (context: PluginContext, request: RequestContext) {
    super()
    this.#context = context
    this.#request = request
  }

  /** Starts linking another account to the user. */
  async startLinkUser (options: LinkUserOptions): Promise<URL> {
    return await startLinkUser(this.#context, this.#request, options)
  }

  async completeLinkUser<TAppState = unknown> (url?: string | URL,
    options?: CompleteLinkOptions): Promise<CompletedLink<TAppState>> {
    return await completeLinkUser<TAppState>(this.#context, this.#request, url, options)
  }

  /** Starts taking a linked account away from the user. */
  async startUnlinkUser (options: LinkUserOptions): Promise<URL> {
    return await startUnlinkUser(this.#context, this.#request, options)
  }

  async completeUnlinkUser<TAppState = unknown> (url?: string | URL,
    options?: CompleteLinkOptions): Promise<CompletedLink<TAppState>> {
    return await completeUnlinkUser<TAppState>(this.#context, this.#request, url, options)
  }

  /** Starts connecting an account for Token Vault. */
  async startConnectAccount (options: StartConnectAccountOptions): Promise<URL> {
    return await startConnectAccount(this.#context, this.#request, options)
  }

  async completeConnectAccount<TAppState = unknown> (url?: string | URL,
    options?: { signal?: AbortSignal }): Promise<CompletedConnectAccount<TAppState>> {
    return await completeConnectAccount<TAppState>(this.#context, this.#request, url, options)
  }

  /** A page of connected accounts; `for await` goes through all pages. */
  async listConnectedAccounts (options?: ListConnectedAccountsOptions): Promise<ConnectedAccountPage> {
    return await listConnectedAccounts(this.#context, this.#request, options)
  }

  async deleteConnectedAccount (id: string, options?: { signal?: AbortSignal }): Promise<void> {
    await deleteConnectedAccount(this.#context, this.#request, id, options)
  }

  async listConnectedAccountConnections (
    options?: PageParams & { signal?: AbortSignal }
  ): ReturnType<typeof listConnectedAccountConnections> {
    return await listConnectedAccountConnections(this.#context, this.#request, options)
  }
}
