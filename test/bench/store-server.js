import fastify from 'fastify'
import { Redis } from 'ioredis'
import { args, serve } from './child.js'
import { claims, foreign, options, secret, tokens } from './subject.js'

const { variant, sessions, redis, touchAfter, autoPipelining } = args()
const app = fastify()
const client = redis === undefined ? undefined : new Redis(redis, '127.0.0.1', { enableAutoPipelining: autoPipelining })
const headers = []

if (variant === 'bare') {
  const body = claims(0)
  app.get('/me', async () => body)
} else if (variant === 'fastify-session') {
  const { default: cookie } = await import('@fastify/cookie')
  const { default: session } = await import('@fastify/session')
  await app.register(cookie)
  await app.register(session, {
    secret,
    cookie: { secure: false, maxAge: 86_400_000 },
    rolling: touchAfter === 0,
    saveUninitialized: false,
    store: sessionsIn(client)
  })
  app.get('/in', async request => {
    request.session.set('user', claims(Number(request.query.n)))
    request.session.set('tokens', tokens())
    return 'in'
  })
  app.get('/me', {
    preHandler: async (request, reply) => {
      if (request.session.get('user') === undefined) return reply.code(401).send()
    }
  }, async request => request.session.get('user'))
  await app.ready()
  for (let n = 0; n < sessions; n++) {
    const { cookies } = await app.inject(`/in?n=${n}`)
    headers.push(`${cookies[0].name}=${encodeURIComponent(cookies[0].value)}; ${foreign}`)
  }
} else {
  const { default: auth0 } = await import('fastify-auth0')
  const { MemorySessionStore, RedisSessionStore } = await import('fastify-auth0/stores')
  const { sessionCookie } = await import('fastify-auth0/testing')
  const sessionStore = client === undefined ? new MemorySessionStore() : new RedisSessionStore({ client })
  await app.register(auth0, {
    ...options,
    sessionStore,
    sessionConfiguration: touchAfter === undefined ? {} : { touchAfter }
  })
  app.get('/me', { preHandler: app.auth0.requireSession }, async request => await request.auth0.getUser())
  for (let n = 0; n < sessions; n++) {
    headers.push(`${await sessionCookie(app, { user: claims(n), sid: `sid-${n}`, ...tokens() })}; ${foreign}`)
  }
}
serve({ url: await app.listen({ host: '127.0.0.1', port: 0 }), headers, own: 0 })

/** What `connect-redis` does, with the same client: JSON under one key, whose end moves with use. */
function sessionsIn (redis) {
  return {
    get: (id, done) => {
      redis.get(`s:${id}`).then(value => done(null, value === null ? null : JSON.parse(value)), done)
    },
    set: (id, session, done) => {
      redis.set(`s:${id}`, JSON.stringify(session), 'EX', 86_400).then(() => done(), done)
    },
    destroy: (id, done) => {
      redis.del(`s:${id}`).then(() => done(), done)
    }
  }
}
