import { readFileSync } from 'node:fs'
import { paginate } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('FILE')
/** E-mail addresses by the name of a role. */
const wanted = JSON.parse(readFileSync(env.FILE, 'utf8')) as Record<string, string[]>

async function idsOf (emails: string[]): Promise<string[]> {
  const found = await Promise.all(emails.map(async email => {
    const users = await management.users.listUsersByEmail({ email, fields: 'user_id' })
    if (users.length === 0) console.log(`Nobody has the address ${email}.`)
    return users.map(({ user_id: id }) => id!)
  }))
  return found.flat()
}

const roles = await paginate(management.roles.list).all()
for (const [name, emails] of Object.entries(wanted)) {
  const { id } = roles.find(role => role.name === name) ?? await management.roles.create({ name })
  const users = new Set(await idsOf(emails))
  const current = new Set<string>()
  for await (const { user_id: user } of paginate(management.roles.users.list, id!)) current.add(user!)

  const added = [...users].filter(user => !current.has(user))
  const removed = [...current].filter(user => !users.has(user))
  // Auth0 takes up to 50 users in one call.
  for (let i = 0; i < added.length; i += 50) {
    await management.roles.users.assign(id!, { users: added.slice(i, i + 50) })
  }
  await Promise.all(removed.map(user => management.users.roles.delete(user, { roles: [id!] })))
  console.log(`${name}: ${added.length} added, ${removed.length} removed, ${users.size} in all.`)
}
await management.close()
