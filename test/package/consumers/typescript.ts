import Fastify from 'fastify'
import auth0, { Auth0Error, type Auth0Options, type Session } from 'fastify-auth0'
import { AuthenticationClient } from 'fastify-auth0/authentication'
import { ManagementClient } from 'fastify-auth0/management'
import { MemorySessionStore } from 'fastify-auth0/stores'
import { createTenant } from 'fastify-auth0/testing'

declare module 'fastify-auth0' {
  interface UserClaims {
    'https://example.com/roles'?: string[]
  }
}

const options: Auth0Options = {
  domain: 'acme.eu.auth0.com',
  clientId: 'app',
  clientSecret: 'secret',
  sessionSecret: 'x',
  sessionStore: new MemorySessionStore()
}
const app = Fastify()
await app.register(auth0, options)

app.get('/', { preHandler: app.auth0.requireSession }, async request => {
  const session: Session | undefined = await request.getSession()
  const roles: string[] = session?.user['https://example.com/roles'] ?? []
  const { accessToken } = await request.auth0.getAccessToken({ audience: 'https://api.example.com' })
  return { roles, name: request.auth0.user.name, length: accessToken.length }
})

export function codeOf (error: unknown): string | undefined {
  return error instanceof Auth0Error ? error.code : undefined
}

export const others = [AuthenticationClient, ManagementClient, createTenant]
