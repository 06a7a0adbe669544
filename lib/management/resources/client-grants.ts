import type {
  ClientGrant, CreateClientGrantRequest, ListClientGrantsQuery, Organization, UpdateClientGrantRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { eitherList } from '../lists.js'

export const clientGrants = {
  /** Lists client grants. Scope: `read:client_grants`. */
  list: eitherList('/client-grants', 'client_grants', { query: of<ListClientGrantsQuery>(), items: of<ClientGrant>() }),
  /** Creates a client grant. Scope: `create:client_grants`. */
  create: post('/client-grants', { body: of<CreateClientGrantRequest>(), returns: of<ClientGrant>() }),
  /** Deletes a client grant. Scope: `delete:client_grants`. */
  delete: del('/client-grants/{id}'),
  /** Gets a client grant. Scope: `read:client_grants`. */
  get: get('/client-grants/{id}', { returns: of<ClientGrant>() }),
  /** Updates a client grant. Scope: `update:client_grants`. */
  update: patch('/client-grants/{id}', { body: optional<UpdateClientGrantRequest>(), returns: of<ClientGrant>() }),
  organizations: {
    /** Lists the organizations a client grant is for. Scope: `read:organization_client_grants`. */
    list: eitherList('/client-grants/{id}/organizations', 'organizations', { items: of<Organization>() })
  }
}
