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
export const { authorize, database, passwordless, mfa, passkeys, getToken, backchannel, device } = authentication
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
export const visitor = (request: FastifyRequest) => request.auth0.anonymous
export const caller = (request: FastifyRequest) => ({ ...request.auth0.authInfo, ...request.auth0.token })
export const enterprise = async (request: FastifyRequest) =>
  await request.auth0.startEnterpriseLogin({ email: 'a@b.c' })
export const enterpriseLogin = async (request: FastifyRequest) => await request.auth0.completeEnterpriseLogin()
export const bound = (app: FastifyInstance, request: FastifyRequest) => app.auth0.for({ request })
export const proxied = (app: FastifyInstance) => app.auth0.proxy({ upstream: 'https://api', audience: 'api' })
export const tools = (app: FastifyInstance) => app.auth0.toolScopes({ tool: ['read'] })
export const checked = async (app: FastifyInstance) => await app.auth0.check()
export const session = async (request: FastifyRequest) => await request.getSession()
export const delegated = async (request: FastifyRequest) => await request.auth0.getTokenOnBehalfOf({ audience: 'api' })
export const transfer = async (request: FastifyRequest) =>
  await request.auth0.requestSessionTransferToken({ reason: 'support', targetUser: { sub: 'x' } } as never)
export const connected = async (request: FastifyRequest) => await request.auth0.listConnectedAccounts()
export const login = async (request: FastifyRequest) => await request.auth0.completeInteractiveLogin()
export const token = async (request: FastifyRequest) => await request.auth0.getAccessToken()
export const exchange = async (request: FastifyRequest) =>
  await request.auth0.loginWithCustomTokenExchange({
    subjectToken: 'token',
    subjectTokenType: 'urn:example:token'
  })
