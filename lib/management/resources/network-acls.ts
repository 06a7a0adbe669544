import type { NetworkAcl, NetworkAclRequest, UpdateNetworkAclRequest } from '../../../types/management.js'
import { del, get, of, optional, patch, post, put } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const networkAcls = {
  /** Lists network ACLs. Scope: `read:network_acls`. */
  list: offsetList('/network-acls', 'network_acls', { items: of<NetworkAcl>() }),
  /** Creates a network ACL. Scope: `create:network_acls`. */
  create: post('/network-acls', { body: of<NetworkAclRequest>() }),
  /** Deletes a network ACL. Scope: `delete:network_acls`. */
  delete: del('/network-acls/{id}'),
  /** Gets a network ACL. Scope: `read:network_acls`. */
  get: get('/network-acls/{id}', { returns: of<NetworkAcl>() }),
  /** Updates a network ACL. Scope: `update:network_acls`. */
  update: patch('/network-acls/{id}', { body: optional<UpdateNetworkAclRequest>(), returns: of<NetworkAcl>() }),
  /** Replaces a network ACL. Scope: `update:network_acls`. */
  set: put('/network-acls/{id}', { body: of<NetworkAclRequest>(), returns: of<NetworkAcl>() })
}
