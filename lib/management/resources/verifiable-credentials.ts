import type {
  CreateVerifiableCredentialTemplateRequest, UpdateVerifiableCredentialTemplateRequest, VerifiableCredentialTemplate
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const verifiableCredentials = {
  verification: {
    templates: {
      /** Lists verifiable credential templates. Scope: `read:vdcs_templates`. */
      list: checkpointList('/verifiable-credentials/verification/templates', 'templates', {
        items: of<VerifiableCredentialTemplate>()
      }),
      /** Creates a verifiable credential template. Scope: `create:vdcs_templates`. */
      create: post('/verifiable-credentials/verification/templates', {
        body: of<CreateVerifiableCredentialTemplateRequest>(),
        returns: of<VerifiableCredentialTemplate>()
      }),
      /** Deletes a verifiable credential template. Scope: `delete:vdcs_templates`. */
      delete: del('/verifiable-credentials/verification/templates/{id}'),
      /** Gets a verifiable credential template. Scope: `read:vdcs_templates`. */
      get: get('/verifiable-credentials/verification/templates/{id}', { returns: of<VerifiableCredentialTemplate>() }),
      /** Updates a verifiable credential template. Scope: `update:vdcs_templates`. */
      update: patch('/verifiable-credentials/verification/templates/{id}', {
        body: optional<UpdateVerifiableCredentialTemplateRequest>(),
        returns: of<VerifiableCredentialTemplate>()
      })
    }
  }
}
