import { waitForJob } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('FILE', 'CONNECTION_ID')

function bar (label: string, share: number): void {
  const filled = Math.round(share * 30)
  process.stdout.write(`\r${label} ${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${Math.round(share * 100)} %`)
  if (share === 1) process.stdout.write('\n')
}

const started = await management.jobs.usersImports.create({
  users: env.FILE,
  connection_id: env.CONNECTION_ID,
  upsert: true
}, {
  onProgress: ({ sent, total = sent }) => bar('Sending  ', sent / total)
})
const job = await waitForJob(management, started, {
  interval: Number(process.env.INTERVAL ?? 2),
  onProgress: ({ percentage_done: done = 0 }) => bar('Importing', done / 100)
})
const { inserted, updated, failed } = job.summary ?? {}
console.log(`${inserted} new, ${updated} changed, ${failed} failed.`)

const errors = await management.jobs.errors.get(job.id)
if (Array.isArray(errors)) {
  for (const { user, errors: reasons = [] } of errors) {
    console.log(`${String(user?.email)}: ${reasons.map(({ message }) => message).join(', ')}`)
  }
}
await management.close()
