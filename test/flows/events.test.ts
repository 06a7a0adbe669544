import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import {
  ApiError, ConfigurationError, InvalidArgumentError, NetworkError, OrganizationTokenValidationError,
  SessionStoreError, TimeoutError, TokenValidationError
} from '../../lib/errors.js'
import { blameOf, createEventSink, plain, reasonOf } from '../../lib/flows/events.js'
import { warningLine } from '../../lib/flows/warning-texts.js'
import type { Auth0Event } from '../../types/index.js'

const answered = (code: string, status?: number, statusCode?: number) =>
  new ApiError({
    code,
    message: 'ada@example.test is blocked',
    ...(status !== undefined && { status }),
    ...(statusCode !== undefined && { statusCode })
  })

t.test('who is to blame for an error, and its code', async t => {
  for (
    const [error, blame, reason] of [
      [new Error('x'), 'application', 'unexpected_error'],
      [undefined, 'application', 'unexpected_error'],
      [new TokenValidationError('expired', 'x'), 'upstream', 'token_validation_error'],
      [new OrganizationTokenValidationError('org_id', 'x'), 'user', 'organization_token_validation_error'],
      [answered('invalid_client', 401), 'application', 'invalid_client'],
      [answered('unauthorized_client', 403), 'application', 'unauthorized_client'],
      [answered('invalid_grant', 400), 'upstream', 'invalid_grant'],
      [answered('invalid_request', 400, 400), 'upstream', 'invalid_request'],
      [answered('access_denied', 0, 403), 'user', 'access_denied'],
      [answered('server_error', 0, 500), 'upstream', 'server_error'],
      [answered('server_error', undefined, 499), 'user', 'server_error'],
      [new NetworkError('x'), 'upstream', 'network_error'],
      [new TimeoutError('x'), 'upstream', 'timeout'],
      [new SessionStoreError('x'), 'upstream', 'session_store_error'],
      [new InvalidArgumentError('a', 'x'), 'user', 'invalid_argument'],
      [new ConfigurationError('a', 'x'), 'application', 'configuration_error']
    ] as const
  ) {
    t.equal(blameOf(error), blame, reason)
    t.match(reasonOf(error), new RegExp(`^${reason}`))
  }
})

t.test('the level of an event, what is logged of its error, and who is told', async t => {
  const lines: unknown[][] = []
  const write = (level: string) => (fields: object, message: string) => {
    lines.push([level, fields, message])
  }
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const event: Auth0Event = { type: 'login', outcome: 'success', reason: 'login', blame: 'none' }
  const told: unknown[] = []
  const listen = (event: unknown) => {
    told.push(event)
  }
  subscribe('fastify-auth0:event', listen)
  t.teardown(() => unsubscribe('fastify-auth0:event', listen))
  const sink = createEventSink(undefined, log)
  for (
    const [changes, level] of [
      [{}, 'debug'], [{ actor: 'a' }, 'info'], [{ blame: 'user' }, 'info'], [{ blame: 'upstream', actor: 'a' }, 'warn'],
      [{ blame: 'application' }, 'error'], [{ type: 'warning' }, 'warn'], [{ type: 'warning', actor: 'a' }, 'warn']
    ] as const
  ) {
    sink({ ...event, ...changes })
    const changed: Auth0Event = { ...event, ...changes }
    t.strictSame(lines.pop(), [level, { auth0: changed }, `auth0 ${changed.type}: login`])
  }
  t.equal(told.length, 7)

  const deep = new NetworkError('4', new Error('3', { cause: new Error('2', { cause: new Error('1') }) }))
  sink(event, log, new InvalidArgumentError('a', 'bad\nvalue', new Error('5', { cause: deep })))
  t.strictSame((lines.pop()![1] as { problem: object }).problem, {
    name: 'InvalidArgumentError',
    message: 'bad value',
    code: 'invalid_argument',
    cause: {
      name: 'Error',
      message: '5',
      cause: {
        name: 'NetworkError',
        message: '4',
        code: 'network_error',
        cause: { name: 'Error', message: '3' }
      }
    }
  }, 'three causes, no control characters')
  sink(event, log, answered('invalid_grant', 403))
  t.strictSame((lines.pop()![1] as { problem: object }).problem,
    { name: 'ApiError', code: 'invalid_grant', status: 403 }, "nothing of the tenant's text")
  sink(event, log, answered('access_denied', 0))
  t.strictSame((lines.pop()![1] as { problem: object }).problem, { name: 'ApiError', code: 'access_denied' })
  sink(event, log, answered('invalid_client', 401))
  t.match(lines.pop()![1], { hint: /credentials/ }, 'what to do')
  for (const description of ['Service not found: https://x', 'Client "a" is not authorized to access resource server ' +
    '"b".']) {
    sink(event, log, new ApiError({ code: 'access_denied', message: description, description }))
    t.match(lines.pop()![1], { hint: /option "audience"/ }, description)
  }
  sink(event, log, 'text')
  t.strictSame(Object.keys(lines.at(-1)![1] as object), ['auth0', 'problem'], 'nothing to do here')
  t.strictSame((lines.pop()![1] as { problem: object }).problem, { name: 'unknown' })

  for (const fails of [() => { throw new Error('hook') }, async () => await Promise.reject(new Error('hook'))]) {
    createEventSink(fails, log)(event)
    await new Promise(resolve => setImmediate(resolve))
    t.match(lines.splice(-1)[0], ['error', { err: { message: 'hook' } }, 'the onEvent hook failed'])
  }
  t.equal(plain('a\u0000\u001f\u007f\u009f\u2028b', 2), 'a ')
})

t.test('each warning of the code says what happened and what to do', async t => {
  const lib = new URL('../../lib/', import.meta.url)
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const codes = new Set(files.flatMap(name =>
    [...readFileSync(new URL(name, lib), 'utf8').matchAll(/\b(?:warn|warnOnce|#tell)\('(\w+)'/gu)].map(([, code]) =>
      code!)))
  t.ok(codes.size >= 8, [...codes].join())
  for (const code of codes) t.match(warningLine(code), new RegExp(`^auth0 warning: ${code}: .{40,}\\.$`), code)
  t.equal(warningLine('another'), 'auth0 warning: another')
})
