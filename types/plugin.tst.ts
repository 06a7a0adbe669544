import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { describe, expect, test } from 'tstyche'
import auth0, {
  ApiError, Auth0Error, type Auth0Options, type AuthorizationParams, type EnterpriseLogin, type Guard, type Session,
  type UserClaims
} from '../lib/index.js'

declare module './session.js' {
  interface UserClaims {
    'https://example.com/roles'?: string[]
  }
  interface CustomSession {
    theme?: 'dark' | 'light'
  }
}

const app = Fastify()
const options: Auth0Options = {
  domain: 'acme.eu.auth0.com',
  clientId: 'app',
  clientSecret: 'secret',
  sessionSecret: 'a secret'
}

describe('registering', () => {
  test('takes the options', () => {
    expect(app.register).type.toBeCallableWith(auth0, options)
  })

  test('takes undefined for whatever may be left out', () => {
    expect<Auth0Options>().type.toBeAssignableFrom({
      ...options,
      audience: undefined,
      appBaseUrl: process.env['APP_BASE_URL'],
      sessionConfiguration: { rolling: undefined, cookie: { name: undefined, domain: process.env['DOMAIN'] } },
      authorizationParams: { connection: undefined },
      onError: undefined,
      dispatcher: undefined,
      telemetry: undefined
    })
    app.get('/token', async request => await request.auth0.getAccessToken({ audience: undefined, scope: undefined }))
  })

  test('refuses options that are not there or not of the right type', () => {
    expect<Auth0Options>().type.not.toBeAssignableFrom({ clientId: 'app', sessionSecret: 'x' })
    expect<Auth0Options>().type.not.toBeAssignableFrom({ ...options, sessionSecret: 12 })
    expect<Auth0Options>().type.not.toBeAssignableFrom({ ...options, onUnauthenticated: 'nowhere' })
  })
})

test('a domain function may be made for @auth0/auth0-fastify', () => {
  interface StoreOptions {
    request: FastifyRequest
    reply: FastifyReply
  }
  const resolve = (storeOptions?: StoreOptions): string => storeOptions?.request.headers.host ?? 'acme.eu.auth0.com'
  expect<Auth0Options>().type.toBeAssignableFrom({ ...options, domain: resolve })
})

test('methods that are elsewhere cannot be called', async () => {
  const request = await new Promise<FastifyRequest>(() => {})
  expect(request.auth0.customTokenExchange).type.toBe<never>()
  expect(request.auth0.passkey).type.toBe<never>()
  expect(request.auth0.mfa.enrollAuthenticator).type.toBe<never>()
  expect(request.auth0.mfa.enroll).type.toBeCallableWith({ mfaToken: 'x', factor: 'otp' })
})

describe('newest of Auth0', () => {
  test('enterprise logins, anonymous sessions and experiments have types', () => {
    app.get('/', async ({ auth0: user }) => {
      expect(user.startEnterpriseLogin({ email: 'ann@customer.example' })).type.toBe<Promise<URL | undefined>>()
      expect(user.startEnterpriseLogin).type.not.toBeCallableWith({})
      expect(user.anonymous.getAccessToken({ audience: 'x' })).type.toBeAssignableTo<Promise<{ accessToken: string }>>()
      expect(user.anonymous.getAccessToken).type.not.toBeCallableWith({ metadata: { a: 1 } })
    })
    expect(app.auth0.isFederatedDomain('customer.example')).type.toBe<Promise<boolean>>()
    expect(app.auth0.anonymous.getAccessToken).type.not.toBeCallableWith({})
    expect<Auth0Options>().type.toBeAssignableFrom({
      ...options,
      onEnterpriseLogin: async ({ claims }: EnterpriseLogin) => claims.org_id
    })
    expect<AuthorizationParams>().type.toBeAssignableFrom({ experiment_id: 'e', variation_id: 'v', segment_id: 's' })
    expect<AuthorizationParams>().type.not.toBeAssignableFrom({ variation_id: 7 })
  })
})

describe('the guard', () => {
  test('stands alone, in an array and at every hook', () => {
    app.get('/one', { preHandler: app.auth0.requireSession }, async request => request.auth0.user)
    app.get('/two', { preHandler: [app.auth0.requireSession, async () => {}] }, async () => '')
    app.get('/three', { onRequest: app.auth0.requireSession }, async () => '')
    app.addHook('onRequest', app.auth0.requireSession)
    expect(app.auth0.requireSession).type.toBe<Guard>()
  })

  test('fits HTTP/2', () => {
    const secure = Fastify({ http2: true })
    secure.get('/', { preHandler: [secure.auth0.requireSession] }, async request => request.auth0.user.name)
    secure.addHook('preHandler', secure.auth0.requireSession)
  })

  test('fits a type provider, and leaves its types alone', () => {
    const typed = Fastify().withTypeProvider<TypeBoxTypeProvider>()
    typed.get('/:id', {
      preHandler: typed.auth0.requireSession,
      schema: { params: Type.Object({ id: Type.Number() }) }
    }, async request => {
      expect(request.params.id).type.toBe<number>()
      return request.auth0.user
    })
  })

  test('is not to be misspelt', () => {
    expect(app.auth0).type.not.toHaveProperty('requireSesion')
  })
})

describe('claims and sessions', () => {
  test('are typed by merging', async () => {
    const request = await new Promise<import('fastify').FastifyRequest>(() => {})
    expect(request.auth0.user['https://example.com/roles']).type.toBe<string[] | undefined>()
    expect((await request.auth0.getUser())?.['https://example.com/roles']).type.toBe<string[] | undefined>()
    const session = await request.getSession()
    expect(session).type.toBe<Session | undefined>()
    expect(session?.theme).type.toBe<'dark' | 'light' | undefined>()
  })

  test('are changed field by field, and removed as undefined', async () => {
    const request = await new Promise<import('fastify').FastifyRequest>(() => {})
    expect(request.auth0.updateSession).type.toBeCallableWith({
      theme: 'dark',
      count: 1,
      user: { nickname: 'countess' }
    })
    expect(request.auth0.updateSession).type.toBeCallableWith({ theme: undefined, user: { name: undefined } })
    expect(request.auth0.updateSession).type.not.toBeCallableWith({ theme: 'purple' })
    expect(request.auth0.updateSession).type.not.toBeCallableWith({ user: { name: 1 } })
  })

  test('take a type of their own', async () => {
    interface Employee extends UserClaims {
      department: string
    }
    const request = await new Promise<import('fastify').FastifyRequest>(() => {})
    expect((await request.auth0.getUser<Employee>())?.department).type.toBe<string | undefined>()
    expect((await request.getSession<Employee>())?.user.department).type.toBe<string | undefined>()
    expect((await request.auth0.completeInteractiveLogin<{ cart: number }>()).appState).type.toBe<
      { cart: number } | undefined
    >()
  })
})

test('errors have codes', () => {
  const error = {} as ApiError
  expect(error).type.toBeAssignableTo<Auth0Error>()
  expect(error.code).type.toBe<string>()
  expect(error.status).type.toBe<number>()
})
