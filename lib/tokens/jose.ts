let loading: Promise<typeof import('jose')> | undefined

/** `jose`, loaded when a first token needs it. */
export function jose (): Promise<typeof import('jose')> {
  loading ??= import('jose')
  return loading
}
