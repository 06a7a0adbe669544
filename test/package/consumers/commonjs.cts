import Fastify = require('fastify')
import auth0 = require('fastify-auth0')

const app = Fastify()
app.register(auth0.fastifyAuth0, { domain: 'acme.eu.auth0.com', clientId: 'app', clientSecret: 'secret', sessionSecret: 'x' })
  .after(() => { app.get('/', { preHandler: app.auth0.requireSession }, request => request.auth0.user) })
