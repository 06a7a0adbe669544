import type {
  Connection, ConnectionEnabledClient, ConnectionForList, ConnectionKey, ConnectionKeysRequest, CreateConnectionRequest,
  CreateScimConfigurationRequest, CreateScimTokenRequest, CreatedConnectionKeys, DeleteConnectionUsersByEmailQuery,
  DirectoryProvisioning, DirectoryProvisioningDefaultMapping, DirectoryProvisioningRequest, DirectorySynchronization,
  FieldsQuery, ListConnectionsQuery, ReplaceSynchronizedGroupsRequest, RotateConnectionsKeysResult, ScimConfiguration,
  ScimConfigurationDefaultMapping, ScimToken, ScimTokenItem, SynchronizedGroup, SynchronizedGroupsQuery,
  SynchronizedGroupsRequest, UpdateConnectionRequest, UpdateEnabledClientConnectionsRequest,
  UpdateScimConfigurationRequest
} from '../../../types/management.js'
import { del, get, of, omittable, optional, patch, post, put } from '../endpoint.js'
import { checkpointList, eitherList } from '../lists.js'

export const connections = {
  /** Lists connections. Scope: `read:connections`. */
  list: eitherList('/connections', 'connections', {
    query: of<ListConnectionsQuery>(),
    items: of<ConnectionForList>()
  }),
  /** Creates a connection. Scope: `create:connections`. */
  create: post('/connections', { body: of<CreateConnectionRequest>(), returns: of<Connection>() }),
  /** Deletes a connection and all its users. Scope: `delete:connections`. */
  delete: del('/connections/{id}'),
  /** Gets a connection. Scope: `read:connections`. */
  get: get('/connections/{id}', { query: of<FieldsQuery>(), returns: of<Connection>() }),
  /** Updates a connection. Scope: `update:connections`. */
  update: patch('/connections/{id}', { body: optional<UpdateConnectionRequest>(), returns: of<Connection>() }),
  /** Asks whether an AD/LDAP connection is online: an `ApiError` with status 404 if not. Scope: `read:connections`. */
  checkStatus: get('/connections/{id}/status'),
  clients: {
    /** Lists the applications a connection is enabled for. Scope: `read:connections`. */
    get: checkpointList('/connections/{id}/clients', 'clients', { items: of<ConnectionEnabledClient>(), size: 1000 }),
    /** Enables or disables a connection for applications. Scope: `update:connections`. */
    update: patch('/connections/{id}/clients', { body: of<UpdateEnabledClientConnectionsRequest>() })
  },
  directoryProvisioning: {
    /** Lists the directory provisionings of all connections. Scope: `read:directory_provisionings`. */
    list: checkpointList('/connections-directory-provisionings', 'directory_provisionings', {
      items: of<DirectoryProvisioning>()
    }),
    /** Deletes a connection's directory provisioning. Scope: `delete:directory_provisionings`. */
    delete: del('/connections/{id}/directory-provisioning'),
    /** Gets a connection's directory provisioning. Scope: `read:directory_provisionings`. */
    get: get('/connections/{id}/directory-provisioning', { returns: of<DirectoryProvisioning>() }),
    /** Updates a connection's directory provisioning. Scope: `update:directory_provisionings`. */
    update: patch('/connections/{id}/directory-provisioning', {
      body: omittable<DirectoryProvisioningRequest>(),
      returns: of<DirectoryProvisioning>()
    }),
    /** Creates a connection's directory provisioning. Scope: `create:directory_provisionings`. */
    create: post('/connections/{id}/directory-provisioning', {
      body: omittable<DirectoryProvisioningRequest>(),
      returns: of<DirectoryProvisioning>()
    }),
    /**
     * Gets the default attribute mapping of a connection's directory provisioning. Scope:
     * `read:directory_provisionings`.
     */
    getDefaultMapping: get('/connections/{id}/directory-provisioning/default-mapping', {
      returns: of<DirectoryProvisioningDefaultMapping>()
    }),
    /** Takes groups out of those that are synchronized. Scope: `update:directory_provisionings`. */
    deleteSynchronizedGroupSelections: del('/connections/{id}/directory-provisioning/synchronized-groups', {
      body: of<SynchronizedGroupsRequest>()
    }),
    /** Lists the groups that are synchronized. Scope: `read:directory_provisionings`. */
    listSynchronizedGroups: checkpointList('/connections/{id}/directory-provisioning/synchronized-groups', 'groups', {
      query: of<SynchronizedGroupsQuery>(),
      items: of<SynchronizedGroup>()
    }),
    /** Adds groups to those that are synchronized. Scope: `update:directory_provisionings`. */
    addSynchronizedGroupSelections: post('/connections/{id}/directory-provisioning/synchronized-groups', {
      body: of<SynchronizedGroupsRequest>()
    }),
    /** Replaces the groups that are synchronized. Scope: `update:directory_provisionings`. */
    set: put('/connections/{id}/directory-provisioning/synchronized-groups', {
      body: of<ReplaceSynchronizedGroupsRequest>()
    }),
    synchronizations: {
      /** Starts a synchronization of a connection's directory. Scope: `create:directory_provisionings`. */
      create: post('/connections/{id}/directory-provisioning/synchronizations', {
        returns: of<DirectorySynchronization>()
      })
    }
  },
  keys: {
    /** Lists the signing and encryption keys of a connection. Scope: `read:connections_keys`. */
    get: get('/connections/{id}/keys', { returns: of<ConnectionKey[]>() }),
    /** Creates the initial keys of a connection. Scope: `create:connections_keys`. */
    create: post('/connections/{id}/keys', {
      body: omittable<ConnectionKeysRequest>(),
      returns: of<CreatedConnectionKeys>()
    }),
    /**
     * Makes the next key of a connection the current one. Scope: `create:connections_keys` or
     * `update:connections_keys`.
     */
    rotate: post('/connections/{id}/keys/rotate', {
      body: omittable<ConnectionKeysRequest>(),
      returns: of<RotateConnectionsKeysResult>()
    })
  },
  scimConfiguration: {
    /** Lists the SCIM configurations of all connections. Scope: `read:scim_config`. */
    list: checkpointList('/connections-scim-configurations', 'scim_configurations', { items: of<ScimConfiguration>() }),
    /** Deletes a connection's SCIM configuration. Scope: `delete:scim_config`. */
    delete: del('/connections/{id}/scim-configuration'),
    /** Gets a connection's SCIM configuration. Scope: `read:scim_config`. */
    get: get('/connections/{id}/scim-configuration', { returns: of<ScimConfiguration>() }),
    /** Updates a connection's SCIM configuration. Scope: `update:scim_config`. */
    update: patch('/connections/{id}/scim-configuration', {
      body: of<UpdateScimConfigurationRequest>(),
      returns: of<ScimConfiguration>()
    }),
    /** Creates a connection's SCIM configuration. Scope: `create:scim_config`. */
    create: post('/connections/{id}/scim-configuration', {
      body: omittable<CreateScimConfigurationRequest>(),
      returns: of<ScimConfiguration>()
    }),
    /** Gets the default attribute mapping of a connection's SCIM configuration. Scope: `read:scim_config`. */
    getDefaultMapping: get('/connections/{id}/scim-configuration/default-mapping', {
      returns: of<ScimConfigurationDefaultMapping>()
    }),
    tokens: {
      /** Lists the SCIM tokens of a connection. Scope: `read:scim_token`. */
      get: get('/connections/{id}/scim-configuration/tokens', { returns: of<ScimTokenItem[]>() }),
      /** Creates a SCIM token of a connection. Scope: `create:scim_token`. */
      create: post('/connections/{id}/scim-configuration/tokens', {
        body: optional<CreateScimTokenRequest>(),
        returns: of<ScimToken>()
      }),
      /** Deletes a SCIM token of a connection. Scope: `delete:scim_token`. */
      delete: del('/connections/{id}/scim-configuration/tokens/{tokenId}')
    }
  },
  users: {
    /** Deletes a connection's user by e-mail address; only of database connections. Scope: `delete:users`. */
    deleteByEmail: del('/connections/{id}/users', { query: of<DeleteConnectionUsersByEmailQuery>() })
  }
}
