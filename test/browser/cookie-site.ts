import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { Auth0Options } from '../../types/index.js'
import { Site } from '../flows/site.js'
import { freePort } from '../servers/programs.js'

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
  const port = await freePort()
  const url = `${https === undefined ? 'http' : 'https'}://${host}:${port}${basePath}`
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
    ...(https !== undefined && { https }),
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
  await site.app.listen({ port, host: '127.0.0.1' })
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
  const server: Server = createServer((request, response) => {
    const asked = new URL(request.url!, 'http://localhost')
    if (asked.pathname !== '/authorize') {
      // A browser shows its own page for an answer without a body, and that page interrupts the next navigation.
      const loggedOut = asked.pathname.endsWith('/logout')
      response.writeHead(loggedOut ? 200 : 404, { 'content-type': 'text/html' })
      response.end(loggedOut ? '<h1>Logged out</h1>' : '<h1>Not found</h1>')
      return
    }
    const { origin } = new URL(asked.searchParams.get('redirect_uri')!)
    const location = origin + callback(asked.href)
    if (asked.searchParams.get('screen_hint') !== 'ask' || known) {
      response.writeHead(302, { location }).end()
      return
    }
    known = true
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<a href="${location.replaceAll('&', '&amp;')}">Enter</a>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}
