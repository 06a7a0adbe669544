import type { Dispatcher } from 'undici'
import type { TlsCredentials } from '../../types/options.js'
import { ConfigurationError } from '../errors.js'
import { fetchTransport } from './fetch-transport.js'
import { fetchDouble, globalDispatcher, isAgent } from './global-transport.js'
import { publicLookup } from './public-address.js'
import { dispatchWhole } from './whole-answer.js'
import {
  isStream, type Transport, type WholeAnswer, type WholeLimits, type WireRequest, type WireResponse
} from './wire.js'

interface UndiciTransportOptions {
  dispatcher?: Dispatcher | undefined
  tls?: Partial<TlsCredentials> | undefined
  publicOnly?: boolean | undefined
  /**
   * Connections to the application's own servers: as many as are needed, to checked certificates only, whatever
   * dispatcher or `fetch` the process has.
   */
  upstream?: { connectTimeout: number } | undefined
}

/**
 * Milliseconds an idle connection is kept. A server, or a router on the way, may close one at any time, and what was
 * sent on it then is lost: this long it is as good as certain to be open.
 */
const KEEP_ALIVE = 1000

const LONGEST_KEEP_ALIVE = 60_000

/** Connections of our own, and how much is under way on them. */
interface OwnConnections {
  agent: Dispatcher
  flights: number
  /** Called when nothing is under way any more. */
  idle: (() => void) | undefined
}

/** undici with keep-alive connections; the module is loaded with the first request. */
export function undiciTransport (options: UndiciTransportOptions): Transport {
  let opening: Promise<OwnConnections> | undefined
  let own: OwnConnections | undefined
  const open = async (): Promise<OwnConnections> =>
    (own = { agent: await createAgent(options), flights: 0, idle: undefined })
  return {
    ready: () => options.dispatcher === undefined && own === undefined ? (opening ??= open()) : undefined,
    whole (request, limits) {
      const isOwn = own !== undefined && options.dispatcher === undefined && !isStream(request.body) &&
        fetchDouble() === undefined && processWide(options) === undefined
      return isOwn ? wholeOfOwn(own!, request, limits) : undefined
    },
    async exchange (request, signal, { timers = false, dispatcher: given = options.dispatcher } = {}) {
      const double = given === undefined && options.upstream === undefined ? fetchDouble() : undefined
      if (double !== undefined) return await fetchTransport(double).exchange(request, signal)
      const foreign = given ?? processWide(options)
      if (foreign !== undefined) return await send(foreign, request, signal, timers)
      return await sendOwn(own ?? await (opening ??= open()), request, signal, timers)
    },
    async close (seconds) {
      const closing = await opening
      // What is under way may have more to ask: it opens others.
      opening = own = undefined
      if (closing !== undefined) await drain(closing, seconds)
    }
  }
}

/** A request as undici takes it. An exchange with a deadline needs no timers of undici. */
const optionsOf = ({ origin, path, method, headers, body }: WireRequest) => ({
  origin,
  path,
  method: method as Dispatcher.HttpMethod,
  headers,
  body: body ?? null,
  headersTimeout: 0,
  bodyTimeout: 0
})

async function send (dispatcher: Dispatcher, request: WireRequest, signal: AbortSignal | undefined,
  timers: boolean): Promise<WireResponse> {
  const response = await dispatcher.request({
    ...optionsOf(request),
    ...(signal !== undefined && { signal }),
    ...(timers && { headersTimeout: null, bodyTimeout: null })
  })
  return { status: response.statusCode, headers: response.headers, body: response.body, decoded: false }
}

/** An exchange is under way until its body has been read, or left. */
async function sendOwn (own: OwnConnections, request: WireRequest, signal: AbortSignal | undefined,
  timers: boolean): Promise<WireResponse> {
  const landed = (): void => land(own)
  own.flights++
  try {
    const answer = await send(own.agent, request, signal, timers)
    answer.body.once('close', landed)
    return answer
  } catch (error) {
    landed()
    throw error
  }
}

function wholeOfOwn (own: OwnConnections, request: WireRequest, limits: WholeLimits): Promise<WholeAnswer> {
  own.flights++
  return dispatchWhole(own.agent, optionsOf(request), limits, () => land(own))
}

function land (own: OwnConnections): void {
  if (--own.flights === 0) own.idle?.()
}

/** Waits for what is under way, but not for ever. undici's own `close()` could not be cut short. */
async function drain (own: OwnConnections, seconds: number): Promise<void> {
  if (own.flights > 0) {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, seconds * 1000)
      own.idle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
  await own.agent.destroy()
}

async function createAgent ({ tls, publicOnly, upstream }: UndiciTransportOptions): Promise<Dispatcher> {
  const { Agent, buildConnector } = await import('undici')
  const connect = buildConnector({
    ...tls,
    ...(publicOnly === true && { lookup: publicLookup }),
    ...(upstream !== undefined && { timeout: upstream.connectTimeout, rejectUnauthorized: true })
  })
  return new Agent({
    connections: upstream === undefined ? 128 : null,
    keepAliveTimeout: KEEP_ALIVE,
    // A server that says how long it keeps connections is believed, where nobody is on the way.
    keepAliveMaxTimeout: upstream === undefined ? KEEP_ALIVE : LONGEST_KEEP_ALIVE,
    connect
  })
}

/** The application's dispatcher of the whole process, where it can be used. @throws ConfigurationError */
function processWide ({ tls, publicOnly, upstream }: UndiciTransportOptions): Dispatcher | undefined {
  const dispatcher = upstream === undefined ? globalDispatcher() : undefined
  if (dispatcher === undefined) return undefined
  if (tls !== undefined) {
    throw new ConfigurationError('tls',
      'Option "tls" must not be given beside a dispatcher of setGlobalDispatcher(): the certificate would not ' +
        'be sent. Give the certificate to that dispatcher, and leave "tls" out.')
  }
  // An agent would connect to private addresses as well; mocks and proxies make connections of their own.
  return publicOnly === true && isAgent(dispatcher) ? undefined : dispatcher
}
