import { fork, spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let placing

/** A core for the servers and another for the load, where that can be said: otherwise they share both. */
function onCore (core) {
  if (placing !== undefined) return placing(core)
  const canPin = process.platform === 'linux' && cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0
  // Only of the process that starts servers: they import this file, too, and would leave their core.
  if (canPin) spawnSync('taskset', ['-acp', '1', String(process.pid)])
  placing = core => canPin ? { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath] } : {}
  return placing(core)
}

/**
 * Starts one of the bench's servers in a process of its own.
 * @param core 1 for what is not measured and must not be in the way of what is
 */
export async function startChild (file, args, core = 0) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(args)], {
    ...onCore(core),
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

/**
 * Full garbage collections before the load begins. A `process.nextTick` costs 0.06 µs in a process that has had none,
 * and 0.3 µs in one that has had some: a collection without a pending tick drops the hidden class of Node's tick
 * objects, and after a few of them the place that makes these objects stays slow for good. Every application has such
 * collections sooner or later, but a small bare server is measured before its first. That makes 3 to 4 µs of a request
 * which would count as the cost of whatever the other servers do.
 */
async function age () {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let collections = 0; collections < 4; collections++) {
    collect()
    for (let turns = 0; turns < 5; turns++) {
      for (let ticks = 0; ticks < 50; ticks++) process.nextTick(() => {})
      await setImmediate()
    }
  }
}

/** The child's side, called by every server: tells the port and answers questions about CPU time. */
export async function serve (facts) {
  await age()
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
