import { ApiError } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('ORGANIZATION', 'EMAIL', 'APPLICATION')

async function organizationNamed (name: string) {
  try {
    return await management.organizations.getByName(name)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
    return await management.organizations.create({ name, display_name: name })
  }
}

const organization = await organizationNamed(env.ORGANIZATION)
const invitation = await management.organizations.invitations.create(organization.id!, {
  inviter: { name: 'The administrator' },
  invitee: { email: env.EMAIL },
  client_id: env.APPLICATION
})
console.log(
  `${env.EMAIL} is invited to ${organization.name} until ${invitation.expires_at}: ${invitation.invitation_url}`
)
await management.close()
