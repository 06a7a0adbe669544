// What a library of the user's own exports: the compiler must be able to name every inferred type.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import 'fastify-auth0'
import { AuthenticationClient, MyAccountClient } from 'fastify-auth0/authentication'
import { ManagementClient } from 'fastify-auth0/management'
import { createTenant } from 'fastify-auth0/testing'

const client = { domain: 'acme.eu.auth0.com', clientId: 'app', clientSecret: 'secret' }

export const management = new ManagementClient(client)
export const { users, clients, organizations, connections, logs } = management
export const authentication = new AuthenticationClient(client)
export const { database, passwordless, mfa, passkeys, getToken, backchannel, device } = authentication
export const myAccount = new MyAccountClient({ domain: client.domain })
export const tenant = async () => await createTenant()

export const instance = (app: FastifyInstance) => ({
  ...app.auth0,
  management: app.auth0.management,
  authentication: app.auth0.authentication
})
export const secondFactor = (request: FastifyRequest) => request.auth0.mfa
export const keys = (request: FastifyRequest) => request.auth0.passkeys
export const codes = (request: FastifyRequest) => request.auth0.passwordless
export const account = (request: FastifyRequest) => request.auth0.myAccount
export const connected = async (request: FastifyRequest) => await request.auth0.listConnectedAccounts()
export const login = async (request: FastifyRequest) => await request.auth0.completeInteractiveLogin()
export const token = async (request: FastifyRequest) => await request.auth0.getAccessToken()
export const exchange = async (request: FastifyRequest) =>
  await request.auth0.loginWithCustomTokenExchange({
    subjectToken: 'token',
    subjectTokenType: 'urn:example:token'
  })
