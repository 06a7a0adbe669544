import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { Auth0Options } from '../../types/index.js'
import { reserveAddress, startServer } from '../fixtures/loopback.js'
import { Site } from '../flows/site.js'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** A listening application at `origin` (with its port), whose tenant logs everybody in without a question. */
export interface CookieSite extends Site {
  url: string
}

/**
 * An application for browsers that resolve every name to this machine.
 * @param host the name it is reached by; plain http unless there is a certificate
 */
export async function cookieSite (t: Test, host: string, options: Partial<Auth0Options> = {},
  { routes = {}, basePath = '', https }: {
    routes?: Record<string, Handler>,
    basePath?: string,
    https?: { key: string, cert: string }
  } = {}): Promise<CookieSite> {
  const address = await reserveAddress(t, '127.0.0.1', https)
  const url = `${https === undefined ? 'http' : 'https'}://${host}:${address.port}${basePath}`
  const { sessionConfiguration: { cookie, ...session } = {}, ...rest } = options
  const loopback = ['localhost', '127.0.0.1'].includes(host)
  const plain = loopback ? {} : { secure: false }
  const login: { callback?: (location: string) => string } = {}
  const tenant = await tenantOf(t, location => login.callback!(location))
  const site = new Site({
    domain: tenant,
    appBaseUrl: url,
    now: () => Date.now() / 1000,
    sessionConfiguration: { ...session, cookie: { ...plain, ...cookie } },
    transactionConfiguration: { cookie: plain },
    ...rest
  }, {
    rewriteUrl: ({ url = '/' }: { url?: string }) => url.startsWith(basePath) ? url.slice(basePath.length) || '/' : url
  })
  login.callback = location => site.tenant.callback(location)
  site.clock.now = Date.now() / 1000
  site.tenant.issuer = `${tenant}/`
  site.app.after(() => {
    site.app.get('/private', { preHandler: site.app.auth0.requireSession }, async (request, reply) =>
      await reply.type('text/html').send(`<h1>${(await request.auth0.getUser())!.sub}</h1>`))
  })
  for (const [path, handler] of Object.entries(routes)) site.route(path, handler)
  await address.serve(site.app)
  t.teardown(async () => {
    site.app.server.closeAllConnections()
    await site.app.close()
  })
  return Object.assign(site, { url })
}

/**
 * The tenant's login page, on another site: with `screen_hint=ask` it asks the first visitor, and sends everybody else
 * back at once, as with single sign-on. After a logout it shows a page of its own. Returns its origin.
 */
async function tenantOf (t: Test, callback: (location: string) => string): Promise<string> {
  let known = false
  const { port } = await startServer(t, ({ url, path }) => {
    if (path !== '/authorize') {
      // A browser shows its own page for an answer without a body, and that page interrupts the next navigation.
      return path.endsWith('/logout') ? { body: '<h1>Logged out</h1>' } : { status: 404, body: '<h1>Not found</h1>' }
    }
    const asked = new URL(url, 'http://localhost')
    const { origin } = new URL(asked.searchParams.get('redirect_uri')!)
    const location = origin + callback(asked.href)
    if (asked.searchParams.get('screen_hint') !== 'ask' || known) return { status: 302, headers: { location } }
    known = true
    return { body: `<a href="${location.replaceAll('&', '&amp;')}">Enter</a>` }
  })
  return `http://localhost:${port}`
}
