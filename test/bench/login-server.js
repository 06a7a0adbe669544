import fastify from 'fastify'
import { args, serve } from './child.js'
import { options } from './subject.js'

const { variant, issuer } = args()
const app = fastify({ logger: { level: 'error' } })
if (variant === 'peer') {
  const { peer } = await import('./peer.js')
  await peer(app, { issuer })
} else {
  const { default: auth0 } = await import('fastify-auth0')
  let clock = 0
  await app.register(auth0, { ...options, domain: issuer, now: () => Date.now() / 1000 + clock })
  app.get('/token', async request => await request.auth0.getAccessToken())
  app.get('/later', async () => {
    clock += 4000
    return 'later'
  })
}
const url = await app.listen({ host: '127.0.0.1', port: 0 })
serve({ url })
