import fastify from 'fastify'
import t from 'tap'
import fastifyAuth0, { type Guard } from '../../../lib/index.js'
import { scopeHooks } from '../../../lib/plugin/guards/scope-hooks.js'
import { STAGES } from '../../../lib/plugin/guards/stages.js'
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
