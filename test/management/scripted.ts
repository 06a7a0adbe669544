import type { ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { Auth0Error } from '../../lib/errors.js'
import { ManagementClient, type ManagementClientOptions } from '../../lib/management/index.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'
import { startServer, type Answer, type Received } from '../fixtures/loopback.js'

/** What the server does with one request. */
export type Step =
  | Answer
  | 'reset'
  | 'stall'
  | ((request: Received, response: ServerResponse) => Answer | undefined | Promise<Answer | undefined>)

/** A Management API that answers by a script, and a client whose waits are counted instead of waited. */
export interface Scripted {
  client: ManagementClient
  /** Calls of the API. */
  requests: Received[]
  /** Requests of tokens. */
  tokenRequests: Received[]
  /** How long the client would have waited each time, seconds. */
  waits: number[]
  clock: { now: number }
}

export const start = 1_800_000_000

/** The last step of `api` is repeated for ever; `token` is what the token endpoint does. */
export async function scripted (
  t: Test,
  api: Step | Step[],
  options: Partial<ManagementClientOptions> = {},
  token: Step | Step[] = { body: { access_token: 'at', token_type: 'Bearer', expires_in: 86_400 } }
): Promise<Scripted> {
  const scripts = { api: [api].flat(), token: [token].flat() }
  const apiRequests: Received[] = []
  const tokenRequests: Received[] = []
  const { origin } = await startServer(t, (request, response) => {
    if (request.path.startsWith('/.well-known/')) {
      return { body: metadataOf(`${origin}/`) }
    }
    const isToken = request.path === '/oauth/token'
    const script = isToken ? scripts.token : scripts.api
    ;(isToken ? tokenRequests : apiRequests).push(request)
    const step = script.length > 1 ? script.shift()! : script[0]!
    return play(step, request, response)
  })
  const waits: number[] = []
  const clock = { now: start }
  const { retry = {}, ...others } = options
  const sleep = async (seconds: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted === true) throw new Auth0Error('aborted', { code: 'aborted', statusCode: 500 })
    waits.push(seconds)
    clock.now += seconds
  }
  const credentials = 'token' in others || 'clientId' in others ? {} : { token: 'given' }
  const client = new ManagementClient({
    domain: origin,
    now: () => clock.now,
    ...credentials,
    ...others,
    retry: retry === false ? false : { sleep, ...retry }
  })
  t.teardown(() => client.close())
  return { client, requests: apiRequests, tokenRequests, waits, clock }
}

function play (
  step: Step,
  request: Received,
  response: ServerResponse
): Answer | undefined | Promise<Answer | undefined> {
  if (typeof step === 'function') return step(request, response)
  if (step === 'reset') {
    response.destroy()
    return undefined
  }
  if (step === 'stall') {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"half":')
    return undefined
  }
  return step
}

/** The error a call ends with. */
export async function failure (work: Promise<unknown>): Promise<Auth0Error & Record<string, unknown>> {
  try {
    await work
  } catch (error) {
    return error as Auth0Error & Record<string, unknown>
  }
  throw new Error('Expected an error.')
}
