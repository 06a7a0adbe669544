import { json } from '../engine/exchange.js'
import type { TenantContext } from '../engine/context.js'
import { get, invalidBody, patch, put, type ManagementCall, type ManagementEndpoint } from './endpoint.js'

type Settings = Record<string, unknown>

function settingsOf ({ state }: ManagementCall, path: string, defaults: Settings = {}): Settings {
  const settings = state.settings.get(path) ?? { ...defaults }
  state.settings.set(path, settings)
  return settings
}

function merged (before: Settings, changes: Readonly<Settings>): Settings {
  for (const [name, value] of Object.entries(changes)) {
    const old = before[name]
    const both = [old, value].every(one => typeof one === 'object' && one !== null && !Array.isArray(one))
    before[name] = both ? merged({ ...old as Settings }, value as Settings) : value
  }
  return before
}

interface Page {
  path: string
  reads: string
  updates: string
  says: string
  defaults?: Settings
  /** Settings that the tenant itself goes by. */
  live?: (tenant: TenantContext) => Settings
  apply?: (tenant: TenantContext, settings: Settings) => void
}

function settingsPage ({ path, reads, updates, says, defaults, live, apply }: Page): ManagementEndpoint[] {
  const shown = (call: ManagementCall): Settings =>
    merged({ ...settingsOf(call, path, defaults) }, live?.(call.tenant) ?? {})
  return [
    get(path, reads, call => json(200, shown(call))),
    patch(path, updates, says, call => {
      const changed = merged(settingsOf(call, path, defaults), call.body)
      apply?.(call.tenant, changed)
      return json(200, shown(call))
    })
  ]
}

const tenantSettings = settingsPage({
  path: '/tenants/settings',
  reads: 'read:tenant_settings',
  updates: 'update:tenant_settings',
  says: 'Update tenant settings',
  defaults: {
    friendly_name: 'Local tenant',
    flags: {},
    idle_session_lifetime: 72,
    session_lifetime: 168,
    enabled_locales: ['en'],
    sandbox_version: '22'
  },
  live: ({ settings }) => ({
    authorization_response_iss_parameter_supported: settings.authorizationResponseIss,
    flags: { enable_dynamic_client_registration: settings.dynamicRegistration }
  }),
  apply ({ settings }, given) {
    const { authorization_response_iss_parameter_supported: iss } = given
    const { enable_dynamic_client_registration: registration } = (given.flags ?? {}) as Settings
    if (typeof iss === 'boolean') settings.authorizationResponseIss = iss
    if (typeof registration === 'boolean') settings.dynamicRegistration = registration
  }
})

const branding = settingsPage({
  path: '/branding',
  reads: 'read:branding',
  updates: 'update:branding',
  says: 'Update branding',
  defaults: { colors: { primary: '#635dff', page_background: '#f1f1f5' } }
})

const factorNames = ['push-notification', 'sms', 'email', 'duo', 'otp', 'webauthn-roaming', 'webauthn-platform',
  'recovery-code']
const factors = (call: ManagementCall): Settings =>
  settingsOf(call, '/guardian/factors', Object.fromEntries(factorNames.map(name => [name, name === 'otp'])))
const policies = ['all-applications', 'confidence-score']

/** Guardian's factors and policies; whether a login needs a second factor is said by the user or by `requireMfa`. */
const guardian: readonly ManagementEndpoint[] = [
  get('/guardian/factors', 'read:guardian_factors', call =>
    json(200, Object.entries(factors(call)).map(([name, enabled]) => ({ name, enabled, trial_expired: false })))),
  put('/guardian/factors/:name', 'update:guardian_factors', 'Update a Guardian factor', call => {
    const { enabled } = call.body
    if (!factorNames.includes(call.params.name!)) throw invalidBody(`Unknown factor: ${call.params.name}`)
    if (typeof enabled !== 'boolean') throw invalidBody('Missing required property: enabled')
    factors(call)[call.params.name!] = enabled
    return json(200, { enabled })
  }),
  get('/guardian/policies', 'read:mfa_policies',
    call => json(200, settingsOf(call, '/guardian/policies', { list: [] }).list)),
  put('/guardian/policies', 'update:mfa_policies', 'Set the Multi-factor Authentication policies', call => {
    const given: unknown = JSON.parse(call.request.text || 'null')
    if (!Array.isArray(given) || !given.every(policy => policies.includes(policy))) {
      throw invalidBody(`Expected an array of ${policies.join(', ')}`)
    }
    settingsOf(call, '/guardian/policies').list = given
    return json(200, given)
  })
]

/** Settings of the tenant, its look, and Guardian. */
export const settings: readonly ManagementEndpoint[] = [...tenantSettings, ...branding, ...guardian]
