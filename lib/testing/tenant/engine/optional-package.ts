import { ConfigurationError } from '../../../errors.js'

/** Loads a package that only one of the tenant's abilities needs. */
export async function optionalPackage<T> (name: string, ability: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw new ConfigurationError(name,
      `${ability} of createTenant() need the package "${name}": npm install --save-dev ${name}`, error)
  }
}
