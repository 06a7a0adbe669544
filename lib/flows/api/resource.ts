import type { ApiResource, AppBase } from '../config.js'

/** Where the metadata of a resource stands on its origin. @see RFC 9728 section 3 */
const METADATA_PATH = '/.well-known/oauth-protected-resource'

/** The path of a resource's metadata: its own path behind the well-known one. @see RFC 9728 section 3.1 */
export function metadataPath ({ path }: Pick<ApiResource, 'path'>): string {
  return path === '/' ? METADATA_PATH : METADATA_PATH + path
}

/** The origin of a resource: the application's, or that of its audience where the options name no address. */
export function resourceOrigin ({ origin }: ApiResource, base: () => AppBase): string {
  return origin ?? base().origin
}

/** Whose tokens a resource takes. */
export function resourceAudience (resource: ApiResource, base: () => AppBase): readonly string[] {
  return resource.audience ?? [resourceOrigin(resource, base) + resource.path]
}

/** What a resource calls itself: its audience where that is a URL. @see RFC 9728 section 2 */
export function resourceIdentifier (resource: ApiResource, base: () => AppBase): string {
  const [first = ''] = resourceAudience(resource, base)
  return /^https?:\/\//i.test(first) ? first : resourceOrigin(resource, base) + resource.path
}
