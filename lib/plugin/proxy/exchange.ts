import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { TimeoutError } from '../../errors.js'
import { asksForNonce, tokenHeaders, type TokenHeaders } from '../../flows/api/token-headers.js'
import type { ApplicationToken } from '../../flows/tokens/application-access-token.js'
import type { Transport, WireResponse } from '../../http/wire.js'
import type { Registration } from '../request/registration.js'
import { UpstreamFailure } from './failures.js'
import type { Leash } from './leash.js'
import type { ProxyConfig } from './proxy-options.js'
import type { RefusedTokens } from './refused-tokens.js'
import type { RequestBody } from './request-body.js'
import type { WireHeaders } from './request-headers.js'
import type { UpstreamTokens } from './upstream-token.js'

/** What one proxy keeps; the same for all of its requests. */
export interface Proxy {
  config: ProxyConfig
  transport: Transport
  tokens: UpstreamTokens
  /** Tokens that the upstream refuses though they are new: another one would not help. */
  refused: RefusedTokens
}

/** One request on its way upstream. */
interface Call {
  request: FastifyRequest
  registration: Registration
  target: URL
  headers: WireHeaders
  body: RequestBody
  /** Aborts what is under way: the browser has gone, or time is up. */
  leash: Leash
}

/**
 * Sends a request with its token. Once more, if the body was kept, with a new token where the upstream answers 401, and
 * with a new proof where it asks for its nonce.
 * @throws UpstreamFailure, and what keeps a token from being had
 */
export async function exchange (proxy: Proxy, call: Call): Promise<WireResponse> {
  const { tokens, refused, config } = proxy
  let remedies: Set<string> | undefined
  let token = await tokens(call.request)
  let { content } = call.body
  while (true) {
    const answer = await attempt(proxy, call, token, content)
    if (answer.status !== 401 || token === undefined) return answer
    const { 'dpop-nonce': nonce, 'www-authenticate': challenge } = answer.headers
    const remedy = asksForNonce(token, nonce, challenge) ? 'nonce' : 'renewal'
    remedies ??= new Set(config.retryOn401 ? ['nonce', 'renewal'] : ['nonce'])
    const isNew = remedy === 'renewal' && !remedies.has(remedy) && config.retryOn401
    if (isNew) refused.add(token.accessToken)
    if (!remedies.has(remedy) || (remedy === 'renewal' && refused.has(token.accessToken))) return answer
    const again = call.body.again()
    if (again === undefined) return answer
    remedies.delete(remedy)
    answer.body.resume()
    if (remedy === 'renewal') token = await tokens(call.request, token.accessToken)
    content = again.content
  }
}

/** Sends a request once. The upstream's time begins when it has the whole request. */
async function attempt ({ config, transport }: Proxy, { request, registration, target, leash, ...call }: Call,
  token: ApplicationToken | undefined, content: Readable | Uint8Array | undefined): Promise<WireResponse> {
  const { method } = request
  let { headers } = call
  let presented: TokenHeaders | undefined
  if (token !== undefined) {
    presented = await tokenHeaders(registration.context, registration.requestContext(request),
      { ...token, method, url: target })
    const { authorization, dpop } = presented
    headers = { ...headers, authorization, ...(dpop !== undefined && { dpop }) }
  }
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => {
      leash.abort(new TimeoutError(`${target.host} did not answer within ${config.timeout} s.`))
    }, config.timeout * 1000)
  }
  if (content instanceof Readable) content.once('end', begin)
  else begin()
  try {
    await transport.ready()
    const { origin, pathname, search } = target
    const answer = await transport.exchange({ origin, path: pathname + search, method, headers, body: content },
      leash.signal)
    answer.body.on('error', brokenOff)
    presented?.learn(answer.headers['dpop-nonce'] as string | undefined)
    return answer
  } catch (error) {
    throw new UpstreamFailure(error, target.host)
  } finally {
    clearTimeout(timer)
    if (content instanceof Readable) content.off('end', begin)
  }
}

/** An answer may break off before anybody reads it, even before its headers have left: then there is another one. */
function brokenOff (error: Error): void {
  Object.assign(error, { statusCode: 502, message: 'The service behind this address broke off its answer.' })
}
