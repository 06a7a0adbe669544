import { empty, json } from '../engine/exchange.js'
import { mergeMetadata } from './documents.js'
import {
  del, existing, get, managementError, patch, post, put, requiredText, type ManagementCall, type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { newId } from './state.js'

type Thing = Record<string, unknown>

interface Collection {
  /** Below `/api/v2`. */
  path: string
  /** What the scopes call it: `read:…`. */
  scope: string
  /** What the log calls one of it. */
  name: string
  /** Where a page holds the items; without it all are one list. */
  key?: string
  /** The prefix of ids that the tenant makes, or the field of the body that is the id. */
  id: { prefix: string } | { field: string }
  required: readonly string[]
  created: number
  /** What a new one has beside its body. */
  defaults: (call: ManagementCall) => Thing
}

function thingsOf ({ state }: ManagementCall, path: string): Map<string, Thing> {
  const things = state.collections.get(path) ?? new Map<string, Thing>()
  state.collections.set(path, things)
  return things
}

function found (call: ManagementCall, { path, name }: Collection): Thing {
  return existing(thingsOf(call, path).get(call.params.id!), `The ${name} does not exist.`, 'not_found')
}

/** The endpoints of things that the tenant keeps and does nothing with. */
function collection (of: Collection): ManagementEndpoint[] {
  const { path, scope, name, key } = of
  return [
    get(path, `read:${scope}`, call => {
      const things = [...thingsOf(call, path).values()]
      return key === undefined ? json(200, things) : answerList(call, things, { key, numbered: true })
    }),
    post(path, `create:${scope}`, `Create a ${name}`, call => {
      for (const field of of.required) if (call.body[field] === undefined) requiredText(call, field)
      const id = 'prefix' in of.id ? newId(of.id.prefix) : requiredText(call, of.id.field)
      if (thingsOf(call, path).has(id)) throw managementError(409, `The ${name} already exists.`, 'conflict')
      const thing = { ...('prefix' in of.id && { id }), ...of.defaults(call), ...call.body }
      thingsOf(call, path).set(id, thing)
      return json(of.created, thing)
    }),
    get(`${path}/:id`, `read:${scope}`, call => json(200, found(call, of))),
    patch(`${path}/:id`, `update:${scope}`, `Update a ${name}`,
      call => json(200, Object.assign(found(call, of), call.body))),
    del(`${path}/:id`, `delete:${scope}`, `Delete a ${name}`, call => {
      thingsOf(call, path).delete(call.params.id!)
      return empty(204)
    })
  ]
}

const actions: Collection = {
  path: '/actions/actions',
  scope: 'actions',
  name: 'action',
  key: 'actions',
  id: { prefix: 'act' },
  required: ['name', 'supported_triggers'],
  created: 201,
  defaults: ({ tenant }) => ({
    created_at: new Date(tenant.now() * 1000).toISOString(),
    updated_at: new Date(tenant.now() * 1000).toISOString(),
    code: '',
    dependencies: [],
    runtime: 'node22',
    status: 'built',
    secrets: [],
    all_changes_deployed: false
  })
}

const templates: Collection = {
  path: '/email-templates',
  scope: 'email_templates',
  name: 'email template',
  id: { field: 'template' },
  required: ['template'],
  created: 200,
  defaults: () => ({ enabled: true, syntax: 'liquid' })
}

const streams: Collection = {
  path: '/log-streams',
  scope: 'log_streams',
  name: 'log stream',
  id: { prefix: 'lst' },
  required: ['type', 'sink'],
  created: 200,
  defaults: () => ({ name: 'Log stream', status: 'active' })
}

/** Actions (which do not run), e-mail templates and log streams (to which nothing is sent). */
export const collections: readonly ManagementEndpoint[] = [
  ...collection(actions),
  post('/actions/actions/:id/deploy', 'create:actions', 'Deploy an action', call => {
    const { code, dependencies, runtime } = found(call, actions)
    const version = {
      id: newId('ver'),
      number: 1,
      status: 'built',
      deployed: true,
      built_at: new Date(call.tenant.now() * 1000).toISOString()
    }
    Object.assign(found(call, actions), { all_changes_deployed: true, deployed_version: version })
    return json(202, { ...version, code, dependencies, runtime, action: { id: call.params.id } })
  }),
  // Auth0 has no list of e-mail templates, and takes none away.
  ...collection(templates).filter(({ method, path }) =>
    method !== 'DELETE' && (method !== 'GET' || path.includes(':'))
  ),
  put('/email-templates/:id', 'update:email_templates', 'Update an email template', call => {
    found(call, templates)
    const template = { ...templates.defaults(call), ...mergeMetadata({}, call.body) as Thing }
    thingsOf(call, templates.path).set(call.params.id!, template)
    return json(200, template)
  }),
  ...collection(streams)
]
