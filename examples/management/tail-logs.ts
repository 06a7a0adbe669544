import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { paginate } from 'fastify-auth0/management'
import { management } from './client.js'

const file = process.env.CHECKPOINT ?? 'logs.checkpoint'
const interval = Number(process.env.INTERVAL ?? 5)
const controller = new AbortController()
const { signal } = controller
process.once('SIGINT', () => controller.abort())

/** The log after which to read on: the one of the last run, or the newest there is. */
async function start (): Promise<string | undefined> {
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const [newest] = await management.logs.list({ per_page: 1, sort: 'date:-1' })
  return newest?.log_id
}

let from = await start()
while (!signal.aborted) {
  if (from === undefined) {
    from = await start()
  } else {
    for await (const logs of paginate(management.logs.list, { from, take: 100 }).pages()) {
      for (const { date, type, description } of logs) console.log([date, type, description].filter(Boolean).join(' '))
      from = logs.at(-1)!.log_id!
      // Kept after each page: the next run begins where this one ended.
      writeFileSync(file, from)
    }
  }
  // Ctrl+C ends the pause; the loop ends then.
  await sleep(interval * 1000, undefined, { signal }).catch(() => {})
}
await management.close()
