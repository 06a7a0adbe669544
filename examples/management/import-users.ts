import { importUsers } from 'fastify-auth0/management'
import progress from 'cli-progress'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('FILE', 'CONNECTION_ID')
const controller = new AbortController()
process.once('SIGINT', () => controller.abort())

// On a terminal only: a log file holds the last two lines.
const bar = process.stderr.isTTY
  ? new progress.SingleBar({ format: '{bar} {percentage} % | {users} users, {errors} errors' })
  : undefined
bar?.start(1, 0, { users: 0, errors: 0 })
try {
  const { inserted, updated, errors, failures } = await importUsers(management, {
    file: env.FILE,
    connectionId: env.CONNECTION_ID,
    upsert: true,
    interval: Number(process.env.INTERVAL ?? 2),
    signal: controller.signal,
    onProgress: ({ bytes, size = bytes, users, errors }) => {
      bar?.setTotal(size)
      bar?.update(bytes, { users, errors })
    }
  })
  // What is between the users, such as line ends, does not count.
  bar?.update(bar.getTotal())
  bar?.stop()
  console.log(`${inserted} new, ${updated} changed, ${errors} failed.`)
  for (const { line, user, errors: reasons } of failures) {
    console.log(`Line ${line} (${user.email ?? 'no address'}): ${reasons.map(({ message }) => message).join(', ')}`)
  }
} finally {
  bar?.stop()
}
await management.close()
