import { fork, spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

// A core for the servers and the others for the load, where that can be said: otherwise they take turns on each
// other's.
const pinned = process.platform === 'linux' && cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0
if (pinned) spawnSync('taskset', ['-acp', '1', String(process.pid)])
const ON_CORE_0 = pinned ? { execPath: 'taskset', execArgv: ['-c', '0', process.execPath] } : {}

/** Starts one of the bench's servers in a process of its own. */
export async function startChild (file, args) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(args)], {
    ...ON_CORE_0,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc']
  })
  let waiting
  child.on('message', message => waiting.resolve(message))
  child.on('exit', code => waiting.reject(new Error(`${file} ended with ${code}`)))
  const next = () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject }
    })
  const ready = await next()
  return {
    ...ready,
    /** CPU time of the process so far, microseconds. */
    async cpu () {
      const answer = next()
      child.send('cpu')
      return (await answer).cpu
    },
    stop () {
      child.removeAllListeners('exit')
      child.kill()
    }
  }
}

/** The child's side: tells the port and answers questions about CPU time. */
export function serve (facts) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ cpu: user + system })
  })
  // Its parent has failed before it could stop it.
  process.on('disconnect', () => process.exit())
  process.send(facts)
}

export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
export const args = () => JSON.parse(process.argv[2])
