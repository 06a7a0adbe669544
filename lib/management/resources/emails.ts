import type {
  CreateEmailProviderRequest, EmailProvider, FieldsQuery, UpdateEmailProviderRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'

export const emails = {
  provider: {
    /** Deletes the e-mail provider. Scope: `delete:email_provider`. */
    delete: del('/emails/provider'),
    /** Gets the e-mail provider. Scope: `read:email_provider`. */
    get: get('/emails/provider', { query: of<FieldsQuery>(), returns: of<EmailProvider>() }),
    /** Updates the e-mail provider. Scope: `update:email_provider`. */
    update: patch('/emails/provider', { body: optional<UpdateEmailProviderRequest>(), returns: of<EmailProvider>() }),
    /** Configures the e-mail provider. Scope: `create:email_provider`. */
    create: post('/emails/provider', { body: of<CreateEmailProviderRequest>(), returns: of<EmailProvider>() })
  }
}
