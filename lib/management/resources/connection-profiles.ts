import type {
  ConnectionProfile, ConnectionProfileTemplateItem, CreateConnectionProfileRequest,
  ListConnectionProfileTemplateResponse, UpdateConnectionProfileRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const connectionProfiles = {
  /** Lists connection profiles. Scope: `read:connection_profiles`. */
  list: checkpointList('/connection-profiles', 'connection_profiles', { items: of<ConnectionProfile>(), size: 10 }),
  /** Creates a connection profile. Scope: `create:connection_profiles`. */
  create: post('/connection-profiles', {
    body: of<CreateConnectionProfileRequest>(),
    returns: of<ConnectionProfile>()
  }),
  /** Deletes a connection profile. Scope: `delete:connection_profiles`. */
  delete: del('/connection-profiles/{id}'),
  /** Gets a connection profile. Scope: `read:connection_profiles`. */
  get: get('/connection-profiles/{id}', { returns: of<ConnectionProfile>() }),
  /** Updates a connection profile. Scope: `update:connection_profiles`. */
  update: patch('/connection-profiles/{id}', {
    body: optional<UpdateConnectionProfileRequest>(),
    returns: of<ConnectionProfile>()
  }),
  /** Lists templates of connection profiles. Scope: `read:connection_profiles`. */
  listTemplates: get('/connection-profiles/templates', { returns: of<ListConnectionProfileTemplateResponse>() }),
  /** Gets a template of connection profiles. Scope: `read:connection_profiles`. */
  getTemplate: get('/connection-profiles/templates/{id}', { returns: of<ConnectionProfileTemplateItem>() })
}
