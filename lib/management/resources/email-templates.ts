import type { EmailTemplate, WholeEmailTemplate } from '../../../types/management.js'
import { get, of, optional, patch, post, put } from '../endpoint.js'

export const emailTemplates = {
  /** Creates an e-mail template. Scope: `create:email_templates`. */
  create: post('/email-templates', { body: of<WholeEmailTemplate>(), returns: of<WholeEmailTemplate>() }),
  /** Gets an e-mail template. Scope: `read:email_templates`. */
  get: get('/email-templates/{templateName}', { returns: of<EmailTemplate>() }),
  /** Updates an e-mail template. Scope: `update:email_templates`. */
  update: patch('/email-templates/{templateName}', { body: optional<EmailTemplate>(), returns: of<EmailTemplate>() }),
  /** Replaces an e-mail template. Scope: `update:email_templates`. */
  set: put('/email-templates/{templateName}', { body: of<WholeEmailTemplate>(), returns: of<WholeEmailTemplate>() })
}
