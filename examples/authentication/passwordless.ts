import { createInterface } from 'node:readline/promises'
import { AuthenticationClient } from 'fastify-auth0/authentication'
import { environment } from '../environment.js'

const env = environment('AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'EMAIL')
const client = new AuthenticationClient({
  domain: env.AUTH0_DOMAIN,
  clientId: env.AUTH0_CLIENT_ID,
  clientSecret: env.AUTH0_CLIENT_SECRET
})

await client.passwordless.email({ email: env.EMAIL, send: 'code' })
const terminal = createInterface({ input: process.stdin, output: process.stdout })
const otp = (await terminal.question(`The code sent to ${env.EMAIL}: `)).trim()
terminal.close()

const tokens = await client.getToken.passwordlessOtp({
  username: env.EMAIL,
  otp,
  realm: 'email',
  scope: 'openid profile email'
})
const claims = await client.verifier.verify(tokens.id_token ?? '')
console.log(`Logged in: ${claims.sub}`)
await client.close()
