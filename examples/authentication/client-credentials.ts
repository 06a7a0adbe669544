import { AuthenticationClient, RateLimitError } from 'fastify-auth0/authentication'
import { environment } from '../environment.js'

const env = environment('AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUDIENCE')
const client = new AuthenticationClient({
  domain: env.AUTH0_DOMAIN,
  clientId: env.AUTH0_CLIENT_ID,
  clientSecret: env.AUTH0_CLIENT_SECRET
})

try {
  const { expires_in: expiresIn, scope } = await client.getToken.clientCredentials({ audience: env.AUDIENCE })
  console.log(`A token for ${expiresIn ?? 'an unknown number of'} seconds, with scope "${scope ?? ''}".`)
} catch (error) {
  if (!(error instanceof RateLimitError)) throw error
  console.error(`Too many requests; try again in ${error.retryAfter ?? 'a few'} seconds.`)
}
await client.close()
