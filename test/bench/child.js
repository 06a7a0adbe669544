import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts one of the bench's servers in a process of its own. */
export async function startChild (file, args) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(args)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let answered
  child.on('message', message => answered?.(message))
  const next = () => new Promise((resolve, reject) => {
    answered = resolve
    child.once('exit', code => reject(new Error(`${file} ended with ${code}`)))
  })
  const ready = await next()
  return {
    ...ready,
    /** CPU time of the process so far, microseconds. */
    async cpu () { const answer = next(); child.send('cpu'); return (await answer).cpu },
    stop () { child.removeAllListeners('exit'); child.kill() }
  }
}

/** The child's side: tells the port and answers questions about CPU time. */
export function serve (facts) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ cpu: user + system })
  })
  process.send(facts)
}

export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
export const args = () => JSON.parse(process.argv[2])
