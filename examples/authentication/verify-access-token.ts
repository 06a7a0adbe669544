import { ForbiddenError, TokenValidationError, TokenVerifier } from 'fastify-auth0/authentication'
import { environment } from '../environment.js'

const env = environment('AUTH0_ISSUER', 'AUDIENCE', 'ACCESS_TOKEN', 'ORGANIZATION')
const verifier = new TokenVerifier({ issuer: env.AUTH0_ISSUER, audience: env.AUDIENCE })

try {
  const claims = await verifier.verifyAccessToken(env.ACCESS_TOKEN, { organization: env.ORGANIZATION })
  console.log(`${claims.sub} of ${claims.org_id} may "${claims.scope ?? ''}".`)
} catch (error) {
  if (error instanceof ForbiddenError) console.error(`Not allowed: ${error.message}`)
  else if (error instanceof TokenValidationError) console.error(`The token is not valid: ${error.message}`)
  else throw error
  process.exitCode = 1
}
await verifier.close()
