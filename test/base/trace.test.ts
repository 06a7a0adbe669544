import { channel, tracingChannel } from 'node:diagnostics_channel'
import t from 'tap'
import { errorType, noteFailure, trace, traceChannel } from '../../lib/base/trace.js'
import { ApiError, NetworkError } from '../../lib/errors.js'

t.test('what a channel is told of work', async t => {
  const told: [event: string, outcome: unknown, errorType: unknown][] = []
  const spans = tracingChannel('fastify-auth0:api')
  const listen = Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(event =>
    [event, (message: { outcome?: string, errorType?: string }) =>
      told.push([event, message.outcome, message.errorType])]))
  spans.subscribe(listen as never)
  t.teardown(() => spans.unsubscribe(listen as never))
  const name = 'api' as never
  const run = (work: () => unknown, message: object = {}) => trace(traceChannel(name), message as never, work)
  const all = () => told.splice(0)
  t.equal(run(() => 5), 5)
  t.strictSame(all(), [['start', undefined, undefined], ['end', 'success', undefined]])
  t.equal(run(() => 5, { outcome: 'denied' }), 5)
  t.strictSame(all(), [['start', 'denied', undefined], ['end', 'denied', undefined]])
  t.equal(run(() => 5, { around: (work: () => number) => work() + 1 }), 6)
  all()
  t.throws(() => run(() => { throw new NetworkError('x', undefined, 'aborted') }), { code: 'aborted' })
  t.strictSame(all(), [['start', undefined, undefined], ['error', 'failure', 'aborted'], ['end', 'failure', 'aborted']])
  t.equal(await run(async () => 5), 5)
  t.strictSame(all(), [['start', undefined, undefined], ['end', undefined, undefined],
    ['asyncStart', 'success', undefined], ['asyncEnd', 'success', undefined]])
  await t.rejects(run(async () => { throw new Error('x') }) as Promise<unknown>, { message: 'x' })
  t.strictSame(all(), [['start', undefined, undefined], ['end', undefined, undefined], ['error', 'failure', '_OTHER'],
    ['asyncStart', 'failure', '_OTHER'], ['asyncEnd', 'failure', '_OTHER']])
  t.doesNotThrow(() => noteFailure(undefined, new Error('x')))
  t.ok(channel('tracing:fastify-auth0:api:start').hasSubscribers)
})

t.test('failures are named out of a fixed list', async t => {
  for (const code of ['access_denied', 'account_selection_required', 'authorization_pending', 'consent_required',
    'expired_token', 'insufficient_scope', 'interaction_required', 'invalid_client', 'invalid_dpop_proof',
    'invalid_grant', 'invalid_request', 'invalid_scope', 'invalid_target', 'invalid_token', 'login_required',
    'mfa_required', 'server_error', 'slow_down', 'temporarily_unavailable', 'too_many_requests', 'unauthorized',
    'unauthorized_client', 'unsupported_grant_type', 'use_dpop_nonce']) {
    t.equal(errorType(new ApiError({ code, message: 'x', status: 400 })), code)
  }
  const other = (status?: number) => errorType(new ApiError({ code: 'x', message: 'x', ...status && { status } }))
  t.strictSame([other(418), other(1), other(), errorType(new NetworkError('x', undefined, 'aborted')),
    errorType(new Error('x')), errorType(undefined)], ['418', '1', '_OTHER', 'aborted', '_OTHER', '_OTHER'])
})
