import type {
  Action, ActionBinding, ActionBindings, ActionExecution, ActionModule, ActionModuleAction, ActionModuleListItem,
  ActionModuleVersion, ActionTriggers, ActionVersion, CreateActionModuleRequest, CreateActionRequest, DeleteActionQuery,
  DeployActionVersionRequest, ListActionsQuery, RollbackActionModuleRequest, TestActionRequest, TestActionResult,
  UpdateActionBindingsRequest, UpdateActionModuleRequest, UpdateActionRequest
} from '../../../types/management.js'
import { del, get, of, omittable, optional, patch, post } from '../endpoint.js'
import { numberedList } from '../lists.js'

export const actions = {
  /** Lists actions. Scope: `read:actions`. */
  list: numberedList('/actions/actions', 'actions', { query: of<ListActionsQuery>(), items: of<Action>() }),
  /** Creates an action. Scope: `create:actions`. */
  create: post('/actions/actions', { body: of<CreateActionRequest>(), returns: of<Action>() }),
  /** Deletes an action. Scope: `delete:actions`. */
  delete: del('/actions/actions/{id}', { query: of<DeleteActionQuery>() }),
  /** Gets an action. Scope: `read:actions`. */
  get: get('/actions/actions/{id}', { returns: of<Action>() }),
  /** Updates an action. Scope: `update:actions`. */
  update: patch('/actions/actions/{id}', { body: optional<UpdateActionRequest>(), returns: of<Action>() }),
  /** Deploys an action. Scope: `create:actions`. */
  deploy: post('/actions/actions/{id}/deploy', { returns: of<ActionVersion>() }),
  /** Runs an action with a made-up event. Scope: `create:actions`. */
  test: post('/actions/actions/{id}/test', { body: of<TestActionRequest>(), returns: of<TestActionResult>() }),
  executions: {
    /** Gets an execution of a trigger's actions. Scope: `read:actions`. */
    get: get('/actions/executions/{id}', { returns: of<ActionExecution>() })
  },
  modules: {
    /** Lists action modules. Early access. Scope: `read:actions`. */
    list: numberedList('/actions/modules', 'modules', { items: of<ActionModuleListItem>() }),
    /** Creates an action module. Early access. Scope: `create:actions`. */
    create: post('/actions/modules', { body: of<CreateActionModuleRequest>(), returns: of<ActionModule>() }),
    /** Deletes an action module. Early access. Scope: `delete:actions`. */
    delete: del('/actions/modules/{id}'),
    /** Gets an action module. Early access. Scope: `read:actions`. */
    get: get('/actions/modules/{id}', { returns: of<ActionModule>() }),
    /** Updates an action module. Early access. Scope: `update:actions`. */
    update: patch('/actions/modules/{id}', {
      body: optional<UpdateActionModuleRequest>(),
      returns: of<ActionModule>()
    }),
    /** Lists the actions that use a module. Early access. Scope: `read:actions`. */
    listActions: numberedList('/actions/modules/{id}/actions', 'actions', { items: of<ActionModuleAction>() }),
    /** Goes back to an earlier version of an action module. Early access. Scope: `update:actions`. */
    rollback: post('/actions/modules/{id}/rollback', {
      body: of<RollbackActionModuleRequest>(),
      returns: of<ActionModule>()
    }),
    versions: {
      /** Lists the versions of an action module. Early access. Scope: `read:actions`. */
      list: numberedList('/actions/modules/{id}/versions', 'versions', { items: of<ActionModuleVersion>() }),
      /** Publishes an action module as a new version. Early access. Scope: `update:actions`. */
      create: post('/actions/modules/{id}/versions', { returns: of<ActionModuleVersion>() }),
      /** Gets a version of an action module. Early access. Scope: `read:actions`. */
      get: get('/actions/modules/{id}/versions/{versionId}', { returns: of<ActionModuleVersion>() })
    }
  },
  triggers: {
    /** Lists the triggers that actions can be bound to. Scope: `read:actions`. */
    list: get('/actions/triggers', { returns: of<ActionTriggers>() }),
    bindings: {
      /** Lists the actions bound to a trigger. Scope: `read:actions`. */
      list: numberedList('/actions/triggers/{triggerId}/bindings', 'bindings', { items: of<ActionBinding>() }),
      /** Replaces the actions bound to a trigger, in order. Scope: `update:actions`. */
      updateMany: patch('/actions/triggers/{triggerId}/bindings', {
        body: optional<UpdateActionBindingsRequest>(),
        returns: of<ActionBindings>()
      })
    }
  },
  versions: {
    /** Lists the versions of an action. Scope: `read:actions`. */
    list: numberedList('/actions/actions/{actionId}/versions', 'versions', { items: of<ActionVersion>() }),
    /** Gets a version of an action. Scope: `read:actions`. */
    get: get('/actions/actions/{actionId}/versions/{id}', { returns: of<ActionVersion>() }),
    /** Deploys a version of an action: goes back, or forward, to it. Scope: `create:actions`. */
    deploy: post('/actions/actions/{actionId}/versions/{id}/deploy', {
      body: omittable<DeployActionVersionRequest>(),
      returns: of<ActionVersion>()
    })
  }
}
