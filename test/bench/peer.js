import { CookieTransactionStore, ServerClient, StatelessStateStore } from '@auth0/auth0-server-js'
import cookie from '@fastify/cookie'
import { claims, options, secret, tokens } from './subject.js'

/** Auth0's own server client in Fastify, as its README sets it up: the same routes, the same cookies in play. */
export async function peer (app, { issuer }) {
  await app.register(cookie)
  const jar = {
    setCookie: (name, value, attributes, { reply }) => {
      reply.setCookie(name, value, attributes ?? {})
    },
    getCookie: (name, { request }) => request.cookies[name],
    getCookies: ({ request }) => request.cookies,
    deleteCookie: (name, { reply }) => {
      reply.clearCookie(name)
    }
  }
  // It speaks https only; the tenant of the bench is on loopback.
  const customFetch = (url, init) => fetch(String(url).replace(`https://${options.domain}/`, issuer), init)
  const stateStore = new StatelessStateStore({ secret }, jar)
  const client = new ServerClient({
    domain: options.domain,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    authorizationParams: { redirect_uri: `${options.appBaseUrl}/auth/callback` },
    transactionStore: new CookieTransactionStore({ secret }, jar),
    stateStore,
    ...(issuer !== undefined && { customFetch })
  })
  app.get('/auth/login', async (request, reply) => {
    const url = await client.startInteractiveLogin({ appState: { returnTo: '/' } }, { request, reply })
    return reply.redirect(url.href)
  })
  app.get('/auth/callback', async (request, reply) => {
    const { appState } = await client.completeInteractiveLogin(new URL(request.url, options.appBaseUrl), {
      request,
      reply
    })
    return reply.redirect(appState.returnTo)
  })
  // A session as a login would leave it, without the login.
  app.get('/in', async (request, reply) => {
    const { accessTokens, refreshToken } = tokens()
    const tokenSets = accessTokens.map(token => ({ ...token, expiresAt: Math.floor(Date.now() / 1000) + 3600 }))
    const internal = { sid: `sid-${request.query.n}`, createdAt: Math.floor(Date.now() / 1000) }
    await stateStore.set('__a0_session', {
      user: claims(Number(request.query.n)),
      idToken: accessTokens[0].accessToken,
      refreshToken,
      tokenSets,
      internal
    }, false, { request, reply })
    return 'in'
  })
  app.get('/me', {
    preHandler: async (request, reply) => {
      if (await client.getSession({ request, reply }) === undefined) return reply.code(401).send()
    }
  }, async (request, reply) => await client.getUser({ request, reply }))
}
