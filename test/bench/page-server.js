import fastify from 'fastify'
import { args, serve } from './child.js'
import { claims, foreign, options, secret, tokens } from './subject.js'

const { variant, sessions } = args()
const app = fastify()
const body = claims(0)
const headers = []

if (variant === 'bare') {
  app.get('/me', async () => body)
} else if (variant === 'secure-session') {
  const { default: secureSession } = await import('@fastify/secure-session')
  await app.register(secureSession, { secret, salt: 'sixteen letters!', cookieName: 's' })
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
    headers.push(cookiesOf(await app.inject(`/in?n=${n}`)))
  }
} else if (variant === 'peer') {
  const { peer } = await import('./peer.js')
  await peer(app, {})
  for (let n = 0; n < sessions; n++) {
    headers.push(cookiesOf(await app.inject(`/in?n=${n}`)))
  }
} else {
  const { default: auth0 } = await import('fastify-auth0')
  const { sessionCookie, SoftwareDevice } = await import('fastify-auth0/testing')
  const deviceBound = { refreshAfter: 86_400 }
  const configurations = {
    miss: { cacheEntries: 0 },
    rolling: { touchAfter: 0 },
    bound: { deviceBound },
    unbound: { deviceBound }
  }
  const sessionConfiguration = configurations[variant] ?? {}
  // Sessions that have begun a while ago: what was just written is kept at hand for a minute.
  let later = 0
  const now = () => Date.now() / 1000 + later
  await app.register(auth0, { ...options, sessionConfiguration, now })
  app.get('/me', { preHandler: app.auth0.requireSession }, async request => await request.auth0.getUser())
  for (let n = 0; n < sessions; n++) {
    headers.push(`${await sessionCookie(app, { user: claims(n), sid: `sid-${n}`, ...tokens(), ...device() })}; ${foreign}`)
  }
  later = 100
  function device () {
    return variant === 'bound' ? { device: new SoftwareDevice() } : {}
  }
}
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const own = headers[0] === undefined ? 0 : headers[0].length - foreign.length - 2
serve({ url, headers, own })

/** What a browser would send back, with the cookies of others. */
function cookiesOf ({ headers }) {
  return [...[headers['set-cookie']].flat().map(line => line.split(';', 1)[0]), foreign].join('; ')
}
