import { AuthenticationClient, PollingApiError } from 'fastify-auth0/authentication'
import { environment } from '../environment.js'

const env = environment('AUTH0_DOMAIN', 'AUTH0_CLIENT_ID')
const client = new AuthenticationClient({ domain: env.AUTH0_DOMAIN, clientId: env.AUTH0_CLIENT_ID })
const leaving = new AbortController()
process.once('SIGINT', () => leaving.abort())

const device = await client.device.start({ scope: 'openid profile' })
console.log(`Open ${device.verificationUriComplete ?? device.verificationUri} and confirm the code ${device.userCode}.`)

try {
  const tokens = await client.device.poll(device, { signal: leaving.signal })
  const claims = await client.verifier.verify(tokens.id_token ?? '')
  console.log(`Logged in: ${claims.sub}`)
} catch (error) {
  if (!(error instanceof PollingApiError)) throw error
  console.error('Nobody confirmed the code in time.')
}
await client.close()
