import type { KoaContextWithOIDC } from 'oidc-provider'
import type { TenantContext } from './context.js'

type Allows = (mode: string, ...rest: unknown[]) => boolean

/**
 * Does work once the parameters of an authorization request are read, from wherever they came, and before the engine
 * strips the scope. The engine offers no way: this is the first thing that it asks then.
 */
export function onParameters ({ provider, engine }: TenantContext,
  work: (oidc: KoaContextWithOIDC['oidc'], mode: string) => void): void {
  const { prototype } = provider.Client as unknown as { prototype: { responseModeAllowed: Allows } }
  const { responseModeAllowed } = prototype
  prototype.responseModeAllowed = function (mode, ...rest) {
    work(engine.Provider.ctx!.oidc, mode)
    return responseModeAllowed.call(this, mode, ...rest)
  }
}
