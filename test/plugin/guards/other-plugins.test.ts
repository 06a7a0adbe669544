import fastifyAuth from '@fastify/auth'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
import fastifyAuth0, { type Guard } from '../../../lib/index.js'
import { sessionCookie } from '../../../lib/testing/index.js'
import type { RouteAuth0Config } from '../../../types/guards.js'
import { newSite, type Site } from '../../flows/site.js'

const HOST = 'app.example.test'
const AUDIENCE = 'https://api.example.test'
const METHODS = ['GET', 'HEAD', 'POST'] as const

type Auth0 = FastifyInstance['auth0']
type Hook = (this: unknown, ...args: unknown[]) => unknown
type Hooks = Record<string, Hook | Hook[] | undefined>

/** Every guard, and what says the same in a route's `config`. */
const guards: Record<string, { guard: (auth0: Auth0) => Guard, declared: RouteAuth0Config }> = {
  requireSession: { guard: auth0 => auth0.requireSession, declared: { session: true } },
  requireClaims: { guard: auth0 => auth0.requireClaims({ role: 'admin' }), declared: { claims: { role: 'admin' } } },
  requireOrganization: { guard: auth0 => auth0.requireOrganization('org_a'), declared: { organization: 'org_a' } },
  requirePermissions: { guard: auth0 => auth0.requirePermissions('read'), declared: { permissions: 'read' } },
  requireFreshLogin: {
    guard: auth0 => auth0.requireFreshLogin({ maxAge: 60 }),
    declared: { freshLogin: { maxAge: 60 } }
  },
  requireMfa: { guard: auth0 => auth0.requireMfa(), declared: { mfa: true } },
  requireToken: { guard: auth0 => auth0.requireToken({ scopes: ['read'] }), declared: { token: { scopes: ['read'] } } },
  requireSessionOrToken: { guard: auth0 => auth0.requireSessionOrToken(), declared: { sessionOrToken: true } },
  requireSameOrigin: { guard: auth0 => auth0.requireSameOrigin, declared: { sameOrigin: true } }
}

/** Ways to put a guard in front of a route; each adds its routes below `url`. */
const ways: Record<string, (app: FastifyInstance, url: string, name: string, run: () => unknown) => void> = {
  declared (app, url, name, run) {
    app.get(url, { config: { auth0: { ...guards[name]!.declared } } }, run)
    app.post(url, { config: { auth0: { ...guards[name]!.declared } } }, run)
  },
  'declared by route()' (app, url, name, run) {
    app.route({ method: ['GET', 'POST'], url, config: { auth0: { ...guards[name]!.declared } }, handler: run })
  },
  onRequest (app, url, name, run) {
    app.route({ method: ['GET', 'POST'], url, onRequest: guards[name]!.guard(app.auth0), handler: run })
  },
  preHandler (app, url, name, run) {
    app.all(url, { preHandler: [async () => {}, guards[name]!.guard(app.auth0)] }, run)
  },
  'opted out, with a guard of its own' (app, url, name, run) {
    const own = guards[name]!.guard(app.auth0)
    app.route({ method: ['GET', 'POST'], url, config: { auth0: false }, preValidation: own, handler: run })
  },
  'opted out, with a function around its guard' (app, url, name, run) {
    const own = guards[name]!.guard(app.auth0) as Hook
    const onRequest = async function (this: unknown, ...args: unknown[]) {
      return await own.apply(this, args)
    }
    app.route({ method: ['GET', 'POST'], url, config: { auth0: { public: true } }, onRequest, handler: run })
  },
  "a scope's hook" (app, url, name, run) {
    app.register(async scope => {
      scope.addHook('preHandler', guards[name]!.guard(app.auth0))
      scope.get(url, run)
      scope.post(url, run)
    })
  }
}

const STAGES = ['onRequest', 'preParsing', 'preValidation', 'preHandler']
const eachHook = (change: (hook: Hook) => Hook) => (route: RouteOptions): void => {
  const hooks = route as unknown as Hooks
  for (const stage of STAGES) if (hooks[stage] !== undefined) hooks[stage] = [hooks[stage]].flat().map(change)
}
const atOnRequest = (change: (hooks: Hook[]) => Hook[] | undefined) => (route: RouteOptions): void => {
  const hooks = route as unknown as Hooks
  const changed = change([hooks.onRequest ?? []].flat())
  if (changed === undefined) delete hooks.onRequest
  else hooks.onRequest = changed
}

/** What an `onRoute` hook of another plugin may do to a route. */
const changes: Record<string, (route: RouteOptions) => void> = {
  'wraps each hook': eachHook(hook =>
    async function (this: unknown, ...args) {
      return await hook.apply(this, args)
    }
  ),
  'wraps each hook and passes two arguments on': eachHook(hook =>
    async function (this: unknown, request, reply) {
      return await hook.call(this, request, reply)
    }
  ),
  'swallows what each hook throws': eachHook(hook =>
    async function (this: unknown, ...args) {
      await Promise.resolve(hook.apply(this, args)).catch(() => {})
    }
  ),
  'waits for no hook': eachHook(hook =>
    async function (this: unknown, ...args) {
      Promise.resolve(hook.apply(this, args)).catch(() => {})
    }
  ),
  'assigns onRequest': atOnRequest(() => [async () => {}]),
  'deletes onRequest': atOnRequest(() => undefined),
  'prepends to onRequest': atOnRequest(hooks => [async () => {}, ...hooks]),
  'reverses onRequest': atOnRequest(hooks => [async () => {}, ...hooks].reverse()),
  'empties the arrays of hooks' (route) {
    for (const stage of STAGES) {
      const hooks = (route as unknown as Hooks)[stage]
      if (Array.isArray(hooks)) hooks.length = 0
    }
  },
  'deletes all hooks' (route) {
    for (const stage of STAGES) Reflect.deleteProperty(route, stage)
  },
  'moves onRequest to preHandler' (route) {
    const hooks = route as unknown as Hooks
    hooks.preHandler = [hooks.onRequest ?? [], hooks.preHandler ?? []].flat()
    delete hooks.onRequest
  },
  'moves preHandler to onRequest' (route) {
    const hooks = route as unknown as Hooks
    hooks.onRequest = [hooks.onRequest ?? [], hooks.preHandler ?? []].flat()
    delete hooks.preHandler
  },
  'replaces config' (route) {
    route.config = { swagger: 1 } as object
  },
  'replaces config and deletes all hooks' (route) {
    route.config = {}
    for (const stage of STAGES) Reflect.deleteProperty(route, stage)
  },
  'clones config by JSON' (route) {
    route.config = JSON.parse(JSON.stringify(route.config ?? {})) as object
  },
  'makes a guarded route public in place' (route) {
    const { auth0 } = (route.config ?? {}) as { auth0?: RouteAuth0Config | false }
    if (typeof auth0 === 'object' && Object.isExtensible(auth0)) {
      for (const name of Object.keys(auth0)) Reflect.deleteProperty(auth0, name)
      auth0.public = true
    }
  }
}
/** What loses functions of the application of which nobody can know that they call a guard. */
const lossy = /swallows|waits for no|assigns|deletes|empties/
/** Before the plugin these are the application's own word for the route, not another plugin's. */
const ownWord = new Set(['makes a guarded route public in place'])

const plugins: Record<string, (app: FastifyInstance) => unknown> = {
  'no other plugin': () => {},
  '@fastify/otel': async app => {
    await app.register(new FastifyOtelInstrumentation().plugin() as never)
  },
  ...Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [`a plugin that ${name}`, (app: FastifyInstance) =>
      app.addHook('onRoute', change)]
    )
  )
}

interface Built {
  app: FastifyInstance
  urls: { url: string, way: string, name: string }[]
  runs: () => number
}

async function build (t: Test, s: Site, add: (app: FastifyInstance) => unknown, when: 'before' | 'after',
  more: (app: FastifyInstance) => unknown = () => {}): Promise<Built> {
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => {
    await app.close()
  })
  await app.register(swagger, { openapi: {} })
  if (when === 'before') await add(app)
  await app.register(fastifyAuth0, s.options({ api: { audience: AUDIENCE } }))
  if (when === 'after') await add(app)
  // Every answer is slow on its way out: a guard that does not end the reply would let the handler run meanwhile.
  app.addHook('onSend', async () => {
    await new Promise(resolve => setImmediate(resolve))
  })
  let runs = 0
  const urls: Built['urls'] = []
  for (const [way, add] of Object.entries(ways)) {
    for (const name of Object.keys(guards)) {
      const url = `/${way}/${name}`.replace(/[^\w/]+/g, '-')
      add(app, url, name, async () => {
        runs++
        return {}
      })
      urls.push({ url, way, name })
    }
  }
  await more(app)
  await app.ready()
  return { app, urls, runs: () => runs }
}

t.test('other plugins × before and after × ways to guard × guards × methods: the handler does not run', async t => {
  const s = newSite(t)
  let cells = 0
  for (const [plugin, add] of Object.entries(plugins)) {
    if (plugin === 'no other plugin') continue
    for (const when of ['before', 'after'] as const) {
      if (when === 'before' && ownWord.has(plugin.slice('a plugin that '.length))) continue
      const { app, urls, runs } = await build(t, s, add, when)
      const problems: string[] = []
      for (const { url, way, name } of urls) {
        for (const method of METHODS) {
          if (name === 'requireSameOrigin' && method !== 'POST') continue
          if (way.includes('function around') && lossy.test(plugin)) continue
          cells++
          const before = runs()
          const headers = { host: HOST, 'sec-fetch-site': 'cross-site' }
          const { statusCode } = await app.inject({ method, url, headers })
          await new Promise(resolve => setImmediate(resolve))
          if (runs() !== before || ![401, 403].includes(statusCode)) {
            problems.push(`${way}, ${name}, ${method}: ${runs() - before} runs, ${statusCode}`)
          }
        }
      }
      t.strictSame(problems, [], `${plugin}, ${when}`)
    }
  }
  t.comment(`${cells} cells`)
})

t.test('beside plugins that wrap hooks, whoever may pass does, and documents say the same', async t => {
  const s = newSite(t)
  const open = (app: FastifyInstance): void => {
    app.register(async scope => {
      scope.addHook('onRequest', app.auth0.requireSession)
      scope.addHook('preValidation', (request, reply, done) => {
        app.auth0.requireSession(request, reply).then(() => done(), done)
      })
      scope.addHook('preHandler', async (request, reply) => await app.auth0.requireSession(request, reply))
      scope.get('/open', { config: { auth0: false } }, async () => 'open')
      scope.get('/closed', async () => 'closed')
    })
  }
  const securityOf = ({ app }: Built): unknown =>
    Object.fromEntries(
      Object.entries((app.swagger() as { paths: Record<string, object> }).paths).map((
        [path, item]
      ) => [path, Object.fromEntries(Object.entries(item).map(([method, { security }]) => [method, security]))])
    )
  const plain = await build(t, s, () => {}, 'before', open)
  const documented = securityOf(plain) as Record<string, Record<string, unknown>>
  for (const { url, way, name } of plain.urls) {
    if (name === 'requireSameOrigin' || way.includes('function around')) continue
    t.type(documented[url]?.get, Array, `${url} is marked`)
  }
  for (const plugin of ['no other plugin', '@fastify/otel', 'a plugin that wraps each hook']) {
    for (const when of ['before', 'after'] as const) {
      const built = await build(t, s, plugins[plugin]!, when, open)
      const { app, urls, runs } = built
      const problems: string[] = []
      const cookie = await sessionCookie(app, {
        user: {
          sub: 'auth0|ada',
          role: 'admin',
          org_id: 'org_a',
          permissions: ['read'],
          amr: ['mfa'],
          auth_time: s.clock.now
        }
      })
      const authorization = `Bearer ${s.tenant.apiToken({ aud: AUDIENCE, azp: 'spa', scope: 'read' })}`
      for (const { url, way, name } of urls) {
        const credentials = name === 'requireToken' ? { authorization } : { cookie }
        for (const method of METHODS) {
          const before = runs()
          const { statusCode } = await app.inject({
            method,
            url,
            headers: { host: HOST, 'sec-fetch-site': 'same-origin', ...credentials }
          })
          if (runs() !== before + 1 || statusCode !== 200) problems.push(`${way}, ${name}, ${method}: ${statusCode}`)
        }
      }
      t.strictSame(problems, [], `${plugin}, ${when}`)
      t.equal((await app.inject({ url: '/open', headers: { host: HOST } })).body, 'open', 'opts out of the scope')
      t.equal((await app.inject({ url: '/closed', headers: { host: HOST } })).statusCode, 401)
      t.strictSame(securityOf(built), documented, `${plugin}, ${when}: the document`)
    }
  }
})

t.test('beside plugins that wrap hooks, a factory that was not called does not start', async t => {
  const s = newSite(t, { api: { audience: AUDIENCE } })
  for (const plugin of ['@fastify/otel', 'a plugin that wraps each hook']) {
    for (const when of ['before', 'after'] as const) {
      await build(t, s, plugins[plugin]!, when, app => {
        for (const name of Object.keys(guards).filter(name => !/Session$|SameOrigin/.test(name))) {
          const uncalled = app.auth0[name as 'requireMfa'] as unknown as Guard
          const message = new RegExp(`auth0.${name}.*must be called`)
          t.throws(() => app.get('/uncalled', { preHandler: uncalled }, async () => ''), message)
          t.throws(() =>
            app.route({
              method: 'POST',
              url: '/uncalled',
              onRequest: [async () => {}, uncalled],
              handler: async () => ''
            }), message)
          t.throws(() => app.addHook('onRequest', uncalled), message)
          t.throws(() => app.setNotFoundHandler({ preHandler: uncalled as never }, async () => ''), message)
        }
      })
    }
  }
})

t.test('guards inside @fastify/auth decide, and scopes that ask by it can be opted out of', async t => {
  const s = newSite(t)
  for (const when of ['before', 'after'] as const) {
    let ran = 0
    const run = async () => {
      ran++
      return 'ran'
    }
    const paths: string[] = []
    const security = [{ session: [] }]
    const { app } = await build(t, s, async app => await app.register(fastifyAuth), when, app => {
      app.get('/said', { preHandler: app.auth([app.auth0.requireSession as never]), schema: { security } }, run)
      for (const [name, { guard }] of Object.entries(guards)) {
        for (const relation of ['or', 'and'] as const) {
          for (const auth0 of [undefined, false] as const) {
            const url = `/auth/${name}/${relation}/${String(auth0)}`
            const deny = async (): Promise<void> => {
              throw Object.assign(new Error('denied'), { statusCode: 403 })
            }
            const functions = [...relation === 'or' ? [deny] : [], guard(app.auth0)] as never[]
            const preHandler = app.auth(functions, { relation })
            app.route({
              method: ['GET', 'POST'],
              url,
              preHandler,
              handler: run,
              ...(auth0 === false && { config: { auth0 } })
            })
            paths.push(url)
          }
        }
      }
      app.register(async scope => {
        scope.addHook('onRequest', app.auth([app.auth0.requireSession as never]))
        scope.get('/inner/open', { config: { auth0: false } }, async () => 'open')
        scope.get('/inner/closed', run)
        paths.push('/inner/closed')
      })
    })
    for (const url of paths) {
      for (const method of METHODS) {
        if (url.includes('SameOrigin') && method !== 'POST') continue
        await app.inject({ method, url, headers: { host: HOST, 'sec-fetch-site': 'cross-site' } })
        t.equal(ran, 0, `${when}: ${method} ${url}`)
      }
    }
    t.equal((await app.inject({ url: '/inner/open', headers: { host: HOST } })).body, 'open')
    const described = (app.swagger() as { paths: Record<string, { get: { security?: unknown } }> }).paths
    t.strictSame(described['/said']!.get.security, security, 'what the route says itself')
    t.equal(described['/auth/requireSession/and/undefined']!.get.security, undefined, 'nothing is known of the others')
  }
})

t.test('a guard factory that is called for each request throws', async t => {
  const s = newSite(t, { api: { audience: AUDIENCE } })
  let runs = 0
  const calls: Record<string, (auth0: Auth0) => unknown> = Object.fromEntries(Object.entries(guards)
    .filter(([name]) => !/Session$|SameOrigin/.test(name)).map(([name, { guard }]) => [name, guard]))
  s.app.after(() => {
    for (const [name, call] of Object.entries(calls)) {
      s.app.register(async scope => {
        scope.addHook('preValidation', async () => {
          call(s.app.auth0)
        })
        scope.get(`/${name}`, async () => runs++)
      })
    }
  })
  await s.app.ready()
  for (const [name, call] of Object.entries(calls)) {
    t.throws(() => call(s.app.auth0), { code: 'configuration_error', option: name, message: /before .* is ready/ })
    t.match((await s.app.inject({ url: `/${name}`, headers: { host: HOST } })).json(), { code: 'configuration_error' })
  }
  t.equal(runs, 0)
})
