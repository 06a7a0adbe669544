import t from 'tap'
import { NetworkError } from '../../lib/errors.js'
import { transportFailure } from '../../lib/http/transport-failure.js'

t.test('failures of the transport', async t => {
  const own = new NetworkError('own', undefined, 'aborted')
  t.equal(transportFailure(own, 'a.test'), own)
  for (const [error, message, cause] of [
    [new Error('x'), 'x', { message: 'x', code: undefined }],
    [new TypeError('fetch failed', { cause: Object.assign(new Error('y'), { code: 'E1' }) }), 'E1', {
      message: 'y',
      code: 'E1'
    }],
    [Object.assign(new Error('x'), { code: 5 }), 'x', { message: 'x', code: undefined }],
    [new Error('x', { cause: 'y' }), 'x', { message: 'x' }],
    ['text', 'unknown failure', { message: 'unknown failure' }]
  ] as const) {
    t.match(transportFailure(error, 'a.test'), { message: `The request to a.test failed: ${message}`, cause })
  }
})
