/**
 * Does what tap needs of `async-hook-domain`: an error that nobody caught fails a test.
 * The original hooks into every promise, to find the test that made it; that is a tenth of the work of the suite.
 * The tests of a process run one after another, so here the test that is under way fails.
 */
import root from 'tap'

const live = new Set()

/** The innermost test that is under way. */
function underWay () {
  let test = root
  for (let inner = test; inner !== undefined; [inner] = inner.activeSubtests ?? []) test = inner
  return test
}

function fail (reason, event) {
  // Whoever else listens deals with it.
  if (process.listenerCount(event) > 1) return
  const error = reason instanceof Object ? reason : { error: reason }
  error.tapCaught = event
  underWay().threw(error)
}
const uncaught = error => fail(error, 'uncaughtException')
const unhandled = reason => fail(reason, 'unhandledRejection')

export class Domain {
  constructor () {
    if (live.size === 0) process.on('uncaughtException', uncaught).on('unhandledRejection', unhandled)
    live.add(this)
  }

  destroy () {
    live.delete(this)
    if (live.size === 0) process.off('uncaughtException', uncaught).off('unhandledRejection', unhandled)
  }
}
