import type { FieldsQuery, TenantSettings, UpdateTenantSettingsRequest } from '../../../types/management.js'
import { get, of, optional, patch } from '../endpoint.js'

export const tenants = {
  settings: {
    /** Gets the tenant's settings. Scope: `read:tenant_settings`. */
    get: get('/tenants/settings', { query: of<FieldsQuery>(), returns: of<TenantSettings>() }),
    /** Updates the tenant's settings. Scope: `update:tenant_settings`. */
    update: patch('/tenants/settings', { body: optional<UpdateTenantSettingsRequest>(), returns: of<TenantSettings>() })
  }
}
