export type * from './options.js'
export type * from './session.js'
export type * from './stores.js'
export type * from './tokens.js'
