import type {
  CreateHookRequest, GetHookQuery, Hook, ListHooksQuery, UpdateHookRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const hooks = {
  /** Lists hooks. Scope: `read:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
  list: offsetList('/hooks', 'hooks', { query: of<ListHooksQuery>(), items: of<Hook>() }),
  /** Creates a hook. Scope: `create:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
  create: post('/hooks', { body: of<CreateHookRequest>(), returns: of<Hook>() }),
  /** Deletes a hook. Scope: `delete:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
  delete: del('/hooks/{id}'),
  /** Gets a hook. Scope: `read:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
  get: get('/hooks/{id}', { query: of<GetHookQuery>(), returns: of<Hook>() }),
  /** Updates a hook. Scope: `update:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
  update: patch('/hooks/{id}', { body: optional<UpdateHookRequest>(), returns: of<Hook>() }),
  secrets: {
    /** Deletes a hook's secrets. Scope: `delete:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
    delete: del('/hooks/{id}/secrets', { body: of<string[]>() }),
    /**
     * Lists the names of a hook's secrets; the values are hidden. Scope: `read:hooks`. @deprecated Auth0 ended hooks
     * on 2026-11-18; use `actions`.
     */
    get: get('/hooks/{id}/secrets', { returns: of<Record<string, string>>() }),
    /** Updates a hook's secrets. Scope: `update:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
    update: patch('/hooks/{id}/secrets', { body: of<Record<string, string>>() }),
    /** Adds secrets to a hook. Scope: `update:hooks`. @deprecated Auth0 ended hooks on 2026-11-18; use `actions`. */
    create: post('/hooks/{id}/secrets', { body: of<Record<string, string>>() })
  }
}
