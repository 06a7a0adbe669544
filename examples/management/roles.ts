import { paginate } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('EMAIL', 'ROLE')
const roles = await paginate(management.roles.list, { name_filter: env.ROLE }).all()
const role = roles.find(({ name }) => name === env.ROLE) ??
  await management.roles.create({ name: env.ROLE, description: 'Made by an example' })

for (const user of await management.users.listUsersByEmail({ email: env.EMAIL })) {
  await management.users.roles.assign(user.user_id!, { roles: [role.id!] })
  const names = (await paginate(management.users.roles.list, user.user_id!).all()).map(({ name }) => name)
  console.log(`${user.user_id} is ${names.join(', ')}.`)
}
await management.close()
