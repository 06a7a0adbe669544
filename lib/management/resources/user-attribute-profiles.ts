import type {
  CreateUserAttributeProfileRequest, ListUserAttributeProfileTemplateResponse, UpdateUserAttributeProfileRequest,
  UserAttributeProfile, UserAttributeProfileTemplateItem
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const userAttributeProfiles = {
  /** Lists user attribute profiles. Early access. Scope: `read:user_attribute_profiles`. */
  list: checkpointList('/user-attribute-profiles', 'user_attribute_profiles', { items: of<UserAttributeProfile>() }),
  /** Creates a user attribute profile. Early access. Scope: `create:user_attribute_profiles`. */
  create: post('/user-attribute-profiles', {
    body: of<CreateUserAttributeProfileRequest>(),
    returns: of<UserAttributeProfile>()
  }),
  /** Deletes a user attribute profile. Early access. Scope: `delete:user_attribute_profiles`. */
  delete: del('/user-attribute-profiles/{id}'),
  /** Gets a user attribute profile. Early access. Scope: `read:user_attribute_profiles`. */
  get: get('/user-attribute-profiles/{id}', { returns: of<UserAttributeProfile>() }),
  /** Updates a user attribute profile. Early access. Scope: `update:user_attribute_profiles`. */
  update: patch('/user-attribute-profiles/{id}', {
    body: optional<UpdateUserAttributeProfileRequest>(),
    returns: of<UserAttributeProfile>()
  }),
  /** Lists templates of user attribute profiles. Early access. Scope: `read:user_attribute_profiles`. */
  listTemplates: get('/user-attribute-profiles/templates', { returns: of<ListUserAttributeProfileTemplateResponse>() }),
  /** Gets a template of user attribute profiles. Early access. Scope: `read:user_attribute_profiles`. */
  getTemplate: get('/user-attribute-profiles/templates/{id}', { returns: of<UserAttributeProfileTemplateItem>() })
}
