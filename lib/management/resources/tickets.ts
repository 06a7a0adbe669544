import type { ChangePasswordTicketRequest, Ticket, VerifyEmailTicketRequest } from '../../../types/management.js'
import { of, optional, post } from '../endpoint.js'

export const tickets = {
  /** Makes a ticket that verifies a user's e-mail address. Scope: `create:user_tickets`. */
  verifyEmail: post('/tickets/email-verification', {
    body: of<VerifyEmailTicketRequest>(),
    returns: of<Ticket>(),
    customDomain: true
  }),
  /** Makes a ticket that lets a user change the password. Scope: `create:user_tickets`. */
  changePassword: post('/tickets/password-change', {
    body: optional<ChangePasswordTicketRequest>(),
    returns: of<Ticket>(),
    customDomain: true
  })
}
