import { paginate } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('ORGANIZATION')
const { id } = await management.organizations.getByName(env.ORGANIZATION)

let count = 0
for await (
  const member of paginate(management.organizations.members.list, id!, {
    fields: 'user_id,email,roles',
    include_fields: true
  })
) {
  const roles = member.roles?.map(({ name }) => name).join(', ')
  console.log([member.user_id, member.email, roles].filter(Boolean).join(' '))
  count++
}
console.log(`${count} members.`)
await management.close()
