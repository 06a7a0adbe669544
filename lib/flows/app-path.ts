import type { AppBase, Config, RoutePaths } from './config.js'

declare const branded: unique symbol

/** A path on the application's origin as browsers see it: with the path that is in front of the application. */
export type AppPath = string & { readonly [branded]: true }

/** The path of one of the plugin's routes; `undefined` where it is left out. */
export function routePath (base: Pick<AppBase, 'basePath'>, config: Pick<Config, 'prefix' | 'routes'>,
  route: keyof RoutePaths): AppPath | undefined {
  const path = config.routes[route]
  return path === undefined ? undefined : appPath(base, config.prefix + path)
}

/** The path of a place that is given from the application's root. */
export function appPath ({ basePath }: Pick<AppBase, 'basePath'>, path: string): AppPath {
  return basePath + path as AppPath
}

/** A place from the application's root; as an absolute URL where it is beside the application on its origin. */
export function placeInApp ({ origin, basePath }: AppBase, path: AppPath): string {
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : origin + path
}
