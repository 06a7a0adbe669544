import type { RulesConfig, SetRulesConfigRequest, SetRulesConfigResponse } from '../../../types/management.js'
import { del, get, of, put } from '../endpoint.js'

export const rulesConfigs = {
  /**
   * Lists the keys of the rules' settings. Scope: `read:rules_configs`. @deprecated Auth0 ended rules on 2026-11-18;
   * use the secrets of `actions`.
   */
  list: get('/rules-configs', { returns: of<RulesConfig[]>() }),
  /**
   * Deletes a setting of the rules. Scope: `delete:rules_configs`. @deprecated Auth0 ended rules on 2026-11-18; use
   * the secrets of `actions`.
   */
  delete: del('/rules-configs/{key}'),
  /**
   * Sets a setting of the rules. Scope: `update:rules_configs`. @deprecated Auth0 ended rules on 2026-11-18; use the
   * secrets of `actions`.
   */
  set: put('/rules-configs/{key}', { body: of<SetRulesConfigRequest>(), returns: of<SetRulesConfigResponse>() })
}
