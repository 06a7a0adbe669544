import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { PaginationLimitError, paginate, waitForJob } from 'fastify-auth0/management'
import { management } from './client.js'

const q = process.env.QUERY ?? 'email:*@example.com AND NOT blocked:true'
let count = 0

try {
  for await (
    const { user_id: id, email } of paginate(management.users.list, {
      q,
      search_engine: 'v3',
      sort: 'email:1',
      fields: 'user_id,email'
    })
  ) {
    console.log(`${id} ${email}`)
    count++
  }
  console.log(`${count} users.`)
} catch (error) {
  if (!(error instanceof PaginationLimitError)) throw error
  // A search ends at 1,000 users. All of them are in an export.
  const job = await management.jobs.usersExports.create({
    format: 'json',
    fields: [{ name: 'user_id' }, { name: 'email' }]
  })
  const { location } = await waitForJob(management, job)
  const { body } = await fetch(location!)
  const file = process.env.FILE ?? 'users.json'
  await pipeline(body!, createWriteStream(file))
  console.log(`More than ${count} users: all are in ${file}.`)
}
await management.close()
