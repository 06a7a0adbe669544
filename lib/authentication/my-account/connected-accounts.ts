import { InvalidArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import { isObject } from '../../base/json.js'
import { pathSegment, requireText } from '../server/arguments.js'
import { askMyAccount, callMyAccount, type MyAccountOptions, type MyAccountServer } from './my-account-call.js'
import { toCamelCase, toResult, toResults } from '../server/naming.js'

/** Parameters that begin the connection of an account. */
export interface ConnectAccountParams {
  connection: string
  redirectUri: string
  state: string
  codeChallenge: string
  /** Scopes at the provider, in place of the connection's own. */
  scopes?: readonly string[] | undefined
  authorizationParams?: Record<string, unknown> | undefined
}

/** Where the browser goes to connect the account: `connectUri` with the ticket. */
export interface ConnectAccount {
  authSession: string
  connectUri: string
  connectParams: { ticket: string }
  expiresIn?: number
}

/** What completes the connection of an account. */
export interface CompleteConnectAccountParams {
  authSession: string
  connectCode: string
  redirectUri: string
  codeVerifier: string
}

/** An account at a provider that the user connected. */
export interface ConnectedAccount {
  id: string
  connection: string
  accessType: string
  scopes?: string[]
  createdAt: string
  expiresAt?: string
  orgId?: string
  [member: string]: unknown
}

/** A connection the user may connect an account of. */
export interface ConnectedAccountConnection {
  name: string
  strategy: string
  scopes?: string[]
  [member: string]: unknown
}

/** One page, by cursor. */
export interface PageParams {
  /** The previous page's `next`. */
  from?: string | undefined
  /** Default 10, at most 20. */
  take?: number | undefined
}

const START = 'The start of the connection'
const LIST = 'The list of connected accounts'
const CONNECTIONS = 'The list of connections'

/** Begins to connect an account. */
export async function connectAccount (server: MyAccountServer, accessToken: string, params: ConnectAccountParams,
  options?: MyAccountOptions): Promise<ConnectAccount> {
  requireText(params, 'connection', 'redirectUri', 'state', 'codeChallenge')
  const answer = await askMyAccount(server, accessToken, {
    method: 'POST',
    path: 'connected-accounts/connect',
    what: START,
    json: {
      connection: params.connection,
      redirect_uri: params.redirectUri,
      state: params.state,
      code_challenge: params.codeChallenge,
      code_challenge_method: 'S256',
      scopes: params.scopes,
      authorization_params: params.authorizationParams
    }
  }, options)
  if (typeof answer.auth_session !== 'string' || !isObject(answer.connect_params) ||
    typeof answer.connect_params.ticket !== 'string') {
    throw invalid(`${START}: the answer is incomplete.`)
  }
  checkConnectUri(answer.connect_uri, server)
  return toCamelCase(answer) as unknown as ConnectAccount
}

/** The browser is sent there: it must be the tenant's own page. */
function checkConnectUri (uri: unknown, { issuer }: MyAccountServer): void {
  if (typeof uri !== 'string' || !URL.canParse(uri) || new URL(uri).origin !== new URL(issuer).origin) {
    throw invalid(`${START}: "connect_uri" in the answer is not at the tenant.`)
  }
}

/** Finishes to connect an account with what the callback brought. */
export async function completeConnectAccount (server: MyAccountServer, accessToken: string,
  params: CompleteConnectAccountParams, options?: MyAccountOptions): Promise<ConnectedAccount> {
  requireText(params, 'authSession', 'connectCode', 'redirectUri', 'codeVerifier')
  const { authSession, connectCode, redirectUri, codeVerifier } = params
  const answer = await askMyAccount(server, accessToken, {
    method: 'POST',
    path: 'connected-accounts/complete',
    what: 'The end of the connection',
    json: {
      auth_session: authSession,
      connect_code: connectCode,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier
    },
    secrets: [authSession, connectCode, codeVerifier]
  }, options)
  return toResult(answer) as unknown as ConnectedAccount
}

/** One page of the user's connected accounts. */
export async function listConnectedAccounts (
  server: MyAccountServer,
  accessToken: string,
  params: PageParams & { connection?: string | undefined } = {},
  options?: MyAccountOptions
): Promise<{ accounts: ConnectedAccount[], next?: string }> {
  const { accounts, next } = await askMyAccount(server, accessToken, {
    method: 'GET',
    path: 'connected-accounts/accounts',
    query: { connection: params?.connection, ...page(params) },
    what: LIST
  }, options)
  return { accounts: toResults<ConnectedAccount>(accounts, LIST), ...cursor(next) }
}

/** Disconnects an account. */
export async function deleteConnectedAccount (server: MyAccountServer, accessToken: string, id: string,
  options?: MyAccountOptions): Promise<void> {
  requireText({ id }, 'id')
  await callMyAccount(server, accessToken, {
    method: 'DELETE',
    path: `connected-accounts/accounts/${pathSegment('id', id)}`,
    what: 'The removal of the connected account'
  }, options)
}

/** One page of the connections whose accounts can be connected. */
export async function listConnectedAccountConnections (
  server: MyAccountServer,
  accessToken: string,
  params: PageParams = {},
  options?: MyAccountOptions
): Promise<{ connections: ConnectedAccountConnection[], next?: string }> {
  const { connections, next } = await askMyAccount(server, accessToken, {
    method: 'GET',
    path: 'connected-accounts/connections',
    query: page(params),
    what: CONNECTIONS
  }, options)
  return { connections: toResults<ConnectedAccountConnection>(connections, CONNECTIONS), ...cursor(next) }
}

function page (params: PageParams | undefined): Record<string, string | number | undefined> {
  const { from, take } = params ?? {}
  if (take !== undefined && !(Number.isInteger(take) && take >= 1)) {
    throw new InvalidArgumentError('take', 'The argument "take" must be a whole number from 1.')
  }
  return { from, take }
}

function cursor (next: unknown): { next?: string } {
  return typeof next === 'string' && next !== '' ? { next } : {}
}
