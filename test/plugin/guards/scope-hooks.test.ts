import fastify, { type FastifyReply } from 'fastify'
import t from 'tap'
import fastifyAuth0, { type Guard } from '../../../lib/index.js'
import { scopeHooks, watchScopes } from '../../../lib/plugin/guards/scope-hooks.js'
import { STAGES } from '../../../lib/plugin/guards/stages.js'
import { requireMfa } from '../../../lib/plugin/guards/require-mfa.js'
import { kRegistration } from '../../../lib/plugin/request/registration.js'
import { requestState } from '../../../lib/plugin/request/request-state.js'
import { newSite } from '../../flows/site.js'

const HOST = 'app.example.test'

type Hook = (...args: unknown[]) => unknown

t.test('hooks of scopes, however they are written, ask for closed routes and let open ones pass', async t => {
  const s = newSite(t)
  type Ask = (request: never, reply: never) => Promise<void>
  /** Each stage's hook by the number of its arguments; `done` of one that is called back stands last. */
  const forms: Record<string, (ask: Ask) => Hook> = {
    async: ask => async function asks (request, reply) { await ask(request as never, reply as never) },
    'async with the payload': ask => async function asks (request, reply, _payload) {
      await ask(request as never, reply as never)
    },
    promise: ask => function asks (request, reply) { return ask(request as never, reply as never) },
    'called back': ask => function asks (request, reply, done) {
      setImmediate(() => {
        ask(request as never, reply as never).then(() => (done as Hook)(), done as Hook)
      })
    },
    'called back with the payload': ask => function asks (request, reply, payload, done) {
      ask(request as never, reply as never).then(() => (done as Hook)(null, payload), done as Hook)
    }
  }
  const names: string[] = []
  const [one, two] = [async () => {}, async () => {}]
  s.app.after(() => {
    s.app.addHook('preHandler', one)
    s.app.register(async scope => {
      scope.addHook('preHandler', two)
      scope.addHook('onSend', async () => {})
      t.strictSame(scopeHooks(scope, 'preHandler'), [one, two], 'the outermost first')
      t.strictSame(scopeHooks(scope, 'preParsing'), [])
    })
    for (const stage of STAGES) {
      for (const [form, write] of Object.entries(forms)) {
        if (form.includes('payload') !== (stage === 'preParsing') && form !== 'promise') continue
        names.push(`${stage}/${form.replaceAll(' ', '-')}`)
        const prefix = `/${names.at(-1)}`
        s.app.register(async scope => {
          scope.addHook(stage as 'onRequest', write(s.app.auth0.requireSession as Ask) as never)
          scope.get('/closed', async () => 'closed')
          scope.get('/open', { config: { auth0: false } }, async () => 'open')
          scope.get('/own', { config: { auth0: false }, preHandler: s.app.auth0.requireSession }, async () => 'own')
        }, { prefix })
      }
      s.app.register(async scope => {
        scope.addHook(stage as 'onRequest', function throws () { throw new TypeError('a mistake') })
        scope.get('/open', {
          config: { auth0: false },
          errorHandler: (_error, request, reply) => {
            request.server.auth0.requireSession(request, reply).then(() => reply.send('passed'), () => {})
          }
        }, async () => 'open')
      }, { prefix: `/${stage}/throws` })
    }
  })
  await s.app.ready()
  t.strictSame(scopeHooks(s.app, 'preHandler'), [one])
  const get = async (url: string) => await s.app.inject({ url, headers: { host: HOST } })
  t.equal(names.length, 12)
  for (const name of names) {
    t.equal((await get(`/${name}/closed`)).statusCode, 401, name)
    t.equal((await get(`/${name}/open`)).body, 'open', name)
    t.equal((await get(`/${name}/own`)).statusCode, 401, `${name}: the route's own guard asks`)
  }
  for (const stage of STAGES) {
    t.equal((await get(`/${stage}/throws/open`)).statusCode, 401, 'after the hook guards ask again')
  }

  const app = fastify({ pluginTimeout: 0 })
  await app.register(fastifyAuth0, s.options())
  const uncalled = app.auth0.requireMfa as unknown as Guard
  for (const stage of STAGES) {
    const most = stage === 'preParsing' ? 3 : 2
    const tooMany = [async (_a: unknown, _b: unknown, _c: unknown) => {},
      async (_a: unknown, _b: unknown, _c: unknown, _d: unknown) => {}][most - 2]
    t.throws(() => app.addHook(stage as 'onRequest', tooMany as never),
      { code: 'FST_ERR_HOOK_INVALID_ASYNC_HANDLER' })
    t.throws(() => app.addHook(stage as 'onRequest', uncalled), /must be called/)
    t.throws(() => app.setNotFoundHandler({ [stage]: uncalled }, async () => ''), /must be called/)
  }
  const enumerable = ['addHook', 'setNotFoundHandler'].filter(name => Object.keys(app).includes(name))
  t.equal(enumerable.length, 2, 'as before')
  app.addHook('onRequest', 7 as never)
  await t.rejects(async () => { await app.ready() }, { code: 'FST_ERR_HOOK_INVALID_HANDLER' }, "Fastify's own words")
})

t.test('guards of a 404 handler are asked however it is reached', async t => {
  for (const stage of [...STAGES, 'config']) {
    const s = newSite(t)
    const callNotFound = (_request: unknown, reply: FastifyReply): void => reply.callNotFound()
    s.app.get('/calls', callNotFound)
    s.app.get('/open', { config: { auth0: false } }, callNotFound)
    let token: Guard | undefined
    s.app.after(() => {
      token = s.app.auth0.requireToken()
      const guarded = stage === 'config'
        ? { config: { auth0: { session: true } } } as object
        : { [stage]: [s.app.auth0.requireSession] }
      s.app.setNotFoundHandler(guarded, function (_request, reply) {
        reply.code(200).send(this === s.app ? 'members only' : 'another scope')
      })
    })
    const browser = await s.member()
    for (const url of ['/nowhere', '/calls', '/open']) {
      t.equal((await s.app.inject({ url, headers: { host: HOST } })).statusCode, 401, `${stage} ${url}`)
      t.match(await browser.call(url), { statusCode: 200, body: 'members only' }, `${stage} ${url}`)
    }
    const late = { onSend: s.app.auth0.requireSession } as never
    t.throws(() => s.app.setNotFoundHandler(late, async () => ''), /"onSend" it would protect nothing/)
    const misspelt = { config: { auth0: { sesion: true } } } as never
    t.throws(() => s.app.setNotFoundHandler(misspelt, async () => ''), /config\.auth0\.sesion/)
    for (const takesTokens of [{ config: { auth0: { token: true } } }, { onRequest: token }]) {
      t.throws(() => s.app.setNotFoundHandler(takesTokens as never, async () => ''), /set "api\.audience"/)
    }
  }
})

t.test('what becomes of the hooks of a scope', async t => {
  const given = (value: unknown) => value as never
  const calls: unknown[][] = []
  const method = (name: string) => function (this: unknown, ...args: unknown[]) {
    calls.push([name, this, ...args])
    return name
  }
  const scope = {
    addHook: method('addHook'),
    setNotFoundHandler: method('setNotFoundHandler'),
    [kRegistration]: { context: { config: {} } }
  }
  watchScopes(given(scope))
  const child = Object.create(scope) as typeof scope
  const hook = function named (this: unknown, ..._args: unknown[]) { return 'ran' }
  t.equal(child.addHook('onRequest', hook, 'more'), 'addHook')
  const [[, self, stage, marked, ...rest]] = calls.splice(0) as [[string, object, string, Hook, ...unknown[]]]
  t.strictSame([self === child, stage, rest], [true, 'onRequest', ['more']])
  t.not(marked, hook)
  t.equal(marked.name, 'named', 'as messages and traces call it')
  t.strictSame([scopeHooks(child, 'onRequest'), scopeHooks(scope, 'onRequest')], [[hook], []])
  const tooMany = async (_a: unknown, _b: unknown, _c: unknown) => {}
  for (const [stage, asIs] of [['onSend', hook], ['preHandler', tooMany], ['onRequest', 7],
    ['preParsing', async (_a: unknown, _b: unknown, _c: unknown, _d: unknown) => {}]] as const) {
    scope.addHook(stage, asIs)
    t.equal(calls.splice(0)[0]![3], asIs, stage)
  }
  for (const [stage, changed] of [['preParsing', tooMany], ['preHandler', async (_a: unknown, _b: unknown) => {}],
    ['preHandler', (_a: unknown, _b: unknown, _c: unknown) => {}]] as const) {
    scope.addHook(stage, changed)
    t.not(calls.splice(0)[0]![3], changed, stage)
  }
  t.equal(scope.setNotFoundHandler({ preHandler: hook }, 'handler'), 'setNotFoundHandler')
  t.equal(scope.setNotFoundHandler('handler'), 'setNotFoundHandler')
  calls.length = 0
  for (const owner of [scope, scope, child]) {
    const replaced = method('replaced')
    owner.addHook = replaced
    t.throws(() => owner.addHook('onRequest', requireMfa), /must be called/)
    t.equal(calls.length, 0, 'looked at first')
    t.equal(owner.addHook('onRequest', hook), 'replaced')
    t.equal(calls.splice(0)[0]![3], hook)
  }

  const run = (stage: string, exempt: boolean, hook: Hook) => {
    const plain = { addHook: method('addHook'), setNotFoundHandler () {} }
    watchScopes(given(plain))
    plain.addHook(stage, hook)
    const request = given({}) as Parameters<typeof requestState>[0]
    const state = requestState(request)
    state.exempt = exempt
    const marked = calls.splice(0)[0]![3] as Hook
    return { state, call: (...args: unknown[]) => marked.call('this', request, 'reply', ...args) }
  }
  for (const stage of STAGES) {
    const payload = stage === 'preParsing' ? ['payload'] : []
    const done: unknown[][] = []
    for (const exempt of [false, true]) {
      const nexts: Hook[] = []
      const { state, call } = run(stage, exempt, function (this: unknown, ...args) {
        t.strictSame([this, ...args.slice(1, -1)], ['this', 'reply', ...payload])
        nexts.push(args.at(-1) as Hook)
        return 'result'
      })
      t.equal(call(...payload, (...args: unknown[]) => done.push(args)), 'result')
      t.equal(state.inExemptHook, exempt)
      nexts[0]!('error', 'value')
      t.equal(state.inExemptHook, false)
      t.strictSame(done.splice(0), [['error', 'value']])
      const promised = run(stage, exempt, async () => 'later')
      const result = promised.call(...payload, () => {})
      t.equal(promised.state.inExemptHook, exempt)
      t.equal(await result, 'later')
      t.equal(promised.state.inExemptHook, false)
      const failing = run(stage, exempt, () => { throw new TypeError('a mistake') })
      t.throws(() => failing.call(...payload, () => {}), TypeError)
      t.equal(failing.state.inExemptHook, false)
    }
  }
})

t.test('a guard stands where it is asked before the handler runs', async t => {
  const late = ['preSerialization', 'onSend', 'onResponse', 'onError', 'onTimeout', 'onRequestAbort'] as const
  const s = newSite(t)
  s.app.after(() => {
    const hooks = { requireSession: s.app.auth0.requireSession, requireToken: s.app.auth0.requireToken() }
    for (const stage of late) {
      for (const [name, hook] of Object.entries(hooks)) {
        const refused = { code: 'configuration_error', option: 'hooks', message: new RegExp(`at "${stage}"`) }
        t.throws(() => s.app.addHook(stage as 'onSend', hook as never), refused, `${name} of a scope`)
        for (const given of [hook, [async () => {}, hook]]) {
          t.throws(() => s.app.get(`/${stage}`, { [stage]: given } as object, async () => 'ran'), refused, name)
        }
      }
      s.app.get(`/${stage}/fine`, { [stage]: async () => {} } as object, async () => 'ran')
    }
    for (const stage of STAGES) {
      s.app.get(`/${stage}`, { [stage]: hooks.requireSession } as object, async () => 'ran')
    }
  })
  await s.app.ready()
  for (const stage of STAGES) t.equal((await s.app.inject(`/${stage}`)).statusCode, 401, stage)
})
