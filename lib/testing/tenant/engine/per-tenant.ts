import type { TenantContext } from './context.js'

/** Something that every tenant has one of; made when it is first asked for. */
export function perTenant<T> (make: () => T): (tenant: TenantContext) => T {
  const things = new WeakMap<TenantContext, T>()
  return tenant => {
    const known = things.get(tenant) ?? make()
    things.set(tenant, known)
    return known
  }
}
