import { PaginationLimitError, paginate } from 'fastify-auth0/management'
import { environment } from '../environment.js'
import { management } from './client.js'

const env = environment('QUERY')
const controller = new AbortController()
const { signal } = controller
process.once('SIGINT', () => controller.abort())

/** At most 1,000. They are read before the first is deleted, as pages by number move when users go. */
async function find (): Promise<{ ids: string[], more: boolean }> {
  const ids: string[] = []
  try {
    for await (
      const { user_id: id } of paginate(management.users.list, {
        q: env.QUERY,
        search_engine: 'v3',
        fields: 'user_id'
      }, { signal })
    ) {
      ids.push(id!)
    }
  } catch (error) {
    if (!(error instanceof PaginationLimitError)) throw error
    return { ids, more: true }
  }
  return { ids, more: false }
}

const { ids, more } = await find()
if (process.env.CONFIRM !== String(ids.length)) {
  console.log(`${ids.length} users match. Set CONFIRM=${ids.length} to delete them.`)
} else {
  // All are started at once: the client sends them as Auth0's rate limit allows.
  const results = await Promise.allSettled(ids.map(async id => {
    await management.users.delete(id, { signal })
    console.log(`${id} is deleted.`)
  }))
  const deleted = results.filter(({ status }) => status === 'fulfilled').length
  console.log(`${deleted} deleted, ${ids.length - deleted} ${signal.aborted ? 'left' : 'failed'}.`)
  if (more) console.log('There are more: run it again.')
}
await management.close()
