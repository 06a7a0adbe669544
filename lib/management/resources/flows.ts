import type {
  CreateFlowRequest, CreateFlowsVaultConnectionRequest, Flow, FlowExecution, FlowExecutionSummary, FlowSummary,
  FlowsVaultConnection, FlowsVaultConnectionSummary, GetFlowExecutionQuery, GetFlowQuery, ListFlowsQuery,
  UpdateFlowRequest, UpdateFlowsVaultConnectionRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { eitherList, offsetList } from '../lists.js'

export const flows = {
  /** Lists flows. Scope: `read:flows`. */
  list: offsetList('/flows', 'flows', { query: of<ListFlowsQuery>(), items: of<FlowSummary>() }),
  /** Creates a flow. Scope: `create:flows`. */
  create: post('/flows', { body: of<CreateFlowRequest>(), returns: of<Flow>() }),
  /** Deletes a flow. Scope: `delete:flows`. */
  delete: del('/flows/{id}'),
  /** Gets a flow. Scope: `read:flows`. */
  get: get('/flows/{id}', { query: of<GetFlowQuery>(), returns: of<Flow>() }),
  /** Updates a flow. Scope: `update:flows`. */
  update: patch('/flows/{id}', { body: optional<UpdateFlowRequest>(), returns: of<Flow>() }),
  executions: {
    /** Lists the executions of a flow. Scope: `read:flows_executions`. */
    list: eitherList('/flows/{flow_id}/executions', 'executions', { items: of<FlowExecutionSummary>() }),
    /** Deletes an execution of a flow. Scope: `delete:flows_executions`. */
    delete: del('/flows/{flow_id}/executions/{execution_id}'),
    /** Gets an execution of a flow. Scope: `read:flows_executions`. */
    get: get('/flows/{flow_id}/executions/{execution_id}', {
      query: of<GetFlowExecutionQuery>(),
      returns: of<FlowExecution>()
    })
  },
  vault: {
    connections: {
      /** Lists the connections of the flows vault. Scope: `read:flows_vault_connections`. */
      list: offsetList('/flows/vault/connections', 'connections', { items: of<FlowsVaultConnectionSummary>() }),
      /** Creates a connection of the flows vault. Scope: `create:flows_vault_connections`. */
      create: post('/flows/vault/connections', {
        body: of<CreateFlowsVaultConnectionRequest>(),
        returns: of<FlowsVaultConnection>()
      }),
      /** Deletes a connection of the flows vault. Scope: `delete:flows_vault_connections`. */
      delete: del('/flows/vault/connections/{id}'),
      /** Gets a connection of the flows vault. Scope: `read:flows_vault_connections`. */
      get: get('/flows/vault/connections/{id}', { returns: of<FlowsVaultConnection>() }),
      /** Updates a connection of the flows vault. Scope: `update:flows_vault_connections`. */
      update: patch('/flows/vault/connections/{id}', {
        body: optional<UpdateFlowsVaultConnectionRequest>(),
        returns: of<FlowsVaultConnection>()
      })
    }
  }
}
