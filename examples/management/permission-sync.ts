import { readFileSync } from 'node:fs'
import { paginate } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('FILE', 'AUDIENCE')
/** Permissions by the name of a role. */
const wanted = JSON.parse(readFileSync(env.FILE, 'utf8')) as Record<string, string[]>

const toBody = (names: string[]) => ({
  permissions: names.map(name => ({ resource_server_identifier: env.AUDIENCE, permission_name: name }))
})

const roles = await paginate(management.roles.list).all()
for (const [name, permissions] of Object.entries(wanted)) {
  const { id } = roles.find(role => role.name === name) ?? await management.roles.create({ name })
  const all = await paginate(management.roles.permissions.list, id!).all()
  const current = all
    .filter(({ resource_server_identifier: api }) => api === env.AUDIENCE)
    .map(({ permission_name: permission }) => permission!)

  const added = permissions.filter(permission => !current.includes(permission))
  const removed = current.filter(permission => !permissions.includes(permission))
  if (added.length > 0) await management.roles.permissions.add(id!, toBody(added))
  if (removed.length > 0) await management.roles.permissions.delete(id!, toBody(removed))
  console.log(`${name}: ${[...added.map(p => `+${p}`), ...removed.map(p => `-${p}`)].join(' ') || 'no change'}`)
}
await management.close()
