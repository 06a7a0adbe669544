import { ApiError, AuthenticationClient, MfaRequiredError } from 'fastify-auth0/authentication'
import { environment } from '../environment.js'

const env = environment('AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'EMAIL', 'PASSWORD')
const connection = process.env.CONNECTION ?? 'Username-Password-Authentication'
const client = new AuthenticationClient({
  domain: env.AUTH0_DOMAIN,
  clientId: env.AUTH0_CLIENT_ID,
  clientSecret: env.AUTH0_CLIENT_SECRET
})

try {
  const user = await client.database.signup({ connection, email: env.EMAIL, password: env.PASSWORD })
  console.log(`Signed up: ${user.id}`)
} catch (error) {
  // Whoever is there already just logs in; a weak password, for one, is the user's to mend.
  if (!(error instanceof ApiError) || !['invalid_signup', 'user_exists'].includes(error.code)) throw error
  console.log('There is such a user already.')
}

try {
  const tokens = await client.getToken.passwordRealm({
    username: env.EMAIL,
    password: env.PASSWORD,
    realm: connection,
    scope: 'openid profile email'
  })
  const claims = await client.verifier.verify(tokens.id_token ?? '')
  console.log(`Logged in: ${claims.sub}`)
} catch (error) {
  if (!(error instanceof MfaRequiredError)) throw error
  console.log('A second factor is needed:', error.requirements)
}
await client.close()
