import t from 'tap'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { magicLink } from '../../../lib/flows/login/magic-link.js'
import { issuer, start, Tenant } from '../../authentication/tenant.js'
import { errorOf } from '../../tokens/problem.js'

t.test('a magic link: what it carries, and what is remembered for its return', async t => {
  const callback = 'https://app.example.com/auth/callback'
  interface World {
    config?: object
    organization?: string
  }
  const link = async (options: object, { config = {}, organization }: World = {}) => {
    const remembered: unknown[] = []
    const request = {
      jar: {},
      organization: async () => organization,
      appBase: () => ({ origin: 'https://app.example.com', basePath: '', secure: true })
    } as unknown as RequestContext
    const context = {
      config: {
        scope: 'openid profile',
        prefix: '',
        routes: { callback: '/auth/callback' },
        transactionDuration: 900,
        ...config
      },
      now: () => start,
      transactions: { set: async (...args: unknown[]) => { remembered.push(...args.slice(1)) } }
    } as unknown as PluginContext
    const { authParams, remember } = await magicLink(context, request, new Tenant().server(), options)
    t.strictSame(remembered, [], 'nothing before the link was sent')
    await remember()
    return { authParams, remembered }
  }
  const plain = await link({})
  const { state, nonce } = plain.authParams as { state: string, nonce: string }
  t.match(state, /^[\w-]{32}$/)
  t.match(nonce, /^[\w-]{32}$/)
  t.not(state, nonce)
  t.strictSame(plain.authParams,
    { redirect_uri: callback, response_type: 'code', state, nonce, scope: 'openid profile' })
  const common = { kind: 'magic-link', domain: 'acme.eu.auth0.com', issuer, createdAt: start }
  const transaction = { ...common, state, nonce, redirectUri: callback, scope: 'openid profile' }
  t.strictSame(plain.remembered, [state, transaction, 900])

  const params = {
    audience: 'https://api',
    login_hint: 'ada',
    ui_locales: 'de',
    screen_hint: 'signup',
    prompt: 'login',
    max_age: 60,
    acr_values: 'high',
    scope: 'mail',
    organization: 'org_1'
  }
  const redirectUri = 'https://app.example.com/own'
  const full = await link({ authParams: params, returnTo: '/in', appState: { c: 3 }, redirectUri })
  t.match(full.authParams, { ...params, scope: 'openid mail', redirect_uri: redirectUri, response_type: 'code' })
  t.match(full.remembered[1], {
    ...common,
    redirectUri,
    scope: 'openid mail',
    audience: 'https://api',
    organization: 'org_1',
    returnTo: '/in',
    maxAge: 60,
    appState: { c: 3 }
  })
  const own = await link({}, { config: { audience: 'https://api' }, organization: 'org_1' })
  t.match(own.authParams, { audience: 'https://api', organization: 'org_1' })

  const closed = { config: { routes: {} } }
  t.match((await link({ redirectUri }, closed)).authParams, { redirect_uri: redirectUri })
  const refused: [options: object, error: object, world?: World][] = [
    [{}, { code: 'missing_required_argument', argument: 'redirectUri' }, closed],
    [{ redirectUri: '/x' }, { code: 'invalid_argument', argument: 'redirectUri' }],
    [{ authParams: { max_age: -1 } }, { code: 'invalid_argument', argument: 'authParams.max_age' }],
    [{ authParams: { audience: 'x', state: 'mine' } }, { code: 'invalid_argument', argument: 'authParams.state' }],
    [{ authParams: { organization: 'org_2' } }, { argument: 'organization' }, { organization: 'org_1' }],
    [{ appState: 1n }, { code: 'invalid_argument', argument: 'appState' }]
  ]
  for (const [options, error, world] of refused) t.match(await errorOf(() => link(options, world)), error)
})
