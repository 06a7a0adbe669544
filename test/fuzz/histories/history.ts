import fc from 'fast-check'

/** One step of a history. `browser` and `process` are indexes. */
export type Step =
  | { do: 'login', browser: number, process: number, user: number }
  | { do: 'read' | 'refresh' | 'logout', browser: number, process: number }
  | { do: 'update', browser: number, process: number, field: number }
  /** Requests of one browser at once, each with the cookies of now; their answers come in this order. */
  | { do: 'together', browser: number, process: number, what: Array<'read' | 'refresh' | 'update'> }
  | { do: 'back-channel logout', browser: number, process: number }
  | { do: 'restart', process: number }
  | { do: 'rotate secrets' }
  | { do: 'wait', seconds: number }

export const BROWSERS = 2

const browser = fc.nat(BROWSERS - 1)
const process = fc.nat(2)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('login' as const), browser, process, user: fc.nat(1) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('read', 'refresh'), browser, process }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('logout' as const), browser, process }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('update' as const), browser, process, field: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('together' as const),
      browser,
      process,
      what: fc.array(fc.constantFrom('read', 'refresh', 'update'), { minLength: 2, maxLength: 4 })
    })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back-channel logout' as const), browser, process }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), process }) },
  { weight: 1, arbitrary: fc.constant({ do: 'rotate secrets' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 60, 301, 1800, 3400, 3700) })
  }
)

export const history: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 20 })
