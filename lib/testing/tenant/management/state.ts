import { createHash, randomBytes } from 'node:crypto'
import type { TenantConnection } from '../options.js'

/** A role of the tenant. */
export interface Role {
  id: string
  name: string
  description?: string
  permissions: { resource_server_identifier: string, permission_name: string }[]
}

/** A job as the API shows it. */
export interface Job {
  id: string
  type: string
  status: string
  [field: string]: unknown
}

/** What the Management API keeps beside what the tenant itself does. */
export interface ManagementState {
  roles: Role[]
  /** Users' roles: by user id, or by organization and user id. */
  assigned: Map<string, Set<string>>
  /** The connection of users with passwords. */
  database: TenantConnection
  invitations: Record<string, unknown>[]
  /** Connections that are enabled for an organization. */
  enabledConnections: { organization: string, connection_id: string, assign_membership_on_login: boolean }[]
  /** Jobs, what went wrong in them, an export's file, and what they become each time they are looked at. */
  jobs: Map<string, { job: Job, errors: unknown[], file?: string, steps: Record<string, unknown>[] }>
  logs: { log_id: string, [field: string]: unknown }[]
  /** How many events there were. */
  logged: number
  /** Things that the tenant itself has no use for, by path and id. */
  collections: Map<string, Map<string, Record<string, unknown>>>
  /** Settings, by path. */
  settings: Map<string, Record<string, unknown>>
  /** Links that confirm an e-mail address. */
  emailTickets: Map<string, { sub: string, expiresAt: number, resultUrl: string | undefined }>
}

export function createState (): ManagementState {
  return {
    roles: [],
    assigned: new Map(),
    database: { name: 'Username-Password-Authentication', strategy: 'auth0' },
    invitations: [],
    enabledConnections: [],
    jobs: new Map(),
    logs: [],
    logged: 0,
    collections: new Map(),
    settings: new Map(),
    emailTickets: new Map()
  }
}

/** An id in the same form: always the same for the same thing. */
export function idOf (prefix: string, name: string): string {
  return `${prefix}_${createHash('sha256').update(name).digest('base64url').replace(/[-_]/gu, 'x').slice(0, 16)}`
}

/** A new id as Auth0 makes them: a prefix and 16 characters. */
export function newId (prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('base64url')}`
}
