import { empty, json } from '../engine/exchange.js'
import type { TenantConnection } from '../options.js'
import { change, documentOf, selectFields } from './documents.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, requiredText, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { idOf } from './state.js'

const fields = { name: 'name', strategy: 'strategy' }

/** The id of a connection: always the same for the same name. */
export function connectionId ({ name }: TenantConnection): string {
  return idOf('con', name)
}

function all ({ tenant, state }: Pick<ManagementCall, 'tenant' | 'state'>): TenantConnection[] {
  return [state.database, ...tenant.connections]
}

/** The connection with this name or id. */
export function findConnection (call: Pick<ManagementCall, 'tenant' | 'state'>, value: unknown): TenantConnection
  | undefined {
  return all(call).find(connection => connection.name === value || connectionId(connection) === value)
}

function connectionDocument (connection: TenantConnection): Record<string, unknown> {
  const defaults = {
    id: connectionId(connection),
    options: {},
    enabled_clients: [],
    is_domain_connection: false,
    realms: [connection.name]
  }
  return { ...defaults, ...documentOf(connection, fields), strategy: connection.strategy ?? connection.name }
}

function connectionOf (call: ManagementCall): TenantConnection {
  return existing(all(call).find(one => connectionId(one) === call.params.id),
    'The connection does not exist.', 'inexistent_connection')
}

function found (call: ManagementCall): Record<string, unknown>[] {
  const strategies = call.query.getAll('strategy')
  const name = call.query.get('name')
  return all(call).map(connectionDocument).filter(document =>
    (name === null || document.name === name) &&
    (strategies.length === 0 || strategies.includes(String(document.strategy)))
  )
}

/** Connections: where users come from. */
export const connections: readonly ManagementEndpoint[] = [
  get('/connections', 'read:connections',
    call => answerList(call, found(call), { key: 'connections', checkpoints: true })),
  post('/connections', 'create:connections', 'Create a connection', call => {
    const [name, strategy] = [requiredText(call, 'name'), requiredText(call, 'strategy')]
    if (all(call).some(connection => connection.name === name)) {
      throw managementError(409, 'A connection with the same name already exists', 'connection_conflict')
    }
    const connection: TenantConnection = { name, strategy }
    change(connection, fields, call.body)
    call.tenant.connections.push(connection)
    return json(201, connectionDocument(connection))
  }),
  get('/connections/:id', 'read:connections',
    call => json(200, selectFields(connectionDocument(connectionOf(call)), call.query))),
  patch('/connections/:id', 'update:connections', 'Update a connection', call => {
    const connection = connectionOf(call)
    if ('name' in call.body || 'strategy' in call.body) {
      throw invalidBody('Additional properties not allowed: name or strategy')
    }
    change(connection, fields, call.body)
    return json(200, connectionDocument(connection))
  }),
  del('/connections/:id', 'delete:connections', 'Delete a connection', ({ tenant, params }) => {
    const at = tenant.connections.findIndex(connection => connectionId(connection) === params.id)
    if (at !== -1) tenant.connections.splice(at, 1)
    return empty(202)
  })
]
