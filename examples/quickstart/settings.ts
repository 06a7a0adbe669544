import { readPorts, SettingsError, type Ports } from './ports.js'

/** Where the quickstart runs, and which tenant it talks to. */
export interface Settings extends Ports {
  host: string
  /** The real tenant; without it the quickstart brings a local one. */
  tenant?: TenantSettings
}

/** What the Auth0 dashboard and you know about the application. */
export interface TenantSettings {
  domain: string
  clientId: string
  clientSecret: string
  appBaseUrl: string
  sessionSecret: string
  /** Identifier of an API registered at the tenant; optional. */
  audience?: string
}

const required = ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'APP_BASE_URL', 'SESSION_SECRET'] as const

/**
 * Reads the settings from the environment: all five variables of the real tenant, or none of them.
 * Half a configuration is an error, so that nobody takes the local tenant for the real one.
 */
export function readSettings (env: Record<string, string | undefined>): Settings {
  const values = Object.fromEntries(required.map(name => [name, env[name]?.trim() ?? ''])) as Record<
    typeof required[number],
    string
  >
  const missing = required.filter(name => values[name] === '')
  const place = {
    ...readPorts(env, portOf(values.APP_BASE_URL) || '3000'),
    host: env.HOST?.trim() || 'localhost'
  }

  if (missing.length === required.length) return place
  if (missing.length > 0) {
    const given = required.filter(name => values[name] !== '')
    throw new SettingsError(
      `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} set, ` +
        `but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Set all five for your Auth0 ` +
        'tenant ' +
        '(.env.example explains each), or none for the local one.'
    )
  }
  return {
    ...place,
    tenant: {
      domain: values.AUTH0_DOMAIN,
      clientId: values.AUTH0_CLIENT_ID,
      clientSecret: values.AUTH0_CLIENT_SECRET,
      appBaseUrl: values.APP_BASE_URL,
      sessionSecret: values.SESSION_SECRET,
      ...(env.AUTH0_AUDIENCE?.trim() && { audience: env.AUTH0_AUDIENCE.trim() })
    }
  }
}

/** The port of a plain http address such as `http://localhost:8080`; behind https a proxy listens, not we. */
function portOf (appBaseUrl: string): string {
  return URL.canParse(appBaseUrl) && appBaseUrl.startsWith('http:') ? new URL(appBaseUrl).port : ''
}
