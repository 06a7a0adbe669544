import type { Config } from '../../../flows/config.js'
import type { Guard } from './guard.js'

/** A way to prove who one is, by its name in OpenAPI documents, and the scopes it takes. */
export type Security = Readonly<Record<string, readonly string[]>>

/** What is known of a guard before any request. */
export interface GuardTraits {
  /** What it accepts, for OpenAPI documents; nothing for one that asks more of the same caller. */
  security?: readonly Security[]
  /** The scopes it asks an access token for; nothing for one that asks for no token. */
  scopes?: readonly string[]
  /** @throws ConfigurationError where the options lack what it needs */
  checkSetup?: (config: Config) => void
}

/** What is known of each guard. */
export const traits = new WeakMap<object, GuardTraits>()
/** What hooks that are no guards need of the options. */
export const setups = new WeakMap<object, (config: Config) => void>()

/** Whether a hook is a guard of this plugin. */
export function isGuard (hook: unknown): hook is Guard {
  return traits.has(hook as object)
}

/** What the first of some hooks that is a guard accepts; later ones ask more of the same caller. */
export function acceptedBy (hooks: readonly unknown[]): readonly Security[] | undefined {
  return hooks.map(hook => traits.get(hook as object)?.security).find(security => security !== undefined)
}

/** @throws ConfigurationError where a hook is one of this plugin that the options lack something for */
export function checkSetup (hook: unknown, config: Config): void {
  (traits.get(hook as object)?.checkSetup ?? setups.get(hook as object))?.(config)
}
