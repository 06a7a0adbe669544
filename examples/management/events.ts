import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Auth0Error } from 'fastify-auth0/management'
import { management } from './client.js'

const file = process.env.OFFSET ?? 'events.offset'
const controller = new AbortController()
const { signal } = controller
process.once('SIGINT', () => controller.abort())

const from = existsSync(file) ? { from: readFileSync(file, 'utf8') } : {}
const events = management.events.subscribe({ ...from, event_type: ['user.created', 'user.deleted'] }, { signal })
try {
  for await (const message of events) {
    if (message.event !== undefined) console.log(`${message.type} ${JSON.stringify(message.event.data)}`)
    // Messages of the type `offset-only` bring a new place and no event.
    writeFileSync(file, message.offset)
  }
} catch (error) {
  if (!(error instanceof Auth0Error) || error.code !== 'aborted') throw error
}
await management.close()
