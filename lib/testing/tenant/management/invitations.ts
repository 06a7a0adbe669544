import { randomBytes } from 'node:crypto'
import { empty, json } from '../engine/exchange.js'
import { clientDocument, clientOf } from './clients.js'
import {
  del, existing, get, invalidBody, managementError, post, requiredText, type ManagementCall, type ManagementEndpoint
} from './endpoint.js'
import { organizationOf } from './organizations.js'
import { answerList } from './paging.js'
import { newId } from './state.js'

const lifetime = 604_800

/** The invitations that nobody has accepted yet. */
function open ({ state, tenant }: ManagementCall,
  organization: { id: string, invitations?: readonly { ticket: string }[] }): Record<string, unknown>[] {
  const tickets = new Set(organization.invitations?.map(({ ticket }) => ticket))
  return state.invitations.filter(({ organization_id: id, ticket_id: ticket, expires_at: end }) =>
    id === organization.id && tickets.has(String(ticket)) && Date.parse(String(end)) > tenant.now() * 1000
  )
}

function invitationOf (call: ManagementCall): Record<string, unknown> {
  return existing(open(call, organizationOf(call)).find(({ id }) => id === call.params.invitation),
    'The invitation does not exist.', 'inexistent_invitation')
}

function create (call: ManagementCall): Record<string, unknown> {
  const { tenant, state, body } = call
  const organization = organizationOf(call)
  const { inviter, invitee, send_invitation_email: send = true } = body as Record<string, Record<string, unknown>>
  if (typeof inviter?.name !== 'string') throw invalidBody('Missing required property: inviter')
  if (typeof invitee?.email !== 'string') throw invalidBody('Missing required property: invitee')
  const client = clientOf(call, requiredText(call, 'client_id'))
  const start = clientDocument(client).initiate_login_uri
  if (typeof start !== 'string') {
    throw managementError(400,
      'A default login route is required to generate the invitation url. Consider updating Auth0 Application.',
      'invalid_body')
  }
  const ticket = randomBytes(24).toString('base64url')
  organization.invitations = [...organization.invitations ?? [], { ticket, email: invitee.email }]
  const url = new URL(start)
  const params = { invitation: ticket, organization: organization.id, organization_name: organization.name }
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  if (send === true) {
    tenant.messages.mailbox.push({
      to: invitee.email,
      link: url.href,
      text: `${inviter.name} invited you to ${organization.displayName ?? organization.name}: ${url.href}`
    })
  }
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString()
  const { ttl_sec: ttl = lifetime, ...rest } = body
  const invitation = {
    id: newId('uinv'),
    organization_id: organization.id,
    ...rest,
    ticket_id: ticket,
    invitation_url: url.href,
    created_at: time(tenant.now()),
    expires_at: time(tenant.now() + Number(ttl))
  }
  state.invitations.push(invitation)
  return invitation
}

/** Invitations to organizations; the mail goes into the tenant's mailbox. */
export const invitations: readonly ManagementEndpoint[] = [
  get('/organizations/:id/invitations', 'read:organization_invitations',
    call => answerList(call, open(call, organizationOf(call)), { key: 'invitations', counted: false })),
  post('/organizations/:id/invitations', 'create:organization_invitations', 'Create an invitation',
    call => json(200, create(call))),
  get('/organizations/:id/invitations/:invitation', 'read:organization_invitations',
    call => json(200, invitationOf(call))),
  del('/organizations/:id/invitations/:invitation', 'delete:organization_invitations', 'Delete an invitation', call => {
    const organization = organizationOf(call)
    const { ticket_id: ticket } = invitationOf(call)
    organization.invitations = organization.invitations!.filter(invitation => invitation.ticket !== ticket)
    return empty(204)
  })
]
