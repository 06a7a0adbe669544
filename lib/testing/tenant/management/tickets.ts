import { randomBytes } from 'node:crypto'
import type { TenantContext } from '../engine/context.js'
import { passwordResetLink } from '../login/database.js'
import { html, json, redirect } from '../engine/exchange.js'
import { route, type Route } from '../engine/route.js'
import { errorPage, page } from '../login/page.js'
import type { StoredUser } from '../login/users.js'
import { existing, post, requiredText, type ManagementCall, type ManagementEndpoint } from './endpoint.js'
import type { ManagementState } from './state.js'
import { userOf } from './users.js'

const lifetime = 432_000

/** The user a body names by id, or by e-mail address and connection. */
function subjectOf (call: ManagementCall): StoredUser {
  const { user_id: id, email } = call.body
  if (id === undefined && typeof email === 'string') {
    return existing(call.tenant.users.find(email), 'The user does not exist.', 'inexistent_user')
  }
  return userOf(call, requiredText(call, 'user_id'))
}

/** A link that confirms the user's e-mail address. */
export function verificationLink ({ tenant, state, body }: ManagementCall, { sub }: StoredUser): string {
  const ticket = randomBytes(24).toString('base64url')
  state.emailTickets.set(ticket, {
    sub,
    expiresAt: tenant.now() + Number(body.ttl_sec ?? lifetime),
    resultUrl: typeof body.result_url === 'string' ? body.result_url : undefined
  })
  return `${tenant.issuer}u/email-verification?ticket=${ticket}`
}

/** Links for users that the application sends itself. */
export const tickets: readonly ManagementEndpoint[] = [
  post('/tickets/email-verification', 'create:user_tickets', 'Create an email verification ticket',
    call => json(201, { ticket: verificationLink(call, subjectOf(call)) })),
  post('/tickets/password-change', 'create:user_tickets', 'Create a password change ticket', call =>
    json(201, { ticket: passwordResetLink(call.tenant, subjectOf(call).sub, Number(call.body.ttl_sec ?? lifetime)) }))
]

/** Where the link to confirm an e-mail address leads. */
export function ticketRoutes (tenant: TenantContext, state: ManagementState): Route[] {
  return [
    route('GET', '/u/email-verification', ({ query }) => {
      const ticket = state.emailTickets.get(String(query.ticket))
      const user = tenant.users.bySub(ticket?.sub)
      if (ticket === undefined || user === undefined || ticket.expiresAt <= tenant.now()) {
        return html(400, errorPage('The link is used or expired.'))
      }
      state.emailTickets.delete(String(query.ticket))
      user.emailVerified = true
      return ticket.resultUrl === undefined
        ? html(200, page('email-verified', 'Email Verified', '<p>Your email address has been verified.</p>'))
        : redirect(ticket.resultUrl)
    })
  ]
}
