// Classic resolution (`moduleResolution: node10`), as projects that compile to CommonJS have it.
import auth0, { type Auth0Options } from 'fastify-auth0'
import { AuthenticationClient } from 'fastify-auth0/authentication'
import { ManagementClient } from 'fastify-auth0/management'
import { MemorySessionStore } from 'fastify-auth0/stores'
import { createTenant } from 'fastify-auth0/testing'

export const store = new MemorySessionStore()
export const options: Pick<Auth0Options, 'domain' | 'sessionStore'> = {
  domain: 'acme.eu.auth0.com',
  sessionStore: store
}
export const used = [auth0, AuthenticationClient, ManagementClient, createTenant]
