import type { AuthorizationServer, Metadata } from '../../authentication/server/authorization-server.js'
import {
  ApiError, InvalidArgumentError, IssuerValidationError, MissingRequiredArgumentError, MissingTransactionError
} from '../../errors.js'
import { trace, traceChannel } from '../../base/trace.js'
import { randomText } from '../../base/random-text.js'
import { MAX_STATE } from '../../stores/transactions/transaction-states.js'
import type { Transaction } from '../../../types/stores.js'
import type { CallbackTrace } from '../../../types/telemetry.js'
import type { PluginContext, RequestContext } from '../context.js'
import { plain } from '../events.js'
import { holdsSessionCookie } from '../session/session.js'

const SINGLE = ['state', 'code', 'iss', 'error', 'error_description', 'connect_code'] as const
/** Members of other response types: never asked for, so never taken. @see RFC 9700 section 2.1.2 */
const FOREIGN = ['id_token', 'access_token', 'token_type', 'response']
const MAX_PARAMETER = 4096
/** @see RFC 6749 appendix A */
const PARAMETER = new RegExp(`^[\\x20-\\x7e]{0,${MAX_PARAMETER}}$`)

/** Seconds within which a browser must follow the redirect that answers its form post. */
const FOLLOWS_WITHIN = 120
/** Characters of a `state` before its marks. */
const RANDOM = 32

/** A callback that belongs to a transaction of this browser; the transaction is used up. */
export interface Callback<T extends Transaction = Transaction> {
  transaction: T
  server: AuthorizationServer
  metadata: Metadata
  params: URLSearchParams
  /** Epoch seconds. */
  receivedAt: number
  /** What the tenant answered instead of a code. */
  refusal: ApiError | undefined
}

/** Traces callbacks that are received and carried out. */
export const callbacks = traceChannel('callback')

/** What a channel is told of a callback. */
export function callbackMessage ({ config: { domain } }: PluginContext): CallbackTrace {
  return domain === undefined ? {} : { domain }
}

/** Receives a callback that the application hands over, and carries it out; the channel is told of both as one. */
export async function completeCallback<T> (context: PluginContext, request: RequestContext, url: string | URL,
  responseMode: 'query' | 'form_post' | undefined, finish: (callback: Callback) => Promise<T>): Promise<T> {
  const work = async (): Promise<T> =>
    await finish(await receiveCallback(context, request, callbackParams(url), responseMode ?? 'query'))
  return await (callbacks.hasSubscribers ? trace(callbacks, callbackMessage(context), work) : work())
}

/** Reads the parameters of a callback URL, whatever its origin. @throws InvalidArgumentError */
export function callbackParams (url: string | URL): URLSearchParams {
  try {
    return new URL(url, 'https://callback.invalid').searchParams
  } catch (error) {
    throw new InvalidArgumentError('url', 'The callback URL is not a URL.', error)
  }
}

/**
 * Matches an authorization response with its transaction, and takes the transaction: it is gone whatever follows.
 * @throws MissingTransactionError, IssuerValidationError, InvalidArgumentError
 * @see RFC 6749 section 4.1.2, RFC 9207
 */
export async function receiveCallback (context: PluginContext, request: RequestContext, params: URLSearchParams,
  responseMode: 'query' | 'form_post'): Promise<Callback> {
  const receivedAt = context.now()
  const states = params.getAll('state')
  const state = states[0]
  if (state === undefined || state === '') throw withoutState(params)
  if (states.length > 1 || state.length > MAX_STATE) {
    throw new InvalidArgumentError('state', 'The callback\'s "state" is not one this application has made.')
  }
  const transaction = await context.transactions.take(request.jar, state)
  if (transaction === undefined) throw new MissingTransactionError()
  // With one domain there is nothing to check.
  if (context.config.domain === undefined) await checkDomain(request, transaction)
  context.takenLogins.add(state, transaction.returnTo)

  for (const name of SINGLE) {
    if (params.getAll(name).length > 1) {
      throw new InvalidArgumentError(name, `The callback gives "${name}" more than once.`)
    }
    const value = params.get(name)
    // The tenant's text for people is cut and cleaned where it is used.
    if (value !== null && name !== 'error_description' && !PARAMETER.test(value)) {
      throw new InvalidArgumentError(name,
        `The callback's "${name}" is longer than ${MAX_PARAMETER} characters, or holds characters it must not.`)
    }
  }
  for (const name of FOREIGN) {
    if (params.has(name)) throw new InvalidArgumentError(name, `The callback gives "${name}", which was not asked for.`)
  }
  if (responseMode !== (transaction.responseMode ?? 'query') || transaction.posted !== undefined) {
    throw new InvalidArgumentError('response_mode', 'The callback came in another way than was asked for.')
  }

  const server = context.servers.get(transaction.issuer)
  const metadata = await server.metadata()
  checkIssuer(params.get('iss'), metadata, transaction)
  const error = params.get('error')
  return {
    transaction,
    server,
    metadata,
    params,
    receivedAt,
    refusal: error === null ? undefined : errorResponse(error, params.get('error_description') ?? '')
  }
}

/**
 * Puts a login that came by form post off until the browser's next GET, which brings the cookie of the session that
 * the login follows: its fields go on, and it ends. Returns the `state` of that GET; `undefined` where there is nothing
 * to wait for.
 */
export async function postpone (context: PluginContext, request: RequestContext,
  { transaction, params, refusal, receivedAt }: Callback): Promise<string | undefined> {
  const code = params.get('code')
  if (refusal !== undefined || code === null || code === '') return undefined
  if (transaction.withSession !== true || holdsSessionCookie(context, request)) return undefined
  const { responseMode: _, withSession: __, ...kept } = transaction
  const state = randomText(RANDOM * 3 / 4) + transaction.state.slice(RANDOM)
  try {
    await context.transactions.set(request.jar, state, { ...kept, state, posted: { code, receivedAt } }, FOLLOWS_WITHIN)
    return state
  } catch (error) {
    // The code does not fit into the cookie any more. The login counts more than the session before it.
    if (!(error instanceof InvalidArgumentError)) throw error
    request.log?.warn({ auth0: { type: 'warning', reason: 'form_post_too_large' } },
      'auth0 warning: a login by form post cannot wait for the session before it, whose fields are lost')
    return undefined
  }
}

/**
 * Receives what was put off, whose parameters were checked when they came.
 * @throws MissingTransactionError
 */
export async function receivePosted (context: PluginContext, request: RequestContext,
  state: string | null): Promise<Callback> {
  const transaction = state === null ? undefined : await context.transactions.take(request.jar, state)
  if (transaction?.posted === undefined) throw new MissingTransactionError()
  if (context.config.domain === undefined) await checkDomain(request, transaction)
  context.takenLogins.add(transaction.state, transaction.returnTo)
  const { code, receivedAt } = transaction.posted
  const server = context.servers.get(transaction.issuer)
  const metadata = await server.metadata()
  return { transaction, server, metadata, params: new URLSearchParams({ code }), receivedAt, refusal: undefined }
}

/** With several domains, cookies may be shared by their hosts: a login is finished where it was begun. */
async function checkDomain (request: RequestContext, { domain }: Transaction): Promise<void> {
  if ((await request.server()).domain !== domain) {
    throw new InvalidArgumentError('domain',
      'This login was begun at another address of the application, and must be finished there. Start it again.')
  }
}

/**
 * A login that the tenant began by itself, or a page of the tenant that leads here, knows no `state`. Anybody can make
 * such a link, so its text is not shown.
 */
function withoutState (params: URLSearchParams): Error {
  const [error = ''] = params.getAll('error')
  if (error !== '') return errorResponse(error, '', 400)
  return params.has('code')
    ? new MissingTransactionError()
    : new MissingRequiredArgumentError('state', 'This address finishes a login. Please start the login first.')
}

/** @see RFC 9207 section 2.4 */
function checkIssuer (iss: string | null, metadata: Metadata, transaction: Transaction): void {
  const promised = metadata.authorization_response_iss_parameter_supported === true && transaction.kind !== 'connect'
  if (iss === null ? promised : iss !== transaction.issuer) {
    throw new IssuerValidationError(
      iss === null
        ? 'The callback does not name its issuer, as this tenant promises.'
        : 'The callback comes from another issuer.'
    )
  }
}

/** An error the user caused, or one of the tenant's. The text is the tenant's: untrusted. */
function errorResponse (error: string, description: string, statusCode?: number): ApiError {
  const code = plain(error, 64)
  // Codes go into logs: a text that looks like something else, such as an address, is not a code.
  const known = /^[\w.:-]+$/.test(code) ? code : 'unknown_error'
  const message = plain(description, 256)
  return new ApiError({
    code: known,
    message: message === '' ? 'The login did not succeed. Please try again, or use another account.' : message,
    description: message,
    status: 0,
    statusCode: statusCode ?? statusOf(known)
  })
}

function statusOf (code: string): number {
  if (code === 'access_denied' || code === 'unauthorized') return 403
  if (code === 'login_required' || code === 'interaction_required' || code === 'consent_required' ||
    code === 'account_selection_required') return 401
  if (code === 'server_error') return 502
  return code === 'temporarily_unavailable' ? 503 : 400
}
