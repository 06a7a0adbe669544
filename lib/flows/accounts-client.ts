import type { PageParams } from '../authentication/my-account/connected-accounts.js'
import { lazyMethods } from '../base/lazily.js'
import type {
  CompletedConnectAccount, ConnectedAccountPage, listConnectedAccountConnections, ListConnectedAccountsOptions,
  StartConnectAccountOptions
} from './accounts/connected-accounts.js'
import type { myAccount } from './accounts/my-account.js'
import type { PluginContext, RequestContext } from './context.js'
import { FormerClient } from './former-names.js'
import { accountLinking, connectedAccounts, myAccountApi } from './lazy-flows.js'
import type { CompletedLink, CompleteLinkOptions, LinkUserOptions } from './login/link-user.js'

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
    return await (await accountLinking()).startLinkUser(this.#context, this.#request, options)
  }

  async completeLinkUser<TAppState = unknown> (url?: string | URL,
    options?: CompleteLinkOptions): Promise<CompletedLink<TAppState>> {
    return await (await accountLinking()).completeLinkUser<TAppState>(this.#context, this.#request, url, options)
  }

  /** Starts taking a linked account away from the user. */
  async startUnlinkUser (options: LinkUserOptions): Promise<URL> {
    return await (await accountLinking()).startUnlinkUser(this.#context, this.#request, options)
  }

  async completeUnlinkUser<TAppState = unknown> (url?: string | URL,
    options?: CompleteLinkOptions): Promise<CompletedLink<TAppState>> {
    return await (await accountLinking()).completeUnlinkUser<TAppState>(this.#context, this.#request, url, options)
  }

  /** Starts connecting an account for Token Vault. */
  async startConnectAccount (options: StartConnectAccountOptions): Promise<URL> {
    return await (await connectedAccounts()).startConnectAccount(this.#context, this.#request, options)
  }

  async completeConnectAccount<TAppState = unknown> (url?: string | URL,
    options?: { signal?: AbortSignal }): Promise<CompletedConnectAccount<TAppState>> {
    const { completeConnectAccount } = await connectedAccounts()
    return await completeConnectAccount<TAppState>(this.#context, this.#request, url, options)
  }

  /** A page of connected accounts; `for await` goes through all pages. */
  async listConnectedAccounts (options?: ListConnectedAccountsOptions): Promise<ConnectedAccountPage> {
    return await (await connectedAccounts()).listConnectedAccounts(this.#context, this.#request, options)
  }

  async deleteConnectedAccount (id: string, options?: { signal?: AbortSignal }): Promise<void> {
    await (await connectedAccounts()).deleteConnectedAccount(this.#context, this.#request, id, options)
  }

  async listConnectedAccountConnections (
    options?: PageParams & { signal?: AbortSignal }
  ): ReturnType<typeof listConnectedAccountConnections> {
    return await (await connectedAccounts()).listConnectedAccountConnections(this.#context, this.#request, options)
  }

  /** The user's own factors and authentication methods. */
  get myAccount (): ReturnType<typeof myAccount> {
    const api = async () => (await myAccountApi()).myAccount(this.#context, this.#request)
    return {
      ...lazyMethods<Pick<ReturnType<typeof myAccount>, 'getFactors'>>({ getFactors: true }, api),
      authenticationMethods: lazyMethods(
        { list: true, get: true, update: true, delete: true, enroll: true, verify: true },
        async () => (await api()).authenticationMethods
      )
    }
  }
}
