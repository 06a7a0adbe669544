import { expect, test } from 'tstyche'
import type {
  AnyAuth0Error, ConfigurationError, InvalidArgumentError, SessionTooLargeError, TimeoutError
} from '../lib/errors.js'

declare const error: Exclude<AnyAuth0Error, { status: number }>

test('a code narrows an error', () => {
  switch (error.code) {
    case 'session_too_large': expect(error).type.toBe<SessionTooLargeError>(); break
    case 'configuration_error': expect(error).type.toBe<ConfigurationError>(); break
    case 'invalid_argument': expect(error).type.toBe<InvalidArgumentError>(); break
    case 'timeout': expect(error).type.toBe<TimeoutError>(); break
    default:
  }
})
