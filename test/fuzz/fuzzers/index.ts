import type { Fuzzer } from '../fuzzer.js'
import { histories } from '../histories/index.js'
import { cookies } from './cookies.js'
import { fields } from './fields.js'
import { management } from './management.js'
import { options } from './options.js'
import { places } from './places.js'
import { requests } from './requests.js'
import { wire } from './wire.js'

/** All fuzzers; the gate runs each for a moment, `npm run fuzz` for as long as told. */
export const fuzzers: Fuzzer[] = [...cookies, ...places, ...requests, ...fields, ...wire, ...management, ...options,
  ...histories]
