import t from 'tap'
import { ForbiddenError } from '../../../lib/errors.js'
import {
  deleteConnectedAccount, finishConnectAccount, listConnectedAccountConnections, listConnectedAccounts,
  startConnectAccount
} from '../../../lib/flows/accounts/connected-accounts.js'
import { myAccount } from '../../../lib/flows/accounts/my-account.js'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { issuer, start, Tenant } from '../../authentication/tenant.js'
import { errorOf } from '../../tokens/problem.js'

const callback = 'https://app.example.com/auth/callback'
const scopes = ['read:me:factors', 'create:me:connected_accounts', 'read:me:connected_accounts',
  'delete:me:connected_accounts',
  ...['read', 'update', 'delete', 'create'].map(verb => `${verb}:me:authentication_methods`)]

/** A session that has a token of each scope, whose value is the scope. */
function world (script: ConstructorParameters<typeof Tenant>[0] = {},
  { routes = { callback: '/auth/callback' } } = {}) {
  const tenant = new Tenant(script, { json: {} })
  const record = { id: 's', issuer, user: { sub: 'auth0|ada' }, domain: 'acme.eu.auth0.com' }
  const tokenSets = scopes.map(scope => ({
    accessToken: scope,
    tokenType: 'Bearer',
    scope,
    requestedScope: scope,
    expiresAt: start + 600,
    audience: `${issuer}me/`
  }))
  const remembered: unknown[] = []
  const context = {
    config: { scope: '', issuer, routes, prefix: '', transactionDuration: 900, refreshLeeway: 30 },
    now: () => start,
    sessions: { tokens: () => ({ tokenSets }) },
    transactions: { set: async (...args: unknown[]) => { remembered.push(...args.slice(1)) } }
  } as unknown as PluginContext
  const request = {
    session: { record },
    jar: {},
    server: () => tenant.server(),
    appBase: () => ({ origin: 'https://app.example.com', basePath: '', secure: true })
  } as unknown as RequestContext
  return { tenant, context, request, remembered }
}

t.test('each call has a token of the one scope that it needs', async t => {
  const id = 'dev_1'
  const { context, request, tenant } = world()
  const { getFactors, authenticationMethods: methods } = myAccount(context, request)
  const calls: [run: () => Promise<unknown>, scope: string, asked: RegExp][] = [
    [() => getFactors(), 'read:me:factors', /^GET \/me\/v1\/factors$/],
    [() => methods.list(), 'read:me:authentication_methods', /^GET .*methods$/],
    [() => methods.list({ type: 'passkey' }), 'read:me:authentication_methods', /^GET .*methods/],
    [() => methods.get(id), 'read:me:authentication_methods', /^GET .*methods\/dev_1$/],
    [() => methods.update(id, { name: 'x' }), 'update:me:authentication_methods', /^PATCH .*methods\/dev_1$/],
    [() => methods.delete(id), 'delete:me:authentication_methods', /^DELETE .*methods\/dev_1$/],
    [() => methods.enroll({ type: 'totp' }), 'create:me:authentication_methods', /^POST .*methods$/],
    [() => methods.verify(id, { authSession: 'a', otpCode: '1' }), 'create:me:authentication_methods',
      /^POST .*methods\/dev_1\/verify$/],
    [() => deleteConnectedAccount(context, request, 'cac_1'), 'delete:me:connected_accounts',
      /^DELETE .*accounts\/cac_1$/],
    [() => listConnectedAccountConnections(context, request), 'read:me:connected_accounts', /^GET .*connections$/],
    [() => listConnectedAccounts(context, request), 'read:me:connected_accounts', /^GET .*accounts$/]
  ]
  for (const [run, scope, asked] of calls) {
    const before = tenant.seen.length
    await run().catch(() => {})
    const [seen] = tenant.seen.slice(before)
    t.match(`${seen?.method} ${seen?.path}`, asked, scope)
    t.equal(seen?.headers.authorization, `Bearer ${scope}`)
    t.equal(tenant.seen.length, before + 1)
  }
  const gone = { signal: AbortSignal.abort() }
  t.match(await errorOf(() => getFactors(gone)), { code: 'aborted' })
})

t.test('pages of connected accounts', async t => {
  const pages = [{ accounts: [{ id: 'a' }], next: 'n1' }, { accounts: [{ id: 'b' }], next: 'n2' },
    { accounts: [{ id: 'c' }] }]
  const { context, request, tenant } = world({
    'GET /me/v1/connected-accounts/accounts': ({ url }) =>
      ({ json: pages[['n0', 'n1', 'n2'].indexOf(url.searchParams.get('from') ?? 'n0')] as Record<string, unknown> })
  })
  const first = await listConnectedAccounts(context, request, { connection: 'github', take: 1 })
  t.strictSame([first.accounts.length, first.next], [1, 'n1'])
  const all: string[] = []
  for await (const { id } of first) all.push(id)
  t.strictSame(all, ['a', 'b', 'c'])
  for (const { url: { searchParams: sent } } of tenant.seen) {
    t.match([sent.get('connection'), sent.get('take')], ['github', '1'])
  }
  t.equal(tenant.seen.length, 3)
})

t.test('an account is connected in two steps', async t => {
  const started = { auth_session: 'as', connect_uri: `${issuer}connect`, connect_params: { ticket: 't' } }
  const script = {
    'POST /me/v1/connected-accounts/connect': { json: started },
    'POST /me/v1/connected-accounts/complete': { json: { id: 'cac_1', connection: 'github' } }
  }
  const { context, request, tenant, remembered } = world(script)
  const url = await startConnectAccount(context, request, {
    connection: 'github',
    scopes: ['repo'],
    appState: { b: 2 },
    returnTo: '/done'
  })
  t.equal(url.href, `${issuer}connect?ticket=t`)
  t.equal(tenant.seen[0]?.headers.authorization, 'Bearer create:me:connected_accounts')
  t.match(tenant.json, { connection: 'github', redirect_uri: callback, scopes: ['repo'] })
  const [state, transaction, seconds] = remembered as [string, Record<string, unknown>, number]
  t.equal(seconds, 900)
  t.match(state, /^[\w-]{32}$/)
  t.equal(tenant.json.state, state)
  t.match(transaction, {
    kind: 'connect',
    state,
    redirectUri: callback,
    domain: 'acme.eu.auth0.com',
    issuer,
    createdAt: start,
    sessionId: 's',
    sub: 'auth0|ada',
    authSession: 'as',
    returnTo: '/done',
    appState: { b: 2 }
  })
  const finish = async (changes: object = {}, query = 'connect_code=c', refusal?: Error) =>
    await finishConnectAccount(context, request, {
      transaction: { ...transaction, ...changes },
      params: new URLSearchParams(query),
      refusal
    } as never)
  t.match(await finish(), { id: 'cac_1', appState: { b: 2 }, returnTo: '/done' })
  t.strictSame(tenant.json, {
    auth_session: 'as',
    connect_code: 'c',
    redirect_uri: callback,
    code_verifier: transaction.codeVerifier
  })
  t.equal(tenant.seen[1]?.headers.authorization, 'Bearer create:me:connected_accounts')
  const bare = await finish({ appState: undefined, returnTo: undefined })
  t.notOk('appState' in bare || 'returnTo' in bare)
  const count = tenant.seen.length
  const refusal = new ForbiddenError('access_denied' as never, 'refused')
  t.equal(await errorOf(() => finish({}, 'connect_code=c', refusal)), refusal)
  for (const [changes, query, error] of [
    [{ kind: 'login' }, 'connect_code=c', { argument: 'state' }],
    [{ sub: 'auth0|eve' }, 'connect_code=c', { code: 'start_link_user_error' }],
    [{ sessionId: 'other' }, 'connect_code=c', { code: 'start_link_user_error' }],
    [{}, '', { argument: 'connect_code' }],
    [{}, 'connect_code=', { argument: 'connect_code' }]
  ] as const) t.match(await errorOf(() => finish(changes, query)), error)
  t.equal(tenant.seen.length, count, 'nothing was sent')

  const plain = world(script)
  await startConnectAccount(plain.context, plain.request, { connection: 'github' })
  t.notOk('appState' in (plain.remembered[1] as object) || 'returnTo' in (plain.remembered[1] as object))
  const closed = world(script, { routes: {} as never })
  const connect = async (options: object) =>
    await startConnectAccount(closed.context, closed.request, { connection: 'github', ...options })
  t.match(await errorOf(() => connect({})), { code: 'missing_required_argument', argument: 'redirectUri' })
  await connect({ redirectUri: callback })
  t.match(closed.remembered[1], { redirectUri: callback })
  t.match(await errorOf(() => connect({ connection: '' })), { argument: 'connection' })
  closed.request.session = undefined
  t.match(await errorOf(() => connect({ redirectUri: callback })), { code: 'login_required' })
})
