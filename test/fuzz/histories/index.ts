import { asyncFuzzer, type Fuzzer } from '../fuzzer.js'
import { history } from './history.js'
import { modes, type Mode } from './modes.js'
import { play } from './play.js'
import { Processes } from './processes.js'

/** A fuzzer of a mode: whole lives of sessions, against a model of a few lines. */
export function historiesOf (mode: Mode): Fuzzer {
  const processes = new Processes(mode)
  return {
    ...asyncFuzzer(`histories of sessions: ${mode.name}`, [history], async steps => { await play(processes, steps) }),
    runs: 70,
    close: async () => {
      await processes.close()
      await mode.close?.()
    }
  }
}

export const histories: Fuzzer[] = modes.map(historiesOf)
