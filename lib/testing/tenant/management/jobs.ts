import type { TenantContext } from '../engine/context.js'
import { empty, html, json, text, type TenantError } from '../engine/exchange.js'
import { route, type Route } from '../engine/route.js'
import { errorPage } from '../login/page.js'
import { connectionId, findConnection } from './connections.js'
import {
  existing, get, invalidBody, managementError, post, requiredText, type ManagementCall, type ManagementEndpoint
} from './endpoint.js'
import { valueAt } from './search.js'
import { newId, type Job, type ManagementState } from './state.js'
import { verificationLink } from './tickets.js'
import { changeUser, createUser, userDocument, userOf } from './users.js'

const largestImport = 500 * 1024

function addJob ({ tenant, state }: ManagementCall, type: string, facts: Record<string, unknown>,
  done: { summary?: unknown, location?: string } = {}, more: { errors?: unknown[], file?: string } = {}): Job {
  const job: Job = {
    id: newId('job'),
    type,
    status: 'pending',
    created_at: new Date(tenant.now() * 1000).toISOString(),
    ...facts
  }
  state.jobs.set(job.id, {
    job,
    errors: [],
    ...more,
    steps: [{ status: 'processing', percentage_done: 50 }, { status: 'completed', percentage_done: 100, ...done }]
  })
  return { ...job }
}

function entryOf ({ state, params }: ManagementCall): NonNullable<ReturnType<ManagementState['jobs']['get']>> {
  return existing(state.jobs.get(params.id!), 'The job does not exist.', 'inexistent_job')
}

/** The fields of a `multipart/form-data` body; of files the text. @see RFC 7578 */
function readMultipart (contentType: string, text: string): Record<string, string> {
  const boundary = /boundary="?([^";]+)"?/u.exec(contentType)?.[1]
  if (boundary === undefined) throw invalidBody('multipart/form-data expected')
  const parts = text.split(`--${boundary}`).slice(1, -1)
  return Object.fromEntries(parts.map(part => {
    const end = part.indexOf('\r\n\r\n')
    return [/name="([^"]*)"/u.exec(part.slice(0, end))?.[1] ?? '', part.slice(end + 4, -2)]
  }))
}

function readUsers (file: string): Record<string, unknown>[] {
  try {
    const users: unknown = JSON.parse(file)
    if (Array.isArray(users) && users.every(user => typeof user === 'object' && user !== null)) return users
  } catch {
    // Told below, as for a file that holds something else.
  }
  throw invalidBody('Failed to parse users file JSON when importing users. Make sure it is valid JSON.')
}

function importUsers (call: ManagementCall): Job {
  const form = readMultipart(call.request.headers['content-type'] ?? '', call.request.text)
  const connection = findConnection(call, form.connection_id)
  if (connection === undefined) throw managementError(400, 'The connection does not exist.', 'inexistent_connection')
  const { users = '' } = form
  if (users.length > largestImport) {
    throw managementError(413, 'Payload content length greater than maximum allowed: 512000', 'payload_too_large')
  }
  const summary = { failed: 0, updated: 0, inserted: 0, total: 0 }
  const errors: unknown[] = []
  for (const user of readUsers(users)) {
    summary.total++
    const existing = call.tenant.users.find(String(user.email))
    if (existing !== undefined && form.upsert === 'true') {
      changeUser(call.tenant, existing, user)
      summary.updated++
      continue
    }
    try {
      createUser(call, { password_hash: '', ...user, connection: connection.name })
      summary.inserted++
    } catch (error) {
      const { errorCode: code, message } = (error as TenantError).body
      summary.failed++
      errors.push({ user, errors: [{ code, message }] })
    }
  }
  return addJob(call, 'users_import', {
    connection_id: connectionId(connection),
    connection: connection.name,
    external_id: form.external_id
  }, { summary }, { errors })
}

/** A field of an export; `app_metadata.plan` is the member of a member. */
interface ExportField {
  name: string
  export_as?: string
}

const usualFields: readonly ExportField[] = [{ name: 'user_id' }, { name: 'email' }, { name: 'name' }]

function quoted (value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  return `"${text.replaceAll('"', '""')}"`
}

function exportUsers (call: ManagementCall): Job {
  const { format = 'json', limit = Infinity, fields = usualFields } = call.body as {
    format?: string,
    limit?: number,
    fields?: readonly ExportField[]
  }
  const columns = fields.map(({ name, export_as: as = name }) => ({ as, path: name.split('.') }))
  const rows = call.tenant.users.list.slice(0, limit).map(userDocument).map(user =>
    Object.fromEntries(columns.map(({ as, path }) => [as, valueAt(user, path)]))
  )
  const names = columns.map(({ as }) => as)
  const lines = format === 'csv'
    ? [names.map(quoted).join(','), ...rows.map(row => names.map(name => quoted(row[name])).join(','))]
    : rows.map(row => JSON.stringify(row))
  const location = `${call.tenant.issuer}exports/${newId('export')}`
  return addJob(call, 'users_export', { format, fields }, { location }, { file: `${lines.join('\n')}\n` })
}

/** Jobs: a job is pending first, half done when it is looked at, and completed when it is looked at again. */
export const jobs: readonly ManagementEndpoint[] = [
  post('/jobs/users-imports', 'create:users', 'Create a job to import users', call => json(202, importUsers(call))),
  post('/jobs/users-exports', 'read:users', 'Create a job to export users', call => json(200, exportUsers(call))),
  post('/jobs/verification-email', 'update:users', 'Create a job to send a verification email', call => {
    const user = userOf(call, requiredText(call, 'user_id'))
    const link = verificationLink(call, user)
    call.tenant.messages.mailbox.push({ to: String(user.email), link, text: `Verify your email address: ${link}` })
    return json(201, addJob(call, 'verification_email', {}))
  }),
  get('/jobs/:id', 'create:users read:users', call => {
    const { job, steps } = entryOf(call)
    Object.assign(job, steps.shift())
    return json(200, job)
  }),
  get('/jobs/:id/errors', 'create:users read:users', call => {
    const { errors } = entryOf(call)
    return errors.length === 0 ? empty(204) : json(200, errors)
  })
]

/** Where an export's file is; the link is all it takes. */
export function exportRoutes (tenant: TenantContext, state: ManagementState): Route[] {
  return [
    route('GET', '/exports/:name', (_request, { name }) => {
      const found = [...state.jobs.values()].find(({ job }) => job.location === `${tenant.issuer}exports/${name}`)
      return found?.file === undefined ? html(404, errorPage('There is no such file.')) : text(200, found.file)
    })
  ]
}
