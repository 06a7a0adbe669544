import { randomBytes } from 'node:crypto'
import { createTenant, type TenantUser } from 'fastify-auth0/testing'
import type { DemoUser, QuickstartOptions } from './app.js'

/** An Auth0 tenant of your own on this machine, and what an application needs to use it. */
export interface LocalTenant {
  url: string
  auth0: QuickstartOptions['auth0']
  demoUsers: DemoUser[]
  close: () => Promise<void>
}

const audience = 'https://orders.example.com'

/**
 * Starts the local tenant. It listens on 127.0.0.1 while the application is at localhost:
 * two sites to a browser, as an application and its Auth0 tenant are.
 */
export async function startLocalTenant (
  { port, appBaseUrl }: { port: number, appBaseUrl: string }
): Promise<LocalTenant> {
  const clientSecret = secret()
  const users = people(appBaseUrl)
  const tenant = await createTenant({
    port,
    users,
    clients: [{
      clientId: 'quickstart',
      clientSecret,
      name: 'Quickstart',
      callbacks: [`${appBaseUrl}/auth/callback`],
      logoutUrls: [appBaseUrl, `${appBaseUrl}/`],
      refreshToken: { rotation: true }
    }],
    resourceServers: [{ identifier: audience, name: 'Orders', scopes: ['read:orders'] }]
  })
  return {
    url: tenant.url,
    auth0: {
      domain: tenant.url,
      clientId: 'quickstart',
      clientSecret,
      appBaseUrl,
      sessionSecret: secret(),
      audience
    },
    demoUsers: users.map(({ name, email, password }) => ({ name, email, password })),
    close: tenant.close
  }
}

function secret (): string {
  return randomBytes(32).toString('base64url')
}

function people (appBaseUrl: string): (TenantUser & DemoUser)[] {
  return [
    {
      name: 'Ada Lovelace',
      givenName: 'Ada',
      familyName: 'Lovelace',
      email: 'ada@example.com',
      password: 'analytical-engine',
      picture: `${appBaseUrl}/ada.svg`,
      claims: { 'https://orders.example.com/roles': ['barista'] }
    },
    {
      name: 'Grace Hopper',
      givenName: 'Grace',
      familyName: 'Hopper',
      email: 'grace@example.com',
      password: 'nanoseconds',
      picture: `${appBaseUrl}/grace.svg`
    }
  ]
}
