import { args } from './child.js'

const IN_FLIGHT = 16
const { subject, operation, url } = args()
const { host } = new URL(url)
const credentials = { clientId: 'bench', clientSecret: 'bench secret' }

/** The peers speak https to a host only: their own `fetch` hook takes them to the local server. */
const overHttp = (url, init) => fetch(`http${url.slice('https'.length)}`, init)
/** One also checks that the issuer's URL is https. */
const asHttps = (input, init = {}) => {
  const target = String(input?.url ?? input).replace(/^https:/, 'http:')
  const isMetadata = target.includes('/.well-known/')
  return fetch(target, isMetadata ? { ...init, headers: { 'x-issuer-scheme': 'https' } } : init)
}

const subjects = {
  async 'fastify-auth0' () {
    const { AuthenticationClient } = await import('fastify-auth0/authentication')
    const { ManagementClient } = await import('fastify-auth0/management')
    const authentication = new AuthenticationClient({ domain: url, ...credentials })
    const management = new ManagementClient({ domain: url, token: 'token' })
    return {
      'client credentials': () => authentication.getToken.clientCredentials({ audience: 'https://api.example.com' }),
      userinfo: () => authentication.users.userInfo('token'),
      'users.get': () => management.users.get('auth0|1'),
      'users.list': () => management.users.list({ page: 0, per_page: 100 })
    }
  },
  async 'auth0-legacy' () {
    const { AuthenticationClient, UserInfoClient } = await import('auth0/legacy')
    const options = { domain: host, ...credentials, fetch: overHttp }
    const authentication = new AuthenticationClient(options)
    const userInfo = new UserInfoClient(options)
    return {
      'client credentials': () => authentication.oauth.clientCredentialsGrant({ audience: 'https://api.example.com' }),
      userinfo: () => userInfo.getUserInfo('token')
    }
  },
  async 'auth0-auth-js' () {
    const { AuthClient } = await import('@auth0/auth0-auth-js')
    const client = new AuthClient({ domain: host, ...credentials, customFetch: asHttps })
    return {
      'client credentials': () => client.getTokenByClientCredentials({ audience: 'https://api.example.com' }),
      userinfo: () => client.getUserInfo({ accessToken: 'token' })
    }
  },
  async auth0 () {
    const { ManagementClient } = await import('auth0')
    const management = new ManagementClient({ domain: host, token: 'token', fetch: overHttp })
    return {
      'users.get': () => management.users.get('auth0|1'),
      'users.list': () => management.users.list({ page: 0, per_page: 100 })
    }
  }
}

const call = (await subjects[subject]())[operation]
await call()

process.on('message', async ({ seconds }) => {
  const before = process.cpuUsage()
  const start = performance.now()
  const end = start + seconds * 1000
  let requests = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      await call()
      requests++
    }
  }))
  const { user, system } = process.cpuUsage(before)
  process.send({ requests, cpu: user + system, elapsed: (performance.now() - start) / 1000 })
})
process.send('ready')
