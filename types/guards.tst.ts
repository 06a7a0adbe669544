import Fastify, { type FastifyRequest } from 'fastify'
import { describe, expect, test } from 'tstyche'
import type { AuthInfo as McpAuthInfo } from '@modelcontextprotocol/server'
import type {
  AccessTokenClaims, AccessTokenDemands, Actor, AuthInfo, ClaimDemands, Guard, UserClaims
} from '../lib/index.js'

const app = Fastify()
const { auth0 } = app

describe('guards', () => {
  test('are hooks for HTTP/1 and HTTP/2, alone, in arrays and declared', () => {
    const guards = [auth0.requireSession, auth0.requireClaims({ role: 'admin' }), auth0.requireOrganization('org_a'),
      auth0.requirePermissions('read'), auth0.requireFreshLogin({ maxAge: 60 }), auth0.requireMfa(),
      auth0.requireToken(), auth0.requireSessionOrToken(), auth0.requireSameOrigin, auth0.requireOwnSession,
      auth0.attemptSilentLogin]
    expect(guards).type.toBe<Guard[]>()
    app.get('/one', { preHandler: guards }, async () => '')
    app.get('/two', {
      onRequest: auth0.requireMfa(),
      config: { auth0: { session: true, mfa: true, permissions: ['read'] } }
    }, async () => '')
    const secure = Fastify({ http2: true })
    secure.get('/one', { preHandler: [secure.auth0.requireSession, secure.auth0.requireMfa()] }, async () => '')
    secure.addHook('onRequest', secure.auth0.requireToken({ scopes: ['read'] }))
  })

  test('know resources and tools', () => {
    auth0.requireToken({ resource: '/mcp', scopes: 'read' })
    expect(auth0.toolScopes({ read_orders: ['read:orders'], other: 'a b' }, { resource: '/mcp' })).type.toBe<Guard>()
    expect(auth0.toolScopes).type.not.toBeCallableWith({ read_orders: 1 })
    app.get('/mcp', { config: { auth0: { token: { resource: '/mcp' } } } }, async request => {
      expect(request.auth0.authInfo).type.toBe<AuthInfo | undefined>()
      expect<AuthInfo>().type.toBeAssignableTo<McpAuthInfo>()
      return ''
    })
  })

  test('know the parameters of their route', () => {
    app.get<{ Params: { organization: string } }>('/o/:organization', {
      preHandler: auth0.requireOrganization(request => request.params.organization)
    }, async request => request.params.organization)
    app.get<{ Params: { organization: string } }>('/p/:organization', {
      onRequest: [auth0.requireSession, auth0.requireClaims((claims, request) => claims.sub === request.params.id)]
    }, async request => request.params.organization)
    auth0.requireOrganization((request: FastifyRequest<{ Params: { organization: string } }>) =>
      request.params.organization)
  })

  test('that are made have to be made', () => {
    expect(auth0.requireFreshLogin).type.not.toBeCallableWith()
    expect(auth0.requireFreshLogin).type.not.toBeCallableWith({ maxAge: '60' })
    expect(auth0.requireMfa).type.not.toBeCallableWith({})
    expect(auth0.requirePermissions).type.not.toBeCallableWith(['read'])
  })

  test('refuse demands that nobody knows', () => {
    expect<AccessTokenDemands>().type.not.toBeAssignableFrom({ scope: ['read'] })
    expect<AccessTokenDemands>().type.toBeAssignableFrom({
      maxAge: 60,
      acr: 'gold',
      actor: (act: Actor | undefined) => act?.sub === 'agent',
      subjectProfile: ['user'],
      anonymous: true,
      optional: true
    })
    expect<AccessTokenDemands>().type.not.toBeAssignableFrom({ actor: 'optional' })
    expect<AccessTokenDemands>().type.not.toBeAssignableFrom({ actor: async () => true })
    app.setErrorHandler(auth0.handleStepUp)
    app.get('/step-up', { errorHandler: auth0.handleStepUp }, async () => '')
    expect<ClaimDemands>().type.toBeAssignableFrom({ role: 'admin', teams: ['a'] })
    expect<ClaimDemands>().type.toBeAssignableFrom(async (claims: Readonly<UserClaims>) =>
      claims.email_verified === true
    )
    expect<ClaimDemands>().type.not.toBeAssignableFrom({ role: undefined })
  })
})

describe('behind a guard', () => {
  test('the user is there, without a question mark', () => {
    app.get('/user', { preHandler: auth0.requireSession }, async request => {
      expect(request.auth0.user).type.toBe<Readonly<UserClaims>>()
      expect(request.auth0.user.sub).type.toBe<string>()
    })
  })

  test("the token's claims may be there", () => {
    app.get('/token', { preHandler: auth0.requireToken() }, async request => {
      expect(request.auth0.token).type.toBe<AccessTokenClaims | undefined>()
      expect(request.auth0.token?.act?.sub).type.toBe<string | undefined>()
    })
  })
})
