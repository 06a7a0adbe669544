import { refuseOption, type Rule } from './rules.js'

/** An API identifier, or several. */
export const apiAudience: Rule<string | readonly string[]> = (value, option) =>
  (typeof value === 'string' && value !== '') ||
    (Array.isArray(value) && value.length > 0 && value.every(a => typeof a === 'string' && a !== ''))
    ? value as string | string[]
    : refuseOption(option, value, 'an API identifier or a list of them')

/** A list of texts that are not empty. */
export const stringList: Rule<readonly string[]> = (value, option) =>
  Array.isArray(value) && value.every(v => typeof v === 'string' && v !== '')
    ? value as string[]
    : refuseOption(option, value, 'a list of strings')
