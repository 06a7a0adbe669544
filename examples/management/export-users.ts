import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportUsers } from 'fastify-auth0/management'
import { management } from './client.js'

const file = process.env.FILE ?? 'users.ndjson'
let count = 0

async function * lines (): AsyncGenerator<string> {
  const users = exportUsers(management, {
    fields: ['user_id', 'email', 'name', { name: 'identities[0].connection', export_as: 'connection' }],
    interval: Number(process.env.INTERVAL ?? 2)
  })
  for await (const user of users) {
    count++
    yield `${JSON.stringify(user)}\n`
  }
}

// A slow disk slows the download: users are never all in memory.
await pipeline(Readable.from(lines()), createWriteStream(file, { mode: 0o600 }))
console.log(`${count} users are in ${file}.`)
await management.close()
