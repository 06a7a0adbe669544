import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import auth0, { type Auth0Options } from 'fastify-auth0'
import { start } from '../start.js'

/** How often an open connection is asked whether its session still lives. */
const recheck = 30_000

/** Connections that stay open, for as long as their user is logged in. */
export async function build (options: Auth0Options, interval = recheck): Promise<FastifyInstance> {
  const app = fastify()
  await app.register(websocket)
  await app.register(auth0, options)
  const { requireSession, requireSameOrigin } = app.auth0

  // The handshake is an ordinary request: who may not is refused before the socket opens, other sites are as well.
  app.get('/live', { websocket: true, onRequest: [requireSession, requireSameOrigin] }, (socket, request) => {
    const { sub } = request.auth0.user
    socket.on('message', message => {
      socket.send(`${sub}: ${String(message)}`)
    })
    const timer = setInterval(() => {
      stillLoggedIn().then(alive => {
        if (!alive) socket.close(4401, 'login_required')
      }, () => {
        socket.close(1011)
      })
    }, interval)
    socket.on('close', () => {
      clearInterval(timer)
    })

    // Asked anew, not remembered from the handshake: logouts, also of the back channel, and the end of the session
    // count.
    async function stillLoggedIn (): Promise<boolean> {
      return await app.auth0.for({ request }).getSession() !== undefined
    }
  })

  // Server-sent events are a response that does not end.
  app.get('/events', { onRequest: requireSession }, async (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write(`data: hello ${request.auth0.user.sub}\n\n`)
    const timer = setInterval(() => {
      app.auth0.for({ request }).getSession().then(
        session => session === undefined ? reply.raw.end() : reply.raw.write(': still there\n\n'),
        () => {
          reply.raw.end()
        }
      )
    }, interval)
    reply.raw.on('close', () => {
      clearInterval(timer)
    })
  })

  return app
}

await start(import.meta.url, build)
