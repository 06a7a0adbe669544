import { OrganizationTokenValidationError, TokenValidationError, TokenVerifier } from 'fastify-auth0/authentication'
import { environment } from '../environment.js'

const env = environment('AUTH0_ISSUER', 'AUTH0_CLIENT_ID', 'ID_TOKEN')
const { ORGANIZATION: organization } = process.env
const verifier = new TokenVerifier({ issuer: env.AUTH0_ISSUER, audience: env.AUTH0_CLIENT_ID })

try {
  const claims = await verifier.verify(env.ID_TOKEN, organization === undefined ? {} : { organization })
  console.log(`The token is ${claims.sub}'s.`)
} catch (error) {
  if (error instanceof OrganizationTokenValidationError) console.error('The token is for another organization.')
  else if (error instanceof TokenValidationError) console.error(`The token is not valid: ${error.message}`)
  else throw error
  process.exitCode = 1
}
await verifier.close()
