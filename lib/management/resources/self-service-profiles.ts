import type {
  CreateSelfServiceProfileRequest, CreateSelfServiceProfileSsoTicketRequest, SelfServiceProfile,
  SelfServiceProfileSsoTicket, UpdateSelfServiceProfileRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post, put } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const selfServiceProfiles = {
  /** Lists self-service profiles. Scope: `read:self_service_profiles`. */
  list: offsetList('/self-service-profiles', 'self_service_profiles', { items: of<SelfServiceProfile>() }),
  /** Creates a self-service profile. Scope: `create:self_service_profiles`. */
  create: post('/self-service-profiles', {
    body: of<CreateSelfServiceProfileRequest>(),
    returns: of<SelfServiceProfile>()
  }),
  /** Deletes a self-service profile. Scope: `delete:self_service_profiles`. */
  delete: del('/self-service-profiles/{id}'),
  /** Gets a self-service profile. Scope: `read:self_service_profiles`. */
  get: get('/self-service-profiles/{id}', { returns: of<SelfServiceProfile>() }),
  /** Updates a self-service profile. Scope: `update:self_service_profiles`. */
  update: patch('/self-service-profiles/{id}', {
    body: optional<UpdateSelfServiceProfileRequest>(),
    returns: of<SelfServiceProfile>()
  }),
  customText: {
    /** Gets the custom text of a self-service profile's page. Scope: `read:self_service_profile_custom_texts`. */
    list: get('/self-service-profiles/{id}/custom-text/{language}/{page}', { returns: of<Record<string, string>>() }),
    /** Sets the custom text of a self-service profile's page. Scope: `update:self_service_profile_custom_texts`. */
    set: put('/self-service-profiles/{id}/custom-text/{language}/{page}', {
      body: of<Record<string, string>>(),
      returns: of<Record<string, string>>()
    })
  },
  ssoTicket: {
    /** Makes a ticket for a customer's administrator to set up single sign-on. Scope: `create:sso_access_tickets`. */
    create: post('/self-service-profiles/{id}/sso-ticket', {
      body: optional<CreateSelfServiceProfileSsoTicketRequest>(),
      returns: of<SelfServiceProfileSsoTicket>(),
      customDomain: true
    }),
    /** Revokes a single sign-on ticket. Scope: `delete:sso_access_tickets`. */
    revoke: post('/self-service-profiles/{profileId}/sso-ticket/{id}/revoke')
  }
}
