import type { DpopKeyInput, StandaloneHttpOptions } from '../../../types/options.js'
import { systemClock } from '../../base/clock.js'
import { readHttpTimeout, checkClientOptions } from '../../base/client-options.js'
import { createHttp } from '../../http/send.js'
import { createDpopKey, type DpopKey } from '../../tokens/dpop.js'
import * as methods from './authentication-methods.js'
import * as accounts from './connected-accounts.js'
import { parseDomain } from '../server/domain.js'
import { myAccountAudience, type MyAccountOptions, type MyAccountServer } from './my-account-call.js'

/** Options of `MyAccountClient`. */
export interface MyAccountClientOptions extends StandaloneHttpOptions {
  /** Auth0 domain or custom domain. */
  domain: string
  /** Present tokens with a proof. @see RFC 9449 */
  dpop?: { key: DpopKeyInput } | undefined
  /** The clock, epoch seconds. */
  now?: (() => number) | undefined
}

/** The My Account API: what users do with their own account, each call with the user's access token. */
export class MyAccountClient {
  readonly #server: MyAccountServer

  constructor (options: MyAccountClientOptions) {
    checkClientOptions(options)
    const { domain, dpop, now = systemClock, dispatcher, customFetch, telemetry } = options
    let key: Promise<DpopKey> | undefined
    this.#server = {
      issuer: parseDomain(domain).issuer,
      http: createHttp({ dispatcher, customFetch, telemetry, timeout: readHttpTimeout(options) }),
      now,
      get dpop () {
        return dpop === undefined ? undefined : (key ??= createDpopKey(dpop.key))
      }
    }
  }

  /** The audience an access token for this API has. */
  get audience (): string {
    return myAccountAudience(this.#server)
  }

  /** Begins to connect an account. Scope `create:me:connected_accounts`. */
  connectAccount (accessToken: string, params: accounts.ConnectAccountParams,
    options?: MyAccountOptions): Promise<accounts.ConnectAccount> {
    return accounts.connectAccount(this.#server, accessToken, params, options)
  }

  /** Finishes to connect an account. Scope `create:me:connected_accounts`. */
  completeConnectAccount (accessToken: string, params: accounts.CompleteConnectAccountParams,
    options?: MyAccountOptions): Promise<accounts.ConnectedAccount> {
    return accounts.completeConnectAccount(this.#server, accessToken, params, options)
  }

  /** One page of the connected accounts. Scope `read:me:connected_accounts`. */
  listConnectedAccounts (accessToken: string, params?: accounts.PageParams & { connection?: string | undefined },
    options?: MyAccountOptions): Promise<{ accounts: accounts.ConnectedAccount[], next?: string }> {
    return accounts.listConnectedAccounts(this.#server, accessToken, params, options)
  }

  /** Disconnects an account. Scope `delete:me:connected_accounts`. */
  deleteConnectedAccount (accessToken: string, id: string, options?: MyAccountOptions): Promise<void> {
    return accounts.deleteConnectedAccount(this.#server, accessToken, id, options)
  }

  /** One page of the connections whose accounts can be connected. Scope `read:me:connected_accounts`. */
  listConnectedAccountConnections (accessToken: string, params?: accounts.PageParams,
    options?: MyAccountOptions): Promise<{ connections: accounts.ConnectedAccountConnection[], next?: string }> {
    return accounts.listConnectedAccountConnections(this.#server, accessToken, params, options)
  }

  /** The factors the user may enroll. Scope `read:me:factors`. */
  getFactors (accessToken: string, options?: MyAccountOptions): Promise<methods.Factor[]> {
    return methods.getFactors(this.#server, accessToken, options)
  }

  /** The user's authentication methods. Scope `read:me:authentication_methods`. */
  listAuthenticationMethods (accessToken: string, params?: { type?: methods.AuthenticationMethodType | undefined },
    options?: MyAccountOptions): Promise<methods.AuthenticationMethod[]> {
    return methods.listAuthenticationMethods(this.#server, accessToken, params, options)
  }

  /** One authentication method. Scope `read:me:authentication_methods`. */
  getAuthenticationMethod (accessToken: string, id: string,
    options?: MyAccountOptions): Promise<methods.AuthenticationMethod> {
    return methods.getAuthenticationMethod(this.#server, accessToken, id, options)
  }

  /** Changes an authentication method. Scope `update:me:authentication_methods`. */
  updateAuthenticationMethod (accessToken: string, id: string, params: methods.UpdateAuthenticationMethodParams,
    options?: MyAccountOptions): Promise<methods.AuthenticationMethod> {
    return methods.updateAuthenticationMethod(this.#server, accessToken, id, params, options)
  }

  /** Removes an authentication method. Scope `delete:me:authentication_methods`. */
  deleteAuthenticationMethod (accessToken: string, id: string, options?: MyAccountOptions): Promise<void> {
    return methods.deleteAuthenticationMethod(this.#server, accessToken, id, options)
  }

  /** Begins to enroll an authentication method. Scope `create:me:authentication_methods`. */
  enrollAuthenticationMethod (accessToken: string, params: methods.EnrollAuthenticationMethodParams,
    options?: MyAccountOptions): Promise<methods.AuthenticationMethodEnrollment> {
    return methods.enrollAuthenticationMethod(this.#server, accessToken, params, options)
  }

  /** Finishes an enrollment. Scope `create:me:authentication_methods`. */
  verifyAuthenticationMethod (accessToken: string, id: string, params: methods.VerifyAuthenticationMethodParams,
    options?: MyAccountOptions): Promise<methods.AuthenticationMethod> {
    return methods.verifyAuthenticationMethod(this.#server, accessToken, id, params, options)
  }

  /** Closes kept connections. */
  close (): Promise<void> {
    return this.#server.http.close()
  }
}
