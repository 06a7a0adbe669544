import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paginate } from 'fastify-auth0/management'
import { management } from './client.js'

const folder = process.env.FOLDER ?? 'auth0-config'
const SECRET = /(secret|password|token|signing_?keys?|private_?key|encryption_?key|api_?key)$/i

/** A copy without what must not be in a file. */
const withoutSecrets = (key: string, value: unknown): unknown =>
  SECRET.test(key) && (typeof value === 'string' || Array.isArray(value)) ? '(removed)' : value

async function rolesWithPermissions () {
  const roles = await paginate(management.roles.list).all()
  return await Promise.all(roles.map(async role => ({
    ...role,
    permissions: await paginate(management.roles.permissions.list, role.id!).all()
  })))
}

const parts = {
  clients: () => paginate(management.clients.list).all(),
  connections: () => paginate(management.connections.list).all(),
  apis: () => paginate(management.resourceServers.list).all(),
  grants: () => paginate(management.clientGrants.list).all(),
  organizations: () => paginate(management.organizations.list).all(),
  roles: rolesWithPermissions
}

mkdirSync(folder, { recursive: true })
await Promise.all(Object.entries(parts).map(async ([name, read]) => {
  const items: object[] = await read()
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(items, withoutSecrets, 2)}\n`, { mode: 0o600 })
  console.log(`${name}: ${items.length}`)
}))
await management.close()
