import type {
  CreateResourceServerRequest, FoundResourceServer, GetResourceServerQuery, ListResourceServerQuery, ResourceServer,
  SearchResourceServersQuery, UpdateResourceServerRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList, offsetList } from '../lists.js'

export const resourceServers = {
  /** Lists APIs. Scope: `read:resource_servers`. */
  list: offsetList('/resource-servers', 'resource_servers', {
    query: of<ListResourceServerQuery>(),
    items: of<ResourceServer>()
  }),
  /** Creates an API. Scope: `create:resource_servers`. */
  create: post('/resource-servers', { body: of<CreateResourceServerRequest>(), returns: of<ResourceServer>() }),
  /** Deletes an API. Scope: `delete:resource_servers`. */
  delete: del('/resource-servers/{id}'),
  /** Gets an API. Scope: `read:resource_servers`. */
  get: get('/resource-servers/{id}', { query: of<GetResourceServerQuery>(), returns: of<ResourceServer>() }),
  /** Updates an API. Scope: `update:resource_servers`. */
  update: patch('/resource-servers/{id}', {
    body: optional<UpdateResourceServerRequest>(),
    returns: of<ResourceServer>()
  }),
  /** Searches APIs. */
  search: checkpointList('/resource-servers/search', 'resource_servers', {
    query: of<SearchResourceServersQuery>(),
    items: of<FoundResourceServer>()
  })
}
