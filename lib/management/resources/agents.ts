import type { Agent, CreateAgentRequest, UpdateAgentRequest } from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const agents = {
  /** Lists agents. Early access. Scope: `read:agents`. */
  list: checkpointList('/agents', 'agents', { items: of<Agent>() }),
  /** Creates an agent. Early access. Scope: `create:agents`. */
  create: post('/agents', { body: of<CreateAgentRequest>(), returns: of<Agent>() }),
  /** Deletes an agent. Early access. Scope: `delete:agents`. */
  delete: del('/agents/{id}'),
  /** Gets an agent. Early access. Scope: `read:agents`. */
  read: get('/agents/{id}', { returns: of<Agent>() }),
  /** Updates an agent. Early access. Scope: `update:agents`. */
  update: patch('/agents/{id}', { body: optional<UpdateAgentRequest>(), returns: of<Agent>() })
}
