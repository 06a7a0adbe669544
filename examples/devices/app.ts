import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'

/** An application whose users see where they are logged in, and can log out everywhere else. */
export async function buildApp (options: Auth0Options, server: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(server)
  await app.register(auth0, options)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _body, done) => {
    done(null)
  })

  app.get('/', async (_request, reply) => reply.redirect('/devices'))

  app.get('/devices', { preHandler: app.auth0.requireSession }, async (request, reply) => {
    const here = (await request.getSession())! // The guard has seen it.
    const devices = await app.auth0.listSessions({ sub: here.user.sub })
    const rows = devices.map(({ sid, createdAt, expiresAt }) =>
      `<li>${sid === here.sid ? '<strong>This device</strong>' : 'Another device'}, logged in ${moment(createdAt)}, ` +
      `until ${moment(expiresAt)} at most if it is not used</li>`
    )
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8')
    return page(`<h1>Your devices</h1>
      <ul>${rows.join('')}</ul>
      <form method="post" action="/devices/log-out-others"><button>Log out my other devices</button></form>
      <form method="post" action="/auth/logout"><button>Log out here</button></form>`)
  })

  app.post('/devices/log-out-others', { preHandler: [app.auth0.requireSession, app.auth0.requireSameOrigin] },
    async (request, reply) => {
      const here = (await request.getSession())!
      const devices = await app.auth0.listSessions({ sub: here.user.sub })
      const others = new Set(devices.map(({ sid }) => sid).filter(sid => sid !== undefined && sid !== here.sid))
      await Promise.all([...others].map(async sid => await app.auth0.revokeSessions({ sid: sid! })))
      return reply.redirect('/devices', 303)
    })
  return app
}

function moment (seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

function page (content: string): string {
  return '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" ' +
    `content="width=device-width"><title>Your devices</title><body>${content}</body></html>`
}
