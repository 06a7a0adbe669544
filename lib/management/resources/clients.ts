import type {
  CimdClientRequest, Client, ClientCredential, ClientSearch, ConnectionForList, CreateClientRequest, FieldsQuery,
  GetClientConnectionsQuery, ListClientsQuery, PatchClientCredentialRequest, PostClientCredentialRequest,
  PreviewCimdMetadataResult, RegisterCimdClientResult, SearchClientsQuery, UpdateClientRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList, eitherList } from '../lists.js'

export const clients = {
  /**
   * Lists applications. Scope: `read:clients`, `read:client_keys`, `read:client_credentials` or
   * `read:client_summary`.
   */
  list: eitherList('/clients', 'clients', { query: of<ListClientsQuery>(), items: of<Client>() }),
  /** Creates an application. Scope: `create:clients`. */
  create: post('/clients', { body: of<CreateClientRequest>(), returns: of<Client>() }),
  /** Deletes an application. Scope: `delete:clients`. */
  delete: del('/clients/{id}'),
  /**
   * Gets an application. Scope: `read:clients`, `read:client_keys`, `read:client_credentials` or
   * `read:client_summary`.
   */
  get: get('/clients/{id}', { query: of<FieldsQuery>(), returns: of<Client>() }),
  /**
   * Updates an application. Scope: `update:clients`, `update:client_keys`, `update:client_credentials` or
   * `update:client_token_vault_privileged_access`.
   */
  update: patch('/clients/{id}', { body: optional<UpdateClientRequest>(), returns: of<Client>() }),
  /** Gives an application a new secret; the old one stops working. Scope: `update:client_keys`. */
  rotateSecret: post('/clients/{id}/rotate-secret', { returns: of<Client>() }),
  /** Shows what an application described by a client ID metadata document would look like. Scope: `read:clients`. */
  previewCimdMetadata: post('/clients/cimd/preview', {
    body: of<CimdClientRequest>(),
    returns: of<PreviewCimdMetadataResult>()
  }),
  /**
   * Registers an application described by a client ID metadata document. Scope: `create:clients` or `update:clients`.
   */
  registerCimdClient: post('/clients/cimd/register', {
    body: of<CimdClientRequest>(),
    returns: of<RegisterCimdClientResult>()
  }),
  /** Searches applications. Beta. Scope: `read:clients` or `read:client_summary`. */
  search: get('/clients/search', { query: of<SearchClientsQuery>(), returns: of<ClientSearch>() }),
  connections: {
    /**
     * Lists the connections enabled for an application. Scope: `read:connections`, `read:clients` or
     * `read:client_summary`.
     */
    get: checkpointList('/clients/{id}/connections', 'connections', {
      query: of<GetClientConnectionsQuery>(),
      items: of<ConnectionForList>()
    })
  },
  credentials: {
    /** Lists the credentials of an application. Scope: `read:client_credentials`. */
    list: get('/clients/{client_id}/credentials', { returns: of<ClientCredential[]>() }),
    /** Creates a credential of an application. Scope: `create:client_credentials`. */
    create: post('/clients/{client_id}/credentials', {
      body: of<PostClientCredentialRequest>(),
      returns: of<ClientCredential>()
    }),
    /** Deletes a credential of an application. Scope: `delete:client_credentials`. */
    delete: del('/clients/{client_id}/credentials/{credential_id}'),
    /** Gets a credential of an application. Scope: `read:client_credentials`. */
    get: get('/clients/{client_id}/credentials/{credential_id}', { returns: of<ClientCredential>() }),
    /** Updates a credential of an application. Scope: `update:client_credentials`. */
    update: patch('/clients/{client_id}/credentials/{credential_id}', {
      body: optional<PatchClientCredentialRequest>(),
      returns: of<ClientCredential>()
    })
  }
}
