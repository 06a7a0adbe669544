import fastify from 'fastify'
import auth0 from 'fastify-auth0'
import { args, serve } from './child.js'
import { options } from './subject.js'

const { issuer } = args()
const app = fastify()
let clock = 0
await app.register(auth0, { ...options, domain: issuer, now: () => Date.now() / 1000 + clock })
app.get('/token', async request => await request.auth0.getAccessToken())
app.get('/later', async () => { clock += 4000; return 'later' })
const url = await app.listen({ host: '127.0.0.1', port: 0 })
serve({ url })
