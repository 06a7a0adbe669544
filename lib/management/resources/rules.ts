import type {
  CreateRuleRequest, FieldsQuery, ListRulesQuery, Rule, UpdateRuleRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const rules = {
  /** Lists rules. Scope: `read:rules`. @deprecated Auth0 ended rules on 2026-11-18; use `actions`. */
  list: offsetList('/rules', 'rules', { query: of<ListRulesQuery>(), items: of<Rule>() }),
  /** Creates a rule. Scope: `create:rules`. @deprecated Auth0 ended rules on 2026-11-18; use `actions`. */
  create: post('/rules', { body: of<CreateRuleRequest>(), returns: of<Rule>() }),
  /** Deletes a rule. Scope: `delete:rules`. @deprecated Auth0 ended rules on 2026-11-18; use `actions`. */
  delete: del('/rules/{id}'),
  /** Gets a rule. Scope: `read:rules`. @deprecated Auth0 ended rules on 2026-11-18; use `actions`. */
  get: get('/rules/{id}', { query: of<FieldsQuery>(), returns: of<Rule>() }),
  /** Updates a rule. Scope: `update:rules`. @deprecated Auth0 ended rules on 2026-11-18; use `actions`. */
  update: patch('/rules/{id}', { body: optional<UpdateRuleRequest>(), returns: of<Rule>() })
}
